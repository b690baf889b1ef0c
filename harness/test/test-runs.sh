#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-runs.sh CGMARK MKSTREAM: cgmark compare RUN:KERNEL..., on runs of recorded
# streams.  How it could go wrong: a difference of guest, plan or machine that is
# called the kernel's; figures that are not those of the runs; a word that means
# another run than its writer thought.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

own_folders
mkdir "$work/results"
show="$work/err"
mkbenches

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

for kernel in base new; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
done
streams="fake:$work/streams"

# measure KERNEL... [-- OPTION...]: sets $id to that of the new run, of the
# benchmarks $bench.
bench='*'
measure() {
	kernels=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		kernels="$kernels --kernel $1=image:$work/vmlinux-$1"
		shift
	done
	[ $# -eq 0 ] || shift
	rm -rf "$work/new-runs"
	# shellcheck disable=SC2086 # words on purpose
	"$cgmark" run -q --no-compare --bench "$bench" --machine "$streams" \
		$kernels -o "$work/new-runs" "$@" >"$work/out" 2>"$work/err" ||
		ok 1 "a run of $kernels $*"
	id=$(basename "$work"/new-runs/*)
	mkdir -p "$work/results/runs"
	mv "$work/new-runs/$id" "$work/results/runs/"
}

# only PROGRAM: the streams keep its points alone.
only() {
	for dir in "$work"/streams/*/*; do
		grep "^S	$1" "$dir/samples.tsv" | "$mkstream" >"$work/kept-samples"
		mv "$work/kept-samples" "$dir/samples.tsv"
		{
			printf 'KTAP version 1\n1..1\n    KTAP version 1\n'
			sed -n "/^    # Subtest: bench-$1/,/^ok . bench-$1/p" \
				"$dir/status.ktap" | sed 's/^ok ./ok 1/'
			echo '# cgmark: end'
		} >"$work/kept-status"
		mv "$work/kept-status" "$dir/status.ktap"
	done
}

record "$work/streams" 1.05
measure base new
a=$id
measure base new
b=$id

# --- within one run -----------------------------------------------------------------
for format in text json mail markdown csv junit ktap benchstat lkp kcidb; do
	run 1 "$format of --run" compare --run "$a" base new --format $format
	cp "$work/out" "$work/one"
	run 1 "$format of RUN:KERNEL" compare "$a:base" "$a:new" \
		--format $format
	check "$format: the same within one run" cmp "$work/one" "$work/out"
done
run 1 'a baseline alone' compare "$a:base"
has "$work/out" '^REGRESSION at 2 of 4 points' 'is compared with all others'
run 0 'the other way round' compare "$a:new" "$a:base"
has "$work/out" 'sets=64  .* -4.76% .* IMPROVEMENT$' 'the first is the baseline'

# --- of two runs --------------------------------------------------------------------
figures='[.points[] | [.bench, .params, .verdict, .change_percent, .boots]] | sort'
run 1 'JSON of one run' compare --run "$a" base new --format json
jq -c "$figures" "$work/out" >"$work/one"
run 1 'two runs' compare "$a:base" "$b:new" --format json
jq -c "$figures" "$work/out" >"$work/two"
check 'figures of two runs are those of one' cmp "$work/one" "$work/two"
[ "$(jq length "$work/two")" -eq 4 ]
ok $? 'all points are compared'
run 0 'the same streams twice' compare "$a:new" "$b:new"
has "$work/out" '^No regression: NO CHANGE at all 4 points' 'they are equal'
has "$work/out" "^note: new@$a was made " 'kernels of one name are told apart'
has "$work/out" "^kernel +new@$b: " 'both of them'
has "$work/out" "^run +${a}[+]${b}, " 'the runs are named'
! grep -q 'no repeat boot\|is not complete' "$work/out"
ok $? 'repeat boots came along'
run 0 'the layout null' compare "$a:base" "$b:base"
! grep -q 'no layout null' "$work/out"
ok $? 'it came along'
run 1 'several runs' compare "$a:base" "$b:base" "$a:new" "$b:new"
has "$work/out" '^REGRESSION at 4 of 12 points' 'three contenders of two runs'
for format in mail markdown csv junit ktap benchstat lkp kcidb; do
	run 1 "$format of two runs" compare "$a:base" "$b:new" --format $format
	[ -s "$work/out" ]
	ok $? "$format: something is printed"
	case $format in
	junit) check 'JUnit is XML' xmllint --noout "$work/out" ;;
	kcidb) check 'KCIDB is JSON' jq . "$work/out" ;;
	esac
done
run 1 'how to repeat it' compare "$a:base" "$b:new" --format mail
tr -s ' \\\n' ' ' <"$work/out" >"$work/mail"
has "$work/mail" " cgmark run .*; cgmark run .*; cgmark compare $a:base $b:new" \
	'both runs, then the comparison'

# --- other commands -----------------------------------------------------------------
run 1 'gate of one run' gate --run "$a" base new
grep '^FAIL\|alpha\|sets=' "$work/out" >"$work/one"
run 1 'gate of two runs' gate "$a:base" "$b:new"
grep '^FAIL\|alpha\|sets=' "$work/out" >"$work/two"
has "$work/one" '^FAIL' 'gate says why'
check 'it fails for the same reasons' cmp "$work/one" "$work/two"
run 0 'gate of what is equal' gate "$a:base" "$b:base"
run 2 'gate: a kernel that is not there' gate "$a:base" "$b:nwe"
run 128 'gate --bisect of two runs that are none' gate --bisect "$a:base" "$b:nwe"
run 2 'gate: RUN:KERNEL with --run' gate --run "$a" "$a:base" "$b:new"
run 0 'report of two runs' report -o "$work/report" "$a:base" "$b:new"
check 'it names both' grep -q "$a.*$b" "$work/report/index.html"
has "$work/report/index.html" 'REGRESSION at 2 of 4 points' 'it has the verdict'
run 0 'report of two kernels' report -o "$work/report" new base
has "$work/report/index.html" 'IMPROVEMENT at 2 of 4' 'the first is the baseline'
run 2 'report: one kernel twice' report -o "$work/none" "$a:base" "$a:base"
[ ! -e "$work/none" ]
ok $? 'nothing is written'
run 2 'explain without a profile' explain "$a:base" "$b:new"
has "$work/err" 'has no profile' 'the message says so'

# --- words --------------------------------------------------------------------------
# A copy of its own name, to have one prefix that is unique for sure.
cp -r "$work/results/runs/$b" "$work/results/runs/zebra"
run 1 'a prefix' compare "ze:base" "$a:new"
run 1 'latest' compare "latest:base" "$a:new"
run 1 'a directory' compare "$work/results/runs/$a:base" "ze:new"
run 1 'a prefix with --run' compare --run ze
mkdir "$work/a:b"
cp -r "$work/results/runs/$a" "$work/a:b/c:d"
run 1 'a path with colons' compare "$work/a:b/c:d:base" "ze:new"
run 1 'two spellings of one run' compare "$a:base" "$work/results/runs/$a/:new"
run 2 'an ambiguous prefix' compare "2:base" "ze:new"
has "$work/err" "run '2' is ambiguous: 2 ids begin with it: 2.*, 2" \
	'the runs are named'
run 2 'an unknown run' compare "zebro:base" "$a:new"
has "$work/err" "run 'zebro' is not known; did you mean 'zebra'" 'and the nearest'
run 2 'no run directory' compare "./x:base" "$a:new"
has "$work/err" "'./x' is not a run directory" 'the message says so'
run 2 'an unknown kernel' compare "$a:base" "ze:nwe"
has "$work/err" "kernel 'nwe' is not known; did you mean 'new'" 'the nearest'
has "$work/err" "'ze:nwe' was looked up in run $b" 'and the run'
run 2 'one kernel twice' compare "$a:base" "$a:base"
has "$work/err" "kernel 'base' of run $a is named twice" 'the message says so'
run 2 'one kernel twice by two words' compare "$b:new" "$a:base" \
	"$work/results/runs/$b:new"
has "$work/err" "kernel 'new' of run $b is named twice" 'likewise'
run 2 'two copies of a run' compare "$b:base" "zebra:new"
has "$work/err" "copies of one run, $b" 'the message says so'
for word in new :new "$a:" :; do
	run 2 "'$word' beside RUN:KERNEL" compare "$a:base" "$word"
	has "$work/err" 'write RUN:KERNEL for each, such as latest:' \
		'the message says how'
done
run 2 'two colons' compare "$a:base" "$b:x:new"
has "$work/err" "more than one ':' in RUN:KERNEL.*--run" 'the message says how'
run 2 'RUN:KERNEL with --run' compare --run "$a" "$a:base" "$b:new"
has "$work/err" 'leave --run out' 'the message says how'

# --- runs that differ in more than the kernel ---------------------------------------
# refused NAME PATTERN: $id is not compared with $a
refused() {
	run 2 "$1" compare "$a:base" "$id:new"
	has "$work/err" "runs $a and $id differ in $2" 'the difference is named'
	has "$work/err" 'cannot be compared' 'the message says what follows'
	is "$(cat "$work/out")" '' 'nothing is printed'
}
measure base new -- --perturbations 7
refused 'fewer perturbations' 'perturbations: 8 and 7'
reps=15
record "$work/streams" 1.05
measure base new -- --samples 15
refused 'another plan' 'the plan of alpha/fast sets=16: samples 31 and 15'
has "$work/err" 'differ in the plan of null: samples' 'each point is named'
reps=31
record "$work/streams" 1.05
cp -r "$work/streams" "$work/other"
streams="fake:$work/other"
measure base new
refused 'another machine' 'machine: '
streams="fake:$work/streams"
cp "$work/bench/bench-null" "$work/kept"
echo '# other bytes' >>"$work/bench/bench-null"
measure base new
refused 'another guest' 'guest image: '
cp "$work/kept" "$work/bench/bench-null"

bench='alpha/*'
only alpha
measure base new
run 1 'fewer points' compare "$a:base" "$id:new"
has "$work/out" 'not comparable: null, 1 point skipped on new' 'the other is noted'
tr -s ' \n' ' ' <"$work/out" >"$work/text"
has "$work/text" "run $id did not plan it" 'and why'
has "$work/err" "plans of $a and $id differ behind point 3: null and nothing" \
	'a warning'
has "$work/out" '^REGRESSION at 2 of 3 points' 'those of both are compared'
run 0 'fewer points, no change' compare "$a:base" "$id:base"
run 3 '--strict' compare --strict "$a:base" "$id:base"
alpha=$id
bench=null
record "$work/streams" 1.05
only null
measure base new
run 2 'no point in common' compare "$alpha:base" "$id:new"
has "$work/err" 'differ in what runs first: alpha/fast sets=16 and null' \
	'the message says so'
bench='*'
record "$work/streams" 1.05

# Something that no run records.
record "$work/streams" 1.05
reps=31
metric=insns samples 1.2 3 >"$work/streams/base/measure-p3/samples.tsv"
measure base new
refused 'a kernel that counts otherwise' 'what one kernel counts, base and base'
record "$work/streams" 1.05

# --- damage -------------------------------------------------------------------------
cp -r "$work/results/runs/$a" "$work/damaged"
echo x >>"$work/damaged/boots/base-p2/samples.tsv"
run 0 'an altered file' compare "$work/damaged:base" "ze:base"
has "$work/err" 'base-p2/samples.tsv: altered' 'the file is named'
has "$work/out" 'INVALID' 'there is no verdict'
run 3 'an altered file, --strict' compare --strict "$work/damaged:base" ze:base
echo x >>"$work/damaged/run.json"
run 5 'an altered run.json' compare "$work/damaged:base" "ze:new"
has "$work/err" "$work/damaged/run.json: " 'the file is named'

# A copy has the id of the run, and the index has each id once.
all=$work/results/runs
cp -r "$all/$a" "$all/0-copy"
run 0 'import of a run and a copy' import
has "$work/err" "^cgmark: warning: $all/0-copy is left out: run $a is in $all/$a, too" \
	'the copy is left out'
has "$work/out" '^0 imported, ' 'so that nothing changes'
echo x >>"$all/$a/boots/base-p2/samples.tsv"
run 0 'import of a damaged run and a copy' import
has "$work/err" "^cgmark: warning: $all/$a is left out: run $a is in $all/0-copy, too" \
	'the damaged one is left out'
has "$work/out" '^0 imported, ' 'so that nothing is lost'
rm -r "${all:?}/$a"
mv "$all/0-copy" "$all/$a"
ln -s "$a" "$all/latest"
run 0 'import of a run with two names' import
grep -q 'latest is left out' "$work/err"
is $? 1 'which is no copy'
rm "$all/latest"

# Interrupted while the last boots hang.
echo hang >"$work/streams/new/repeat-p0/ending"
env --default-signal=INT "$cgmark" run -q -j 1 --bench '*' --machine "$streams" \
	--kernel "base=image:$work/vmlinux-base" \
	--kernel "new=image:$work/vmlinux-new" -o "$work/cut" \
	>"$work/out" 2>"$work/err" </dev/null &
pid=$!
last_is_there() {
	[ -s "$(echo "$work"/cut/*/boots/new-p7/boot.json)" ]
}
wait_until last_is_there
sleep 0.5
kill -INT $pid
wait $pid
is $? 130 'a run that is interrupted'
cut=$(echo "$work"/cut/*)
run 1 'an interrupted run' compare "$a:base" "$cut:new"
has "$work/out" "the run is not complete: run $(basename "$cut") is interrupted" \
	'the report says so'

# --- time ---------------------------------------------------------------------------
metric=elapsed_ns
export metric
record "$work/streams" 1.05
measure base new
a=$id
measure base new
run 1 'time of two runs' compare "$a:base" "$id:new"
has "$work/err" "warning: time of $a .*is in the difference and not in the interval" \
	'a warning says what an interval is worth'
tr -s ' \n' ' ' <"$work/out" >"$work/text"
has "$work/text" 'note: time of .* is in the difference and not in the interval' \
	'so does the report'
! grep -q 'not interleaved' "$work/out"
ok $? 'boots of two runs are not called one after the other'
run 1 'time of one run' compare "$a:base" "$a:new"
! grep -q 'is in the difference' "$work/out" "$work/err"
ok $? 'within a run there is no warning'
measure base new -- --perturbations 6
run 1 'fewer boots' compare "$a:base" "$id:new"

tap_done
