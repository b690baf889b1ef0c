#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-locks.sh CGMARK MKSTREAM: figures of locks in comparisons and reports, on
# recorded streams and made-up records of how long locks were held.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

own_folders
show="$work/out $work/err"
mkbenches

# cg STATUS NAME WORDS...
cg() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

record "$work/streams" 1
for kernel in base new; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
done
cg 0 'two kernels that count alike' run -q --no-settle --bench '*' \
	--machine "fake:$work/streams" \
	--kernel "base=image:$work/vmlinux-base" \
	--kernel "new=image:$work/vmlinux-new" -o "$work/runs"
cp -r "$work/runs" "$work/plain"
run=$(echo "$work/runs"/*)
plain=$(echo "$work/plain"/*)

# holds LONGEST FUNCTION [LACKING]: holds.tsv, with css_set_lock as given at one point.
holds() {
	awk -F '\t' -v OFS='\t' -v most="$1" -v by="$2" -v lacking="${3-}" '
	function put(lock, holds, total, most, by) {
		if (lock == lacking)
			print "N", lock, "the kernel has no such lock"
		else
			print "H", lock, holds, total, most, 0, by
	}
	function point(bench, version, params, most, by) {
		print "P", bench, version, params, 1, 31
		put("irqs_off", 62, 62 * 200, 700, "entry_SYSCALL_64")
		put("css_set_lock", 31, 30 * 300 + most, most, by)
		put("cgroup_rstat_lock", 31, 31 * 50, 50, "cgroup_rstat_flush")
		put("cgroup_mutex", 0, 0, 0, "-")
	}
	BEGIN {
		point("alpha/fast", 1, "sets=16", most, by)
		point("alpha/fast", 1, "sets=64", 1000, "quick_one")
		point("alpha/slow", 2, "-", 1000, "quick_one")
		point("null", 1, "-", 1000, "quick_one")
	}' </dev/null | "$mkstream" cgmark-holds
}

# give LONGEST FUNCTION [LACKING]: to boots of new; to those of base what they had.
give() {
	for boot in "$run"/boots/*; do
		case $boot in
		*/new-*) holds "$@" ;;
		*) holds 1000 quick_one ;;
		esac >"$boot/holds.tsv"
	done
}

# verdict METRIC PARAMS
verdict() {
	"$cgmark" compare --run "$run" --format json 2>"$work/err" |
		jq -r --arg metric "$1" --arg params "$2" '[.. | objects |
			select(.metric? == $metric and .verdict? and
			(.params? // "" | tostring | contains($params))) |
			.verdict] | first // "none"'
}

# --- a lock that is held twice as long, and no instruction more --------------------
give 2000 slow_one
cg 1 'held twice as long' compare --run "$run"
is "$(verdict hold_max:css_set_lock 16)" REGRESSION 'the longest hold is a REGRESSION'
is "$(verdict insns 16)" 'NO CHANGE' 'and the instructions are not'
is "$(verdict hold_max:css_set_lock 64)" 'NO CHANGE' 'nor is another point'
is "$(verdict hold_max:cgroup_mutex 16)" none 'what nobody held is no finding'
has "$work/out" '\(hold_max:css_set_lock\)' 'the text names the lock'
has "$work/out" ' 1,000 +2,000 +[+]100[.0]*% ' 'and its figures'
has "$work/out" 'on base by quick_one, on new by slow_one' 'and who held it'
has "$work/out" '[0-9]+ figures of locks without a change: --verbose' \
	'those without a change are counted'
! grep -q 'cgroup_rstat_lock' "$work/out"
ok $? 'and left out'
has "$work/out" 'sim has one CPU' 'the legend says what the figures are not'
cg 1 'verbose' compare --run "$run" --verbose
has "$work/out" '\(hold_max:cgroup_rstat_lock\)' 'with --verbose they are there'
for format in json mail markdown csv junit ktap kcidb; do
	cg 1 "as $format" compare --run "$run" --format $format
	has "$work/out" 'hold_max:css_set_lock' "$format: the metric"
	tr '\n' ' ' <"$work/out" | tr -s ' ' >"$work/line"
	has "$work/line" 'slow_one' "$format: the function"
done
cg 0 'as HTML' report --run "$run" -o "$work/html"
has "$work/html/index.html" 'hold_max:css_set_lock' 'HTML: the metric'
has "$work/html/index.html" 'on new by slow_one' 'HTML: the function'
check 'the record is valid' "$cgmark" verify "$run"

give 500 quick_one
cg 0 'held half as long' compare --run "$run"
is "$(verdict hold_max:css_set_lock 16)" IMPROVEMENT 'half as long is an IMPROVEMENT'
has "$work/out" 'held longest by quick_one' 'by the same function'

# --- explain ----------------------------------------------------------------------
give 2000 slow_one
cg 0 'explained' explain --run "$run" --event locks base new
has "$work/out" '^alpha/fast sets=16$' 'the point that changed'
has "$work/out" '^css_set_lock +1,000 +2,000 +[+]1,000$' 'the longest hold of each'
has "$work/out" 'on new by slow_one' 'by whom'
has "$work/out" '3 points have no changed verdict' 'the others are counted'
cg 0 'explained, one point' explain --run "$run" --event locks base new null
has "$work/out" '^css_set_lock +1,000 +1,000 +0$' 'a point that was named'
cg 0 'explained as JSON' explain --run "$run" --event locks --format json base new
is "$(jq -r '.points[0].contender.css_set_lock | "\(.max_insns) \(.function)"' \
	"$work/out")" '2000 slow_one' 'JSON has the figures'
cg 2 'no such listing' explain --run "$run" --event locks --tree base new
has "$work/err" 'lists locks' 'it says why'
cg 2 'a run without records' explain --run "$plain" --event locks base new
has "$work/err" 'profile=locks' 'and how to make one'
cg 2 'a misspelt event' explain --run "$run" --event lock base new
has "$work/err" 'locks' 'a suggestion'

# --- what one kernel has not --------------------------------------------------------
give 1000 quick_one cgroup_rstat_lock
cg 0 'a lock that is gone' compare --run "$run"
is "$(verdict hold_max:cgroup_rstat_lock 16)" none 'is no verdict'
tr '\n' ' ' <"$work/out" | tr -s ' ' >"$work/line"
has "$work/line" 'no holds of cgroup_rstat_lock on new: the kernel has no such lock' \
	'but a note'
rm "$run"/boots/new-*/holds.tsv
cg 0 'a kernel without records' compare --run "$run"
is "$(verdict hold_max:css_set_lock 16)" none 'has no verdict on locks'
is "$(verdict insns 16)" 'NO CHANGE' 'and all others'
tr '\n' ' ' <"$work/out" | tr -s ' ' >"$work/line"
has "$work/line" 'not made with --profile=locks' 'and a note says why'

# --- damage -------------------------------------------------------------------------
give 1000 quick_one
head -c 200 "$run/boots/new-p3/holds.tsv" >"$work/cut"
cp "$work/cut" "$run/boots/new-p3/holds.tsv"
cg 0 'one record cut short' compare --run "$run"
has "$work/err" 'new-p3.*holds.tsv' 'it is named'
is "$(verdict hold_max:css_set_lock 16)" INVALID 'and its figures are not trusted'
is "$(verdict insns 16)" 'NO CHANGE' 'those of samples.tsv are'
give 1000 quick_one
printf 'V\t2\tcgmark-holds\n' >"$run/boots/base-p0/holds.tsv"
cg 0 'one record of a newer version' compare --run "$run"
has "$work/err" 'base-p0.*holds.tsv' 'it is named too'
# The record of the repetition differs.
give 1000 quick_one
holds 1001 quick_one >"$run/boots/new-p0-repeat/holds.tsv"
cg 0 'a repetition that differs' compare --run "$run"
is "$(verdict hold_max:css_set_lock 16)" INVALID 'is seen'
# The plugin could not look.
give 1000 quick_one
{
	printf 'P\talpha/fast\t1\tsets=16\t1\t31\n'
	printf "X\tthe guest's memory was not found\n"
} | "$mkstream" cgmark-holds >"$run/boots/new-p1/holds.tsv"
cg 0 'no memory to look at' compare --run "$run"
tr '\n' ' ' <"$work/out" | tr -s ' ' >"$work/line"
has "$work/line" "guest's memory was not found" 'the reason is there'

# --- what does not fit --------------------------------------------------------------
for machine in kvm sim:2 "fake:$work/streams"; do
	cg 2 "--profile=locks on ${machine%%:/*}" run -q --profile=locks \
		--machine "$machine" --kernel "base=image:$work/vmlinux-base"
	has "$work/err" 'needs machine sim' 'it says which does'
done
cg 2 'a misspelt profile' run -q --profile=lock \
	--kernel "base=image:$work/vmlinux-base"
has "$work/err" 'counts, model, sharing or locks' 'it says which there are'
tap_done
