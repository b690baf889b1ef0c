#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Workloads on machine sim: the same kernel under two names gives the same
# counts, bit for bit, and the record says what was run.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

"$cgmark" run -q -j 1 --format json --kernel a=baseline --kernel b=baseline \
	--perturbations 1 --no-null --no-repeat --samples 3 --bench workload/fork --bench workload/exec \
	--param controllers=v1,all --param load=none,attach \
	>"$work/json" 2>"$work/err"
is $? 0 'the run exits 0' || sed 's/^/# /' "$work/err"
is "$(jq '.points | length' "$work/json")" 8 'all points are compared'
is "$(jq '[.points[] | select(.difference != 0)] | length' "$work/json")" 0 \
	'both names have the same counts'
is "$(jq -r '[.points[] | select(.verdict == "INVALID")] | length' \
	"$work/json")" 0 'no point is invalid'
boots=$(echo "$work"/results/runs/*/boots)
is "$(sha256sum "$boots"/*/samples.tsv | cut -d ' ' -f 1 | sort -u | wc -l)" 1 \
	'both boots have the same sample file'

# median POINT: instructions of one operation.
median() {
	jq ".points[] | select(.benchmark + \" \" + .params == \"$1\") |
		.base_median" "$work/json"
}
none=$(median 'workload/fork controllers=all,load=none')
attach=$(median 'workload/fork controllers=all,load=attach')
awk -v a="$none" -v b="$attach" 'BEGIN { exit !(a > 100000 && b > 1.05 * a) }'
ok $? "an attach storm shows in a workload beside it ($none, $attach)"

boot=$boots/a-p0
fork=$boot/workload-fork,controllers=all,load=attach
has "$fork.command" '^stress-ng, version [0-9]' 'record: version of stress-ng'
has "$fork.command" '^stress-ng --fork 1 --fork-ops 50 --no-rand-seed --temp-path /tmp --metrics-brief$' \
	'record: its command line'
has "$fork.out" '^stress-ng: .*fork +50 ' 'record: its output'
exec=$boot/workload-exec,controllers=v1,load=none
has "$exec.command" '^hyperfine [0-9]' 'record: version of hyperfine'
has "$exec.command" "^hyperfine --shell none .* true$" 'record: its command line'
is "$(jq '.results[0].exit_codes | length' "$exec.json")" 20 \
	'record: its JSON, with all its runs'
has "$fork.perf" ' [1-9][0-9]* +page-faults ' 'record: what perf stat counted'
has "$boot/status.ktap" '# \| load: attach, [1-9][0-9]* moves' \
	'record: work of the load'
is "$(find "$boots" -name '*.command' | wc -l)" 16 \
	'every point in every boot has its files'
check 'the files are as they were summed' "$cgmark" verify
echo >>"$exec.json"
"$cgmark" verify >"$work/out" 2>&1
is $? 5 'a file that was altered is found'
has "$work/out" 'workload-exec,controllers=v1,load=none.json' '... and named'

tap_done
