#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Machine metal on the lab machine of metal-lab.sh: the ways in which a boot
# can end that test-vm-metal.sh leaves out.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/metal-lab.sh
. "$here/metal-lab.sh"
show="$work/log"
build_lab

# --- endings ---------------------------------------------------------------------
make_disks <<END
install $install
first $run $a --bench null
init-panic $run $a,cmdline=cgmark_fault=panic --bench null
hang $run $a --bench null --bench ruin --param what=hang
pause $run $a --bench null --bench ruin --param what=pause
flood $run $a --bench null --bench ruin --param what=flood
reset-before-2-run $run $a --bench null
reset-after-2-run $run $a --bench null
reset-before-3-run $run $a --bench null
reset-after-3-run $run $a --bench null
reset-before-1-metal $run $a --bench null
reset-after-1-metal $run $a --bench null
bailed $run $a,cmdline=initcall_blacklist=virtio_blk_init --bench null
stop $run --perturbations 2 $a,cmdline=cgmark_fault=triple --bench null
after run --machine metal $a --bench null
END
run_lab 1800 "$work/log"
is $? 0 'the machine turned itself off'
read_home

told init-panic

lasted hang hung
has "$work/got/out/hang.err" 'reset by its watchdog' 'hang: the message says so'
lasted pause overdue
has "$work/got/out/pause.err" 'before its deadline' 'pause: the message says so'
lasted flood overdue

for name in reset-before-2-run reset-after-2-run reset-before-3-run reset-after-3-run \
	reset-before-1-metal reset-after-1-metal; do
	ended "$name" 0 ended
	is "$(ups "$name")" 2 "$name: there was one reset more"
	check "$name: two attempts at most" test "$(attempts "$name")" -le 2
	is "$(jq -r .status "$(run_of "$name")/run.json")" complete "$name: the run is complete"
	check "$name: its files are sound" "$cgmark" verify "$(run_of "$name")"
done

# A kernel without a driver for the disk.
ended bailed 5 bailed
is "$(attempts bailed)" 2 'bailed: two attempts'
has "$work/got/out/bailed.err" 'could not use the scratch partition' 'bailed: the message says so'
has "$(run_of bailed)/boots/a-p0/console.log" 'Bail out! find the scratch partition' \
	'bailed: and its console says why'

ended stop 5 silent
is "$(attempts stop)" 3 'stop: no more than three resets'
has "$work/got/out/stop.err" '3 resets in a row that nobody expected.*--again' \
	'stop: the message says what to do'
has "$work/got/metal/journal" '^stopped 1$' 'stop: and so does the journal'
check 'stop: nothing was begun after that' test ! -e "$work/got/out/after.status"

# --- a partition with little room ------------------------------------------------
scratch_mib=3
make_disks <<END
install $install
full $run $a --bench null --bench ruin --param what=talk
spill $run $a,cmdline=log_buf_len=4M --bench null --bench ruin --param what=spill
good $run $a --bench null
END
scratch_mib=16
run_lab 600 "$work/log"
is $? 0 'little room: the machine turned itself off'
read_home
ended full 5 no-room
is "$(attempts full)" 1 'full: one attempt'
has "$work/got/out/full.err" 'make the scratch partition larger' 'full: the message says what to do'
ended spill 4 flooded
is "$(attempts spill)" 1 'spill: one attempt'
ended good 0 ended

# --- one in the middle of a write --------------------------------------------------
# block AT: its magic and whose it is.  That at 1 MiB is the first.
block() {
	od -An -v -tx1 -j $(($1 * 4096)) -N 24 "$work/scratch.img"
}

# The block behind the last one of this attempt.
end_of_blocks() {
	end=257
	while [ "$(block $end)" = "$(block 256)" ]; do
		end=$((end + 1))
	done
	echo $end
}

# The first program has ended, so that the other pauses.  Until it was left for, what
# is there is that of the boot before.
has_measured() {
	sed -n '/torn begins/,$p' "$work/log1" | grep -aq 'Emergency Remount' &&
		dd if="$work/scratch.img" bs=4096 skip=256 count=$(($(end_of_blocks) - 256)) 2>"$work/dd" |
		grep -aq 'elapsed_ns'
}

make_disks <<END
install $install
early $run $a --bench null
torn $run $a --bench null --bench ruin --param what=pause
END
: >"$work/log1"
start_lab "$work/log1"
wait_until has_measured
sleep 3
cut_lab
last=$(($(end_of_blocks) - 1))
dd if=/dev/zero of="$work/scratch.img" bs=1 seek=$((last * 4096 + 64)) count=4032 conv=notrunc 2>"$work/dd"
run_lab 600 "$work/log"
is $? 0 'torn: the machine turned itself off'
read_home
ended torn 4 overdue
is "$(attempts torn)" 2 'torn: one attempt more'
has "$work/got/out/torn.err" "attempt 1: power-cut; $((last - 257)) blocks" \
	'torn: home saw the cut, and left out the block'
has "$work/got/out/torn.err" "attempt 2: overdue; $((last - 255)) blocks" \
	'torn: the other attempt has it, and its end'

# --- somebody else's partition -----------------------------------------------------
# since JOB: what the console said since it began.
since() {
	sed -n "/$1 begins/,\$p" "$work/log"
}
foreign_has_left() {
	since foreign | grep -aq 'Emergency Remount'
}
foreign_is_back() {
	since foreign | grep -aq 'home is up'
}

# Of the machine before, and right in all but whose it is.
dd if="$work/scratch.img" of="$work/header" bs=4096 skip=256 count=1 2>"$work/dd"
make_disks <<END
install $install
foreign $run $a --bench null
END
: >"$work/log"
start_lab "$work/log"
wait_until foreign_has_left
kill -STOP "$qemu"
dd if="$work/header" of="$work/scratch.img" bs=4096 seek=256 conv=notrunc 2>"$work/dd"
cp "$work/scratch.img" "$work/before.img"
kill -CONT "$qemu"
wait_until foreign_is_back
kill -STOP "$qemu"
check 'foreign: the kernel under test wrote nothing' \
	cmp -i $((257 * 4096)) "$work/before.img" "$work/scratch.img"
kill -CONT "$qemu"
end_lab 600
is $? 0 'foreign: the machine turned itself off'
read_home
ended foreign 0 ended
is "$(attempts foreign)" 2 'foreign: one attempt more'
has "$work/got/out/foreign.err" 'attempt 1: overwritten; 0 blocks' 'foreign: home saw it'

# --- memory that does not outlive a reset --------------------------------------------
ramoops=
make_disks <<END
install $install
probe probe metal
good $run $a --bench null
init-panic $run $a,cmdline=cgmark_fault=panic --bench null
panic $run $a,cmdline=panic=1 --bench null --bench ruin --param what=panic
END
run_lab 600 "$work/log"
is $? 0 'no memory: the machine turned itself off'
read_home
has "$work/got/out/probe.out" 'last words not kept' 'no memory: probe says so'
ended good 0 ended
ended init-panic 4 silent
is "$(attempts init-panic)" 2 'no memory: init-panic: two attempts'
ended panic 4 reset
is "$(attempts panic)" 2 'no memory: panic: two attempts, as it might have been a power cut'
has "$work/got/out/panic.err" 'reset without a trace' 'no memory: panic: the message says so'
tap_done
