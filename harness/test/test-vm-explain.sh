#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-vm-explain.sh CGMARK [CONTENDER]: profiles of real boots on machine sim.
# Profiling changes no count, repeats bit for bit, adds up, and names the right
# function.

cgmark=$(realpath "$1")
contender=${2-patched}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

# measure NAME ARGUMENT...: one boot of each kernel, and one with the plugin.
measure() {
	name=$1
	shift
	"$cgmark" run -q -j 1 --fresh --no-compare --no-null --perturbations 1 \
		-o "$work/$name" "$@" >"$work/out" 2>"$work/err"
	show="$work/err" is $? 0 "$name: measured"
	run=$(echo "$work/$name"/*)
}

# explain NAME ARGUMENT...: as JSON, into $work/json
explain() {
	name=$1
	shift
	"$cgmark" explain --run "$run" --strict --format json "$@" \
		>"$work/json" 2>"$work/err"
	show="$work/err" is $? 0 "$name: explained"
}

# --- one kernel under two names ----------------------------------------------
# css_set/lookup allocates and frees, fork/exit has faults in user space and in
# the kernel, and both are interrupted.
measure A/A --profile=model --kernel a=baseline --kernel b=baseline \
	--bench null --bench css_set/lookup --bench attach/self --param pace=burst \
	--bench fork/exit --param sets=16,64 --param hierarchies=1 \
	--param threads=1 --param load=none --param depth=1 --param listeners=0 \
	--samples 4
for kernel in a b; do
	check "$kernel: samples with the plugin are those without it" \
		cmp "$run/boots/$kernel-p0/samples.tsv" \
		"$run/boots/$kernel-p0-repeat/samples.tsv"
done
check 'profiles of two boots are equal byte for byte' \
	cmp "$run/boots/a-p0-repeat/profile.tsv" \
	"$run/boots/b-p0-repeat/profile.tsv"
explain 'A/A' a b '*'
is "$(jq '[.points[].functions[] | select(.exclusive.difference != 0 or
	.inclusive.difference != 0)] | length' "$work/json")" 0 \
	'no function differs from itself'
nr=$(jq '.points | length' "$work/json")
is "$(jq '[.points[] | select(.metric == "insns" and .total.base == .sum.base)]
	| length' "$work/json")" "$(jq '[.points[] | select(.metric == "insns")]
	| length' "$work/json")" \
	"all instructions of $nr points are some function's, to the last"
is "$(jq -c '[.points[] | select(.benchmark == "null") | .sum.base,
	(.functions[] | .function)]' "$work/json")" '[19,"[user]"]' \
	'null is 19 instructions of user space'
explain 'cycles' --event cycles a b css_set/lookup
is "$(jq '[.points[] | select(.sum.base <= 0)] | length' "$work/json")" 0 \
	'there are cycles'
check 'the profile is among what verify sums' "$cgmark" verify "$run"

# --- damage ------------------------------------------------------------------
profile=$run/boots/b-p0-repeat/profile.tsv
cp "$profile" "$work/keep"
truncate -s -30 "$profile"
"$cgmark" verify "$run" >"$work/out" 2>&1
is $? 5 'verify sees a profile cut short'
has "$work/out" 'b-p0-repeat/profile.tsv: truncated' 'and names it'
"$cgmark" explain --run "$run" a b >"$work/out" 2>"$work/err"
is $? 5 'so does explain'
has "$work/err" 'b-p0-repeat/profile.tsv' 'and names it too'
cp "$work/keep" "$profile"

# --- baseline against patched ------------------------------------------------
# deep OPTION...: explains the lookup among 1024 css_sets.
deep() {
	"$cgmark" explain --run "$run" "$@" base new css_set/lookup \
		op=hit,sets=1024
}

measure B/P --profile --kernel base=baseline --kernel new="$contender" \
	--bench css_set/lookup --param sets=16,1024 --param hierarchies=1 \
	--param controller=none --samples 2
explain 'B/P' base new css_set/lookup
for op in hit miss; do
	small="(.points[] | select(.params == \"op=$op,sets=16\"))"
	large="(.points[] | select(.params == \"op=$op,sets=1024\"))"
	main=$(jq -r "$large | .main" "$work/json")
	case $main in
	find_existing_css_set | find_css_set) ok 0 "op=$op: it is $main" ;;
	*) ok 1 "op=$op: $main is not the function" ;;
	esac
	is "$(jq "$large | .total.difference as \$all | .main as \$main |
		.functions[] | select(.function == \$main) |
		.inclusive.difference / \$all > 0.9" "$work/json")" true \
		"op=$op: over 90% of the difference"
	is "$(jq "$large | ([.functions[].exclusive.difference] | add) -
		.total.difference | . < 0.001 and . > -0.001" "$work/json")" \
		true "op=$op: the rows sum to the difference"
	is "$(jq "$large | .remainder" "$work/json")" 0 \
		"op=$op: nothing is left over"
	is "$(jq "[$small, $large] | .[1].sum.base > 20 * .[0].sum.base" \
		"$work/json")" true "op=$op: linear in the sets without hashing"
	is "$(jq "[$small, $large] | .[1].sum.contender <=
		1.05 * .[0].sum.contender" "$work/json")" true \
		"op=$op: at most 1.05 times 16 sets at 1024 with it"
	is "$(jq "$large | .rows[] | select(.row == \"css_set lookup\") |
		.base > 100 * .contender and .contender > 0" "$work/json")" true \
		"op=$op: the row of the lookup is there on both kernels"
	is "$(jq "$large | .rows[] | select(.row == \"attach: migration\") |
		.base > 0" "$work/json")" true 'and that of the migration'
done
profile=$run/boots/base-p0-repeat/profile.tsv
is "$(awk -F'\t' '
	function check() {
		for (f in insns)
			bad += f != "[user]" && insns[f] != ranges[f]
		delete insns
		delete ranges
	}
	$1 == "P" { check() }
	$1 == "N" { insns[$4] += $5 }
	$1 == "I" { ranges[$2] += $5 * $6; nr++ }
	END { check(); print (nr > 500 && !bad) }' "$profile")" 1 \
	'instructions by address add up to each function, to the last'
"$cgmark" compare --run "$run" base new >"$work/text"
has "$work/text" '^css_set lookup +[0-9,.]+ +[0-9,.]+ +-[0-9,.]+$' \
	'compare has a row of it'
deep >"$work/text"
is $? 0 'explained as text'
[ "$(LC_ALL=C.UTF-8 wc -L <"$work/text")" -le 78 ]
ok $? 'in at most 78 columns'
deep -f folded >"$work/folded"
has "$work/folded" '^entry_SYSCALL_64;do_syscall_64;.*;find_css_set [0-9.]+ [0-9.]+$' \
	'folded stacks lead to it'

deep -f svg >"$work/flame.svg"
check 'the flame graph is well-formed' xmllint --noout "$work/flame.svg"
has "$work/flame.svg" '<title>find_css_set: ' 'and shows it'

# As viewers of perf script read it: a head, frames, a blank line.
deep -f perf-script >"$work/perf"
is "$(awk -v comm=base '
	/^#/ { next }
	/^$/ { stack = 0; next }
	!stack && /^[^ \t]+ [12] \[000\] [0-9]+\.[0-9]+: [0-9]+ insns: $/ {
		stack = 1
		sum += $1 == comm ? $5 : 0
		next
	}
	stack && /^\t +[0-9a-f]+ [^ ]+ \([^ ]+\)$/ { next }
	{ bad = 1 }
	END { print bad ? "malformed" : sum }' "$work/perf")" \
	"$(jq '.points[] | select(.params == "op=hit,sets=1024") |
	.sum.base * 2 | round' "$work/json")" \
	'perf-script: well-formed, and sums to both lookups'

# --- instruction by instruction ----------------------------------------------
deep --annotate find_css_set >"$work/text"
is $? 0 'annotated'
has "$work/text" ' 1 +1 .* push +%r' 'what ran once on both kernels'
has "$work/text" '^ +1,02[0-9] +[0-9]+ ' 'a loop over all sets on the first'
self=$(deep --format json | jq '.points[0].functions[] |
	select(.function == "find_css_set") | .exclusive.base')
# Shown as a whole number.
is "$(tail -n 1 "$work/text" | awk -v self="$self" '{
	gsub(",", "", $1)
	print ($1 - self <= 0.5 && self - $1 <= 0.5) }')" 1 \
	'the sum is what explain says'
has "$work/text" 'instructions, exclusive$' 'and named'
if grep -q 'patched at boot' "$work/text"; then
	ok 1 'all of it is in the listing'
else
	ok 0 'all of it is in the listing'
fi
deep --annotate find_csset >"$work/out" 2>"$work/err"
is $? 2 'a function that did not run'
has "$work/err" "did you mean 'find_css_set'" 'says which was meant'
"$cgmark" explain --run "$run" base new css_set/lookup \
	--annotate find_css_set >"$work/out" 2>"$work/err"
is $? 2 'two points'
has "$work/err" 'shows one point' 'are one too many'

deep --source >"$work/out" 2>"$work/err"
is $? 2 'no lines of a kernel without debug information'
has "$work/err" 'no debug information.*config=.*debug-info' \
	'says how to get them'

# --- what cannot be explained ------------------------------------------------
"$cgmark" explain --run "$run" -e cycles base new >"$work/out" 2>"$work/err"
is $? 2 'no cycles without the model'
has "$work/err" 'profile=model' 'says how to get them'
"$cgmark" explain --run "$run" base new css_set/lockup >"$work/out" \
	2>"$work/err"
is $? 2 'a benchmark that is not there'
has "$work/err" 'did you mean .css_set/lookup' 'says which was meant'
"$cgmark" explain --run "$run" base new css_set/lookup sets=3 >"$work/out" \
	2>"$work/err"
is $? 2 'a point that is not there'
has "$work/err" 'css_set/lookup op=hit,sets=1024' 'says which there are'

tap_done
