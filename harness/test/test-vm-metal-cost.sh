#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Machine metal on the lab machine of metal-lab.sh: a run has the points and statuses
# that sim has, and a spin of 20% in each attach is seen by time.
#
# test-vm-metal-cost.sh CGMARK MKDISK RUIN LIBFAULT

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/metal-lab.sh
. "$here/metal-lab.sh"
show="$work/log"
lab_benches='null syscall attach signal'
build_lab
attach='--bench attach/self --param pace=burst --param favordynmods=0 --param rcu=normal'
attach="$attach --param load=none --param file=procs --param threads=1"

# --- what is measured ----------------------------------------------------------------
# Of signal/kill, this kernel lacks a way.
points="$attach --bench null --bench syscall --bench signal/kill --param tasks=16"
points="$points --param version=1,2 --param controllers=none,all"
# An attach takes 10 us, and code that is executed for the first time much longer in an
# emulator, also when the kernel patches it: many samples do not show that.
attach="$attach --param version=2 --param controllers=none --samples 1000"

# statuses BOOT-DIRECTORY
statuses() {
	grep -E '^    (not )?ok ' "$1/status.ktap"
}

make_disks <<END
install $install
same $run $a $points
took $run $a $attach
END
run_lab 600 "$work/log"
is $? 0 'the machine turned itself off'
read_home
is "$(status_of same)" 0 'same: exit status 0'
metal_run=$(run_of same)

# shellcheck disable=SC2086 # options
"$cgmark" run -q -j 1 --no-null --no-repeat --no-settle --fresh --perturbations 1 --seed 1 \
	--kernel "a=image:$kernel/vmlinux" $points -o "$work/sim" >"$work/out" 2>"$work/err"
show="$work/err" is $? 0 'sim measures the same'
statuses "$metal_run/boots/a-p0" >"$work/metal-statuses"
statuses "$(echo "$work"/sim/*)/boots/a-p0" >"$work/sim-statuses"
check 'the points have the statuses that they have on sim' \
	diff "$work/sim-statuses" "$work/metal-statuses"
check 'there are some' test "$(wc -l <"$work/metal-statuses")" -ge 8
has "$work/metal-statuses" 'SKIP' 'and some that are skipped'

# --- a cost ----------------------------------------------------------------------------
# In nanoseconds, of the run before: its median sample.
took=$(awk -F '\t' '$2 == "attach/self" && $5 == "elapsed_ns" { print $7 / $8 }' \
	"$(run_of took)/boots/a-p0/samples.tsv" |
	sort -g | awk '{ v[NR] = $1 } END { printf "%d\n", v[int((NR + 1) / 2)] }')
echo "# an attach takes $took ns"
check 'the time of an attach is known' test "$took" -gt 0
make_disks <<END
install $install
cost run --machine metal --perturbations 24 --seed 1 $a $attach --bench syscall --kernel b=image:/k/vmlinux,cmdline=cgmark_spin=$((took / 5))
END
run_lab 3000 "$work/log"
is $? 0 'cost: the machine turned itself off'
read_home
"$cgmark" compare --format csv --run "$(run_of cost)" >"$work/csv" 2>"$work/err"
sed 's/^/# /' "$work/csv"

# low BENCH: the lower end of the interval of its change, in per cent.  The fields with
# commas, which are quoted, are params and the reason.
low() {
	grep "^$1," "$work/csv" | sed 's/"[^"]*"//g' | cut -d , -f 14
}

# Beside other work boots spread so much that more of them are asked for.
has "$work/csv" '^attach/self.*(REGRESSION|INCONCLUSIVE)' 'cost: an attach does not pass'
check 'cost: it takes longer, beyond the threshold' \
	awk "BEGIN { exit !($(low attach/self) > 2) }"
is "$(grep -c '^syscall.*REGRESSION' "$work/csv")" 0 'cost: a system call does not'
tap_done
