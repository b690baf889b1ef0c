#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-suites.sh CGMARK: the suites of bench/suites beside the benchmarks that
# were built.  An unguarded list drifts.

cgmark=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../test/tap.sh"

"$cgmark" list --suites >"$work/suites" 2>"$work/err"
is $? 0 'every benchmark and param that a suite names exists' ||
	sed 's/^/# /' "$work/err"
for name in quick full nightly attach stats rebind fork workload; do
	has "$work/suites" "^$name	" "there is a suite $name"
done
is "$(awk -F '\t' 'NR > 1 && ($3 == 0 || $4 == "") { print $1 }' \
	"$work/suites")" '' 'every suite has benchmarks and a summary'

"$cgmark" list --wide >"$work/benches" 2>"$work/err"
is $? 0 'the benchmarks are listed' || sed 's/^/# /' "$work/err"
# without NAME: benchmarks that are not in the suite.
without() {
	awk -F '\t' -v suite="$1" 'NR > 1 && index("," $3 ",", "," suite ",") == 0 {
		print $1 }' "$work/benches"
}
is "$(without full)" '' 'every benchmark is in full'
is "$(without nightly)" '' 'every benchmark is in nightly'
[ "$(without quick | wc -l)" -gt 0 ]
ok $? 'quick leaves something out'
# What the default run is to answer for, extra or not.
for name in fork/exit attach/self rebind/add inherit/toggle signal/kill stats/read \
	mm_owner/exit; do
	without quick | grep -qx "$name"
	is $? 1 "$name is in quick"
done
# A suite named after a family has all of that family.
for name in attach stats rebind fork workload; do
	is "$(without $name | grep "^$name/")" '' \
		"every benchmark $name/* is in $name"
done
is "$(without stats | grep -E '^(taskstats|procs|tasks)/')" '' \
	'every list and statistic is in stats'

# --- the list for readers ---------------------------------------------------
"$cgmark" list >"$work/list" 2>"$work/err"
is $? 0 'list without options'
is "$(awk 'length > 100' "$work/list")" '' 'it is at most 100 columns wide'
is "$(grep -c '^  [a-z]' "$work/list")" "$(awk 'NR > 1' "$work/benches" | wc -l)" \
	'it has each benchmark once'
is "$(grep -c '^Other$' "$work/list")" 0 'each has a topic'
is "$(grep -cE '^  [a-z0-9_/]+  *the same' "$work/list")" 0 'and is told without the one before'

"$cgmark" list memory V2 >"$work/list" 2>"$work/err"
is $? 0 'by words, of any case'
is "$(grep '^  [a-z]' "$work/list" | grep -vcE 'v2|version')" 0 'they have all words'
has "$work/list" '^  fault/anon_v2  *[a-z]' 'in the topic and the description'
has "$work/list" '^  *group=v2 depth=' 'with params'
is "$(grep -cE '^  fork/' "$work/list")" 0 'and no other'
"$cgmark" list rebind --wide >"$work/list" 2>"$work/err"
has "$work/list" '^rebind/add	' '--wide has the same choice'
is "$(grep -cE '^fork/exit	' "$work/list")" 0 'and no other'
"$cgmark" list memory xyzzy >"$work/list" 2>"$work/err"
is $? 2 'words that no benchmark has'
has "$work/err" "no benchmark is about 'memory' and the other words" 'are said to be so'
"$cgmark" list --runs memory >"$work/list" 2>"$work/err"
is $? 2 'only benchmarks have words'

tap_done
