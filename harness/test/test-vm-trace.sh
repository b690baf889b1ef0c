#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-trace.sh CGMARK: tracepoints on sim, on the baseline built with them.
# Each fires a known number of times per operation.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
tab=$(printf '\t')
show="$work/err"

"$cgmark" run -q -j 1 --kernel traced --perturbations 1 --no-repeat --no-null \
	--samples 5 --no-compare --bench null --bench attach/self \
	--bench 'cgroup/*' --bench fork/exit --param controllers=none \
	--param pace=burst --param depth=1 --param sets=0 --param siblings=0 \
	--param threads=1 --param load=none --param favordynmods=0 \
	--param file=procs --param listeners=0 --param dying=0 \
	--param zombie=0 --param psi=1 \
	--events cgroup:cgroup_attach_task,cgroup:cgroup_mkdir,cgroup:cgroup_rmdir,sched:sched_switch,context-switches,sched:cgmark_nothing \
	>"$work/out" 2>"$work/err"
ok $? 'a run that counts tracepoints'
boot=$(echo "$work"/results/runs/*/boots/traced-p0-events)
is "$(grep -c '^ *not ok' "$boot/status.ktap")" 0 'every point passes its check'

# counted BENCH EVENT: the different values of one operation, in all its points.
counted() {
	awk -F "$tab" -v bench="$1" -v event="$2" '
	$1 == "S" && $2 == bench && $5 == event { print $7 / $8 }' \
		"$boot/samples.tsv" | sort -u | tr '\n' ' '
}

is "$(counted attach/self cgroup:cgroup_attach_task)" '1 ' \
	'attach/self: one move an operation, on v1 and v2'
is "$(counted cgroup/mkdir cgroup:cgroup_mkdir)" '1 ' \
	'cgroup/mkdir: one group made an operation'
is "$(counted cgroup/mkdir cgroup:cgroup_rmdir)" '0 ' \
	'cgroup/mkdir: and none removed'
is "$(counted cgroup/rmdir cgroup:cgroup_rmdir)" '1 ' \
	'cgroup/rmdir: one group removed an operation'
is "$(counted cgroup/rmdir cgroup:cgroup_mkdir)" '0 ' \
	'cgroup/rmdir: and none made'
for event in attach_task mkdir rmdir; do
	is "$(counted null cgroup:cgroup_$event)" '0 ' "null: no cgroup_$event"
done
# Two ways to count the same thing in the same samples.
is "$(counted fork/exit sched:sched_switch)" \
	"$(counted fork/exit context-switches)" \
	'fork/exit: as many sched_switch as context switches'
is "$(counted fork/exit sched:sched_switch | cut -d ' ' -f 1)" 2 \
	'fork/exit: to the child and back again'
is "$(awk -F "$tab" '$1 == "N" { print $5 ": " $6 }' "$boot/samples.tsv" |
	sort -u)" 'sched:cgmark_nothing: this kernel has no such tracepoint' \
	'only what is not there is not supported'

# --- functions --------------------------------------------------------------------
"$cgmark" run -q -j 1 --kernel traced --perturbations 1 --no-repeat --no-null \
	--samples 5 --no-compare --bench null --bench attach/self \
	--param controllers=none --param pace=burst --param threads=1 \
	--param load=none --param favordynmods=0 --param file=procs \
	--latencies=cgroup_attach_task,taskstats_exit,cgmark_nothing \
	-o "$work/latencies" >"$work/out" 2>"$work/err"
ok $? 'a run that times functions'
boot=$(echo "$work"/latencies/*/boots/traced-p0-events)
is "$(counted attach/self cgroup_attach_task:calls)" '1 ' \
	'attach/self: one call of cgroup_attach_task an operation'
is "$(counted null cgroup_attach_task:calls)" '0 ' 'null: none'
is "$(awk -F "$tab" '$1 == "N" && $5 == "taskstats_exit:max_ns" { print $2 ": " $6 }' \
	"$boot/samples.tsv" | sort -u)" 'attach/self: not called
null: not called' 'a function that is not called has no times'
awk -F "$tab" '
$1 == "S" && $5 ~ /^cgroup_attach_task:.*_ns$/ { t[$4, $5] = $7; p[$4] = 1 }
END {
	f = "cgroup_attach_task:"
	for (i in p) {
		n++
		bad += !(t[i, f "min_ns"] > 0 &&
			t[i, f "min_ns"] <= t[i, f "median_ns"] &&
			t[i, f "median_ns"] <= t[i, f "p99_ns"] &&
			t[i, f "p99_ns"] <= t[i, f "max_ns"])
	}
	exit n != 2 || bad
}' "$boot/samples.tsv"
ok $? 'attach/self: least, median, 99th percentile and greatest time, in order'
is "$(awk -F "$tab" '$1 == "N" && $5 == "cgmark_nothing:calls" { print $6 }' \
	"$boot/samples.tsv" | sort -u)" \
	'ENOENT: no such function to probe in this kernel (inlined?)' \
	'a function that is not there is not supported'

tap_done
