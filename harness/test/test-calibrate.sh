#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-calibrate.sh CGMARK MKSTREAM: cgmark calibrate with a build.sh that does as it
# is told and recorded streams and profiles in place of guests.
#
# How it could go wrong: a cost of another size than asked for; a kernel that is
# measured twice, or a figure of an earlier kernel that is taken for that of a new
# one; what was measured before ^C is lost; a false alarm that nobody is told of;
# reports that have a line of another machine's calibration, or none of their own.

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
export TMPDIR="$work/tmp"
export XDG_CACHE_HOME="$work/cache"
mkdir -p "$TMPDIR" "$work/kernel/config.d" "$work/kernel/tree" "$work/bench" \
	"$work/suites" "$work/entries"
show="$work/out $work/err"

mkbench bench-alpha <<'END'
B	fork/exit	1		240	1	1	one fork
B	stats/read	1		31	1	1	one read
B	null	1		31	1	1	nothing
END
cp "$work/bench/bench-alpha" "$work/bench/guest-init"
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/quick.ini"
cp "$work/suites/quick.ini" "$work/suites/other.ini"
cat >"$work/kernel/kernels.ini" <<'END'
[baseline]
source = dir:tree
config = base

[calibrate]
source = dir:tree
config = base

[padded]
source = dir:tree
config = base other
END
: >"$work/kernel/tree/Kbuild"
: >"$work/kernel/config.d/base.config"
: >"$work/kernel/config.d/other.config"
cat >"$work/kernel/build.sh" <<END
#!/bin/sh
shift 2
command=\$1
shift
key=\$(cat "$work/tree.version" - <<WORDS | sha256sum | cut -d ' ' -f 1
\$*
WORDS
)
echo "key \$key"
[ "\$command" = key ] && exit 0
entry=$work/entries/\$key
mkdir -p "\$entry"
{ cat "$mkstream"; echo "\$key"; } >"\$entry/vmlinux"
cat >"\$entry/meta" <<META
key=\$key
release=6.12.1-test
config_sha256=ff
vmlinux_sha256=\$(sha256sum <"\$entry/vmlinux" | cut -d ' ' -f 1)
META
echo "entry \$entry"
END
chmod +x "$work/kernel/build.sh"
echo 1 >"$work/tree.version"

# stream KERNEL FORK READ NULL [EVERY MORE]: what a guest of it measures; one fork in
# EVERY costs so much MORE.
stream() {
	mkdir -p "$work/streams/$1"
	cat >"$work/streams/$1/status.ktap" <<-'END'
	KTAP version 1
	1..1
	    KTAP version 1
	    # Subtest: bench-alpha
	    1..3
	    # start fork/exit
	    ok 1 fork/exit
	    # start stats/read
	    ok 2 stats/read
	    # start null
	    ok 3 null
	ok 1 bench-alpha
	# cgmark: end
	END
	awk -v values="$2 $3 $4" -v every="${5:-0}" -v more="${6:-0}" 'BEGIN {
		split(values, v, " ")
		split("fork/exit stats/read null", name, " ")
		split("240 31 31", nr, " ")
		for (i = 1; i <= 3; i++)
			for (rep = 0; rep < nr[i]; rep++)
				printf "S\t%s\t1\t-\tinsns\t%d\t%d\t1\n",
					name[i], rep, v[i] + (i == 1 && every &&
					rep % every == every - 1 ? more : 0)
	}' | "$mkstream" >"$work/streams/$1/samples.tsv"
}

# The calls of a boot: one of kernel_clone and of do_exit a fork, ten of
# cgroup_seqfile_show a read.
profile() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' V 1 cgmark-profile '' '' '' |
		sed 's/\t*$//'
	printf 'H\tinsns\n'
	awk 'BEGIN {
		OFS = "\t"
		print "P", "fork/exit", 1, "-", 1, 240
		print "N", 1, 0, "kernel_clone", 1000
		print "N", 2, 1, "cgmark_cost_pay", 3600
		print "N", 3, 0, "do_exit", 1000
		print "N", 4, 3, "cgmark_cost_pay", 3600
		print "I", "cgmark_cost_pay", "ff00", 40, 15, 480
		print "P", "stats/read", 1, "-", 1, 31
		print "N", 1, 0, "cgroup_seqfile_show", 1000
		print "N", 2, 1, "cgmark_cost_pay", 4650
		print "I", "cgmark_cost_pay", "ff00", 40, 15, 310
	}'
}
stream base 100000 50000 1000
profile >"$work/profile"
crc=$(gzip -c "$work/profile" | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')
{
	cat "$work/profile"
	printf 'E\t%d\t%s\n' "$(grep -c '^[PNI]' "$work/profile")" "$crc"
} >"$work/streams/base/profile.tsv"
stream padded 100000 50000 1000
stream fork-insns-302 100302 50000 1000
stream exit-insns-302 100302 50000 1000
stream fork-tail-200400 100000 50000 1000 100 200400
stream exit-tail-200400 100000 50000 1000 100 200400
# 0.3% of a read that calls it ten times is 15 instructions a call.
stream stat-insns-16 100000 50160 1000

# calibrate STATUS NAME WORDS...
calibrate() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" calibrate --machine "fake:$work/streams" --perturbations 9 \
		--draws 3 "$@" \
		>"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
	json=$(sed -n 's/^\(.*\.json\)$/\1/p' "$work/out")
}

# --- usage --------------------------------------------------------------------------
calibrate 2 'a word' word
calibrate 2 'a cost of nothing' --costs fork:insns:0
has "$work/err" "'fork:insns:0': the size is a part of an operation" 'it says why'
calibrate 2 'an unknown place' --costs frok:insns:1
calibrate 2 'eight perturbations, of which each draw has all' --perturbations 8
has "$work/err" 'a number from 9 to 64' 'it says how many'
calibrate 2 'a time without a unit' --time 5
calibrate 2 'an unknown suite' --suite quikc
has "$work/err" "did you mean 'quick'" 'the nearest is named'
"$cgmark" calibrate --machine local >"$work/out" 2>"$work/err"
ok $((! $?)) 'a machine that does not count'

# --- all is well ----------------------------------------------------------------------
costs='*:insns:0.3,*:tail:1'
calibrate 0 'a kernel that pays what it should' --costs "$costs"
has "$work/out" '^false alarms, the same kernel +0 of 9 ' 'three draws of three points'
has "$work/out" '^false alarms, the kernel with padding +0 of 9 ' '... of the padded one'
has "$work/out" '^costs of 0.3% or more, found +9 of 9 ' 'two costs of a fork, one of a read'
has "$work/out" '^tails of 1% or more, found and called one +6 of 6 ' \
	'a read has too few samples for a tail'
has "$work/out" '^wrong benchmark +0 of 30 ' 'the others are counted'
check 'the file is there, and JSON' jq -e '.format == 1 and .boots > 50' "$json"
is "$(jq -c '[.costs[] | [.place, .kind, .n]]' "$json")" \
	'[["fork","insns",302],["exit","insns",302],["stat","insns",16],["fork","tail",200400],["exit","tail",200400]]' \
	'costs are as large as asked for, where something pays them'
check 'and a plot' grep -q '<svg' "${json%.json}.svg"
runs=$(find "$work/results/calibration" -path '*/runs/*' -prune | wc -l)
is "$runs" 7 'a run of each kernel'


jq -r 'paths | map(strings) | last // empty' "$json" | sort -u >"$work/members"
while read -r name; do
	grep -qF -e "*$name*" "$here/../man/cgmark-calibration.5.scd" || echo "$name"
done <"$work/members" >"$work/lacking"
# crc32, format and those of points are there.
[ "$(wc -l <"$work/members")" -ge 35 ]
ok $? 'the file has members'
is "$(cat "$work/lacking")" '' 'cgmark-calibration(5) has every one'

cp "$json" "$work/first.json"
calibrate 0 'the same again' --costs "$costs"
is "$(find "$work/results/calibration" -path '*/runs/*' -prune | wc -l)" "$runs" \
	'nothing is measured twice'
check 'and the same comes out' cmp "$json" "$work/first.json"
calibrate 0 'without time' --costs "$costs" --seed 2 --time 1s
calibrate 0 'another seed' --costs "$costs" --seed 2
[ "$(find "$work/results/calibration" -path '*/runs/*' -prune | wc -l)" -gt "$runs" ]
ok $? 'other perturbations are measured'

# --- something is wrong ----------------------------------------------------------------
# fault NAME PATTERN: what is said of a kernel that was built anew since.
fault() {
	date +%N >"$work/tree.version"
	calibrate 1 "$1" --costs "$costs"
	has "$work/out" "$2" '... and it is said'
}
stream padded 100000 50000 1100
fault 'a false alarm' 'false alarm, padded kernel: null, [+]10%'
stream padded 100000 50000 1000
stream fork-insns-302 100000 50000 1000
fault 'a cost that is missed' 'miss, fork-insns-302: fork/exit'
stream fork-insns-302 100302 50000 1100
fault 'a cost that shows elsewhere, too' 'wrong benchmark, fork-insns-302: null'
stream fork-insns-302 99000 50000 1000
fault 'a cost that is a gain' 'wrong direction, fork-insns-302: fork/exit'
stream fork-insns-302 100302 50000 1000
stream fork-tail-200400 101000 50000 1000
fault 'a tail that is none' 'found and called one +3 of 6'
stream fork-tail-200400 100000 50000 1000 100 200400

# --- interrupted -----------------------------------------------------------------------
date +%N >"$work/tree.version"
echo 'slow 200' >"$work/streams/exit-tail-200400/ending"
: >"$work/err"
"$cgmark" calibrate --machine "fake:$work/streams" --perturbations 9 --draws 3 \
	--costs "$costs" >"$work/out" 2>"$work/err" &
pid=$!
wait_until grep -q 'exit-tail-200400, cost' "$work/err"
"$cgmark" calibrate --machine "fake:$work/streams" --perturbations 9 --draws 3 \
	--costs "$costs" >"$work/out2" 2>"$work/err2"
is $? 5 'two at once'
has "$work/err2" 'another cgmark calibrate works on the same' '... of which one waits'
kill -TERM $pid
wait $pid
is $? 130 'interrupted'
has "$work/err" 'is kept: the same command goes on' 'it says how to go on'
rm "$work/streams/exit-tail-200400/ending"
before=$(find "$work/results/calibration" -path '*/runs/*' -prune | wc -l)
calibrate 0 'it goes on' --costs "$costs"
is "$(find "$work/results/calibration" -path '*/runs/*' -prune | wc -l)" \
	$((before + 1)) 'and measures what was not there'

# --- another guest meanwhile --------------------------------------------------------------
# The machine gives the time: while its first boots are slow, a program is built anew.
date +%N >"$work/tree.version"
echo 'slow 100' >"$work/streams/padded/ending"
: >"$work/err"
"$cgmark" calibrate --machine "fake:$work/streams" --perturbations 9 --draws 3 \
	--costs "$costs" >"$work/out" 2>"$work/err" &
pid=$!
wait_until grep -q 'kernel padded' "$work/err"
sleep 0.5
echo '# newer' >>"$work/bench/guest-init"
wait $pid
is $? 5 'the guest is another one in the middle'
has "$work/err" 'has another guest than those before it' '... and it is said'
rm "$work/streams/padded/ending"

# --- without a profile -------------------------------------------------------------------
mv "$work/streams/base/profile.tsv" "$work/profile.tsv"
date +%N >"$work/tree.version"
calibrate 5 'a base without a profile' --costs "$costs"
mv "$work/profile.tsv" "$work/streams/base/profile.tsv"

# --- reports -----------------------------------------------------------------------------
# run SUITE: of two kernels that are the same.
run() {
	rm -rf "$work/runs"
	"$cgmark" run -q --machine "fake:$work/streams" --suite "$1" \
		--kernel base=calibrate --kernel padded --no-repeat --no-compare \
		-o "$work/runs" >"$work/out" 2>"$work/err"
	ok $? "a run of suite $1"
}

# line FORMAT PATTERN NAME
line() {
	"$cgmark" compare --run "$work"/runs/* --format "$1" >"$work/out" 2>"$work/err"
	tr -s '\n ' '  ' <"$work/out" >"$work/one-line"
	has "$work/one-line" "$2" "$3: $1"
}
run quick
seen='calibrated 20[0-9-]*: false alarms 0 of 9 '
for format in text mail markdown; do
	line $format "$seen" 'a calibration of that suite'
done
line json '"calibration": { "created": "20' 'a calibration of that suite'
is "$(jq .calibration.costs_found.comparisons "$work/out")" 9 '... with its figures'
"$cgmark" report --run "$work"/runs/* >"$work/out" 2>"$work/err"
check 'the page has it, too' grep -q "$seen" "$work/results/report/index.html"
"$cgmark" run -q --machine "fake:$work/streams" --suite quick \
	--kernel base=calibrate --kernel padded >"$work/out" 2>"$work/err"
has "$work/out" '^verdicts calibrated 20' 'and so has what a run prints'
run other
none='not calibrated for this machine, suite and limits'
for format in text mail markdown; do
	line $format "$none" 'none of that suite'
done
line json '"calibration": null' 'none of that suite'

calibrate 0 'part of the suite' --costs "$costs" --bench '*'
is "$(jq -r .suite "$json")" 'quick --bench *' 'it is not for the suite as a whole'
run quick
kept=$(grep -l '"suite": "quick"' "$work"/results/calibration/*.json)
echo '{' >"$kept"
line text "$none" 'a damaged file is none'
has "$work/err" "$kept: truncated" '... and it is said'
tap_done
