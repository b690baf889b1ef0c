#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-selftests.sh CGMARK FUNCTEST-RUN SELFTESTS
#
# The kernel's own tools/testing/selftests/cgroup, from the same source as the
# kernels, say the same on the baseline and on the patched kernel, result by
# result.  A test that fails on both (for want of a disk, for instance) tells
# nothing, but is no failure of the series.
#
# Left out: test_cpu, whose shares of time mean little where time is the
# instruction count; test_zswap and test_hugetlb_memcg, as the kernels have
# neither; the shell scripts (test_cpuset_prs.sh and others), as the guest has
# no shell.

cgmark=$(realpath "$1") runner=$(realpath "$2") init=$(realpath "$3")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"

programs='core cpuset freezer kill kmem memcontrol pids'
# Fewer would mean that something did not run.
wanted_ok=35

tree=$(kernel_source 2>"$work/err")
[ -n "$tree" ]
show="$work/err" ok $? 'the source of the tests'
selftests=$tree/tools/testing/selftests

set --
for program in $programs; do
	gcc -O1 -w -static -pthread -D_GNU_SOURCE -I"$selftests" \
		-I"$tree/tools/include" -o "$work/test_$program" \
		"$selftests/cgroup/test_$program.c" \
		"$selftests/cgroup/cgroup_util.c" 2>"$work/err"
	show="$work/err" ok $? "compile test_$program"
	set -- "$@" --file "$work/test_$program=selftests/test_$program"
done

# A program that forks writes what it has buffered more than once: sort -u.
for kernel in baseline patched; do
	built=$("$cgmark" build -q "$kernel")
	ok $? "build $kernel"
	"$runner" --raw --init "$init" "$@" --timeout 1200 \
		"$(printf '%s' "$built" | cut -f 3)/vmlinux" \
		>"$work/$kernel.all" 2>"$work/err"
	show="$work/$kernel.all $work/err" ok $? "run on $kernel"
	grep '^test_' "$work/$kernel.all" | sort -u >"$work/$kernel.results"
	nr=$(grep -c ': ok ' "$work/$kernel.results")
	[ "$nr" -ge $wanted_ok ]
	ok $? "$kernel: $nr of $(wc -l <"$work/$kernel.results") pass"
done
check 'the same results on both' diff -u "$work/baseline.results" \
	"$work/patched.results"

tap_done
