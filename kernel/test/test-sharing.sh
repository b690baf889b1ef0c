#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-sharing.sh CGMARK: two kernels (kernel/test/sharing), one with lists that
# change in the line of what every page fault reads, one with padding between
# them.  Not one instruction differs, and yet the first is a regression of the
# moves, the second its improvement, and explain names the object and both
# functions.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
sharing=$(realpath "$here/sharing")
export CGMARK_RESULTS_DIR="$work/results"

"$cgmark" run -q --no-compare --no-settle --perturbations 4 \
	--machine sim:2 --profile=sharing --bench twin/fault \
	--param parallel=2 --param group=same,siblings --param spin=64 \
	--kernel base=baseline \
	--kernel "together=baseline,patches=$sharing/together.series" \
	--kernel "padded=baseline,patches=$sharing/padded.series" \
	-o "$work/runs" >"$work/out" 2>"$work/err"
show="$work/err" is $? 0 'built and measured'
run=$(echo "$work/runs"/*)

# verdict BASE CONTENDER GROUP METRIC
verdict() {
	"$cgmark" compare --run "$run" --format json "$1" "$2" 2>"$work/err" |
		jq -r --arg group "$3" --arg metric "$4" '[.. | objects |
			select(.metric == $metric and (.params? // "" |
			tostring | contains("group=" + $group))) | .verdict] |
			first // "none"'
}

is "$(verdict base together same moves)" REGRESSION 'together: a regression of moves'
is "$(verdict base together same guest_ns)" 'NO CHANGE' 'and of nothing else'
is "$(verdict base together siblings moves)" 'NO CHANGE' \
	'in groups of their own nothing changed'
is "$(verdict together padded same moves)" IMPROVEMENT 'padding: the improvement'
is "$(verdict together padded same guest_ns)" 'NO CHANGE' 'of nothing else'

"$cgmark" explain --run "$run" --event sharing --format json base together \
	twin/fault group=same >"$work/json" 2>"$work/err"
show="$work/err" is $? 0 'explained'
line='.points[0].lines[0]'
is "$(jq -r "$line.line | sub(\"\\\\+.*\"; \"\")" "$work/json")" slab:kmalloc-512 \
	'the object comes first'
is "$(jq "$line.false.difference > 0" "$work/json")" true 'it is false sharing'
is "$(jq "[$line.contender_uses[] | select(.writes and .function == \"lru_add\")] |
	length > 0" "$work/json")" true 'the writer is named'
is "$(jq "[$line.contender_uses[] | select((.writes | not) and
	.function == \"__mod_memcg_lruvec_state\")] | length > 0" \
	"$work/json")" true 'and the reader'
tap_done
