#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-nightly.sh CGMARK MKSTREAM: cgmark nightly, trend and mail, on recorded streams.
# How it could go wrong: a night that is cut measures twice, or counts twice, or never
# ends; two at once; a file with a mistake that is measured all the same; a step that
# nobody is told of, or one that is none; units that another folder's cgmark runs.

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
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/nightly.ini"
for kernel in base new; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
done

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

# What a killed cgmark left may be in it for a moment.
sql() {
	sqlite3 -cmd '.timeout 60000' "$work/results/cgmark.db" "$1"
}

record "$work/streams" 1
touch "$work/streams/kept"
cat >"$work/results/nightly.ini" <<END
[nightly]
publish = $work/site
mail-to = list@example.org
keep = 3
thin = 5

[job main]
machine = fake:$work/streams
kernel = base=image:$work/vmlinux-base
kernel = new=image:$work/vmlinux-new
options = --no-null --no-settle --perturbations 4 -j 1
END

# --- the file ---------------------------------------------------------------------
# wrong NAME PATTERN: with the file of stdin.
wrong() {
	cat >"$work/wrong.ini"
	run 2 "$1" nightly --config "$work/wrong.ini"
	has "$work/err" "$2" "$1: says so"
}
wrong 'a key that is not known' "wrong.ini:2: key 'kernal' is not known" <<'END'
[job a]
kernal = base
END
wrong 'a section that is not known' 'wrong.ini:2: section .jobs. is not known' <<'END'
[jobs]
kernel = base
END
wrong 'a job that would be a path' 'names no job' <<'END'
[job ../../etc]
kernel = base
END
wrong 'a time of no unit' 'time = 6 hours: write' <<'END'
[nightly]
time = 6 hours
END
wrong 'no nights' 'keep = 0: a number of nights' <<'END'
[nightly]
keep = 0
END
wrong 'a job without a key' 'wrong.ini:1: a section without a key' <<'END'
[job a]

[job b]
kernel = base
END
wrong 'and the last one' 'wrong.ini:3: a section without a key' <<'END'
[job a]
kernel = base
[job b]
END
run 2 'a file that is not there' nightly --config "$work/none.ini"
[ ! -e "$work/results/nightly" ]
ok $? 'a wrong file begins no night'

# --- a night -----------------------------------------------------------------------
night=$work/results/nightly/2026-01-01
run 0 'a night' nightly --night 2026-01-01
has "$work/out" '^night 2026-01-01: status 0' 'says how it ended'
for file in main.txt main.junit.xml main.kcidb.json main.trend.txt main.mail log; do
	[ -s "$night/$file" ]
	ok $? "$file is there"
done
[ -s "$work/site/index.html" ]
ok $? 'a report is published'
is "$(sql 'SELECT job, night, status FROM run')" 'main|2026-01-01|complete' \
	'the database has its run'
run 0 'the same night again' nightly --night 2026-01-01
has "$work/err" 'night 2026-01-01 is done' 'says that it is done'
is "$(sql 'SELECT count(*) FROM run')" 1 'nothing is measured again'

sed 's/^kernel = new=.*/kernel = nosuch/' "$work/results/nightly.ini" >"$work/typo.ini"
run 2 'a kernel that is not known' nightly -c "$work/typo.ini" --night 2026-01-02
has "$work/err" "^cgmark: error: cannot read .*kernels.ini" 'says so, not only in the log'
sed "s,^keep,site = $work/pages\n&," "$work/results/nightly.ini" >"$work/site.ini"
run 0 'the same night with the file mended' nightly -c "$work/site.ini" --night 2026-01-02
has "$work/out" '^job main: status 0' 'is measured'
is "$(find "$work/pages/run" -name '*.html' | wc -l)" 2 'both nights are on the site'
echo '{' >"$work/results/nightly/2026-01-02/state.json"
run 0 'a night whose state is damaged' nightly -q --night 2026-01-02
has "$work/err" 'state.json: .*; the night begins again' 'says so'
is "$(sql "SELECT count(*) FROM run WHERE night = '2026-01-02'")" 1 \
	'but does not measure again'
is "$(cat "$work/out")" '' 'and a quiet night is quiet'

# --- one at a time ---------------------------------------------------------------
echo 'slow 150' >"$work/streams/base/measure-p0/ending"
rm -rf "$work/boots"
"$cgmark" nightly --night 2026-01-03 >"$work/out2" 2>&1 &
pid=$!
wait_until test -e "$work/results/nightly/2026-01-03/main.txt"
run 5 'a second one at once' nightly --night 2026-01-09
has "$work/err" 'another cgmark nightly is at work' 'says why'
[ ! -e "$work/results/nightly/2026-01-09" ]
ok $? 'and begins no night'
wait $pid
is $? 0 'the first one goes on'

# --- interrupted -------------------------------------------------------------------
echo 'slow 300' >"$work/streams/base/measure-p0/ending"
rm -rf "$work/boots"
sed "s,^keep,before = echo x >>$work/before.out; [ -e $work/mended ]\n&," \
	"$work/results/nightly.ini" >"$work/before.ini"
"$cgmark" nightly -c "$work/before.ini" --night 2025-10-01 >"$work/out2" 2>&1 &
pid=$!
wait_until test -e "$work/results/nightly/2025-10-01/main.txt"
kill -TERM $pid
wait $pid
is $? 130 'SIGTERM: exit status 130'
is "$(grep -l '"status": *"running"' "$work"/results/runs/*/run.json | wc -l)" 0 \
	'no run is left running'
is "$(wc -l <"$work/before.out")" 1 'before has run, and failed'
touch "$work/mended"
echo poweroff >"$work/streams/base/measure-p0/ending"
run 0 'the night goes on' nightly -c "$work/before.ini" --night 2025-10-01
is "$(wc -l <"$work/before.out")" 2 'before is tried again'

# --- a limit of time ------------------------------------------------------------------
sed 's/^\[nightly\]/&\ntime = 1s/' "$work/results/nightly.ini" >"$work/short.ini"
echo 'slow 300' >"$work/streams/base/measure-p0/ending"
rm -rf "$work/boots"
run 3 'a night that takes too long' nightly -c "$work/short.ini" --night 2025-11-01
has "$work/err" 'the time of the night is over' 'says so'
run 3 'the same night' nightly -c "$work/short.ini" --night 2025-11-01
has "$work/err" 'night 2025-11-01 is done' 'is done all the same'

# --- cut at twenty points -----------------------------------------------------------
# Each of twenty nights is cut at a point of its own, every second one twice, and then
# goes on to its end.
cut() {
	"$cgmark" nightly --night "$1" >>"$work/out2" 2>&1 &
	pid=$!
	sleep "$(awk -v i="$2" -v ms="$whole" 'BEGIN {
		srand(i)
		printf "%.3f", rand() * ms / 1000
	}')"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	[ $? -ne 137 ] || cuts=$((cuts + 1))
	[ ! -e "$work/results/cgmark.db" ] ||
		[ "$(sql 'PRAGMA integrity_check')" = ok ] || unsound=$((unsound + 1))
}
echo 'slow 10' >"$work/streams/base/measure-p0/ending"
# How long a whole one takes here.
rm -rf "$work/boots"
begin=$(date +%s%3N)
run 0 'a night that is not cut' nightly --night 2025-11-29
whole=$(($(date +%s%3N) - begin))
cuts=0 unsound=0 failed=0
for i in $(seq 20); do
	day=$(printf '2025-12-%02d' "$i")
	rm -rf "$work/boots"
	cut "$day" "$i"
	[ $((i % 2)) -eq 0 ] || cut "$day" "$((i + 100))"
	"$cgmark" nightly --night "$day" >"$work/out" 2>"$work/err" ||
		failed=$((failed + 1))
done
echo "# $cuts nights were cut"
# Others may end sooner than that one did.
[ $cuts -ge 10 ]
ok $? 'nights are cut before they end'
is $unsound 0 'the database is sound after each cut'
is $failed 0 'each night goes on, and ends well'
is "$(sql 'PRAGMA foreign_key_check')" '' 'nothing in the database hangs loose'
is "$(sql "SELECT count(*) FROM (SELECT night FROM run WHERE night LIKE '2025-12-%'
	AND status = 'complete' GROUP BY night HAVING count(*) = 1)")" 20 \
	'one run of each night is complete'
run 0 'what was interrupted is imported' import -q
is "$("$cgmark" trend --json | jq '[.series[] | [.nights[].night] | . == (unique)] | all')" \
	true 'no night counts twice'
is "$("$cgmark" trend --json | jq '[.series[].nights | map(select(.night > "2025-11-30")) | length] | unique | .[]')" 23 \
	'each night counts'
is "$("$cgmark" trend --json | jq '[.series[].nights[] | select(.night > "2025-11-30") | .boots] | unique | .[]')" 4 \
	'with all its boots, each once'
is "$("$cgmark" trend --json | jq '[.series[].steps[]] | length')" 0 'and no step'
is "$(find "$work/results/runs" -name 'initramfs*' | wc -l)" 0 'nothing is left behind'
pgrep -f "$work/streams" >"$work/left"
is "$(wc -l <"$work/left")" 0 'no process is left behind'
echo poweroff >"$work/streams/base/measure-p0/ending"

# --- a step ---------------------------------------------------------------------------
cp -r "$work/streams" "$work/before"
record "$work/streams" 1.05
touch "$work/streams/kept"
run 1 'a night with a regression' nightly --night 2026-01-04
has "$work/out" '^night 2026-01-04: status 1' 'says so'
run 1 'the trend' trend
has "$work/out" '^2026-01-04  new of job main' 'the step is of its night'
has "$work/out" '[+]5.00%  alpha/fast sets=16: 5,00. -> 5,25. insns' 'with its size'
run 0 'the trend of the night before' trend --until 2026-01-03
has "$work/out" ' 0 steps' 'has no step'
run 1 'the trend of a benchmark' trend alpha/fast
has "$work/out" '^  step 2026-01-04  [+]5.00%' 'shows its step'
run 3 'the trend of nothing' trend no/such
run 2 'a bisection between images' trend --bisect alpha/fast
has "$work/err" 'nothing that is known|no step of exact counts' 'says why not'
cp "$work/results/cgmark.db" "$work/saved.db"
sql "UPDATE kernel SET spec = 'git:$work/no@main,cmdline=a', vmlinux_sha256 = run,
	source_version = printf('%040x', run) WHERE name = 'new'"
sql "UPDATE run SET night = '2999-01-01' WHERE night = '2026-01-04'"
run 0 'the trend with a night to come' trend
has "$work/err" 'is left out: its night 2999-01-01 is yet to come' 'leaves it out'
sql "UPDATE run SET night = '2026-01-04' WHERE night = '2999-01-01'"
run 2 'a bisection between commits' trend --bisect alpha/fast
has "$work/err" "cgmark: cgmark bisect before=git:$work/no@0{38}.., *cmdline=a" \
	'asks for these commits'
has "$work/err" '--bench alpha/fast --machine fake:.* --point sets=(16|64)' \
	'and the point'
mv "$work/saved.db" "$work/results/cgmark.db"
mail=$work/results/nightly/2026-01-04/main.mail
has "$mail" '^To: list@example.org' 'the mail has its header'
has "$mail" '^Subject: \[cgmark\] main 2026-01-04: REGRESSION at 2 of 4, 2 new steps' \
	'and its subject'
has "$mail" '^To reproduce' 'and how to reproduce it'
is "$(grep -c -e --night -e --strict "$mail")" 0 'by day'
is "$(awk 'length > 78' "$mail" | grep -vc '^Subject:')" 0 'no line is too long'
run 1 'a night after it, no better' nightly --night 2026-01-05

# --- old files -------------------------------------------------------------------------
rm -rf "$work/streams"
cp -r "$work/before" "$work/streams"
for day in 06 07; do
	run 0 "night $day" nightly --night 2026-01-$day
done
old=$(sql "SELECT name FROM run WHERE night = '2026-01-01'")
boot=$work/results/runs/$old/boots/base-p0
[ -e "$boot/samples.tsv.zst" ] && [ ! -e "$boot/samples.tsv" ]
ok $? 'samples of old nights are compressed'
[ -e "$boot/console.log.gone" ] && [ ! -e "$boot/console.log.zst" ]
ok $? 'console logs of older ones are gone'
run 0 'verify' verify "$work/results/runs/$old"
"$cgmark" compare --run "$old" >"$work/out" 2>"$work/err"
has "$work/out" '^No change at 4 of 4 points|^No regression' 'and it can be compared'
digest=$(sql "SELECT digest FROM run WHERE name = '$old'")
rm "$work/results/cgmark.db"
run 0 'import' import -q
is "$(sql "SELECT digest FROM run WHERE name = '$old'")" "$digest" \
	'the database says the same of it'
zstd -dc "$boot/samples.tsv.zst" | head -c 100 >"$boot/cut"
zstd -q -f "$boot/cut" -o "$boot/samples.tsv.zst"
run 5 'verify, of samples that were altered' verify "$work/results/runs/$old"
has "$work/err" 'samples.tsv: truncated' 'says so'

# --- a second look -------------------------------------------------------------------
# Ten quiet nights of time, then one that is slower.
metric=elapsed_ns record "$work/timed" 1
sed "s,$work/streams,$work/timed,; s/job main/job time/" \
	"$work/results/nightly.ini" >"$work/time.ini"
for day in 01 02 03 04 05 06 07 08 09 10; do
	"$cgmark" nightly -q -c "$work/time.ini" --night 2026-03-$day \
		>"$work/out" 2>"$work/err"
done
[ -e "$work/results/nightly/2026-03-10/time.txt" ] &&
	[ ! -e "$work/results/nightly/2026-03-10/time-ab.txt" ]
ok $? 'a usual night needs no second look'
metric=elapsed_ns record "$work/timed" 1.05
"$cgmark" nightly -c "$work/time.ini" --night 2026-03-11 >"$work/out" 2>"$work/err"
has "$work/err" 'job time: a second look at 1 benchmark' 'an unusual one has one'
[ -s "$work/results/nightly/2026-03-11/time-ab.txt" ]
ok $? 'which is kept'
has "$work/results/nightly/2026-03-11/time.trend.txt" \
	'alpha/fast sets=16 on new: 5,25. elapsed_ns, expected 5,00. to 5,00.' \
	'the trend says why'
has "$work/results/nightly/2026-03-11/time.trend.txt" ' 0 steps' 'and that it is no step'

# --- units -----------------------------------------------------------------------------
mkdir -p "$work/bin"
printf '#!/bin/sh\necho "$@" >>"%s/systemctl"\n' "$work" >"$work/bin/systemctl"
chmod +x "$work/bin/systemctl"
PATH="$work/bin:$PATH"
export XDG_CONFIG_HOME="$work/config%x"
run 0 'install' nightly --install --user
unit="$XDG_CONFIG_HOME/systemd/user/cgmark-nightly"
has "$unit.service" "^ExecStart=\"$cgmark\" nightly$" 'the service runs this cgmark'
has "$unit.service" "^Environment=\"CGMARK_RESULTS_DIR=$work/results\"" 'with its results'
has "$work/systemctl" '^--user enable --now cgmark-nightly.timer' 'the timer is enabled'
if command -v systemd-analyze >/dev/null; then
	check "systemd understands them" env XDG_RUNTIME_DIR="$work" systemd-analyze verify --man=no --user \
		"$unit.service" "$unit.timer"
fi
run 0 'uninstall' nightly --uninstall --user
[ ! -e "$unit.service" ] && [ ! -e "$unit.timer" ]
ok $? 'removes both'
# --- who only reads leaves a database alone -------------------------------------
echo 'my shopping list' >"$work/list.txt"
run 5 'trend of what is no database' trend --database "$work/list.txt"
has "$work/err" 'left as it is' 'it says so'
is "$(cat "$work/list.txt")" 'my shopping list' 'it is'
is "$(find "$work" -name 'list.txt.*')" '' 'and nothing is beside it'

tap_done
