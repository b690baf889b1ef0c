#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh - build a kernel from a source, a patch series and config fragments,
# and keep it in a cache under the hash of all that went into it.
#
# README.md beside this file describes the events on stdout, the exit status
# and the layout of the cache.

# shellcheck disable=SC2317 # some functions are called by names put together
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 5
# shellcheck source=kernel/trees.sh
. "$here/trees.sh"
# shellcheck source=kernel/package.sh
. "$here/package.sh"

# Part of the key: to be raised when a change of this script changes what comes
# out of the same input.
RECIPE=1

# Objects of the first build, when there is no earlier one to go by.
OBJECTS_GUESS=1325

EX_USAGE=2 EX_SUBJECT=4 EX_HOST=5 EX_INTR=130

NL='
'
job=
tmp=
quiet=

usage()
{
	cat <<-'USAGE'
	usage: build.sh [-q] [-j JOBS] [-c CACHEDIR] key|build --source SPEC
	                [--patches SERIES [--first N]] [--config FRAGMENT]...
	                [--clean]
	       build.sh [-q] [-c CACHEDIR] unpack --source deb:PACKAGE
	       build.sh [-c CACHEDIR] check

	SPEC is deb:PACKAGE, dir:PATH or git:PATH@REF, to be built; or
	pkg:PACKAGE or image:PATH, a kernel that somebody else built.
	--first takes the first N patches of the series.
	--clean builds from nothing, also what is kept, and says if it differs.
	check reads kernels and objects in the cache and removes damaged ones.
	  -q  no step and progress lines
	USAGE
}

die()
{
	status=$1
	shift
	printf 'build.sh: %s\n' "$*" >&2
	exit "$status"
}

bad_usage()
{
	printf 'build.sh: %s\n' "$*" >&2
	usage >&2
	exit "$EX_USAGE"
}

event()
{
	printf '%s\n' "$*"
}

step()
{
	[ -n "$quiet" ] || event "step $*"
}

# Who starts it can build another alongside if it begins from nothing.
tell_base()
{
	[ -n "$quiet" ] || event "base ${1:-none}"
}

# --- processes and clean-up -------------------------------------------------

# All that takes long runs in a process group of its own in the background: the
# shell acts on a signal while it waits, but not while a foreground child runs.
start()
{
	# It ends with this shell, even if that is killed; what needs a moment
	# for it has the slot as long.
	setsid setpriv --pdeathsig TERM "$@" 9>&- 7>&- </dev/null &
	job=$!
}

finish()
{
	wait "$job"
	set -- $?
	job=
	return "$1"
}

run()
{
	start "$@"
	finish
}

kill_job()
{
	[ -n "$job" ] || return 0
	# The group does not exist before setsid has run.  dash takes a group
	# after -s only.
	kill -s TERM -- "-$job" 2>/dev/null || kill -s TERM "$job" 2>/dev/null
	wait "$job" 2>/dev/null
	# Compilers outlive make for a moment, and still write.
	tries=50
	while [ "$tries" -gt 0 ] && kill -s 0 -- "-$job" 2>/dev/null; do
		tries=$((tries - 1))
		sleep 0.1
	done
	[ "$tries" -gt 0 ] || kill -s KILL -- "-$job" 2>/dev/null
	job=
}

cleanup()
{
	trap '' INT TERM HUP PIPE
	kill_job
	[ -z "$tmp" ] || rm -rf "$tmp"
	tmp=
}

trap cleanup EXIT
trap 'exit $EX_INTR' INT TERM HUP PIPE

# Directories of builds that were killed, or cut off by a crash.
remove_stale_tmp()
{
	for dir in "$cache"/tmp/*.*; do
		[ -d "$dir" ] || continue
		kill -0 "${dir##*.}" 2>/dev/null || rm -rf "$dir"
	done
}

# lock FILE: exclusive, until this process ends.
lock()
{
	# Not truncated: it names the holder.
	exec 9>>"$1" || die "$EX_HOST" "cannot write $1"
	if ! flock -n 9; then
		event "waiting $(tail -n 1 "$1")"
		flock 9 &
		job=$!
		finish || die "$EX_HOST" "cannot lock $1"
	fi
	printf '%s\n' "$$" >"$1"
}

unlock()
{
	exec 9>&-
}

# Builds work in tmp/1 and, where there are several at once, in tmp/2 and so on.
take_slot()
{
	slot=1
	while :; do
		exec 6>>"$cache/locks/slot-$slot" ||
			die "$EX_HOST" "cannot write $cache"
		flock -n 6 && break
		slot=$((slot + 1))
	done
	rm -rf "$cache/tmp/$slot"
	# The list of a tree is there already.
	if [ -n "$tmp" ]; then
		mv "$tmp" "$cache/tmp/$slot"
	else
		mkdir "$cache/tmp/$slot"
	fi || die "$EX_HOST" "cannot write $cache"
	tmp=$cache/tmp/$slot
}

need()
{
	command -v "$1" >/dev/null 2>&1 ||
		die "$EX_HOST" "$1 is missing: apt-get install $2"
}

# A full disk is the host's fault, whatever failed because of it.  The log may
# be on that disk and lack the message.
die_if_full()
{
	free_kib=$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')
	if [ "${free_kib:-0}" -lt 1024 ] ||
	   grep -qs 'No space left on device' "$@"; then
		die "$EX_HOST" "disk full: no space left in $cache (old kernels in $cache/kernels may be removed)"
	fi
}

sha256()
{
	sha256sum | cut -d ' ' -f 1
}

# --- sources ----------------------------------------------------------------
#
# source_id_TYPE sets id (all that the source contributes to the key) and
# version (for people).  source_get_TYPE makes the tree at $1.

source_id_deb()
{
	package=$source_path
	command -v dpkg-query >/dev/null 2>&1 || die "$EX_HOST" \
		"dpkg-query is missing: without Debian packages, use dir: or git:"
	# shellcheck disable=SC2016 # a format of dpkg-query
	version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' \
		"$package" 2>/dev/null)
	case $version in
	'installed '*)	version=${version#* } ;;
	*)		die "$EX_HOST" "source package $package is not installed: apt-get install $package" ;;
	esac

	tarball=
	for file in "/usr/src/$package".tar.*; do
		[ -r "$file" ] && tarball=$file
	done
	[ -n "$tarball" ] || die "$EX_HOST" \
		"source package $package has no readable /usr/src/$package.tar.*: apt-get install --reinstall $package"
	id=$(memoized_sha256 "$tarball") || exit
	id="deb $version $id"
}

# Hashing 150 MB takes most of a second: remember the hash with what changes
# when the file does.
memoized_sha256()
{
	memo=$cache/src/${1##*/}.sha256
	stamp=$(stat -c '%d:%i:%s:%y' "$1")
	if [ -r "$memo" ] && read -r hash rest <"$memo" &&
	   [ "$rest" = "$stamp" ]; then
		printf '%s\n' "$hash"
		return
	fi
	hash=$(sha256 <"$1")
	[ -n "$hash" ] || die "$EX_HOST" "cannot read $1"
	if ! printf '%s %s\n' "$hash" "$stamp" >"$memo.$$" ||
	   ! mv "$memo.$$" "$memo"; then
		die "$EX_HOST" "cannot write $memo"
	fi
	printf '%s\n' "$hash"
}

# The pristine tree is kept, as unpacking takes longer than linking a copy.  It
# is not pruned while this process lives.
unpack_deb()
{
	pristine=$package-$(printf '%s' "$id" | sha256 | cut -c 1-16)
	exec 5>>"$cache/locks/use-src-$pristine"
	flock -s 5 || die "$EX_HOST" "cannot lock $cache/locks"
	pristine=$cache/src/$pristine
	# This lock is taken with that of the key held: never the other way.
	exec 8>>"$pristine.lock" || die "$EX_HOST" "cannot write $cache/src"
	flock 8 &
	job=$!
	finish || die "$EX_HOST" "cannot lock $pristine.lock"
	if [ ! -d "$pristine" ]; then
		step "unpack $package $version"
		mkdir "$tmp/pristine"
		# xz has the package's tarball in blocks, for all cores.
		if ! run env XZ_DEFAULTS=-T0 tar -C "$tmp/pristine" \
		     --strip-components=1 -xf "$tarball" >>"$log" 2>&1; then
			die_if_full "$log"
			die "$EX_HOST" "cannot unpack $tarball: $(tail -n 1 "$log")"
		fi
		printf 'kilobytes %s\n' "$(du -sk "$tmp/pristine" | cut -f 1)" \
			>"$pristine.size"
		mv "$tmp/pristine" "$pristine"
	fi
	touch -c "$pristine.size" 2>/dev/null
	exec 8>&-
}

source_get_deb()
{
	unpack_deb
	# Hard links are safe: patch replaces files, and the build is outside
	# of the tree.  The dot: the tree may be a link, but never the copy.
	step "copy source"
	mkdir "$1" && run cp -al "$pristine/." "$1" >>"$log" 2>&1 && return
	rm -rf "$1"
	mkdir "$1" && run cp -a --reflink=auto "$pristine/." "$1" >>"$log" 2>&1
}

source_id_git()
{
	# The last @, but for one within a ref: HEAD@{1}.
	repo=${source_path%@[!{]*}
	ref=${source_path#"$repo@"}
	if [ "$repo" = "$source_path" ] || [ -z "$ref" ]; then
		bad_usage "git source without ref: git:$source_path (use git:PATH@REF)"
	fi
	[ -d "$repo" ] || die "$EX_HOST" "no such repository: $repo"
	need git git
	tree=$(git -C "$repo" rev-parse --verify --quiet "$ref^{tree}") ||
		die "$EX_USAGE" "no commit $ref in $repo"
	version=$(git -C "$repo" rev-parse --verify "$ref^{commit}" 2>/dev/null) ||
		version=$tree
	id="git $tree"
}

source_get_git()
{
	step "extract $ref"
	mkdir "$1"
	# shellcheck disable=SC2016 # for the inner shell
	run sh -c 'git -C "$1" archive "$2" >"$3.tar" && tar -C "$3" -xf "$3.tar" &&
		rm "$3.tar"' sh "$repo" "$tree" "$1" >>"$log" 2>&1
}

# What is to be copied of a git tree: what git tracks or would add, and of a
# submodule or another repository in it everything.  The index names files, but
# what they are is looked up: they may be gone, or lie behind a link by now.
list_git_tree()
{
	git -c core.fsmonitor=false ls-files -co --exclude-standard -z \
		>"$tmp/known" &&
		sed -z -i -e 's|/$||' -e 's|^|./|' "$tmp/known" &&
		sort -zu -o "$tmp/known" "$tmp/known" || return
	find . -name .git -prune -o -type d -print0 >"$tmp/dirs" &&
		sort -z -o "$tmp/dirs" "$tmp/dirs" &&
		comm -z -12 "$tmp/known" "$tmp/dirs" >"$tmp/nested" &&
		comm -z -12 "$tmp/known" "$tmp/files" >"$tmp/list" &&
		xargs -0 -r -I{} find {} -name .git -prune -o ! -type d \
			-print0 <"$tmp/nested" >>"$tmp/list" &&
		sort -zu -o "$tmp/list" "$tmp/list"
}

# Is the directory the top of a git tree?  A .git that git makes nothing of
# would else lead to a repository further up.
is_git_tree()
{
	[ -e .git ] &&
		[ "$(git rev-parse --show-toplevel)" = "$(pwd -P)" ]
}

list_tree()
{
	find . -name .git -prune -o ! -type d -print0 >"$tmp/files" &&
		sort -z -o "$tmp/files" "$tmp/files" || return
	if is_git_tree; then
		list_git_tree
	else
		mv "$tmp/files" "$tmp/list"
	fi
}

# Links to what stays behind and is there: the compiler would find it, but
# nobody would notice a change of it.
links_out()
{
	# shellcheck disable=SC2016 # for the inner shell
	find . -name .git -prune -o -type l -print0 | sort -z |
		comm -z -12 - "$tmp/list" | xargs -0 -r sh -c 'for link; do
			target=$(realpath -e "$link" 2>/dev/null) || continue
			case $(readlink "$link") in
			/*)	target=outside ;;
			esac
			case $target/ in
			"$0"/*)	;;
			*)	printf "%s\n" "${link#./}" ;;
			esac
		done' "$(pwd -P)"
}

# tar that writes what is listed and nothing of when and whose it is; beyond
# that, of the mode only the x bit means anything.
# shellcheck disable=SC2016 # for the inner shell
PACK='tar -C "$1" --null --no-recursion --files-from="$2/list" \
	--format=gnu --hard-dereference --owner=0 --group=0 --numeric-owner \
	--mode=a=rX,u+w,ug-s,-t --mtime=@1704067200 -b 128 -cf - || : >"$2/failed"'

# copy_summed PACK FROM ARG TO: unpacks in TO what the script PACK writes, with
# FROM and ARG as $1 and $2, and leaves the hash of that stream in $tmp/sum.  tar
# does not read what follows the end of an archive, and tee would die of that.
copy_summed()
{
	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo" || return
	run sh -c "b2sum -l 256 <\"\$4/fifo\" >\"\$4/sum\" &
		{ $1; } | tee \"\$4/fifo\" | {
			tar -C \"\$3\" -xf -
			status=\$?
			cat >/dev/null
			exit \$status
		}
		status=\$?
		wait
		exit \$status" sh "$2" "$3" "$4" "$tmp" >>"$log" 2>&1
}

# The key is the hash of the very stream that the copy is unpacked from, so that
# nothing can be in the one and not in the other.  What git and stat say of a
# file is no help: git takes it on trust that some do not change.  b2sum takes
# half the time of sha256sum.
source_id_dir()
{
	[ -r "$source_path/Makefile" ] ||
		die "$EX_HOST" "no kernel source in $source_path: no readable Makefile"
	need tar tar
	[ ! -e "$source_path/.git" ] || need git git
	source_path=$(cd "$source_path" && pwd -P) || exit "$EX_HOST"
	tmp=$cache/tmp/tree.$$
	mkdir "$tmp" || die "$EX_HOST" "cannot write $cache"
	(cd "$source_path" && list_tree) || die "$EX_HOST" \
		"cannot list the source $source_path in $tmp"
	grep -qzFx ./Makefile "$tmp/list" || die "$EX_HOST" \
		"no kernel source in $source_path: git ignores its Makefile (git check-ignore -v Makefile tells why)"
	out=$(cd "$source_path" && links_out)
	[ -z "$out" ] || die "$EX_HOST" \
		"a link in $source_path leads out of the tree, to what is not copied: $(printf '%s\n' "$out" | head -n 1) (copy it in, remove it or let git ignore it)"
	run sh -c "{ $PACK; } | b2sum -l 256 >\"\$2/sum\"" \
		sh "$source_path" "$tmp"
	[ ! -e "$tmp/failed" ] || die "$EX_HOST" \
		"cannot read all of $source_path"
	id="tree $(cut -d ' ' -f 1 "$tmp/sum")"
	version=$(printf '%s' "$id" | sha256 | cut -c 1-12)
}

# What git ignores, objects for instance, stays behind.
source_get_dir()
{
	step "copy source"
	mkdir "$1" && copy_summed "$PACK" "$source_path" "$tmp" "$1" || return
	if [ -e "$tmp/failed" ] ||
	   [ "$id" != "tree $(cut -d ' ' -f 1 "$tmp/sum")" ]; then
		die "$EX_HOST" "$source_path changed while it was read: build again"
	fi
	# A tree that was built in cannot be built out of.
	if [ -e "$1/.config" ] || [ -e "$1/include/config" ]; then
		run make -C "$1" mrproper >>"$log" 2>&1
	fi
}

parse_source()
{
	source_type=${source%%:*} source_path=${source#*:}
	case $source in
	deb:?* | dir:?* | git:?*) ;;
	pkg:?* | image:?*)
		[ -z "$series$fragments" ] ||
			bad_usage "$source is not built: it takes no patches and no config" ;;
	*)	bad_usage "bad source '$source' (use deb:PACKAGE, dir:PATH, git:PATH@REF, pkg:PACKAGE or image:PATH)" ;;
	esac
	"source_id_$source_type"
}

# --- series -----------------------------------------------------------------

# A folder can be read, too, but is none.
is_text()
{
	[ -f "$1" ] && [ -r "$1" ]
}

# The lines of the series without comments and the blanks around them; a patch is
# a series of one.
series_lines()
{
	case $series in
	*.patch | *.diff)
		printf '%s\n' "${series##*/}"
		return
		;;
	esac
	sed -e 's/#.*//' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' \
		-e '/^$/d' "$series"
}

# Sets patches: one name per line, in order.
parse_series()
{
	patches=
	[ -n "$series" ] || return 0
	is_text "$series" || die "$EX_USAGE" "cannot read series $series"
	# With -R or another -p they would make another kernel; quilt(1) writes -p1.
	other=$(series_lines | sed -n -e 's/[[:space:]][[:space:]]*-p1$//' \
		-e '/[[:space:]]/{p;q;}')
	[ -z "$other" ] || die "$EX_USAGE" \
		"series $series: '$other': patches apply with -p1 and take nothing else"
	patches=$(series_lines | sed -e 's/[[:space:]].*//')
	[ -z "$first" ] || patches=$(printf '%s\n' "$patches" |
		head -n "$first")
	series_dir=$(dirname "$series")
	for name in $patches; do
		is_text "$series_dir/$name" || die "$EX_USAGE" \
			"cannot read patch $series_dir/$name (series $series)"
	done
}

# Where a patch failed, from what patch(1) printed.
patch_failure()
{
	awk '
	/^(patching|checking) file / { file = $3 }
	/^Hunk #[0-9]+ FAILED at/ {
		sub(/\.$/, "", $5)
		printf "hunk %s at %s:%s\n", $2, file, $5
		found = 1
		exit
	}
	/^can.t find file to patch|^\|\+\+\+ / && !missing { missing = 1 }
	/^\|\+\+\+ / { target = $2; sub(/^[^\/]*\//, "", target) }
	/Reversed \(or previously applied\)/ { reversed = 1 }
	/malformed patch/ { malformed = $0 }
	END {
		if (found)
			exit
		if (malformed != "")
			print malformed
		else if (reversed)
			printf "already applied to %s\n", file
		else if (missing)
			printf "no file %s\n", target
		else
			print "see the log"
	}' "$1"
}

apply_series()
{
	for name in $patches; do
		step "patch $name"
		# No fuzz: a hunk in the wrong place would be measured.
		if ! run patch -d "$tmp/src" -p1 -F0 --forward --batch \
		     --no-backup-if-mismatch -i "$(realpath "$series_dir/$name")" \
		     >"$tmp/patch.log" 2>&1; then
			cat "$tmp/patch.log" >>"$log"
			die_if_full "$tmp/patch.log"
			die "$EX_SUBJECT" "patch $name does not apply: $(patch_failure "$tmp/patch.log") (series $series)"
		fi
		cat "$tmp/patch.log" >>"$log"
	done
}

# --- key --------------------------------------------------------------------

tool_version()
{
	"$1" --version 2>/dev/null | head -n 1
}

# Does the kernel tell its types (BTF)?  pahole writes them then.
tells_types()
{
	all_fragments | grep -E '^(# )?CONFIG_DEBUG_INFO_BTF[= ]' |
		tail -n 1 | grep -q '=y$'
}

# What a patch changes.  Its message makes no other kernel.
patch_diff()
{
	if grep -q '^diff --git ' "$1"; then
		sed -n '/^diff --git /,$p' "$1"
	else
		cat "$1"
	fi
}

key_input()
{
	printf 'recipe %s\nsource %s\n' "$RECIPE" "$id"
	for name in $patches; do
		printf 'patch %s\n' "$(patch_diff "$series_dir/$name" | sha256)"
	done
	printf 'config %s\n' "$(all_fragments | sha256)"
	printf 'cc %s\nld %s\nas %s\n' "$(tool_version gcc)" \
		"$(tool_version ld)" "$(tool_version as)"
	! tells_types || printf 'pahole %s\n' "$(tool_version pahole)"
}

# Runs a command with the fragments as further arguments.
with_fragments()
{
	(
		IFS=$NL
		set -f
		# shellcheck disable=SC2086 # one path per line
		"$@" $fragments
	)
}

all_fragments()
{
	[ -z "$fragments" ] || with_fragments cat --
}

check_fragments()
{
	for fragment; do
		if [ ! -f "$fragment" ] || [ ! -r "$fragment" ]; then
			die "$EX_USAGE" "cannot read config fragment $fragment"
		fi
	done
}

# --- build ------------------------------------------------------------------

check_tools()
{
	need gcc gcc
	need ld binutils
	need as binutils
	need make make
	need flex flex
	need bison bison
	need bc bc
	need patch patch
	need tar tar
	need perl perl
	[ "$source_type" != deb ] || need xz xz-utils
	! tells_types || need pahole pahole
	printf '#include <gelf.h>\n' | gcc -E - >/dev/null 2>&1 ||
		die "$EX_HOST" "libelf headers are missing: apt-get install libelf-dev"
}

# The environment of the caller must not reach the kernel, and nothing in it
# may tell when, where and by whom it was built.  Kconfig writes pahole's version
# into each configuration, which the kernel has in it, so that a kernel without
# types must not see whether there is a pahole.
kmake()
{
	set -- env -i PATH="$PATH" HOME="${HOME:-/}" TMPDIR="${TMPDIR:-/tmp}" \
		LC_ALL=C TZ=UTC LOCALVERSION= \
		KBUILD_BUILD_TIMESTAMP='Mon Jan  1 00:00:00 UTC 2024' \
		KBUILD_BUILD_USER=cgmark KBUILD_BUILD_HOST=cgmark \
		KBUILD_BUILD_VERSION=1 \
		make -C "$tmp/src" O="$obj" PAHOLE="$pahole" "$@"
	start "$@" >>"$log" 2>&1
}

# The first line of the log that says what is wrong, rather than that make
# failed because of it.
first_error()
{
	line=$(grep -m 1 -E ': (fatal )?error: ' "$log") ||
	line=$(grep -m 1 -E 'undefined reference|multiple definition' "$log") ||
	line=$(grep -m 1 -E '^(ERROR|error):|: not found$' "$log") ||
	line=$(grep -m 1 -F '*** ' "$log") ||
	line=$(tail -n 1 "$log")
	# Neither the temporary tree nor the way to it means anything later.
	printf '%s\n' "$line" | sed -e "s|$tmp/src/||g" -e 's|^\(\.\./\)*||'
}

die_compile()
{
	die_if_full "$log"
	die "$EX_SUBJECT" "$1: $(first_error) (log: $log)"
}

# Each symbol has to come out of Kconfig as the last fragment that names it
# says.  A symbol is lost to a missing dependency or a misspelt name.
lost_symbols()
{
	awk -v final="$obj/.config" '
	function name_of(line)
	{
		sub(/^# /, "", line)
		sub(/[= ].*/, "", line)
		return line
	}
	function value_of(line)
	{
		return line ~ /^#/ ? "n" : substr(line, index(line, "=") + 1)
	}
	BEGIN {
		while ((getline line < final) > 0)
			if (line ~ /^CONFIG_[A-Za-z0-9_]+=/)
				has[name_of(line)] = value_of(line)
	}
	/^CONFIG_[A-Za-z0-9_]+=/ || /^# CONFIG_[A-Za-z0-9_]+ is not set/ {
		name = name_of($0)
		if (!(name in want))
			order[++nr] = name
		want[name] = value_of($0)
		where[name] = FILENAME ":" FNR
	}
	END {
		for (i = 1; i <= nr; i++) {
			name = order[i]
			got = name in has ? has[name] : "n"
			if (got == want[name])
				continue
			printf "%s=%s wanted by %s, final config has '\''%s'\''\n",
				name, want[name], where[name],
				got == "n" ? "not set" : got
		}
	}'  "$@"
}

# Reads what was lost, prints what the tree knows, and notes the rest: it came
# with a later version or patch, or went with an earlier one.
known_symbols()
{
	while read -r line; do
		name=${line%%=*}
		if grep -rqE --include='Kconfig*' --exclude-dir="$OBJ" \
		   "^[[:space:]]*(menu)?config ${name#CONFIG_}[[:space:]]*\$" \
		   "$tmp/src"; then
			printf '%s\n' "$line"
		else
			printf '%s\n' "$name" >>"$tmp/unknown"
		fi
	done
}

# allnoconfig leaves a .config that has not changed as it is.
configure()
{
	step "configure"
	mkdir -p "$obj"
	: >"$tmp/unknown"
	all_fragments >"$tmp/all.config"
	kmake KCONFIG_ALLCONFIG="$tmp/all.config" allnoconfig
	finish || die_compile "kernel cannot be configured"
	[ -n "$fragments" ] || return 0
	lost=$(with_fragments lost_symbols | known_symbols)
	[ -z "$lost" ] || die "$EX_SUBJECT" "$lost"
	unknown=$(tr '\n' ' ' <"$tmp/unknown")
	note_unknown
}

note_unknown()
{
	[ -z "$unknown" ] ||
		event "note not in this source, left out: ${unknown% }"
}

objects_done()
{
	grep -c '^  [A-Z][A-Z]* .*\.[ao]$' "$log"
}

# Of an earlier build from nothing, with the same config where there is one.
objects_expected()
{
	if [ -n "$base" ]; then
		echo "$affected"
		return
	fi
	hash=$(sha256 <"$obj/.config")
	same=$(grep -lsx "config_sha256=$hash" "$cache"/kernels/*/meta |
		head -n 1)
	# shellcheck disable=SC2012 # names are hashes
	[ -n "$same" ] ||
		same=$(ls -t "$cache"/kernels/*/meta 2>/dev/null | head -n 1)
	expected=
	[ -z "$same" ] || expected=$(sed -n 's/^objects=//p' "$same")
	printf '%s\n' "${expected:-$OBJECTS_GUESS}"
}

progress()
{
	[ -n "$quiet" ] || event "progress $1 $2"
}

# Can it be started by kexec?  Then what kexec takes is built, too.
is_relocatable()
{
	grep -qx CONFIG_RELOCATABLE=y "$obj/.config"
}

compile()
{
	step "compile"
	total=$(objects_expected)
	before=$(objects_done)
	nr=0
	progress 0 "$total"
	# shellcheck disable=SC2046 # a word or none
	kmake -j "$jobs" vmlinux modules $(is_relocatable && echo bzImage)
	while kill -0 "$job" 2>/dev/null; do
		# In the background, like all that is waited for; less often
		# when it takes long, as that costs time too.
		[ "$nr" -lt 100 ] && pause=0.2 || pause=0.7
		sleep "$pause" &
		wait $!
		last=$nr
		nr=$(($(objects_done) - before))
		# It is finished when make says so, not when the guess is met.
		[ "$nr" -lt "$total" ] || total=$((nr + 1))
		[ "$nr" -eq "$last" ] || progress "$nr" "$total"
	done
	finish || {
		compile_failed $?
		return
	}
	nr=$(($(objects_done) - before))
	progress "$nr" "$nr"
}

# A compiler's error is that of the source.  Anything else may come from objects
# that were taken over, though none is known to.
compile_failed()
{
	# Two builds at once need more memory than one.
	if [ "$1" -gt 128 ] ||
	   grep -q 'Killed signal terminated program' "$log"; then
		die "$EX_HOST" "make or a compiler was killed: is memory short? (log: $log)"
	fi
	if [ -z "$base" ] || grep -qE ': (fatal )?error: ' "$log"; then
		die_compile "kernel does not compile"
	fi
	die_if_full "$log"
	step "build from nothing"
	base=
	tell_base none
	rm -rf "$obj"
	configure
	compile
}

install_modules()
{
	grep -q '=m$' "$obj/.config" || return 0
	need depmod kmod
	kmake INSTALL_MOD_PATH="$tmp/mod" INSTALL_MOD_STRIP=1 modules_install
	finish || die_compile "modules cannot be installed"
	mv "$tmp/mod/lib/modules/"* "$entry/modules"
	rm -f "$entry/modules/build" "$entry/modules/source"
}

# What a build from nothing compiles.
objects_in_all()
{
	all=
	[ -z "$base" ] ||
		all=$(sed -n 's/^objects=//p' "$cache/kernels/$base/meta" \
			2>/dev/null)
	printf '%s\n' "${all:-$nr}"
}

write_meta()
{
	cat <<-META
	key=$key
	source=$source
	source_version=$version
	release=$(cat "$obj/include/config/kernel.release")
	patches=$(printf '%s' "$patches" | tr '\n' ' ')
	config_sha256=$(sha256 <"$entry/config")
	vmlinux_sha256=$(sha256 <"$entry/vmlinux")
	bzimage_sha256=$(! is_relocatable || sha256 <"$entry/bzImage")
	cc=$(tool_version gcc)
	ld=$(tool_version ld)
	as=$(tool_version as)
	objects=$(objects_in_all)
	compiled=$nr
	base=$base
	unknown_symbols=$unknown
	built_seconds=$(($(date +%s) - begin))
	META
}

# Removes the entry that there is, if it was to be built again.
replace_entry()
{
	[ -d "$final" ] || return 0
	cmp -s "$final/vmlinux" "$entry/vmlinux" || differs=yes
	mv "$final" "$tmp/replaced"
}

# Without debug information, unless the configuration asks for it.
copy_vmlinux()
{
	if grep -qx CONFIG_DEBUG_INFO=y "$obj/.config"; then
		cp "$obj/vmlinux" "$entry/vmlinux"
	else
		objcopy --strip-debug "$obj/vmlinux" "$entry/vmlinux"
	fi
}

copy_bzimage()
{
	! is_relocatable || cp "$obj/arch/x86/boot/bzImage" "$entry/bzImage"
}

# Puts the entry together and renames it into place, so that it is either
# there as a whole or not at all.
install_entry()
{
	step "install"
	entry=$tmp/entry
	{
		mkdir "$entry" &&
		copy_vmlinux &&
		copy_bzimage &&
		cp "$obj/.config" "$entry/config" &&
		cp "$obj/System.map" "$entry/System.map" &&
		install_modules &&
		write_meta >"$entry/meta" &&
		cp "$log" "$entry/build.log" &&
		sync "$entry"/* "$entry" &&
		replace_entry &&
		mv "$entry" "$final"
	} 2>"$tmp/install.log" || {
		die_if_full "$tmp/install.log"
		die "$EX_HOST" "cannot write $final: $(tail -n 1 "$tmp/install.log")"
	}
	rm -f "$log"
}

build()
{
	begin=$(date +%s)
	unknown='' differs=''
	check_tools
	tells_types && pahole=pahole || pahole=none
	take_slot
	obj=$tmp/src/$OBJ
	log=$cache/logs/$key.log
	if ! : >"$log"; then
		die "$EX_HOST" "cannot write $cache"
	fi

	# Before the source is there, as far as it is clear by then.
	if [ -n "$clean" ] || [ -z "$(nearest_tree)" ]; then
		tell_base none
	fi
	"source_get_$source_type" "$tmp/src" || {
		die_if_full "$log"
		die "$EX_HOST" "cannot copy the source $source: $(tail -n 1 "$log")"
	}
	[ ! -e "$obj" ] ||
		die "$EX_HOST" "the source $source has a $OBJ: rename it, cgmark builds there"
	apply_series
	take_objects
	configure
	compile
	install_entry
	keep_objects
	rm -rf "$tmp"
	tmp=
	exec 6>&-
	[ -z "$differs" ] || die "$EX_HOST" \
		"the vmlinux that was kept for $key differs from one built from nothing, which replaces it: measure again what was measured with it"
}

# An entry whose kernel is not what was built is worse than none.
entry_is_good()
{
	[ -d "$final" ] || return 1
	kernel_is_good "$final" && return
	printf 'build.sh: %s is damaged, building it again\n' "$final" >&2
	mv "$final" "$cache/tmp/$key.damaged.$$" &&
		rm -rf "$cache/tmp/$key.damaged.$$"
	return 1
}

build_or_reuse()
{
	final=$cache/kernels/$key
	lock "$cache/locks/$key"
	if [ -z "$clean" ] && entry_is_good; then
		# When it was used last.
		touch "$final/meta" 2>/dev/null
		event cached
		unknown=$(sed -n 's/^unknown_symbols=//p' "$final/meta")
		note_unknown
	else
		remove_stale_tmp
		"$make"
	fi
	unlock
	event "entry $final"
}

# check_one KIND NAME COMMAND...: removes an entry of which the command does not
# think well, unless it is in use.
check_one()
{
	damaged=$cache/$1/$2 use=$cache/locks/use-$1-$2
	shift 2
	"$@" && return
	if ! flock -x -n "$use" mv "$damaged" "$cache/tmp/damaged.$$"; then
		printf 'build.sh: %s is damaged, and in use\n' "$damaged" >&2
	else
		printf 'build.sh: %s was damaged: removed\n' "$damaged" >&2
		rm -rf "$cache/tmp/damaged.$$"
	fi
	nr_damaged=$((nr_damaged + 1))
}

kernel_is_good()
{
	hash=$(sed -n 's/^vmlinux_sha256=//p' "$1/meta" 2>/dev/null)
	[ -n "$hash" ] && [ "$hash" = "$(sha256 <"$1/vmlinux")" ] || return
	hash=$(sed -n 's/^bzimage_sha256=//p' "$1/meta")
	[ -z "$hash" ] || [ "$hash" = "$(sha256 <"$1/bzImage")" ] || return
	hash=$(sed -n 's/^modules_sha256=//p' "$1/meta")
	[ -z "$hash" ] || [ "$hash" = "$(sha256 <"$1/modules.cpio")" ]
}

objects_are_good()
{
	hash=$(state_of "$1" objects_b2)
	[ -n "$hash" ] && [ "$hash" = "$(objects_hash "$1/src")" ]
}

check()
{
	nr_damaged=0 nr_checked=0
	for dir in "$cache"/kernels/* "$cache"/objects/*; do
		[ -d "$dir" ] || continue
		nr_checked=$((nr_checked + 1))
		case $dir in
		*/kernels/*)	check_one kernels "${dir##*/}" kernel_is_good "$dir" ;;
		*)		check_one objects "${dir##*/}" objects_are_good "$dir" ;;
		esac
	done
	printf 'checked %s kernels and object trees, %s damaged\n' \
		"$nr_checked" "$nr_damaged"
	[ "$nr_damaged" -eq 0 ] || exit "$EX_HOST"
}

# The tree that is kept, to look at, not to write to.
unpack()
{
	[ "$source_type" = deb ] ||
		bad_usage "only of a package there is an unpacked source"
	remove_stale_tmp
	tmp=$cache/tmp/source.$$
	log=$tmp/log
	mkdir "$tmp" || die "$EX_HOST" "cannot write $cache"
	unpack_deb
	event "entry $pristine"
}

# --- main -------------------------------------------------------------------

# make(1), where it starts a command without a shell, takes the first entry of
# the name in PATH even if it is a directory, and fails with "Permission
# denied".  /usr/lib holds a directory gcc, and test runners put /usr/lib into
# PATH.
path_of_programs()
{
	kept=
	set -f
	saved_ifs=$IFS
	IFS=:
	for dir in $PATH; do
		IFS=$saved_ifs
		for tool in gcc ld as make; do
			[ ! -d "${dir:-.}/$tool" ] || continue 2
		done
		kept=$kept${kept:+:}$dir
	done
	IFS=$saved_ifs
	set +f
	printf '%s\n' "$kept"
}

# A hook of git, or git rebase -x, names its own repository, and git then takes
# that for whatever directory it is told to look at.
forget_repository()
{
	command -v git >/dev/null 2>&1 || return 0
	# shellcheck disable=SC2046 # names of variables
	unset $(git rev-parse --local-env-vars)
}

# Said before anything is unpacked: the kernel's Makefile would blame its source.
check_cache_path()
{
	case $source in
	pkg:* | image:*) return ;;
	esac
	case $cache in
	*[[:space:]:\#%\$\"\'\`\\]*)
		die "$EX_HOST" "no kernel can be built in $cache: make takes no blank, colon, quote or any of '#%\$\\' in a path (XDG_CACHE_HOME or -c name another cache)" ;;
	esac
}

parse_args()
{
	# As cgmark has it: never a folder of /.
	cache=
	case ${XDG_CACHE_HOME-} in
	/*)	cache=$XDG_CACHE_HOME/cgmark ;;
	*)	[ -z "${HOME-}" ] || cache=$HOME/.cache/cgmark ;;
	esac
	jobs=$(nproc 2>/dev/null || echo 1)

	while getopts hqj:c: opt; do
		case $opt in
		q)	quiet=1 ;;
		j)	jobs=$OPTARG ;;
		c)	cache=$OPTARG ;;
		h)	usage; exit 0 ;;
		*)	usage >&2; exit "$EX_USAGE" ;;
		esac
	done
	shift $((OPTIND - 1))

	case $jobs in
	'' | 0 | *[!0-9]*) bad_usage "bad number of jobs '$jobs'" ;;
	esac
	case ${1-} in
	key | build | unpack | check) command=$1; shift ;;
	*)	bad_usage "key, build, unpack or check?" ;;
	esac

	source='' series='' first='' fragments='' clean=
	while [ $# -gt 0 ]; do
		if [ "$1" = --clean ]; then
			clean=yes
			shift
			continue
		fi
		[ $# -gt 1 ] || bad_usage "$1 needs a value"
		case $1 in
		--source)	source=$2 ;;
		--patches)	series=$2 ;;
		--first)	first=$2 ;;
		--config)	fragments=$fragments${fragments:+$NL}$2 ;;
		*)		bad_usage "unknown option $1" ;;
		esac
		shift 2
	done
	[ -n "$source" ] || [ "$command" = check ] || bad_usage "no --source"
	case $first in
	*[!0-9]*) bad_usage "bad number of patches '$first'" ;;
	esac
}

main()
{
	parse_args "$@"

	# What tools print is parsed, and sorted names are hashed.
	LC_ALL=C
	PATH=$(path_of_programs)
	export LC_ALL PATH
	unset TAR_OPTIONS
	forget_repository

	for tool in flock:util-linux setsid:util-linux setpriv:util-linux \
		sha256sum:coreutils \
		b2sum:coreutils awk:mawk; do
		need "${tool%:*}" "${tool#*:}"
	done
	[ -n "$cache" ] || die "$EX_HOST" \
		"no place for the cache: set HOME or XDG_CACHE_HOME (-c names one)"
	mkdir -p "$cache/src" "$cache/kernels" "$cache/objects" "$cache/tmp" \
		"$cache/locks" "$cache/logs" 2>/dev/null ||
		die "$EX_HOST" "cannot write the cache $cache (-c names another)"
	cache=$(cd "$cache" && pwd) || exit "$EX_HOST"
	export cache
	if [ "$command" = check ]; then
		check
		return
	fi

	[ -z "$fragments" ] || with_fragments check_fragments || exit
	check_cache_path
	parse_source
	if [ "$command" = unpack ]; then
		unpack
		return
	fi
	parse_series
	case $source_type in
	pkg | image)	make=take_package key_of=package_key_input ;;
	*)		make=build key_of=key_input ;;
	esac
	key=$($key_of | sha256)
	event "key $key"
	[ "$command" = key ] || build_or_reuse
}

# On one line, so that the script can change while it runs.
main "$@"; exit
