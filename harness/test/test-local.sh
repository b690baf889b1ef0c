#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-local.sh CGMARK BENCH_DIR SLOW_INIT: the kernel that runs is measured, and the
# machine is as before after every ending.  What an enemy, a tired user and a slow
# machine do: no root, a path with blanks, ^C, kill -9 of any process, two runs at
# once, a full disk, leftovers, groups of others, a limit, and a kernel that is
# slower.  LOCAL_KILLS: moments to kill at.

cgmark=$(realpath "$1")
bench=$(realpath "$2")
slow_init=$(realpath "$3")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
	echo '1..0 # SKIP machine local makes control groups, which takes root'
	exit 0
fi
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results of a run"
kills=${LOCAL_KILLS-4}
v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$v2" ] || { v2="$work/v2"; mkdir "$v2"; mount -t cgroup2 none "$v2"; }

# Names of groups and mounts.  Groups in the memory hierarchy come and go with others.
state() {
	cat /proc/mounts
	cut -f 1,2,4 /proc/cgroups
	cut -d : -f 1,2 /proc/self/cgroup
	find /sys/fs/cgroup "$v2" -type d ! -path '*/memory/*' | sort
	cat "$v2/cgroup.subtree_control"
}

# same NAME: the machine is as at the start.
same() {
	state >"$work/after"
	diff "$work/before" "$work/after" >"$work/state.diff"
	show="$work/state.diff" ok $? "$1"
}

# A program, whose process is that of cgmark.  Without job control a shell has jobs in
# the background ignore SIGINT.
cat >"$work/quick" <<END
#!/bin/sh
exec env --default-signal=INT "$cgmark" run -q --machine local --bench attach/self \\
	--param pace=burst --param controllers=none --param threads=1 \\
	--param version=2 --no-compare --perturbations 1 "\$@"
END
chmod +x "$work/quick"
quick() {
	"$work/quick" "$@"
}

# The processes of a run that is under way.
tree() {
	echo "$1"
	ps -o pid= --ppid "$1"
	cat "$v2"/cgmark-local*/cgroup.procs "$v2"/cgmark-local*/*/cgroup.procs
}

state >"$work/before"

# --- what cannot be ---

if setpriv --reuid 65534 --clear-groups test -x "$cgmark" 2>"$work/err"; then
	setpriv --reuid 65534 --clear-groups "$cgmark" run --machine local \
		>"$work/out" 2>"$work/err"
	is $? 5 'without root it is the host that fails'
	has "$work/err" 'takes root: run cgmark as root' 'and the message says so'
fi
quick --kernel x=image:/vmlinux >"$work/out" 2>"$work/err"
is $? 2 'a kernel cannot be chosen'
has "$work/err" 'measures the kernel that runs' 'and the message says so'
quick --series patched >"$work/out" 2>"$work/err"
is $? 2 'nor a series'
quick --kernel a --kernel a >"$work/out" 2>"$work/err"
is $? 2 'two labels are two'
"$cgmark" run --machine local:x >"$work/out" 2>"$work/err"
is $? 2 'an unknown argument of the machine is an error'
"$cgmark" local sweep >"$work/out" 2>"$work/err"
is $? 2 'an unknown command is an error'
same 'nothing was touched'

# --- suites ---

"$cgmark" run -q --machine local --kernel a --kernel b --perturbations 1 --samples 3 \
	--bench attach/self --bench attach/thread --bench fork/exit \
	--bench css_set/lookup --bench stats/read --bench taskstats/exit --bench procs/read \
	--param pace=burst --param sets=16,64 --param threads=1 --param groups=1,10 --param pids=10 \
	--param listeners=0,1 --no-compare >"$work/out" 2>"$work/err"
show="$work/err" ok $? 'attach, fork, css_set and stats are measured'
run=$(echo "$CGMARK_RESULTS_DIR"/runs/*)
cat "$run"/boots/*/status.ktap >"$work/status"
is "$(grep -c 'not ok' "$work/status")" 0 'every point passes its check'
for b in attach/self attach/thread fork/exit css_set/lookup procs/read \
	taskstats/exit; do
	has "$work/status" "^    ok [0-9]+ ${b}[^#]*\$" "$b is measured"
done
has "$work/status" '^    ok [0-9]+ stats/read' 'stats/read is, or says why not'
is "$(grep -c '^# cgmark: facts elapsed_ns=[1-9]' "$work/status")" 2 \
	'each process says what befell it'
grep ' # SKIP' "$work/status" | grep -Ev \
	"in a v1 hierarchy of|has no controller|would have to be|cannot mount|memory was on v2|no /dev/|on cgroup v1 only|no listener has" \
	>"$work/skips"
show="$work/skips" is "$(wc -l <"$work/skips")" 0 \
	'what is skipped is held by the system, or not there'
show="$work/err" check 'its files are whole' "$cgmark" verify -q "$run"
same 'after the suites all is as before'

# --- endings ---

mkdir "$work/a b"
"$work/quick" -o "$work/a b" >"$work/out" 2>"$work/err" &
pid=$!
wait_until test -d "$v2/cgmark-local-run"
quick >"$work/out2" 2>"$work/err2"
is $? 5 'a second run is refused'
has "$work/err2" "another run measures this kernel: process $pid, " 'which names the first'
"$cgmark" local clean >"$work/out2" 2>"$work/err2"
is $? 5 'and so is a clean-up'
kill -INT "$pid"
wait "$pid"
is $? 130 'a run can be interrupted'
same 'after ^C all is as before'

# Sequences of these are what chance gives, so any of them may happen.
i=0
while [ "$i" -lt "$kills" ]; do
	i=$((i + 1))
	"$work/quick" -o "$work/a b" >"$work/out" 2>"$work/err" &
	pid=$!
	sleep "$(awk -v s="$i$$" 'BEGIN { srand(s); print 3 * rand() }')"
	case $((i % 4)) in
	0) victims=$pid ;;
	1) victims=$(tree "$pid" 2>/dev/null) ;;
	*) victims=$(tree "$pid" 2>/dev/null | shuf -n 1) ;;
	esac
	# shellcheck disable=SC2086 # one word each
	kill -KILL $victims 2>/dev/null
	wait "$pid" 2>/dev/null
	show="$work/err" check "kill $i: what is left is removed" "$cgmark" local clean
	same "kill $i: all is as before"
done

mkdir "$work/full"
mount -t tmpfs -o size=64k none "$work/full"
quick -o "$work/full" >"$work/out" 2>"$work/err"
is $? 5 'a full disk is the fault of the host'
has "$work/err" 'no space left' 'and the message says so'
umount "$work/full"
same 'after a full disk all is as before'

# --- leftovers, and what is not ours ---

mkdir "$v2/cgmark-local-7-7" "$v2/cgmark-local-7-7/a" "$v2/cgmark-other" \
	"$v2/cgmark-localx" "$work/v1"
sleep 1000 &
ours=$!
sleep 1000 &
theirs=$!
echo "$ours" >"$v2/cgmark-local-7-7/a/cgroup.procs"
echo "$theirs" >"$v2/cgmark-other/cgroup.procs"
mount -t cgroup -o none,name=cgmark-sets none "$work/v1"
mkdir "$work/v1/cgmark-local-7-7"
umount "$work/v1"
quick >"$work/out" 2>"$work/err"
show="$work/err" ok $? 'a run after one that was killed'
has "$work/err" 'removed what an earlier run left behind: 3 groups and 1 hier' \
	'says what it removed'
wait "$ours"
is $? 137 'what ran in a leftover is killed'
check 'what runs elsewhere is not' kill -0 "$theirs"
is "$(cat "$v2/cgmark-other/cgroup.procs")" "$theirs" 'and not moved'
check 'groups with other names stay' rmdir "$v2/cgmark-localx"
"$cgmark" run -q --machine local --bench attach/self --param pace=burst \
	--param controllers=hugetlb --param threads=1 --no-compare \
	--perturbations 1 -o "$work/polite" >"$work/out" 2>"$work/err"
cat "$work"/polite/*/boots/*/status.ktap >"$work/status"
is "$(grep -c '^    ok [^#]*$' "$work/status")" 0 \
	'no controller is taken where others have groups'
kill "$theirs"
wait "$theirs"
wait_until rmdir "$v2/cgmark-other" 2>/dev/null
same 'all is as before'

# --- a limit ---

cpu=$(awk '$3 == "cgroup" && $4 ~ /(^|,)cpu(,|$)/ { print $2; exit }' /proc/mounts)
if [ -n "$cpu" ]; then
	mkdir "$cpu/cgmark test"
	echo 100000 >"$cpu/cgmark test/cpu.cfs_period_us"
	echo 2000 >"$cpu/cgmark test/cpu.cfs_quota_us"
	sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$cpu/cgmark test" \
		"$cgmark" run -q --machine local --kernel a --kernel b \
		--perturbations 4 --bench attach/self --param pace=burst \
		--param controllers=none --param threads=1 --param version=1 \
		>"$work/out" 2>"$work/err"
	has "$work/out" 'No verdict: INVALID at all' 'under a limit there is no verdict'
	has "$work/out" 'throttled in cgroup /cgmark.test for' 'and the limit is named'
	wait_until rmdir "$cpu/cgmark test" 2>/dev/null
fi

# --- a kernel that is slower ---

mkdir "$work/slow"
ln -s "$bench"/bench-* "$work/slow"
ln -s "$slow_init" "$work/slow/guest-init"
CGMARK_BENCH_DIR="$work/slow" "$cgmark" run -q --machine local --kernel fast \
	--kernel slow --perturbations 8 --bench attach/self --param pace=burst \
	--param controllers=none --param threads=1 --param version=1 \
	>"$work/out" 2>"$work/err"
show="$work/out $work/err" is $? 1 'more work in the kernel is a regression'
has "$work/out" '^ .*\+[0-9.]+% .*REGRESSION' 'in the benchmark that does it'

same 'all is as before'
tap_done
