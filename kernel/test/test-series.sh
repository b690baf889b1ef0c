#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-series.sh CGMARK: each patch of the series applies with git am to a clean
# tree, and the kernel builds without a warning and boots after each of them.
# The tree is built in place, incrementally, which saves an hour.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
kernel=$(realpath "$here/..")
patches=$kernel/patches/cgroup-subprojects
export CGMARK_RESULTS_DIR="$work/results"
tree=$work/linux
obj=$work/obj
mkdir "$tree" "$obj"

# make would take a directory named gcc in PATH for the compiler.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

in_tree() {
	git -C "$tree" -c user.name=series -c user.email=series@localhost \
		-c commit.gpgsign=false -c gc.auto=0 "$@"
}

make_tree() {
	source=$(kernel_source) && [ -n "$source" ] && cp -a "$source/." "$tree" &&
		in_tree init -q && in_tree add -A -f &&
		in_tree commit -q -m base
}

# Symbols that a later patch adds are still unknown, and left out.
configure() {
	cat "$kernel/config.d/base.config" "$kernel/config.d/cgroup.config" \
		"$kernel/config.d/net.config" "$kernel/config.d/series.config" \
		>"$work/all.config"
	make -s -C "$tree" O="$obj" KCONFIG_ALLCONFIG="$work/all.config" \
		allnoconfig
}

build() {
	make -s -C "$tree" O="$obj" -j "$(nproc)" vmlinux 2>"$work/warnings"
	status=$?
	cat "$work/warnings" >&2
	return "$status"
}

boots() {
	"$cgmark" run -q --bench null --perturbations 1 \
		--kernel baseline --kernel "step=image:$obj/vmlinux"
}

check 'a clean tree' make_tree
while read -r patch; do
	case $patch in '' | '#'*) continue ;; esac
	check "git am $patch" in_tree am -q "$patches/$patch"
	check "configure with $patch" configure
	check "build with $patch" build
	is "$(grep -c 'warning:' "$work/warnings")" 0 "no warning with $patch"
	check "boot with $patch" boots
done <"$patches/series"

tap_done
