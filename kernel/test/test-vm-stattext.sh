#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-stattext.sh CGMARK FUNCTEST-RUN FUNCTEST
#
# The text of the control files that the series turned into maps is the same on
# the baseline and on the patched kernel, byte for byte where nothing moves, and
# key for key elsewhere.

cgmark=$(realpath "$1") runner=$(realpath "$2") init=$(realpath "$3")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"

# Files of v1 and v2, in two groups each; fewer would mean that one is not read.
wanted=30

for kernel in baseline patched; do
	built=$("$cgmark" build -q "$kernel")
	ok $? "build $kernel"
	"$runner" --init "$init" --append functest.only=stattext/ \
		"$(printf '%s' "$built" | cut -f 3)/vmlinux" \
		>"$work/$kernel.tap" 2>"$work/err"
	show="$work/$kernel.tap $work/err" ok $? "run on $kernel"
	sed -n 's/.*# digest //p' "$work/$kernel.tap" >"$work/$kernel.digest"
	nr=$(wc -l <"$work/$kernel.digest")
	[ "$nr" -ge $wanted ]
	ok $? "$kernel: $nr texts"
done
check 'the same text on both' diff -u "$work/baseline.digest" \
	"$work/patched.digest"

tap_done
