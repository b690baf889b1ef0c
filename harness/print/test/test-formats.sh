#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-formats.sh MKFINDINGS: every format of every scene, read by a parser of that
# format, which says the same as the JSON.

mkfindings=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../test/tap.sh"
PYTHONUTF8=1
PYTHONDONTWRITEBYTECODE=1
export PYTHONUTF8 PYTHONDONTWRITEBYTECODE

formats='text mail markdown csv junit ktap benchstat lkp kcidb'

# print FILE SCENE FORMAT WORDS...
print() {
	print_file=$1
	shift
	"$mkfindings" "$@" --by 'A B <a@b.c>' >"$print_file"
}

# parse NAME FORMAT FILE SCENE HOW: to be done by check-format.py, for all at once.
parse() {
	printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$work/$4.json" "$5" \
		>>"$work/files"
}

for scene in plain enemy series same none faults lost; do
	print "$work/$scene.json" $scene json
	is $? 0 "$scene: json is printed"
	check "$scene: json is JSON" jq -e .points "$work/$scene.json"
	for format in $formats; do
		out=$work/$scene.$format
		print "$out" $scene "$format"
		is $? 0 "$scene: $format is printed"
		parse "$scene: $format" "$format" "$out" $scene all
		print "$out.changed" $scene "$format" --changed-only
		parse "$scene: $format of what changed" "$format" "$out.changed" \
			$scene changed
	done
	check "$scene: junit by its schema" xmllint --noout --schema "$here/junit.xsd" \
		"$work/$scene.junit" "$work/$scene.junit.changed"
done

# --- the parsers find what is wrong ----------------------------------------------
# spoil FORMAT SED-SCRIPT NAME: a change that the parser has to find.
spoilt=0
spoil() {
	spoilt=$((spoilt + 1))
	sed "$2" "$work/plain.$1" >"$work/spoilt.$spoilt"
	cmp -s "$work/spoilt.$spoilt" "$work/plain.$1"
	is $? 1 "$1: $3"
	parse "$1: $3 is found" "$1" "$work/spoilt.$spoilt" plain spoilt
}
spoil csv 's/REGRESSION/NO CHANGE/' 'another verdict'
spoil csv 's/"controllers/controllers/' 'a quote that is missing'
spoil markdown '5s/| fork/fork/;7s/fork/*fork*/' 'markup'
spoil junit '0,/<failure/s/<failure.*$//' 'a lost failure'
spoil ktap 's/^1\.\.1$/1..2/' 'another plan'
spoil ktap 's/^    not ok 1/    ok 1/' 'a regression that is ok'
spoil benchstat '0,/ insns.op$/s/ insns.op$/ per-op/' 'an unknown unit'
spoil benchstat '0,/^BenchmarkFork.*$/s/^BenchmarkFork.*$/BenchmarkFork 1/' 'a short line'
spoil lkp 's/+5\.0%/+6.0%/' 'another change'
spoil kcidb 's/"major": 5/"major": 4/' 'another version'
spoil kcidb 's/"path": "cgmark.attach/"path": "cgmark attach/' 'a bad path'
spoil mail 's/^Reported-by/Tested-by/' 'another tag'
spoil mail 's/^ fork.exit/---/' 'a line that ends the message'
spoil mail 's/  cgmark run/  cgmark run --suite x/' 'another command'
spoil text 's/fork.exit/exec/' 'a lost point'
spoil text 's/REGRESSION/\x1b[1m&/' 'a control character'

python3 "$here/check-format.py" <"$work/files" >"$work/checked" 2>"$work/err"
show=$work/err ok $? 'check-format.py reads all files'
is "$(grep -c '^[01] ' "$work/checked")" "$(wc -l <"$work/files")" 'and says so of each'
while read -r status name; do
	case $status in
	'#') printf '# %s\n' "$name" ;;
	*) ok "$status" "$name" ;;
	esac
done <"$work/checked"

# --- what the formats say ---------------------------------------------------------
is "$(jq -r '[.tests[].status] | unique | join(" ")' "$work/faults.kcidb")" \
	'DONE ERROR FAIL MISS SKIP' 'kcidb: a test of each status'
print "$work/out" plain kcidb
has "$work/out" '"path": "cgmark.attach.self.controllers-cpu.pace-burst.version-1.insns"' \
	'kcidb: the path has dots'
print "$work/out" plain benchstat
has "$work/out" '^BenchmarkStats/read/groups=-16-1 5 900[0-9.]+ insns/op$' \
	'benchstat: a number at the end of a name is no GOMAXPROCS'
has "$work/out" '^BenchmarkIo/wait/depth=4 5 800[0-9.]+ guest-ns/op$' \
	'benchstat: nanoseconds are known as such'
print "$work/out" series mail
has "$work/out" '^ +v1-0 +v1-1 +v1-2 +v1-3 +v1-4$' 'mail: four kernels side by side'
has "$work/out" '^ +v1-0 +v1-45$' 'mail: and the last below'
print "$work/out" series csv
is "$(wc -l <"$work/out")" $((1 + 45 * 5)) 'csv: a line for each point and kernel'

# --- a full disk ------------------------------------------------------------------
for format in json $formats; do
	"$mkfindings" plain "$format" >/dev/full 2>"$work/err"
	is $? 5 "$format: a full device is told"
done
"$mkfindings" plain marckdown 2>"$work/err"
is $? 2 'an unknown format is refused'
has "$work/err" "format 'marckdown' is not known; did you mean 'markdown'" \
	'and the nearest is named'

tap_done
