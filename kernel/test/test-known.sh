#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-known.sh CGMARK [NAME]...: the changes of kernel/patches/known, or those
# named, one after the other: is the verdict right, and does explain name the
# function?

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
shift
known=$(realpath "$here/../patches/known")
# shellcheck source=kernel/patches/known/known.sh
. "$known/known.sh"
export CGMARK_RESULTS_DIR="$work/results"

# measure NAME: leaves a run of the baseline and the patch in $work/run.
measure() {
	rm -rf "$work/run"
	# shellcheck disable=SC2046 # words on purpose
	"$cgmark" run -q --profile -j "$(nproc)" -o "$work/run" \
		$(known_options "$1") >"$work/out" 2>"$work/err"
}

judge() {
	name=$1
	measure "$name"
	is "$(($? > 1))" 0 "$name: measured" || sed 's/^/# /' "$work/err"
	run=$(echo "$work"/run/*)
	"$cgmark" compare --format json "$run:baseline" "$run:$name" >"$work/json" 2>"$work/err"
	is "$(jq -r '[.points[] | select(.benchmark != "null")][0].verdict' "$work/json")" \
		"$(known_value "$name" verdict)" "$name: $(known_value "$name" verdict)" ||
		sed 's/^/# /' "$work/out" | head -n 12
	function=$(known_value "$name" function)
	[ -n "$function" ] || return
	"$cgmark" explain -r "$run" baseline "$name" "$(known_value "$name" bench)" 2>&1 |
		head -n 10 >"$work/explained"
	# A long name is cut.
	has "$work/explained" "(^|[ +-])$(printf %.25s "$function")( |\$)" \
		"$name: explained by $function"
}

if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046 # names are words
	set -- $(known_names)
	is "$(printf '%s.patch\n' "$@" | sort | xargs)" \
		"$(cd "$known" && printf '%s\n' *.patch | sort | xargs)" \
		'each patch has its verdict'
fi
for name; do
	judge "$name"
done
tap_done
