# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034 # variables of build.sh
#
# trees.sh - part of build.sh: object trees are kept, and a kernel is built from
# the nearest one.
#
# objects/KEY/src is the source of kernel KEY with its objects below it, and
# objects/KEY/state says what they were made from and what their hash is.  A
# build takes a copy, so that nothing happens to the kept tree whatever becomes
# of the build.
#
# make goes by times: a file with the content that it had keeps its time, a file
# that is new or changed gets the present one.  What make cannot know (a script
# that writes a header, a header that now hides another) makes the build begin
# from nothing.

# Below the source, as kbuild then names everything relative to it and the tree
# can be moved; tools/ is an exception (adjust_paths).
OBJ=cgmark-objects

# Of these, kbuild knows all that depends on them.
TRACKED='^(Documentation|LICENSES|samples|tools/testing)/|\.(c|h|S|rst)$|(^|/)(Kconfig[^/]*|Kbuild|Makefile|\.gitignore|\.mailmap|MAINTAINERS|CREDITS|COPYING|README)$|^arch/[^/]*/(configs/|entry/syscalls/[^/]*\.tbl$)'
# Programs and scripts that take part in the build, or what tells how it is done.
UNTRACKED='^(scripts|tools/[^t]|tools/t[^e]|usr|certs|rust)/|^arch/[^/]*/(tools|boot/tools)/|^arch/[^/]*/Makefile$'

# All of the files and links, with times to the nanosecond; nothing that differs
# between two copies.
# shellcheck disable=SC2016 # for an inner shell
PACK_OBJECTS='tar -C "$1" --sort=name --format=posix \
	--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime \
	--owner=0 --group=0 --numeric-owner -b 128 -cf - "$2"'

# Where later versions of the same source come from.
origin()
{
	case $source_type in
	git)	printf 'git:%s\n' "$repo" ;;
	*)	printf '%s\n' "$source" ;;
	esac
}

# Prints the directory of the tree that differs least: by patches, else by
# config, else by another version of the source.
nearest_tree()
{
	wanted=$tmp/wanted
	export wanted
	key_input >"$wanted"
	printf 'origin %s\n' "$(origin)" >>"$wanted"
	now=$(date +%s%N)
	cd "$cache/objects" || return
	# The most recently used first: it wins among equals.
	# shellcheck disable=SC2016 # awk
	find . -mindepth 2 -maxdepth 2 -name state -printf '%T@ %p\0' |
		sort -zrn | sed -z 's/^[^ ]* //' | xargs -0 -r awk \
		-v now="$now" '
	function start_file()
	{
		nr_common = nr_patches = 0
		useless = other_source = other_config = 0
		origin = ""
	}
	function end_file(file,    distance)
	{
		if (other_source && origin != want["origin"])
			return
		distance = nr_wanted + nr_patches - 2 * nr_common + \
			1000 * other_config + 100000 * other_source
		if (!useless && complete && (best == "" || distance < least)) {
			best = file
			least = distance
		}
	}
	BEGIN {
		while ((getline line < ENVIRON["wanted"]) > 0) {
			word = line
			sub(/ .*/, "", word)
			rest = substr(line, length(word) + 2)
			if (word == "patch") {
				wants_patch[rest] = 1
				nr_wanted++
			} else {
				want[word] = rest
			}
		}
	}
	FNR == 1 {
		if (last != "")
			end_file(last)
		start_file()
		complete = 0
		last = FILENAME
	}
	{ rest = substr($0, length($1) + 2) }
	$1 == "patch" { nr_patches++; nr_common += rest in wants_patch }
	$1 == "source" { other_source = rest != want["source"] }
	$1 == "config" { other_config = rest != want["config"] }
	$1 == "origin" { origin = rest }
	$1 ~ /^(recipe|cc|ld|as)$/ && rest != want[$1] { useless = 1 }
	# The clock was set back: times mean nothing.
	$1 == "finished" && rest "" >= now "" { useless = 1 }
	$1 == "objects_b2" { complete = 1 }
	END {
		if (last != "")
			end_file(last)
		if (best != "")
			print ENVIRON["cache"] "/objects/" \
				substr(best, 3, length(best) - 8)
	}'
}

state_of()
{
	sed -n "s/^$2 //p" "$1/state" 2>/dev/null
}

# Copies the objects, and checks on the way that they are as they were left.
copy_objects()
{
	copy_summed "$PACK_OBJECTS" "$1/src" "$OBJ" "$tmp/src" &&
		[ "$(cut -d ' ' -f 1 "$tmp/sum")" = "$(state_of "$1" objects_b2)" ]
}

# Text for a regular expression that matches just that.
literal()
{
	printf '%s\n' "$1" | sed 's/[].[*^$&|\]/\\&/g'
}

# objtool has its place in the lists of what it depends on, and when it is made
# again all objects are.
adjust_paths()
{
	was=$(state_of "$1" place)
	[ -n "$was" ] || return
	[ "$was" != "$tmp" ] && [ -d "$tmp/src/$OBJ/tools" ] || return 0
	# shellcheck disable=SC2016 # for the inner shell
	find "$tmp/src/$OBJ/tools" -type f \( -name '.*.cmd' -o -name '*.d' \) \
		-print0 | xargs -0 -r sh -c '
		for file; do
			sed "$0" "$file" >"$file.new" &&
				touch -r "$file" "$file.new" &&
				mv -f "$file.new" "$file" || exit 255
		done' "s|$(literal "$was")/|$(literal "$tmp")/|g"
}

# list_tree_files DIR: "INODE MODE PATH" of all files, NUL after each.
list_tree_files()
{
	find "$1" -path "$1/$OBJ" -prune -o -type f -printf '%i %m %P\0' |
		sort -z
}

list_tree_links()
{
	find "$1" -path "$1/$OBJ" -prune -o -type l -printf '%P -> %l\0' |
		sort -z
}

paths_of()
{
	sed -z 's/^[0-9]* //'
}

# hash_files DIR: of the files whose names are on stdin.
hash_files()
{
	(cd "$1" && xargs -0 -r b2sum -z -l 128 --)
}

# compare_trees OLD NEW: lists in $tmp what is the same, changed, new and gone.
# Two names of one inode need not be read.
compare_trees()
{
	list_tree_files "$1" >"$tmp/old.all"
	list_tree_files "$2" >"$tmp/new.all"
	comm -z -23 "$tmp/old.all" "$tmp/new.all" | paths_of |
		sort -z >"$tmp/old"
	comm -z -13 "$tmp/old.all" "$tmp/new.all" | paths_of |
		sort -z >"$tmp/new"
	comm -z -23 "$tmp/old" "$tmp/new" | paths_of >"$tmp/gone"
	comm -z -13 "$tmp/old" "$tmp/new" | paths_of >"$tmp/added"
	comm -z -12 "$tmp/old" "$tmp/new" | paths_of >"$tmp/both"
	hash_files "$1" <"$tmp/both" | sort -z >"$tmp/old.sums"
	hash_files "$2" <"$tmp/both" | sort -z >"$tmp/new.sums"
	comm -z -12 "$tmp/old.sums" "$tmp/new.sums" |
		sed -z 's/^[0-9a-f]*  //' >"$tmp/same"
	comm -z -13 "$tmp/old.sums" "$tmp/new.sums" |
		sed -z 's/^[0-9a-f]*  //' >"$tmp/changed"
}

# A new release changes some lines of the Makefile at the top, all of which end
# up in a generated header.
only_release_changed()
{
	for tree; do
		grep -vE '^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION|NAME) ?=' \
			"$tree/Makefile" >"$tmp/Makefile.${tree##*/}.$$"
		set -- "$@" "$tmp/Makefile.${tree##*/}.$$"
	done
	cmp -s "$3" "$4"
}

# unknown_effect OLD NEW: prints a file whose effect on the build kbuild does not
# know, if there is one.
unknown_effect()
{
	cat "$tmp/changed" "$tmp/added" "$tmp/gone" >"$tmp/differ"
	unsafe=$(tr '\0' '\n' <"$tmp/differ" | grep -E "$UNTRACKED" ||
		tr '\0' '\n' <"$tmp/differ" | grep -vE "$TRACKED") &&
		printf '%s\n' "$unsafe" | head -n 1 && return
	if grep -qzx Makefile "$tmp/differ" &&
	   ! only_release_changed "$1" "$2"; then
		echo Makefile
		return
	fi
	list_tree_links "$1" >"$tmp/old.links"
	list_tree_links "$2" >"$tmp/new.links"
	link=$(cmp -s "$tmp/old.links" "$tmp/new.links" ||
		comm -z -3 "$tmp/old.links" "$tmp/new.links" | tr '\0\t' '\n ' |
		head -n 1)
	if [ -n "$link" ]; then
		printf '%s\n' "$link"
		return
	fi
	# A new header may be found before the one that was, which no list of
	# dependencies tells.
	tr '\0' '\n' <"$tmp/added" | grep '\.h$' | while read -r header; do
		if grep -rqF --include='.*.cmd' "/${header##*/}" \
		   "$1/$OBJ"; then
			printf '%s\n' "$header"
			break
		fi
	done
}

# With the time of now, in an inode of their own.
renew()
{
	# shellcheck disable=SC2016 # for the inner shell
	(cd "$1" && xargs -0 -r sh -c 'for file; do
			cp -p -- "$file" "$file.cgmark" &&
				touch -- "$file.cgmark" &&
				mv -f -- "$file.cgmark" "$file" || exit 255
		done' sh)
}

# With the time that they had.
keep_times()
{
	new=$2
	(cd "$1" && xargs -0 -r cp -lf --parents -t "$new" --) <"$tmp/same"
}

# The object of a source that is gone would stay for ever, and with it what it was
# made from: a header that comes back would look like one that hides another.
drop_objects_of_gone()
{
	tr '\0' '\n' <"$tmp/gone" | sed -n 's/\.[cS]$//p' |
		while read -r name; do
			rm -f -- "$1/$name.o" \
				"$1/$(dirname -- "$name")/.${name##*/}.o.cmd"
		done
}

# How many objects depend on what differs.
objects_affected()
{
	tr '\0' '\n' <"$tmp/differ" | sed 's|^|/|' >"$tmp/names"
	[ ! -s "$tmp/names" ] && echo 0 && return
	find "$tmp/src/$OBJ" -name '.*.o.cmd' -print0 |
		xargs -0 -r grep -lFf "$tmp/names" | wc -l
}

# start_from TREE: objects for the source that is in $tmp/src.
start_from()
{
	step "compare source"
	why=
	if ! compare_trees "$1/src" "$tmp/src"; then
		why="its source cannot be compared"
	else
		file=$(unknown_effect "$1/src" "$tmp/src")
		[ -z "$file" ] || why="$file differs"
	fi
	if [ -z "$why" ]; then
		step "copy objects"
		copy_objects "$1" || why=damaged
	fi
	if [ -z "$why" ] &&
	   adjust_paths "$1" 2>>"$log" &&
	   keep_times "$1/src" "$tmp/src" 2>>"$log" &&
	   cat "$tmp/changed" "$tmp/added" | renew "$tmp/src" 2>>"$log"; then
		drop_objects_of_gone "$tmp/src/$OBJ"
		affected=$(objects_affected)
		base=${1##*/}
		tell_base "$base"
		touch "$1/state"
		return
	fi
	rm -rf "$tmp/src/$OBJ"
	die_if_full "$log"
	step "build from nothing: ${why:-cannot take objects over}"
	if [ "$why" = damaged ]; then
		printf 'build.sh: the objects in %s are damaged: removed\n' \
			"$1" >&2
		rm -rf "$1"
	fi
	return 1
}

# Sets base to the key of the kernel whose objects are taken; empty for none.
take_objects()
{
	base=
	[ -z "$clean" ] || return 0
	tree=$(nearest_tree)
	[ -n "$tree" ] || return 0
	# Nobody removes it meanwhile.
	if ! exec 7>>"$cache/locks/use-objects-${tree##*/}" ||
	   ! flock -s -n 7 || [ ! -e "$tree/state" ] ||
	   ! start_from "$tree"; then
		tell_base none
	fi
	exec 7>&-
}

objects_hash()
{
	sh -c "{ $PACK_OBJECTS; } | b2sum -l 256" sh "$1" "$OBJ" |
		cut -d ' ' -f 1
}

# The files of the source are links to those of other trees, its folders are not.
tree_kilobytes()
{
	folders=$(find "$1" -type d -printf . | wc -c)
	echo $(($(du -sk "$1/$OBJ" | cut -f 1) + 4 * folders))
}

write_state()
{
	key_input &&
		printf 'origin %s\nplace %s\nkilobytes %s\nobjects_b2 %s\nfinished %s\n' \
			"$(origin)" "$tmp" \
			"$(tree_kilobytes "$1/src")" \
			"$(objects_hash "$1/src")" "$(date +%s%N)"
}

# The kernel is in the cache already: that this fails costs time only.
keep_objects()
{
	step "keep objects"
	tree=$cache/objects/$key
	exec 7>>"$cache/locks/use-objects-$key"
	flock -x -n 7 || return 0
	rm -rf "$tmp/tree"
	mkdir "$tmp/tree" && mv "$tmp/src" "$tmp/tree/src" &&
		write_state "$tmp/tree" >"$tmp/tree/state" &&
		grep -q '^objects_b2 [0-9a-f]\{64\}$' "$tmp/tree/state" &&
		rm -rf "$tree" && mv "$tmp/tree" "$tree" ||
		printf 'build.sh: cannot keep the objects in %s: the next kernel is built from nothing\n' \
			"$tree" >&2
	exec 7>&-
}
