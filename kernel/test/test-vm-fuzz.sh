#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-vm-fuzz.sh CGMARK FUNCTEST-RUN FUZZ KERNEL [OPTION]...
#
# The fuzzer on one kernel of kernels.ini: first the scripts in fuzz/, which are
# what it found, then what it makes up.  Options go to functest-run.

cgmark=$1 runner=$2 fuzz=$3 kernel=$4
shift 4

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
printf 'TAP version 13\n'
if ! built=$("$cgmark" build -q "$kernel"); then
	printf '1..1\nnot ok 1 - build %s\n' "$kernel"
	exit 1
fi
dir=$(printf '%s' "$built" | cut -f 3)
module=$dir/modules/kernel/net/core/netprio_cgroup.ko
[ ! -e "$module" ] || set -- "$@" --file "$module=lib/modules/${module##*/}"

nr=0 failed=0
# run NAME [OPTION]...: one boot is one result, and all that it says is shown
run() {
	name=$1
	shift
	nr=$((nr + 1))
	if "$runner" --init "$fuzz" "$@" "$dir/vmlinux" >"$log" 2>&1; then
		grep '^# ' "$log"
		printf 'ok %d - %s\n' "$nr" "$name"
	else
		sed 's/^\(# \)\{0,1\}/# /' "$log"
		printf 'not ok %d - %s\n' "$nr" "$name"
		failed=1
	fi
}

log=$(mktemp) || exit 5
trap 'rm -f "$log"' EXIT
for script in "$here"/fuzz/*.script; do
	run "$(basename "$script" .script)" "$@" --file "$script=fuzz.script"
done
run random "$@" --append fuzz.complete=1
printf '1..%d\n' "$nr"
exit "$failed"
