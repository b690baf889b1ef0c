#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# PID 1 of the lab machine's home, for metal-lab.sh: goes on with the run that it left
# for, or begins the next one, and turns the machine off when none is left.  A run is a
# line of /jobs, "NAME OPTIONS..."; what came of it goes to /out/NAME.*.  One that is
# called reset-WHEN-N-FIRST is reset once, before or after the journal is renamed for
# the Nth time, in the process that begins it or the first that resumes it.

export PATH=/bin CGMARK_RESULTS_DIR=/results CGMARK_BENCH_DIR=/bench CGMARK_METAL_DIR=/metal
export CGMARK_KERNEL_DIR=/kernel CGMARK_SUITES_DIR=/suites HOME=/
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t pstore pstore /sys/fs/pstore
busybox mount -t devtmpfs dev /dev
busybox mount -t tmpfs tmp /tmp
busybox mount -t tmpfs run /run
busybox mount -t ext4 -o sync /dev/vdc /out

say() {
	echo "lab: $*" >/dev/console
}

# Whether this process is the one to be reset.
is_to_reset() {
	case $name in
	reset-*-"$1") [ ! -f "/out/$name.reset" ] ;;
	*) false ;;
	esac
}

# run WORDS...: cgmark, whose words go to the console and to the job's file.
run() {
	if is_to_reset "$1"; then
		: >"/out/$name.reset"
		when=${name#reset-}
		when=${when%-*}
		export LD_PRELOAD=/lib/libfault.so FAULT="${when%-*}:${when#*-}" FAULT_UNDER=/metal/journal
	fi
	/bin/cgmark "$@" >>"/out/$name.out" 2>>"/out/$name.err"
	echo $? >"/out/$name.status"
	unset LD_PRELOAD
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
	busybox sync # /jobs
	say "$name begins"
	# shellcheck disable=SC2086 # words on purpose
	run ${job#* }
done
say "done"
busybox umount /out
busybox sync
busybox mount -o remount,ro /
busybox poweroff -f
