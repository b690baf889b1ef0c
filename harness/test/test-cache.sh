#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-cache.sh CGMARK: cgmark cache, on a cache put together by hand.

cgmark=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export XDG_CACHE_HOME="$work/xdg"
unset CGMARK_CACHE_LIMIT
cache=$XDG_CACHE_HOME/cgmark
show="$work/err"

# run STATUS NAME WORDS...: cgmark cache.
run() {
	wanted=$1 name=$2
	shift 2
	"$cgmark" cache "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted"
}

# kernel NAME DAYS: used so many days ago, about 1 MiB.
kernel() {
	mkdir -p "$cache/kernels/$1" "$cache/locks" "$cache/tmp"
	head -c 1048576 /dev/urandom >"$cache/kernels/$1/vmlinux"
	printf 'key=%s\nvmlinux_sha256=%s\n' "$1" \
		"$(sha256sum <"$cache/kernels/$1/vmlinux" | cut -d ' ' -f 1)" \
		>"$cache/kernels/$1/meta"
	touch -d "$2 days ago" "$cache/kernels/$1/meta"
}

run 0 'nothing there'
has "$work/out" ': 0 entries, 0.0 MiB$' 'nothing there: says so'

kernel aaaaaaaaaaaaaaaa 3
kernel bbbbbbbbbbbbbbbb 2
kernel cccccccccccccccc 1
run 0 'list' list
is "$(cut -c 11-14 "$work/out" | head -n 3 | tr '\n' ' ')" 'cccc bbbb aaaa ' \
	'the last used comes first'
has "$work/out" 'kernels +aaaaaaaaaaaa +1.0 MiB +20' 'with size and time'

# Somebody measures it.
exec 8>>"$cache/locks/use-kernels-aaaaaaaaaaaaaaaa"
flock -s 8
run 0 'list of what is used'
has "$work/out" 'aaaaaaaaaaaa .* in use$' 'which is shown'
run 0 'prune' prune --limit 2500K
is "$(echo "$cache"/kernels/*)" \
	"$cache/kernels/aaaaaaaaaaaaaaaa $cache/kernels/cccccccccccccccc" \
	'prune: the oldest that nobody uses goes'
has "$work/out" '^removed 1 entries, 1.0 MiB; left 2, 2.0 MiB$' 'prune: says so'
run 0 'prune of all' prune --limit 0
has "$work/out" '^1 more are in use$' 'prune of all: leaves what is used'
exec 8>&-
CGMARK_CACHE_LIMIT=0 run 0 'prune by the environment' prune
is "$(ls -A "$cache/kernels")" '' 'prune by the environment: all gone'

kernel dddddddddddddddd 1
kernel eeeeeeeeeeeeeeee 1
run 0 'check' check
has "$work/out" '^checked 2 kernels and object trees, 0 damaged$' \
	'check: counts'
printf x | dd of="$cache/kernels/dddddddddddddddd/vmlinux" bs=1 count=1 \
	conv=notrunc 2>/dev/null
run 5 'check of a kernel with one byte changed' check
has "$work/err" 'kernels/dddddddddddddddd was damaged: removed$' \
	'check: names it'
is "$(ls -A "$cache/kernels")" eeeeeeeeeeeeeeee 'check: keeps the others'

run 2 'an unknown action' prnue
has "$work/err" "'prnue'.*did you mean 'prune'" 'which is close to one'
run 2 'a bad limit' prune --limit much
has "$work/err" 'is no size: use a number and K, M, G or T' 'and how to say it'
run 2 'a limit of a list' --limit 1G
CGMARK_CACHE_LIMIT=x run 2 'a bad limit in the environment' prune

# A file in place of the cache.
rm -rf "$cache"
mkdir -p "$XDG_CACHE_HOME"
: >"$cache"
run 5 'no folder'
has "$work/err" "cannot read the cache $cache" 'no folder: is named'

tap_done
