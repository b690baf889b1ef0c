#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-boots.sh CGMARK [CONTENDER]: no boot of machine sim is measured twice,
# and what a run takes from the cache is what it would have measured.

cgmark=$(realpath "$1")
contender=${2-patched}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
export TMPDIR="$work/tmp"
mkdir "$TMPDIR"
show="$work/err"

# measure NAME WORD...: a run, kept as NAME; $run is its folder.
measure() {
	name=$1
	shift
	"$cgmark" run -j 1 --perturbations 2 --samples 5 --bench null \
		--bench attach/self --param pace=burst --param controllers=none \
		-o "$work/$name" "$@" >"$work/out" 2>"$work/err"
	got=$?
	is "$got" 0 "$name: exit status 0"
	run=$(echo "$work/$name"/*)
}

old() {
	grep -l '"cached"' "$run"/boots/*/boot.json | wc -l
}

again() {
	grep -l '"confirms"' "$run"/boots/*/boot.json | wc -l
}

# same NAME FILE...: files of all boots are those of the first run, to the byte.
same() {
	what=$1
	shift
	different=
	for boot in "$first"/boots/*; do
		for f in "$@"; do
			[ ! -f "$boot/$f" ] ||
				cmp -s "$boot/$f" "$run/boots/${boot##*/}/$f" ||
				different="$different ${boot##*/}/$f"
		done
	done
	is "$different" '' "$what: the files are those of the first run"
}

kernels="--kernel base=baseline --kernel new=$contender"
# shellcheck disable=SC2086 # words on purpose
{
measure first $kernels
first=$run
is "$(old)" 0 'first: none is old'
measure second $kernels
is "$(old) $(again)" '7 1' 'second: one of 8 boots, and it is identical'
same second plan.tsv console.log status.ktap samples.tsv
check 'second: verify' "$cgmark" verify "$run"
measure fresh --fresh $kernels
is "$(old) $(again)" '0 8' '--fresh: all are booted, and identical'
same fresh plan.tsv console.log status.ktap samples.tsv

# --- profiles and events --------------------------------------------------------
measure profiled --profile=model $kernels
is "$(old) $(again)" '5 1' 'profiled: the repeat boots are new'
profiled=$run
measure profile-kept --profile=model $kernels
is "$(old) $(again)" '7 1' 'profile again: nothing is new'
for k in base new; do
	check "profile again: that of $k is the same, to the byte" \
		cmp "$profiled/boots/$k-p0-repeat/profile.tsv" \
		"$run/boots/$k-p0-repeat/profile.tsv"
done
"$cgmark" explain --run "$profiled" base new '*' >"$work/explain1" 2>&1
"$cgmark" explain --run "$run" base new '*' >"$work/explain2" 2>&1
has "$work/explain1" 'sum of functions' 'profile again: it is explained'
check 'profile again: in the same words' cmp "$work/explain1" "$work/explain2"
measure counts --profile=counts $kernels
is "$(old)" 5 'counts without the model are another profile'
measure events --events page-faults $kernels
is "$(grep -L '"cached"\|"confirms"' "$run"/boots/*/boot.json | wc -l)" 2 \
	'events: boots that count them are new'
measure events-kept --events page-faults $kernels
is "$(old) $(again)" '9 1' 'events again: nothing is new'
has "$work/out" '^  page-faults ' 'events again: they are reported'

# --- what else a boot depends on --------------------------------------------------
key=$(jq -r '.kernels[0].image' "$first/run.json")
cp "$key" "$work/vmlinux"
one="--no-repeat --no-null --no-compare --perturbations 1"
measure elsewhere $one --kernel "other=image:$work/vmlinux"
is "$(again)" 1 'the same vmlinux in another place is known'
measure cmdline $one --kernel "base=baseline,cmdline=cgmark_test=1"
is "$(old) $(again)" '0 0' 'another command line is not'
measure vcpus $one --machine sim:2 --kernel base=baseline
is "$(old) $(again)" '0 0' 'nor are two CPUs'
measure vcpus-again $one --fresh --machine sim:2 --kernel base=baseline
is "$(again)" 1 'two CPUs repeat'
printf '#!/bin/sh\nexec qemu-system-x86_64 "$@"\n' >"$work/qemu"
chmod +x "$work/qemu"
CGMARK_QEMU="$work/qemu"
export CGMARK_QEMU
measure script $one --kernel base=baseline
is "$(old) $(again)" '0 0' 'what a script runs is not known'
unset CGMARK_QEMU

# --- damage -----------------------------------------------------------------------
file=$(find "$CGMARK_BOOTS_DIR" -name entry.json \
	-exec grep -l '"boot": "new-p1"' {} +)
file=${file%/*}/samples.tsv
printf '\001' | dd of="$file" bs=1 seek=2000 conv=notrunc status=none
measure damaged $kernels
has "$work/err" "${file%/*}: .* damaged .samples.tsv: altered" \
	'an altered byte is found'
grep -q '"cached"' "$run/boots/new-p1/boot.json"
is $? 1 'and the boot measured again'
same damaged samples.tsv
}

# --- ^C and kill -9 in the middle of a run ------------------------------------------
stopped() {
	env --default-signal=INT "$cgmark" run -q -j 2 --perturbations 4 \
		--bench null --bench fork/exit --param controllers=none \
		--kernel base=baseline --kernel "new=$contender" \
		-o "$work/stopped-$1" >"$work/out" 2>"$work/err" &
	pid=$!
	wait_until is_kept "$1"
	kill "-$1" "$pid"
	wait "$pid"
}

# A boot more than before.
is_kept() {
	[ "$(find "$CGMARK_BOOTS_DIR" -name entry.json | wc -l)" -gt "$before" ]
}

for sig in INT KILL; do
	before=$(find "$CGMARK_BOOTS_DIR" -name entry.json | wc -l)
	stopped $sig
done
"$cgmark" run -j 2 --perturbations 4 --bench null --bench fork/exit \
	--param controllers=none --kernel base=baseline \
	--kernel "new=$contender" -o "$work/after" >"$work/out" 2>"$work/err"
is $? 0 'after ^C and kill -9: exit status 0'
run=$(echo "$work"/after/*)
[ "$(old)" -gt 0 ]
ok $? "after ^C and kill -9: what was kept is used ($(old))"
grep -q warning "$work/err"
is $? 1 'after ^C and kill -9: nothing is damaged'
is "$(find "$CGMARK_BOOTS_DIR" -mindepth 1 -maxdepth 1 -name '.*' | wc -l)" 0 \
	'after ^C and kill -9: nothing half-made is left'

tap_done
