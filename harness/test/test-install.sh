#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-install.sh SOURCE BUILD KERNEL MKSTREAM: what "meson install" puts down
# runs by itself, from wherever it lies.  KERNEL is any ELF file.

source=$1
build=$2
kernel=$(realpath "$3")
mkstream=$(realpath "$4")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

check 'meson install' meson install --no-rebuild --quiet -C "$build" \
	--destdir "$work/root"
program=$(find "$work/root" -path '*/bin/cgmark' -type f)
is "$(echo "$program" | wc -w)" 1 'there is one program'
# Elsewhere than it was configured for.
moved=$work/elsewhere/usr
mkdir "$work/elsewhere"
mv "${program%/bin/cgmark}" "$moved"
is "$(find "$work/root" -type f)" '' 'nothing is installed outside of the prefix'

# But for debug information, which the developer build has.
strip -o "$work/stripped" "$moved/bin/cgmark"
! LC_ALL=C grep -q -F -e "$build" -e "$source" "$work/stripped"
ok $? 'the program has no name of the source or the build folder'

# cg WORDS...: as a user has it who set nothing.
cg() {
	env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work" \
		"$moved/bin/cgmark" "$@" >"$work/out" 2>"$work/err" </dev/null
}
show="$work/err"
mkdir "$work/home"
cd "$work/home" || exit 99

cg list --wide
is $? 0 'list'
has "$work/out" '^css_set/lookup	' 'list has benchmarks'
has "$work/out" '^workload/' 'list has workloads'
cg list --suites
is $? 0 'list --suites'
has "$work/out" '^quick	default	' 'list --suites has the default'
cg list --kernels
is $? 0 'list --kernels'
has "$work/out" "^patched	.*	$moved/share/cgmark/kernel/patches/" \
	'list --kernels has the series below the prefix'
cg probe sim
is $? 0 'probe sim'
[ -x "$moved/share/cgmark/kernel/build.sh" ]
ok $? 'build.sh is there and can be executed'
is "$(find "$moved" -name cgmark-tcg.so | wc -l)" 1 'the plugin is there'
[ ! -e "$moved/share/cgmark/kernel/test" ]
ok $? 'tests are not installed'

for page in 1:cgmark 5:cgmark-calibration 5:cgmark-run; do
	env -i PATH="$PATH" MANPATH="$moved/share/man" LC_ALL=C.UTF-8 \
		man "${page%:*}" "${page#*:}" >"$work/page" 2>"$work/err"
	has "$work/page" "^${page#*:} - |^ +${page#*:} - " "man ${page#*:}"
done

cg compare
is $? 2 'compare without a run'
has "$work/err" "no run in $work/home/.local/share/cgmark/runs yet" \
	'compare says where it looked'
cg import
is $? 0 'import makes the folder of results'

# --- a run and its report ------------------------------------------------------
boot=$work/streams/base/measure-p0
mkdir -p "$boot"
awk 'BEGIN { for (rep = 0; rep < 31; rep++)
	printf "S\tnull\t1\t-\tinsns\t%d\t40\t1\n", rep }' |
	"$mkstream" >"$boot/samples.tsv"
cat >"$boot/status.ktap" <<'END'
KTAP version 1
1..1
    KTAP version 1
    # Subtest: bench-null
    1..1
    # start null
    ok 1 null
ok 1 bench-null
# cgmark: end
END
echo '[    0.000000] Linux version 6.12' >"$boot/console.log"
cg run --kernel "base=image:$kernel" --machine "fake:$work/streams" \
	--bench null --perturbations 1 --no-repeat --no-null --no-compare
is $? 0 'run'
results=$work/home/.local/share/cgmark
is "$(find "$results/runs" -name boot.json | wc -l)" 1 \
	'the run is below the home folder'
cg report
is $? 0 'report'
is "$(cat "$work/out")" "$results/report/index.html" 'so is the report'
has "$results/report/boots-null.svg" '<svg' 'and has a plot'
cg verify
is $? 0 'verify finds the run'
is "$(find "$work/home" -mindepth 1 -maxdepth 1)" "$work/home/.local" \
	'nothing else is written there'
env -i PATH="$PATH" HOME="$work/home" XDG_DATA_HOME="$work/data" \
	"$moved/bin/cgmark" list --runs >"$work/out" 2>"$work/err"
is "$(wc -l <"$work/out")" 1 'XDG_DATA_HOME says where results are'
tap_done
