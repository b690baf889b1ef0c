#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-versions.sh CGMARK: a kernel of another version builds with the same
# fragments, boots, and is compared with the baseline.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"
show="$work/err"

# Neither has what the other version renamed.
old=old=deb:linux-source-6.1,config=base:cgroup:net:base-full
"$cgmark" build "$old" >"$work/out" 2>"$work/err"
ok $? 'the fragments of 6.12 build 6.1'
has "$work/err" 'kernel old: not in this source, left out: .*CONFIG_MEMCG_V1' \
	'symbols that came later are named'
has "$work/err" 'kernel old: 6\.1\.[0-9]+' 'it is a 6.1'

# A symbol that 6.1 has, but that lacks what it depends on, is an error still.
echo 'CONFIG_CGROUP_NET_PRIO=m' >"$work/lost.config"
"$cgmark" build "lost=deb:linux-source-6.1,config=base:cgroup:$work/lost.config" \
	>"$work/out" 2>"$work/err"
is $? 4 'a symbol that is known and lost: exit status 4'
has "$work/err" "CONFIG_CGROUP_NET_PRIO=m wanted by $work/lost.config:1" \
	'which is named'

"$cgmark" run --kernel "$old" --kernel new=baseline \
	--format json >"$work/compare.json" 2>"$work/err"
status=$?
case $status in 0 | 1 | 3) true ;; *) false ;; esac
ok $? "both are measured and compared (exit status $status)"
has "$work/compare.json" '"release" *: *"6\.1\.' 'the report has both versions'
jq -e ".. | .points_compared? // empty | . >= 15" "$work/compare.json" >"$work/out" 2>&1
ok $? 'at most points'
run=$(echo "$work"/results/runs/*)
is "$(cat "$run"/boots/*/status.ktap | grep -c '^ *not ok')" 0 \
	'no benchmark fails on either'

# Benchmarks of what 6.1 does not have say so.
"$cgmark" list --needs "$old" >"$work/out" 2>"$work/err"
ok $? 'list --needs'
has "$work/out" 'no cgroup.merge' 'what 6.1 lacks is listed'

tap_done
