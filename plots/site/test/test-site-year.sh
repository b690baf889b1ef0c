#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-site-year.sh CGMARK MKNIGHTS: a year of nights, 40 benchmarks and 3 kernels, in
# two jobs.  Limits are on the time of processors, which a busy host does not stretch
# as it does the clock; half of that passes where there are two.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../../harness/test/tap.sh"
cgmark=$(realpath "$1")
mknights=$(realpath "$2")
results=$work/results
site=$work/site
export CGMARK_RESULTS_DIR="$results"

# cpu COMMAND...: seconds of processor time into $seconds.
cpu() {
	{ LC_ALL=C bash -c 'TIMEFORMAT="%U %S"; time "$@" >&3 2>&4' sh "$@" \
		3>"$work/out" 4>"$work/err"; } 2>"$work/time"
	cpu_status=$?
	seconds=$(awk '{ print $1 + $2 }' "$work/time")
	return $cpu_status
}
below() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'
}

mkdir "$work/held"
check 'a year is made' "$mknights" "$results" 365 40
for run in "$results"/runs/20261231*; do
	mv "$run" "$work/held/"
done
[ "$(find "$work/held" -name run.json | wc -l)" -eq 2 ]
ok $? 'its last night comes later'
check 'it is imported' "$cgmark" import -q

cpu "$cgmark" site -q -o "$site"
is $? 0 'the site is written'
below "$seconds" 60
ok $? "in less than 60 s of processor time ($seconds s)"
find "$site" -name '*.html' -size +2047k >"$work/large"
is "$(cat "$work/large")" '' 'no page has 2 MB'
[ "$(find "$site/bench" -name '*.html' | wc -l)" -eq 40 ]
ok $? 'all benchmarks have pages'
[ "$(find "$site/run" -name '*.html' | wc -l)" -ge 600 ]
ok $? 'all runs have pages'
grep -q 'id="step-' "$site"/bench/attach.b00.html
ok $? 'steps are on them'

mv "$work"/held/* "$results/runs/"
check 'a night more is imported' "$cgmark" import -q
cpu "$cgmark" site -q -o "$site"
is $? 0 'a night more is written'
# Two processors share it, and each of the two jobs is a night.
below "$seconds" 10
ok $? "in less than 10 s of processor time ($seconds s)"
grep -q '2026-12-31' "$site/index.html"
ok $? 'the front page has it'
cpu "$cgmark" site -q -o "$site"
below "$seconds" 5
ok $? "nothing new takes less than 5 s of processor time ($seconds s)"
tap_done
