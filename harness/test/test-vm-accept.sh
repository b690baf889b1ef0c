#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Real boots on machine sim: exactness, the known improvement, damage by name.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

# --- baseline against patched ----------------------------------------------
"$cgmark" run -q -j 1 --no-settle --perturbations 4 --format json >"$work/bp.json" \
	2>"$work/bp.err"
is $? 0 'baseline against patched exits 0' || sed 's/^/# /' "$work/bp.err"
lookup='.points[] | select(.benchmark == "css_set/lookup")'
for op in hit miss; do
	for sets in 64 256; do
		verdict=$(jq -r "$lookup | select(.params == \
			\"op=$op,sets=$sets\") | .verdict" "$work/bp.json")
		is "$verdict" IMPROVEMENT "css_set/lookup op=$op sets=$sets"
	done
	for side in base contender; do
		small=$(jq "$lookup | select(.params == \
			\"op=$op,sets=16\") | .${side}_median" "$work/bp.json")
		large=$(jq "$lookup | select(.params == \
			\"op=$op,sets=256\") | .${side}_median" "$work/bp.json")
		case $side in
		base) rule="large > 5 * small" ;;
		*) rule='large <= 1.2 * small' ;;
		esac
		awk -v small="$small" -v large="$large" \
			"BEGIN { exit !(small > 0 && $rule) }"
		ok $? "$side op=$op: $rule ($small, $large)"
	done
done
is "$(jq '[.points[] | select(.verdict == "REGRESSION")] | length' \
	"$work/bp.json")" 0 'no point is a regression'
is "$(jq '[.points[] | select(.verdict == "INVALID")] | length' \
	"$work/bp.json")" 0 'no point is invalid'
is "$(jq '[.points[] | select((.boots | length) < 4 or (.reason | length) == 0
	or .threshold == null or .interval == null)] | length' \
	"$work/bp.json")" 0 \
	'every effect has its boots, interval, threshold and reason'

# --- one kernel under two names, with a load beside it -----------------------
stress-ng --cpu 1 --timeout 600 --quiet &
load=$!
"$cgmark" run -q -j 1 --kernel a=baseline --kernel b=baseline \
	--perturbations 1 --no-null --no-repeat --fresh -o "$work/aa" \
	--format json \
	>"$work/aa.json" 2>"$work/aa.err"
is $? 0 'A/A exits 0' || sed 's/^/# /' "$work/aa.err"
kill "$load"
wait "$load" 2>/dev/null
has "$work/aa.err" 'same code' 'A/A is reported as the same code'
bad=$(jq '[.points[] | select(.difference != 0)] | length' "$work/aa.json")
is "$bad" 0 'A/A counts are equal'
nr=$(jq '.points | length' "$work/aa.json")
[ "${nr:-0}" -ge 20 ]
ok $? "A/A compared all points ($nr)"

# --- the same boots, idle and loaded -----------------------------------------
# The baseline above ran without a load, under another name.
idle=$(echo "$work"/results/runs/*/boots)
loaded=$(echo "$work"/aa/*/boots)
for boot in a-p0 b-p0; do
	check "$boot under load has the samples of an idle boot, byte for byte" \
		cmp "$loaded/$boot/samples.tsv" \
		"$idle/baseline-${boot#*-}/samples.tsv"
done
is "$(find "$idle" -name samples.tsv -size +0 | wc -l)" 14 \
	'every boot has a sample file'

# --- the text, the report, the stages again ----------------------------------
"$cgmark" compare >"$work/table" 2>"$work/err"
is $? 0 'compare reads the run again'
[ "$(LC_ALL=C.UTF-8 wc -L <"$work/table")" -le 78 ]
ok $? 'the table has at most 78 columns'
"$cgmark" report >"$work/where" 2>"$work/err"
show="$work/err" ok $? 'report'
index=$work/results/report/index.html
check 'the report holds the plots' grep -c '<svg' "$index"
is "$(grep -cE '(src|href)="https?:|<script' "$index")" 0 \
	'the report needs no network and no script'
"$cgmark" import >"$work/import" 2>"$work/err"
has "$work/import" 'unchanged' 'a second import changes nothing'

# --- damage is found by name -------------------------------------------------
run=$(echo "$work"/results/runs/*)
boot=$run/boots/patched-p3
cp "$boot/samples.tsv" "$work/keep"

# damage COMMAND...: runs it on the file; verify has to name the file.
damage() {
	name=$1
	shift
	"$@" || echo "# damaging failed: $*"
	"$cgmark" verify >"$work/out" 2>&1
	status=$?
	is $status 5 "verify fails: $name"
	has "$work/out" "patched-p3/samples.tsv.*$name" "and names the file: $name"
	cp "$work/keep" "$boot/samples.tsv"
}

flip() {
	size=$(wc -c <"$1")
	at=$((size / 2))
	byte=$(od -An -tu1 -j "$at" -N 1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %o $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}

damage missing rm "$boot/samples.tsv"
damage truncated truncate -s 1000 "$boot/samples.tsv"
damage altered flip "$boot/samples.tsv"
check 'the file put back verifies' "$cgmark" verify

tap_done
