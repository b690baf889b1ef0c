#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-vm-locks.sh CGMARK: how long locks are held, recorded in real boots on sim.
# Recording changes no count and repeats bit for bit, also beside a load; and of two
# kernels (kernel/test/locks) that execute the same instructions, one of them 1,000
# of these with css_set_lock held, that one is a REGRESSION of the lock by exactly so
# many, and the other the IMPROVEMENT.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
locks=$(realpath "$here/../../kernel/test/locks")
export CGMARK_RESULTS_DIR="$work/results"
# 1,000 in the loop, and the call, the constant and the return.
loop=1003

# measure NAME ARGUMENT...: a boot and its repetition
measure() {
	name=$1
	shift
	"$cgmark" run -q -j 1 --fresh --no-compare --no-null --perturbations 1 \
		--suite quick --bench null --bench attach/self --bench fork/exit \
		--kernel base=baseline -o "$work/$name" "$@" \
		>"$work/out" 2>"$work/err"
	show="$work/err" is $? 0 "$name: measured"
	run=$(echo "$work/$name"/*)
	boots=$run/boots
}

# of BENCH PARAMS LOCK FIELD: of the first boot; fields as in holds.tsv
of() {
	awk -F '\t' -v b="$1" -v p="$2" -v lock="$3" -v field="$4" '
		$1 == "P" { here = $2 == b && $4 == p; ops = $5 * $6 }
		here && $1 ~ /[HN]/ && $2 == lock {
			print field == "per_op" ? $3 / ops : $field
		}' "$boots/base-p0/holds.tsv"
}

# --- recorded or not ---
measure plain --no-repeat
cp "$boots/base-p0/samples.tsv" "$work/plain.tsv"
# Beside a load, which takes turns away from QEMU.
(while [ ! -e "$work/stop" ]; do :; done) &
load=$!
measure recorded --profile=locks
touch "$work/stop"
wait "$load"
check 'recording changes no count' cmp "$work/plain.tsv" \
	"$boots/base-p0/samples.tsv"
check 'beside a load it repeats byte for byte' cmp \
	"$boots/base-p0/holds.tsv" "$boots/base-p0-repeat/holds.tsv"
check 'the record is among what verify sums' "$cgmark" verify "$run"

# --- what is known of the baseline ---
self=controllers=none,pace=burst,version=1
is "$(of attach/self $self cgroup_mutex per_op)" 1 'an attach takes cgroup_mutex once'
is "$(of attach/self $self cgroup_threadgroup_rwsem per_op)" 1 \
	'and keeps forks out once'
is "$(of attach/self $self cgroup_threadgroup_rwsem:read per_op)" 0 'it forks nothing'
is "$(of attach/self $self css_set_lock 7)" cgroup_migrate_execute \
	'css_set_lock is held longest to migrate'
is "$(of fork/exit controllers=none cgroup_mutex per_op)" 0 \
	'a fork takes no cgroup_mutex'
is "$(of fork/exit controllers=none cgroup_threadgroup_rwsem:read per_op)" 2 \
	'but reads the rwsem, as does the exit'
is "$(of fork/exit controllers=none css_set_lock per_op)" 3 'css_set_lock thrice'
is "$(of fork/exit controllers=none tasklist_lock 7)" release_task \
	'tasklist_lock is held longest to release a task'
is "$(of fork/exit controllers=none rstat_base_lock 3)" \
	'the kernel has no such lock' 'what 6.12 has not is told'
is "$(of null '-' css_set_lock 3)" 0 'nothing holds nothing'
is "$(of null '-' irqs_off 3)" 0 'and turns no interrupts off'

# --- a known answer ---
"$cgmark" run -q --no-compare --no-settle --perturbations 4 --profile=locks \
	--suite quick --bench attach/self --bench fork/exit \
	--kernel "before=baseline,patches=$locks/before.series" \
	--kernel "held=baseline,patches=$locks/held.series" \
	-o "$work/known" >"$work/out" 2>"$work/err"
show="$work/err" is $? 0 'two kernels built and measured'
run=$(echo "$work/known"/*)

# effect BASE CONTENDER BENCH PARAMS METRIC: verdict, difference and reason
effect() {
	"$cgmark" compare --run "$run" --format json "$1" "$2" 2>"$work/err" |
		jq -r --arg bench "$3" --arg params "$4" --arg metric "$5" \
			'[.. | objects | select(.metric? == $metric and
			.benchmark == $bench and .params == $params)] | first |
			"\(.verdict) \(.difference) \(.reason)"'
}

effect before held attach/self $self hold_max:css_set_lock >"$work/effect"
show="$work/effect"
has "$work/effect" "^REGRESSION $loop(\\.0)? " \
	'the longest hold is a REGRESSION by exactly the loop'
has "$work/effect" 'held longest by cgroup_migrate_execute' 'in that function'
effect before held attach/self $self irqs_off_max >"$work/effect"
has "$work/effect" '^REGRESSION ' 'interrupts are off for longer too'
for metric in insns hold_max:cgroup_mutex hold_mean:cgroup_mutex; do
	effect before held attach/self $self $metric >"$work/effect"
	has "$work/effect" '^NO CHANGE 0' "$metric does not move"
done
effect before held fork/exit controllers=none hold_max:css_set_lock >"$work/effect"
has "$work/effect" '^NO CHANGE 0' 'nor does the lock where nothing migrates'
effect held before attach/self $self hold_max:css_set_lock >"$work/effect"
has "$work/effect" "^IMPROVEMENT -$loop(\\.0)? " 'the other way round it is the IMPROVEMENT'
"$cgmark" explain --run "$run" --event locks before held attach/self $self \
	>"$work/text" 2>"$work/err"
show="$work/err" is $? 0 'explained'
show="$work/text"
has "$work/text" "^css_set_lock .* [+]1,003\$" 'explain has the figures'

tap_done
