#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-topics.sh: each topic of the series applies with git am on its base alone, no
# patch is in no topic, and all topics together are the series.  How it could go wrong:
# a patch of one topic that needs another which its cover letter does not name, so that
# who reviews or takes the topic alone cannot apply it.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
all=$(realpath "$here/../patches/cgroup-subprojects")
tree=$work/linux
export HOME="$work" GIT_CONFIG_NOSYSTEM=1

in_tree() {
	git -C "$tree" "$@"
}

# What patches touch is all that is needed of the tree.
# shellcheck disable=SC2317 # check() calls it
make_tree() {
	source=$(kernel_source) && [ -n "$source" ] && mkdir "$tree" || return 1
	find "$all" -name '*.patch' -exec sed -n 's|^--- a/||p' {} + | sort -u |
		(cd "$source" && while read -r file; do
			if [ -e "$file" ]; then echo "$file"; fi
		done | cpio -pd --quiet "$tree")
	in_tree init -q && in_tree config user.name topics &&
		in_tree config user.email topics@localhost &&
		in_tree config gc.auto 0 && in_tree add -A -f &&
		in_tree commit -q -m 6.12 && in_tree branch first
}

# patches_of TOPIC: those of its base, and its own.
patches_of() {
	sed -n -e 's|^\.\./||p' -e "s|^0|$1/0|p" "$all/$1/series"
}

own_patches() {
	sed -n '/^0/p' "$all/$1/series"
}

# am BRANCH FROM: patches of stdin.
am() {
	in_tree checkout -q -f -B "$1" "$2" && sed "s|^|$all/|" |
		xargs git -C "$tree" am -q
}

# What the last topic of the base is based on need not be applied again, if it is the
# same.
# shellcheck disable=SC2317 # check() calls it
am_topic() {
	last=$(sed -n 's|^\.\./\(.*\)/.*|\1|p' "$all/$1/series" | tail -n 1)
	if [ -n "$last" ] && [ "$(patches_of "$last")" = \
		"$(patches_of "$1" | grep -v "^$1/")" ]; then
		patches_of "$1" | grep "^$1/" | am "$1" "$last"
	else
		patches_of "$1" | am "$1" first
	fi
}

# shellcheck disable=SC2317 # check() calls it
am_all() {
	sed -n '/^[a-z]/p' "$all/series" | am whole first
}

check 'a clean tree' make_tree

topics=$(sed -n 's|/.*||p' "$all/series" | grep -v '^#' | uniq)
is "$(echo "$topics" | sort)" \
	"$(find "$all" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)" \
	'each folder is a topic of the series'
check 'the whole series' am_all
for topic in $topics; do
	check "$topic: applies on its base" am_topic "$topic"
	is "$(own_patches "$topic")" \
		"$(cd "$all/$topic" && find . -name '*.patch' -printf '%f\n' | sort)" \
		"$topic: has all patches of its folder, in order"
	is "$(own_patches "$topic" | sed "s|^|$topic/|")" \
		"$(grep "^$topic/" "$all/series")" "$topic: as in the whole series"
	is "$(sed -n 's/^Base: *//p' "$all/$topic/cover-letter.txt")" \
		"$(sed -n 's/^# Base: *//p' "$all/$topic/series")" \
		"$topic: the cover letter names its base"
	is "$(sed -n 's|^\.\./\(.*\)/.*|\1|p' "$all/$topic/series" | uniq)" \
		"$(sed -n 's/^# Base: Linux 6.12\( and \)*\(.*\)\.$/\2/p' \
			"$all/$topic/series" | tr -s ', ' '\n' | sed '/^$/d')" \
		"$topic: these are what its series begins with"
	is "$(sed -n 's|^patches = patches/cgroup-subprojects/\(.*\)/series$|\1|p' \
		"$here/../kernels.ini" | grep -cx "$topic")" 1 "$topic: is a kernel"
done

# Those that nothing is based on, after the others.
(patches_of mm_owner && patches_of net) | am together oom
is "$(in_tree rev-parse 'together^{tree}')" "$(in_tree rev-parse 'whole^{tree}')" \
	'all topics together are the whole series'

tap_done
