# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced by who measures the changes of known.ini; $known is this directory.

: "${known:?is not set}"

known_names() {
	sed -n 's/^\[\(.*\)\]$/\1/p' "$known/known.ini"
}

# known_value NAME KEY
known_value() {
	awk -v name="[$1]" -v key="$2" '
	/^\[/ { inside = $0 == name; next }
	inside && $1 == key && $2 == "=" {
		sub(/^[^=]*= */, "")
		print
	}' "$known/known.ini"
}

# known_options NAME: of "cgmark run", to show that change beside the baseline
known_options() {
	echo "--kernel baseline --kernel $1=baseline,patches=$known/$1.patch" \
		"--bench $(known_value "$1" bench)"
	for param in $(known_value "$1" params); do
		echo "--param $param"
	done
}
