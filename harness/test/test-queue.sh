#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-queue.sh CGMARK MKSTREAM: one machine, many people, on recorded streams.  What
# tired, careless and hostile people do to it, and what disks and power do: files in the
# queue that are no jobs, two workers, kill -9 of either at any moment, a folder that
# cannot be written, words with anything in them, and jobs of others.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

own_folders
mkbenches
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/quick.ini"
for kernel in base new; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
done
record "$work/streams" 1
queue=$work/queue
export CGMARK_QUEUE_DIR="$queue"
show="$work/err"

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

# add WORDS...: the number of a new job that measures two kernels.
add() {
	"$cgmark" queue add --machine "fake:$work/streams" \
		--kernel "base=image:$work/vmlinux-base" \
		--kernel "new=image:$work/vmlinux-new" --no-null --no-settle --no-repeat \
		--perturbations 4 -j 1 "$@" 2>"$work/err"
}
slow() {
	for p in 0 1 2 3; do
		echo "slow $1" >"$work/streams/base/measure-p$p/ending"
	done
}
# step NUMBER: how far a job came.
step() {
	sed -n 's/^step //p' "$queue/state/$1" 2>/dev/null
}
ended() {
	case $(step "$1") in done | cancelled | cut) ;; *) return 1 ;; esac
}
# run_of NUMBER: the directory of its run.
run_of() {
	cat "$queue/state/$1.run" 2>/dev/null
}
begun() {
	[ -n "$(run_of "$1")" ]
}
finished_boots() {
	find "$(run_of "$1")/boots" -name boot.json | wc -l
}
worker() {
	"$cgmark" queue run "$@" >>"$work/worker" 2>&1 </dev/null &
	worker=$!
}

# --- adding ---------------------------------------------------------------------------
run 0 'a queue that nobody made' queue list
run 2 'an option that run does not know' queue add --kernal x
run 2 'no command' queue
run 2 'one that is not known' queue sweep
run 2 'options before add' queue -q add
run 2 'a job that is not there' queue cancel 7
run 2 'a job that is no number' queue cancel 1x
run 2 'no job' queue cancel
[ ! -e "$queue" ]
ok $? 'none of these makes a queue'
is "$(add)" 1 'the first job is 1'
is "$(add -o "$work/a b
c")" 2 'the second, with blanks and a newline, 2'
run 0 'the list' queue list
has "$work/out" "^ +1  $(id -un) +waiting +cgmark run --machine" 'says who, how far, and what'
is "$(wc -l <"$work/out")" 2 'each in a line'
run 0 'a worker that drains it' queue run --drain
is "$(step 1) $(step 2)" 'done done' 'both are done'
run 0 'the list' queue list
is "$(grep -c 'done, status 0' "$work/out")" 2 'which says so'
is "$(find "$work/a b
c" -name run.json -printf x)" x 'the folder with a newline has its run'
is "$(find "$work/results/runs" -name run.json | wc -l)" 1 'the other one is where it belongs'
has "$queue/state/1.log" 'No change at 4 of 4 points|No regression' 'the log has the verdict'
run 2 'a job that has ended' queue cancel 1
is "$(stat -c %a "$queue/lock")" 600 'nobody else can lock it'

# --- what is put there ----------------------------------------------------------------
printf 'rm -rf /\n' >"$queue/jobs/3"
head -c 300000 /dev/urandom >"$queue/jobs/4"
cp "$queue/jobs/1" "$queue/jobs/5"
printf '\377' | dd of="$queue/jobs/5" bs=1 seek=120 conv=notrunc 2>"$work/err"
ln -s "$queue/jobs/1" "$queue/jobs/6"
mkfifo "$queue/jobs/7"
cp "$queue/jobs/1" "$queue/jobs/8"
chmod 666 "$queue/jobs/8"
ln "$queue/jobs/2" "$queue/jobs/9"
touch "$queue/jobs/$(printf 'x\033[31m\ny')" "$queue/jobs/0010"
sed 's,word=--no-null,word=--no-xxxx,' "$queue/jobs/1" >"$queue/jobs/10"
run 0 'a worker finds these' queue run --drain
for n in 3:'not a job' 4:'too large' 5:'checksum' 6:'symbolic link' 7:'not a regular file' \
	8:'others than its owner' 9:'more than one name' 10:'checksum'; do
	has "$work/err" "job ${n%%:*} is not run: .*${n#*:}" "job ${n%%:*} is said not to be one"
	[ ! -e "$queue/state/${n%%:*}" ]
	ok $? 'and is not run'
done
has "$work/err" 'jobs/x[?]\[31m[?]y is no job' 'names are shown without what is in them'
has "$work/err" 'jobs/0010 is no job' 'a number is written in one way'
run 0 'the list' queue list
is "$(grep -c 'is not run' "$work/err")" 9 'says the same, and of the one with two names'
is "$(add)" 11 'the next number is behind them'
rm -rf "${queue:?}/jobs/"[3-9] "$queue/jobs/10" "$queue/jobs/0010" "$queue"/jobs/x*
run 0 'and is carried out' queue run --drain
is "$(step 11)" 'done' 'it is done'

# --- one worker at a time -----------------------------------------------------------
slow 40
job=$(add)
worker --drain
wait_until begun "$job"
run 5 'a second worker' queue run --drain
has "$work/err" 'another worker is at this queue' 'says why'
run 0 'the list' queue list
has "$work/out" "^ +$job .* running, 00:0" 'has the job as running'
next=$(add)
run 0 'cancel one that waits' queue cancel "$next"
run 0 'the list' queue list
has "$work/out" "^ +$next .* cancelled " 'says so at once'
wait "$worker"
is $? 0 'the worker ends'
is "$(step "$job") $(step "$next")" 'done cancelled' 'and has not begun that one'
[ ! -e "$queue/state/$next.log" ]
ok $? 'not at all'

# --- cancelling what runs ----------------------------------------------------------------
slow 300
job=$(add)
after=$(add --bench null)
worker --drain
wait_until begun "$job"
run 0 'cancel one that runs' queue cancel "$job"
wait_until ended "$job"
is "$(step "$job")" cancelled 'it ends'
is "$(sed -n 's/^status //p' "$queue/state/$job")" 130 'as by ^C'
has "$queue/state/$job.log" 'interrupted: [0-9]+ of 8 boots are kept' 'and says so'
jq -r .status "$(run_of "$job")/run.json" >"$work/status"
is "$(cat "$work/status")" interrupted 'what it measured is kept'
# Its benchmark is in none of the streams alone: it fails, and is done all the same.
wait "$worker"
is "$(step "$after")" 'done' 'the next one had its turn'

# --- a worker that waits, and is told to end -------------------------------------------
slow 20
worker
wait_until test -e "$queue/lock"
job=$(add)
wait_until begun "$job"
wait_until ended "$job"
is "$(step "$job")" 'done' 'a worker that waits takes what comes'
slow 100
job=$(add)
wait_until begun "$job"
kill -TERM "$worker"
wait "$worker"
is $? 130 'told to end, it ends'
is "$(step "$job")" stopped 'the job is stopped'
run 0 'the list' queue list
has "$work/out" "^ +$job .* waiting, goes on" 'says that it goes on'
before=$(run_of "$job")
slow 1
run 0 'the next worker' queue run --drain
is "$(step "$job") $(run_of "$job")" "done $before" 'completes the same run'
is "$(finished_boots "$job")" 8 'with all its boots'
is "$(jq -r .status "$before/run.json")" complete 'which is complete'

# --- kill -9 ------------------------------------------------------------------------------
# At moments all over the life of a job.  Then the next worker does what is left.
slow 12
job=$(add)
begin=$(date +%s%3N)
run 0 'a job that is not cut' queue run --drain
whole=$(($(date +%s%3N) - begin))
i=0 lost=0 alive=0 twice=0
jobs=
while [ $i -lt 12 ]; do
	i=$((i + 1))
	job=$(add)
	jobs="$jobs $job"
	worker --drain
	sleep "$(awk -v s="$i" -v ms="$whole" 'BEGIN {
		srand(s)
		printf "%.3f", (0.1 + rand()) * ms / 1000
	}')"
	kill -9 "$worker"
	wait "$worker" 2>/dev/null
done
slow 1
"$cgmark" queue run --drain >"$work/out" 2>"$work/err"
is $? 0 'the last worker drains it'
for job in $jobs; do
	[ "$(step "$job")" = 'done' ] || lost=$((lost + 1))
	[ "$(finished_boots "$job")" = 8 ] || twice=$((twice + 1))
	[ "$(jq -r .status "$(run_of "$job")/run.json")" = complete ] || alive=$((alive + 1))
done
is "$lost $twice $alive" '0 0 0' 'each job is done, with all boots, in one complete run'
pgrep -f "$work/streams" >"$work/left"
is "$(wc -l <"$work/left")" 0 'no process is left behind'

# Both at once, as when power fails.
slow 100
job=$(add)
worker --drain
wait_until begun "$job"
before=$(run_of "$job")
pid=$(sed -n 's/^pid //p' "$queue/state/$job")
kill -9 "$worker" "$pid"
wait "$worker" 2>/dev/null
run 0 'the list' queue list
has "$work/out" "^ +$job .* cut, goes on" 'says that it was cut'
slow 1
run 0 'the worker after that' queue run --drain
is "$(step "$job") $(run_of "$job")" "done $before" 'goes on with the run'
has "$queue/state/$job.log" 'goes on: [0-9] of 8 boots are there' 'and measures what lacks'

# One that takes the machine down each time.
slow 1000
job=$(add)
i=0
while [ $i -lt 10 ]; do
	i=$((i + 1))
	worker --drain
	wait_until grep -sqx "starts $i" "$queue/state/$job"
	kill -9 "$worker"
	wait "$worker" 2>/dev/null
done
run 0 'the worker after ten of them' queue run --drain
has "$work/err" "job $job was started 10 times without an end" 'gives that job up'
is "$(step "$job")" cut 'which is cut'

# A run that is gone cannot go on.
slow 100
job=$(add)
worker --drain
wait_until begun "$job"
kill -9 "$worker"
wait "$worker" 2>/dev/null
pid=$(sed -n 's/^pid //p' "$queue/state/$job")
wait_until sh -c "! kill -0 $pid 2>/dev/null"
rm -rf "$(run_of "$job")"
slow 1
run 0 'the worker after that' queue run --drain
is "$(step "$job")" cut 'a run that is gone is cut'

# --- a folder that cannot be written ----------------------------------------------------
if [ "$(id -u)" -eq 0 ] && mkdir "$work/small" &&
	mount -t tmpfs -o size=64k none "$work/small" 2>/dev/null; then
	export CGMARK_QUEUE_DIR="$work/small/queue"
	is "$(add)" 1 'a small disk takes a job'
	dd if=/dev/zero of="$work/small/fill" bs=4k 2>/dev/null
	add >"$work/out"
	is $? 5 'a full one does not'
	has "$work/err" 'No space left' 'and says so'
	is "$(find "$work/small/queue/jobs" -type f | wc -l)" 1 'nothing of it is left'
	run 5 'a worker on a full disk' queue run --drain
	has "$work/err" 'No space left' 'says why'
	is "$(find "$work/results/runs" -newer "$work/small/fill" -name run.json | wc -l)" 0 \
		'and begins nothing that it cannot write down'
	rm "$work/small/fill"
	mount -o remount,ro "$work/small"
	run 5 'a worker where nothing can be written' queue run --drain
	run 5 'nor can a job be cancelled' queue cancel 1
	mount -o remount,rw "$work/small"
	run 0 'with room again' queue run --drain
	run 0 'the list' queue list
	has "$work/out" '^ +1 .* done, status 0' 'it is done'
	umount "$work/small"
	export CGMARK_QUEUE_DIR="$queue"
fi

# --- other people -------------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && chmod 755 "$work" &&
	setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$cgmark"; then
	other() {
		setpriv --reuid 65534 --regid 65534 --clear-groups \
			env HOME="$work/theirs" CGMARK_RESULTS_DIR="$work/theirs" "$@" \
			>"$work/out" 2>"$work/err" </dev/null
	}
	mkdir "$work/theirs"
	chown 65534:65534 "$work/theirs"
	export CGMARK_QUEUE_DIR="$work/shared"
	other "$cgmark" queue add --bench null
	is $? 5 'where there is no queue, others cannot make one'
	has "$work/err" 'cgmark queue install' 'and hear who can'
	is "$(add)" 1 'that of root'
	is "$(stat -c %a "$work/shared/jobs")" 1777 'takes jobs of everybody'
	queue=$work/shared
	other "$cgmark" queue add --machine "fake:$work/streams" \
		--kernel "base=image:$work/vmlinux-base" --no-null --no-repeat \
		--perturbations 2 -j 1
	is $? 0 'others add'
	other "$cgmark" queue cancel 1
	is $? 5 'but cannot cancel'
	has "$work/err" 'job 1 is of root: only root and root cancel it' 'and hear whose it is'
	other rm -f "$work/shared/jobs/1"
	[ -e "$work/shared/jobs/1" ]
	ok $? 'nor take it away'
	other "$cgmark" queue run --drain
	is $? 5 'nor be its worker'
	! other flock -n "$work/shared/lock" true
	ok $? 'nor hold its lock'
	run 0 'root drains it' queue run --drain
	is "$(step 1) $(step 2)" 'done done' 'both jobs are done'
	is "$(stat -c %u "$(run_of 1)")" 0 "root's as root"
	is "$(stat -c %u "$(run_of 2)")" 65534 'theirs as them'
	slow 200
	other "$cgmark" queue add --machine "fake:$work/streams" \
		--kernel "base=image:$work/vmlinux-base" --no-null --no-repeat \
		--perturbations 4 -j 1
	worker --drain
	wait_until begun 3
	other "$cgmark" queue cancel 3
	is $? 0 'they cancel their own'
	wait_until ended 3
	is "$(step 3)" cancelled 'which ends'
	wait "$worker"
	other "$cgmark" queue add --machine "fake:$work/streams" --bench null
	job=$(cat "$work/out")
	run 0 'root cancels theirs' queue cancel "$job"
	run 0 'and drains' queue run --drain
	is "$(step "$job")" cancelled 'it has not begun'
	is "$(stat -c %u "$work/shared/jobs/$job")" 65534 'and is still theirs'
	# Their own queue, without root.
	export CGMARK_QUEUE_DIR="$work/theirs/queue"
	slow 1
	other "$cgmark" queue add --machine "fake:$work/streams" \
		--kernel "base=image:$work/vmlinux-base" --no-null --no-repeat \
		--perturbations 2 -j 1
	is $? 0 'a queue of their own'
	other "$cgmark" queue run --drain
	is $? 0 'takes no root'
	queue=$work/theirs/queue
	is "$(step 1)" 'done' 'and is drained'
	run 5 'but root works for nobody elses queue' queue run --drain
	has "$work/err" 'takes no orders from others' 'and says why'
	export CGMARK_QUEUE_DIR="$work/queue"
	queue=$work/queue
fi

tap_done
