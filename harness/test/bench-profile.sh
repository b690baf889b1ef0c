#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bench-profile.sh CGMARK: how much longer a profiled boot takes, as CPU time of
# QEMU for whole boots that attach, look up and fork.  Allowed are three times as
# much with counts, eight times with the model.  Run by `meson test --benchmark`,
# as no test should judge host time.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

# ratio WHAT MOST
ratio() {
	"$cgmark" run -q -j 1 --fresh --no-compare --no-null --perturbations 1 \
		--bench attach/self --bench css_set/lookup --bench fork/exit \
		--param sets=16,1024 --kernel base=baseline "--profile=$1" \
		-o "$work/$1" >"$work/out" 2>"$work/err"
	show="$work/err" ok $? "$1: measured" || return
	boots=$(echo "$work/$1"/*/boots)
	plain=$(jq .cpu_ms "$boots/base-p0/boot.json")
	profiled=$(jq .cpu_ms "$boots/base-p0-repeat/boot.json")
	echo "# $1: $plain ms, profiled $profiled ms"
	[ "$profiled" -le $((plain * $2)) ]
	ok $? "$1: at most $2 times the CPU time"
}

ratio counts 3
ratio model 8
tap_done
