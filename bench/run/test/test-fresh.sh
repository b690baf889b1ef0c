#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-fresh.sh SOURCE_DIR PROGRAM...: the build knows every bench-*.c there is.
# It globs them when it is configured; a file added later needs
# `meson setup --reconfigure`.
dir=$1
shift
printf 'TAP version 13\n1..2\n'
on_disk=$(cd "$dir" && for f in bench-*.c; do echo "${f%.c}"; done | sort)
built=$(for p; do [ -x "$p" ] && echo "${p##*/}"; done | sort)

[ -n "$on_disk" ] || printf 'not '
printf 'ok 1 - there are benchmarks\n'
if [ "$on_disk" != "$built" ]; then
	printf '# on disk: %s\n' "$(echo "$on_disk" | tr '\n' ' ')"
	printf '# built: %s\n' "$(echo "$built" | tr '\n' ' ')"
	printf 'not '
fi
printf 'ok 2 - each is built and nothing else is\n'
