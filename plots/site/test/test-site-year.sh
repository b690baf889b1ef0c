#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-site-year.sh CGMARK MKNIGHTS: a year of nights, 40 benchmarks and 3 kernels, in
# two jobs.  What is wanted of a machine with two idle processors, 60 s for the year
# and 5 s for a night more, are figures for who reads this one's output; what is
# tested are ratios of the time of processors within it, at twice what they are on an idle
# machine: another program on the same core takes so much of it.

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
# at_most TIMES OF
at_most() {
	awk -v a="$seconds" -v times="$1" -v b="$2" 'BEGIN { exit !(a <= times * b) }'
}

mkdir "$work/held"
check 'a year is made' "$mknights" "$results" 365 40
for run in "$results"/runs/20251231*; do
	mv "$run" "$work/held/"
done
[ "$(find "$work/held" -name run.json | wc -l)" -eq 2 ]
ok $? 'its last night comes later'
cpu "$cgmark" import -q
is $? 0 'it is imported'
import=$seconds

cpu "$cgmark" site -q -o "$site"
is $? 0 'the site is written'
year=$seconds
at_most 12 "$import"
ok $? "in at most 12 times what the import took ($seconds s, $import s)"
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
at_most 0.5 "$year"
ok $? "in at most half of the time of the year ($seconds s, $year s)"
grep -q '2025-12-31' "$site/index.html"
ok $? 'the front page has it'
cpu "$cgmark" site -q -o "$site"
at_most 0.25 "$year"
ok $? "nothing new takes at most a quarter ($seconds s)"
tap_done
