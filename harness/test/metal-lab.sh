# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # variables of who sources this, and of tap.sh
# shellcheck disable=SC2034 # and for them
#
# A lab machine that QEMU makes, for tests of machine metal: home is our own kernel on
# a disk with cgmark, and starts kernels by kexec; results are on a second disk; a
# watchdog resets the machine; a piece of memory outlives resets.  The kernels under
# test are the same one, with a patch that lets a benchmark end it.  What is said goes to
# a disk of its own, as that must not help home's to be right after a power cut.
#
# Source this file in place of tap.sh, with $here set, in a test whose first arguments
# are CGMARK MKDISK RUIN LIBFAULT.

# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
cgmark=$(realpath "$1")
mkdisk=$(realpath "$2")
ruin=$(realpath "$3")
libfault=$(realpath "$4")
bench=${CGMARK_BENCH_DIR:-$(dirname "$cgmark")/bench}
# For mkfs.ext4 and debugfs, which users do not find.
PATH=$PATH:/usr/sbin:/sbin
top=$(CDPATH='' cd -- "$here/../.." && pwd)
uuid=11223344-5566-7788-99aa-bbccddeeff00

# Seconds that a boot may take, and after which the watchdog fires.
deadline=45
watchdog=80
install="metal install --scratch $uuid --deadline $deadline --watchdog $watchdog"

# Home's words for the memory that outlives a reset; "" for a machine without.
# shellcheck disable=SC2016 # no variable
ramoops='memmap=1M$0x20000000 ramoops.mem_address=0x20000000 ramoops.mem_size=0x100000'
ramoops="$ramoops ramoops.record_size=0x40000 ramoops.console_size=0x40000"

# The machine ends with the test, however that ends, also one that is stopped.
qemu=
trap '[ -z "$qemu" ] || kill -9 "$qemu" 2>/dev/null; rm -rf "$work"' EXIT

# Of the scratch disk, in MiB: its first and its last are not of the partition.
scratch_mib=16

# Beside that which ends it.
lab_benches='null syscall'

# build_lab: the kernel in $kernel, and home's files in $home.
build_lab() {
	"$cgmark" build -q "metal=deb:linux-source-6.12,config=base:cgroup:net:metal,patches=$top/kernel/test/lab/series" \
		>"$work/kernel" 2>"$work/err"
	is $? 0 'a kernel is built' || { sed 's/^/# /' "$work/err"; tap_done; }
	kernel=$(grep -o '/[^ ]*/kernels/[0-9a-f]*' "$work/kernel" | head -n 1)
	check 'with what kexec takes' test -s "$kernel/bzImage"

	home=$work/home
	mkdir -p "$home/bin" "$home/bench" "$home/k" "$home/kernel" "$home/suites" \
		"$home/results" "$home/proc" "$home/sys" "$home/dev" "$home/tmp" \
		"$home/run" "$home/lib" "$home/out"
	cp "$cgmark" "$home/bin/"
	cp "$(command -v busybox)" "$home/bin/busybox"
	ldd "$cgmark" | grep -o '/[^ ]*' | while read -r lib; do
		mkdir -p "$home$(dirname "$lib")"
		cp "$lib" "$home$lib"
	done
	cp "$libfault" "$home/lib/libfault.so"
	cp "$bench/guest-init" "$home/bench/"
	for name in $lab_benches; do
		cp "$bench/bench-$name" "$home/bench/"
	done
	cp "$ruin" "$home/bench/bench-ruin"
	cp "$kernel/vmlinux" "$kernel/bzImage" "$home/k/"
	cp "$top/kernel/kernels.ini" "$home/kernel/"
	cp "$here/lab-init.sh" "$home/init"
}

# make_disks: from the folder, with the jobs on stdin.
make_disks() {
	cat >"$home/jobs"
	rm -f "$work/home.img" "$work/out.img"
	truncate -s 400M "$work/home.img" &&
		mkfs.ext4 -q -d "$home" "$work/home.img" >"$work/mkfs" 2>&1 &&
		truncate -s 16M "$work/out.img" &&
		mkfs.ext4 -q "$work/out.img" >"$work/mkfs" 2>&1 &&
		"$mkdisk" "$work/scratch.img" "$scratch_mib" "$uuid"
	is $? 0 'disks are made'
}

# start_lab LOG
start_lab() {
	qemu-system-x86_64 -no-user-config -nodefaults -machine q35,usb=off \
		-accel tcg,thread=single -cpu Nehalem-v1 -m 768M -display none \
		-monitor none -serial "file:$1" \
		-drive "file=$work/home.img,format=raw,if=virtio" \
		-drive "file=$work/scratch.img,format=raw,if=virtio" \
		-drive "file=$work/out.img,format=raw,if=virtio" \
		-device i6300esb -action watchdog=reset \
		-kernel "$kernel/bzImage" \
		-append "root=/dev/vda rw init=/init console=ttyS0 panic=-1 watchdog.stop_on_reboot=0 loglevel=4 $ramoops" \
		>"$work/qemu" 2>&1 </dev/null &
	qemu=$!
}

# end_lab SECONDS: until it turns itself off.
end_lab() {
	left=$1
	while kill -0 "$qemu" 2>/dev/null && [ "$left" -gt 0 ]; do
		left=$((left - 1))
		sleep 1
	done
	[ "$left" -gt 0 ] || kill "$qemu"
	wait "$qemu"
	lab_status=$?
	qemu=
	return $lab_status
}

# run_lab SECONDS LOG
run_lab() {
	start_lab "$2"
	end_lab "$1"
}

# Pulls the plug.
cut_lab() {
	kill -9 "$qemu"
	wait "$qemu" 2>/dev/null
	qemu=
}

read_home() {
	rm -rf "$work/got"
	mkdir -p "$work/got/out"
	debugfs -R "rdump / $work/got/out" "$work/out.img" >/dev/null 2>&1
	debugfs -R "rdump /results $work/got" "$work/home.img" >/dev/null 2>&1
	debugfs -R "rdump /metal $work/got" "$work/home.img" >/dev/null 2>&1
}

# status_of NAME
status_of() {
	cat "$work/got/out/$1.status" 2>/dev/null
}

# run_of NAME: its folder among those read.
run_of() {
	id=$(grep -ao '[0-9]\{8\}T[0-9]\{6\}Z-[0-9a-f]\{4\}' "$work/got/out/$1.err" | head -n 1)
	echo "$work/got/results/runs/$id"
}

# boot_of NAME BOOT WHAT: of its boot.json.
boot_of() {
	jq -r ".$3" "$(run_of "$1")/boots/$2/boot.json"
}

# ended NAME STATUS WORD: with this status, after endings of this kind.
ended() {
	is "$(status_of "$1")" "$2" "$1: exit status $2"
	has "$work/got/out/$1.err" ": $3; [0-9]* blocks" "$1: home saw what it was"
}

# ups NAME: how often the machine was reset, as home says each time.
ups() {
	sed -n "/lab: $1 begins/,/lab: $1 ended/p" "$work/log" | grep -ac 'home is up'
}

# attempts NAME: how many, of all boots.
attempts() {
	grep -ac 'leaving for kernel' "$work/got/out/$1.err"
}

# told NAME: what a panic is known by, and that it is known at once.
told() {
	ended "$1" 4 panic
	is "$(attempts "$1")" 1 "$1: one attempt"
	has "$work/got/out/$1.err" 'Kernel panic - not syncing: cgmark_fault' "$1: the message has its text"
	has "$(run_of "$1")/boots/a-p0/console.log" 'Kernel panic - not syncing: cgmark_fault' \
		"$1: so has the console"
	has "$(run_of "$1")/boots/a-p0/console.log" 'Call Trace' "$1: with where it was"
}

# lasted NAME WORD: known at once, and what was measured before it is there.
lasted() {
	ended "$1" 4 "$2"
	is "$(attempts "$1")" 1 "$1: one attempt"
	has "$(run_of "$1")/boots/a-p0/samples.tsv" 'null' \
		"$1: what was measured before is there"
}

run='run --machine metal --perturbations 1 --seed 1'
a='--kernel a=image:/k/vmlinux'
b='--kernel b=image:/k/vmlinux,cmdline=cgmark_other'
