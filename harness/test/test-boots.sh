#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-boots.sh CGMARK MKSTREAM: a boot is measured once, by the command line and
# with recorded streams in place of guests.

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
boots=$CGMARK_BOOTS_DIR

mkbenches
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/quick.ini"
cp "$mkstream" "$work/vmlinux-a"
for k in b c; do
	cp "$mkstream" "$work/vmlinux-$k"
	echo $k >>"$work/vmlinux-$k"
done
img="--kernel base=image:$work/vmlinux-a --kernel new=image:$work/vmlinux-b"
record "$work/streams" 1
: >"$work/streams/kept"
# No further boots: there are no streams of any.
fake="--no-settle --machine fake:$work/streams"

# run STATUS NAME WORDS...: cgmark run with the streams; its exit status is STATUS.
run() {
	wanted=$1 name=$2
	shift 2
	# shellcheck disable=SC2086 # words on purpose
	"$cgmark" run $fake "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	is $got "$wanted" "$name: exit status $wanted" ||
		sed 's/^/# /' "$work/err"
}

run_dir() {
	find "$work/results/runs" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' |
		sort -n | tail -n 1 | cut -d ' ' -f 2-
}

# For what takes the latest run by its id: two may begin in the same second.
fresh() {
	rm -rf "$work/results"
}

empty() {
	rm -rf "$work/results" "$boots"
}

# How many boots of the last run are old.
old() {
	grep -l '"cached"' "$(run_dir)"/boots/*/boot.json | wc -l
}

again() {
	grep -l '"confirms"' "$(run_dir)"/boots/*/boot.json
}

entries() {
	find "$boots/" -name entry.json | sort
}

# entry BOOT: the folder of a boot that was measured under that name.
entry() {
	dirname "$(find "$boots/" -name entry.json -exec grep -l "\"boot\": \"$1\"" {} +)"
}

nothing_left() {
	is "$(find "$boots" -mindepth 1 -maxdepth 1 -name '.*' | wc -l)" 0 \
		"$1: nothing half-made is left"
}

# --- once, and again ---------------------------------------------------------------
# shellcheck disable=SC2086 # words on purpose
{
run 0 'first' $img
is "$(entries | wc -l)" 22 'first: each boot is kept'
is "$(old)" 0 'first: none is old'
has "$work/out" '^boots    22: all measured by this run$' 'first: the report says so'
nothing_left first
first=$(run_dir)
mv "$work/results" "$work/first"
first=$work/first/runs/$(basename "$first")

run 0 'second' $img
is "$(old)" 21 'second: all but one are old'
is "$(again | wc -l)" 1 'second: that one is identical'
has "$work/err" 'boots 22: nothing new was measured; 21 from the cache, of 20' \
	'second: the run says that it measured nothing new'
has "$work/out" '^boots    22: nothing new was measured; 21 from the cache, of$' \
	'second: and so does the report'
has "$work/err" 'boots 1/1' 'second: one boot'
is "$(find "$boots/" -name entry.json | wc -l)" 22 'second: nothing is added'
same=0
for b in "$first"/boots/*; do
	for f in plan.tsv console.log status.ktap samples.tsv; do
		cmp -s "$b/$f" "$(run_dir)/boots/$(basename "$b")/$f" || same=1
	done
done
is $same 0 'second: the files are those of the first'
check 'second: verify' "$cgmark" verify
check 'second: import' "$cgmark" import
"$cgmark" compare --format json >"$work/json"
is "$(jq -c '.run | [.boots, .boots_cached, .boots_confirmed]' "$work/json")" \
	'[22,21,1]' 'second: JSON has the numbers'
is "$(jq -r '.run | .cached_from <= .cached_to and
	(.cached_from | test("^20..-..-..T..:..:..Z$"))' "$work/json")" true \
	'second: and since when'
is "$(jq '[.points[0].boots[] | .base, .contender, .null, .base_repeat,
	.contender_repeat | select(. != null) | select(.cached != null)] | length' \
	"$work/json")" 21 'second: and for each boot'
when=$(jq -r .run.cached_from "$work/json")
is "$(sed -n 's/^  "cached": "\(.*\)",$/\1/p' "$(run_dir)"/boots/*/boot.json |
	sort | head -n 1)" "$when" 'second: boot.json has the time'
check 'second: report' "$cgmark" report
has "$work/results/report/index.html" \
	'<dd>22: nothing new was measured; 21 from the cache, of 20' \
	'second: the HTML report says so'

# With another choice each time every boot is checked in the end.
for _ in 1 2 3 4 5 6 7 8; do
	fresh
	"$cgmark" run -q $fake $img >/dev/null 2>&1
	basename "$(dirname "$(again)")"
done >"$work/checked"
[ "$(sort -u "$work/checked" | wc -l)" -gt 2 ]
ok $? 'other runs check other boots'
rm -rf "$work/results/runs"

run 0 'quiet' -q $img
is "$(wc -c <"$work/err")" 0 '-q says nothing'

fresh
run 0 'fresh' --fresh $img
is "$(old)" 0 '--fresh: none is old'
is "$(again | wc -l)" 22 '--fresh: all are identical to what is kept'
has "$work/err" 'nothing new was measured; 22 were booted again and are identical' \
	'--fresh: the run says so'
is "$(entries | wc -l)" 22 '--fresh: nothing is added'

# --- what changes -------------------------------------------------------------------
fresh
run 0 'another contender' --kernel "base=image:$work/vmlinux-a" \
	--kernel "new=image:$work/vmlinux-c"
is "$(grep -l '"cached"' "$(run_dir)"/boots/new-*/boot.json | wc -l)" 0 \
	'another contender: it is measured'
is "$(grep -L '"cached"' "$(run_dir)"/boots/base-*/boot.json | wc -l)" 1 \
	'another contender: the baseline is not booted, but for the check'
has "$work/err" 'boots 22: 9 measured; 12 from the cache' \
	'another contender: the run says so'
fresh
mv "$work/streams/base" "$work/streams/old"
run 0 'another name' --kernel "old=image:$work/vmlinux-a" --no-compare
mv "$work/streams/old" "$work/streams/base"
is "$(old) $(again | wc -l)" '12 1' 'another name: it is the same kernel'
fresh
echo >>"$work/bench/guest-init"
run 0 'another guest' $img --perturbations 2
is "$(old)" 0 'another guest: all is measured'
fresh
# The streams have 31.
run 5 'another plan' $img --perturbations 2 --samples 30
is "$(old)" 0 'another plan: all is measured'

# One vmlinux as two kernels: both are booted, and compared with what is kept.
empty
run 0 'same code' --kernel "base=image:$work/vmlinux-a" \
	--kernel "new=image:$work/vmlinux-a"
is "$(old) $(again | wc -l) $(entries | wc -l)" '0 9 13' \
	'same code: what is booted twice is identical'

# --- damage -------------------------------------------------------------------------
empty
run 0 'to be damaged' $img
for f in console.log status.ktap samples.tsv entry.json; do
	e=$(entry new-p3)
	cp -r "$e" "$work/good"
	# The 10th byte of its middle line.
	awk -v at="$(($(wc -l <"$e/$f") / 2 + 1))" \
		'NR == at { $0 = substr($0, 1, 9) "~" substr($0, 11) } 1' \
		"$e/$f" >"$work/bad"
	cmp -s "$work/bad" "$e/$f" && echo "# nothing was altered in $f"
	cp "$work/bad" "$e/$f"
	fresh
	run 0 "altered $f" $img
	has "$work/err" "warning: $e: the boot that is kept there is damaged .*$f" \
		"altered $f: the warning names it"
	grep -q '"cached"' "$(run_dir)/boots/new-p3/boot.json"
	is $? 1 "altered $f: it is measured again"
	is "$(entry new-p3)" "$e" "altered $f: and kept"
	cmp -s "$work/good/samples.tsv" "$e/samples.tsv"
	ok $? "altered $f: as it was"
	rm -rf "$work/good"
done
for f in samples.tsv entry.json; do
	e=$(entry base-p2)
	rm "$e/$f"
	fresh
	run 0 "no $f" $img
	has "$work/err" "$e: .* damaged .$f: missing" "no $f: the warning names it"
	is "$(entry base-p2)" "$e" "no $f: measured again and kept"
done
find "$boots/" -name entry.json -exec sed -i 's/"format": 1/"format": 2/' {} +
fresh
run 0 'entries of another format' $img
is "$(old)" 0 'another format: none is used'
is "$(grep -c 'damaged .entry.json' "$work/err")" 22 'another format: each is told'
is "$(entries | wc -l)" 22 'another format: all are measured again'

# What a symlink leads to is neither used nor removed.
e=$(entry base-p5)
mv "$e" "$work/outside"
ln -s "$work/outside" "$e"
fresh
run 0 'a symlink in the way' $img
has "$work/err" "$e: .*damaged .not a folder" 'a symlink: the warning names it'
[ -f "$work/outside/entry.json" ] && [ ! -L "$e" ] && [ -f "$e/entry.json" ]
ok $? 'a symlink: what it leads to is there still, and so is a new entry'
rm -rf "$work/outside"

# --- cgmark cache ------------------------------------------------------------------
# As it lies below the cache of a user.
mkdir -p "$work/xdg/cgmark"
mv "$boots" "$work/xdg/cgmark/boots"
ln -s "$work/xdg/cgmark/boots" "$boots"
printf '#!/bin/sh\nexit 0\n' >"$work/kernel/build.sh"
chmod +x "$work/kernel/build.sh"
cache() {
	XDG_CACHE_HOME="$work/xdg" CGMARK_BOOTS_DIR='' "$cgmark" cache "$@" \
		>"$work/out" 2>"$work/err"
}
cache list
is "$? $(grep -cE '^boots +[0-9a-f]{12} .* 20[0-9-]+ ' "$work/out")" '0 2' \
	'cache list: boots of a kernel are one entry'
cache check
is "$? $(cat "$work/out")" '0 checked 22 boots, 0 damaged' 'cache check: all is well'
e=$(entry base-p4)
echo x >>"$e/status.ktap"
cache check
is "$? $(cat "$work/out")" '5 checked 22 boots, 1 damaged' \
	'cache check: one that is damaged'
has "$work/err" "${e##*/}: .*damaged .status.ktap: altered.* was removed" \
	'cache check: it is named'
cache check
is "$? $(cat "$work/out")" '0 checked 21 boots, 0 damaged' 'cache check: and removed'
touch -d '3 days ago' "$work/xdg/cgmark/boots"/*
fresh
# Of base alone: the other is used longer ago then.
run 0 'a run of one kernel' --kernel "base=image:$work/vmlinux-a" --no-compare
size=$(du -sk "$(dirname "$e")" | cut -f 1)
cache prune --limit "$((size + 8))K"
is "$(find "$work/xdg/cgmark/boots" -name entry.json -exec grep -h '"boot": "' {} + |
	sed 's/.*"\(base\|new\)-.*/\1/' | sort -u)" base \
	'cache prune: what was used longest ago goes'
fresh
run 0 'after cache prune' $img
is "$(grep -l '"cached"' "$(run_dir)"/boots/new-*/boot.json | wc -l)" 0 \
	'after cache prune: that is measured again'
rm "$boots"
mv "$work/xdg/cgmark/boots" "$boots"

# --- less exact than it says ----------------------------------------------------------
samples 1 77 >"$work/drift.tsv"
# One of 22 is checked: until it is one that drifts.
for d in "$work"/streams/base/*; do
	cp "$work/drift.tsv" "$d/drift.tsv"
done
tries=0
until grep -q 'differs from what was kept' "$work/err" || [ $tries -eq 50 ]; do
	tries=$((tries + 1))
	fresh
	"$cgmark" run $fake $img >"$work/out" 2>"$work/err"
	got=$?
done
is $got 0 'drift: exit status 0'
has "$work/err" 'warning: boot base-p.* differs from what was kept of 20.*Z, .* all that is kept of kernel base is dropped, and measured anew' \
	'drift: the run says so'
is "$(grep -l '"cached"' "$(run_dir)"/boots/base-*/boot.json | wc -l)" 0 \
	'drift: that kernel is measured anew'
is "$(grep -l '"cached"' "$(run_dir)"/boots/new-*/boot.json | wc -l)" 9 \
	'drift: the other is not'
is "$(cat "$(run_dir)"/boots/base-*/samples.tsv | sha256sum)" \
	"$(for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do cat "$work/drift.tsv"; done | sha256sum)" \
	'drift: no figure is of the boots that were dropped'
has "$work/out" '^note: boot base-p.* differs from what was kept of' \
	'drift: the report says so'
is "$(entries | wc -l)" 22 'drift: the new ones are kept'
check 'drift: verify' "$cgmark" verify
fresh
run 0 'after the drift' $img
is "$(old)" 21 'after the drift: they are used'
find "$work/streams" -name drift.tsv -delete

# A boot of which something is kept, without any check: --fresh finds it.
cp "$work/drift.tsv" "$work/streams/new/measure-p6/drift.tsv"
fresh
run 0 'drift and --fresh' --fresh $img
has "$work/err" 'boot new-p6 differs from what was kept' '--fresh finds it, too'
is "$(old)" 0 '--fresh: none is old'
rm "$work/streams/new/measure-p6/drift.tsv"

# Repeat boots that differ are not kept, nor is what they repeat.
empty
cp "$work/drift.tsv" "$work/streams/new/repeat-p0/drift.tsv"
run 0 'a repeat that differs' $img
has "$work/err" 'new-p0 and new-p0-repeat are not identical: nothing is kept of kernel new' \
	'a repeat that differs: the run says so'
has "$work/out" 'INVALID' 'a repeat that differs: the verdict says so'
is "$(entries | wc -l)" 13 'a repeat that differs: nothing is kept of that kernel'
rm "$work/streams/new/repeat-p0/drift.tsv"
fresh
run 0 'after it' $img
is "$(grep -l '"cached"' "$(run_dir)"/boots/new-*/boot.json | wc -l)" 0 \
	'after it: that kernel is measured anew'
has "$work/out" 'NO CHANGE' 'after it: there are verdicts'
# The same, found in what was kept: by a process that was killed in between.
samples 1 55 >"$(entry new-p0-repeat)/samples.tsv"
e=$(entry new-p0-repeat)
sed -i "s/\"sha256\": \"$(sha256sum <"$work/streams/new/repeat-p0/samples.tsv" |
	cut -d ' ' -f 1)\"/\"sha256\": \"$(sha256sum <"$e/samples.tsv" | cut -d ' ' -f 1)\"/
	s/\"samples_crc\": \".*\"/\"samples_crc\": \"$(gzip -c "$e/samples.tsv" | tail -c 8 |
	od -An -tx4 -N4 | tr -d ' ')\"/" "$e/entry.json"
sed -i '/^  "crc32"/,$d' "$e/entry.json"
# The sum covers all before the comma that it follows.
sed '$s/,$//' "$e/entry.json" | head -c -1 >"$work/body"
{
	cat "$work/body"
	printf ',\n  "crc32": "%s"\n}\n' "$(gzip -c "$work/body" | tail -c 8 |
		od -An -tx4 -N4 | tr -d ' ')"
} >"$e/entry.json"
for _ in 1 2 3 4 5 6; do
	fresh
	cp -r "$boots" "$work/boots.new"
	"$cgmark" run $fake $img >"$work/out" 2>"$work/err"
	grep -q 'new-p0-repeat differs' "$work/err" || break
	rm -rf "$boots"
	mv "$work/boots.new" "$boots"
done
has "$work/err" 'new-p0 and new-p0-repeat are not identical' \
	'a kept repeat that differs from what it repeats is found'
is "$(grep -l '"cached"' "$(run_dir)"/boots/new-*/boot.json | wc -l)" 0 \
	'and that kernel is measured anew'
has "$work/out" 'NO CHANGE' 'and has verdicts'
rm -rf "$work/boots.new"

# --- boots that failed ----------------------------------------------------------------
empty
cp -r "$work/streams" "$work/good-streams"
printf '[    3.000000] WARNING: CPU: 0 PID: 1 at kernel/cgroup/cgroup.c:1\n' \
	>>"$work/streams/new/measure-p3/console.log"
sed -i 's/^    ok 3 alpha.slow/    not ok 3 alpha\/slow # it is wrong/' \
	"$work/streams/new/measure-p1/status.ktap"
run 4 'a splat' $img
is "$(entries | wc -l)" 20 'boots that failed, or a point of which did, are not kept'
fresh
run 4 'the splat again' $img
is "$(old)" 19 'they are booted again'
rm -rf "$work/streams"
mv "$work/good-streams" "$work/streams"

# --- ^C and kill -9 -------------------------------------------------------------------
empty
echo hang >"$work/streams/new/measure-p1/ending"
mv "$work/streams/new/measure-p1/status.ktap" "$work/status"
sed '$d' "$work/status" >"$work/streams/new/measure-p1/status.ktap"
env --default-signal=INT "$cgmark" run -q $fake $img -j 1 \
	>"$work/out" 2>"$work/err" &
pid=$!
fourth_runs() {
	grep -qs 'ok 2 bench-null' "$work"/results/runs/*/boots/new-p1/status.ktap
}
wait_until fourth_runs
kill -INT $pid
wait $pid
is $? 130 '^C: exit status 130'
is "$(entries | wc -l)" 3 '^C: what was measured is kept'
nothing_left '^C'
rm "$work/streams/new/measure-p1/ending"
mv "$work/status" "$work/streams/new/measure-p1/status.ktap"
fresh
run 0 'after ^C' $img
is "$(old)" 2 'after ^C: it goes on from there'

# At any moment: what is kept afterwards is whole, and the next run is right.
for ms in 002 005 010 020 030 050 080 120 180 300; do
	empty
	"$cgmark" run -q $fake $img >/dev/null 2>&1 &
	pid=$!
	sleep "0.$ms"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	"$cgmark" run $fake $img >"$work/out" 2>"$work/err"
	got=$?
	grep -q 'warning' "$work/err" && got=warned
	grep -q 'NO CHANGE at all 4' "$work/out" || got=unjudged
	[ -z "$(find "$boots" -mindepth 1 -maxdepth 1 -name '.*')" ] || got=left
	echo "$got"
done >"$work/killed"
is "$(sort -u "$work/killed")" 0 'kill -9 at ten moments: the next run is right'

# --- two at once ----------------------------------------------------------------------
empty
"$cgmark" run -q $fake $img >"$work/out1" 2>"$work/err1" &
one=$!
"$cgmark" run -q $fake $img >"$work/out2" 2>"$work/err2"
two=$?
wait $one
is "$? $two" '0 0' 'two at once: both end well' ||
	sed 's/^/# /' "$work/err1" "$work/err2"
is "$(cat "$work/err1" "$work/err2" | wc -c)" 0 'two at once: nothing to say'
is "$(entries | wc -l)" 22 'two at once: each boot is kept once'
nothing_left 'two at once'
# One takes what the other removes.
"$cgmark" run -q $fake $img >"$work/out1" 2>"$work/err1" &
one=$!
rm -rf "$boots" 2>/dev/null
wait $one
is $? 0 'the cache is removed under a run: it ends well'

# --- caches that cannot be used -------------------------------------------------------
empty
: >"$boots"
run 0 'a file in place of the cache' $img
has "$work/err" "warning: cannot keep boots in $boots: Not a directory" \
	'a file in place of the cache: a warning'
is "$(grep -c warning "$work/err")" 1 'a file in place of the cache: one'
rm "$boots"
ln -s "$work/nowhere" "$boots"
run 0 'a dangling symlink' $img
has "$work/err" "warning: cannot keep boots in $boots" 'a dangling symlink: a warning'
rm "$boots"
mkdir "$work/elsewhere"
ln -s "$work/elsewhere" "$boots"
run 0 'a symlink to a folder' $img
is "$(find "$work/elsewhere" -name entry.json | wc -l)" 22 \
	'a symlink to a folder is followed'
rm -r "$boots" "$work/elsewhere"
fresh
HOME='' XDG_CACHE_HOME='' CGMARK_BOOTS_DIR='' "$cgmark" run $fake $img \
	>"$work/out" 2>"$work/err"
is "$? $(grep -c warning "$work/err")" '0 0' 'without a home nothing is kept'
HOME="$work/home" XDG_CACHE_HOME='' CGMARK_BOOTS_DIR='' "$cgmark" run $fake \
	$img >"$work/out" 2>"$work/err"
is "$(find "$work/home/.cache/cgmark/boots" -name entry.json | wc -l)" 22 \
	'the default is below ~/.cache'
rm "$work/streams/kept"
fresh
run 0 'a machine that says nothing of itself' $img
[ ! -e "$boots" ]
ok $? 'a machine that says nothing of itself: nothing is kept'
: >"$work/streams/kept"
}

# A full disk and a read-only one need mounts.
cat >"$work/mount.sh" <<'END'
mkdir -p "$CGMARK_BOOTS_DIR" &&
mount -t tmpfs -o "$1" none "$CGMARK_BOOTS_DIR" 2>/dev/null || exit 77
shift
"$@"
status=$?
find "$CGMARK_BOOTS_DIR" -mindepth 1 -maxdepth 1 -name '.*' | sed 's/^/left /' >&2
exit $status
END
for how in size=60k ro; do
	fresh
	# shellcheck disable=SC2086 # words on purpose
	unshare -rm sh "$work/mount.sh" $how "$cgmark" run $fake $img \
		>"$work/out" 2>"$work/err"
	got=$?
	if [ $got -eq 77 ] || grep -q '^unshare:' "$work/err"; then
		tap_nr=$((tap_nr + 1))
		printf 'ok %d - %s # SKIP no mount namespace here\n' "$tap_nr" \
			"$how"
		continue
	fi
	is $got 0 "a cache on a disk with $how: exit status 0"
	has "$work/err" "warning: cannot keep .* in $boots: .*; boots are not kept" \
		"$how: a warning"
	is "$(grep -c 'warning:' "$work/err")" 1 "$how: one"
	grep -q '^left' "$work/err"
	is $? 1 "$how: nothing half-made is left"
	has "$work/out" 'NO CHANGE at all 4' "$how: the run goes on"
done

tap_done
