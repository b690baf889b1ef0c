#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-vm-sharing.sh CGMARK: what CPUs share, recorded in real boots on sim:2.
# Known answers are right to one, recording changes no count and repeats bit for
# bit, also beside a load; how long turns are does not show; and the price of a
# group is what it should be.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

# measure NAME ARGUMENT...: a boot and its repetition
measure() {
	name=$1
	shift
	"$cgmark" run -q -j 1 --fresh --no-compare --no-null --perturbations 1 \
		--machine sim:2 --kernel base=baseline -o "$work/$name" "$@" \
		>"$work/out" 2>"$work/err"
	show="$work/err" is $? 0 "$name: measured"
	run=$(echo "$work/$name"/*)
	boots=$run/boots
}

# figures FILE: sharing.tsv without what tells of the turns.
figures() {
	sed 's/,spin=[0-9]*//' "$1" | grep -v '^E'
}

# moves FILE: of each point, without what tells of the turns.
moves() {
	awk -F '\t' '$1 == "P" { here = $2 " " $4; sub(/,spin=[0-9]*/, "", here) }
		$1 == "L" { m[here] += $5 }
		END { for (here in m) print here, m[here] }' "$1" | sort
}

# of BENCH PARAMS: operations, and moves, most and truly of all its lines
of() {
	awk -F '\t' -v b="$1" -v p="$2" '$1 == "P" { here = $2 == b && $4 == p }
		here && $1 == "O" { ops = $2 }
		here && $1 == "L" { m += $5; most += $6; t += $7 }
		END { print ops, m + 0, most + 0, t + 0 }' \
		"$boots/base-p0/sharing.tsv"
}

# uses BENCH PARAMS FUNCTION CALLER|-: is there such an access to a shared line?
uses() {
	awk -F '\t' -v b="$1" -v p="$2" -v f="$3" -v c="$4" '
		$1 == "P" { here = $2 == b && $4 == p }
		here && $1 == "A" && $4 == f && $5 == c { found = 1 }
		END { exit !found }' "$boots/base-p0/sharing.tsv"
}

# --- known answers ---
measure counters --profile=sharing --bench twin/counter --param parallel=1,2 \
	--param spin=64
is "$(of twin/counter parallel=2,where=same)" '64 64 128 64' \
	'a counter of both: a move an operation, and true'
is "$(of twin/counter parallel=2,where=line)" '64 64 128 0' \
	'two counters in a line: as many, and false'
is "$(of twin/counter parallel=2,where=lines)" '64 0 0 0' \
	'in two lines: none'
is "$(of twin/counter parallel=2,where=beside)" '64 64 64 0' \
	'a counter beside what the other reads: false'
is "$(of twin/counter parallel=1,where=same)" '32 0 0 0' 'one CPU shares nothing'
check 'the record is among what verify sums' "$cgmark" verify "$run"
"$cgmark" explain --run "$run" --event sharing base base twin/counter \
	where=line >"$work/text" 2>"$work/err"
show="$work/err" is $? 0 'explained, with one kernel'
has "$work/text" 'written by \[user\]' 'it says who writes'
has "$work/text" 'How long a move takes' 'and what it cannot say'

# --- the kernel, recorded or not ---
measure plain --no-repeat --bench twin/fault --bench twin/stats \
	--param parallel=2 --param spin=64
cp "$boots/base-p0/samples.tsv" "$work/plain.tsv"
# Beside a load, which takes turns away from QEMU.
(while [ ! -e "$work/stop" ]; do :; done) &
load=$!
measure kernel --profile=sharing --bench twin/fault --bench twin/stats \
	--param parallel=2 --param spin=64
touch "$work/stop"
wait "$load"
check 'recording changes no count' cmp "$work/plain.tsv" \
	"$boots/base-p0/samples.tsv"
check 'beside a load it repeats byte for byte' cmp \
	"$boots/base-p0/sharing.tsv" "$boots/base-p0-repeat/sharing.tsv"
same=group=same,parallel=2
siblings=group=siblings,parallel=2
lock=folio_lruvec_lock_irqsave
check "$same: the lock of the lruvec is shared" uses twin/fault $same \
	_raw_spin_lock_irqsave $lock
! uses twin/fault $siblings _raw_spin_lock_irqsave $lock
ok $? "$siblings: it is not"
for function in lru_add mem_cgroup_update_lru_size page_counter_try_charge; do
	check "$same: $function has shared lines" uses twin/fault $same \
		$function -
done
! uses twin/fault $siblings mem_cgroup_update_lru_size -
ok $? "$siblings: the sizes of the lists are not shared"

# --- turns ---
cp "$boots/base-p0/sharing.tsv" "$work/spin-64"
for spin in 1 1024; do
	measure spin-$spin --profile=sharing --no-repeat --bench twin/fault \
		--bench twin/stats --param parallel=2 --param spin=$spin
	figures "$boots/base-p0/sharing.tsv" >"$work/a"
	figures "$work/spin-64" >"$work/b"
	check "turns of $spin looks give the same figures" cmp "$work/a" "$work/b"
done
# Here functions are entered more or less often, but no line moves more.
for spin in 64 1024; do
	measure attach-$spin --profile=sharing --no-repeat --bench twin/attach \
		--bench twin/mkdir --param parallel=2 --param spin=$spin
	moves "$boots/base-p0/sharing.tsv" >"$work/moves-$spin"
done
is "$(wc -l <"$work/moves-64")" 6 'six points have moves'
check 'turns of other lengths have as many' cmp "$work/moves-64" "$work/moves-1024"

# --- what does not fit ---
"$cgmark" run --machine sim --profile=sharing --kernel base=baseline \
	>"$work/out" 2>"$work/err"
is $? 2 'one CPU is a usage error'
has "$work/err" 'sim:2' 'and it says what is needed'
"$cgmark" run --machine sim:2 --profile=sharing --kernel base=baseline \
	--bench null >"$work/out" 2>"$work/err"
is $? 2 'nothing that is recorded is a usage error'
has "$work/err" "add --bench 'twin/" 'and it says what is'

tap_done
