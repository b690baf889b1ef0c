#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-faults.sh CGMARK MKSTREAM LIBFAULT fake|sim N [FAULT...]: each fault at N moments
# of runs of recorded streams, or of two real kernels, drawn from $FAULT_SEED.  After
# each: nothing is left running and no temporary file, what was measured is there, the
# exit status is one of those that the manual has for it, and the next run is right.

[ -n "${TMPDIR-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm
cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
libfault=$(realpath "$3")
machine=$4
nr=$5
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"
shift 5

export CGMARK_RESULTS_DIR="$work/results"
export TMPDIR="$work/tmp"
mkdir -p "$TMPDIR"
seed=${FAULT_SEED:-1}

# Runs take about this long.
milliseconds=450
if [ "$machine" = sim ]; then
	milliseconds=2000
	set -- "${@:-on_sim}"
fi

make_streams() {
	export CGMARK_KERNEL_DIR="$work/kernel"
	export CGMARK_BENCH_DIR="$work/bench"
	export CGMARK_SUITES_DIR="$work/suites"
	export XDG_CACHE_HOME="$work/xdg"
	mkdir -p "$work/kernel/config.d" "$work/bench" "$work/suites"
	mkbenches
	record "$work/streams" 1
	find "$work/streams" -name 'measure-p*' -exec sh -c 'echo slow 10 >"$1/ending"' - {} \;
	for kernel in base new; do
		cp "$mkstream" "$work/vmlinux-$kernel"
		echo $kernel >>"$work/vmlinux-$kernel"
	done
}

[ "$machine" = sim ] || make_streams

# --- one case ----------------------------------------------------------------------
# draw MAX [WHAT]: a number from 0 to MAX - 1, of this case, and of another for each
# WHAT.
draw() {
	set -- "$1" "$(printf '%s %s %s %s' "$seed" "$fault" "$i" "${2-}" |
		cksum | cut -d ' ' -f 1)"
	echo $(($2 % $1))
}

# The command, in the background as $pid with the words as its environment.
start() {
	if [ "$machine" = sim ]; then
		set -- "$@" "$cgmark" run -j 1 --fresh --machine sim --no-repeat \
			--bench null --perturbations 1 --deadline-silence 10 \
			--kernel baseline --kernel patched
	else
		set -- "$@" "$cgmark" run -j 3 --bench '*' --perturbations 2 \
			--machine "fake:${streams:-$work/streams}" \
			--deadline-silence 1 \
			--kernel "base=image:$work/vmlinux-base" \
			--kernel "new=image:$work/vmlinux-new"
	fi
	env --default-signal CGMARK_FAULT="$tag" "$@" --no-null --format csv \
		>"$work/out" 2>"$work/err" </dev/null &
	pid=$!
}

# At a moment of a run.
moment() {
	set -- "$(draw "$milliseconds" moment)"
	sleep "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"
}

run_dirs() {
	find "$work/results/runs" -mindepth 1 -maxdepth 1 -type d 2>/dev/null
}

boots_kept() {
	find "$work/results/runs" -name boot.json -exec cksum {} + 2>/dev/null | sort
}

nothing_runs() {
	! grep -lzs "^CGMARK_FAULT=$tag\$" /proc/[0-9]*/environ | grep -q .
}

# wrong TEXT: the case fails.
wrong() {
	[ -n "$why" ] || why=$1
}

# check STATUS...: those that it may have ended with.
check_case() {
	case " $* " in
	*" $got "*) ;;
	*) wrong "exit status $got" ;;
	esac
	wait_until nothing_runs
	nothing_runs || wrong 'something is left running'
	boots_kept >"$work/kept"
	for dir in $(run_dirs); do
		[ -f "$dir/run.json" ] || continue
		"$cgmark" verify -q "$dir" >"$work/verify" 2>&1 ||
			[ -n "$lies" ] || wrong "verify: $(head -n 1 "$work/verify")"
	done
	next_run_is_right
}

next_run_is_right() {
	unset streams
	start
	wait "$pid"
	next=$?
	[ "$next" -eq 0 ] || wrong "the next run: exit status $next"
	cmp -s "$work/out" "$work/wanted" || wrong 'the next run says something else'
	[ -z "$(find "$TMPDIR" -mindepth 1)" ] || wrong 'a file in TMPDIR is left'
	[ -z "$(find "$work/results" -name '*.cpio*' -o -name '*.??????' ! -name '*.status')" ] ||
		wrong 'a temporary file is left in the results'
	grep -lqs '"status": "running"' "$work"/results/runs/*/run.json &&
		wrong 'a run is said to be running'
	boots_kept >"$work/kept.now"
	[ -z "$(comm -23 "$work/kept" "$work/kept.now")" ] ||
		wrong 'a boot that was measured is gone'
}

# cases FAULT TEXT: $nr of them, each a call of FAULT.
cases() {
	fault=$1
	right=0
	: >"$work/ended"
	for i in $(seq "$nr"); do
		why='' lies='' tag="$$.$fault.$i"
		rm -rf "$work/results"
		"$fault"
		echo "$got" >>"$work/ended"
		if [ -z "$why" ]; then
			right=$((right + 1))
			continue
		fi
		echo "# case $i of seed $seed: $why"
		sed 's/^/#   /' "$work/fault.err" | tail -n 8
	done
	is "$right" "$nr" "$2: $right of $nr are right; exit statuses $(sort -n \
		"$work/ended" | uniq -c | awk '{ printf "%s%s x %s", sep, $2, $1
		sep = ", " }')"
}

finish() {
	wait "$pid"
	got=$?
	cp "$work/err" "$work/fault.err"
}

# --- the faults --------------------------------------------------------------------
# A process of the machine, or nothing.
machine_pid() {
	pgrep -P "$pid" | sed -n "$(($(draw 3) + 1))p"
}

machine_killed() {
	start
	moment
	kill -9 "$(machine_pid)" 2>/dev/null
	finish
	check_case 0 5
}

machine_stopped() {
	start
	moment
	kill -STOP "$(machine_pid)" 2>/dev/null
	finish
	check_case 0 5
}

interrupted() {
	start
	moment
	kill -"$signal" "$pid" 2>/dev/null
	finish
	check_case 0 130
}

interrupted_int() { signal=INT; interrupted; }
interrupted_term() { signal=TERM; interrupted; }
interrupted_hup() { signal=HUP; interrupted; }

# killed_by SIGNAL: without a file of what was in memory.
killed_by() {
	start
	moment
	prlimit --core=0 --pid "$pid" 2>/dev/null
	kill -"$1" "$pid" 2>/dev/null
	finish 2>/dev/null
	check_case 0 $((128 + $(env kill -l "$1")))
}

killed() { killed_by KILL; }

# By the others that end a process.
killed_otherwise() {
	set -- QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM STKFLT XCPU \
		XFSZ VTALRM PROF POLL PWR SYS
	shift "$(draw 19)"
	killed_by "$1"
}

# fault_at KIND MAX: from a call on that is drawn.
fault_at() {
	start LD_PRELOAD="$libfault" FAULT_UNDER="$work/results" \
		FAULT="$1:$(($(draw "$2") + 1))"
	finish 2>/dev/null
}

disk_full() {
	fault_at disk 300
	check_case 0 5
}

# Where the machine keeps what it boots from; others do not use it.
tmpdir_full() {
	# shellcheck disable=SC2016 # of that shell
	start unshare -rm sh -c 'mount -t tmpfs -o size="$1"k none "$TMPDIR" || exit 77
		shift
		exec "$@"' - $((4 * ($(draw 4000) + 1)))
	finish
	check_case 0 5
}

# Nearly all are had at the start.
descriptors_gone() {
	fault_at files $((40 + 660 * $(draw 2 range)))
	check_case 0 5
}

memory_gone() {
	fault_at memory $((500 + 8500 * $(draw 2 range)))
	check_case 0 5
}

clock_set_back() {
	fault_at clock 4
	check_case 0
}

directory_removed() {
	start
	moment
	# A file may come into it meanwhile.
	while ! rm -rf "$(run_dirs | tail -n 1)" 2>/dev/null; do :; done
	finish
	lies=removed
	check_case 0 5
}

two_runs() {
	start
	one=$pid
	moment
	start
	finish
	two=$got
	wait "$one"
	got=$?
	[ "$two" -eq 0 ] || wrong "the second: exit status $two"
	check_case 0
}

import() {
	CGMARK_FAULT="$tag" "$cgmark" import -q >"$work/import" 2>&1
}

imported() {
	sqlite3 "$work/results/cgmark.db" 'SELECT count(*) FROM run' 2>&1
}

two_imports() {
	cp -r "$work/three" "$work/results"
	start=$(draw 30)
	(sleep "0.0$start" && import) &
	one=$!
	import
	got=$?
	wait "$one" || wrong 'the other import failed'
	cp "$work/import" "$work/fault.err"
	is_imported 3
	check_case 0
}

is_imported() {
	[ "$(imported)" = "$1" ] || wrong "the index has $(imported) runs of $1"
}

import_during_a_run() {
	cp -r "$work/three" "$work/results"
	start
	moment
	import || wrong 'the import failed'
	finish
	is_imported 4
	check_case 0
}

# A guest that lies, in a boot of the new kernel.
guest_lies() {
	streams=$work/lying
	rm -rf "$streams"
	cp -r "$work/streams" "$streams"
	at=$streams/new/measure-p$(draw 2 boot)
	wanted=5
	lies=$(draw 7)
	case $lies in
	0) more 'beta	1	-	insns	0	1	1' ;;
	1) more 'null	1	-	insns	30	1	1' ;;
	2) more 'null	1	-	bribe	0	1	1' ;;
	3) sed 30d "$at/samples.tsv" >"$at/new" && mv "$at/new" "$at/samples.tsv" ;;
	# All had come before, and there is a warning.
	4) head -c 5000000 /dev/zero | tr '\0' x >>"$at/status.ktap" && wanted=0 ;;
	5) echo flood >"$at/ending" && wanted=4 ;;
	6) sed 's/not ok/ok/' "$at/status.ktap" | head -n 8 >"$at/new" &&
		mv "$at/new" "$at/status.ktap" && wanted='4 5' ;;
	esac
	start
	finish
	# shellcheck disable=SC2086 # two of them
	check_case $wanted
}

# more RECORD: in the middle of the samples, and the end is right.
more() {
	{
		grep '^S' "$at/samples.tsv"
		printf 'S\t%s\n' "$1"
	} | "$mkstream" >"$at/new" && mv "$at/new" "$at/samples.tsv"
}

# --- all of them ---------------------------------------------------------------------
fault=none i=0 tag=$$
start
finish
is "$got" 0 'a run without a fault'
[ "$got" -eq 0 ] || tap_done
cp "$work/out" "$work/wanted"
start
finish
start
finish
rm "$work/results/cgmark.db"
cp -r "$work/results" "$work/three"

# is_wanted NAME [FAULT...]
is_wanted() {
	name=$1
	shift
	case " $* " in
	"  ") [ "$name" != tmpdir_full ] ;;
	" on_sim ")
		case $name in
		machine_* | interrupted_int | killed | directory_removed | \
			tmpdir_full | two_runs) ;;
		*) false ;;
		esac
		;;
	*" $name "*) ;;
	*) false ;;
	esac
}

while read -r name text; do
	is_wanted "$name" "$@" || continue
	cases "$name" "$text"
done <<'END'
machine_killed the machine is killed
machine_stopped the machine is stopped and not continued
interrupted_int SIGINT
interrupted_term SIGTERM
interrupted_hup SIGHUP
killed SIGKILL
killed_otherwise any other signal
disk_full the disk is full from a write on
tmpdir_full TMPDIR is full
directory_removed the run directory is removed
descriptors_gone no descriptor is to be had from a call on
memory_gone nor memory
clock_set_back the clock goes back by an hour
guest_lies the guest lies
two_runs two runs at once
two_imports two imports at once
import_during_a_run an import during a run
END

tap_done
