#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-cost.sh CGMARK: three kernels, each with a small cost added in one place
# (kernel/test/cost), are built and measured, and explain names that function
# first.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
cost=$(realpath "$here/cost")
export CGMARK_RESULTS_DIR="$work/results"

"$cgmark" run -q --no-compare --no-null --perturbations 1 --profile \
	--kernel base=baseline \
	--kernel "migrate=baseline,patches=$cost/migrate.series" \
	--kernel "taskstats=baseline,patches=$cost/taskstats.series" \
	--kernel "fork=baseline,patches=$cost/fork.series" \
	--bench attach/self --bench taskstats/pid --bench fork/vfork \
	--param pace=burst --param way=netlink --param controllers=none \
	-o "$work/runs" >"$work/out" 2>"$work/err"
show="$work/err" is $? 0 'built and measured'
run=$(echo "$work/runs"/*)

# explained KERNEL BENCH FUNCTION: it comes first at every point, and costs more.
explained() {
	"$cgmark" explain --run "$run" --strict --format json base "$1" "$2" \
		>"$work/json" 2>"$work/err"
	show="$work/err" is $? 0 "$1: $2 explained"
	is "$(jq -c '[.points[].functions[0].function] | unique' \
		"$work/json")" "[\"$3\"]" "$1: $3 is first"
	is "$(jq '[.points[].functions[0].exclusive.difference > 100] | all' \
		"$work/json")" true "$1: it costs more"
}

explained migrate attach/self cgroup_migrate_execute
explained taskstats taskstats/pid fill_stats
# fork/exit allocates pages from lists whose state varies, and with cpu the load
# of groups is updated now and then.
explained fork fork/vfork copy_process

# The rows agree; those of unchanged code hold at most part of an interrupt.
# row KERNEL BENCH ROW CONDITION
row() {
	"$cgmark" explain --run "$run" --format json base "$1" "$2" \
		>"$work/json"
	is "$(jq --arg row "$3" "[.points[].rows[] | select(.row == \$row) |
		.difference | $4] | length > 0 and all" "$work/json")" true \
		"$1: row $3, $4"
}

row migrate attach/self 'attach: migration' '. > 300'
row migrate attach/self 'css_set lookup' '. > -100 and . < 100'
row taskstats taskstats/pid 'taskstats: reply built' '. > 300'
row taskstats taskstats/pid 'taskstats: reply sent' '. > -100 and . < 100'

tap_done
