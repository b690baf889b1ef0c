#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-shell.sh CGMARK PTY: cgmark exec and cgmark shell in real guests.  What
# needs no kernel is in test-shell.sh.
# shellcheck disable=SC2016 # what the guest expands

cgmark=$(realpath "$1")
pty=$(realpath "$2")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export TMPDIR="$work/tmp"
mkdir "$TMPDIR" "$work/folder"
cd "$work/folder" || exit 99
printf 'text of the host\n' >file

# ex WORDS...: cgmark exec, with a time for a slow machine.
ex() {
	"$cgmark" exec -q --deadline-hello 300 "$@" >"$work/out" 2>"$work/err"
}
# terminal NAME WORDS...: cgmark shell, driven by stdin.
terminal() {
	name=$1
	shift
	"$pty" "$cgmark" shell --deadline-hello 300 "$@" >"$work/out" 2>"$work/err"
	show="$work/out $work/err" ok $? "$name"
}
# Processes of ours name our temporary folder.
guests() {
	pgrep -f "initrd $TMPDIR" | wc -l
}
nothing_left() {
	is "$(guests)" 0 "$1: no QEMU is left"
	is "$(find "$TMPDIR" -mindepth 1 | wc -l)" 0 "$1: no file is left"
}

# --- exec ----------------------------------------------------------------------------
ex baseline -- cat /proc/cgroups </dev/null
show="$work/err" is $? 0 'exec baseline -- cat /proc/cgroups'
has "$work/out" '^#subsys_name' '... has its head'
has "$work/out" '^memory	0	1	1$' '... and the memory controller'
is "$(cat "$work/err")" '' '... and nothing on stderr'
is "$(grep -c swap "$work/out")" 0 '... on the baseline no swap controller'
ex patched -- grep -c '^swap' /proc/cgroups </dev/null
is "$(cat "$work/out")" 1 'exec patched: there is one'

# In one guest: a boot costs seconds.
cat >script <<'END'
#!/bin/sh
cat file
uname -r
id -u
ls /bench | grep -c '^bench-'
bench-null --run null | grep '^ok'
perf stat -e page-faults true 2>&1 | grep -o 'page-faults'
stress-ng --fork 1 --fork-ops 5 --temp-path /tmp 2>&1 | grep -o 'successful run'
hyperfine --shell none --runs 2 true 2>/dev/null | grep -o Time
mkdir /sys/fs/cgroup/x && cat /sys/fs/cgroup/x/cgroup.type
echo kept >file && cat file
tty </dev/null
echo to stderr >&2
exit 42
END
chmod +x script
ex baseline -- ./script </dev/null
is $? 42 'a script of the folder: its exit status'
is "$(sed '2d;4d' "$work/out")" 'text of the host
0
ok 1 null
page-faults
successful run
Time
domain
kept
not a tty' '... has the benchmarks and the tools'
has "$work/out" '^6\.[0-9]+\.[0-9]+-cgmark$' '... on this kernel'
is "$(cat "$work/err")" 'to stderr' '... stderr is apart'
is "$(cat file)" 'text of the host' '... the host keeps its file'

head -c 10000000 /dev/urandom >"$work/data"
ex --no-folder baseline -- cat <"$work/data"
is $? 0 '10 MB in and out'
check '... are the same' cmp "$work/out" "$work/data"
ex --no-folder baseline -- sh -c 'cat | tee /dev/stderr' <"$work/data"
check '10 MB on stderr are the same' cmp "$work/err" "$work/data"
check '... and on stdout beside it' cmp "$work/out" "$work/data"
ex --no-folder baseline -- no-such-program </dev/null
is $? 127 'no such program: 127'
ex --no-folder baseline -- sh -c 'kill -9 $$' </dev/null
is $? 137 'killed by a signal: 137'
ex --no-folder --cpus 2 --memory 1000 --cmdline cgmark.test=1 baseline -- \
	sh -c 'nproc; grep -o cgmark.test=1 /proc/cmdline; free -m' </dev/null
is "$(head -n 2 "$work/out")" '2
cgmark.test=1' '--cpus and --cmdline'
[ "$(awk '/^Mem/ { print $2 }' "$work/out")" -gt 900 ]
ok $? '--memory'

# --- exact -----------------------------------------------------------------------------
for i in 1 2; do
	ex --exact --no-folder baseline -- bench-fork --run fork/exit \
		controllers=none </dev/null
	show="$work/err" is $? 0 "--exact, $i"
	cp "$work/out" "$work/exact.$i"
done
has "$work/exact.1" '^# elapsed_ns [1-9]' '--exact measures'
check '--exact: figures repeat' cmp "$work/exact.1" "$work/exact.2"
before=$(date +%s)
ex --exact --no-folder baseline -- sleep 1000 </dev/null
is $? 0 '--exact: sleep 1000'
[ $(($(date +%s) - before)) -lt 300 ]
ok $? '... takes no time'

# --- hang, panic, reset ---------------------------------------------------------------
ex --no-folder --timeout 3 baseline -- sh -c 'while :; do :; done' </dev/null
is $? 4 'a command that does not end: 4'
has "$work/err" 'did not end within 3 s; the kernel still runs' '... with a message'
ex --no-folder --console "$work/log" baseline -- \
	sh -c 'echo c >/proc/sysrq-trigger' </dev/null
is $? 4 'a panic: 4'
has "$work/err" 'kernel baseline: Kernel panic - not syncing: sysrq triggered crash' \
	'... with its line'
has "$work/err" 'console: .*sysrq_handle_crash' '... and its trace'
has "$work/log" '</TASK>' '--console FILE has all of it'
ex --no-folder baseline -- reboot -f </dev/null
is $? 4 'a reset: 4'
has "$work/err" 'was reset before the command ended' '... with a message'
ex --no-folder --cmdline 'init=/none rdinit=/none' baseline -- true </dev/null
is $? 4 'no PID 1: 4'
"$cgmark" exec -q --no-folder --deadline-hello 3 --cmdline 'rdinit=/bin/yes' \
	baseline -- true >"$work/out" \
	2>"$work/err" </dev/null
is $? 4 'a guest that never asks: 4'
has "$work/err" 'within 3 s' '... with the deadline'
ex "x=image:$work/none" -- true </dev/null
is $? 2 'no kernel image: 2'
has "$work/err" "image $work/none: No such file" '... with its name'
nothing_left 'exec'

# --- ^C --------------------------------------------------------------------------------
"$pty" "$cgmark" exec -q --no-folder --deadline-hello 300 baseline -- \
	sh -c 'echo up; sleep 1000' >"$work/out" 2>"$work/err" <<'END'
expect up
send \x03
end 130
END
show="$work/out $work/err" ok $? 'exec, ^C: 130'
nothing_left 'exec, ^C'

# --- shell -------------------------------------------------------------------------------
terminal 'shell: a terminal with job control' --no-folder patched <<'END'
expect patched:/#
raw
send stty size; tty\r
expect 33 101
expect /dev/pts/0
size 50 120
send sleep 1; stty size\r
expect 50 120
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
send kill -9 %1; exec sh -c 'exit 9'\r
end 9
END
terminal 'shell: the folder, in the shell of the host' --shell bash baseline <<'END'
expect baseline:/host#
send cat file; echo $BASH_VERSION | sed 's/^/version /'\r
expect text of the host
expect version 5
send exit\r
end 0
END
terminal 'shell: ^] q leaves a guest that hangs' --no-folder baseline <<'END'
expect #
send trap "" INT; while :; do :; done\r
send \x03
send \x1dq
end 130
END
terminal 'shell: a panic shows, and ends it' --no-folder baseline <<'END'
expect #
send echo c >/proc/sysrq-trigger\r
expect Kernel panic
expect kernel baseline: Kernel panic
end 4
END
terminal 'shell: killed, and the terminal is as before' --no-folder baseline <<'END'
expect #
raw
kill 9
end 137
END
no_guest() {
	[ "$(guests)" -eq 0 ]
}
wait_until no_guest
# What was killed leaves its folder to the next.
ex --no-folder baseline -- true </dev/null
nothing_left 'shell'

tap_done
