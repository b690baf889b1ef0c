#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-runsh.sh RUN_SH: what run.sh calls in which order, and its exit status.
# Nothing is installed or built: dpkg-query, meson and ninja are scripts here, and
# so is cgmark, which writes down its words and exits with $SUBCOMMAND_status.
run_sh=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"

mkdir "$work/bin" "$work/build"
script() {
	cat >"$1"
	chmod +x "$1"
}
printf '#!/bin/sh\necho installed\n' | script "$work/bin/dpkg-query"
printf '#!/bin/sh\nexit 0\n' | script "$work/bin/meson"
# Fetches nothing: the archive that it leaves is another.
script "$work/bin/npm" <<'END'
#!/bin/sh
echo "$*" >"$CALLS.npm"
echo forged >axe-core-4.10.3.tgz
END
script "$work/bin/ninja" <<'END'
#!/bin/sh
echo "$*" >"$CALLS.ninja"
END
script "$work/build/cgmark" <<'END'
#!/bin/sh
echo "$*" >>"$CALLS"
eval "exit \${$1_status:-0}"
END
# What it finds beside itself.
mkdir -p "$work/top/kernel"
cp "$run_sh" "$work/top/run.sh"
known=kernel/patches/known
mkdir -p "$work/top/$known"
cp "$(dirname "$run_sh")/$known/known.sh" "$work/top/$known/"
cat >"$work/top/$known/known.ini" <<'END'
[one]
bench = fault/anon
params = group=v1 depth=1
END
run_sh=$work/top/run.sh
script "$work/top/kernel/build.sh" <<'END'
#!/bin/sh
echo "$*" >"$CALLS.unpack"
if [ -e "$CALLS.hang" ]; then
	: >"$CALLS.hangs"
	exec sleep 1000
fi
exit 5
END
export XDG_CACHE_HOME="$work/cache"
mkdir -p "$work/cache/cgmark/kernels/0011"
export PATH="$work/bin:$PATH" CGMARK_BUILD_DIR="$work/build" CALLS="$work/calls"

# calls STATUS CALLS NAME WORDS...: run.sh with these words.
calls() {
	want_status=$1 want_calls=$2 name=$3
	shift 3
	: >"$CALLS"
	"$run_sh" "$@" >"$work/out" 2>"$work/err"
	is $? "$want_status" "$name: exit status" || sed 's/^/# /' "$work/err"
	is "$(paste -sd '|' "$CALLS")" "$want_calls" "$name: calls"
}

calls 0 'run|report' 'without words'
calls 0 'run -q|report -q' 'quiet' -q
calls 0 'nightly' 'nightly' nightly
calls 0 'nightly -q --night 2026-12-31 -- -j 1' 'nightly, quiet, with options' \
	-q nightly --night 2026-12-31 -- -j 1
calls 0 'list --suites' 'a subcommand' list --suites
is "$(cat "$CALLS.ninja")" "-C $work/build programs" 'tests are not built to run'
for s in 1 3; do
	export run_status=$s
	calls $s 'run|report' "verdict $s"
done
for s in 4 5 130; do
	export run_status=$s
	calls $s 'run' "failure $s"
done
for s in 1 2 5 130; do
	export nightly_status=$s
	calls $s 'nightly' "nightly, status $s" nightly
done

# Without a kernel their source is unpacked meanwhile; that it fails is no matter.
unset run_status nightly_status
[ ! -e "$CALLS.unpack" ]
ok $? 'with kernels in the cache nothing is unpacked'
rm -r "$work/cache/cgmark/kernels/0011"
for words in 'list --suites' nightly; do
	# shellcheck disable=SC2086 # words
	"$run_sh" $words >"$work/out" 2>&1
done
[ ! -e "$CALLS.unpack" ]
ok $? 'nor for what may not need it'
calls 0 'run|report' 'without kernels'
wait_until test -s "$CALLS.unpack"
is "$(cat "$CALLS.unpack")" '-q unpack --source deb:linux-source-6.12' \
	'the source is unpacked'
is "$(grep -c unpack "$work/err")" 0 'that it failed is not said here'

# It does not outlive run.sh, whose build fails.
: >"$CALLS.hang"
script "$work/bin/ninja" <<'END'
#!/bin/sh
until [ -e "$CALLS.hangs" ]; do
	sleep 0.1
done
exit 1
END
calls 5 '' 'cgmark does not build'
unpacks() {
	grep -lsz "^CALLS=$CALLS\$" /proc/[0-9]*/environ | while read -r file; do
		tr '\0' ' ' <"${file%environ}cmdline" | grep '^sleep 1000'
	done
}
# shellcheck disable=SC2317 # called by wait_until
no_unpack() {
	[ -z "$(unpacks 2>/dev/null)" ]
}
wait_until no_unpack
is "$(unpacks 2>/dev/null)" '' 'what it started in the background is gone'
script "$work/bin/ninja" <<'END'
#!/bin/sh
echo "$*" >"$CALLS.ninja"
END
mkdir "$work/cache/cgmark/kernels/0011"

# A subtest that fails is shown with its reason, which meson keeps to its log.
mkdir "$work/build/meson-logs"
cat >"$work/build/meson-logs/testlog.txt" <<'END'
test:         cgmark:vm / one
ok 1 - before
# took 1 ms
not ok 2 - broken
# a is 1, not 2
# took 3 ms
ok 3 - after
# took 2 ms
END
script "$work/bin/meson" <<'END'
#!/bin/sh
[ "$1" = test ] && printf 'Ok: 1\nFail: 1\n'
exit 0
END
calls 0 "$(paste -sd '|' <<END
run --profile --kernel baseline --kernel one=baseline,patches=$work/top/$known/one.patch --bench fault/anon --param group=v1 --param depth=1 --no-null
run --suite quick --profile --kernel v6.1=deb:linux-source-6.1,config=base:cgroup:net:base-full --kernel v6.12=baseline --no-null
run --suite quick --profile --kernel baseline --kernel fixes --kernel css_set --kernel mm_owner --kernel net --kernel binding --kernel signal --kernel modules --kernel statistics --kernel swap --kernel oom --kernel all=patched --no-null
import
site -o $work/top/results/demo/site
END
)" 'the gallery' site --demo --no-null
calls 0 'site -o x' 'a site that is no gallery' site -o x
calls 1 '' 'a failed test' test --suite vm
is "$(cat "$CALLS.npm")" 'pack --silent axe-core@4.10.3' 'npm is asked for axe-core'
[ ! -e "$work/cache/cgmark/axe-core/axe.min.js" ]
ok $? 'of a forged archive nothing is taken'
is "$(cat "$CALLS.ninja")" "-C $work/build all" '... but to be tested'
is "$(grep -A 2 '^cgmark' "$work/out")" 'cgmark:vm / one: not ok 2 - broken
# a is 1, not 2
# took 3 ms' 'a failed test: what and why'
is "$(grep -cE 'before|after|took [12]' "$work/out")" 0 \
	'a failed test: nothing about the others'
is "$(tail -n 1 "$work/out")" '1 passed, 1 failed, 0 skipped' \
	'a failed test: the last line'

tap_done
