#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-settle.sh CGMARK MKSTREAM: further boots of points that changed or are in
# doubt, by the command line and with recorded streams in place of guests.

cgmark=$1
mkstream=$2
# In memory if possible: these are many short runs, which wait for the disk only.
[ -n "${TMPDIR-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

export CGMARK_RESULTS_DIR="$work/results"
export CGMARK_KERNEL_DIR="$work/kernel"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
export TMPDIR="$work/tmp"
mkdir -p "$TMPDIR" "$work/kernel" "$work/bench" "$work/suites"
: >"$work/kernel/kernels.ini"
show="$work/err"

mkbenches
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/quick.ini"
cp "$mkstream" "$work/vmlinux-a"
cp "$mkstream" "$work/vmlinux-b"
echo b >>"$work/vmlinux-b"
img="--kernel base=image:$work/vmlinux-a --kernel new=image:$work/vmlinux-b"

# run STATUS NAME WORDS...: cgmark's exit status is STATUS.
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted" || sed 's/^/# /' "$work/err"
}

# measure STATUS NAME STREAMS WORDS...: a run, with its results in $work/out.
measure() {
	rm -rf "$work/results"
	wanted=$1 name=$2 streams=$3
	shift 3
	# shellcheck disable=SC2086 # words on purpose
	run "$wanted" "$name" run -q $img --machine "fake:$work/$streams" \
		--format json "$@"
	cp "$work/out" "$work/json"
	dir=$(echo "$work/results/runs"/*)
}

# of FILTER: of the two points of alpha/fast.
of() {
	jq -r "[.points[] | select(.benchmark == \"alpha/fast\") | $1] | unique |
		join(\" \")" "$work/json"
}
planned() {
	jq -r "$1" "$dir/run.json"
}

# --- options -------------------------------------------------------------------------

run 2 '--settle 0' run --settle 0
has "$work/err" "settle" 'the message names it'
run 2 '--settle-time x' run --settle-time x

# --- nothing to do -------------------------------------------------------------------

record "$work/same" 1
measure 0 'equal kernels' same
is "$(planned '.boots | length')" 22 '... take no further boots'
is "$(planned .settling.ended)" settled '... which is recorded'
is "$(jq -r '.points[0].screening' "$work/json")" null '... and shown'

# --- a change is confirmed -----------------------------------------------------------

record "$work/shift" 1.05
more shift confirm 8 15 1.04
measure 1 'a change' shift
is "$(planned '[.boots[] | select(.role == "confirm")] | length')" 16 \
	'eight boots of each kernel confirm it'
is "$(planned '[.boots[] | select(.role == "confirm") | .points | join(",")] |
	unique | join(" ")')" 0,1 '... and have the points that changed'
is "$(grep -c '^P' "$dir/boots/new-p8-confirm/plan.tsv")" 2 '... and no others'
is "$(planned '[.boots[] | select(.role == "measure") | has("points")] | any')" \
	false 'the others have all points'
is "$(of '.change_percent * 10 | round')" 40 'the estimate is of these boots'
is "$(of '.screening.change_percent * 10 | round')" 50 'what was found first is kept'
is "$(of .boot_pairs)" 8 '... and not part of it'
is "$(of '[.boots[] | .role] | unique | join(",")')" confirm,measure \
	'each boot says what it was for'
is "$(jq -r '.notes[]' "$work/json" | grep -c 'confirmed on fresh')" 1 'a note says so'
is "$(planned .settling.ended)" settled 'nothing is left'
is "$(planned .status)" complete 'the run is complete'
cp "$work/json" "$work/first"
run 1 'compare of that run' compare --format json
check '... gives the same' cmp "$work/out" "$work/first"
run 0 'verify' verify
run 0 'import' import
run 1 'as text' compare
has "$work/out" 'sets=64 .* \+3\.99% .* REGRESSION' 'the text has the estimate'
# An older run has no such boots, and no word of them.
jq 'del(.settling, .crc32) | .boots |= map(select(.role != "confirm"))' \
	"$dir/run.json" >"$work/old.json"
is "$(jq -r '[.boots[].role] | unique | join(",")' "$work/old.json")" \
	measure,null,repeat 'an older run'

# Those of two runs, with the further boots of each.
mv "$dir" "$work/another"
measure 1 'the change once more' shift
run 1 'of two runs' compare "$work/another:base" "$dir:new" --format json
cp "$work/out" "$work/json"
is "$(of '.change_percent * 10 | round')" 40 'kernels of two runs: confirmed'
is "$(of .confirming_pairs)" 8 '... as in one'
is "$(jq -r '.points[] | select(.benchmark == "null") | .verdict' "$work/json")" \
	'NO CHANGE' '... and the points that were not are as they were'

measure 1 'a change with --no-settle' shift --no-settle
is "$(planned '.boots | length')" 22 '--no-settle: no further boots'
is "$(planned .settling)" null '... and none was to be made'
is "$(of '.change_percent * 10 | round')" 50 '... the estimate is of the first'
rm -rf "$work/results"
# shellcheck disable=SC2086 # words on purpose
run 0 '--no-compare' run -q $img --machine "fake:$work/shift" --no-compare
is "$(jq '.boots | length' "$work"/results/runs/*/run.json)" 22 \
	'--no-compare: no verdict, no further boots'
measure 3 'few perturbations are a look' shift --perturbations 2 --strict
is "$(planned '.boots | length')" 8 '... without further boots'

# --- several contenders --------------------------------------------------------------

cp -r "$work/shift" "$work/three"
cp -r "$work/three/new" "$work/three/worse"
for d in "$work"/three/worse/measure-* "$work"/three/worse/repeat-p0; do
	p=${d##*-p}
	samples 1.5 "$p" >"$d/samples.tsv"
done
for p in $(seq 8 23); do
	for k in base new worse; do
		d=$work/three/$k/confirm-p$p
		mkdir -p "$d"
		few_status >"$d/status.ktap"
		case $k in
		base) factor=1 ;;
		new) factor=1.04 ;;
		*) factor=1.4 ;;
		esac
		few_samples $factor "$p" >"$d/samples.tsv"
	done
done
cp "$mkstream" "$work/vmlinux-c"
echo c >>"$work/vmlinux-c"
third="--kernel worse=image:$work/vmlinux-c"
# shellcheck disable=SC2086 # words on purpose
{
measure 1 'two contenders' three $third
is "$(of '.contender + (.confirming_pairs | tostring)')" 'new8 worse8' \
	'both are confirmed'
is "$(planned '[.boots[] | select(.role == "confirm")] | length')" 24 \
	'... with one set of boots of the baseline'
measure 1 'two contenders at a limit' three $third --settle 16
}
is "$(of '.contender + (.confirming_pairs | tostring)')" 'new0 worse8' \
	'the worst is confirmed as a whole'
is "$(planned .settling.ended)" boots '... and the other is left'

# --- not confirmed -------------------------------------------------------------------

cp -r "$work/shift" "$work/gone"
more gone confirm 8 15 1
measure 0 'a change that goes away' gone
is "$(of .verdict)" INCONCLUSIVE '... is no accident: another verdict'
is "$(of .reason | grep -c 'what runs before it matters')" 1 '... with the reason'
run 3 '... and --strict' compare --strict

# --- doubt is settled ----------------------------------------------------------------

record "$work/doubt" 1
more doubt settle 8 63 1
p=0
for factor in 0.99 0.992 1.01 1.008; do
	samples $factor $p >"$work/doubt/new/measure-p$p/samples.tsv"
	p=$((p + 1))
done
cp "$work/doubt/new/measure-p0/samples.tsv" "$work/doubt/new/repeat-p0"
measure 0 'doubt' doubt
cp "$work/json" "$work/settled"
measure 0 'doubt with --no-settle' doubt --no-settle
is "$(of .verdict)" INCONCLUSIVE 'doubt without further boots'
cp "$work/settled" "$work/json"
is "$(of .verdict)" 'NO CHANGE' 'doubt is settled'
is "$(of '[.boots[] | select(.role == "settle")] | length > 0')" true \
	'... by further boots'
measure 0 'doubt at a limit' doubt --settle 2
is "$(of .verdict)" INCONCLUSIVE 'doubt at a limit stays'
is "$(jq -r '.notes[]' "$work/json" |
	grep -c 'limit of 2 boots (--settle): 2 points are INCONCLUSIVE')" 1 \
	'... and the note says which limit'
is "$(planned '[.boots[] | select(.role == "settle")] | length')" 0 \
	'... and no boot was made in vain'
is "$(planned .settling.ended)" boots '... which the run says, too'
is "$(planned .status)" complete '... and the run is complete'

# --- time ----------------------------------------------------------------------------

cp -r "$work/shift" "$work/late"
for d in "$work"/late/*/confirm-*; do
	echo 'slow 200' >"$d/ending"
done
measure 1 'a limit of time' late --settle-time 1 -j 1
is "$(planned .settling.ended)" time '... ends it'
is "$(planned '[.boots[] | select(.role == "confirm")] | length < 16')" true \
	'... before all are booted'
is "$(of .verdict)" REGRESSION '... and the change stands'
is "$(jq -r '.notes[]' "$work/json" |
	grep -c 'limit of 1 s (--settle-time).* 2 changes not confirmed')" 1 \
	'... with a note'

# --- boots that are kept are free ----------------------------------------------------

: >"$work/shift/kept"
measure 1 'a first run' shift
measure 1 'another run with --settle 1' shift --settle 1
is "$(planned .settling.ended)" settled 'boots that are kept are free'
is "$(jq -s '[.[] | select(.id | endswith("-confirm")) | has("cached")] | length, all' \
	"$dir"/boots/*/boot.json | tr '\n' ' ')" '16 true ' '... all of them'
cmp -s "$work/first" "$work/json"
is "$(of '.change_percent * 10 | round')" 40 '... and as good'
rm "$work/shift/kept"

# --- what goes wrong -----------------------------------------------------------------

cp -r "$work/shift" "$work/splat"
printf '[    1.000000] WARNING: CPU: 0 PID: 1 at kernel/cgroup/cgroup.c:1\n' \
	>"$work/splat/new/confirm-p9/console.log"
measure 4 'a splat in a further boot' splat
has "$work/err" 'new-p9-confirm' 'the boot is named'
is "$(of .verdict)" INVALID 'a splat is not overlooked'

cp -r "$work/shift" "$work/stray"
cp "$work/shift/new/measure-p1/samples.tsv" "$work/stray/new/confirm-p9"
measure 5 'samples of points that the boot does not have' stray
has "$work/err" 'alpha/slow, which is not in the plan of the boot' 'they are named'

rm -rf "$work/results"
cp -r "$work/shift" "$work/hang"
echo hang >"$work/hang/new/confirm-p9/ending"
sed '$d' "$work/shift/new/confirm-p9/status.ktap" \
	>"$work/hang/new/confirm-p9/status.ktap"
# shellcheck disable=SC2086 # words on purpose
env --default-signal=INT "$cgmark" run -q $img --machine "fake:$work/hang" \
	-j 1 >"$work/out" 2>"$work/err" &
pid=$!
hangs() {
	grep -qs 'ok 1 bench-alpha' \
		"$work"/results/runs/*/boots/new-p9-confirm/status.ktap
}
wait_until hangs
kill -INT $pid
wait $pid
is $? 130 '^C: exit status 130'
dir=$(echo "$work/results/runs"/*)
has "$work/err" 'interrupted: 25 of 26 boots are kept' '^C: what is kept'
is "$(planned .status)" interrupted '^C: the run is marked'
is "$(planned .settling.ended)" interrupted '^C: and so is what it did'
run 1 '^C: compare' compare --format json
cp "$work/out" "$work/json"
is "$(of '.change_percent * 10 | round')" 50 '^C: the first boots have a verdict'
is "$(of .confirming_pairs)" 1 '^C: and few others do not change it'

tap_done
