#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz-minimize.sh LOG PATTERN FUNCTEST-RUN [OPTION]... VMLINUX > SCRIPT
#
# Takes the operations out of a log of the fuzzer that are not needed for it to
# fail with PATTERN (grep).  LOG is what functest-run printed with fuzz.tail=40000,
# or a script.  First it leaves out kinds of operations, then shorter and shorter
# parts.  Each try is a boot.

log=$1 pattern=$2
shift 2

dir=$(mktemp -d) || exit 5
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
best=$dir/best try=$dir/try
sed -n 's/^\(# \)\{0,1\}\([ru] [a-z_]\{2,\} .*\)/\2/; t show; b; :show; s/ # .*//; p' \
	"$log" >"$best"

# fails COMMAND...: does the script $try?
fails()
{
	"$@" --file "$try=fuzz.script" --append fuzz.tail=1 2>&1 |
		grep -q -- "$pattern"
}

keep()
{
	cp "$try" "$best"
	echo "$(wc -l <"$best") operations" >&2
}

cp "$best" "$try"
if ! fails "$@"; then
	echo "it does not fail as a script" >&2
	exit 1
fi
for op in $(cut -d ' ' -f 2 "$best" | sort | uniq -c | sort -nr |
	awk '{ print $2 }'); do
	awk -v op="$op" '$2 != op' "$best" >"$try"
	if fails "$@"; then keep; fi
done
size=$(($(wc -l <"$best") / 2))
while [ "$size" -gt 0 ]; do
	first=1
	while [ "$first" -le "$(wc -l <"$best")" ]; do
		awk -v a="$first" -v n="$size" 'NR < a || NR >= a + n' \
			"$best" >"$try"
		if fails "$@"; then keep; else first=$((first + size)); fi
	done
	size=$((size / 2))
done
cat "$best"
