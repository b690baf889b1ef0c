#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Endings of real guests: panic, endless loop, a kernel that does not compile,
# QEMU killed, ^C.  Each within its deadline, with its message and exit status,
# and nothing left behind.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
export TMPDIR="$work/tmp"
mkdir "$TMPDIR"
faults=$(CDPATH='' cd -- "$here/../../kernel/test" && pwd)

# Small kernels with only what a fault needs, which build in a minute.
fault_kernel=deb:linux-source-6.12,config=$faults/tiny.config

# QEMU processes whose channels are in our temporary folder, or below pid $1.
left_over() {
	pgrep -f "cgmark-test.*" -s 0 2>/dev/null | while read -r pid; do
		tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null
	done | grep -c 'qemu-system'
}

nothing_left() {
	is "$(left_over)" 0 "$1: no QEMU left"
	is "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0 "$1: no temporary file left"
}

last_status() {
	run=$(find "$CGMARK_RESULTS_DIR/runs" -mindepth 1 -maxdepth 1 | sort |
		tail -n 1)
	jq -r .status "$run/run.json"
}

# One boot of each kernel, one at a time.
run_once() {
	"$cgmark" run -q -j 1 --fresh --perturbations 1 --no-null --no-repeat "$@"
}

# --- panic in an initcall ----------------------------------------------------
run_once --bench null \
	--kernel base=baseline \
	--kernel "bad=$fault_kernel,patches=$faults/fault/series,cmdline=cgmark_fault=panic" \
	>"$work/out" 2>"$work/err"
is $? 4 'panic: exit status 4'
has "$work/err" 'bad.*[Kk]ernel panic.*cgmark_fault' 'panic: the message names kernel and cause'
nothing_left panic

# --- a guest that spins for ever ---------------------------------------------
run_once --bench null --deadline-hello 10 \
	--kernel base=baseline \
	--kernel "bad=$fault_kernel,patches=$faults/fault/series,cmdline=cgmark_fault=spin" \
	>"$work/out" 2>"$work/err"
is $? 4 'spin: exit status 4'
has "$work/err" 'bad.*10 s' 'spin: the message names kernel and deadline'
nothing_left spin

# --- a kernel that does not compile, a patch that does not apply -------------
run_once --bench null --kernel base=baseline \
	--kernel "bad=$fault_kernel,patches=$faults/no-compile/series" \
	>"$work/out" 2>"$work/err"
is $? 4 'no compile: exit status 4'
has "$work/err" 'kernel/bounds.c:[0-9]+.*error' 'no compile: first error line'
has "$work/err" 'log: /' 'no compile: place of the log'
run_once --bench null --kernel base=baseline \
	--kernel "bad=$fault_kernel,patches=$faults/no-apply/series" \
	>"$work/out" 2>"$work/err"
is $? 4 'no apply: exit status 4'
has "$work/err" 'hunk #?[0-9]+.*init/main.c' 'no apply: which hunk'

# --- a full TMPDIR, which is not the run directory ----------------------------
# full NAME OPTIONS: a run while TMPDIR is a file system made with these.
cat >"$work/full.sh" <<'END'
mount -t tmpfs -o "$1" none "$TMPDIR" 2>/dev/null || exit 77
shift
"$@"
END
full() {
	unshare -rm sh "$work/full.sh" "$2" "$cgmark" run -q -j 1 --fresh \
		--perturbations 1 --no-null --no-repeat --bench null \
		--kernel baseline >"$work/out" 2>"$work/err"
	got=$?
	if [ $got -eq 77 ] || grep -q '^unshare:' "$work/err"; then
		ok 0 "$1 # SKIP no mount namespace here"
		return
	fi
	is $got 5 "$1: exit status 5"
	has "$work/err" "no space left in $TMPDIR: remove files there, or name another folder with TMPDIR" \
		"$1: the message names it"
	grep -q 'remove old runs' "$work/err"
	is $? 1 "$1: and not the run directory"
}
full 'no room for a folder in TMPDIR' nr_inodes=1
full 'no room for an initrd in TMPDIR' size=64k

# --- QEMU killed, ^C: in the middle of a run ---------------------------------
is_measuring() {
	grep -qs 'ok 1 ' "$CGMARK_RESULTS_DIR"/runs/*/boots/*/status.ktap
}

# start_run BOOTS: runs in the background, waits until its first QEMU measures.
# A run that is to be interrupted has more boots than it will get to.
start_run() {
	rm -rf "$CGMARK_RESULTS_DIR/runs"
	# A background job of sh ignores SIGINT; env restores the default.
	env --default-signal=INT "$cgmark" run -q -j 1 --fresh --perturbations "$1" \
		--no-null --bench css_set/lookup --param sets=16,1024 \
		--param hierarchies=1 --param controller=none \
		>"$work/out" 2>"$work/err" &
	run_pid=$!
	wait_until is_measuring
}

# Between two boots there is none.
kill_qemu() {
	while kill -0 "$run_pid" 2>/dev/null; do
		qemu_pid=$(pgrep -P "$run_pid" qemu-system | head -n 1)
		[ -z "$qemu_pid" ] || ! kill -9 "$qemu_pid" 2>/dev/null || break
	done
}

start_run 1
kill_qemu
wait "$run_pid"
is $? 5 'QEMU killed: exit status 5'
has "$work/err" 'QEMU.*killed by signal 9' 'QEMU killed: the message says so'
is "$(last_status)" failed 'QEMU killed: the run is marked'
nothing_left 'QEMU killed'
"$cgmark" compare >"$work/out" 2>&1
has "$work/out" 'css_set/lookup' 'QEMU killed: what was measured is there'

start_run 8
kill -INT "$run_pid"
wait "$run_pid"
is $? 130 '^C: exit status 130'
is "$(last_status)" interrupted '^C: the run is marked'
has "$work/err" "$CGMARK_RESULTS_DIR/runs/" '^C: the message says what is kept'
nothing_left '^C'

start_run 8
kill -9 "$run_pid"
wait "$run_pid" 2>/dev/null
none_left_over() {
	[ "$(left_over)" -eq 0 ]
}
wait_until none_left_over
is "$(left_over)" 0 'harness killed: no QEMU left'
"$cgmark" verify >"$work/out" 2>&1
has "$work/out" 'running|interrupted|missing|not finished' \
	'harness killed: verify says that the run did not end'

tap_done
