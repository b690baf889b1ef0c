#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-contributing.sh SOURCE_ROOT: "Adding a benchmark is one file".  The example
# in CONTRIBUTING.md is the file it claims to be, and added to a copy of the tree
# as the only new file it is a benchmark that cgmark knows.

root=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
tab=$(printf '\t')

# The code block of that section, without its indentation.
awk '/^## /		{ there = /Adding a benchmark is one file/ }
     there && /^    /	{ code = 1; gaps(); print substr($0, 5); next }
     there && code && /^$/ { blank++; next }
     there && code	{ exit }
     function gaps()	{ for (; blank > 0; blank--) print "" }' \
	"$root/CONTRIBUTING.md" >"$work/shown.c"
check 'the example is the file that it is said to be' \
	diff -u "$root/bench/bench-vfork.c" "$work/shown.c"

mkdir "$work/tree"
(cd "$root" && tar -cf - --exclude='./build*' --exclude=./.git \
	--exclude=./results/runs --exclude=./results/report .) |
	tar -xf - -C "$work/tree"
check 'copy the tree' test -f "$work/tree/meson.build"

# build_and_list FILE PROGRAM...: builds only these programs.
build_and_list() {
	list=$1
	shift
	meson setup --reconfigure "$work/tree/build" "$work/tree" &&
		ninja -C "$work/tree/build" cgmark "$@" &&
		"$work/tree/build/cgmark" list --wide >"$list"
}

meson setup "$work/tree/build" "$work/tree" >"$work/log" 2>&1
show="$work/log" ok $? 'configure the copy'
check 'build and list it' build_and_list "$work/before" \
	bench/bench-null bench/bench-fork
sed 's,fork/vfork,example/vfork,' "$work/shown.c" \
	>"$work/tree/bench/bench-example.c"
check 'build and list it with one file more' build_and_list "$work/after" \
	bench/bench-example

grep -v '^example/vfork' "$work/after" | diff "$work/before" - \
	>"$work/check.out"
show="$work/check.out" ok $? 'all that was there is still there'
grep '^example/vfork' "$work/after" >"$work/new"
has "$work/new" "^example/vfork${tab}1${tab}full,nightly${tab}controllers=none,all" \
	'the new one is there, with its params'
has "$work/new" "${tab}vfork, _exit in the child, waitpid in the parent\$" \
	'and with what one operation is'

tap_done
