#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Machine metal on a lab machine that QEMU makes: home is our own kernel on a disk
# with cgmark, and starts kernels by kexec; results are on a second disk; a watchdog
# resets the machine.  The kernels under test are the same one, with a patch that lets
# a benchmark end it.

cgmark=$(realpath "$1")
mkdisk=$(realpath "$2")
ruin=$(realpath "$3")
bench=${CGMARK_BENCH_DIR:-$(dirname "$cgmark")/bench}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# For mkfs.ext4 and debugfs, which users do not find.
PATH=$PATH:/usr/sbin:/sbin
top=$(CDPATH='' cd -- "$here/../.." && pwd)
uuid=11223344-5566-7788-99aa-bbccddeeff00

# Seconds that a boot may take, and after which the watchdog fires.
deadline=60
watchdog=75

# --- the machine ---------------------------------------------------------------
"$cgmark" build -q "metal=deb:linux-source-6.12,config=base:cgroup:net:metal,patches=$top/kernel/test/fault/series" \
	>"$work/kernel" 2>"$work/err"
is $? 0 'a kernel is built' || { sed 's/^/# /' "$work/err"; tap_done; }
kernel=$(grep -o '/[^ ]*/kernels/[0-9a-f]*' "$work/kernel" | head -n 1)
check 'with what kexec takes' test -s "$kernel/bzImage"

# Home: cgmark with its libraries, and what a run needs.
home=$work/home
mkdir -p "$home/bin" "$home/bench" "$home/k" "$home/kernel" "$home/suites" \
	"$home/results" "$home/proc" "$home/sys" "$home/dev" "$home/tmp" "$home/run"
cp "$cgmark" "$home/bin/"
cp "$(command -v busybox)" "$home/bin/busybox"
ldd "$cgmark" | grep -o '/[^ ]*' | while read -r lib; do
	mkdir -p "$home$(dirname "$lib")"
	cp "$lib" "$home$lib"
done
cp "$bench/guest-init" "$bench/bench-null" "$bench/bench-syscall" \
	"$home/bench/"
cp "$ruin" "$home/bench/bench-ruin"
cp "$kernel/vmlinux" "$kernel/bzImage" "$home/k/"
cp "$top/kernel/kernels.ini" "$home/kernel/"
cp "$here/lab-init.sh" "$home/init"

# make_disks: from the folder, with the jobs on stdin.
make_disks() {
	cat >"$home/jobs"
	rm -f "$work/home.img"
	truncate -s 400M "$work/home.img" &&
		mkfs.ext4 -q -d "$home" "$work/home.img" >"$work/mkfs" 2>&1 &&
		"$mkdisk" "$work/scratch.img" 16 "$uuid"
}

start_lab() {
	qemu-system-x86_64 -no-user-config -nodefaults -machine q35,usb=off \
		-accel tcg,thread=single -cpu Nehalem-v1 -m 768M -display none \
		-monitor none -serial "file:$1" \
		-drive "file=$work/home.img,format=raw,if=virtio" \
		-drive "file=$work/scratch.img,format=raw,if=virtio" \
		-device i6300esb -action watchdog=reset \
		-kernel "$kernel/bzImage" \
		-append "root=/dev/vda rw init=/init console=ttyS0 panic=-1 watchdog.stop_on_reboot=0 loglevel=4" \
		>"$work/qemu" 2>&1 </dev/null &
	qemu=$!
}

# run_lab SECONDS LOG: until it turns itself off.
run_lab() {
	start_lab "$2"
	left=$1
	while kill -0 "$qemu" 2>/dev/null && [ "$left" -gt 0 ]; do
		left=$((left - 1))
		sleep 1
	done
	[ "$left" -gt 0 ] || kill "$qemu"
	wait "$qemu"
}

read_home() {
	rm -rf "$work/got"
	mkdir "$work/got"
	debugfs -R "rdump /out $work/got" "$work/home.img" >/dev/null 2>&1
	debugfs -R "rdump /results $work/got" "$work/home.img" >/dev/null 2>&1
	debugfs -R "rdump /metal $work/got" "$work/home.img" >/dev/null 2>&1
}

# status_of NAME
status_of() {
	cat "$work/got/out/$1.status" 2>/dev/null
}

# run_of NAME: its folder among those read.
run_of() {
	id=$(grep -o '[0-9]\{8\}T[0-9]\{6\}Z-[0-9a-f]\{4\}' "$work/got/out/$1.err" | head -n 1)
	echo "$work/got/results/runs/$id"
}

# ended NAME STATUS WORD: with this status, after endings of this kind.
ended() {
	is "$(status_of "$1")" "$2" "$1: exit status $2"
	has "$work/got/out/$1.err" ": $3; [0-9]* blocks" "$1: home saw what it was"
}

# attempts NAME: how many, of all boots.
attempts() {
	grep -c 'leaving for kernel' "$work/got/out/$1.err"
}

run='run --machine metal --perturbations 1 --seed 1'
a='--kernel a=image:/k/vmlinux'
b='--kernel b=image:/k/vmlinux,cmdline=cgmark_other'
show="$work/log"

# --- endings ---------------------------------------------------------------------
make_disks <<END
before probe metal
install metal install --scratch $uuid --deadline $deadline --watchdog $watchdog
probe probe metal
good $run $a $b --bench null --bench syscall
panic $run $a,cmdline=panic=1 --bench null --bench ruin --param what=panic
hang $run $a --bench null --bench ruin --param what=hang
triple $run $a --bench null --bench ruin --param what=triple
stop $run --perturbations 2 $a,cmdline=cgmark_fault=triple --bench null
after run --machine metal $a --bench null
END
is $? 0 'disks are made'
run_lab 1500 "$work/log"
is $? 0 'the machine turned itself off'
read_home

is "$(status_of before)" 5 'before it is installed it cannot be used'
has "$work/got/out/before.out" 'cgmark metal install' 'and says what to do'
is "$(status_of install)" 0 'it is installed'
is "$(status_of probe)" 0 'then it can be used'
has "$work/got/out/probe.out" \
	"usable: home Linux .*watchdog i6300ESB.* after $watchdog s.*scratch $uuid" \
	'and says what it has'

ended good 0 ended
is "$(attempts good)" 2 'good: one attempt at each boot'
is "$(jq -r .status "$(run_of good)/run.json")" complete 'good: the run is complete'
check 'good: its files are sound' "$cgmark" verify "$(run_of good)"
is "$(cat "$(run_of good)"/boots/*/status.ktap | grep -c '^    ok 1 ')" 4 \
	'good: each point was measured on each kernel'
has "$(run_of good)/boots/a-p0/samples.tsv" 'syscall.*elapsed_ns' 'good: in time'

ended panic 4 reset
is "$(attempts panic)" 2 'panic: two attempts, as it might have been a power cut'
has "$work/got/out/panic.err" 'reset without a trace' 'panic: the message says so'
has "$(run_of panic)/boots/a-p0/samples.tsv" 'null' \
	'panic: what was measured before is there'
ended hang 4 hung
is "$(attempts hang)" 1 'hang: one attempt'
has "$work/got/out/hang.err" 'reset by its watchdog' 'hang: the message says so'
has "$(run_of hang)/boots/a-p0/samples.tsv" 'null' \
	'hang: what was measured before is there'
ended triple 4 reset

ended stop 5 silent
is "$(attempts stop)" 3 'stop: no more than three resets'
has "$work/got/out/stop.err" '3 resets in a row that nobody expected.*--again' \
	'stop: the message says what to do'
has "$work/got/metal/journal" '^stopped 1$' 'stop: and so does the journal'
check 'stop: nothing was begun after that' test ! -e "$work/got/out/after.status"

# --- a power cut -----------------------------------------------------------------
make_disks <<END
install metal install --scratch $uuid --deadline $deadline --watchdog $watchdog
cut $run $a $b --bench null --bench syscall
END
is $? 0 'new disks'
has_left() {
	grep -q 'Emergency Remount' "$work/log1"
}
: >"$work/log1"
start_lab "$work/log1"
wait_until has_left
kill -9 "$qemu"
wait "$qemu" 2>/dev/null
run_lab 600 "$work/log2"
is $? 0 'cut: the machine turned itself off'
read_home
ended cut 0 ended
is "$(attempts cut)" 3 'cut: one attempt more'
has "$work/got/out/cut.err" 'attempt 1: (silent|reset);' 'cut: home saw the cut'
is "$(jq -r .status "$(run_of cut)/run.json")" complete 'cut: the run is complete'
check 'cut: its files are sound' "$cgmark" verify "$(run_of cut)"
tap_done
