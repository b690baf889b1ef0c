#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# list --needs on the baseline: what it lacks, and nothing that it has.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
export TMPDIR="$work/tmp"
mkdir "$TMPDIR"

"$cgmark" list --needs baseline >"$work/out" 2>"$work/err"
is $? 0 'list --needs' || sed 's/^/# /' "$work/err"
has "$work/out" '^rebind/add	.*way=new.*	a remount cannot add ' \
	'a benchmark that skips is there, with params and reason'
is "$(grep -cE '^(null|syscall|fork/exit|attach/self|css_set/lookup)	' \
	"$work/out")" 0 'benchmarks that the baseline can run are not'
is "$(cut -f 1,3 "$work/out" | sort | uniq -d)" '' \
	'each reason is there once a benchmark'
is "$(find "$TMPDIR" "$work/results" -mindepth 1 2>/dev/null | wc -l)" 0 \
	'nothing is left behind'

tap_done
