#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-calibrate.sh CGMARK: costs of known size (kernel/patches/calibrate) are
# seen where they are, and nowhere else.  One contender pays 0.3% of a fork in each,
# the other 1% of a fork and of an attach on average, in one of 200.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

# kernel NAME COSTS: command lines of one length, as that moves what lies behind.
kernel() {
	printf -- '--kernel=%s=calibrate,cmdline=%s' "$1" "$2"
}
"$cgmark" run -q --no-settle --format json \
	"$(kernel base 'cgmark_cost=fork:insns:000000 cgmark_cost=attach:tail:000000')" \
	"$(kernel all 'cgmark_cost=fork:insns:000450 cgmark_cost=attach:tail:000000')" \
	"$(kernel tail 'cgmark_cost=fork:tail:0300000 cgmark_cost=attach:tail:026000')" \
	--suite quick --bench fork/exit --bench attach/self --bench signal/kill \
	--bench syscall --bench null >"$work/json" 2>"$work/err"
show="$work/err" is $? 1 'a run with two costs: exit status 1'

# points KERNEL FILTER: verdict and statistic, of the points that it selects.  Whether
# the mean or p99 shows a tail first is up to where code lies.
points() {
	jq -r --arg kernel "$1" "[.points[] | select(.contender == \$kernel and
		($2)) | .verdict + \" by \" + (.statistic |
		if . == \"mean\" or . == \"p99\" then \"tail\" else . end)] |
		unique | join(\", \")" "$work/json"
}
fork='.benchmark == "fork/exit"'
attach='.benchmark == "attach/self" and (.params | contains("burst"))'
other="($fork | not) and ($attach | not)"
is "$(points all "$fork")" 'REGRESSION by centre' '450 instructions of a fork'
is "$(points all "$fork | not")" 'NO CHANGE by centre' '... and nothing else'
is "$(points tail "$fork")" 'REGRESSION by tail' 'one fork in 200: a tail'
is "$(points tail "$attach")" 'REGRESSION by tail' 'one attach in 200: a tail'
is "$(points tail "$other")" 'NO CHANGE by centre' '... and nothing else'
is "$(jq '[.points[] | select(.benchmark == "fork/exit")] | length' "$work/json")" \
	6 'all points of fork/exit are there'

# What the manual says of fork/exit, on this kernel.
jq -r '.points[] | select(.benchmark == "fork/exit" and .contender == "all") |
	"# \(.params): threshold \(.threshold * 100)%"' "$work/json"
is "$(jq '[.points[] | select(.benchmark == "fork/exit" and .contender == "all") |
	.threshold] | max < 0.0021' "$work/json")" true \
	'the threshold of fork/exit is 0.2%'

# --- cgmark calibrate ---------------------------------------------------------------
# The profile knows what executes which function, and costs are as large as they
# come out in instructions.
"$cgmark" calibrate -q --bench fork/exit --bench attach/self --bench syscall \
	--param controllers=none --param pace=burst --perturbations 9 --draws 4 \
	--costs 'fork:insns:0.3,attach:loads:1,attach:tail:1.5' \
	>"$work/out" 2>"$work/err"
show="$work/out $work/err" is $? 0 'a calibration: exit status 0'
show="$work/out" has "$work/out" '^false alarms, the same kernel +0 of 16 ' \
	'a kernel is the same under other perturbations'
has "$work/out" '^false alarms, the kernel with padding +0 of 16 ' \
	'... and at other addresses'
has "$work/out" '^costs of 0.3% or more, found +12 of 12 ' 'instructions and loads'
has "$work/out" '^tails of 1% or more, found and called one +8 of 8 ' 'tails'
has "$work/out" '^wrong benchmark +0 of 28 ' 'and nothing else'
json=$(sed -n 's/^\(.*\.json\)$/\1/p' "$work/out")
is "$(jq -c '[.costs[].points[] | .benchmark] | unique' "$json")" \
	'["attach/self","fork/exit"]' 'they are where the profile says'
jq -r '.costs[] | "# \(.place) \(.kind) \(.n): \(.points | map(.insns))"' "$json"
# A load is six instructions: what was measured is what was put in.
run=$(jq -r '.costs[] | select(.kind == "loads") | .run' "$json")
base=$(find "$CGMARK_RESULTS_DIR/calibration" -path '*/boots/base-p*-repeat' -prune)
p=${base##*base-p} p=${p%-repeat}
cost=$(dirname "$(dirname "$base")")/../$run/boots
# median FILE: of its moves on v1, which differ by few instructions.
median() {
	awk '$1 == "S" && $4 ~ /version=1/ { print $7 }' "$1" | sort -n |
		sed -n '500p'
}
put=$(jq '.costs[] | select(.kind == "loads") | .points[0].insns | round' "$json")
more=$(($(median "$(find "$cost" -name "*-p$p")/samples.tsv") -
	$(median "$base/samples.tsv")))
echo "# put in $put, measured $more"
[ "$more" -gt $((put - 12)) ] && [ "$more" -lt $((put + 12)) ]
ok $? 'a cost in loads is as large as it says'

tap_done
