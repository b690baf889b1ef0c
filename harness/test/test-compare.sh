#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-compare.sh CGMARK MKSTREAM: cgmark compare and its formats, on recorded
# streams of three kernels.  That each is well-formed is tested with the printers.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

export CGMARK_RESULTS_DIR="$work/results"
export CGMARK_KERNEL_DIR="$work/kernel"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
export XDG_CACHE_HOME="$work/xdg"
# No author of whoever runs the tests.
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL EMAIL XDG_CONFIG_HOME
mkdir -p "$work/kernel/config.d" "$work/bench" "$work/suites" "$HOME"
show="$work/err"
mkbenches
# Nor that of the repository that they run in.
cd "$HOME" || exit 99

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

# Four kernels: base, new 5% slower, same, and slow 50% slower.
record "$work/streams" 1
mv "$work/streams/new" "$work/streams/same"
record "$work/more" 1.5
mv "$work/more/new" "$work/streams/slow"
record "$work/more" 1.05
mv "$work/more/new" "$work/streams/new"
kernels=
for kernel in base new same slow; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
	kernels="$kernels --kernel $kernel=image:$work/vmlinux-$kernel"
done
# shellcheck disable=SC2086 # words on purpose
run 1 'run of four kernels' run -q --no-settle $kernels --bench '*' \
	--machine "fake:$work/streams" --format markdown
has "$work/out" '^. benchmark . params . base . new . same . slow .$' \
	'run has the formats too'

# --- one table for many kernels ----------------------------------------------------
run 1 'compare of four kernels' compare
has "$work/out" '^ +base +new +same +slow$' 'a column for each kernel'
has "$work/out" '^  sets=16 .* 5,00[0-9.]+ +[+]5.0[0-9]%R +(=|[+-]0.0[0-9]+%) +[+]50.0[0-9]?%R$' \
	'a row for each point'
is "$(grep -c '^ alpha/slow' "$work/out")" 1 \
	'a point that did not change has one row'
run 1 'compare -v' compare -v
[ "$(grep -c '^ *alpha/slow' "$work/out")" -eq 4 ]
ok $? '-v: the rows of each kernel as well'
run 0 'of two kernels' compare base same
! grep -q 'inconclusive, X: invalid' "$work/out"
ok $? 'there is no table of many'

# --- what changed -------------------------------------------------------------------
run 1 '--changed-only' compare --changed-only
has "$work/out" '^  sets=64 ' 'a point that changed is printed'
! grep -q 'alpha/slow' "$work/out"
ok $? 'one that did not is not'
has "$work/out" '^REGRESSION at 4 of 12 points; 8 NO CHANGE' 'but it is counted'
run 0 '--changed-only where nothing changed' compare --changed-only base same
has "$work/out" '^No regression: NO CHANGE at all 4 points' 'the summary says so'
run 1 '--changed-only as JSON' compare --changed-only --format json
is "$(jq -c '[(.points | length), .counts["NO CHANGE"]]' "$work/out")" '[4,8]' \
	'JSON likewise'

# --- every format ---------------------------------------------------------------------
for format in text json mail markdown csv junit ktap benchstat lkp kcidb; do
	run 1 "--format $format" compare --format $format
	cp "$work/out" "$work/$format"
	[ -s "$work/$format" ]
	ok $? "$format: something is printed"
	run 1 "--format $format -o" compare --format $format -o "$work/file"
	check "$format: the same into a file" cmp "$work/$format" "$work/file"
	"$cgmark" compare --format $format >/dev/full 2>"$work/err"
	is $? 5 "$format: exit status 5 for a full disk"
	has "$work/err" 'No space left' "$format: the message says why"
	run 5 "$format: a full disk with -o" compare --format $format -o /dev/full
	has "$work/err" 'cannot write /dev/full: No space' "$format: it is named"
done
check 'JUnit is XML' xmllint --noout "$work/junit"
run 2 'an unknown format' compare --format merkdown
has "$work/err" "format 'merkdown' is not known; did you mean 'markdown'" \
	'the nearest is named'
run 2 'an unknown format of run' run --format junitt
has "$work/err" "format 'junitt' is not known; did you mean 'junit'" 'likewise'

# --- tags -------------------------------------------------------------------------------
run 1 'a mail without an author' compare --format mail
has "$work/err" 'no tag in the mail: git has no name.*--by' 'the message says how'
! grep -q -- '-by:' "$work/out"
ok $? 'there is no tag'
run 1 'a mail of a regression' compare --format mail --by 'Jö <j@example.org>'
is "$(tail -n 1 "$work/out")" 'Reported-by: Jö <j@example.org>' 'its tag'
git config --global user.name 'A B'
git config --global user.email a@example.org
run 0 'a mail of no regression' compare --format mail base same
is "$(tail -n 1 "$work/out")" 'Tested-by: A B <a@example.org>' \
	"its tag, by git's author"
has "$work/out" '^To reproduce \(cgmark ' 'how to reproduce it'
for by in '' 'A' 'a@b.c' '<a@b.c>' 'A <ab.c>' 'A <a@b.c> x' 'A <@b>' 'A <a@>' \
	'A <<a@b.c>' ' A <a@b.c>' 'A B<a@b.c>' 'A <a b@c>'; do
	run 2 "--by '$by'" compare --format mail --by "$by"
	has "$work/err" "write \"NAME <ADDRESS>\"" 'the message says how'
done

run 2 '--by with a line of its own' compare --format mail --by "A
Acked-by: B <a@b.c>"
has "$work/err" "write \"NAME <ADDRESS>\"" 'no tag gets in this way'

# --- KCIDB ------------------------------------------------------------------------------
run 1 '--origin' compare --format kcidb --origin lab_7
is "$(jq -r '[.. | .origin? // empty] | unique | join(" ")' "$work/out")" lab_7 \
	'all of it is of that origin'
is "$(jq -r '[.. | .id? // empty | split(":")[0]] | unique | join(" ")' "$work/out")" \
	lab_7 'and so are the ids'
for origin in '' Lab 'a:b' 'a b'; do
	run 2 "--origin '$origin'" compare --format kcidb --origin "$origin"
	has "$work/err" 'lower-case letters, digits' 'the message says how'
done
is "$(jq -r '[(.builds | length), (.tests | length)] | join(" ")' "$work/kcidb")" \
	'4 16' 'a build for each kernel, a test for each point of each'
is "$(jq -r '[.tests[] | select(.status == "FAIL") | .misc.kernel] | unique |
	join(" ")' "$work/kcidb")" 'new slow' 'FAIL is where the regression is'

tap_done
