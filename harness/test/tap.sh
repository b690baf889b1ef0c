# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# TAP for shell tests: set $here to the folder of the test, source this file before
# the first shift or cd, call ok, is, has or check, and end with tap_done.  $work is a
# temporary folder that is removed when the test ends.

# A signal that is ignored at the start, as nohup leaves SIGHUP, stays so in all that
# the test runs, and a shell cannot take it back.
if [ -z "${TAP_SIGNALS-}" ]; then
	export TAP_SIGNALS=default
	exec env --default-signal /bin/sh "$0" "$@"
fi

# In a hook, git would work on the repository that is committed to.
if command -v git >/dev/null 2>&1; then
	# shellcheck disable=SC2046 # names of variables
	unset $(git rev-parse --local-env-vars)
fi

tap_nr=0
tap_failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/cgmark-test-XXXXXX") || exit 99
# No test takes or leaves boots of the user's own.
export CGMARK_BOOTS_DIR="$work/boots"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

printf 'TAP version 13\n'

# ok STATUS NAME: STATUS 0 passes; otherwise the files named in $show are shown.
ok() {
	tap_nr=$((tap_nr + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_nr" "$2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_nr" "$2"
	for tap_file in ${show-}; do
		[ -f "$tap_file" ] && tail -n 25 "$tap_file" | sed 's/^/# /'
	done
	return 1
}

# check NAME COMMAND...: ok if the command succeeds.
check() {
	tap_name=$1
	shift
	"$@" >"$work/check.out" 2>&1
	tap_status=$?
	[ $tap_status -eq 0 ] || sed 's/^/# /' "$work/check.out" | tail -n 25
	ok $tap_status "$tap_name"
}

# is GOT WANTED NAME
is() {
	[ "$1" = "$2" ]
	ok $? "$3" || printf '# got: %s\n# wanted: %s\n' "$1" "$2"
}

# has FILE PATTERN NAME: a line of FILE matches the extended expression.
has() {
	grep -Eq -e "$2" "$1"
	ok $? "$3" || { printf '# no match for: %s\n' "$2"; sed 's/^/# /' "$1" | tail -n 25; }
}

# cgmark finds kernels, benchmarks, suites and runs in $work, and nothing elsewhere.
own_folders() {
	export CGMARK_RESULTS_DIR="$work/results"
	export CGMARK_KERNEL_DIR="$work/kernel"
	export CGMARK_BENCH_DIR="$work/bench"
	export CGMARK_SUITES_DIR="$work/suites"
	export XDG_CACHE_HOME="$work/xdg"
	mkdir -p "$work/kernel/config.d" "$work/bench" "$work/suites"
}

# wait_until COMMAND...: until it succeeds, at most for longer than the slowest
# machine takes.
wait_until() {
	tap_tries=6000
	until "$@" || [ "$tap_tries" -eq 0 ]; do
		tap_tries=$((tap_tries - 1))
		sleep 0.1
	done
}

# The source of the kernels, unpacked as for a build.  Do not change it.
kernel_source() {
	# shellcheck disable=SC2154 # of who sources this
	"$here/../../kernel/build.sh" -q unpack \
		--source deb:linux-source-6.12 | sed -n 's/^entry //p'
}

tap_done() {
	printf '1..%d\n' "$tap_nr"
	[ "$tap_failed" -eq 0 ]
	exit $?
}
