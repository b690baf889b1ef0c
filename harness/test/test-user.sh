#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-user.sh SOURCE BUILD MKSTREAM: what needs no root works without: tests of the
# whole program as a user who owns nothing but two folders.  Needs root, to be another.

source=$1
build=$2
mkstream=$(realpath "$3")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

if [ "$(id -u)" -ne 0 ]; then
	printf '1..0 # SKIP all tests run as an ordinary user here\n'
	exit 0
fi

# A tree that nobody else can write, and that this user can reach.
tree=$work/tree
chmod 755 "$work"
mkdir -p "$tree/build/bench" "$tree/harness" "$tree/bench" "$work/home" "$work/tmp"
cp -r "$source/harness/test" "$tree/harness/"
cp -r "$source/plots" "$tree/"
cp -r "$source/bench/suites" "$tree/bench/"
cp "$build/cgmark" "$mkstream" "$tree/build/"
find "$build/bench" -maxdepth 1 -type f -exec cp {} "$tree/build/bench/" \;
echo "$tree" >"$tree/build/cgmark.source"
chmod -R go+rX "$tree"
chown 65534:65534 "$work/home" "$work/tmp"

as_user() {
	(cd "$work/home" && setpriv --reuid 65534 --regid 65534 --clear-groups \
		--no-new-privs env -i PATH="$PATH" HOME="$work/home" \
		TMPDIR="$work/tmp" "$@") >"$work/log" 2>&1
}
as_user id -u
is "$(cat "$work/log")" 65534 'there is such a user'
! as_user touch "$tree/x"
ok $? 'it can write nothing of ours'

show="$work/why"
for name in compare runs explain cli boots; do
	case $name in
	cli) bench=$tree/build/bench ;;
	*) bench= ;;
	esac
	# shellcheck disable=SC2086 # a word or nothing
	as_user "$tree/harness/test/test-$name.sh" "$tree/build/cgmark" \
		"$tree/build/$(basename "$mkstream")" $bench
	status=$?
	grep -A 8 '^not ok' "$work/log" >"$work/why"
	ok $status "the test '$name', $(grep -c '^ok' "$work/log") subtests"
done

# What does need root says so.
as_user "$tree/build/cgmark" run --machine local --bench null
is $? 5 'machine local: exit status 5'
has "$work/log" 'takes root: run cgmark as root' 'machine local says that it takes root'

tap_done
