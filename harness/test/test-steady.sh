#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-steady.sh CGMARK BENCH_DIR: a machine is made quiet while it measures, and is as
# before after every ending: a made-up machine, as nobody lends a real one for this.
# ^C, SIGTERM, kill -9 of one and of all processes, two runs at once, a record that is
# damaged, switches that are not there.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "$(id -u)" -ne 0 ]; then
	echo '1..0 # SKIP machine local makes control groups, which takes root'
	exit 0
fi
CGMARK_BENCH_DIR=$(realpath "$2")
export CGMARK_BENCH_DIR
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
export CGMARK_STEADY_ROOT="$work/machine"
machine=$work/machine
cpu=$machine/sys/devices/system/cpu
saved=$machine/run/cgmark-local.steady
v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$v2" ] || { v2="$work/v2"; mkdir "$v2"; mount -t cgroup2 none "$v2"; }
show="$work/err"

mkdir -p "$machine/run" "$cpu/cpufreq/policy0" "$cpu/cpufreq/policy1" "$cpu/intel_pstate" \
	"$cpu/smt" "$machine/proc/irq/24" "$machine/proc/irq/25"
echo powersave >"$cpu/cpufreq/policy0/scaling_governor"
echo schedutil >"$cpu/cpufreq/policy1/scaling_governor"
echo 0 >"$cpu/intel_pstate/no_turbo"
echo on >"$cpu/smt/control"
echo 0-1 >"$cpu/online"
echo >"$cpu/isolated"
echo 0-1 >"$machine/proc/irq/24/smp_affinity_list"
echo 1 >"$machine/proc/irq/25/smp_affinity_list"

state() {
	(cd "$machine" && grep -r . sys proc | sort)
}
# same NAME
same() {
	state >"$work/after"
	diff "$work/before" "$work/after" >"$work/diff"
	show="$work/diff" ok $? "$1: the machine is as before"
	[ ! -e "$saved" ]
	ok $? "$1: nothing is left to be put back"
}
all=local:governor,turbo,smt,irqs,cpus=1
# Without job control a shell has jobs in the background ignore SIGINT.
cat >"$work/quick" <<END
#!/bin/sh
exec env --default-signal=INT "$cgmark" run -q --bench attach/self --param pace=burst \\
	--param controllers=none --param threads=1 --param version=2 "\$@"
END
chmod +x "$work/quick"
quick() {
	"$work/quick" "$@" >"$work/out" 2>"$work/err"
}
# One that lasts; what is set last is set by now.
begin() {
	"$work/quick" --machine $all --no-compare --perturbations 30 >"$work/out" \
		2>"$work/err" &
	pid=$!
	wait_until grep -qx 0 "$machine/proc/irq/25/smp_affinity_list"
}
children() {
	ps -o pid= --ppid "$1"
}

state >"$work/before"

# --- words ----------------------------------------------------------------------------
for word in gov 'governor,' ',governor' cpus= cpus=x cpus=1- irqs 'governor,,turbo'; do
	quick --machine "local:$word" --no-compare
	is $? 2 "local:$word is a usage error"
done
same 'after these'

# --- a run ------------------------------------------------------------------------------
quick --machine $all --no-compare --perturbations 1
is $? 0 'a run on a quiet machine'
cat "$work"/results/runs/*/boots/*/status.ktap >"$work/status"
has "$work/status" '^# cgmark: set smt 1 of 1, the first was on; governor 2 of 2' \
	'says what was set'
has "$work/status" 'turbo 1 of 1, the first was 0; irqs 2 of 2' 'all of it'
has "$work/status" '^# cgmark: unset cpus: the scheduler uses 1 for others' \
	'and what was not'
same 'after a run'
is "$("$cgmark" verify -q "$work"/results/runs/* 2>&1)" '' 'its files are whole'

rm "$cpu/smt/control"
state >"$work/before"
quick --machine local:governor,smt --kernel a --kernel b --perturbations 4
[ $? -ne 5 ]
ok $? 'where there is no SMT it measures'
has "$work/out" 'note: not as asked for: smt: this system has no switch' 'with a footnote'
same 'after that'
echo on >"$cpu/smt/control"
state >"$work/before"

# --- endings ------------------------------------------------------------------------------
for signal in INT TERM HUP; do
	begin
	kill -s "$signal" "$pid"
	wait "$pid"
	is $? 130 "SIG$signal: exit status 130"
	same "SIG$signal"
done

begin
quick --machine $all --no-compare
is $? 5 'a second run is refused'
"$cgmark" local clean >"$work/out" 2>"$work/err"
is $? 5 'and so is a clean-up'
has "$cpu/smt/control" off 'neither puts anything back'
kill -9 "$pid"
wait "$pid" 2>/dev/null
wait_until test ! -e "$saved"
same 'cgmark is killed'
"$cgmark" local clean >"$work/out" 2>"$work/err"

# The one that watches, and all of them.
begin
# shellcheck disable=SC2046 # one word each
kill -9 $(children "$pid")
wait "$pid"
same 'the guard is killed'

begin
# shellcheck disable=SC2046
kill -9 "$pid" $(children "$pid")
wait "$pid" 2>/dev/null
[ -e "$saved" ]
ok $? 'all are killed: it is written down'
# Somebody changes his mind meanwhile.
echo ondemand >"$cpu/cpufreq/policy1/scaling_governor"
"$cgmark" local clean >"$work/out" 2>"$work/err"
is $? 0 'clean'
has "$work/out" 'put back 5 settings' 'puts back what nobody has set since'
has "$cpu/cpufreq/policy1/scaling_governor" ondemand 'and leaves that'
echo schedutil >"$cpu/cpufreq/policy1/scaling_governor"
same 'after that'

begin
# shellcheck disable=SC2046
kill -9 "$pid" $(children "$pid")
wait "$pid" 2>/dev/null
quick --machine local --no-compare --perturbations 1
is $? 0 'the next run'
has "$work/err" 'put back what an earlier run left set: 6 settings' 'does so, too'
same 'and then'

# --- a record that is damaged ----------------------------------------------------------
printf 'cgmark-steady 1\n/etc/hostname\tx\ty\n' >"$saved"
"$cgmark" local clean >"$work/out" 2>"$work/err"
is $? 5 'a record that is none: clean'
has "$work/err" 'cgmark-local.steady: damaged' 'says so'
quick --machine $all --no-compare --perturbations 1
is $? 5 'and so does a run'
rm "$saved"
same 'and then'

# --- a disk that is full ----------------------------------------------------------------
mount -t tmpfs -o size=4k,nr_inodes=2 none "$machine/run"
dd if=/dev/zero of="$machine/run/fill" bs=4k count=1 2>/dev/null
quick --machine $all --no-compare --perturbations 1
is $? 5 'where it cannot be written down, nothing is measured'
cat "$work"/results/runs/*/boots/*/boot.json >"$work/boots"
has "$work/boots" 'cannot write down what is to be put back: No space' 'and the boot says why'
umount "$machine/run"
same 'and nothing was set'

tap_done
