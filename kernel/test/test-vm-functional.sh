#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-functional.sh CGMARK FUNCTEST-RUN FUNCTEST KERNEL [OPTION]...
#
# The functional tests of the kernel series on one kernel of kernels.ini, which
# has to have all interfaces of the series.  Options go to functest-run.

cgmark=$1 runner=$2 functest=$3 kernel=$4
shift 4

# What the series adds: a test that misses it fails instead of being skipped.
all=hash,rebind,inherit,split,merge,signal,procs,oom,swap,net_rx,stat
# Only the debug kernel has IPv6, hugetlb and two CPUs, and it is too slow to
# fill a link.
case $kernel in
debug) all=$all,net_rx6,hugetlb,rebind_smp ;;
*) all=$all,net_speed ;;
esac

if ! built=$("$cgmark" build -q "$kernel"); then
	printf 'TAP version 13\n1..1\nnot ok 1 - build %s\n' "$kernel"
	exit 1
fi
dir=$(printf '%s' "$built" | cut -f 3)
# Modules are the built ones, or there are none.
for module in "$dir"/modules/kernel/net/core/netprio_cgroup.ko \
	"$dir"/modules/kernel/samples/cgroup/cgroup_subsys_fail.ko; do
	[ -e "$module" ] || continue
	set -- "$@" --file "$module=lib/modules/${module##*/}"
	all=${all%,module},module
done
# The first of two settings wins.
exec "$runner" --init "$functest" "$@" --append "functest.require=$all" \
	"$dir/vmlinux"
