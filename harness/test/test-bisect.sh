#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-bisect.sh CGMARK MKSTREAM: cgmark bisect over made-up series and histories,
# with a build.sh that does as it is told and recorded streams in place of guests.

cgmark=$1
mkstream=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

export CGMARK_RESULTS_DIR="$work/results"
export CGMARK_KERNEL_DIR="$work/kernel"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
export TMPDIR="$work/tmp"
export XDG_CACHE_HOME="$work/cache"
mkdir -p "$TMPDIR" "$work/kernel/config.d" "$work/kernel/tree" "$work/bench" \
	"$work/suites" "$work/entries" "$work/mine"
show="$work/out"

# bisect STATUS NAME WORDS...: its exit status is STATUS.
bisect() {
	wanted=$1 name=$2
	shift 2
	: >"$work/build.words"
	"$cgmark" bisect "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	is $got "$wanted" "$name: exit status $wanted" ||
		sed 's/^/# /' "$work/out" "$work/err"
	tr -s '\n ' '  ' <"$work/out" >"$work/line"
}

# said PATTERN NAME: standard output does, wherever its lines break.
said() {
	[ "$1" != -- ] || shift
	has "$work/line" "$1" "$2"
}

# built: how many kernels the last bisection built, or found in the cache.
built() {
	grep ' build ' "$work/build.words" | sort -u | wc -l
}

cat >"$work/bench/bench-alpha" <<'END'
#!/bin/sh
cat <<LIST
B	alpha/one	1		31	4	1	one thing
B	alpha/two	1		31	4	1	another thing
A	alpha/two	sets	16,64	0
LIST
END
chmod +x "$work/bench/bench-alpha"
cp "$work/bench/bench-alpha" "$work/bench/guest-init"
cat >"$work/kernel/kernels.ini" <<END
[baseline]
source = dir:tree
config = base

[patched]
source = dir:tree
patches = $work/mine/series
config = base
END
: >"$work/kernel/tree/Kbuild"
: >"$work/kernel/config.d/base.config"
: >"$work/kernel/config.d/other.config"

# The key is the hash of what makes the kernel; what $work/broken has a word of does
# not compile.
cat >"$work/kernel/build.sh" <<END
#!/bin/sh
echo "\$*" >>"$work/build.words"
shift 2
command=\$1
shift
key=\$(echo "\$*" | sha256sum | cut -d ' ' -f 1)
echo "key \$key"
[ "\$command" = key ] && exit 0
for word in \$(cat "$work/broken"); do
	case "\$* " in
	*"\$word "*) echo "build.sh: kernel does not compile" >&2; exit 4 ;;
	esac
done
[ ! -e "$work/slow" ] || sleep 1000
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

# stream KERNEL VALUE: what a guest of it measures.
stream() {
	record "$1" "alpha/one|-|$2"
}

# record KERNEL POINTS: a stream with these, one a line.
record() {
	mkdir -p "$work/streams/$1"
	echo "$2" | awk -F '|' '
		{ name[NR] = $1 ($2 == "-" ? "" : " " $2) }
		END {
			print "KTAP version 1\n1..1\n    KTAP version 1"
			print "    # Subtest: bench-alpha\n    1.." NR
			for (i = 1; i <= NR; i++)
				printf "    # start %s\n    ok %d %s\n",
					name[i], i, name[i]
			print "ok 1 bench-alpha\n# cgmark: end"
		}' >"$work/streams/$1/status.ktap"
	echo "$2" | awk -F '|' '{
		for (rep = 0; rep < 31; rep++)
			printf "S\t%s\t1\t%s\tinsns\t%d\t%d\t1\n", $1, $2,
				rep, $3 + rep % 3
	}' | "$mkstream" >"$work/streams/$1/samples.tsv"
}

# series NR: patches that do nothing, and streams in which all cost the same.
series() {
	rm -rf "$work/mine" "$work/streams"
	mkdir -p "$work/mine"
	for i in $(seq "$1"); do
		printf 'From 0\nSubject: [PATCH %d/%d] cgroup: change number\n %d\n\ndiff --git a/x b/x\n+%d\n' \
			"$i" "$1" "$i" "$i" >"$work/mine/$i.patch"
		echo "$i.patch"
	done >"$work/mine/series"
	costs "$1" 'v = 10000'
}

# costs NR CODE: what the kernel with the first n patches costs, for awk.
costs() {
	awk -v nr="$1" "BEGIN { for (n = 0; n <= nr; n++) { $2; print n, v } }" \
		>"$work/costs"
	while read -r n v; do
		case $n in
		0)	stream old "$v" ;;
		"$1")	stream new "$v" ;;
		*)	stream "new-$n" "$v" ;;
		esac
	done <"$work/costs"
}

fresh() {
	rm -rf "$work/results"
	: >"$work/broken"
}

kernels="old=baseline new=patched"
fake="--machine fake:$work/streams"
fresh

# --- words ----------------------------------------------------------------------
# shellcheck disable=SC2086 # words on purpose
{
series 20
bisect 0 'help' --help
has "$work/out" '^Usage: cgmark bisect \[OPTION\.\.\.\] BASE CONTENDER' \
	'it says how it is called'
bisect 2 'no kernels' --bench alpha/one
bisect 2 'one kernel' old=baseline --bench alpha/one
bisect 2 'three kernels' $kernels baseline --bench alpha/one
bisect 2 'no benchmark' $kernels
bisect 2 'an unknown benchmark' $kernels $fake --bench alpha/oen
has "$work/err" "did you mean 'alpha/one'" 'the message'
bisect 2 'an unknown param' $kernels $fake --bench alpha/two --point stes=16
has "$work/err" "did you mean 'sets'" 'the message'
bisect 2 'an unknown kernel' old=baseline new=pathced $fake --bench alpha/one
bisect 2 'an unknown machine' $kernels --machine sin --bench alpha/one
bisect 2 'a machine that measures time' $kernels --machine kvm --bench alpha/one
has "$work/err" 'does not count exactly' 'the message'
bisect 2 'a kernel against itself' old=patched new=patched $fake \
	--bench alpha/one
has "$work/err" 'nothing to bisect: old has 20 patches' 'the message'
bisect 2 'an image' "old=image:$mkstream" "new=image:$mkstream" $fake \
	--bench alpha/one
has "$work/err" 'nothing between old and new' 'the message'
bisect 2 '--perturbations 0' $kernels --bench alpha/one --perturbations 0
}
is "$(find "$work/results" 2>/dev/null | wc -l)" 0 \
	'nothing was written by what was refused'

# --- a series -------------------------------------------------------------------
# shellcheck disable=SC2086
{
costs 20 'v = n < 17 ? 10000 : 10500'
bisect 1 'a cost in patch 17' $kernels $fake --bench alpha/one
said '^alpha/one \(insns\): 10,001 on old, 10,501 on new, \+5\.00% ' \
	'it says what changes'
said 'One change accounts for it: \* patch 17 of 20: cgroup: change number 17 17\.patch' \
	'the patch is named, with its subject'
said '10,001 on new-16, 10,501 on new-17, \+5\.00%' 'and what it costs'
said -- '--- patch 17 of 20: .* REGRESSION at the 1 point new-17 against new-16' \
	'parent is compared with culprit'
is "$(built)" 6 'both ends, and one kernel for each time it is halved'
is "$(find "$work/results/runs" -mindepth 1 -maxdepth 1 | wc -l)" 2 \
	'two runs are among the others'
is "$("$cgmark" list --runs | grep -c 'cgmark bisect\|old new\|new-16 new-17')" 2 \
	'and listed'
! grep -q "$(printf '[\001-\010\013-\037]')" "$work/err"
ok $? 'no control characters when stderr is a file'

cp "$work/out" "$work/first"
bisect 1 'again' $kernels $fake --bench alpha/one
check 'again: the same answer' cmp "$work/out" "$work/first"
is "$(built)" 0 'again: nothing is built'
has "$work/err" 'new-17: 10,501 \(measured before\)' 'again: it says so'

# What it knows is of these patches.
echo '+more' >>"$work/mine/3.patch"
bisect 1 'another threshold of boots' $kernels $fake --bench alpha/one \
	--perturbations 1
said 'patch 17 of 20' 'one boot of each kernel is enough'
bisect 1 '--fresh' $kernels $fake --bench alpha/one --fresh
[ "$(built)" -gt 5 ]
ok $? '--fresh measures again'
# old_boots: how many of all boots were taken from an earlier run.
old_boots() {
	find "$work/results" -name boot.json -exec grep -l '"cached"' {} + | wc -l
}
# With this file, boots of fake: are kept.
: >"$work/streams/kept"
rm -rf "$work/results"
bisect 1 'boots that are kept' $kernels $fake --bench alpha/one
rm -rf "$work/results"
bisect 1 '--fresh without results' $kernels $fake --bench alpha/one --fresh
is "$(old_boots)" 0 '--fresh takes no boot that is kept'
rm -rf "$work/results"
bisect 1 'without results' $kernels $fake --bench alpha/one
[ "$(old_boots)" -gt 20 ]
ok $? 'boots that are kept are not measured again'
rm "$work/streams/kept"

bisect 1 'from the other side of it' old=patched,first=15 new=patched,first=18 \
	$fake --bench alpha/one
said 'patch 17 of 20' 'with the number in the whole series'
stream new 10000
bisect 0 'less' old=patched,first=0 new=patched,first=3 $fake --bench alpha/one
said '^Nothing to look for: No regression: NO CHANGE at the 1 point' \
	'where nothing changes nothing is searched for'
is "$(built)" 2 'and only the ends are built'

fresh
costs 20 'v = n < 5 ? 10000 : 9000'
bisect 0 'an improvement' $kernels $fake --bench alpha/one
said 'One change accounts for it: \* patch 5 of 20' 'it is found as well'

fresh
costs 20 'v = 10000 + 300 * (n >= 4) + 2000 * (n >= 13)'
bisect 1 'two steps' $kernels $fake --bench alpha/one
said '2 changes account for it: \* patch 4 of 20: .* \* patch 13 of 20' \
	'both are found, in order'
said -- '--- patch 4 .* --- patch 13 ' 'and each is compared with its parent'
bisect 1 'two steps, --steps 1' $kernels $fake --bench alpha/one --steps 1
said '\* patch 13 of 20' 'the larger one is found'
said '\* patch 1 of 20 to patch [0-9]+ of 20 .* not searched' \
	'where the other one is, is said'

fresh
costs 20 'v = 10000 + 300 * (n >= 4) - 250 * (n >= 13)'
bisect 1 'up and down' $kernels $fake --bench alpha/one
said '\* patch 4 of 20: .* \* patch 13 of 20' 'both are found'

fresh
costs 20 'v = 10000 * (1 + 0.0007 * n / 4)'
bisect 1 'a cost in many small parts' $kernels $fake --bench alpha/one
said 'spread over these: neither half' 'it says that no patch has it alone'

fresh
costs 20 'v = n < 20 ? 10000 : 10500'
bisect 1 'the last patch' $kernels $fake --bench alpha/one
said '\* patch 20 of 20: .* 10,501 on new, ' 'the last patch is found'
fresh
costs 20 'v = n < 1 ? 10000 : 10500'
bisect 1 'the first patch' $kernels $fake --bench alpha/one
said '\* patch 1 of 20: .* 10,001 on old, ' 'the first patch is found'
}

# --- which point -----------------------------------------------------------------
# A recording has the points of one plan: what is found among several points is
# not searched for.
# two KERNEL COST16 COST64
two() {
	record "$1" "alpha/two|sets=16|$2
alpha/two|sets=64|$3"
}

# shellcheck disable=SC2086
{
fresh
two old 7000 20000
two new 7100 10000
bisect 5 'several points' $kernels $fake --bench alpha/two
said '^alpha/two sets=64 \(insns\): 20,001 on old, 10,001 on new, -50' \
	'the one that changes most is searched for'
fresh
two new 7000 20000
bisect 0 'several points that do not change' $kernels $fake --bench alpha/two
said 'Nothing to look for: .* alpha/two sets=64: NO CHANGE' 'each is named'
record old 'alpha/two|sets=16|7000'
record new 'alpha/two|sets=16|7000'
bisect 0 'a point that does not change' $kernels $fake --bench alpha/two \
	--point sets=16
said 'Nothing to look for: .* alpha/two sets=16: NO CHANGE' 'that is said'
}

# --- what cannot be measured ------------------------------------------------------
# shellcheck disable=SC2086
{
fresh
series 20
costs 20 'v = n < 17 ? 10000 : 10500'
echo 10 >"$work/broken"
bisect 1 'a kernel that does not build' $kernels $fake --bench alpha/one
has "$work/err" 'new-10 is left out: it does not build' 'it is left out'
said 'One change accounts for it: \* patch 17 of 20' 'the answer is the same'
bisect 1 'again' $kernels $fake --bench alpha/one
is "$(built)" 0 'it is not built again'
has "$work/err" 'new-10 is left out: it does not build \(seen before; --fresh ' \
	'it says so'

fresh
printf '%s\n' 16 17 >"$work/broken"
bisect 1 'the culprit does not build' $kernels $fake --bench alpha/one
said '\* patch 16 of 20 to patch 18 of 20' 'the answer is a few patches'
said 'cannot be measured: new-16, it does not build; new-17, it does not' \
	'with the reason'

fresh
printf '[    1.000000] Kernel panic - not syncing: x\n' \
	>"$work/streams/new-15/console.log"
rm "$work/streams/new-15"/s*
sed -i 's/ok 1 alpha.one/& # SKIP it lacks v1/' \
	"$work/streams/new-16/status.ktap"
"$mkstream" </dev/null >"$work/streams/new-16/samples.tsv"
bisect 1 'kernels that panic, or skip the point' $kernels $fake \
	--bench alpha/one
said '\* patch [0-9]+ of 20 to patch 17 of 20' 'the answer is a few patches'
said 'new-15, boot new-15-p0: .*panic' 'a panic is a reason'
said 'new-16, the point is skipped: it lacks v1' 'a skip is a reason'

fresh
series 20
costs 20 'v = n < 17 ? 10000 : 10500'
rm "$work/streams/new"/s*
printf '[    1.000000] Kernel panic - not syncing: x\n' \
	>"$work/streams/new/console.log"
bisect 4 'an end that panics' $kernels $fake --bench alpha/one
fresh
stream new 10500
echo "$work/kernel/config.d/base.config" >"$work/broken"
bisect 4 'an end that does not build' $kernels $fake --bench alpha/one
}

# --- interrupted -------------------------------------------------------------------
# shellcheck disable=SC2086
{
fresh
series 20
costs 20 'v = n < 17 ? 10000 : 10500'
echo hang >"$work/streams/new-17/ending"
rm "$work/streams/new-17/status.ktap"
env --default-signal=INT "$cgmark" bisect $kernels $fake --bench alpha/one \
	-j 1 >"$work/out" 2>"$work/err" &
pid=$!
is_at_17() {
	grep -qs 'new-15: \|new-17' "$work/err" &&
		[ -n "$(find "$work/results/bisect" -path '*new-17-p0*' 2>/dev/null)" ]
}
wait_until is_at_17
bisect 5 'two at once' $kernels $fake --bench alpha/one
has "$work/err" 'another cgmark bisect works on the same' 'the second one says so'
kill -INT $pid
wait $pid
is $? 130 '^C: exit status 130'
is "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0 '^C: no temporary file left'
stream new-17 10500
rm "$work/streams/new-17/ending"
bisect 1 'after ^C' $kernels $fake --bench alpha/one
said 'One change accounts for it: \* patch 17 of 20' 'the answer is right'
has "$work/err" 'new-15: 10,001 \(measured before\)' 'it goes on where it was'

state=$(find "$work/results/bisect" -name bisect.json)
printf '{' >"$state"
bisect 1 'a damaged state' $kernels $fake --bench alpha/one
has "$work/err" 'bisect.json: truncated.*measured again' 'it is told'
said 'patch 17 of 20' 'the answer is right'
run=$(find "$work/results/bisect" -path '*/new-17-p0/samples.tsv' | head -n 1)
sed -i 's/10500/10000/' "$run"
bisect 1 'altered samples' $kernels $fake --bench alpha/one
said 'patch 17 of 20' 'they are not believed'
}

# --- commits ----------------------------------------------------------------------
# The history of $work/repo, costs beside:
#
#   c0 - c1 - c2 - c3 - M - c4 - c5 - c6
#    \\- s1 - s2 - s3 --/
commit() {
	echo "$1" >"$work/repo/$1"
	git -C "$work/repo" add "$1"
	git -C "$work/repo" commit -q -m "cgroup: $1"
	git -C "$work/repo" tag "$1"
}

make_repo() {
	export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x \
		GIT_COMMITTER_EMAIL=x@x GIT_CONFIG_GLOBAL=/dev/null \
		GIT_CONFIG_SYSTEM=/dev/null
	git init -q -b main "$work/repo"
	commit c0
	git -C "$work/repo" checkout -q -b side
	for c in s1 s2 s3; do commit $c; done
	git -C "$work/repo" checkout -q main
	for c in c1 c2 c3; do commit $c; done
	git -C "$work/repo" merge -q --no-ff -m 'Merge branch side' side
	git -C "$work/repo" tag M
	for c in c4 c5 c6; do commit $c; done
}

# id NAME: as kernels are called.
id() {
	git -C "$work/repo" rev-parse "$1" | cut -c 1-12
}

# history NAME COST...: costs of the commits.
history() {
	fresh
	rm -rf "$work/streams"
	while [ $# -gt 0 ]; do
		case $1 in
		c0)	stream old "$2" ;;
		c6)	stream new "$2" ;;
		esac
		stream "$(id "$1")" "$2"
		shift 2
	done
}

if ! command -v git >/dev/null 2>&1; then
	printf '# no git: histories are not tried\n'
	tap_done
fi
make_repo
range="old=git:$work/repo@c0 new=git:$work/repo@main"
# shellcheck disable=SC2086
{
history c0 9000 c1 9000 c2 9000 c3 9000 M 9000 c4 9000 c5 9900 c6 9900 \
	s1 9000 s2 9000 s3 9000
bisect 1 'a commit' $range $fake --bench alpha/one
said "One change accounts for it: \\* commit $(id c5): cgroup: c5" \
	'it is named, with its subject'
said -- "--- commit .* $(id c5) against $(id c4)" 'and compared with its parent'

history c0 9000 c1 9000 c2 9000 c3 9000 M 9900 c4 9900 c5 9900 c6 9900 \
	s1 9000 s2 9900 s3 9900
bisect 1 'a commit in a branch' $range $fake --bench alpha/one
said "One change accounts for it: \\* commit $(id s2): cgroup: s2" \
	'it is found behind the merge'
said -- "$(id s2) against $(id s1)" 'and compared with its parent'

history c0 9000 c1 9000 c2 9000 c3 9000 M 9900 c4 9900 c5 9900 c6 9900 \
	s1 9000 s2 9000 s3 9000
bisect 1 'a merge' $range $fake --bench alpha/one
said "One change accounts for it: \\* merge $(id M): Merge branch side" \
	'where its branch does nothing, it is the merge itself'

# A branch that was right by itself.
history c0 9000 c1 9000 c2 9500 c3 9500 M 9900 c4 9900 c5 9900 c6 9900 \
	s1 9400 s2 9400 s3 9400
bisect 1 'two commits, one in a branch' $range $fake --bench alpha/one
said "2 changes account for it: \\* commit $(id c2): .* \\* commit $(id s1)" \
	'both are found'

history c0 9000 c1 9000 c2 9000 c3 9000 M 9900 c4 9900 c5 9900 c6 9900 \
	s1 9000 s2 9900 s3 9900
git -C "$work/repo" rev-parse c2 c3 s3 | sed "s,^,git:$work/repo@," \
	>"$work/broken"
bisect 1 'commits that do not build' $range $fake --bench alpha/one
said "\\* commit $(id c2) to merge $(id M)" 'the answer is a few commits'
rm -rf "$work/results"
git -C "$work/repo" rev-parse s3 | sed "s,^,git:$work/repo@," >"$work/broken"
bisect 1 'a branch whose end does not build' $range $fake --bench alpha/one
said "\\* merge $(id M): Merge" 'the answer is the merge'

bisect 2 'swapped' "old=git:$work/repo@main" "new=git:$work/repo@c0" $fake \
	--bench alpha/one
has "$work/err" 'swap them' 'the message'
bisect 2 'a branch' "old=git:$work/repo@c1" "new=git:$work/repo@side" $fake \
	--bench alpha/one
has "$work/err" "common ancestor, git:$work/repo@$(id c0)" 'the message'
}

tap_done
