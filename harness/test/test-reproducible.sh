#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-reproducible.sh SOURCE BUILD MKSTREAM LIBFAULT: the same source gives the same
# programs, guest image and report, byte for byte, in another folder, with another user
# name, a hundred days later.

source=$1
build=$2
mkstream=$(realpath "$3")
libfault=$(realpath "$4")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
# shellcheck source=harness/test/streams.sh
. "$here/streams.sh"

other="$work/some other folder"
later() {
	env LD_PRELOAD="$libfault" FAULT=clock:1 FAULT_SECONDS=8640000 \
		HOME="$work" USER=somebody LOGNAME=somebody TZ=Asia/Tokyo "$@"
}
[ "$(later date +%s)" -gt $(($(date +%s) + 8000000)) ]
ok $? 'the clock can be set'

# What git tracks, or all but builds and results.
cd "$source" || exit 99
mkdir "$other"
{
	git ls-files 2>/dev/null | grep . ||
		find . -path './build*' -prune -o -path ./results/runs -prune -o \
			-type f -print
} | cpio -pdm --quiet "$other"
(cd "$other" && later meson setup elsewhere && later ninja -C elsewhere programs) \
	>"$work/log" 2>&1
show="$work/log" ok $? 'it builds there' || tap_done

# Programs as they are linked, and the manual.
programs() {
	(cd "$1" && find . -type f \( -name cgmark -o -path './bench/bench-*' -o \
		-path './bench/init/guest-*' -o -name cgmark-tcg.so -o -name '*.[15]' \) \
		! -path '*.p/*' ! -path '*/test/*' ! -path '*/fuzz/*' | sort | xargs sha256sum)
}
programs "$build" >"$work/here"
programs "$other/elsewhere" >"$work/there"
[ "$(wc -l <"$work/here")" -ge 30 ]
ok $? 'there are programs to compare'
is "$(comm -3 "$work/here" "$work/there" | awk '{ print $2 }' | sort -u)" '' \
	'all are the same'

# The guest of each, by its hash in run.json.
record "$work/streams" 1
guest_of() {
	program=$1
	shift
	"$@" "$program" run -q --machine "fake:$work/streams" --bench null \
		--kernel "base=image:$mkstream" -o "$work/runs" >"$work/log" 2>&1
	jq -r .guest_sha256 "$work"/runs/*/run.json
	rm -rf "$work/runs"
}
here_guest=$(guest_of "$build/cgmark" env)
is "$(guest_of "$other/elsewhere/cgmark" later)" "$here_guest" \
	'the guest is the same'
is "$(printf %s "$here_guest" | wc -c)" 64 'it has a hash'

# Of one run.
mkdir "$work/bench"
mkbenches
for kernel in base new; do
	cp "$mkstream" "$work/vmlinux-$kernel"
	echo $kernel >>"$work/vmlinux-$kernel"
done
CGMARK_BENCH_DIR="$work/bench" "$build/cgmark" run -q --bench '*' \
	--machine "fake:$work/streams" --kernel "base=image:$work/vmlinux-base" \
	--kernel "new=image:$work/vmlinux-new" -o "$work/results/runs" \
	>"$work/log" 2>&1
show="$work/log" ok $? 'a run'
export CGMARK_RESULTS_DIR="$work/results"
check 'its report' "$build/cgmark" report -o "$work/report"
check 'its report there' later "$other/elsewhere/cgmark" report -o "$work/later"
check 'both are the same' cmp "$work/report/index.html" "$work/later/index.html"
[ "$(wc -c <"$work/report/index.html")" -gt 10000 ]
ok $? 'and not empty'

tap_done
