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
ini=$known/known.ini
export CGMARK_RESULTS_DIR="$work/results"

# value NAME KEY
value() {
	awk -v name="[$1]" -v key="$2" '
	/^\[/ { inside = $0 == name; next }
	inside && $1 == key && $2 == "=" {
		sub(/^[^=]*= */, "")
		print
	}' "$ini"
}

# measure NAME: leaves a run of the baseline and the patch in $work/run.
measure() {
	rm -rf "$work/run"
	set -- "$1" "$(value "$1" bench)" "$(value "$1" params)"
	options=
	for param in $3; do
		options="$options --param $param"
	done
	# shellcheck disable=SC2086 # words on purpose
	"$cgmark" run -q --profile -j "$(nproc)" -o "$work/run" --kernel base=baseline \
		--kernel "$1=baseline,patches=$known/$1.patch" --bench "$2" $options \
		>"$work/out" 2>"$work/err"
}

judge() {
	name=$1
	measure "$name"
	is "$(($? > 1))" 0 "$name: measured" || sed 's/^/# /' "$work/err"
	run=$(echo "$work"/run/*)
	"$cgmark" compare --format json "$run:base" "$run:$name" >"$work/json" 2>"$work/err"
	is "$(jq -r '[.points[] | select(.benchmark != "null")][0].verdict' "$work/json")" \
		"$(value "$name" verdict)" "$name: $(value "$name" verdict)" ||
		sed 's/^/# /' "$work/out" | head -n 12
	function=$(value "$name" function)
	[ -n "$function" ] || return
	"$cgmark" explain -r "$run" base "$name" "$(value "$name" bench)" 2>&1 |
		head -n 10 >"$work/explained"
	# A long name is cut.
	has "$work/explained" "(^|[ +-])$(printf %.25s "$function")( |\$)" \
		"$name: explained by $function"
}

if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046 # names are words
	set -- $(sed -n 's/^\[\(.*\)\]$/\1/p' "$ini")
	is "$(printf '%s.patch\n' "$@" | sort | xargs)" \
		"$(cd "$known" && printf '%s\n' *.patch | sort | xargs)" \
		'each patch has its verdict'
fi
for name; do
	judge "$name"
done
tap_done
