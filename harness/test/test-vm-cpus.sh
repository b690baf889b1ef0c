#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-cpus.sh CGMARK: points with different numbers of possible CPUs in one run.
# How it could go wrong: a boot has room for other CPUs than its points say, and
# nobody sees it; a CPU runs that should not, and counts do not repeat; points of one
# number are taken for missing in the boots of another; a value that no machine has
# is found when the kernels are built.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
show="$work/err"

# measure STATUS NAME WORD...
measure() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" run -j 2 --no-settle --samples 5 --kernel base=baseline \
		--bench cgroup/mkdir --param version=2 --param controllers=all \
		--param siblings=0 --param depth=1 --param dying=0 \
		-o "$work/$name" "$@" >"$work/out" 2>"$work/err"
	is $? "$wanted" "$name: exit status $wanted"
	run=$(echo "$work/$name"/*)
}

# figure CPUS: the least sample of points with so many
figure() {
	awk -F '\t' -v p="cpus_possible=$1," '
	$2 != "cgroup/mkdir" { next }
	p == "cpus_possible=real," { here = !index($4, "cpus_possible") }
	p != "cpus_possible=real," { here = index($4, p) }
	here && (!least || $7 < least) { least = $7 }
	END { print least + 0 }' "$run"/boots/base-p?/samples.tsv
}

measure 0 cpus --perturbations 2 --param cpus_possible=real,16,64
is "$(find "$run/boots" -name plan.tsv | wc -l)" 15 'each number has its boots'
for cpus in 16 64; do
	is "$(grep -l "maxcpus=1" "$run"/boots/*/boot.json |
		xargs grep -l -e "-smp $cpus " | wc -l)" 5 \
		"five boots have room for $cpus CPUs"
done
is "$(cat "$run"/boots/*/status.ktap | grep -c 'not ok\|# SKIP')" 0 \
	'all points were measured'
real=$(figure real) some=$(figure 16) many=$(figure 64)
echo "# a group costs $real ns, with 16 CPUs $some, with 64 $many"
[ "$real" -gt 0 ] && [ "$some" -gt "$real" ] && [ "$many" -gt $((some * 3 / 2)) ]
ok $? 'more CPUs cost more'
check 'verify has nothing to say' "$cgmark" verify "$run"
"$cgmark" compare --run "$run" >"$work/out" 2>"$work/err"
is "$(grep -c 'MISSING\|not exact' "$work/out")" 0 \
	'no point is missing, and all repeat'

measure 2 none --param cpus_possible=0
has "$work/err" 'cpus_possible is a number of CPUs, 1 to 255' 'none: it says so'
measure 2 many --perturbations 32 --param cpus_possible=real,16,64
has "$work/err" '32 perturbations for each of 3 values' 'many: it says so'
# A kernel has room for NR_CPUS.
measure 3 over --perturbations 1 --param cpus_possible=65
has "$work/err" 'cpus_possible=65: this kernel has CPUs 0-63' 'over: skipped, with the reason'
measure 0 some --perturbations 1 --param cpus_possible=1,65
has "$work/err" 'warning: 1 of 2 points was not measured: .*cpus_possible=65' \
	'some: what was skipped is told'
tap_done
