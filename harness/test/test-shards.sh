#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-shards.sh CGMARK MKSTREAM: cgmark run --shard, cgmark import --merge and
# cgmark run --resume, on recorded streams.
#
# How it could go wrong.  An enemy: a symbolic link or a FIFO in a shard, a boot.json
# that names /etc/passwd, figures that were altered.  A tired user: a shard of another
# run, of other kernels or params, of 3 instead of 4, the same one twice, a run in place
# of a shard, one that was forgotten, a path with blanks.  A slow machine: a shard that
# is killed, measured again, or still going on; two merges at once; a full disk.  In each
# case no figure may land in a run that it does not belong to, and none that was measured
# may be lost.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
[ -n "${TMPDIR-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"
# shellcheck source=harness/test/same-run.sh
. "$here/same-run.sh"

own_folders
: >"$work/kernel/kernels.ini"
show="$work/err"
mkbenches
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/quick.ini"
for kernel in base new; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
done
record "$work/streams" 1.05
plan="--machine fake:$work/streams --kernel base=image:$work/vmlinux-base
--kernel new=image:$work/vmlinux-new --no-settle"

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted" || sed 's/^/# /' "$work/err"
}

# shard I/N DIR [WORD...]: measures it; DIR is then the directory of the run.
shard() {
	part=$1 to=$2
	shift 2
	rm -rf "$work/new"
	# shellcheck disable=SC2086 # words on purpose
	"$cgmark" run -q $plan --shard "$part" -o "$work/new" "$@" \
		>"$work/out" 2>"$work/err" </dev/null
	shard_status=$?
	rm -rf "$to"
	mkdir -p "$(dirname "$to")"
	mv "$work/new"/2* "$to"
}

# merge STATUS NAME DIR...: into $work/merged; $run is the run.
merge() {
	wanted=$1 name=$2
	shift 2
	run "$wanted" "$name" import --merge -o "$work/merged" "$@"
	run=$(cat "$work/out")
}

# Has the run in the folder $half come to its first boot but one?
# shellcheck disable=SC2317 # called by wait_until
half_done() {
	[ -f "$(echo "$work/$half"/*)/boots/base-p5/boot.json" ]
}

# count DIR: its entries.
count() {
	find "$1" -mindepth 1 -maxdepth 1 | wc -l
}

figures() {
	jq '[.points[] | del(.boots)]' "$1"
}

missing() {
	jq -r '.boots[].id' "$1/run.json" | while read -r id; do
		[ -f "$1/boots/$id/boot.json" ] || printf '%s ' "$id"
	done
}

# --- four shards are the run ----------------------------------------------------------
# shellcheck disable=SC2086 # words on purpose
run 1 'unsharded' run -q $plan --format json -o "$work/whole"
cp "$work/out" "$work/whole.json"
whole=$(echo "$work/whole"/*)
s="$work/with blanks & more"
for i in 1 2 3 4; do
	shard $i/4 "$s/shard $i"
	is "$shard_status" 0 "shard $i: exit status 0"
done
[ ! -e "$work/results/cgmark.db" ] || [ "$(sqlite3 "$work/results/cgmark.db" \
	'SELECT count(*) FROM run')" = 1 ]
ok $? 'no shard is in the database'
is "$(jq -s '[.[].boots[].id] | sort | unique | length' "$s"/*/run.json)" \
	"$(jq '.boots | length' "$whole/run.json")" 'no boot is in two shards, none in no one'
is "$(jq -s '[.[].shard.plan_sha256] | unique | length' "$s"/*/run.json)" 1 \
	'all name the same plan'
is "$(jq -c '[.shard.number, .shard.of]' "$s/shard 3/run.json")" '[3,4]' \
	'each says which it is'
run 2 'import of a shard' import "$s/shard 1"
has "$work/err" 'is shard 1 of 4, not a run: cgmark import --merge' 'says what to do'
mkdir -p "$work/results/runs"
cp -r "$s/shard 1" "$work/results/runs/stray"
run 0 'a shard among runs' import
has "$work/err" 'stray is shard 1 of 4, not a run' 'is left out'
rm -r "$work/results/runs/stray"
merge 0 'merge' "$s/shard 3" "$s/shard 1" "$s/shard 4" "$s/shard 2"
same "$whole" "$run" 'merged'
run 1 'its comparison' compare --run "$run" --format json
figures "$work/out" >"$work/two"
figures "$work/whole.json" >"$work/one"
check 'has the verdicts of the unsharded run' cmp "$work/one" "$work/two"
run 0 'verify' verify "$run"
is "$(jq -c '[.merged.shards[].number]' "$run/run.json")" '[1,2,3,4]' \
	'it says of which shards it is'
is "$(sqlite3 "$work/results/cgmark.db" \
	"SELECT count(*) FROM run WHERE name = '$(basename "$run")'")" 1 \
	'it is in the database'
find "$run" -type f -exec ls -l --time-style=full-iso {} + >"$work/before"
merge 0 'merged again, a folder of shards' "$s"
find "$run" -type f -exec ls -l --time-style=full-iso {} + >"$work/after"
check 'nothing is written' cmp "$work/before" "$work/after"
is "$(count "$work/merged")" 1 'it is still one run'
rm -rf "$work/merged"
merge 0 'the same shard by two names' "$s"/* "$s/shard 1/"
cp -r "$s/shard 1" "$work/copy"
merge 0 'and a copy' "$s"/* "$work/copy"
same "$whole" "$run" 'with copies'

# --- more shards than perturbations ---------------------------------------------------
for i in 1 2 9 22; do
	shard $i/22 "$work/many/$i"
	is "$(jq '.boots | length' "$work/many/$i/run.json")" 1 "shard $i/22: one boot"
done
# shellcheck disable=SC2086 # words on purpose
{
run 2 '23 shards of 22 boots' run -q $plan --shard 1/23
has "$work/err" 'make 22 at most: write --shard I/22' 'says how many'
for bad in 0/4 5/4 4 /4 1/ -1/4 1/4/4 x/y ' 1/4'; do
	run 2 "--shard '$bad'" run -q $plan --shard "$bad"
done
run 2 'a shard with --resume' run -q $plan --shard 1/4 --resume latest
run 2 'a shard on local' run --machine local --shard 1/2
}

# --- what is missing is MISSING -------------------------------------------------------
rm -rf "$work/merged"
merge 5 'a shard that is missing' "$s/shard 1" "$s/shard 2" "$s/shard 4"
has "$work/err" 'shards that are missing: 3/4' 'it is named'
id=$(basename "$run")
is "$(missing "$run")" 'base-p2 new-p2 base-p6 new-p6 base-p2-null ' \
	'its boots are planned, and not there'
is "$(sqlite3 "$work/results/cgmark.db" "SELECT count(*) FROM run WHERE name = '$id'")" \
	1 'the database has the run all the same'
run 1 'what is there' compare --run "$run"
has "$work/out" '^note: the run is not complete: interrupted' 'says so'
merge 0 'completed by the shard' "$s"/*
is "$(basename "$run")" "$id" 'it is the same run'
same "$whole" "$run" 'completed'

# --- completed by this machine --------------------------------------------------------
rm -rf "$work/merged"
merge 5 'a shard that is missing' "$s/shard 1" "$s/shard 2" "$s/shard 4"
# shellcheck disable=SC2086 # words on purpose
{
run 2 '--resume with other params' run -q $plan --samples 3 --resume "$run"
has "$work/err" 'differs in "points"' 'says in what'
is "$(missing "$run" | wc -w)" 5 'and changes nothing'
run 2 '--resume of a shard' run -q $plan --resume "$s/shard 2"
has "$work/err" 'measure it again with --shard 2/4' 'says what to do'
run 2 '--resume of no run' run -q $plan --resume "$work/nowhere"
flock "$run" "$cgmark" run -q $plan --resume "$run" >"$work/out" 2>"$work/err"
is $? 5 '--resume of a run in use: exit status 5'
has "$work/err" 'another cgmark is measuring it' 'says so'
run 1 '--resume' run -q $plan --format json --resume "$run"
}
figures "$work/out" >"$work/two"
check 'the verdicts of the unsharded run' cmp "$work/one" "$work/two"
same "$whole" "$run" 'resumed'
# shellcheck disable=SC2086 # words on purpose
run 1 '--resume of a complete run' run -q $plan --resume "$run"
same "$whole" "$run" 'nothing to do'

# --- a run that was killed ------------------------------------------------------------
echo 'hang' >"$work/streams/new/measure-p5/ending"
# shellcheck disable=SC2086 # words on purpose
"$cgmark" run -q $plan -j 1 -o "$work/cut-off" >"$work/out" 2>"$work/err" &
pid=$!
half=cut-off
wait_until half_done
kill -KILL $pid
wait $pid 2>/dev/null
rm "$work/streams/new/measure-p5/ending"
run=$(echo "$work/cut-off"/*)
# shellcheck disable=SC2086 # words on purpose
run 1 '--resume of a run that was killed' run -q $plan --resume "$run"
same "$whole" "$run" 'a run that was killed'
[ ! -e "$run/initramfs.cpio" ]
ok $? 'nothing is left behind'

# --- further boots, of the merged run -------------------------------------------------
record "$work/shift" 1.05
more shift confirm 8 15 1.04
was=$plan
plan=$(echo "$plan" | sed 's,/streams,/shift,; s/--no-settle//')
# shellcheck disable=SC2086 # words on purpose
run 1 'unsharded, with further boots' run -q $plan --format json -o "$work/further"
cp "$work/out" "$work/further.json"
for i in 1 2; do
	shard $i/2 "$work/halves/$i"
done
is "$(jq '[.boots[] | select(.role == "confirm")] | length' \
	"$work/halves"/*/run.json | paste -sd +)" 0+0 'no shard makes any'
rm -rf "$work/merged"
merge 0 'halves' "$work/halves"
# shellcheck disable=SC2086 # words on purpose
run 1 '--resume of what is there to its last planned boot' \
	run -q $plan --format json --resume "$run"
same "$(echo "$work/further"/*)" "$run" 'further boots'
is "$(jq '[.boots[] | select(.role == "confirm")] | length' "$run/run.json")" 16 \
	'eight of each kernel'
figures "$work/out" >"$work/two"
figures "$work/further.json" >"$work/one"
check 'with the same verdicts' cmp "$work/one" "$work/two"
merge 0 'merged again' "$work/halves"
same "$(echo "$work/further"/*)" "$run" 'further boots stay'
plan=$was

# --- a shard that was killed ----------------------------------------------------------
cp -r "$s/shard 2" "$work/killed"
echo 'hang' >"$work/streams/new/measure-p5/ending"
# shellcheck disable=SC2086 # words on purpose
"$cgmark" run -q $plan -j 1 --shard 2/4 -o "$work/killing" \
	>"$work/out" 2>"$work/err" &
pid=$!
half=killing
wait_until half_done
kill -KILL $pid
wait $pid 2>/dev/null
rm "$work/streams/new/measure-p5/ending"
killed=$(echo "$work/killing"/*)
rm -rf "$work/merged"
merge 5 'with a shard that was killed' "$s/shard 1" "$killed" "$s/shard 3" "$s/shard 4"
[ -f "$run/boots/base-p5/boot.json" ] && [ ! -e "$run/boots/new-p5/boot.json" ]
ok $? 'the boots that ended are taken'
id=$(basename "$run")
merge 0 'with the same one measured again' "$killed" "$s"/*
is "$(basename "$run")" "$id" 'it is the same run'
same "$whole" "$run" 'killed and measured again'
is "$(jq -c '[.merged.shards[].number]' "$run/run.json")" '[1,2,2,3,4]' \
	'both are named'

# --- a merge that was killed ----------------------------------------------------------
rm -rf "$run/boots/new-p3/boot.json" "$run/boots/base-p4"
printf 'half' >"$run/boots/new-p3/samples.tsv"
merge 0 'after a merge that was killed' "$s"/*
same "$whole" "$run" 'a merge that goes on'

# --- two at once ----------------------------------------------------------------------
rm -rf "$work/merged"
for i in 1 2 3; do
	"$cgmark" import -q --merge -o "$work/merged" "$s"/* \
		>"$work/out-$i" 2>"$work/err-$i" &
	eval "pid_$i=\$!"
done
for i in 1 2 3; do
	eval "wait \$pid_$i"
	is $? 0 "merge $i of three at once: exit status 0"
done
is "$(count "$work/merged")" 1 'they make one run'
same "$whole" "$(echo "$work/merged"/*)" 'three merges at once'

# --- what does not belong together ----------------------------------------------------
rm -rf "$work/merged"
shard 2/3 "$work/other/of3"
shard 2/4 "$work/other/params" --param sets=16
shard 2/4 "$work/other/samples" --samples 31 --bench '*'
shard 2/4 "$work/other/seed" --seed 7
shard 2/4 "$work/other/perturbations" --perturbations 7
echo more >>"$work/vmlinux-new"
shard 2/4 "$work/other/kernel"
cp "$mkstream" "$work/vmlinux-new" && echo new >>"$work/vmlinux-new"
echo '# changed' >>"$work/bench/guest-init"
shard 2/4 "$work/other/guest"
cp "$work/bench/bench-null" "$work/bench/guest-init"
record "$work/other-streams" 1
was=$plan
plan=$(echo "$plan" | sed 's,/streams,/other-streams,')
shard 2/4 "$work/other/machine"
plan=$was
while read -r name text; do
	merge 2 "a shard of another run ($name)" "$s/shard 1" "$work/other/$name" \
		"$s/shard 3"
	has "$work/err" "$text" 'says why'
	[ ! -e "$work/merged" ] || [ -z "$(ls "$work/merged")" ]
	ok $? 'nothing is made of it'
done <<'END'
of3 shards of one run have the same N
params differ in "points"
seed differ in "seed"
perturbations differ in "perturbations"
kernel differ in "kernels"
guest differ in "guest_sha256"
machine differ in "machine"
END
merge 2 'a run in place of a shard' "$s/shard 1" "$whole"
has "$work/err" 'is a run, not a shard of one' 'says so'
merge 2 'no such directory' "$s/shard 1" "$work/nowhere"
merge 2 'an empty folder' "$work/suites"
merge 2 'nothing at all'
merge 2 '-o alone'
run 2 '-o without --merge' import -o "$work/merged"

# --- damage ---------------------------------------------------------------------------
# broken NAME BOOT: a copy of shard 2 that has to lose that boot, and no other.
broken() {
	rm -rf "$work/merged"
	merge 5 "$1" "$s/shard 1" "$work/broken" "$s/shard 3" "$s/shard 4"
	is "$(missing "$run")" "$2 " "$1: that boot alone is missing"
	[ -z "$(find "$run" -type l -o -type p)" ]
	ok $? "$1: there is none in the run"
	check "$1: the run is whole" "$cgmark" verify -q "$run"
	merge 0 "$1: completed" "$s"/*
	same "$whole" "$run" "$1"
	rm -rf "$work/broken"
}
broken_copy() {
	rm -rf "$work/broken"
	cp -r "$s/shard 2" "$work/broken"
	boot="$work/broken/boots/base-p1"
}
echo secret >"$work/secret"
broken_copy && sed -i 's/5001/5002/' "$boot/samples.tsv"
broken 'altered samples' base-p1
broken_copy && rm "$boot/console.log"
broken 'no console' base-p1
broken_copy && truncate -s 100 "$boot/boot.json"
broken 'boot.json cut short' base-p1
broken_copy && cp "$boot/console.log" "$work/console" &&
	ln -sf "$work/console" "$boot/console.log"
broken 'a symbolic link to a file' base-p1
broken_copy && mv "$boot" "$work/elsewhere" && ln -s "$work/elsewhere" "$boot"
broken 'a symbolic link to a boot' base-p1
broken_copy && rm "$boot/plan.tsv" && mkfifo "$boot/plan.tsv"
broken 'a FIFO' base-p1
broken_copy && truncate -s 100 "$work/broken/run.json"
rm -rf "$work/merged"
merge 5 'run.json cut short' "$s/shard 1" "$work/broken"
has "$work/err" 'run.json: truncated' 'is damage'
broken_copy && echo stray >"$boot/stray"
merge 0 'a file that nobody knows' "$s/shard 1" "$work/broken" "$s/shard 3" "$s/shard 4"
same "$whole" "$run" 'a stray file stays behind'

# --- without Slurm --------------------------------------------------------------------
mkdir "$work/no-slurm"
# shellcheck disable=SC2086 # words on purpose
PATH="$work/no-slurm" "$cgmark" run -q $plan --slurm bench >"$work/out" 2>"$work/err"
is $? 5 'without Slurm: exit status 5'
has "$work/err" 'there is no sbatch here: install the package slurm-client' \
	'it names the package'
# shellcheck disable=SC2086 # words on purpose
{
run 2 '--shards without --slurm' run -q $plan --shards 4
run 2 '--slurm with --resume' run -q $plan --slurm bench --resume latest
run 2 '--slurm on local' run --machine local --slurm bench
}

# --- programs that play Slurm ---------------------------------------------------------
# play NAME: such a program, of stdin.
mkdir "$work/play"
play() {
	{
		echo '#!/bin/sh'
		cat
	} >"$work/play/$1"
	chmod +x "$work/play/$1"
}
# slurm STATUS NAME WORD...: a run with four shards; $run is the run, if there is one.
slurm() {
	wanted=$1 name=$2
	shift 2
	rm -rf "$work/played" "$work/begun" "$work/ended"
	# shellcheck disable=SC2086 # words on purpose
	PLAY="$work" PATH="$work/play:$PATH" "$cgmark" run $plan --slurm "a b" \
		--shards 4 -o "$work/played" "$@" >"$work/out" 2>"$work/err"
	is $? "$wanted" "$name: exit status $wanted" || sed 's/^/# /' "$work/err"
	run=$(find "$work/played" -maxdepth 1 -name '2*')
}
play tasks <<'END'
: >"$PLAY/begun"
for i in ${PLAY_TASKS-1 2 3 4}; do
	SLURM_ARRAY_TASK_ID=$i sh "$1"
done
: >"$PLAY/ended"
END
play sbatch <<'END'
printf '%s\n' "$@" >"$PLAY/sbatch.args"
for script; do :; done
# cgmark ends what a program leaves in its group.
setsid tasks "$script" >"$PLAY/tasks" 2>&1 </dev/null &
until [ -e "$PLAY/begun" ]; do
	sleep 0.1
done
echo '7;cluster'
END
play squeue <<'END'
[ -e "$PLAY/ended" ] && exit
echo '1 COMPLETING'
echo '4 RUNNING'
END
play scancel </dev/null
slurm 1 'four tasks' --jobs 3
same "$whole" "$run" 'four tasks'
for arg in --parsable --no-requeue '--partition=a b' --array=1-4 --cpus-per-task=3; do
	check "sbatch has $arg" grep -qxF -e "$arg" "$work/sbatch.args"
done
has "$work/err" 'job array 7: 4 shards of 22 boots on partition a b' 'it is told'
export PLAY_TASKS='1 2 4'
slurm 5 'a task that never ran'
has "$work/err" 'shards that are missing: 3/4' 'is named'
has "$work/err" '5 of 22 boots are MISSING' 'its boots are'
has "$work/out" '^note: the run is not complete' 'there are verdicts all the same'
PLAY_TASKS=
slurm 5 'none ran'
has "$work/err" 'no shard was begun' 'says so'
PLAY_TASKS='1 2 4'
play squeue <<'END'
printf 'x RUNNING\n99 RUNNING\n0 RUNNING\n1\n\0\377 \n \n2 COMPLETED\n'
END
slurm 5 'a queue of rubbish'
wait_until test -e "$work/ended"
unset PLAY_TASKS
play squeue <<'END'
[ -e "$PLAY/ended" ] || { echo 'slurm_load_jobs error: Unable to contact' >&2; exit 1; }
echo 'slurm_load_jobs error: Invalid job id specified' >&2
exit 1
END
slurm 1 'a queue that does not answer, and then has forgotten the job'
has "$work/err" 'does not say how the job array 7 is: .*Unable to contact' 'is told'
is "$(grep -c 'does not say' "$work/err")" 1 'once'
play sbatch <<'END'
echo 'sbatch: error: Batch job submission failed: Requested node configuration is not available' >&2
exit 1
END
slurm 5 'an array that is refused'
has "$work/err" 'does not take the job array: .*Requested node configuration' 'says why'
play sbatch <<'END'
echo rubbish
END
slurm 5 'a number that is none'
is "$(find "$work/played" -type f | wc -l)" 0 'nothing is left behind'

# --- a full disk ----------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && mkdir "$work/small" &&
	mount -t tmpfs -o size=160k tmpfs "$work/small" 2>/dev/null; then
	trap 'umount "$work/small"; rm -rf "$work"' EXIT
	run 5 'a full disk' import --merge -o "$work/small" "$s"/*
	has "$work/err" 'no space left' 'says so'
	mount -o remount,size=16m "$work/small"
	run 0 'when there is room' import --merge -o "$work/small" "$s"/*
	is "$(count "$work/small")" 1 'it goes on with the same run'
	same "$whole" "$(echo "$work/small"/*)" 'after a full disk'
fi

tap_done
