# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # $work is set by tap.sh
#
# Whether two run directories have the same.  Source this file after tap.sh.

# shared DIR: the JSON files of a run, without what is of one run alone.
shared() {
	(cd "$1" && find . -name '*.json' | sort | xargs jq 'del(.id, .run,
		.created, .command_line, .host, .merged, .wall_ms, .cpu_ms,
		.crc32)')
}

# same A B NAME: all files of two runs are equal, apart from what shared() leaves out.
same() {
	different=
	(cd "$1" && find . -type f | sort) >"$work/files-a"
	(cd "$2" && find . -type f | sort) >"$work/files-b"
	check "$3: the same files" cmp "$work/files-a" "$work/files-b"
	shared "$1" >"$work/json-a"
	shared "$2" >"$work/json-b"
	check "$3: JSON of the same content" cmp "$work/json-a" "$work/json-b"
	while read -r f; do
		cmp -s "$1/$f" "$2/$f" || different="$different $f"
	done <<END
$(grep -v 'json$' "$work/files-a")
END
	is "$different" '' "$3: the others are equal to the byte"
}
