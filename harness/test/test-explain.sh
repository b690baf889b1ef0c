#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-explain.sh CGMARK MKSTREAM: what cgmark explain begins with, on recorded
# streams and profiles.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

own_folders
show="$work/err"
mkbenches

# samples CHANGED PERTURBATION: where CHANGED is not 1, sets=64 costs a fifth more,
# sets=16 a twentieth, alpha/slow a little, and null the same.
samples() {
	awk -v changed="$1" -v p="$2" 'BEGIN {
		n = split("alpha/fast:1:sets=16:5000:1.05 " \
			"alpha/fast:1:sets=64:9000:1.2 " \
			"alpha/slow:2:-:400000:1.00001 null:1:-:40:1", points, " ")
		for (i = 1; i <= n; i++) {
			split(points[i], w, ":")
			for (rep = 0; rep < 31; rep++) {
				v = w[4] + rep % 3 + p
				if (changed != 1)
					v *= w[5]
				printf "S\t%s\t%s\t%s\tinsns\t%d\t%d\t1\n",
					w[1], w[2], w[3], rep, int(v)
			}
		}
	}' | "$mkstream"
}

# profile BOOT: all but 10 instructions of a sample are in guilty(), and 20 of user
# space run one way or the other.
profile() {
	awk -F'\t' -v OFS='\t' -v boot="$1" '
		function put(id, parent, name, count) {
			print "N", id, parent, name, count
		}
		function finish() {
			if (!key)
				return
			print "P", key, 1, nr
			put(1, 0, boot ~ /^new/ ? "[user]" : "early", 5 * nr)
			put(2, 0, "entry", 5 * nr)
			put(3, 2, "guilty", sum - 10 * nr)
		}
		BEGIN { print "V", 1, "cgmark-profile"; print "H", "insns" }
		$1 == "S" {
			if (key != $2 OFS $3 OFS $4)
				finish()
			if (key != $2 OFS $3 OFS $4)
				sum = nr = 0
			key = $2 OFS $3 OFS $4
			sum += $7
			nr++
		}
		END { finish() }' "$run/boots/$1/samples.tsv" >"$work/profile"
	crc=$(gzip -c "$work/profile" | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')
	printf 'E\t%d\t%s\n' "$(grep -c '^[PN]' "$work/profile")" "$crc" \
		>>"$work/profile"
	cp "$work/profile" "$run/boots/$1/profile.tsv"
}

# measure CHANGED: a run of base and new, into $run.
measure() {
	record "$work/streams" "$1"
	for kernel in base new; do
		cp "$mkstream" "$work/vmlinux-$kernel"
		echo $kernel >>"$work/vmlinux-$kernel"
	done
	rm -rf "$work/results"
	"$cgmark" run -q --kernel base=image:"$work/vmlinux-base" \
		--kernel new=image:"$work/vmlinux-new" --bench '*' --no-compare \
		--machine "fake:$work/streams" >"$work/out" 2>"$work/err"
	is $? 0 'measured'
	run=$(echo "$work/results"/runs/*)
}

# explain STATUS NAME WORDS...
explain() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" explain --run "$run" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

# --- without a profile ---------------------------------------------------------
measure 2
explain 2 'no profile'
has "$work/err" 'has no profile.*make one with: cgmark run --profile' \
	'it says how to make one'
profile base-p0-repeat
explain 2 'the profile of one kernel'
has "$work/err" 'new-p0-repeat/profile.tsv is missing' 'it says which is missing'
profile new-p0-repeat

# --- where the verdict is ------------------------------------------------------
explain 0 'without a benchmark'
is "$(head -n 1 "$work/out")" 'alpha/fast sets=64' \
	'the largest regression comes first'
has "$work/out" '^REGRESSION: [+]20.00%' 'with its verdict'
is "$(grep -n guilty "$work/out" | head -n 1 | cut -d : -f 1 |
	awk '{ print $1 <= 10 }')" 1 'its function is in the first ten lines'
is "$(grep '^[a-z/]* *sets=\|^alpha/slow$\|^null$' "$work/out" | tr '\n' ' ')" \
	'alpha/fast sets=64 alpha/fast sets=16 ' 'then the other, and no more'
is "$(grep -c '1 point did not change (NO CHANGE)' "$work/out")" 1 \
	'a point below its threshold is counted'
is "$(grep -c '1 point does not differ' "$work/out")" 1 \
	'so is one without a difference'
explain 0 'all benchmarks' base new '*'
is "$(grep -c '^total' "$work/out")$(grep -c '^ total' "$work/out")" 04 \
	'a benchmark that is named is explained whatever its verdict'
has "$work/out" '^NO CHANGE: ' 'with its verdict'
explain 0 'JSON' --format json
is "$(jq -c '[.points[] | [.params, .verdict]]' "$work/out")" \
	'[["sets=64","REGRESSION"],["sets=16","REGRESSION"]]' 'JSON likewise'
explain 2 'a graph of all' --format svg
has "$work/err" 'shows one point, but 4 match' 'counts all points'

# --- as a tree -----------------------------------------------------------------
explain 0 'a tree' --tree base new alpha/fast sets=64
has "$work/out" '^ +[+]1,800 +100.0% +0 +entry$' 'the caller comes first'
has "$work/out" '^ +[+]1,800 +100.0% +[+]1,800 +guilty$' 'then what it calls'
! grep -q 'early\|user' "$work/out"
ok $? 'what is less than 5% is left out'
has "$work/out" '^Without branches of less than 5% of the largest.$' 'as it says'
explain 0 'a whole tree' --tree=0 base new alpha/fast sets=64
has "$work/out" ' -early$' 'nothing is left out'
for share in -1 101 nan x ''; do
	explain 2 "--tree=$share" "--tree=$share" base new
	has "$work/err" 'a percentage from 0 to 100' "--tree=$share: says why"
done
explain 2 'a tree as JSON' --tree --format json
has "$work/err" 'leave out --format' 'is refused'

explain 2 'lines as JSON' --source --format json
has "$work/err" 'leave out --format' 'are refused without words too'

# --- of two runs ---------------------------------------------------------------
explain 0 'one run' base new alpha/fast sets=64
cp "$work/out" "$work/one"
mv "$run" "$work/first"
measure 2
profile base-p0-repeat
profile new-p0-repeat
"$cgmark" explain "$work/first:base" "$run:new" alpha/fast sets=64 >"$work/out" \
	2>"$work/err"
is $? 0 'kernels of two runs'
is "$(grep guilty "$work/out")" "$(grep guilty "$work/one")" 'are explained alike'
rm "$work/first/boots/base-p0-repeat/profile.tsv"
"$cgmark" explain "$work/first:base" "$run:new" >"$work/out" 2>"$work/err"
is $? 2 'one of them without a profile'
has "$work/err" 'first/boots/base-p0-repeat/profile.tsv is missing' \
	'it says which is missing'

# --- where nothing changed -----------------------------------------------------
measure 1
profile base-p0-repeat
profile new-p0-repeat
explain 0 'nothing changed'
is "$(wc -l <"$work/out")" 1 'this takes one line'
has "$work/out" '^4 points do not differ' 'which says so'

tap_done
