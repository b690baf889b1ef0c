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

# points KERNEL FILTER: verdict and statistic, of the points that it selects.
points() {
	jq -r --arg kernel "$1" "[.points[] | select(.contender == \$kernel and
		($2)) | .verdict + \" by \" + .statistic] | unique | join(\", \")" \
		"$work/json"
}
fork='.benchmark == "fork/exit"'
attach='.benchmark == "attach/self" and (.params | contains("burst"))'
other="($fork | not) and ($attach | not)"
is "$(points all "$fork")" 'REGRESSION by centre' '450 instructions of a fork'
is "$(points all "$fork | not")" 'NO CHANGE by centre' '... and nothing else'
is "$(points tail "$fork")" 'REGRESSION by mean' 'one fork in 200: a tail'
is "$(points tail "$attach")" 'REGRESSION by mean' 'one attach in 200: a tail'
is "$(points tail "$other")" 'NO CHANGE by centre' '... and nothing else'
is "$(jq '[.points[] | select(.benchmark == "fork/exit")] | length' "$work/json")" \
	6 'all points of fork/exit are there'

# What the manual says of fork/exit, on this kernel.
jq -r '.points[] | select(.benchmark == "fork/exit" and .contender == "all") |
	"# \(.params): threshold \(.threshold * 100)%"' "$work/json"
is "$(jq '[.points[] | select(.benchmark == "fork/exit" and .contender == "all") |
	.threshold] | max < 0.0021' "$work/json")" true \
	'the threshold of fork/exit is 0.2%'

tap_done
