#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-fuzz.sh SOURCE_ROOT BUILD_ROOT SECONDS|short NAME...: runs the fuzz targets of
# these names for so many seconds each, or "short": as often as takes a few seconds,
# from a fixed seed, so that it finds the same each time.

root=$1
build=$2
how=$3
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# Some targets write a file each time, which takes long on a busy disk.
[ -n "${TMPDIR-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm
# shellcheck source=harness/test/tap.sh
. "$here/../test/tap.sh"
shift 3

if ! command -v clang >/dev/null; then
	printf '1..0 # SKIP there is no clang\n'
	exit 0
fi

# Inside of the build, and kept there.
fuzz=$build/harness/fuzz/build
kept=$build/harness/fuzz/findings
mkdir -p "$fuzz" "$kept"
make_targets() {
	{
		flock 9
		[ -f "$fuzz/build.ninja" ] ||
			meson setup --native-file "$root/build-fuzz.ini" \
				"$fuzz" "$root"
		ninja -C "$fuzz" fuzz
	} 9>"$fuzz/.lock" >"$work/log" 2>&1
}
make_targets
show="$work/log" ok $? 'the targets are built' || tap_done

# About four seconds each.
runs() {
	case $1 in
	boot | ktap) echo 4000 ;;
	calibration | series) echo 20000 ;;
	elf | guest) echo 40000 ;;
	events) echo 2000 ;;
	ini | run) echo 10000 ;;
	shell) echo 200000 ;;
	store) echo 1500 ;;
	tools) echo 600000 ;;
	*) echo 150000 ;;
	esac
}

# fuzz NAME OPTION...: what fails is kept.  Without a fixed layout of memory,
# addresses among the data would make a difference.
fuzz() {
	name=$1
	shift
	seeds=$(find "$root/harness/fuzz/corpus/$name" -type f | sort | paste -sd ,)
	env TMPDIR="$work" ASAN_OPTIONS=allocator_may_return_null=1 \
		setarch -R "$fuzz/harness/fuzz/fuzz-$name" -close_fd_mask=3 \
		-max_len=8192 -rss_limit_mb=3072 -seed_inputs="$seeds" \
		-artifact_prefix="$kept/$name-" "$@" >"$work/log" 2>&1
}

for name; do
	if [ "$how" = short ]; then
		fuzz "$name" -seed=1 -timeout=120 -runs="$(runs "$name")"
	else
		fuzz "$name" -timeout=60 -max_total_time="$how"
	fi
	show="$work/log" ok $? "$name: $(sed -n \
		's/^Done \([0-9]*\) runs in \([0-9]*\) .*/\1 runs, \2 s/p' \
		"$work/log")" ||
		printf '# kept; to see it again:\n# %s %s\n' \
			"$fuzz/harness/fuzz/fuzz-$name" "$(sed -n \
			's/.*Test unit written to //p' "$work/log")"
done

tap_done
