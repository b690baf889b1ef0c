#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bench-profile.sh CGMARK: how much longer a profiled boot takes, as CPU time of
# QEMU for whole boots that attach, look up and fork.  Allowed are three times as
# much with counts, eight times with the model or for what CPUs share.  Run by
# `meson test --benchmark`, as no test should judge host time.

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

# shared MOST: boots whose workers fault, attach and fork on two CPUs
shared() {
	for how in plain sharing; do
		profile=
		[ $how = plain ] || profile=--profile=sharing
		"$cgmark" run -q -j 1 --fresh --no-compare --no-null \
			--no-repeat --perturbations 1 --machine sim:2 \
			--bench twin/fault --bench twin/attach --bench twin/fork \
			--param parallel=2 --param spin=64 \
			--kernel base=baseline $profile \
			-o "$work/$how" >"$work/out" 2>"$work/err"
		show="$work/err" ok $? "sharing: $how measured" || return
	done
	plain=$(jq .cpu_ms "$work"/plain/*/boots/base-p0/boot.json)
	profiled=$(jq .cpu_ms "$work"/sharing/*/boots/base-p0/boot.json)
	echo "# sharing: $plain ms, recorded $profiled ms"
	[ "$profiled" -le $((plain * $1)) ]
	ok $? "sharing: at most $1 times the CPU time"
}

ratio counts 3
ratio model 8
shared 8
tap_done
