#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything from a bare Debian 12 machine: installs what is missing, builds and
# runs cgmark.  The exit status is that of cgmark (cgmark.1), or 5 if a step of this
# script failed.

set -u

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 5
build=${CGMARK_BUILD_DIR:-$top/build}
quiet=false
brief=false	# say only what had to be done
source=		# to be unpacked early
targets=programs	# of ninja: not the tests, unless they are to run

# Line by line: for building cgmark, its libraries, building kernels, booting them,
# plots, workloads, guests to work in.
packages='
gcc libc6-dev meson ninja-build pkg-config scdoc
libjansson-dev libinih-dev libmd-dev libsqlite3-dev libzstd-dev r-mathlib libcmocka-dev
libnl-genl-3-dev libnl-route-3-dev libpfm4-dev libdw-dev libbpf-dev
linux-source-6.12 make bc bison flex libelf-dev libssl-dev kmod perl
patch xz-utils cpio lz4 zstd
qemu-system-x86
gnuplot-nox librsvg2-bin
stress-ng hyperfine linux-perf
busybox-static
'
test_packages='clang-format e2fsprogs qemu-user valgrind jq shellcheck procps sqlite3 git libxml2-utils man-db
groff-base cmark-gfm python3-jsonschema slurm-wlm munge clang libclang-rt-dev chromium tidy'
# From npm, for the tests of the site: what finds pages that not everybody can read.
axe_version=4.10.3
axe_sha256=0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292
gallery_packages='linux-source-6.1'
# For the suite long.
long_packages="$gallery_packages pahole"
# Kernels of the gallery: the topics of the series, each with those it is based on.
topics='fixes css_set mm_owner net binding signal modules statistics swap oom'

usage() {
	cat <<END
Usage: ./run.sh [-q]                 set up, build, boot, compare, report
       ./run.sh [-q] nightly [OPTION]...      what a machine does every night
       ./run.sh [-q] site --demo [OPTION]...  the gallery: real runs, and a site of them
       ./run.sh [-q] test [--suite NAME]...   all tests, or those suites
       ./run.sh [-q] SUBCOMMAND ...  set up, then "cgmark SUBCOMMAND ..."
       ./run.sh --help

Without words: builds the baseline and the patched kernel (kept under
\$XDG_CACHE_HOME/cgmark), boots both, prints a verdict and writes
results/report/index.html.

"nightly" is for a machine that does so every night: it measures what
results/nightly.ini says, compares, looks at the trend of all nights, and writes
the report and a mail; "cgmark nightly --help" tells more.

"site --demo" measures 6.1 against 6.12, the series topic by topic, and changes that
Linux once had (kernel/patches/known), with further options for all runs; it builds
some 25 kernels.  Runs and site are in results/demo.

Suites of tests: unit store fake site vm functional fuzz faults shell style.  These
are longer and run only when they are named: series builds and boots each patch, cost
finds three that are slower, known what Linux once had, long is that and the rest of
functional on the debug kernel, vm on a kernel with tracepoints, a kernel of another
version, builds from kept objects, all endings of a lab machine's boots, 50 power cuts
of it, ten minutes of each fuzz target, and each fault 100 times.

"./run.sh --help" is this text, "./run.sh run --help" that of a subcommand,
"man $build/harness/man/cgmark.1" the manual.
END
}

say() {
	$quiet || printf 'run.sh: %s\n' "$*" >&2
}

die() {
	printf 'run.sh: error: %s\n' "$*" >&2
	exit 5
}

now() {
	date +%s
}

missing_packages() {
	for p in "$@"; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)
		[ "$state" = installed ] || printf '%s ' "$p"
	done
}

# Installs the packages named that are not there.
install_packages() {
	command -v dpkg-query >/dev/null ||
		die "this script installs Debian packages and finds no dpkg;" \
		    "install by hand what provides:" "$@"
	lack=$(missing_packages "$@")
	[ -n "$lack" ] || return 0
	as=
	if [ "$(id -u)" -ne 0 ]; then
		if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
			as=sudo
		else
			printf 'run.sh: packages are missing; run this, then ./run.sh again:\n\n' >&2
			printf '  sudo apt-get install --no-install-recommends %s\n' "$lack" >&2
			exit 5
		fi
	fi
	say "installing $lack"
	log=$(mktemp) || die "no temporary file: is the disk full?"
	apt="$as env DEBIAN_FRONTEND=noninteractive apt-get"
	# shellcheck disable=SC2086 # words on purpose
	if ! $apt update >"$log" 2>&1 ||
	   ! $apt install -y --no-install-recommends $lack >>"$log" 2>&1; then
		tail -n 15 "$log" >&2
		rm -f "$log"
		die "apt-get could not install: $lack"
	fi
	rm -f "$log"
}

# axe-core into the cache, once.  Without it the test that needs it says so.
fetch_axe() {
	axe=${XDG_CACHE_HOME:-${HOME:-/}/.cache}/cgmark/axe-core
	[ ! -s "$axe/axe.min.js" ] || return 0
	command -v npm >/dev/null || install_packages npm
	tmp=$(mktemp -d) || die "no temporary file: is the disk full?"
	say "fetching axe-core $axe_version"
	if (cd "$tmp" && npm pack --silent "axe-core@$axe_version" &&
	    echo "$axe_sha256  axe-core-$axe_version.tgz" | sha256sum -c --quiet &&
	    tar -xzf "axe-core-$axe_version.tgz" package/axe.min.js) \
			>"$tmp/log" 2>&1; then
		mkdir -p "$axe" && mv "$tmp/package/axe.min.js" "$axe/"
	else
		tail -n 5 "$tmp/log" >&2
	fi
	rm -rf "$tmp"
}

# configure_and_compile DIR [MESON_ARGUMENT]...
configure_and_compile() {
	dir=$1
	shift
	mkdir -p "$dir" || die "cannot create $dir"
	log=$dir/run-sh.log
	# Two run.sh at once share one build folder: the second waits.
	(
		flock 9
		if [ -f "$dir/build.ninja" ]; then
			# New bench-*.c files are found at configure time only.
			meson setup --reconfigure "$@" "$dir" "$top"
		else
			meson setup "$@" "$dir" "$top"
		fi && ninja -C "$dir" $targets
	) 9>"$dir/.lock" >"$log" 2>&1 && return 0
	grep -E -m 5 'rror' "$log" >&2 || tail -n 20 "$log" >&2
	die "cgmark does not build (log: $log)"
}

# On a machine without kernels their source is unpacked, which takes ten seconds of
# one core, while cgmark is compiled.  Whatever keeps it from that, who builds the
# kernels tells.  It ends with this script.
unpack_source() {
	for kernel in "${XDG_CACHE_HOME:-${HOME:-/}/.cache}"/cgmark/kernels/*; do
		[ ! -d "$kernel" ] || return 0
	done
	setpriv --pdeathsig TERM "$top/kernel/build.sh" -q unpack \
		--source "$source" >/dev/null 2>&1 </dev/null &
}

setup() {
	start=$(now)
	# shellcheck disable=SC2086 # words on purpose
	install_packages $packages
	$brief || say "packages are there ($(($(now) - start)) s)"
	[ -z "$source" ] || unpack_source
	start=$(now)
	configure_and_compile "$build"
	$brief || say "cgmark is built ($(($(now) - start)) s)"
}

# Sums up "Ok: 3" style lines of meson into three counters.
count_tests() {
	awk '
	/^Ok: /			{ pass += $2 }
	/^Expected Fail: /	{ pass += $3 }
	/^Fail: /		{ fail += $2 }
	/^Unexpected Pass: /	{ fail += $3 }
	/^Skipped: /		{ skip += $2 }
	/^Timeout: /		{ fail += $2 }
	END { printf "%d %d %d\n", pass, fail, skip }' "$1"
}

# Meson says which subtest failed; the comments after it in its log say why.
why_failed() {
	awk '
	/^test: /	{ sub(/^test: */, ""); test = $0 }
	/^not ok /	{ print test ": " $0; left = 20; next }
	/^#/ && left-- > 0 { print; next }
			{ left = 0 }' "$1"
}

# run_tests DIR WORDS...: meson's words and output go to stdout and the log.  One
# test more than CPUs, as one of them usually waits for its guest.
run_tests() {
	dir=$1
	shift
	log=$dir/run-sh-test.log
	meson test -C "$dir" --no-rebuild --print-errorlogs \
		--num-processes $(($(nproc) + 1)) "$@" 2>&1 |
		tee "$log"
	# shellcheck disable=SC2046 # three numbers
	set -- $(count_tests "$log")
	[ "$2" -eq 0 ] || why_failed "$dir/meson-logs/testlog.txt"
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

cmd_test() {
	start=$(now)
	# shellcheck disable=SC2086 # words on purpose
	install_packages $packages $test_packages
	case " $* " in
	*' long '*)
		# shellcheck disable=SC2086 # words on purpose
		install_packages $long_packages
		;;
	esac
	fetch_axe
	targets=all
	configure_and_compile "$build"
	passed=0 failed=0 skipped=0
	if [ $# -gt 0 ]; then
		run_tests "$build" "$@"
	else
		dev=$build-dev
		configure_and_compile "$dev" --native-file "$top/build-dev.ini"
		say "developer build: sanitizers, warnings are errors"
		run_tests "$dev" --suite unit --suite store --suite fake
		say "release build: all other suites"
		run_tests "$build" --no-suite unit --no-suite store \
			--no-suite fake
	fi
	say "tests took $(($(now) - start)) s"
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	# No test at all is a failure too: something kept them from running.
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] || exit 1
}

# Did a run with this status get as far as a verdict?
is_verdict() {
	case $1 in 0 | 1 | 3) true ;; *) false ;; esac
}

cmd_default() {
	all=$(now)
	source=deb:linux-source-6.12
	setup
	# shellcheck disable=SC2086 # an option or nothing
	"$build/cgmark" run $q
	status=$?
	if is_verdict $status; then
		# shellcheck disable=SC2086
		"$build/cgmark" report $q || status=$?
	fi
	say "all of it took $(($(now) - all)) s"
	exit $status
}

cmd_nightly() {
	all=$(now)
	setup
	# shellcheck disable=SC2086 # an option or nothing
	"$build/cgmark" nightly $q "$@"
	status=$?
	say "the night took $(($(now) - all)) s"
	exit $status
}

# Runs that failed are told, and shown as far as they got.  What is of most interest
# comes last: the front page shows the newest.
cmd_demo() {
	all=$(now)
	install_packages "$gallery_packages"
	setup
	export CGMARK_RESULTS_DIR="$top/results/demo"
	status=0
	known=$top/kernel/patches/known
	# shellcheck source=kernel/patches/known/known.sh
	. "$known/known.sh"
	for name in $(known_names); do
		# shellcheck disable=SC2046,SC2086 # an option or nothing
		"$build/cgmark" run $q --profile $(known_options "$name") "$@" ||
			status=$?
		[ $status -ne 2 ] || exit 2
	done
	# shellcheck disable=SC2086
	"$build/cgmark" run $q --suite quick --profile \
		--kernel v6.1=deb:linux-source-6.1,config=base:cgroup:net:base-full \
		--kernel v6.12=baseline "$@" || status=$?
	kernels=
	for topic in $topics; do
		kernels="$kernels --kernel $topic"
	done
	# shellcheck disable=SC2086
	"$build/cgmark" run $q --suite quick --profile --kernel baseline $kernels \
		--kernel all=patched "$@" || status=$?
	# shellcheck disable=SC2086
	"$build/cgmark" import $q && "$build/cgmark" site $q -o "$top/results/demo/site" ||
		exit 5
	say "the gallery took $(($(now) - all)) s"
	# Regressions are what it shows.
	is_verdict $status || exit $status
}

q=
case ${1-} in
-q | --quiet)
	quiet=true
	q=-q
	shift
	;;
esac

case ${1-} in
'')
	cmd_default
	;;
-h | --help | help)
	usage
	;;
nightly)
	shift
	cmd_nightly "$@"
	;;
test)
	shift
	cmd_test "$@"
	;;
site)
	shift
	if [ "${1-}" = --demo ]; then
		shift
		cmd_demo "$@"
	else
		brief=true
		setup
		exec "$build/cgmark" site $q "$@"
	fi
	;;
-*)
	printf 'run.sh: error: unknown option %s\n' "$1" >&2
	usage >&2
	exit 2
	;;
*)
	brief=true
	setup
	exec "$build/cgmark" "$@"
	;;
esac
