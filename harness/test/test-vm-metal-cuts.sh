#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Power cuts: the lab machine of metal-lab.sh is switched off at N moments of a run,
# which are drawn from a seed, each on disks of its own, and switched on again.  Home
# always comes back, every planned point is measured or missing, home's disk differs in
# the journal and the results only, and no boot has more attempts than it may.
#
# test-vm-metal-cuts.sh CGMARK MKDISK RUIN LIBFAULT N [SEED]

nr=$5
seed=${6:-1}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/metal-lab.sh
. "$here/metal-lab.sh"
show="$work/log2"
build_lab

has_begun() {
	grep -aq 'run begins' "$work/log1"
}

# A machine at the begin of its run.
begin() {
	make_disks <<END
install $install
run $run $a $b --bench null --bench syscall
END
	: >"$work/log1"
	: >"$work/log2"
	start_lab "$work/log1"
	wait_until has_begun
}

# files DIR: what home is made of, without what the lab machine itself writes.
files() {
	(cd "$1" && find . -type f ! -path './results/*' ! -path './metal/*' \
		! -path './out/*' ! -path ./jobs -exec sha256sum {} + | sort -k 2)
}

files "$home" >"$work/files"

check_disk() {
	check "$1: home's file system is sound" e2fsck -fn "$work/home.img"
	rm -rf "$work/all"
	mkdir "$work/all"
	debugfs -R "rdump / $work/all" "$work/home.img" >"$work/debugfs" 2>&1
	files "$work/all" >"$work/files-now"
	check "$1: home has the same files" cmp "$work/files" "$work/files-now"
}

# points BOOT: how many were measured, of two.
points() {
	grep -c '^    ok [0-9]* ' "$dir/boots/$1/status.ktap" 2>/dev/null
}

# Boots are known by their verdict, which comes when all else is there.
check_points() {
	for boot in a-p0 b-p0; do
		state=missing
		[ ! -s "$dir/boots/$boot/boot.json" ] ||
			state=$(jq -r 'if .ok then "ok" else .reason end' "$dir/boots/$boot/boot.json")
		case $state in
		ok) is "$(points $boot)" 2 "$1: $boot has its points" ;;
		*) ok 0 "$1: $boot is $state" ;;
		esac
	done
}

# A run that home knew of is complete; another was cut before there was a journal.
check_run() {
	dir=$(find "$work/got/results/runs" -mindepth 1 -maxdepth 1 2>/dev/null | head -n 1)
	check "$1: no journal is left" test ! -e "$work/got/metal/journal"
	check "$1: no more attempts than allowed" test "$(attempts run)" -le 3
	is "$(grep -ac 'attempt [3-9]' "$work/got/out/run.err")" 0 "$1: no third attempt"
	if grep -aq 'attempt [12]: [a-z-]*; ' "$work/got/out/run.err"; then
		is "$(status_of run)" 0 "$1: the run ends well"
		is "$(jq -r .status "$dir/run.json")" complete "$1: it is complete"
		check "$1: its files are sound" "$cgmark" verify "$dir"
	fi
	[ -z "$dir" ] || check_points "$1"
}

# --- how long it takes without a cut ---------------------------------------------
begin
from=$(date +%s)
end_lab 600
is $? 0 'without a cut the machine turns itself off'
takes=$(($(date +%s) - from))
echo "# $takes s"
read_home
check_disk 'without a cut'
check_run 'without a cut'
is "$(status_of run)" 0 'without a cut the run ends well'

# --- cuts --------------------------------------------------------------------------
awk -v nr="$nr" -v seed="$seed" -v takes="$takes" \
	'BEGIN { srand(seed); for (i = 0; i < nr; i++) printf "%.1f\n", rand() * takes }' \
	>"$work/moments"
while read -r moment; do
	begin
	sleep "$moment"
	cut="after $moment s"
	cut_lab
	run_lab 600 "$work/log2"
	is $? 0 "$cut: the machine turned itself off"
	ups=$(cat "$work/log1" "$work/log2" | grep -ac 'home is up')
	check "$cut: $ups times at home are not too many" test "$ups" -le 5
	read_home
	check_disk "$cut"
	check_run "$cut"
done <"$work/moments"
tap_done
