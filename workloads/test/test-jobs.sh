#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-jobs.sh MKJOBS JOBS.H JOBS_DIR: job files and what is made of them.
mkjobs=$1
made=$2
jobs=$3
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"

# The build globs when it is configured; a file added later needs
# `meson setup --reconfigure`.
on_disk=$(cd "$jobs" && for f in *.ini; do echo "${f%.ini}"; done | sort)
built=$(sed -n 's/^BENCH_DEFINE(workload_\(.*\)) = {$/\1/p' "$made" | sort)
is "$built" "$on_disk" 'each job file is built and nothing else is'

cat >"$work/good.ini" <<'END'
[workload]
summary = what it does
command = tool --some 1 --ops {ops}
	'two words' last
programs = other
version = 2
ops = 7
END
"$mkjobs" "$work/good.ini" >"$work/out" 2>"$work/err"
is $? 0 'a good job' || sed 's/^/# /' "$work/err"
is "$(sed -n 's/^	"\(.*\)",$/\1/p' "$work/out" | tr '\n' '|')" \
	'tool|--some|1|--ops|{ops}|two words|last|' 'words of the command'
has "$work/out" '^	.name = "workload/good",$' 'named as the file'
has "$work/out" '^	.programs = "tool other perf",$' 'with all its programs'
has "$work/out" '^	.nr_ops = 7,$' 'with its number of operations'
has "$work/out" '^	.version = 2,$' 'with its version'

# refused PATTERN SED_SCRIPT: the good job, edited, is refused with a reason.
refused() {
	sed "$2" "$work/good.ini" >"$work/bad.ini"
	"$mkjobs" "$work/bad.ini" >/dev/null 2>"$work/err"
	is $? 2 "refused: $1"
	has "$work/err" "bad.ini.*$1" "the message: $1"
}
refused 'has no word {ops}' 's/{ops}/100/'
refused 'has no word {ops}' 's/{ops}/x{ops}/'
refused 'begins with a path' 's,tool,/bin/tool,'
refused 'summary= is missing' '/^summary/d'
refused 'version= or ops= is missing' '/^ops/d'
refused ":7: 'many'" 's/^ops = 7/ops = many/'
refused ":7: '0'" 's/^ops = 7/ops = 0/'
refused ":2: key 'sumary'.*did you mean 'summary'" 's/^summary/sumary/'
refused ':2: \[job\]: there is only \[workload\]' 's/workload/job/'
refused 'does not enclose a word' "s/two words'/two words/"
refused 'neither' 's/what it does/\\"/'
cp "$work/good.ini" "$work/Not-Good.ini"
"$mkjobs" "$work/Not-Good.ini" >/dev/null 2>"$work/err"
is $? 2 'a file name that is no name of a benchmark is refused'

tap_done
