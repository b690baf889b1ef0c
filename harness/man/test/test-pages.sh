#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-pages.sh CGMARK KERNEL PAGE...: pages can be shown, and the one on formats
# has every member of what a run writes.  KERNEL is any ELF file.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../test/tap.sh"
cgmark=$1
kernel=$(realpath "$2")
shift 2
formats=$here/../cgmark-run.5.scd

for page; do
	man --warnings -E UTF-8 -l "$page" >"$work/page" 2>"$work/warnings"
	is $? 0 "man shows ${page##*/}"
	is "$(cat "$work/warnings")" '' "man has no warnings of ${page##*/}"
	has "$work/page" '^SEE ALSO' "${page##*/} is there to its end"
done

# A run without a guest: nothing is measured, yet all is planned.
mkdir "$work/bench" "$work/suites" "$work/streams"
cat >"$work/bench/bench-null" <<'END'
#!/bin/sh
printf 'B\tnull\t1\t\t31\t4\t1\tnothing at all\n'
END
chmod +x "$work/bench/bench-null"
cp "$work/bench/bench-null" "$work/bench/guest-init"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
"$cgmark" run --kernel "base=image:$kernel" --machine "fake:$work/streams" \
	--bench null --perturbations 1 --events page-faults --latencies=schedule \
	-o "$work/runs" >"$work/out" 2>&1
show=$work/out
cat "$work"/runs/*/run.json >"$work/run.json"
is $? 0 'the run is written'
cat "$work"/runs/*/boots/base-p0/boot.json >"$work/boot.json"
is $? 0 'its boot is written'

# members FILE: names of all members; those of "files" are files.
members() {
	jq -r 'del(.files[]?) | paths | map(strings) | last // empty' "$1" | sort -u
}
# section HEAD: its text in the page.
section() {
	sed -n "/^#* $1\$/,/^#/{/^#/d;p}" "$formats"
}
for file in run boot; do
	{ section 'JSON FILES'; section "$file.json"; } >"$work/section"
	members "$work/$file.json" >"$work/$file.members"
	[ "$(wc -l <"$work/$file.members")" -ge 12 ]
	ok $? "$file.json has members"
	while read -r name; do
		grep -qF -e "*$name*" "$work/section" || echo "$name"
	done <"$work/$file.members" >"$work/$file.lacking"
	is "$(cat "$work/$file.lacking")" '' \
		"cgmark-run(5) has every member of $file.json"
done
tap_done
