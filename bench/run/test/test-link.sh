#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-link.sh CC... -- LIBRARY...: a benchmark file that registers nothing does
# not link, and says why; the same file with a benchmark in it does.
cc=
while [ "$1" != -- ]; do
	cc="$cc $1"
	shift
done
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/cgmark-link-XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
printf 'TAP version 13\n1..2\n'

cat >"$work/none.c" <<'EOF'
int nothing_here;
EOF
cat >"$work/one.c" <<'EOF'
#include "bench.h"
static int run(struct bench_ctx *ctx, uint64_t nr)
{
	return ctx && nr ? 0 : 1;
}
BENCH_DEFINE(one) = {
	.name = "one", .summary = "one", .version = 1, .kconfig = "CGROUPS",
	.run = run,
};
EOF

libs="$*"
try() {
	# shellcheck disable=SC2086 # words of the compiler, paths without blanks
	$cc -I "$here/../.." -I "$here/../../sys" -I "$here/../../../results/wire" \
		-static -o "$work/out" "$work/$1" $libs \
		>"$work/log" 2>&1
}

if try none.c || ! grep -q '__start_cgmark_bench' "$work/log"; then
	printf 'not '
fi
printf 'ok 1 - a file without a benchmark does not link\n'
if ! try one.c; then
	sed 's/^/# /' "$work/log"
	printf 'not '
fi
printf 'ok 2 - a file with one does\n'
