#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-cli.sh CGMARK MKSTREAM BENCH_DIR: the command line from plan to verdict, with a
# build.sh that does as it is told and recorded streams in place of guests.

cgmark=$1
mkstream=$2
bench_dir=$3
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
export XDG_CACHE_HOME="$work/xdg"
mkdir -p "$TMPDIR" "$work/kernel/config.d" "$work/bench" "$work/suites"
show="$work/err"

# run STATUS NAME WORDS...: cgmark's exit status is STATUS.
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	is $got "$wanted" "$name: exit status $wanted" ||
		sed 's/^/# /' "$work/err"
}

# refused NAME PATTERN WORDS...: exit status 2 with such a message.
refused() {
	pattern=$2
	name=$1
	shift 2
	run 2 "$name" "$@"
	has "$work/err" "$pattern" "$name: the message"
}

# --- programs that a benchmark directory holds --------------------------------
mkbenches
cat >"$work/suites/quick.ini" <<'END'
[suite]
summary = all that is there
aliases = default
benchmarks = *
END

# --- words --------------------------------------------------------------------
run 0 'global help' --help
has "$work/out" '^  compare ' 'global help lists subcommands'
run 0 'version' --version
has "$work/out" '^cgmark [0-9]' 'version is printed'
run 2 'no subcommand'
refused 'unknown subcommand' "^cgmark: .*'comapre'.*did you mean 'compare'" comapre
refused 'unknown global option' "'--versoin' is not known" --versoin
for c in run list build; do
	run 0 "$c --help" "$c" --help
	has "$work/out" "^Usage: cgmark $c" "$c --help says how it is called"
	run 2 "$c with an unknown option" "$c" --no-such-option
done
run 2 'build without a kernel' build

cat >"$work/kernel/kernels.ini" <<'END'
[baseline]
source = dir:tree
config = base

[patched]
source = dir:tree
patches = mine/series
config = base
END
mkdir "$work/kernel/tree"
: >"$work/kernel/tree/Kbuild"
: >"$work/kernel/config.d/base.config"
mkdir "$work/kernel/mine"
echo 0001-x.patch >"$work/kernel/mine/series"
: >"$work/kernel/mine/0001-x.patch"

cp "$mkstream" "$work/vmlinux-a"
cp "$mkstream" "$work/vmlinux-b"
echo b >>"$work/vmlinux-b"
# No further boots: there are no streams of any (test-settle.sh).
img="--no-settle --kernel base=image:$work/vmlinux-a --kernel new=image:$work/vmlinux-b"
mkdir "$work/streams"
fake="--machine fake:$work/streams"

# shellcheck disable=SC2086 # words on purpose
{
refused 'unknown benchmark' "benchmark 'alpha/fsat'.*did you mean 'alpha/fast'" \
	run $img $fake --bench alpha/fsat
refused 'unknown param' "param 'stes'.*did you mean 'sets'" \
	run $img $fake --param stes=1
refused 'param of no selected benchmark' "param 'sets' is not known" \
	run $img $fake --bench null --param sets=1
refused 'value that no benchmark knows' \
	"param 'sets': value 'bogus' is not known" \
	run $img $fake --param sets=16,bogus
refused 'negative value' "param 'sets': value '-1' is not known" \
	run $img $fake --param sets=-1
refused 'value of more than 64 bits' \
	"param 'sets': value '18446744073709551616' is not known" \
	run $img $fake --param sets=18446744073709551616
refused 'malformed param' 'KEY=VALUE' run $img $fake --param sets
refused 'unknown kernel' "kernel 'basline'.*did you mean 'baseline'" \
	run $fake --kernel basline
refused 'unknown suite' "suite 'quik'.*did you mean 'quick'" \
	run $img $fake --suite quik
refused 'unknown alias of a suite' "suite 'defualt'.*did you mean 'default'" \
	run $img $fake --suite defualt
printf '[suite]\nbenchmarks = alpha/fsat\n' >"$work/suites/wrong.ini"
refused 'suite with an unknown benchmark' \
	"wrong.ini: benchmark 'alpha/fsat'.*did you mean 'alpha/fast'" \
	run $img $fake --suite wrong
run 2 'list --suites names what a suite has wrong' list --suites
has "$work/err" "wrong.ini: benchmark 'alpha/fsat'" 'and in which file'
printf '[suite]\nbenchmarks = null\n' >"$work/suites/wrong.ini"
refused 'benchmark that is not in the suite' \
	"benchmark 'alpha/fast' is not in suite wrong" \
	run $img $fake --suite wrong --bench alpha/fast
rm "$work/suites/wrong.ini"
refused 'unknown machine' "machine 'sin'.*did you mean 'sim'" \
	run $img --machine sin
refused 'unknown event' "event 'page-fualts'.*did you mean 'page-faults'" \
	run $img $fake --events page-fualts
refused 'malformed tracepoint' "'cgroup:': a tracepoint is SYSTEM:NAME" \
	run $img $fake --events cgroup:
refused 'unknown unit mask' "L1D_HTI': .*did you mean 'L1D_HIT'" \
	run $img --machine sim --events MEM_LOAD_RETIRED:L1D_HTI
refused 'event of another processor' 'is nhm .Intel Nehalem' \
	run $img --machine sim --events skl::MEM_LOAD_RETIRED:L3_MISS
refused 'event twice' "event 'cycles' is named twice" \
	run $img $fake --events cycles,cycles
refused 'no function' "'find css' is no name of a function" \
	run $img $fake '--latencies=find css'
refused 'kernel name twice' "two kernels have the name 'baseline'" \
	run $fake --kernel baseline --kernel baseline=patched
refused 'bad kernel name' "cannot name a kernel" run $fake --kernel -x=baseline
refused 'list --needs of an unknown kernel' \
	"kernel 'basline'.*did you mean 'baseline'" list --needs basline
refused 'missing source' 'nowhere: No such file' \
	run $fake --kernel x=dir:nowhere
refused 'missing image' 'nowhere: No such file' \
	run $fake --kernel x=image:nowhere
for bad in --perturbations=0 --perturbations=65 --samples=0 --samples=x -j0 \
	--seed=-1 --deadline-boot=0 --format=xml word; do
	run 2 "run $bad" run $img $fake $bad
done
refused 'image that is no ELF' 'is no ELF file' \
	run $fake --kernel "x=image:$work/kernel/kernels.ini"
: >"$work/empty"
refused 'empty image' 'is empty' run $fake --kernel "x=image:$work/empty"
refused 'config for a package' 'a binary package is not built' \
	run $fake --kernel "x=pkg:linux-image-amd64,config=base"
refused 'package that is not there' 'none.deb: No such file' \
	run $fake --kernel "x=pkg:./none.deb"
run 5 'machine without its folder' run $img --machine "fake:$work/nowhere"
}
is "$(find "$work/results" 2>/dev/null | wc -l)" 0 \
	'nothing was written by what was refused'

cp "$work/kernel/kernels.ini" "$work/good.ini"
printf '[baseline]\nsource = dir:tree\nconfg = base\n' \
	>"$work/kernel/kernels.ini"
refused 'unknown key' "kernels.ini:3: key 'confg'.*did you mean 'config'" \
	list --kernels
printf '[baseline]\nsource = dir:tree\n\noops\n' >"$work/kernel/kernels.ini"
refused 'malformed line' 'kernels.ini:4: ' build baseline
cp "$work/good.ini" "$work/kernel/kernels.ini"

# --- programs of the host ---------------------------------------------------------
mkbench bench-tool <<'END'
B	tool/here	1	CGROUPS	31	4	1	one that is there
T	tool/here	cat
B	tool/gone	1	CGROUPS	31	4	1	one that is not
T	tool/gone	cgmark-no-such-program
END
# shellcheck disable=SC2086 # words on purpose
run 5 'a program that is not there' run $img $fake --bench 'tool/*'
has "$work/err" 'tool/gone needs the program cgmark-no-such-program: install' \
	'it is named, with what needs it'
# guest BENCHMARK: the digest of the image of a run; the boots fail, without
# streams.
guest() {
	# shellcheck disable=SC2086
	"$cgmark" run $img $fake --perturbations 1 --bench "$1" \
		-o "$work/guests/$2" >/dev/null 2>&1
	jq -r .guest_sha256 "$work/guests/$2"/*/run.json
}
alone=$(guest null 1)
is "$(guest alpha/slow 2)" "$alone" 'without a program the image is the same'
[ "$(guest tool/here 3)" != "$alone" ]
ok $? 'a program goes into the image of runs that need it'
rm -r "$work/bench/bench-tool" "$work/guests"

# --- lists ----------------------------------------------------------------------
run 0 'list' list
has "$work/out" '^  alpha/fast  *one fast thing$' 'list is for readers'
run 0 'list --wide' list --wide
has "$work/out" '^alpha/fast	1	quick	sets=16,64	CGROUPS	one fast thing$' \
	'list shows benchmark, version, suites, params, needs and summary'
has "$work/out" '^null	1	quick	-	-	nothing at all$' \
	'list shows what has neither params nor needs'
run 0 'list --suites' list --suites
has "$work/out" '^quick	default	3	all that is there$' \
	'list --suites shows aliases, number of benchmarks and summary'
run 0 'list --kernels' list --kernels
has "$work/out" '^patched	dir:.*/tree	.*/series	base.config	-$' \
	'list --kernels shows what kernels.ini says'
run 0 'list --runs' list --runs
is "$(wc -l <"$work/out")" 1 'list --runs without runs has a head only'
mkdir -p "$work/results/runs/no-run" "$work/results/runs/20261130T100624Z-707e"
: >"$work/results/runs/stray"
: >"$work/results/runs/20261130T100624Z-707e/initramfs.cpio"
run 0 'list --runs beside stray files' list --runs
is "$(wc -l <"$work/out")" 1 'they are no runs'
rm -rf "$work/results/runs"
printf '#!/bin/sh\nexit 3\n' >"$work/bench/bench-zz"
chmod +x "$work/bench/bench-zz"
run 5 'a guest program that fails' list
has "$work/err" 'bench-zz' 'a guest program that fails is named'
printf '#!/bin/sh\necho what is this\n' >"$work/bench/bench-zz"
run 5 'a guest program that prints nonsense' list
has "$work/err" 'bench-zz --list, line 1' 'nonsense is named by program and line'
rm "$work/bench/bench-zz"

# --- build.sh -------------------------------------------------------------------
# It logs its words, then does as $work/script says.
cat >"$work/kernel/build.sh" <<END
#!/bin/sh
echo "\$*" >>"$work/build.words"
echo "key 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
. "$work/script"
END
chmod +x "$work/kernel/build.sh"
mkdir "$work/entry"
cp "$mkstream" "$work/entry/vmlinux"
cat >"$work/entry/meta" <<END
key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
source=dir:tree
source_version=6.12.1
release=6.12.1-test
patches=0001-x.patch
config_sha256=ff
vmlinux_sha256=$(sha256sum <"$work/entry/vmlinux" | cut -d ' ' -f 1)
cc=gcc 12
ld=ld 2.40
built_seconds=1
END

cat >"$work/script" <<END
echo 'step compile'
echo 'progress 1 2'
echo 'some event of tomorrow'
echo 'progress 2 2'
echo 'entry $work/entry'
END
run 0 'build' build baseline patched
is "$(sed -n 2p "$work/out" | cut -f 1,3)" "patched	$work/entry" \
	'build prints name and place'
has "$work/build.words" \
	"^-j [0-9]+ build --source dir:$work/kernel/tree --config $work/kernel/config.d/base.config\$" \
	'build.sh gets source and fragments'
has "$work/build.words" " --patches $work/kernel/mine/series " 'build.sh gets the series'
has "$work/err" 'kernel baseline: compile' 'build shows its steps'
grep -q "$(printf '[\001-\010\013-\037]')" "$work/err"
is $? 1 'no control characters when stderr is a file'
sed -i '1i echo "note not in this source, left out: CONFIG_X"' "$work/script"
: >"$work/build.words"
run 0 'build --series' build --series patched
is "$(cut -f 1 "$work/out" | tr '\n' ' ')" 'patched-0 patched-1 ' \
	'build --series builds each prefix, in order'
is "$(grep -o 'first [01]' "$work/build.words" | tr '\n' ' ')" \
	'first 0 first 1 ' 'build.sh gets the number of patches'
has "$work/err" 'kernel patched-0: not in this source, left out: CONFIG_X$' \
	'what the source does not know is said'
refused 'build --series of a kernel without one' 'has no patches=' \
	build --series baseline
: >"$work/kernel/config.d/extra.config"
run 0 'build with a fragment more' build x=baseline,config=+extra
fragments=" --config $work/kernel/config.d/base.config --config $work/kernel/config.d/extra.config\$"
has "$work/build.words" "$fragments" 'it comes behind those of the section'
: >"$work/build.words"
# Nothing boots: there are no streams.
"$cgmark" run --no-settle --machine "fake:$work" --config-flavour extra --no-null \
	--bench alpha/fast -o "$work/flavoured" >"$work/out" 2>"$work/err" </dev/null
is "$(grep -cE -e "$fragments" "$work/build.words")" 2 \
	'--config-flavour is a fragment for each kernel'
refused '--config-flavour of what is not built' 'an image is not built' \
	run --kernel "a=image:$work/vmlinux-a" --config-flavour extra
refused 'unknown flavour' "did you mean 'extra'" \
	run --config-flavour extr
refused 'a path as flavour' 'names no flavour' run --config-flavour ./extra
: >"$work/build.words"
run 0 'build --clean' build --clean baseline
has "$work/build.words" ' --clean( |$)' 'build.sh is told to begin from nothing'
sed -i 1d "$work/script"
run 0 'build -q' build -q baseline
is "$(wc -c <"$work/err")" 0 'build -q says nothing'

# What cannot work is refused before anything is built.
: >"$work/build.words"
# shellcheck disable=SC2086 # words on purpose
for at in "$work/entry/meta" "$work/entry/meta/below" /proc/none; do
	refused "run -o $at" "^cgmark: error: --output $at: " \
		run $fake --kernel baseline -o "$at"
done
is "$(wc -c <"$work/build.words")" 0 'and before anything is built'

# What others built: no build, but a board and modules.
head -c 600 /dev/zero >"$work/bzimage"
printf HdrS | dd of="$work/bzimage" bs=1 seek=514 conv=notrunc status=none
cp -r "$work/entry" "$work/prebuilt"
printf 'board=pc\nboots=vmlinuz\n' >>"$work/prebuilt/meta"
cp "$mkstream" "$work/prebuilt/vmlinuz"
cp "$work/script" "$work/building"
echo "echo 'entry $work/prebuilt'" >"$work/script"
for from in "image:$work/bzimage" pkg:linux-image-6.1.0-57-amd64; do
	: >"$work/build.words"
	run 0 "build ${from%%:*}:" build "x=$from"
	has "$work/build.words" "build --source $from\$" \
		"${from%%:*}: goes to build.sh, without a config"
	is "$(cut -f 3 "$work/out")" "$work/prebuilt" 'and its entry is named'
done
for status in 2 4 5; do
	echo "exit $status" >"$work/script"
	run $status "a package that cannot be had ($status)" build \
		x=pkg:linux-image-6.1.0-57-amd64
	has "$work/err" 'kernel x: .* (cannot be used|could not get it)' \
		'nobody speaks of a build'
done
cp "$work/building" "$work/script"
if script -qec true /dev/null >/dev/null 2>&1; then
	script -qec "'$cgmark' build baseline" /dev/null >"$work/tty" </dev/null
	grep -q "compile 2/2 *$(printf '\r')" "$work/tty"
	ok $? 'on a terminal the progress line is redrawn'
fi


# patches NAMES...: the names of patches, made in $work/my series, one a line.
mkdir "$work/my series"
patches() {
	rm -f "$work/my series"/*
	for name; do
		printf 'why\ndiff --git a/x b/x\n+%s\n' "$name" \
			>"$work/my series/$name"
		echo "$name"
	done >"$work/my series/series"
}
# shellcheck disable=SC2046 # numbers
patches $(seq -f '%04g-x.patch' 1 1000)
{
	sed 's/^/step patch /' "$work/my series/series" | sed "s/.*/echo '&'/"
	echo "echo 'entry $work/entry'"
} >"$work/script"
run 0 'build of 1000 patches' build "many=baseline,patches=$work/my series"
is "$(grep -c '[0-9]-x.patch' "$work/err")" 0 'it names none of them'
has "$work/err" 'kernel many: apply series my series 1000/1000$' \
	'it says how far it is'
has "$work/err" \
	'kernel many: 6.12.1-test, 001122334455, series my series, 1000 patches, [0-9a-f]{12} \(' \
	'it says at last what was built'
run 0 'build -v' build -v "many=baseline,patches=$work/my series"
has "$work/err" 'debug: kernel many: patch 0017-x.patch$' 'build -v names them'
sed -i '/^echo .step/d' "$work/script"
run 0 'build of the first 17' build \
	"some=baseline,patches=$work/my series/series,first=17"
has "$work/err" 'series my series, 17 of 1000 patches, [0-9a-f]{12} ' \
	'the message has both numbers'
run 0 'build of none of them' build "none=baseline,patches=$work/my series,first=0"
has "$work/err" 'series my series, 0 of 1000 patches \(' 'first=0'
patches
run 0 'build of an empty series' build "empty=baseline,patches=$work/my series"
has "$work/err" 'series my series, no patches \(' 'it has no patches'
echo lost.patch >"$work/my series/series"
run 2 'build with a patch that is not there' \
	build "lost=baseline,patches=$work/my series"
has "$work/err" "cannot read patch $work/my series/lost.patch of series my series" \
	'it is named'

for status in 2 4 5 130; do
	printf 'echo "build.sh: it went wrong" >&2\nexit %d\n' $status \
		>"$work/script"
	run $status "build.sh that exits with $status" build baseline
	has "$work/err" 'build.sh: it went wrong' \
		"its message is passed on ($status)"
done
echo 'exit 77' >"$work/script"
run 5 'build.sh that exits with 77' build baseline
# shellcheck disable=SC2016 # for build.sh
echo 'kill -9 $$' >"$work/script"
run 5 'build.sh that is killed' build baseline
has "$work/err" 'killed by signal 9' 'the signal is named'
echo 'exit 0' >"$work/script"
run 5 'build.sh without an entry' build baseline
echo "echo 'entry $work/nowhere'" >"$work/script"
run 5 'an entry that is not there' build baseline
mkdir "$work/damaged"
grep -v ^release= "$work/entry/meta" >"$work/damaged/meta"
cp "$mkstream" "$work/damaged/vmlinux"
echo "echo 'entry $work/damaged'" >"$work/script"
run 5 'an entry that lacks a line' build baseline
has "$work/err" "$work/damaged is damaged" 'it is named'
chmod -x "$work/kernel/build.sh"
run 5 'build.sh that cannot be run' build baseline
chmod +x "$work/kernel/build.sh"

# ^C during a build: build.sh cleans up, and what it started is gone.
cat >"$work/script" <<END
trap 'echo cleaned >"$work/trapped"; exit 130' INT TERM
sleep 1000 &
echo \$! >"$work/sleeper"
echo 'step compile'
wait
END
rm -f "$work/sleeper"
env --default-signal=INT "$cgmark" build baseline >"$work/out" 2>"$work/err" &
pid=$!
wait_until test -s "$work/sleeper"
kill -INT $pid
wait $pid
is $? 130 '^C during a build: exit status 130'
is "$(cat "$work/trapped" 2>/dev/null)" cleaned '^C: build.sh could clean up'
# A killed process needs a CPU to die, and stays a zombie until it is reaped.
sleeper_state() {
	sed -n 's/^State:[[:blank:]]*[^Z[:blank:]]/&/p' \
		"/proc/$(cat "$work/sleeper")/status" 2>/dev/null
}
sleeper_is_gone() {
	[ -z "$(sleeper_state)" ]
}
wait_until sleeper_is_gone
is "$(sleeper_state)" '' '^C: what build.sh started is gone'

# --- recorded streams -------------------------------------------------------------
run_dir() {
	find "$work/results/runs" -mindepth 1 -maxdepth 1 | sort | tail -n 1
}

run_status() {
	sed -n 's/^ *"status": "\(.*\)",*$/\1/p' "$(run_dir)/run.json" | head -n 1
}

fresh() {
	rm -rf "$work/results"
}

nothing_left() {
	is "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0 "$1: no temporary file left"
	is "$(find "$work/results" -name '*.cpio*' | wc -l)" 0 \
		"$1: no initramfs left"
}

record "$work/same" 1
record "$work/shift" 1.05

# shellcheck disable=SC2086 # words on purpose
{
run 0 'equal streams' run $img --machine "fake:$work/same"
has "$work/out" 'alpha/slow' 'equal streams: the table has the point'
grep -q 'debug: ' "$work/err"
is $? 1 'equal streams: no details without -v'
has "$(run_dir)/boots/new-p3/boot.json" \
	"\"command_line\": \"replay $work/same/new/measure-p3\"" \
	'equal streams: boot.json says what was run'
! grep -q REGRESSION "$work/out" || grep -q '0 REGRESSION\|no REGRESSION' "$work/out"
ok $? 'equal streams: no regression'
[ "$(LC_ALL=C.UTF-8 wc -L <"$work/out")" -le 78 ]
ok $? 'the table has at most 78 columns'
is "$(run_status)" complete 'equal streams: the run is complete'
is "$(find "$(run_dir)/boots" -name boot.json | wc -l)" 22 \
	'equal streams: 8 + 8 measured, 2 repeated, 8 null'
has "$work/err" 'boots 22/22' 'progress: the last boot is told'
has "$work/err" 'build [0-9.]+ s, boots [0-9.]+ s, compare [0-9.]+ s' \
	'the time of each stage is told'
grep -q "$(printf '[\001-\010\013-\037]')" "$work/err"
is $? 1 'run: no control characters when stderr is a file'
nothing_left 'equal streams'
d=$(run_dir)/boots
check 'the plan has nothing of the kernel in it' \
	cmp "$d/base-p5/plan.tsv" "$d/new-p5/plan.tsv"
has "$d/base-p5/plan.tsv" '^O	phase_ns	685000$' 'the plan has the perturbation'
has "$d/base-p5/plan.tsv" \
	'^P	bench-alpha	alpha/fast	1	sets=64	31	4	1	60000$' \
	'the plan has the points'
run 0 'list --runs' list --runs
has "$work/out" '	complete	fake:.*	22/22	4	base new$' \
	'list --runs shows the run'
[ -s "$work/results/cgmark.db" ]
ok $? 'the run was imported'

# Boots copied from another run are whole, but do not belong to this one.
first=$(run_dir)
"$cgmark" run -q $img --machine "fake:$work/shift" -o "$work/shifted" \
	>"$work/out" 2>&1
cp -r "$work"/shifted/*/. "$work/mixed"
rm -r "$work/mixed/boots"/new-*
cp -r "$first/boots"/new-* "$work/mixed/boots"
run 5 'verify of boots of another run' verify "$work/mixed"
has "$work/err" "new-p3/boot.json: field 'run': the boot is of '$(basename "$first")'" \
	'it names boot and run'
run 5 'verify -q of several' verify -q "$first" "$work/mixed" "$work/no-run"
is "$(wc -c <"$work/out")" 0 'verify -q prints nothing'
has "$work/err" 'no-run/run.json: missing' 'verify -q names what is no run'
refused 'verify with an option it has not' 'unrecognized option' verify --frob
run 0 'import -q of several' import -q "$first" "$work"/shifted/*
is "$(wc -c <"$work/out")" 0 'import -q prints nothing'
refused 'import with an option it has not' 'unrecognized option' import --frob
run 3 'compare --strict of boots of another run' compare --strict \
	--run "$work/mixed"
! grep -q 'NO CHANGE' "$work/out"
ok $? 'it gives no verdict on them'

# What can be believed of somebody else's: this one says that it is of another host.
! "$cgmark" verify "$first" | grep -q 'no signature'
ok $? 'verify of our own says nothing of trust'
cp -r "$first" "$work/theirs"
sed 's/^  "host": .*/  "host": "128 x CPU, Linux 9",/; /^  "crc32"/d' \
	"$first/run.json" | sed '$d' | sed '$s/,$//' | head -c -1 >"$work/body"
{
	cat "$work/body"
	printf ',\n  "crc32": "%s"\n}\n' "$(gzip -c "$work/body" | tail -c 8 |
		od -An -tx4 -N4 | tr -d ' ')"
} >"$work/theirs/run.json"
run 0 'verify of a run of another host' verify "$work/theirs"
has "$work/out" '^  It says that it was made on: 128 x CPU, Linux 9$' 'it says so'
has "$work/out" 'no signature' 'it says what sums are worth'
has "$work/out" '^  kernel base: not kept here' 'a kernel that nobody can look at'
has "$work/out" '^  guest: the same as of this cgmark$' 'a guest that is the same'
has "$work/out" '^  machine fake: it counts exactly' 'what a run here would show'
key=$(jq -r '.kernels[1].key' "$first/run.json")
mkdir -p "$work/xdg/cgmark/kernels/$key"
cp "$work/vmlinux-b" "$work/xdg/cgmark/kernels/$key/vmlinux"
XDG_CACHE_HOME="$work/xdg" run 0 'with a kernel that is kept' verify "$work/theirs"
has "$work/out" '^  kernel new: the same vmlinux is kept here$' 'it says so'
echo >>"$work/xdg/cgmark/kernels/$key/vmlinux"
XDG_CACHE_HOME="$work/xdg" run 0 'with one that was altered' verify "$work/theirs"
has "$work/out" '^  kernel new: not kept here' 'it is another'
if [ "$(id -u)" -eq 0 ]; then
	chown -R 65534 "$work/theirs"
	run 0 "verify of another user's" verify "$work/theirs"
	has "$work/out" '^  It belongs to user 65534[.]$' 'it says so, too'
fi
rm -rf "$work/theirs" "$work/xdg"

# The output file keeps its type, mode and owner.
at="$work/output"
mkdir "$at"
: >"$at/file"
chmod 600 "$at/file"
ln -s file "$at/link"
mkfifo "$at/fifo"
run 0 'compare -o through a symlink' compare -o "$at/link"
[ -L "$at/link" ] && has "$at/file" 'alpha/slow' 'its target has the comparison'
is "$(stat -c %a "$at/file")" 600 'and its mode'
timeout 60 cat "$at/fifo" >"$at/read" &
reader=$!
run 0 'compare -o into a FIFO' compare -o "$at/fifo"
[ -p "$at/fifo" ]
ok $? 'it is one still'
wait $reader
has "$at/read" 'alpha/slow' 'who reads it has the comparison'
# Like /dev/stdout, but not the machine's own: a bug could replace it.
ln -s /proc/self/fd/1 "$at/stdout"
run 0 'compare -o to its standard output' compare -o "$at/stdout"
has "$work/out" 'alpha/slow' 'it is printed'
if mknod "$at/null" c 1 3 2>/dev/null; then
	run 0 'compare -o into a device' compare -o "$at/null"
	is "$(stat -c %F "$at/null")" 'character special file' 'it is one still'
fi

# The index is not worth a verdict, and nothing is kept there only.
# schema_version BYTES: into the header of the database.
schema_version() {
	printf %b "$1" | dd of="$work/results/cgmark.db" bs=1 seek=60 \
		conv=notrunc 2>/dev/null
}
schema_version '\0377\0377\0377\0000'
run 1 'a damaged database' run -q $img --machine "fake:$work/shift"
has "$work/out" REGRESSION 'a damaged database: the verdict is there'
has "$work/err" 'cgmark.db.damaged-1, and a new one' \
	'a damaged database: kept, and named'
run 0 'and a new one' import
has "$work/out" '^0 imported, 2 unchanged, 0 failed' \
	'a damaged database: all runs are in the new one'
schema_version '\0377\0377\0377\0000'
run 0 'import of one run' import -q "$(run_dir)"
run 0 'and of the others' import
has "$work/out" '^0 imported, 2 unchanged, 0 failed' \
	'a damaged database: import of one run brings back all'
schema_version '\0000\0000\0000\0143'
"$cgmark" run $img --machine "fake:$work/shift" >"$work/both" 2>&1
is $? 5 'a newer database: exit status 5'
is "$(grep -oE 'REGRESSION|newer cgmark' "$work/both" | uniq | tail -n 1)" \
	'newer cgmark' 'a newer database: the verdict is printed before'
is "$(find "$work/results" -name '*damaged*' | wc -l)" 2 \
	'a newer database stays where it is'

fresh
run 1 'a shift of 5%' run -q $img --machine "fake:$work/shift" --format json
is "$(wc -c <"$work/err")" 0 'run -q says nothing'
is "$(jq -r '[.. | objects | select(.verdict? == "REGRESSION") | .benchmark] |
	unique | join(" ")' "$work/out")" alpha/fast 'the shift is found where it is'
fresh
run 1 'a shift of 5%, one boot at a time' run -q $img -j 1 \
	--machine "fake:$work/shift" --no-null
is "$(find "$(run_dir)/boots" -name boot.json | wc -l)" 18 '--no-null leaves out 8'
# Time has a procedure of its own.
(metric=elapsed_ns && record "$work/time" 1.05)
run 1 'a shift of 5% in time' run -q $img --machine "fake:$work/time"
has "$work/out" '^REGRESSION at 2 of 4 points' 'both points of alpha/fast'
has "$work/out" '^new against base, nanoseconds per operation$' 'in nanoseconds'
has "$work/out" '^alpha/slow .* NO CHANGE$' 'no change is shown in time'
has "$work/out" 'p99 is not judged at 4 points' 'p99 takes more samples'
run 1 'time, as JSON' compare --format json
has "$work/out" '"statistic": "median"' 'JSON names the statistic'
run 0 'time, as HTML' report -o "$work/timed"
has "$work/timed/index.html" '(elapsed_ns)' 'the report names the metric'

run 0 'run -v' run -v $img --machine "fake:$work/same" --no-compare
has "$work/err" "debug: boot new-p3: replay $work/same/new/measure-p3\$" \
	'run -v: the command line of a boot'
run 0 'run -v -q' run -v -q $img --machine "fake:$work/same" --no-compare
is "$(wc -c <"$work/err")" 0 'run -v -q: the last one holds'
run 0 '--no-compare' run -q $img --machine "fake:$work/shift" --no-compare
is "$(wc -c <"$work/out")" 0 '--no-compare prints no table'
run 1 'a comparison without a profile' run -q $img --machine "fake:$work/shift"
has "$work/out" '^For css_set lookup, .*: run --profile \(sim\)$' \
	'says in a line how to get what needs one'
run 0 '-o takes the run' run -q $img --machine "fake:$work/same" \
	-o "$work/elsewhere"
is "$(find "$work/elsewhere" -name run.json | wc -l)" 1 '-o: it is there'
fresh
"$cgmark" run -q $img --machine "fake:$work/same" --bench 'alpha/*' \
	--param sets=64 --perturbations 1 --no-repeat --no-null \
	>"$work/out" 2>"$work/err"
is "$(grep -h ^P "$(run_dir)"/boots/*/plan.tsv | cut -f 3,5 | sort -u | tr '\t\n' '  ')" \
	'alpha/fast sets=64 alpha/slow - ' '--bench and --param select points'
has "$work/err" 'samples that are not in the plan' \
	'samples nobody asked for are told'

fresh
run 0 'one vmlinux under two names' run -q --machine "fake:$work/same" \
	--kernel "base=image:$work/vmlinux-a" --kernel "new=image:$work/vmlinux-a"
has "$work/err" 'base and new are the same code' 'the same code is told'

# Two versions of a series, of one name.
for v in 1 2; do
	mkdir -p "$work/v$v/mine"
	printf 'diff --git a/x b/x\n+%s\n' $v >"$work/v$v/mine/0001-x.patch"
	echo 0001-x.patch >"$work/v$v/mine/series"
done
echo "echo 'entry $work/entry'" >"$work/script"
fresh
run 0 'two versions of a series' run --machine "fake:$work/same" \
	--kernel "base=baseline,patches=$work/v1/mine" \
	--kernel "new=baseline,patches=$work/v2/mine"
hash_of() {
	jq -r ".kernels[$1].series_sha256" "$(run_dir)/run.json" | cut -c 1-12
}
one_line() {
	tr -s '\n ' '  ' <"$work/out" >"$work/one-line"
}
one_line
has "$work/one-line" \
	"base and new have different series of one name, mine: $(hash_of 0) and $(hash_of 1)" \
	'they are told apart'
has "$work/one-line" "new: [^:]*, series mine, 1 patch, $(hash_of 1)," \
	'the environment has the series'
! grep -q '0001-x' "$work/out"
ok $? 'but not the names of the patches'
is "$(jq -c '.kernels[1] | [.patches, .series, .series_total]' \
	"$(run_dir)/run.json")" '["0001-x.patch","mine","1"]' 'run.json has all'
run 0 'compare -v' compare -v
has "$work/out" '^patches  0001-x.patch$' 'compare -v names them'
run 0 'compare as JSON' compare --format json
is "$(jq -r '.kernels[0].series_sha256' "$work/out" | cut -c 1-12)" \
	"$(hash_of 0)" 'JSON has the hash'

# --- what is skipped -----------------------------------------------------------------
# skip_on DIR KERNEL PATTERN: in DIR no boot of the kernel has such points.
skip_on() {
	find "$1/$2" -name status.ktap -exec sed -i -E \
		"s,^    ok ([0-9]+) ($3)\$,    ok \\1 \\2 # SKIP it lacks v1," {} +
	find "$1/$2" -name samples.tsv | while read -r f; do
		# The head and the end are mkstream's own.
		grep '^S' "$f" | grep -vE "	($3)	" | "$mkstream" >"$f.new"
		mv "$f.new" "$f"
	done
}

fresh
cp -r "$work/same" "$work/lacks"
skip_on "$work/lacks" new 'alpha/slow'
run 0 'a contender that lacks a point' run -q $img --machine "fake:$work/lacks"
has "$work/out" 'new lacks 1 point that' 'the summary says it'
run 3 'compare --strict' compare --strict
run 3 'compare --strict --format json' compare --strict --format json
is "$(jq -c '[.contenders[0].points_lacking, .exit_status, .exit_status_strict]' \
	"$work/out")" '[1,0,3]' 'JSON says it'

fresh
cp -r "$work/same" "$work/without"
skip_on "$work/without" new '(alpha|null).*'
run 3 'a contender without any point' run -q $img --machine "fake:$work/without"
has "$work/out" '^No verdict: no point to compare; new lacks 4 points that' \
	'the summary says it'

fresh
cp -r "$work/without" "$work/none"
skip_on "$work/none" base '(alpha|null).*'
run 3 'nothing but skips' run -q $img --machine "fake:$work/none"
has "$work/err" 'nothing was measured: .* was skipped on base: it lacks v1' \
	'the message has the reason'
run 3 'compare of nothing but skips' compare
fresh
run 3 'nothing but skips, with --no-compare' run -q $img \
	--machine "fake:$work/none" --no-compare
fresh
run 3 'nothing but skips, on one kernel' run -q --machine "fake:$work/none" \
	--kernel "base=image:$work/vmlinux-a"

# --- endings ------------------------------------------------------------------------
fresh
cp -r "$work/same" "$work/splat"
printf '[    3.000000] WARNING: CPU: 0 PID: 1 at kernel/cgroup/cgroup.c:1\n' \
	>>"$work/splat/new/measure-p3/console.log"
run 4 'a splat' run $img --machine "fake:$work/splat"
has "$work/err" 'new-p3.*WARNING' 'a splat: the message names boot and splat'
is "$(run_status)" failed 'a splat: the run is marked'

fresh
cp -r "$work/same" "$work/killed"
echo 'die 9' >"$work/killed/new/measure-p2/ending"
head -n 6 "$work/same/new/measure-p2/status.ktap" \
	>"$work/killed/new/measure-p2/status.ktap"
rm "$work/killed/new/measure-p2/samples.tsv"
run 5 'a machine that is killed' run $img --machine "fake:$work/killed"
has "$work/err" 'new-p2.*signal 9' 'killed: the message names boot and signal'
is "$(run_status)" failed 'killed: the run is marked'
has "$work/out" 'alpha/slow' 'killed: the others are compared'
nothing_left killed

fresh
cp -r "$work/same" "$work/panic"
rm -r "$work/panic/new"
mkdir "$work/panic/new"
printf '[    1.000000] Kernel panic - not syncing: x\n' \
	>"$work/panic/new/console.log"
run 4 'a kernel that always panics' run $img --machine "fake:$work/panic"
has "$work/err" 'kernel new: .*not tried|new: [0-9]+ boots were not tried' \
	'panic: boots that make no sense are not tried'
is "$(run_status)" failed 'panic: the run is marked'

fresh
cp -r "$work/same" "$work/wrong"
sed 's/^    ok 3 alpha.slow/    not ok 3 alpha\/slow # the sum is wrong/' \
	"$work/same/new/measure-p1/status.ktap" \
	>"$work/wrong/new/measure-p1/status.ktap"
run 4 'a wrong result' run $img --machine "fake:$work/wrong"

fresh
cp -r "$work/same" "$work/cut"
sed '$d' "$work/same/new/measure-p4/samples.tsv" \
	>"$work/cut/new/measure-p4/samples.tsv"
run 5 'samples cut short' run $img --machine "fake:$work/cut"
has "$work/err" 'new-p4' 'samples cut short: the boot is named'

fresh
cp -r "$work/same" "$work/hang"
echo hang >"$work/hang/new/measure-p1/ending"
sed '$d' "$work/same/new/measure-p1/status.ktap" \
	>"$work/hang/new/measure-p1/status.ktap"
env --default-signal=INT "$cgmark" run -q $img --machine "fake:$work/hang" \
	-j 1 >"$work/out" 2>"$work/err" &
pid=$!
two_are_done() {
	grep -qs 'ok 2 bench-null' "$work"/results/runs/*/boots/new-p1/status.ktap
}
wait_until two_are_done
kill -INT $pid
wait $pid
is $? 130 '^C: exit status 130'
has "$work/err" 'interrupted: 3 of 22 boots are kept in .*/runs/' \
	'^C: the message says what is kept and where'
is "$(run_status)" interrupted '^C: the run is marked'
nothing_left '^C'
run 0 'list --runs after ^C' list --runs
has "$work/out" '	interrupted	fake:.*	3/22	' 'the run that was interrupted is listed'

fresh
"$cgmark" run -q $img --machine "fake:$work/hang" -j 1 >"$work/out" 2>"$work/err" &
pid=$!
wait_until two_are_done
killed=$(run_dir)
kill -KILL $pid
wait $pid
is "$(run_status)" running 'kill -9: nobody was there to mark the run'
run 0 'the next run' run $img --machine "fake:$work/same"
has "$killed/run.json" '"status": "interrupted"' 'kill -9: the next run marks it'
nothing_left 'kill -9, and the next run'
run 0 'the killed run can be read' verify "$killed"

# Somebody removes the run directory while the last boot hangs.
fresh
"$cgmark" run $img --machine "fake:$work/hang" -j 1 --no-null --no-repeat \
	--perturbations 2 --deadline-silence 10 >"$work/out" 2>"$work/err" &
pid=$!
wait_until two_are_done
gone=$(run_dir)
rm -rf "$gone"
wait $pid
is $? 5 'the run directory is removed: exit status 5'
has "$work/err" "the run stopped: $gone is gone$" 'removed: the message names it'
has "$work/err" 'boots [0-9.]+ s, compare [0-9.]+ s$' \
	'removed: the last line does not say that the run is there'
! grep -q 'are kept in' "$work/err"
ok $? 'removed: nor does any other'
nothing_left 'removed'

# --- the host ---------------------------------------------------------------------------
fresh
mv "$work/bench/guest-init" "$work/init"
run 5 'no init' run $img --machine "fake:$work/same"
is "$(find "$work/results/runs" -mindepth 1 2>/dev/null | wc -l)" 0 \
	'no init: no run directory is left'
mv "$work/init" "$work/bench/guest-init"

CGMARK_RESULTS_DIR=/proc/nowhere
run 5 'results that cannot be written' run $img --machine "fake:$work/same"
has "$work/err" '/proc/nowhere' 'results that cannot be written: the place is named'
CGMARK_RESULTS_DIR=$work/results

"$cgmark" run -q $img --machine "fake:$work/same" >"$work/out1" 2>"$work/err1" &
first=$!
"$cgmark" run -q $img --machine "fake:$work/same" >"$work/out2" 2>"$work/err2"
second=$?
wait $first
is "$? $second" '0 0' 'two runs at once: both end well' ||
	sed 's/^/# /' "$work/err1" "$work/err2"
"$cgmark" list --runs >"$work/out" 2>"$work/err"
is "$(grep -c '	complete	.*	22/22	' "$work/out")" 2 \
	'two runs at once: both are there'

"$cgmark" run -q $img --machine "fake:$work/same" >/dev/full 2>"$work/err"
is $? 5 'standard output that is full: exit status 5'
}

# --- events ---------------------------------------------------------------------
# counts FAULTS: what a guest counts at every point; it has no counters.
counts() {
	printf '%s\n' 'alpha/fast 1 sets=16' 'alpha/fast 1 sets=64' \
		'alpha/slow 2 -' 'null 1 -' |
		awk -v faults="$1" '{
		for (rep = 0; rep < 31; rep++)
			printf "S\t%s\t%s\t%s\tpage-faults\t%d\t%d\t4\n",
				$1, $2, $3, rep, faults * 4
		printf "N\t%s\t%s\t%s\tcycles\tENOENT: no PMU\n", $1, $2, $3
		printf "S\t%s\t%s\t%s\tfind_css_set:p99_ns\t0\t70\t1\n",
			$1, $2, $3
	}' | "$mkstream"
}

fresh
cp -r "$work/same" "$work/counted"
for k in base new; do
	cp -r "$work/same/$k/measure-p0" "$work/counted/$k/events-p0"
done
counts 8 >"$work/counted/base/events-p0/samples.tsv"
counts 9 >"$work/counted/new/events-p0/samples.tsv"
# shellcheck disable=SC2086 # words on purpose
{
run 0 'run --events' run $img --machine "fake:$work/counted" \
	--events page-faults,cycles --latencies=find_css_set
has "$work/err" ' 24 boots' 'a boot more of each kernel counts them'
has "$work/out" '^alpha/slow$' 'points are listed with their events'
has "$work/out" '^  page-faults  *8  *9  *[+]1$' 'values of both kernels'
has "$work/out" '^cycles not supported on base and new: ENOENT: no PMU$' \
	'what the machine does not have, with the reason'
has "$(run_dir)/boots/new-p0-events/plan.tsv" \
	'^O	event	page-faults 0x1 0x2 0x0 0x0 ' 'the encoding is in the plan'
has "$(run_dir)/boots/base-p0-events/plan.tsv" '^O	latency	find_css_set$' \
	'and the function to time'
has "$work/out" '^  find_css_set:p99_ns  *70  *70  *=$' 'times of a function'
is "$(grep -lc '^O	event' "$(run_dir)"/boots/*/plan.tsv | wc -l)" 2 \
	'the plan of no other boot knows of events'
run 0 'compare --format json' compare --format json
is "$(jq -c '[.event_counts[] | select(.benchmark == "null" and (.event | contains(":") | not)) |
	[.event, (.base_value | numbers | floor) // null, (.contender_value | numbers | floor) // null, .base_not_supported]]' \
	"$work/out")" \
	'[["page-faults",8,9,null],["cycles",null,null,"ENOENT: no PMU"]]' \
	'JSON has values and reasons'
is "$(jq -r '.events[].encoding' "$work/out" | cut -d ' ' -f 1-3 | tr '\n' ' ')" \
	'page-faults 0x1 0x2 cycles 0x0 0x0 ' 'JSON has the encodings'
run 0 'import of a run with events' import
run 0 'verify of a run with events' verify
fresh
run 0 'run --events with one kernel' run --kernel "base=image:$work/vmlinux-a" \
	--machine "fake:$work/counted" --events page-faults,cycles \
	--latencies=find_css_set
has "$work/out" '^  page-faults  *8$' 'one kernel alone has its events shown'
fresh
sed -i '/cycles/d' "$work/counted/new/events-p0/samples.tsv"
run 5 'a damaged stream of events' run $img --machine "fake:$work/counted" \
	--events page-faults,cycles --latencies=find_css_set
has "$work/out" 'No regression: NO CHANGE at all 4 points' \
	'it leaves the verdicts as they are'
}

# --- probe --events -----------------------------------------------------------
refused 'probe of the host without events' 'add --events' probe host
run 5 'probe of the host by a program that does not answer' \
	probe --events=page-faults host
has "$work/err" "bench-null --probe says nothing of event 'page-faults'" \
	'it names the program and the event'
export CGMARK_BENCH_DIR="$bench_dir"
run 0 'probe --events of the host' probe --events=page-faults,cycles host
has "$work/out" '^host: page-faults: (counted|not supported: E[A-Z]*: .*)$' \
	'an event of this host'
# Whether or not there is a PMU: what the kernel of this host says itself.
if [ -e /sys/bus/event_source/devices/cpu ]; then
	has "$work/out" '^host: cycles: ' 'a counter of this host'
else
	# Who is not root may not even ask.
	has "$work/out" '^host: cycles: not supported: (ENOENT: .*no PMU|EACCES: )' \
		'without a PMU cycles are not supported'
fi
refused 'probe of an unknown event' "'page-fualts'.*did you mean 'page-faults'" \
	probe --events=page-fualts host
run 0 'probe of an unknown tracepoint' probe --events=cgroup:cgroup_mkdri host
has "$work/err" "'cgroup:cgroup_mkdri'.*did you mean 'cgroup:cgroup_mkdir'" \
	'a near miss is a warning'
has "$work/out" \
	'^host: cgroup:cgroup_mkdri: not supported: (this kernel has no|.*no such) ' \
	'and the kernel decides'
export CGMARK_BENCH_DIR="$work/bench"
printf '[baseline]\nsource = image:%s\n' "$work/vmlinux-a" \
	>"$work/kernel/kernels.ini"
mkdir "$work/probed"
cat >"$work/probed/status.ktap" <<END
KTAP version 1
1..1
    KTAP version 1
    # Subtest: bench-null
    1..1
    # start null
    ok 1 null
ok 1 bench-null
# cgmark: end
END
printf 'S\tnull\t1\t-\tpage-faults\t0\t0\t1\nN\tnull\t1\t-\tcycles\tno PMU\n' |
	"$mkstream" >"$work/probed/samples.tsv"
run 0 'probe --events of a machine' probe --kernel "b=image:$work/vmlinux-a" \
	--events=page-faults,cycles "fake:$work/probed"
is "$(sed 1d "$work/out")" "fake:$work/probed: page-faults: counted
fake:$work/probed: cycles: not supported: no PMU" \
	'what the guest says is printed'
nothing_left 'probe'
sed -i 's/    ok 1/    not ok 1/' "$work/probed/status.ktap"
run 5 'probe --events where the guest fails' probe \
	--kernel "b=image:$work/vmlinux-a" --events=cycles "fake:$work/probed"
cp "$work/good.ini" "$work/kernel/kernels.ini"

# A full disk needs a small one.
fresh
cat >"$work/full.sh" <<'END'
mkdir -p "$CGMARK_RESULTS_DIR/runs" &&
mount -t tmpfs -o size=128k none "$CGMARK_RESULTS_DIR/runs" 2>/dev/null || exit 77
"$@"
END
# shellcheck disable=SC2086 # words on purpose
unshare -rm sh "$work/full.sh" "$cgmark" run $img --machine "fake:$work/same" \
	>"$work/out" 2>"$work/err"
got=$?
if [ $got -eq 77 ] || grep -q '^unshare:' "$work/err"; then
	tap_nr=$((tap_nr + 1))
	printf 'ok %d - full disk # SKIP no mount namespace here\n' "$tap_nr"
else
	is $got 5 'full disk: exit status 5'
	has "$work/err" "no space left for $work/results/runs" \
		'full disk: the message names the place'
fi

tap_done
