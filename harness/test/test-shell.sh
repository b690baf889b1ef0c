#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-shell.sh CGMARK KERNEL PTY GUEST_SHELL: cgmark shell and cgmark exec without
# a kernel.  What stands in for QEMU runs PID 1 of the guest as a process of this
# host; so all is real but the boot.  KERNEL is any ELF file.
# shellcheck disable=SC2016 # what the guest expands

cgmark=$(realpath "$1")
kernel=$(realpath "$2")
pty=$(realpath "$3")
GUEST_SHELL=$(realpath "$4")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export GUEST_SHELL TMPDIR="$work/tmp" CGMARK_BENCH_DIR="$work/bench"
mkdir "$TMPDIR" "$work/bench" "$work/folder"
cp "$GUEST_SHELL" "$work/bench/guest-shell"
cd "$work/folder" || exit 99
# Small ones instead of the host's: less to copy.
mkdir "$work/bin"
for tool in perf stress-ng hyperfine; do
	cp "$GUEST_SHELL" "$work/bin/$tool"
done
PATH=$work/bin:$PATH

# --- the stand-in: $FAKE says what it does instead -------------------------------
cat >"$work/qemu" <<'END'
#!/bin/sh
case $1 in
--version)
	echo 'QEMU emulator version 7.2.22'
	exit
	;;
esac
for word; do
	case $word in
	socket,id=control,fd=*) export CGMARK_CONTROL_FD="${word##*=}" ;;
	socket,id=in,fd=*) export CGMARK_IN_FD="${word##*=}" ;;
	socket,id=out,fd=*) export CGMARK_OUT_FD="${word##*=}" ;;
	socket,id=err,fd=*) export CGMARK_ERR_FD="${word##*=}" ;;
	file,id=status,path=*) export CGMARK_STATUS_FD="${word##*/}" ;;
	file,id=console,path=*) console=${word##*=} ;;
	*/initrd) [ -z "$KEEP" ] || cp "$word" "$KEEP" ;;
	esac
done
case $FAKE in
mute) exec sleep 1000 ;;
early)
	echo '[    0.100000] the last words' >"$console"
	exit 0
	;;
panic)
	echo '[    0.200000] Kernel panic - not syncing: a test' >"$console"
	exec sleep 1000
	;;
warning)
	printf '[    0.3] before\r\n[    0.4] WARNING: CPU: 0 PID: 1 at a/test.c:1 f\r\n' \
		>"$console"
	;;
esac
exec "$GUEST_SHELL"
END
chmod +x "$work/qemu"
export CGMARK_QEMU="$work/qemu" FAKE=

# ex WORDS...: cgmark exec of a kernel named k.
ex() {
	"$cgmark" exec --no-folder "k=image:$kernel" "$@" >"$work/out" \
		2>"$work/err"
}
# status WANTED NAME WORDS...
status() {
	want=$1 name=$2
	shift 2
	ex "$@" </dev/null
	is $? "$want" "$name" || sed 's/^/# /' "$work/err"
}
# terminal NAME WORDS...: on a terminal, driven by stdin.
terminal() {
	name=$1
	shift
	"$pty" "$@" >"$work/out" 2>"$work/err"
	show="$work/out $work/err" ok $? "$name"
}
shell() {
	name=$1
	shift
	terminal "$name" "$cgmark" shell --no-folder "k=image:$kernel" "$@"
}
nothing_left() {
	wait_until all_gone
	is "$(pgrep -f "$GUEST_SHELL" | wc -l)" 0 "$1: no guest is left"
	is "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0 "$1: no file is left"
}
all_gone() {
	! pgrep -f "$GUEST_SHELL" >/dev/null
}

# --- the command's status ----------------------------------------------------------
status 0 'true: 0' -- true
status 7 'exit 7: 7' -- sh -c 'exit 7'
status 137 'killed by signal 9: 137' -- sh -c 'kill -9 $$'
status 127 'no such program: 127' -- no-such-program
has "$work/err" "cannot run 'no-such-program' in the guest: No such file" \
	'... with a message'
status 126 'not executable: 126' -- /etc/passwd
status 127 'an empty name: 127' -- ''
status 3 'without --: 3' sh -c 'exit 3'
status 4 'options before --' --timeout 100 --strict -- sh -c 'exit 4'
status 0 'options behind the command are its own' -- test -n --timeout
status 5 '--status FILE' --status "$work/status" -- sh -c 'exit 5'
is "$(cat "$work/status")" 'exit 5' '... says how it ended'
status 143 '--status FILE, killed' --status "$work/status" -- sh -c 'kill $$'
is "$(cat "$work/status")" 'signal 15' '... says by what'

# --- words and streams -----------------------------------------------------------
status 0 'words' -- printf '<%s>' 'a b' '' "'\"\$x" '%0a' '%' 'l1
l2' 'ä' '*'
printf '<%s>' 'a b' '' "'\"\$x" '%0a' '%' 'l1
l2' 'ä' '*' >"$work/want"
check '... arrive as they are' cmp "$work/out" "$work/want"
long=$(head -c 100000 /dev/zero | tr '\0' '%')
status 0 'a long word' -- printf %s "$long"
is "$(wc -c <"$work/out")" 100000 '... arrives'
status 0 'stdout and stderr' -- sh -c 'echo out; echo err >&2; echo more'
is "$(cat "$work/out")" 'out
more' '... stdout has its lines'
is "$(cat "$work/err")" err '... stderr has its own, and nothing else'
head -c 10000000 /dev/urandom >"$work/data"
ex -- cat <"$work/data"
is $? 0 '10 MB in and out'
check '... are the same' cmp "$work/out" "$work/data"
ex -- sh -c 'cat >&2' <"$work/data"
check '... on stderr too' cmp "$work/err" "$work/data"
(sleep 1; echo late) | ex -- cat
is "$(cat "$work/out")" late 'input that comes late'
ex -n -- cat <"$work/data"
is "$(wc -c <"$work/out")" 0 '-n: the command has no input'
ex -- cat <&-
is $? 0 'a closed stdin: no input'
ex -- true <"$work/data"
is $? 0 'input that nobody reads'
ex -- sh -c 'head -c 3; exec sleep 0' <"$work/data"
is "$(wc -c <"$work/out")" 3 'input of which a part is read'
(ex -- sh -c 'yes | head -c 5000000'; cat "$work/out") |
	(sleep 1; wc -c >"$work/count")
is "$(cat "$work/count")" 5000000 'a reader that comes late gets all'
{
	"$cgmark" exec --no-folder "k=image:$kernel" -- yes 2>"$work/err" </dev/null
	echo $? >"$work/code"
} | head -n 1 >"$work/out"
is "$(cat "$work/out") $(cat "$work/code")" 'y 141' \
	'a reader that has gone: the command gets SIGPIPE'
"$cgmark" exec --no-folder "k=image:$kernel" -- yes >/dev/full 2>"$work/err" \
	</dev/null
is $? 5 'a full disk: 5'
has "$work/err" 'cannot write standard output: No space left' '... with a message'
status 0 'what it leaves running' -- sh -c 'sleep 30 & echo left'
is "$(cat "$work/out")" left '... does not hold it up'
status 0 'the environment' -e A=1 -e 'B=x y' -- sh -c 'echo $A-$B-$HOME'
is "$(cat "$work/out")" '1-x y-/root' '... is as asked'
nothing_left 'after these'

# --- a command, a kernel and a machine that fail -----------------------------------
status 4 'timeout: 4' --timeout 1 --status "$work/status" -- \
	sh -c 'while :; do :; done'
has "$work/err" 'kernel k: the command did not end within 1 s; the kernel still runs' \
	'... the kernel still runs'
is "$(cat "$work/status")" '' '... and there is no status'
# PID 1 is the stand-in for a kernel that hangs.
status 4 'hang: 4' --timeout 1 -- sh -c 'kill -STOP $PPID; sleep 1000'
has "$work/err" 'within 1 s; the kernel does not answer' \
	'... the kernel does not answer'
status 5 'QEMU killed: 5' -- sh -c 'kill -9 $PPID; sleep 1000'
has "$work/err" 'QEMU died: killed by signal 9' '... with a message'
nothing_left 'after a hang'
FAKE=mute
status 4 'no start: 4' --deadline-hello 1 -- true
has "$work/err" 'did not get as far as the command within 1 s' '... with a message'
FAKE=early
status 4 'a reset during boot: 4' -- true
has "$work/err" 'before userspace' '... with a message'
has "$work/err" 'console: .*the last words' '... and the console'
FAKE=panic
status 4 'a panic: 4' --console "$work/log" -- true
has "$work/err" 'kernel k: Kernel panic - not syncing: a test' '... with its line'
has "$work/log" 'Kernel panic' '... --console FILE has it, too'
FAKE=warning
status 6 'a splat: status of the command' -- sh -c 'exit 6'
has "$work/err" 'warning: kernel k: WARNING: .*a/test.c' '... with a warning'
status 4 'a splat, --strict: 4' --strict -- sh -c 'exit 6'
FAKE=
nothing_left 'after failures'

# --- ^C ------------------------------------------------------------------------------
terminal 'exec, ^C at the terminal: 130' "$cgmark" exec --no-folder \
	"k=image:$kernel" -- sh -c 'echo up; sleep 1000' <<'END'
expect up
send \x03
end 130
END
nothing_left 'exec, ^C'
cat >"$work/under-nohup" <<END
here='$here'
. "\$here/tap.sh"
sh -c 'kill -s HUP \$\$; echo ignored'
END
is "$(trap '' HUP; TAP_SIGNALS='' sh "$work/under-nohup" | grep -c ignored)" 0 \
	'SIGHUP arrives, also when the tests run under nohup'
for signal in TERM HUP KILL; do
	: >"$work/out"
	"$cgmark" exec --no-folder "k=image:$kernel" -- \
		sh -c 'echo up; sleep 1000' >"$work/out" 2>"$work/err" </dev/null &
	pid=$!
	wait_until grep -q up "$work/out"
	kill -s $signal $pid
	wait $pid 2>"$work/null"
	got=$?
	case $signal in KILL) want=137 ;; *) want=130 ;; esac
	is $got $want "exec, SIG$signal: $want"
	wait_until all_gone
	is "$(pgrep -f "$GUEST_SHELL" | wc -l)" 0 "exec, SIG$signal: no guest is left"
done
# What was killed leaves a folder to the next.
status 0 'after a kill' -- true
nothing_left 'after a kill'
terminal 'exec: lines from a terminal are input' "$cgmark" exec --no-folder \
	"k=image:$kernel" -- sh -c 'echo up; read x; echo got $x' <<'END'
expect up
send line\r
expect got line
end 0
END

# --- shell ---------------------------------------------------------------------------
shell 'shell: exit status, and the terminal is as before' <<'END'
expect #
raw
send exit 9\r
end 9
END
has "$work/out" '\^] q' 'shell: the keys that leave it are shown'
shell 'shell: a terminal of this size, which follows' <<'END'
expect #
send stty size; echo pro""mpt\r
expect 33 101
expect prompt
size 50 120
send sleep 1; stty size\r
expect 50 120
send exit\r
end 0
END
# The shell ignores both until the command has the terminal.
shell 'shell: ^C ends the command in it, ^Z stops it' <<'END'
expect #
send sh -c 'echo ru""ns; exec sleep 1000'\r
expect runs
send \x03
expect #
send echo it was $?\r
expect it was 130
send sh -c 'echo ru""ns; exec sleep 1001'\r
expect runs
send \x1a
expect topped
send kill -9 %1; exec sh -c 'exit 3'\r
end 3
END
shell 'shell: ^D ends it' <<'END'
expect #
send \x04
end 0
END
shell 'shell: ^] q leaves a command that does not end' <<'END'
expect #
send trap "" INT; while :; do :; done\r
send \x03
send \x1dq
end 130
END
shell 'shell: and a kernel that hangs' <<'END'
expect #
send kill -STOP $PPID\r
send echo nothing comes\r
send \x1dq
end 130
END
shell 'shell: ^] ^] is ^] for the guest, ^] x nothing' <<'END'
expect #
send cat -v\r
send \x1d\x1da\x1dxb\r
expect ^]ab
send \x04
send exit 0\r
end 0
END
for signal in 1 15; do
	shell "shell: signal $signal restores the terminal" <<END
expect #
raw
kill $signal
end 130
END
done
# Not 11, which a sanitizer takes for its own.
for signal in 6 9; do
	shell "shell: killed by signal $signal, and the terminal is as before" <<END
expect #
raw
kill $signal
end $((128 + signal))
END
done
shell 'shell: QEMU killed' <<'END'
expect #
send kill -9 $PPID\r
expect QEMU died: killed by signal 9
end 5
END
FAKE=panic
shell 'shell: a panic' <<'END'
expect Kernel panic - not syncing: a test
end 4
END
FAKE=
wait_until all_gone
status 0 'after the shells' -- true
nothing_left 'after the shells'
"$cgmark" shell "k=image:$kernel" </dev/null >"$work/out" 2>"$work/err"
is $? 2 'shell without a terminal: 2'
has "$work/err" 'needs a terminal; for a script: cgmark exec' '... with the way out'

# --- what the guest has ----------------------------------------------------------------
printf 'text\n' >"$work/folder/file"
mkdir "$work/folder/sub"
ln -s ../file "$work/folder/sub/link"
mkfifo "$work/folder/fifo"
KEEP="$work/image" "$cgmark" exec -p env "k=image:$kernel" -- true >"$work/out" \
	2>"$work/err"
show="$work/err" is $? 0 'an image with a folder'
(cd "$work" && mkdir unpacked && cd unpacked && cpio -idm --quiet <"$work/image") \
	>"$work/check.out" 2>&1
is "$(cat "$work/unpacked/host/file" "$work/unpacked/host/sub/link")" 'text
text' 'the folder is in it, with its links'
[ ! -e "$work/unpacked/host/fifo" ]
ok $? 'but no FIFO'
check 'busybox is in it' cmp "$(command -v busybox)" "$work/unpacked/bin/busybox"
is "$(readlink "$work/unpacked/bin/cat")" busybox '... under its names'
[ ! -L "$work/unpacked/bin/env" ] && cmp "$(command -v env)" "$work/unpacked/bin/env"
ok $? '--program takes that of the host'
check 'PID 1 is guest-shell' cmp "$GUEST_SHELL" "$work/unpacked/init"

truncate -s 65M "$work/folder/large"
"$cgmark" exec "k=image:$kernel" -- true >"$work/out" 2>"$work/err"
is $? 0 'a large current folder is left out'
has "$work/err" 'warning: \. is too large .*64 MiB' '... with a warning'
truncate -s 513M "$work/folder/large"
"$cgmark" exec -C . "k=image:$kernel" -- true >"$work/out" 2>"$work/err"
is $? 2 'too large a folder that was asked for: 2'
has "$work/err" 'error: \. is too large .*512 MiB' '... with the limit'
rm "$work/folder/large"

# --- wrong words ---------------------------------------------------------------------
# bad PATTERN WORDS...
bad() {
	pattern=$1
	shift
	"$cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? 2 "$*: 2"
	has "$work/err" "$pattern" '... with a message'
}
bad 'which kernel' exec
bad 'what to run in it\? .*exec k=image' exec "k=image:$kernel"
bad 'what to run in it' exec "k=image:$kernel" --
bad 'what to run in it' exec "k=image:$kernel" --no-folder
bad "kernel.*'basline'.*baseline" exec basline -- true
bad 'image /none: No such file' exec k=image:/none -- true
bad 'no ELF' exec "k=image:$here/test-shell.sh" -- true
bad "folder .*/none" exec -C /none "k=image:$kernel" -- true
bad "program 'no-such'" exec -p no-such "k=image:$kernel" -- true
bad '--timeout .0.' exec --timeout 0 "k=image:$kernel" -- true
bad '--cpus .65.' exec --cpus 65 "k=image:$kernel" -- true
bad '--memory 16: .* at least' exec --no-folder --memory 16 "k=image:$kernel" -- true
bad "--env 'x'" exec -e x "k=image:$kernel" -- true
bad 'cannot write /none/s' exec --status /none/s "k=image:$kernel" -- true
bad 'cannot write /none/c' exec --console /none/c "k=image:$kernel" -- true
bad 'one kernel; for a command: cgmark exec a -- b' shell a b
bad 'which kernel' shell
nothing_left 'wrong words'

tap_done
