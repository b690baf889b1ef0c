#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-slurm.sh CGMARK MKSTREAM [CONTENDER]: cgmark run --slurm, with a controller and two nodes
# of Slurm on this machine: real boots on sim against the run of one machine, and on
# recorded streams what goes wrong on a cluster.
#
# How it could go wrong.  An enemy: a param, a path or a kernel's name that a shell
# carries out.  A tired user: a partition that is not there, ^C in the middle.  A slow
# cluster: a node that is lost with its boots, a controller that does not answer for a
# while.  No task may stay behind, and nothing that was measured may be lost.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
contender=${3-patched}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"
# shellcheck source=harness/test/same-run.sh
. "$here/same-run.sh"
# shellcheck source=harness/test/slurm.sh
. "$here/slurm.sh"
if [ "$(id -u)" -ne 0 ]; then
	echo '1..0 # SKIP daemons of Slurm need root'
	exit 0
fi
for program in munged slurmctld slurmd sbatch; do
	command -v $program >/dev/null && continue
	echo "Bail out! no $program: install slurm-wlm and munge"
	exit 99
done
trap 'cluster_stop; rm -rf "$work"' EXIT
export CGMARK_RESULTS_DIR="$work/results"
show="$work/err"

cluster_start
is "$(sinfo --noheader --format='%P %D %t')" 'bench* 2 idle' 'two nodes are up'

# tasks: those that wait or run.
tasks() {
	squeue --noheader --array --format='%K %T' | grep -cE 'PENDING|RUNNING'
}

# --- real boots -----------------------------------------------------------------------
# Each side boots on its own.
sim="--kernel base=baseline --kernel new=$contender --bench null --bench syscall
--perturbations 4"
# shellcheck disable=SC2086 # words on purpose
{
CGMARK_BOOTS_DIR="$work/boots-whole" "$cgmark" run -q -j 2 $sim --format json \
	-o "$work/whole" >"$work/whole.json" 2>"$work/err"
whole_status=$?
whole=$(echo "$work/whole"/*)
[ "$(jq '.boots | length' "$whole/run.json")" -ge 14 ]
ok $? 'one machine: all boots'
CGMARK_BOOTS_DIR="$work/boots-shards" "$cgmark" run --slurm bench --shards 4 $sim \
	--format json -o "$work/merged" >"$work/merged.json" 2>"$work/err"
is $? $whole_status "four shards: exit status $whole_status"
}
has "$work/err" 'job array [0-9]+: 4 shards of 14 boots on partition bench' \
	'the array is named'
run=$(echo "$work/merged"/2*)
same "$whole" "$run" 'four shards'
is "$(grep -l '"cached"' "$run"/boots/*/boot.json | wc -l)" 0 'each was booted'
is "$(jq -c '[.merged.shards[].number]' "$run/run.json")" '[1,2,3,4]' 'of four shards'
for json in whole merged; do
	jq '[.points[] | del(.boots)]' "$work/$json.json" >"$work/$json.figures"
done
check 'with the same verdicts' cmp "$work/whole.figures" "$work/merged.figures"
is "$(cat "$work/merged/shards"/*/shard-?/2*/run.json | jq -s '[.[].boots | length] | add')" \
	14 'shards had the planned boots alone'

# --- recorded streams -----------------------------------------------------------------
export CGMARK_KERNEL_DIR="$work/kernel"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
mkdir -p "$work/kernel" "$work/bench" "$work/suites"
: >"$work/kernel/kernels.ini"
mkbenches
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/quick.ini"
# Whoever does not quote this leaves a file behind.
cd "$work" || exit 99
odd="$work/a 'folder' \$(touch pwned) & 100%"
mkdir "$odd"
for kernel in base new; do
	cp "$mkstream" "$odd/vmlinux-$kernel"
	echo $kernel >>"$odd/vmlinux-$kernel"
done
record "$work/streams" 1.05

# measure STATUS NAME WORD...
measure() {
	wanted=$1 name=$2
	shift 2
	# In the background of a shell ^C is ignored.
	env --default-signal=INT "$cgmark" run --machine "fake:$work/streams" \
		--kernel "base=image:$odd/vmlinux-base" \
		--kernel "new=image:$odd/vmlinux-new" --no-settle "$@" \
		>"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

measure 1 'one machine' -q -o "$odd/whole"
whole=$(echo "$odd/whole"/*)
measure 1 'a path that is quoted' -q --slurm bench --shards 4 -o "$odd/merged" --
same "$whole" "$(echo "$odd/merged"/2*)" 'a path that is quoted'
[ ! -e "$work/pwned" ]
ok $? 'no shell carried it out'
measure 1 'more shards than CPUs' -q --slurm bench -o "$work/eight"
same "$whole" "$(echo "$work/eight"/2*)" 'one shard for each perturbation'
measure 2 'no such partition' --slurm bnech -o "$work/nowhere"
has "$work/err" '[Ii]nvalid partition' 'says so'
is "$(find "$work/nowhere" -type f | wc -l)" 0 'leaves nothing'
measure 2 'too many shards' --slurm bench --shards 23
is "$(tasks)" 0 'no task is left'

# begin NAME WORD...: in the background, until a boot of each node has ended; $head is
# its process.
begin() {
	out=$work/$1
	shift
	(measure "$@" >"$work/measured") &
	head=$!
	wait_until begun
}
# shellcheck disable=SC2317 # called by wait_until
begun() {
	[ "$(find "$out/shards" -name boot.json 2>/dev/null | wc -l)" -ge 4 ]
}
# Passes on what is() said in the background.
end() {
	wait "$head"
	tap_nr=$((tap_nr + 1))
	sed "s/^\(not \)*ok [0-9]*/\1ok $tap_nr/" "$work/measured"
	! grep -q '^not ok' "$work/measured" || tap_failed=$((tap_failed + 1))
}
for dir in "$work"/streams/*/*; do
	echo 'slow 150' >"$dir/ending"
done

# --- the controller is away -----------------------------------------------------------
begin away 1 'the controller was away' --slurm bench --shards 4 -o "$work/away"
controller=$(cat "$slurm/slurmctld.pid")
kill "$controller"
wait_until grep -q 'does not say how the job array' "$work/err"
cluster_controller
end
same "$whole" "$(echo "$work/away"/2*)" 'the controller was away'

# --- a node is lost -------------------------------------------------------------------
begin lost 5 'a node is lost' --slurm bench --shards 4 -o "$work/lost"
# shellcheck disable=SC2046 # numbers
end_pids $(cluster_pids CGMARK_TEST_NODE=node2 SLURMD_NODENAME=node2)
end
run=$(echo "$work/lost"/2*)
lost=$(jq -r '.boots[].id' "$run/run.json" | while read -r id; do
	[ -f "$run/boots/$id/boot.json" ] || echo "$id"
done | wc -l)
[ "$lost" -gt 0 ] && [ "$lost" -lt 22 ]
ok $? "boots are missing ($lost of 22)"
has "$work/err" "$lost of 22 boots are MISSING" 'it says how many'
has "$work/err" 'OPTION... --resume ' 'and how to complete it'
"$cgmark" compare --run "$run" >"$work/compared" 2>&1
has "$work/compared" '^note: the run is not complete' 'compare says so'
is "$(tasks)" 0 'no task is left'
cluster_node node2
wait_until cluster_is_up
measure 1 'completed here' -q --resume "$run"
same "$whole" "$run" 'completed here'

# --- ^C -------------------------------------------------------------------------------
begin stopped 130 '^C' --slurm bench --shards 4 -o "$work/stopped"
# The child of the subshell is cgmark.
kill -INT "$(ps -o pid= --ppid "$head" | head -n 1)"
end
has "$work/err" 'cancelling the job array' 'it says what it does'
is "$(tasks)" 0 'no task is left'
run=$(echo "$work/stopped"/2*)
[ "$(find "$run" -name boot.json | wc -l)" -ge 4 ]
ok $? 'what was measured is merged'
is "$(cluster_pids SLURMD_NODENAME=node1 SLURMD_NODENAME=node2)" '' \
	'no process of a task is left'
for dir in "$work"/streams/*/*; do
	rm "$dir/ending"
done
measure 1 'completed here' -q --resume "$run"
same "$whole" "$run" 'completed after ^C'

tap_done
