#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-style.sh SOURCE_ROOT CGMARK: what a reader of the tree relies on.

root=$1
cgmark=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
case $cgmark in
/*) ;;
*) cgmark=$PWD/$cgmark ;;
esac
cd "$root" || exit 99

# Files that belong to the project: what git tracks, or all but build output.
files() {
	git ls-files 2>/dev/null | grep . ||
		find . -path ./.git -prune -o -path './build*' -prune -o \
			-path ./results/runs -prune -o \
			-path ./results/report -prune -o -type f -print |
		sed 's,^\./,,'
}
files >"$work/files"

grep -E '\.(c|h|sh|gp|scd|sql|css|ini|config)$|(^|/)(meson\.build|run\.sh|run)$' \
	"$work/files" | while read -r f; do
	[ -f "$f" ] || continue
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' ||
		echo "$f"
done >"$work/no-spdx"
is "$(cat "$work/no-spdx")" '' 'every source file names its licence first'

grep -vE '\.(patch|svg|png|html)$|/fuzz/corpus/' "$work/files" |
	xargs -r grep -nE '[[:blank:]]+$' >"$work/blanks" 2>/dev/null
is "$(head -n 5 "$work/blanks")" '' 'no line ends in blanks'

grep -E '\.[ch]$' "$work/files" >"$work/sources"
check 'C files are as clang-format has them' \
	xargs clang-format --dry-run -Werror <"$work/sources"

grep -E '\.sh$|^\.ci/run$' "$work/files" >"$work/scripts"
check 'shell scripts pass shellcheck' \
	xargs shellcheck -x -e SC2317 <"$work/scripts"

# --- the manual has every subcommand and every long option -------------------
man=harness/man/cgmark.1.scd
"$cgmark" --help >"$work/help" 2>&1
sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' "$work/help" >"$work/commands"
[ "$(wc -l <"$work/commands")" -ge 6 ]
ok $? 'cgmark --help lists the subcommands'
while read -r c; do
	"$cgmark" "$c" --help >"$work/help.$c" 2>&1
	is $? 0 "cgmark $c --help"
	grep -q "^## .*cgmark $c" "$man" || echo "$c: no section"
	grep -oE '(^|[ ,[])--[a-z][a-z-]*' "$work/help.$c" |
		grep -oE -e '--[a-z-]+' | sort -u |
		while read -r option; do
			grep -qF -e "$option" "$man" || echo "$c $option"
		done
done <"$work/commands" >"$work/out"
grep -E '^(ok|not ok|#)' "$work/out"
is "$(grep -vE '^(ok|not ok|#)' "$work/out")" '' \
	'the manual has every subcommand and option'

# --- the kernel patches --------------------------------------------------------
# On stdin, as checkpatch takes a file that git tracks for source, not a patch.
# FILE_PATH_CHANGES asks for each new file whether MAINTAINERS covers it, and it
# does: kernel/cgroup, include/linux/cgroup* and the documentation of v1.
# UNKNOWN_COMMIT_ID looks for the commits of Fixes: in a history that a source package
# does not have.
checkpatch() {
	perl "$tree/scripts/checkpatch.pl" --no-tree --strict --no-summary \
		--ignore FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID - <"$1"
}

tree=$(kernel_source)
if [ -n "$tree" ]; then
	while read -r patch; do
		case $patch in '' | '#'*) continue ;; esac
		check "checkpatch --strict $patch" \
			checkpatch "kernel/patches/cgroup-subprojects/$patch"
	done <kernel/patches/cgroup-subprojects/series
else
	ok 1 "checkpatch.pl from the package linux-source-6.12"
fi

tap_done
