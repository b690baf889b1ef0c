#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-cachegrind.sh PLUGIN PROGRAM: the same program under the plugin and under
# valgrind's cachegrind, with caches of one shape.

plugin=$1
program=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../test/tap.sh"

for need in valgrind qemu-x86_64; do
	command -v $need >/dev/null && continue
	echo "1..0 # SKIP no $need (packages valgrind, qemu-user)"
	exit 0
done

# plugin_run FILE: counts of the program into FILE, "EVENT COUNT" a line.
plugin_run() {
	qemu-x86_64 -cpu Nehalem \
		-plugin "$plugin,out=$work/profile,whole=on,model=on,l1i=$i1,l1d=$d1,ll=$ll" \
		"$program" 2>"$work/err" || return
	awk -F '\t' '$1 == "H" { for (i = 2; i <= NF; i++) name[i] = $i }
		$1 == "N" { for (i = 5; i <= NF; i++) sum[i] += $i }
		END { for (i in sum) print name[i - 3], sum[i] }' \
		"$work/profile" >"$1"
}

# geometry BYTES:WAYS:LINE as cachegrind wants it
geometry() {
	echo "$1" | tr : ,
}

cachegrind_run() {
	valgrind --tool=cachegrind --cache-sim=yes --branch-sim=yes \
		--I1="$(geometry "$i1")" --D1="$(geometry "$d1")" \
		--LL="$(geometry "$ll")" \
		--cachegrind-out-file="$work/cachegrind" "$program" \
		2>"$work/err" || return
	awk '$1 == "events:" { for (i = 2; i <= NF; i++) name[i] = $i }
		$1 == "summary:" { for (i = 2; i <= NF; i++) c[name[i]] = $i }
		END {
			print "insns", c["Ir"]
			print "loads", c["Dr"]
			print "stores", c["Dw"]
			print "l1i_misses", c["I1mr"]
			print "l1d_misses", c["D1mr"] + c["D1mw"]
			print "ll_misses", c["ILmr"] + c["DLmr"] + c["DLmw"]
			print "branches", c["Bc"]
		}' "$work/cachegrind" >"$1"
}

value() {
	awk -v event="$1" '$1 == event { print $2 }' "$2"
}

# close EVENT PERCENT
close() {
	ours=$(value "$1" "$work/ours")
	theirs=$(value "$1" "$work/theirs")
	awk -v a="${ours:-0}" -v b="${theirs:-0}" -v p="$2" 'BEGIN {
		d = a - b
		exit !(b > 0 && (d < 0 ? -d : d) <= b * p / 100)
	}'
	ok $? "$name: $1 within $2% ($ours, $theirs)"
}

while read -r name i1 d1 ll; do
	show="$work/err"
	plugin_run "$work/ours"
	ok $? "$name: plugin" || continue
	cachegrind_run "$work/theirs"
	ok $? "$name: cachegrind" || continue
	close insns 0
	close loads 0.1
	close stores 0.1
	close l1i_misses 5
	close l1d_misses 5
	close ll_misses 5
	close branches 1
done <<END
nehalem 32768:4:64 32768:8:64 8388608:16:64
small 8192:2:32 4096:1:32 262144:4:64
END

# The program was made to miss: figures that are close and zero say nothing.
[ "$(value l1i_misses "$work/ours")" -gt 1000 ]
ok $? 'code misses'
[ "$(value l1d_misses "$work/ours")" -gt 10000 ]
ok $? 'data misses'

tap_done
