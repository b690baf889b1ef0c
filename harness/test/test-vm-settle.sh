#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-settle.sh CGMARK: on real boots a cost of known size (kernel/patches/
# calibrate) is confirmed by further ones, which have that point alone, and these are
# kept like any other.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
show="$work/err"

# measure NAME WORD...: a run, kept as NAME; its JSON is $work/NAME.json.
measure() {
	name=$1
	shift
	"$cgmark" run -q -j 1 --format json --bench syscall --bench fork/exit \
		--param controllers=none -o "$work/$name" \
		'--kernel=base=calibrate,cmdline=cgmark_cost=fork:insns:000000' \
		'--kernel=cost=calibrate,cmdline=cgmark_cost=fork:insns:000450' \
		"$@" >"$work/$name.json" 2>"$work/err"
	is $? 1 "$name: a regression"
	run=$(echo "$work/$name"/*)
}
of() {
	jq -r ".points[] | select(.benchmark == \"$1\") | $2" "$work/$name.json"
}

measure first --suite quick --settle-time 3600
is "$(jq '[.boots[] | select(.role == "confirm")] | length' "$run/run.json")" 16 \
	'eight further boots of each kernel'
is "$(jq -r .settling.ended "$run/run.json")" settled 'leave nothing open'
is "$(cut -f 1-3 "$run/boots/cost-p8-confirm/plan.tsv" | grep -c '^P')" 1 \
	'they have one point'
is "$(of fork/exit '.verdict + " of " + (.boot_pairs | tostring)')" \
	'REGRESSION of 8' 'the change is confirmed'
is "$(of fork/exit '.change_percent > 0.3 and .change_percent < 0.45')" true \
	'by what it is'
is "$(of fork/exit '(.screening.change_percent - .change_percent) | fabs < 0.1')" \
	true 'as the first boots have it'
is "$(of syscall .verdict)" 'NO CHANGE' 'nothing else changed'
is "$(of syscall .confirming_pairs)" 0 'or was booted again'

measure second --suite quick --settle 1
is "$(grep -l '"cached"' "$run"/boots/*-confirm/boot.json | wc -l)" 16 \
	'in another run they are not booted again'
figures='[.points[] | del(.boots)]'
jq "$figures" "$work/first.json" >"$work/one"
jq "$figures" "$work/second.json" >"$work/two"
check 'which has the same figures' cmp "$work/one" "$work/two"
CGMARK_RESULTS_DIR=$work "$cgmark" compare --run "$run" --format json >"$work/again"
is $? 1 'compare of the run'
jq "$figures" "$work/again" >"$work/two"
check 'has them, too' cmp "$work/one" "$work/two"

tap_done
