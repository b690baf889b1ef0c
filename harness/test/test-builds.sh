#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-builds.sh CGMARK MKSTREAM: several kernels, with a build.sh that does as it
# is told: which are built at once, and what becomes of the other when one fails.

cgmark=$1
mkstream=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

export CGMARK_KERNEL_DIR="$work/kernel"
export TMPDIR="$work/tmp"
export XDG_CACHE_HOME="$work/xdg"
mkdir -p "$TMPDIR" "$work/kernel/config.d" "$work/at"
: >"$work/kernel/config.d/base.config"
show="$work/err"

# Trees of their own, so that neither has a use for the objects of another.
for k in a b c d; do
	printf '[%s]\nsource = dir:%s\nconfig = base\n\n' $k $k
	mkdir "$work/kernel/$k" "$work/entry.$k"
	: >"$work/kernel/$k/Kbuild"
	cp "$mkstream" "$work/entry.$k/vmlinux"
	cat >"$work/entry.$k/meta" <<-END
	key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeef$k
	source=dir:$k
	source_version=1
	release=6.12.1-$k
	config_sha256=ff
	vmlinux_sha256=$(sha256sum <"$mkstream" | cut -d ' ' -f 1)
	END
done >"$work/kernel/kernels.ini"

# It does what is in script.K, and notes how many of it there are.
cat >"$work/kernel/build.sh" <<END
#!/bin/sh
work=$work
case "\$*" in
*--source\ dir:$work/kernel/a*) k=a ;;
*--source\ dir:$work/kernel/b*) k=b ;;
*--source\ dir:$work/kernel/c*) k=c ;;
*) k=d ;;
esac
first=\${*##*--first }
[ "\$first" = "\$*" ] || k=\$k\${first%% *}
END
cat >>"$work/kernel/build.sh" <<'END'
entry() {
	echo "entry $work/entry.${k%[0-9]}"
}

# await FILE: made by another, or 30 seconds are over.
await() {
	tries=300
	until [ -e "$work/at/$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || exit 5
		sleep 0.1
	done
}

# Here until it is told to end.
stay() {
	trap 'echo "$k" >>"$work/cleaned"; kill $sleeper; exit 130' INT TERM
	sleep 1000 &
	sleeper=$!
	echo $sleeper >>"$work/sleepers"
	echo base none
	echo step compile
	: >"$work/at/$k.stays"
	wait
}

mkdir -p "$work/running/$k"
ls "$work/running" | wc -l >>"$work/count"
trap 'rmdir "$work/running/$k"; echo "$k ends" >>"$work/order"' EXIT
: >"$work/at/$k"
echo "$k starts" >>"$work/order"
echo "key 00112233445566778899aabbccddeeff00112233445566778899aabbccddeef${k%[0-9]}"
. "$work/script.$k"
END
chmod +x "$work/kernel/build.sh"

# told K: what it does, from stdin.
told() {
	cat >"$work/script.$1"
}

begin() {
	rm -rf "$work/at" "$work/running" "$work/count" "$work/order" \
		"$work/cleaned" "$work/sleepers"
	mkdir "$work/at"
}

# build STATUS NAME KERNEL...
build() {
	wanted=$1 name=$2
	shift 2
	begin
	"$cgmark" build "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

at_once() {
	sort -n "$work/count" | tail -n 1
}

order() {
	tr '\n' ' ' <"$work/order"
}

# A killed process needs a CPU to die, and stays a zombie until it is reaped.
all_gone() {
	while read -r pid; do
		grep -qs '^State:[[:blank:]]*[^Z[:blank:]]' "/proc/$pid/status" &&
			return 1
	done <"$work/sleepers"
	true
}

gone() {
	wait_until all_gone
	all_gone
	ok $? "$1: what build.sh started is gone"
}

# --- when ------------------------------------------------------------------------
nothing='echo base none; echo step compile; echo progress 1 2'
for pair in 'a b' 'b a' 'c d' 'd c'; do
	told "${pair% *}" <<-END
	$nothing
	await ${pair#* }
	echo progress 2 2
	entry
	END
done
build 0 'two from nothing' a b
is "$(at_once)" 2 'they are built at once'
is "$(cut -f 1 "$work/out" | tr '\n' ' ')" 'a b ' 'both are named'
has "$work/err" '^cgmark: kernel a: compile' 'lines of the first name it'
has "$work/err" '^cgmark: kernel b: compile' 'as do those of the second'
grep -vE '^cgmark: kernel [ab]: ' "$work/err"
is $? 1 'and there are no others'

build 0 'four from nothing' a b c d
is "$(at_once)" 2 'two at most at once'
is "$(cut -f 1 "$work/out" | tr '\n' ' ')" 'a b c d ' 'all are named, in order'

echo 'echo base none; await b; await b.done; entry' | told a
# shellcheck disable=SC2016 # for build.sh
echo 'echo base none; : >"$work/at/b.done"; entry' | told b
build 0 'the second is done first' a b
is "$(cut -f 1 "$work/out" | tr '\n' ' ')" 'a b ' 'they are named in order'

echo 'echo base none; await c; entry' | told a
echo 'echo cached; entry' | told b
echo 'echo cached; entry' | told c
build 0 'the second is cached' a b c
has "$work/err" 'kernel b: .*, cached \(' 'that is said'
is "$(order | sed 's/.*\(c starts\).*\(a ends\).*/\1 \2/')" 'c starts a ends' \
	'the third starts beside the first'

# One that is built from objects is soon done, and the next may want its own.
for base in "echo base 0011" "echo step copy source" \
	'echo base none; echo base 0011'; do
	echo "$base; sleep 0.5; entry" | told a
	echo "$base; entry" | told b
	case $base in *none*) continue ;; esac
	build 0 "one after the other ($base)" a b
	is "$(order)" 'a starts a ends b starts b ends ' 'in order'
done
echo 'echo step copy; sleep 0.3; echo base none; await b; entry' | told a
build 0 'it is told later that there is nothing' a b
is "$(at_once)" 2 'and the next starts then'

# The same source.
mkdir "$work/mine"
printf -- '--- a/kernel/x.c\n+++ b/kernel/x.c\n' >"$work/mine/c.patch"
printf -- '--- a/include/x.h\n+++ b/include/x.h\n' >"$work/mine/h.patch"
printf 'c.patch\nh.patch\n' >"$work/mine/series"
for k in a a0 a1 a2; do
	echo 'echo base none; sleep 0.3; entry' | told $k
done
build 0 'the same kernel twice' a x=a
is "$(order)" 'a starts a ends a starts a ends ' 'never at once'
build 0 'a patch that no header has' "a0=a,patches=$work/mine,first=0" \
	"a1=a,patches=$work/mine,first=1"
is "$(order)" 'a0 starts a0 ends a1 starts a1 ends ' 'never at once'
echo 'echo base none; await a2; entry' | told a1
build 0 'a series' --series "a=a,patches=$work/mine"
is "$(order | cut -d ' ' -f 1-6)" 'a0 starts a0 ends a1 starts' \
	'a patch of a file waits for the one before'
is "$(at_once)" 2 'one of a header does not'
build 0 '--clean' --clean "a1=a,patches=$work/mine,first=1" \
	"a2=a,patches=$work/mine,first=2"
is "$(at_once)" 2 'without objects nobody waits'

# --- terminal ----------------------------------------------------------------------
if script -qec true /dev/null >/dev/null 2>&1; then
	for k in a b; do
		cat <<-'END' | told $k
		echo base none
		echo step compile
		await a
		await b
		echo progress 0 7
		sleep 0.5
		echo progress 3 7
		[ $k = b ] || await b.done
		entry
		: >"$work/at/$k.done"
		END
	done
	begin
	script -qec "'$cgmark' build a b" /dev/null >"$work/tty" </dev/null
	tr '\r' '\n' <"$work/tty" >"$work/lines"
	has "$work/lines" '^a: compile [03]/7 \| b: compile [03]/7' \
		'on a terminal both share a line'
	is "$(grep ' | ' "$work/lines" | awk 'length > 78' | wc -l)" 0 \
		'which is no longer than a line'
fi

# --- failures ----------------------------------------------------------------------
for status in 2 4 5; do
	echo stay | told a
	printf 'await a.stays\necho "build.sh: it went wrong" >&2\nexit %d\n' \
		$status | told b
	build $status "the second fails ($status)" a b c
	is "$(cat "$work/cleaned")" a 'the first is stopped, and could clean up'
	has "$work/err" '^build.sh: it went wrong' 'the cause is told'
	has "$work/err" 'kernel b: (the kernel does not build|this host|its spec)' \
		'and whose it is'
	has "$work/err" 'kernel b failed: stopping the build of kernel a$' \
		'and what becomes of the other'
	grep -q c "$work/order"
	is $? 1 'no other is started'
	is "$(wc -l <"$work/out")" 0 'no kernel is named'
	gone "failure ($status)"

	printf 'echo base none\nawait b.stays\nexit %d\n' $status | told a
	echo stay | told b
	build $status "the first fails ($status)" a b c
	is "$(cat "$work/cleaned")" b 'the second is stopped'
	gone "failure of the first ($status)"
done
printf 'echo base none\nawait b\nexit 4\n' | told a
printf 'echo base none\nawait a\nexit 5\n' | told b
begin
"$cgmark" build a b >"$work/out" 2>"$work/err"
case $? in 4 | 5) true ;; *) false ;; esac
ok $? 'both fail: the status of one of them'
echo 'echo base none; await b.done; stay' | told a
# shellcheck disable=SC2016 # for build.sh
echo 'entry; : >"$work/at/b.done"' | told b
echo 'await a.stays; exit 4' | told c
build 4 'the third fails' a b c
is "$(cut -f 1 "$work/out" | tr '\n' ' ')" 'b ' 'what was built by then is named'
gone 'failure of the third'
# shellcheck disable=SC2016 # for build.sh
echo 'await a.stays; kill -9 $$' | told b
echo stay | told a
build 5 'one is killed' a b
has "$work/err" 'kernel b: .* was killed by signal 9' 'the signal is named'
is "$(cat "$work/cleaned")" a 'the other is stopped'
gone 'one is killed'
echo stay | told a
build 2 'the second has patches that cannot be read' a \
	"b=b,patches=$work/kernel/kernels.ini"
is "$(cat "$work/cleaned")" a 'the first is stopped, too'

# --- ^C --------------------------------------------------------------------------
for signal in INT TERM HUP; do
	for k in a b; do
		echo 'trap : HUP; stay; exit 130' | told $k
	done
	begin
	env --default-signal=INT,HUP "$cgmark" build a b c >"$work/out" \
		2>"$work/err" &
	pid=$!
	wait_until test -e "$work/at/a.stays"
	wait_until test -e "$work/at/b.stays"
	kill -$signal $pid
	wait $pid
	is $? 130 "SIG$signal with two under way: exit status 130"
	[ $signal = HUP ] || is "$(sort "$work/cleaned" | tr '\n' ' ')" 'a b ' \
		'both could clean up'
	for k in a b; do
		has "$work/err" "^cgmark: .*interrupted: stopping the build of kernel $k\$" \
			"that of $k is named"
	done
	grep -q c "$work/order"
	is $? 1 'no other is started'
	gone "SIG$signal"
done

# kill -9 of cgmark itself.
for k in a b; do
	echo stay | told $k
done
begin
"$cgmark" build a b >"$work/out" 2>"$work/err" &
pid=$!
wait_until test -e "$work/at/a.stays"
wait_until test -e "$work/at/b.stays"
kill -9 $pid
wait $pid 2>/dev/null
gone 'kill -9 of cgmark'
is "$(sort "$work/cleaned" | tr '\n' ' ')" 'a b ' 'both could clean up'

tap_done
