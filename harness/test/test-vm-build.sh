#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds every kernel that the vm tests boot, or finds it in the cache.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

for kernel in baseline patched debug; do
	"$cgmark" build -q "$kernel" >"$work/out" 2>"$work/err"
	show="$work/err" ok $? "build $kernel"
done

"$cgmark" build -q baseline >"$work/again" 2>"$work/err"
ok $? 'a second build succeeds'
is "$(grep -c compile "$work/err")" 0 'and compiles nothing'

tap_done
