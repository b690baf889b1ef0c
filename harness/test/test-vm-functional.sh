#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-functional.sh CGMARK FUNCTEST-RUN FUNCTEST KERNEL [OPTION]...
#
# The functional tests of the kernel series on one kernel of kernels.ini, which
# has to have all interfaces of the series.  Options go to functest-run.

cgmark=$1 runner=$2 functest=$3 kernel=$4
shift 4

# What the series adds: without it a test is a failure, not skipped.
all=hash,rebind,inherit,split,merge,signal,procs

if ! built=$("$cgmark" build -q "$kernel"); then
	printf 'TAP version 13\n1..1\nnot ok 1 - build %s\n' "$kernel"
	exit 1
fi
# Of two settings the first one counts.
exec "$runner" --init "$functest" "$@" --append "functest.require=$all" \
	"$(printf '%s' "$built" | cut -f 3)/vmlinux"
