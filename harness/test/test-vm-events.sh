#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-events.sh CGMARK: events that the baseline counts on sim.  Where the
# number of events of an operation is known, the count is exact; what the machine
# or the kernel does not have is reported as lacking; and no timed boot changes.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
export TMPDIR="$work/tmp"
mkdir "$TMPDIR"
tab=$(printf '\t')
show="$work/err"

# measure DIR WORD...: the same boots, with the words added.
measure() {
	dir=$1
	shift
	"$cgmark" run -q -j 1 --fresh --kernel base=baseline --perturbations 1 \
		--no-repeat --no-null --samples 5 --bench null \
		--bench fault/anon --bench fork/exit --param group=none \
		--param controllers=none --param depth=1 --param sets=0 \
		--param listeners=0 --param dying=0 --param threads=1 \
		--param favordynmods=0 --param psi=1 \
		-o "$work/$dir" "$@" >"$work/out" 2>"$work/err"
}

measure plain
ok $? 'a run without events'
measure counted --events page-faults,page-faults:u,page-faults:k,minor-faults,context-switches,cpu-migrations,task-clock,cycles,MEM_LOAD_RETIRED:L3_MISS,cgroup:cgroup_attach_task --latencies=find_css_set
ok $? 'the same run with events'
run=$(echo "$work"/counted/*)
boot=$run/boots/base-p0-events

# --- nothing else changes ---------------------------------------------------------
is "$(cd "$run/boots" && echo *)" 'base-p0 base-p0-events' \
	'events are counted in a boot of their own'
check 'the samples of the timed boot are the same, to the byte' \
	cmp "$work"/plain/*/boots/base-p0/samples.tsv "$run/boots/base-p0/samples.tsv"
is "$(awk -F "$tab" '$2 == "null" { print $5, $7 }' \
	"$run/boots/base-p0/samples.tsv" | sort -u)" 'insns 19' \
	'the readings of the clock cost 19 instructions, as ever'
is "$(awk -F "$tab" '$1 == "S" && $5 ~ /insns|_ns$/' "$boot/samples.tsv" |
	wc -l)" 0 'the boot that counts times nothing'

# --- what is counted --------------------------------------------------------------
# counted BENCH EVENT: the different values of one operation.
counted() {
	awk -F "$tab" -v bench="$1" -v event="$2" '
	$1 == "S" && $2 == bench && $5 == event { print $7 / $8 }' \
		"$boot/samples.tsv" | sort -u | tr '\n' ' '
}

is "$(counted fault/anon page-faults)" '1 ' \
	'fault/anon: one page fault a page, in every sample'
is "$(counted fault/anon minor-faults)" '1 ' 'fault/anon: and it is a minor one'
is "$(counted fault/anon page-faults:u)" '1 ' 'fault/anon: in user mode'
is "$(counted fault/anon page-faults:k)" '0 ' 'fault/anon: not in the kernel'
is "$(counted fault/anon context-switches)" '0 ' 'fault/anon: nobody waits'
# System-wide counts: now and then a kernel thread runs in between.
least=$(counted fork/exit context-switches | cut -d ' ' -f 1)
is "$least" 2 'fork/exit: to the child and back again'
is "$(counted fork/exit context-switches | tr ' ' '\n' | awk '$1 >= 3')" '' \
	'fork/exit: in no sample a switch more for each fork'
is "$(counted fork/exit cpu-migrations)" '0 ' 'fork/exit: one CPU only'
for event in page-faults context-switches cpu-migrations; do
	is "$(counted null "$event")" '0 ' "null: no $event"
done
# The parent's copies of pages that it wrote to, and all that the child touches.
[ "0$(counted fork/exit page-faults | cut -d ' ' -f 1 | cut -d . -f 1)" -ge 2 ]
ok $? 'fork/exit: parent and child have page faults'
is "$(counted fork/exit minor-faults)" "$(counted fork/exit page-faults)" \
	'fork/exit: all of them minor ones'
# A tick is an instruction, so the clock events agree with the clock, but for the
# cost of counting each fault.
awk -F "$tab" '
FNR == NR && $2 == "fault/anon" { insns = $7 }
FNR != NR && $2 == "fault/anon" && $5 == "task-clock" {
	n++
	bad += $7 < insns || $7 > insns * 1.2
}
END { exit n != 5 || bad }' "$run/boots/base-p0/samples.tsv" \
	"$boot/samples.tsv"
ok $? 'fault/anon: task-clock is at most 20% above the instructions'

# --- what is not ------------------------------------------------------------------
lacking() {
	awk -F "$tab" -v event="$1" '$1 == "N" && $5 == event { print $6 }' \
		"$boot/samples.tsv" | sort | uniq -c | sed 's/^ *//'
}
for event in cycles MEM_LOAD_RETIRED:L3_MISS; do
	is "$(lacking $event)" '3 ENOENT: no such counter here (no PMU)' \
		"$event is not supported, at every point"
	is "$(counted null $event)" '' "$event is not 0 but nothing"
done
is "$(lacking cgroup:cgroup_attach_task)" \
	'3 this kernel has no tracepoints (CONFIG_EVENT_TRACING) or no tracefs' \
	'a tracepoint is not supported, with the reason'
is "$(lacking find_css_set:calls)" \
	'3 ENOENT: this kernel has no CONFIG_KPROBE_EVENTS' \
	'without kprobes functions cannot be timed'
has "$work/out" '^cycles not supported on base: ENOENT: ' 'the text says so'
is "$(jq -r '.events[] | select(.event | startswith("MEM_")) | .means' \
	"$run/run.json" | cut -d : -f 1-4)" 'nhm::MEM_LOAD_RETIRED:L3_MISS' \
	'the record says what the name means on the processor of sim'

# --- probe ------------------------------------------------------------------------
"$cgmark" probe -q --events=page-faults,instructions sim >"$work/out" \
	2>"$work/err"
ok $? 'probe --events sim'
is "$(sed 1d "$work/out")" 'sim: page-faults: counted
sim: instructions: not supported: ENOENT: no such counter here (no PMU)' \
	'probe says what is counted in the guest'
is "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0 'probe leaves nothing behind'

tap_done
