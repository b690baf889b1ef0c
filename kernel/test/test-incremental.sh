#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A real kernel, built from the objects of others, is the same as from nothing,
# whatever changed and however builds before it ended.  The config is a small
# one.  It has a cache of its own, except for the unpacked source.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
source=$(kernel_source)
cache=$work/cache
mkdir -p "$cache/src"
build=$here/../build.sh

# The source is linked to, so it must lie on the same file system.
ln -s "$source" "$cache/src/${source##*/}"
ln -s "$source.size" "$cache/src/${source##*/}.size"

# run_build CACHE ARG...: sets status and entry.
run_build() {
	to=$1
	shift
	"$build" -c "$to" build --source deb:linux-source-6.12 \
		--config "$here/tiny.config" "$@" >"$work/out" 2>"$work/err"
	status=$?
	entry=$(sed -n 's/^entry //p' "$work/out")
	grep '^step build from nothing' "$work/out" | sed 's/^/# /'
	sed 's/^/# /' "$work/err"
	return "$status"
}

# Of no kernel: that of no other.
sum() {
	sha256sum "${entry:-none}/vmlinux" 2>/dev/null | cut -d ' ' -f 1 |
		grep . || date +'none, at %N'
}

# same_as_clean NAME ARG...: and that objects were used.
same_as_clean() {
	name=$1
	shift
	run_build "$cache" "$@"
	is "$status" 0 "$name: builds"
	got=$(sum)
	printf '# compiled %s of %s in %s s\n' \
		"$(sed -n 's/^compiled=//p' "$entry/meta")" \
		"$(sed -n 's/^objects=//p' "$entry/meta")" \
		"$(sed -n 's/^built_seconds=//p' "$entry/meta")"
	has "$entry/meta" '^base=.' "$name: from the objects of another"
	run_build "$cache" "$@" --clean
	is "$status" 0 "$name: a build from nothing agrees"
	is "$got" "$(sum)" "$name: the same bytes"
}

# make_patch NAME EDIT FILE...: of the source, changed by sed.
make_patch() {
	patch=$work/patches/$1 edit=$2
	shift 2
	mkdir -p "$work/patches"
	for file; do
		mkdir -p "$work/new/${file%/*}"
		if [ -e "$source/$file" ]; then
			sed "$edit" "$source/$file" >"$work/new/$file"
			diff -u --label "a/$file" --label "b/$file" \
				"$source/$file" "$work/new/$file"
		else
			printf '%s\n' "$edit" >"$work/new/$file"
			diff -u --label /dev/null --label "b/$file" \
				/dev/null "$work/new/$file"
		fi
	done >>"$patch"
}

make_patch one.patch '/^static int __init coredump_filter_setup/i int cgmark_probe = 1;' \
	kernel/fork.c
make_patch header.patch '/^struct cgroup_file {/a\	unsigned long cgmark_pad;' \
	include/linux/cgroup-defs.h
# shellcheck disable=SC2016 # a variable of make
make_patch file.patch '/^obj-y/{x;s/^/x/;/^x$/{x;s/^/obj-$(CONFIG_CGMARK_PROBE) += cgmark_probe.o\n/;b};x}' \
	kernel/Makefile
make_patch file.patch 'int cgmark_probe_file = 7;' kernel/cgmark_probe.c
make_patch file.patch '/^config POSIX_TIMERS/i config CGMARK_PROBE\n\tbool "probe"\n\tdefault y\n' \
	init/Kconfig
cd "$work/patches" || exit 1
echo one.patch >one
printf 'one.patch\nheader.patch\nfile.patch\n' >all
printf 'one.patch\nfile.patch\n' >two
printf 'CONFIG_FUTEX=y\nCONFIG_EPOLL=y\nCONFIG_CGROUPS=y\nCONFIG_CGMARK_PROBE=y\n' \
	>"$work/more.config"

run_build "$cache"
is "$status" 0 'from nothing: builds'
base_sum=$(sum)
same_as_clean 'one file' --patches one
one_sum=$(sum)
same_as_clean 'a header, a file and a symbol' --patches all \
	--config "$work/more.config"
rm -rf "$cache"/kernels/*
run_build "$cache" --patches one
is "$(sum)" "$one_sum" 'back to fewer patches: the same bytes'
run_build "$cache"
is "$(sum)" "$base_sum" 'back to none: the same bytes'
same_as_clean 'another config' --patches two --config "$work/more.config"

# version N: another patch of one line each time.
version() {
	sed "s/cgmark_probe = 1/cgmark_probe = $1/" one.patch >"v$1.patch"
	echo "v$1.patch" >"v$1"
}

# In the middle of an incremental build, at moments a second apart.
for signal in KILL INT; do
	for second in 1 2 3 4 5 6 7 8 9 10; do
		version "1$second"
		env --default-signal=INT "$build" -c "$cache" build \
			--source deb:linux-source-6.12 \
			--config "$here/tiny.config" --patches "v1$second" \
			>"$work/out" 2>&1 &
		pid=$!
		sleep "$second"
		kill -s "$signal" "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	version 1
	rm -rf "$cache"/kernels/*
	run_build "$cache" --patches v1
	is "$status" 0 "after ten times SIG$signal: builds"
	is "$(sum)" "$one_sum" "after ten times SIG$signal: the same bytes"
	rm -rf "$cache"/kernels/*
done

# A disk that is full at one stage or another.  Links do not lead out of it, so
# the source is copied there.
if [ "$(id -u)" -eq 0 ] && mkdir "$work/disk" &&
   mount -t tmpfs -o size=100M none "$work/disk" 2>/dev/null; then
	trap 'umount "$work/disk"; rm -rf "$work"' EXIT
	for size in 1000M 1750M 1790M; do
		umount "$work/disk"
		mount -t tmpfs -o "size=$size" none "$work/disk"
		mkdir -p "$work/disk/src" "$work/disk/objects"
		ln -s "$source" "$work/disk/src/${source##*/}"
		run_build "$work/disk" --patches one
		is "$status" 5 "a disk of $size is too small"
		has "$work/err" 'disk full' "a disk of $size: says so"
		is "$(ls -A "$work/disk/kernels")" '' "a disk of $size: keeps nothing"
		mount -o remount,size=4G "$work/disk"
		[ "$size" = 1790M ] || continue
		run_build "$work/disk" --patches one
		is "$(sum)" "$one_sum" 'with more room: the same bytes'
	done
	umount "$work/disk"
	trap 'rm -rf "$work"' EXIT
fi

tap_done
