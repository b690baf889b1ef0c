#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-layers.sh SOURCE_ROOT BUILD_DIR: the stages of harness/README.md are those
# of the sources and of the build: what a folder may include, and what it can.

root=$1
build=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
cd "$root" || exit 99

# table: STAGE FOLDER, and uses: STAGE USED, one pair a line.
sed -n '/^| stage /,/^$/p' harness/README.md | sed 1,2d |
	awk -F' *[|] *' -v uses="$work/uses" 'NF > 3 {
		print $2, $3
		n = split($4, u, " ")
		for (i = 1; i <= n; i++)
			print $2, u[i] >uses
	}' >"$work/table"
[ "$(wc -l <"$work/table")" -ge 15 ]
ok $? 'harness/README.md has the table of stages'

# --- the table itself ---------------------------------------------------------
tsort "$work/uses" >"$work/order" 2>"$work/circle"
show="$work/circle" ok $? 'no stage uses one that uses it'

# --- the sources --------------------------------------------------------------
# sources: STAGE FILE.  bench.h is a stage of its own: below the runner, which
# stands below the benchmarks.
find_sources() {
	while read -r stage folder; do
		case $stage in
		bench.h) echo "$folder/bench.h" ;;
		bench) printf '%s\n' "$folder"/bench-*.c ;;
		*) printf '%s\n' "$folder"/*.[ch] ;;
		esac | sed "s,^,$stage ,"
	done <"$work/table" | while read -r stage file; do
		[ -f "$file" ] && echo "$stage $file"
	done
}
find_sources >"$work/sources"

# includes: FILE and the file that it includes, or FILE and ?NAME where no stage
# that FILE may use has NAME.  Headers made by the build have no file here.
awk -v made=' schema.h jobs.h cgmark-metal.service.h cgmark-nightly.service.h cgmark-nightly.timer.h cgmark-queue.service.h ' '
	FILENAME ~ /uses$/ { may[$1] = may[$1] " " $2; next }
	{ stage[$2] = $1; n = split($2, part, "/"); at[$1, part[n]] = $2 }
	END {
		for (file in stage)
			scan(file, stage[file])
	}
	function scan(file, own,	line, name) {
		while ((getline line <file) > 0) {
			if (line !~ /^#include "/)
				continue
			split(line, q, "\"")
			name = q[2]
			if (index(made, " " name " ") || name ~ /\.(css|html)\.h$/)
				continue
			print file, find(own, name)
		}
		close(file)
	}
	function find(own, name,	n, u, i) {
		if ((own, name) in at)
			return at[own, name]
		n = split(may[own], u, " ")
		for (i = 1; i <= n; i++)
			if ((u[i], name) in at)
				return at[u[i], name]
		return "?" name
	}' "$work/uses" "$work/sources" >"$work/includes"
[ "$(wc -l <"$work/includes")" -ge 300 ]
ok $? 'the sources include each other'
is "$(grep ' ?' "$work/includes")" '' \
	'no file includes what its stage may not use'

# x.c and x.h are one: who includes x.h needs what either includes.
sed 's/\.[ch] / /; s/\.[ch]$//' "$work/includes" | awk '$1 != $2' |
	sort -u >"$work/modules"
tsort "$work/modules" >"$work/order" 2>"$work/circle"
show="$work/circle" ok $? 'no circle of includes'

# --- the build ----------------------------------------------------------------
# commands: FILE OUTPUT FOLDER..., folders being those on the include path.
jq -r '.[] | [.file, .output, (.command | [scan("-I\\.\\./([^ ]*)") | .[0]] |
	unique | join(" "))] | join(" ")' "$build/compile_commands.json" \
	>"$work/commands.all" 2>"$work/jq"
show="$work/jq" ok $? 'the build tells how it compiles'
# Sources by their path from the root, wherever the build folder is.
awk -v root="$root/" '{
	sub("^(\\.\\./)+", "", $1)
	if (index($1, root) == 1)
		$1 = substr($1, length(root) + 1)
	print
}' "$work/commands.all" >"$work/commands"

# Files of tests may see their own folder and test helpers of others.
awk '
	FILENAME ~ /table$/ { folder[$1] = $2; next }
	FILENAME ~ /uses$/ { may[$1] = may[$1] " " folder[$2]; next }
	FILENAME ~ /sources$/ { stage[$2] = $1; next }
	$1 in stage {
		own = stage[$1]
		seen[own]++
		allowed = " " folder[own] may[own] " "
		for (i = 3; i <= NF; i++)
			if (!index(allowed, " " $i " "))
				print $1 " sees " $i
		n = split(may[own], u, " ")
		path = " " $0 " "
		for (i = 1; i <= n; i++)
			if (index(path, " " u[i] " "))
				sees[own, u[i]] = 1
	}
	END {
		for (own in seen) {
			n = split(may[own], u, " ")
			for (i = 1; i <= n; i++)
				if (!((own, u[i]) in sees))
					print own " does not see " u[i]
		}
		for (f in stage)
			if (f ~ /\.c$/ && !(stage[f] in seen))
				print "nothing compiles " stage[f]
	}' "$work/table" "$work/uses" "$work/sources" "$work/commands" |
	sort -u >"$work/path"
is "$(cat "$work/path")" '' \
	'the include path of each file is what the table says'

# OUTPUT lies in the folder of the meson.build that compiles FILE.
awk '{
	file = $1
	sub("/[^/]*$", "", file)
	sub("/test$", "", file)
	out = $2
	sub("/[^/]*\\.p/.*$", "", out)
	if (file ~ /^\// || out == file)
		next
	print $1 " is compiled by " out
}' "$work/commands" | grep -v '^\(workloads\|results/index\)/.*\.h ' \
	>"$work/foreign"
is "$(cat "$work/foreign")" '' "no folder compiles another's source"

# The linker takes the first definition that it finds, so a name that two
# libraries define is one function calling another by mistake.
# twice ARCHIVE...: names that more than one of them defines.
twice() {
	for archive; do
		nm --defined-only "$archive" 2>/dev/null |
			awk '$2 ~ /^[TDRB]$/ { print $3 }' | sort -u
	done | sort | uniq -d | grep -v '^__'
}
# The build of the fuzz targets, inside of this one, has all of them again.
find "$build" -path '*/fuzz/build' -prune -o -name 'lib*.a' -print >"$work/archives"
# shellcheck disable=SC2046 # paths without blanks
is "$(twice $(grep -vE '/lib(guest[-_]|plugin-|fixture|scratch)' "$work/archives"))" \
	'' 'no two libraries of the host define the same name'
# shellcheck disable=SC2046
is "$(twice $(grep -E '/libguest[-_]' "$work/archives") | grep -vx main)" '' \
	'nor two of the guest'

# --- the compiler -------------------------------------------------------------
# compiles HEADER: a file of plan/ that includes it.
compiles() {
	printf '#include "%s"\n' "$1" >"$work/probe.c"
	command=$(jq -r '[.[] | select(.output |
		contains("libplan.a.p/catalog.c"))][0].command' \
		"$build/compile_commands.json" |
		sed 's, -o .*,,; s, -M[DQF] *[^ ]*,,g')
	(cd "$build" && eval "$command -fsyntax-only '$work/probe.c'") \
		>"$work/log" 2>&1
}
compiles record.h
show="$work/log" ok $? 'plan/ can include record.h of wire/'
! compiles compare.h
ok $? 'plan/ cannot include compare.h of judge/'
has "$work/log" 'compare\.h: No such file' 'the compiler says so'

# --- sizes --------------------------------------------------------------------
awk '{ print $2 }' "$work/sources" | xargs wc -l |
	awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }' \
		>"$work/long"
is "$(cat "$work/long")" '' 'no C file has more than 600 lines'
find bench -maxdepth 1 -name '*.[ch]' ! -name 'bench-*.c' ! -name bench.h \
	>"$work/stray"
is "$(cat "$work/stray")" '' 'bench/ has one file a benchmark, and bench.h'

tap_done
