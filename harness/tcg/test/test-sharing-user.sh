#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-sharing-user.sh PLUGIN PROGRAM: two threads of a program, whose sharing is
# known (sharing-user.c), under the plugin.

plugin=$1
program=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../test/tap.sh"

if ! command -v qemu-x86_64 >/dev/null; then
	echo "1..0 # SKIP no qemu-x86_64 (package qemu-user)"
	exit 0
fi

# record FILE "TURN [wrong]" [ARGUMENT]
record() {
	# shellcheck disable=SC2086 # two words
	qemu-x86_64 -plugin "$plugin,sharing=on,out=$1${3+,$3}" "$program" $2 \
		2>"$work/err"
}

# of POINT FILE: "OPS LINES TOUCHES MOVES MOST TRULY CPUS", "OPS" if none is shared
of() {
	awk -F '\t' -v point="$1" '$1 == "P" { here = $2 == point }
		here && $1 == "O" { printf "%s", $2 }
		here && $1 == "L" { printf " %s %s %s %s %s %s", $3, $4, $5, $6, $7, $8 }
		here && $1 == "X" { printf " %s", $2 }' "$2"
}

show="$work/err"
record "$work/1" 1
ok $? 'recorded'

# A counter is read and written: the most is twice the moves.
is "$(of one-counter "$work/1")" '200 1 200 200 400 200 3' \
	'one counter: each operation moves its line, truly'
is "$(of in-one-line "$work/1")" '200 1 200 200 400 0 3' \
	'two counters in one line: the same, and none of it has to be'
is "$(of in-two-lines "$work/1")" '200' 'in two lines: nothing is shared'
is "$(of beside-a-read-one "$work/1")" '200 1 200 200 200 0 3' \
	'a field written beside one that is read: false sharing'
is "$(of only-read "$work/1")" '200' 'what both read is not shared'
# CPU 1 writes in 10 of 100 operations: it takes the line 10 times, and CPU 0
# fetches it as often.
is "$(of now-and-then "$work/1")" '200 1 200 20 20 20 3' \
	'written in one of ten operations: two moves for each write'

for turn in 5 50 100; do
	record "$work/$turn" "$turn"
	show="$work/err" ok $? "turns of $turn operations"
	check "turns of $turn operations do not show" \
		cmp "$work/1" "$work/$turn"
done

# --- what is full says so ---
record "$work/full" 1 lines=2
is "$(of in-two-lines "$work/full")" \
	'200 the table of lines is full: fewer operations fit' \
	'a full table is an error, and there are no figures'

# --- a QEMU that takes one CPU for another ---
record "$work/wrong" '1 wrong'
is "$(of in-one-line "$work/wrong")" \
	'100 QEMU says that another CPU runs than does' \
	'an operation of another CPU than QEMU says is an error'

tap_done
