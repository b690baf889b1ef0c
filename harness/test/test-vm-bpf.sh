#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-bpf.sh CGMARK: statistics read by a BPF program, on the baseline built with
# BPF: the same numbers as the text, for less.  Other kernels say what they lack.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
tab=$(printf '\t')
depth=1
show="$work/err"

# run_on NAME KERNEL OPTION...: into $work/NAME.
run_on() {
	name=$1 kernel=$2
	shift 2
	"$cgmark" run -q -j 1 --fresh --kernel "$kernel" --perturbations 1 --seed 1 \
		--no-null --samples 3 --no-compare --param depth="$depth" \
		--param dying=0 --param readers=1 --param cpus_possible=real \
		"$@" -o "$work/$name" >"$work/out" 2>"$work/err"
}

# of NAME FILE: of its first boot.
of() {
	cat "$work/$1"/*/boots/*-p0/"$2"
}

# skipped NAME: the points, and why.
skipped() {
	of "$1" status.ktap | sed -n 's/^ *ok [0-9]* - //;s/^ *ok [0-9]* //;/# SKIP/p'
}

# last BENCH PARAMS: the last sample of run one, in time if between samples it waits.
last() {
	of one samples.tsv | awk -F "$tab" -v bench="$1" -v params="$2" '
	$1 == "S" && $2 == bench && $4 == params && ($5 == "insns" || $5 == "guest_ns") { v = $7 }
	END { print v + 0 }'
}

# cheaper BENCH PARAMS: the program, than each file by its name.
cheaper() {
	bpf=$(last "$1" "$2,way=bpf") path=$(last "$1" "$2,way=path")
	[ "$bpf" -gt 0 ] && [ "$bpf" -lt "$path" ]
	ok $? "$1 $2: $bpf by BPF, $path by path"
}

# --- a kernel with it ------------------------------------------------------------
ways='--param way=path,pread,bpf'
for name in one two; do
	# shellcheck disable=SC2086 # words
	run_on $name b=baseline,config=+bpf --bench stats/read $ways \
		--bench stats/read_v2 --param groups=10,100 \
		--param files=usage,memory,pids,cpu,all --param dirty=0,128
	ok $? "run $name: text and BPF are measured"
done
is "$(of one status.ktap | grep -c '^ *not ok')" 0 \
	'every point passes its check: the numbers are those of the text'
is "$(skipped one | grep -c 'stats/read .*groups=10,way=bpf # SKIP')" 0 \
	'on v1, all files can be had'
is "$(skipped one | sed -n 's/^stats.read_v2 .*files=\([a-z]*\),groups=10,way=bpf # SKIP \(.*\)/\1: \2/p' |
	sort -u)" 'all: user_usec of cpu.stat is made when the text is
cpu: user_usec of cpu.stat is made when the text is' 'on v2, the others say why not'
is "$(skipped one | grep -c 'read_v2 .*files=memory,groups=100,way=bpf # SKIP a walk says')" 2 \
	'nor what is too much for one read'
for files in usage memory pids cpu all; do
	cheaper stats/read "files=$files,groups=10"
done
for files in usage memory pids; do
	cheaper stats/read_v2 "files=$files,groups=10"
done
cheaper stats/read 'dirty=128,files=all,groups=10'
check 'both runs count the same, bit for bit' \
	cmp "$work"/one/*/boots/b-p0/samples.tsv \
	"$work"/two/*/boots/b-p0/samples.tsv

# more than are in one row, and those below
depth=1,4
run_on deep b=baseline,config=+bpf --bench stats/read --param way=bpf \
	--param groups=10 --param files=all --param dirty=128
ok $? 'groups below groups are measured'

# --- others ----------------------------------------------------------------------
depth=1
run_on none a=baseline --bench stats/read --param way=pread,bpf \
	--param groups=10 --param files=all --param dirty=0
ok $? 'a kernel without BPF is measured'
is "$(skipped none | sed 's/.*# SKIP //')" \
	'this kernel has no BPF and BTF (config=+bpf)' 'and says what it lacks'
"$cgmark" list -w stats/read >"$work/list" 2>&1
has "$work/list" 'subtree!bpf' 'the list shows what has to be named'

tap_done
