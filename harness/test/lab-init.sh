#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# PID 1 of the lab machine's home, for test-vm-metal.sh: goes on with the run that it
# left for, or begins the next one, and turns the machine off when none is left.  A
# run is a line of /jobs, "NAME OPTIONS..."; what came of it goes to /out/NAME.*.

export PATH=/bin CGMARK_RESULTS_DIR=/results CGMARK_BENCH_DIR=/bench CGMARK_METAL_DIR=/metal
export CGMARK_KERNEL_DIR=/kernel CGMARK_SUITES_DIR=/suites HOME=/
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
busybox mount -t tmpfs tmp /tmp
busybox mount -t tmpfs run /run
busybox mkdir -p /out

say() {
	echo "lab: $*" >/dev/console
}

# run WORDS...: cgmark, whose words go to the console and to the job's file.
run() {
	"/bin/cgmark" "$@" >>"/out/$name.out" 2>>"/out/$name.err"
	echo $? >"/out/$name.status"
	busybox tail -n 3 "/out/$name.err" >/dev/console
}

say "home is up"
name=$(busybox cat /out/current 2>/dev/null)
if [ -f /metal/journal ]; then
	run metal resume
fi
# A journal that is still there stopped it; the next job would be refused.
while [ ! -f /metal/journal ]; do
	[ -z "$name" ] || say "$name ended with $(busybox cat "/out/$name.status")"
	job=$(busybox head -n 1 /jobs)
	[ -n "$job" ] || break
	busybox sed -i 1d /jobs
	name=${job%% *}
	echo "$name" >/out/current
	busybox sync
	say "$name begins"
	# shellcheck disable=SC2086 # words on purpose
	run ${job#* }
done
say "done"
busybox sync
busybox mount -o remount,ro /
busybox poweroff -f
