#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-facts.sh CGMARK: known properties of control groups show in the figures
# of the baseline, and every point of the benchmarks concerned is measured.  One
# boot, exact counts, generous bounds.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
tab=$(printf '\t')

"$cgmark" run -q -j 1 --kernel base=baseline --perturbations 1 --no-repeat \
	--no-null --samples 3 --no-compare --bench 'attach/*' --bench 'fork/*' \
	--bench procs/read --bench tasks/read --param pids=10,100,1000 \
	--bench 'cgroup/*' --bench freezer/freeze \
	>"$work/out" 2>"$work/err"
show="$work/err" ok $? 'one boot of the baseline'
boot=$(echo "$work"/results/runs/*/boots/base-p0)
check 'the boot has samples' test -s "$boot/samples.tsv"

is "$(grep -c '^ *not ok' "$boot/status.ktap")" 0 'every point passes its check'
is "$(grep '# SKIP' "$boot/status.ktap" | sed 's/.*# SKIP //' | sort -u)" \
	"no /dev/vhost-net: the kernel is without VHOST_NET
v2 has no controller 'net_cls'" \
	'no point is skipped but what v2 lacks, and what only vhost does'
has "$boot/status.ktap" '# [|] on 1 CPU: .*not of contention' \
	'attach/storm says on how many CPUs it ran'

# cost POINT: the least that one operation costs.  Now and then an operation
# refills a batch of memory for those that follow: up to two of three samples.
cost() {
	awk -F "$tab" -v want="$1" '
	$1 == "S" && $2 " " $4 == want { print $7 / $8 }' "$boot/samples.tsv" |
		sort -n | head -n 1
}

# ratio A OP FACTOR B NAME: cost of A OP FACTOR * cost of B.
ratio() {
	a=$(cost "$1")
	b=$(cost "$4")
	awk -v a="$a" -v b="$b" "BEGIN { exit !(a > 0 && b > 0 && a $2 $3 * b) }"
	ok $? "$5 (${a:-nothing}, ${b:-nothing})"
}

for v in 1 2; do
	for bench in self process foreign thread; do
		ratio "attach/$bench controllers=none,pace=200ms,version=$v" '>=' 10 \
			"attach/$bench controllers=none,pace=burst,version=$v" \
			"v$v attach/$bench: paced costs 10 times a burst"
		ratio "attach/$bench controllers=none,favordynmods=1,pace=200ms,version=$v" \
			'<=' 4 "attach/$bench controllers=none,pace=burst,version=$v" \
			"v$v attach/$bench: but not with favordynmods"
	done
	ratio "attach/storm controllers=none,pace=200ms,version=$v" '>=' 1.5 \
		"attach/storm controllers=none,favordynmods=1,pace=200ms,version=$v" \
		"v$v attach/storm: paced waits without favordynmods"
	ratio "attach/self controllers=none,file=tasks,pace=200ms,version=$v" \
		'<=' 4 "attach/self controllers=none,pace=burst,version=$v" \
		"v$v attach/self: a thread that moves itself does not wait"
	ratio "attach/process controllers=none,pace=burst,threads=256,version=$v" \
		'>=' 8 "attach/process controllers=none,pace=burst,version=$v" \
		"v$v attach/process: grows with the threads"
	ratio "attach/thread controllers=none,pace=burst,threads=256,version=$v" \
		'<=' 1.1 "attach/thread controllers=none,pace=burst,version=$v" \
		"v$v attach/thread: does not grow with the threads"
	for list in procs tasks; do
		for pids in 10 100; do
			ratio "$list/read pids=${pids}0,version=$v" '>=' 4 \
				"$list/read pids=$pids,version=$v" \
				"v$v $list/read: grows from $pids to ${pids}0"
		done
	done
	ratio "freezer/freeze tasks=1000,version=$v" '>=' 5 \
		"freezer/freeze tasks=100,version=$v" \
		"v$v freezer/freeze: grows with the tasks"
	for op in mkdir rmdir; do
		ratio "cgroup/$op controllers=all,version=$v" '>=' 2 \
			"cgroup/$op controllers=none,version=$v" \
			"v$v cgroup/$op: controllers cost"
		# A thousand groups leave pieces of per-CPU memory, among which mkdir
		# looks for a larger one.
		limit=1.2
		[ $op = rmdir ] || limit=1.7
		ratio "cgroup/$op controllers=none,siblings=1000,version=$v" \
			'<=' $limit "cgroup/$op controllers=none,version=$v" \
			"v$v cgroup/$op: siblings hardly do"
	done
done

for bench in exit vfork thread; do
	ratio "fork/$bench controllers=all" '>=' 1.05 \
		"fork/$bench controllers=none" "fork/$bench: controllers cost"
	ratio "fork/$bench controllers=all,depth=64" '>=' 1.5 \
		"fork/$bench controllers=all" "fork/$bench: depth costs"
	ratio "fork/$bench controllers=all,sets=1024" '<=' 1.05 \
		"fork/$bench controllers=all" "fork/$bench: css_sets do not"
done
ratio 'fork/clone_into controllers=none,pace=200ms,way=attach' '>=' 10 \
	'fork/clone_into controllers=none,pace=200ms,way=into' \
	'fork/clone_into: fork and attach waits, cloning into does not'
ratio 'fork/clone_into controllers=none,way=attach' '>=' 1.02 \
	'fork/clone_into controllers=none,way=into' \
	'fork/clone_into: and costs more in a burst as well'

# --- the new interfaces beside the mainline way --------------------------------
mkdir "$work/suites"
cat >"$work/suites/facts.ini" <<'END'
[suite]
summary = what the new interfaces are for
benchmarks = stats/read signal/all rebind/add mm_owner/exit
[stats/read]
groups = 1000
files = all
way = path,pread,dump,subtree
[signal/all]
tasks = 1024
favordynmods = 0
[rebind/add]
groups = 256
tasks = 0
[mm_owner/exit]
case = transient
tasks = 0,1000
END
CGMARK_SUITES_DIR="$work/suites" "$cgmark" run -q -j 1 --kernel old=baseline \
	--kernel new=patched --perturbations 1 --no-repeat --no-null \
	--samples 2 --no-compare --suite facts >"$work/out" 2>"$work/err"
show="$work/err" ok $? 'one boot of the baseline, and one of the patched kernel'

boot=$(echo "$work"/results/runs/*/boots/old-p0)
ratio 'mm_owner/exit case=transient,tasks=1000' '>=' 3 \
	'mm_owner/exit case=transient,tasks=0' \
	'mm_owner/exit: grows with the tasks'

boot=$(echo "$work"/results/runs/*/boots/new-p0)
is "$(grep -cE '^ *not ok|# SKIP' "$boot/status.ktap")" 0 \
	'patched: every point is measured and passes its check'
read=stats/read\ files=all,groups=1000,way
for way in dump subtree; do
	ratio "$read=path" '>=' 10 "$read=$way" \
		"stats/read: $way costs a tenth of open, read, parse"
	ratio "$read=pread" '>=' 3 "$read=$way" \
		"stats/read: $way costs a third of a kept descriptor"
done
for state in asleep blocked probe; do
	signal=signal/all\ favordynmods=0,state=$state,tasks=1024,way
	ratio "$signal=new" '<=' 0.9 "$signal=mainline" \
		"signal/all: beats a loop over 1024 processes, $state"
done
add=rebind/add\ controller=pids,groups=256,tasks=0,way
ratio "$add=new" '<=' 0.9 "$add=mainline" \
	'rebind/add: beats building again 256 groups'
ratio 'mm_owner/exit case=transient,tasks=1000' '<=' 1.1 \
	'mm_owner/exit case=transient,tasks=0' 'patched mm_owner/exit: does not'

# So many only here: the baseline takes long to make them.
"$cgmark" run -q -j 1 --kernel many=patched --perturbations 1 --no-repeat \
	--no-null --samples 8 --no-compare --bench css_set/lookup \
	--param sets=16,4096 --param hierarchies=1 --param controller=none \
	>"$work/out" 2>"$work/err"
show="$work/err" ok $? 'one boot of the patched kernel with 4096 css_sets'
boot=$(echo "$work"/results/runs/*/boots/many-p0)
for op in hit miss; do
	ratio "css_set/lookup op=$op,sets=4096" '<=' 1.05 \
		"css_set/lookup op=$op,sets=16" \
		"patched css_set/lookup: 4096 sets cost what 16 do, $op"
done

tap_done
