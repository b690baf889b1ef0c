#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-gate.sh CGMARK MKSTREAM: cgmark gate, its policies and exit statuses, on
# recorded streams.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

own_folders
show="$work/out $work/err"
mkbenches

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

# gate STATUS NAME WORDS...: with the policy on stdin; $one_line has the output on
# one line, as it is wrapped.
gate() {
	wanted=$1 name=$2
	shift 2
	cat >"$work/p.ini"
	run "$wanted" "$name" gate --policy "$work/p.ini" \
		--today 2026-11-30 "$@"
	tr -s '\n ' '  ' <"$work/out" >"$work/one-line"
}

cp "$mkstream" "$work/vmlinux-a"
cp "$mkstream" "$work/vmlinux-b"
echo b >>"$work/vmlinux-b"
img="--kernel base=image:$work/vmlinux-a --kernel new=image:$work/vmlinux-b"

run 2 'no run yet' gate
has "$work/err" 'no run in .* yet' 'the message says so'

# measure NAME FACTOR: a run in which new costs so much more.
measure() {
	record "$work/streams-$1" "$2"
	# shellcheck disable=SC2086 # words on purpose
	"$cgmark" run -q $img --bench '*' --machine "fake:$work/streams-$1" \
		--no-compare -o "$work/$1" >"$work/out" 2>&1
	is $? 0 "a run: $1"
	set -- "$1" "$work/$1"/*
	mv "$2" "$work/run-$1"
}
measure slow 1.05
measure same 1
slow="--run $work/run-slow"
same="--run $work/run-same"

# --- without a policy: the verdicts ------------------------------------------------
# shellcheck disable=SC2086 # words on purpose, here and below
{
run 1 'a regression' gate $slow
has "$work/out" '^FAIL: 2 REGRESSION, 2 without regression, 4 points in all' \
	'the first line says so'
has "$work/out" '^    alpha/fast sets=16 on new: [+]5.0[0-9]% insns' 'points are named'
run 0 'no regression' gate $same
has "$work/out" '^PASS: 4 without regression' 'the first line says so'
run 0 'by the names of the kernels' gate $same base new
run 2 'an unknown kernel' gate $same base nwe
has "$work/err" "'nwe' is not known; did you mean 'new'" 'it is named'

# --- thresholds -----------------------------------------------------------------------
gate 0 'a threshold above the change' $slow <<END
[thresholds]
alpha/* = 6%
END
has "$work/out" '^PASS: 2 below the policy.s threshold' 'it passes'
gate 1 'the last that matches counts' $slow <<END
[thresholds]
* = 6%
alpha/f?st = 4%
END
has "$work/one-line" 'sets=64 on new: [+]5.0[0-9]% insns, beyond 4%' 'it is told'
gate 0 'a glob that matches nothing' $same <<END
[thresholds]
alfa/fast = 1%
END
has "$work/one-line" "p.ini:2: threshold 'alfa/fast' is about no point that was compared; did you mean 'alpha/fast'" \
	'is a note with the nearest name'
gate 0 'a threshold below that of the verdicts' $same <<END
[thresholds]
alpha/* = 0.1%
END
has "$work/one-line" "p.ini:2: threshold 0.1% of 'alpha/[*]' is below .* changes nothing" \
	'is a note'

# --- expected changes -----------------------------------------------------------------
# expect UNTIL [LINE...]: a policy that expects the change.
expect() {
	printf '[expect faster-stats]\nbenchmark = alpha/fast\nchange = regression\n'
	printf 'reason = one more lock, see the series\nuntil = %s\n' "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@"
}
expect 2026-12-01 >"$work/in"
gate 0 'an expected change' $slow <"$work/in"
has "$work/one-line" 'PASS: 2 expected, 2 without' 'it passes'
has "$work/one-line" 'by \[expect faster-stats\] until 2026-12-01: one more lock' \
	'with name, day and reason'
expect 2026-11-30 >"$work/in"
gate 0 'on its last day' $slow <"$work/in"
expect 2026-11-29 >"$work/in"
gate 1 'the day after' $slow <"$work/in"
has "$work/one-line" 'expired: \[expect faster-stats\], .*p.ini:2, was until 2026-11-29: one more lock' \
	'it fails by name, line and reason'
has "$work/out" '^FAIL: 2 REGRESSION' 'its points are regressions again'
expect 2026-11-29 >"$work/in"
gate 1 'an expired one of a change that is gone' $same <"$work/in"
has "$work/out" '^expired: \[expect faster-stats\]' 'fails by name as well'
expect 2027-01-01 >"$work/in"
gate 0 'a change that did not happen' $same <"$work/in"
has "$work/one-line" 'did not happen: \[expect faster-stats\], .*a regression of alpha/fast: one more lock' \
	'is told'
expect 2027-01-01 'limit = 6%' >"$work/in"
gate 0 'within its limit' $slow <"$work/in"
expect 2027-01-01 'limit = 4%' >"$work/in"
gate 1 'beyond its limit' $slow <"$work/in"
has "$work/one-line" 'beyond the 4% that \[expect faster-stats\] allows' 'it is told'
has "$work/one-line" 'did not happen: .* within its limit' 'and that it is not the one'
expect 2027-01-01 'params = sets=16' >"$work/in"
gate 1 'of one point' $slow <"$work/in"
has "$work/out" '^FAIL: 1 REGRESSION, 1 expected' 'the other fails'
expect 2027-01-01 'kernel = new' >"$work/in"
gate 0 'of one kernel' $slow <"$work/in"
expect 2027-01-01 'kernel = nwe' >"$work/in"
gate 1 'of another kernel' $slow <"$work/in"
has "$work/one-line" "\[expect faster-stats\] benchmark 'alpha/fast' is about no point" \
	'is a note'

# The example of the manual.
# shellcheck disable=SC2016 # no command
sed -n '/^# POLICIES/,/^# FORMATS/p' "$here/../man/cgmark.1.scd" |
	sed -n '/^```/,/^```/{/^```/d;p}' >"$work/in"
gate 0 'the policy of the manual' $same <"$work/in"
has "$work/one-line" "\[expect hash-rework\] benchmark 'css_set/lookup' is about no" \
	'is read to its end'

# --- malformed policies ---------------------------------------------------------------
gate 2 'an empty policy' $same </dev/null
has "$work/err" 'p.ini: no key in it' 'it is refused'
gate 2 'an unknown statistic' $same <<END
[gate]
statistics = p98
END
has "$work/err" "p.ini:2: statistic 'p98' is not known; did you mean 'p99'" \
	'with line and suggestion'
gate 2 'a bad day' $same <<END
[expect x]
until = 2026-02-30
END
has "$work/err" "p.ini:2: until: '2026-02-30' is no day" 'with its line'
run 2 'a policy that is not there' gate $same --policy "$work/none.ini"
has "$work/err" 'cannot read .*none.ini: No such file' 'it is named'
for day in today 2026-2-1 20261130 2026-02-29 ''; do
	run 2 "--today '$day'" gate $same --today "$day"
	has "$work/err" 'a day as YYYY-MM-DD' 'the message says how'
done

# --- doubts ------------------------------------------------------------------------------
cp -r "$work/run-same" "$work/run-damaged"
printf 'S\n' >>"$work/run-damaged/boots/new-p3/samples.tsv"
damaged="--run $work/run-damaged"
run 0 'doubts' gate $damaged
has "$work/out" '^PASS: 4 in doubt' 'are counted'
run 3 'with --strict' gate --strict $damaged
has "$work/out" '^IN DOUBT: 4 in doubt' 'they decide'
gate 3 'with strict=yes' $damaged <<END
[gate]
strict = yes
END

# --- for git bisect ------------------------------------------------------------------------
# A kernel that splats.
record "$work/streams-splat" 1
for d in "$work/streams-splat/new"/*; do
	printf '[    1.000000] BUG: kernel NULL pointer dereference\n' >>"$d/console.log"
done
"$cgmark" run -q $img --bench '*' --machine "fake:$work/streams-splat" \
	--no-compare -o "$work/splat" >"$work/out" 2>&1
mv "$work/splat"/* "$work/run-splat"
run 4 'a kernel that splats' gate --run "$work/run-splat"
has "$work/out" '^kernel failed: boot new-p0: .*BUG: kernel NULL' 'it is named'

run 0 '--bisect: good' gate --bisect $same
run 1 '--bisect: bad' gate --bisect $slow
run 125 '--bisect: a kernel that splats' gate --bisect --run "$work/run-splat"
run 125 '--bisect: doubts' gate --bisect $damaged
run 128 '--bisect: no such run' gate --bisect --run nothing
run 128 '--bisect: an unknown option' gate --bisect --polcy x
run 128 '--bisect: a bad day' gate --bisect --today x $same
run 128 '--bisect: no such policy' gate --bisect $same --policy "$work/none.ini"
expect 2026-11-29 >"$work/in"
gate 128 '--bisect: an expired exception' --bisect $same <"$work/in"
"$cgmark" gate --bisect $slow >/dev/full 2>"$work/err"
is $? 128 '--bisect: a full disk is no verdict'
"$cgmark" gate $slow >/dev/full 2>"$work/err"
is $? 5 'a full disk'
has "$work/err" 'cannot write standard output: No space' 'the message says why'
}

# git itself: the commit with the slow kernel is found, past one that splats.
repo=$work/repo
git init -q "$repo"
commit() {
	echo "$1" >"$repo/kernel"
	git -C "$repo" add kernel
	git -C "$repo" -c user.name=A -c user.email=a@b.c commit -q \
		--allow-empty -m "$2"
}
commit same one
commit same two
commit splat three
commit slow four
commit slow five
git -C "$repo" bisect start HEAD HEAD~4 >"$work/out" 2>&1
# shellcheck disable=SC2016 # for the shell of git
(cd "$repo" && git bisect run sh -c '"$1" gate --bisect --run "$2/run-$(cat kernel)"' \
	sh "$cgmark" "$work") >"$work/out" 2>"$work/err"
grep -q 'only .skip.ped commits left' "$work/out" "$work/err"
ok $? 'git bisect run ends where it cannot tell'
is "$(git -C "$repo" bisect log | sed -n 's/^# possible first bad commit: .* //p' |
	sort | tr '\n' ' ')" 'four three ' 'between the last good and the first bad'

tap_done
