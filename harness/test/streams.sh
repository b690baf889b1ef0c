# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # $mkstream is set by who sources this
#
# Recorded streams of two kernels, base and new, for --machine fake, and the
# benchmarks that they are of.  Source this file after tap.sh, with $mkstream set.

# mkbench NAME: a program whose --list is stdin.
mkbench() {
	{
		printf '#!/bin/sh\ncat <<END\n'
		cat
		printf 'END\n'
	} >"$work/bench/$1"
	chmod +x "$work/bench/$1"
}

# The programs whose points the streams have.
mkbenches() {
	mkbench bench-alpha <<'END'
B	alpha/fast	1	CGROUPS	31	4	1	one fast thing
A	alpha/fast	sets	16,64	0
B	alpha/slow	2	CGROUPS	31	4	1	one slow thing
END
	mkbench bench-null <<'END'
B	null	1		31	4	1	nothing at all
END
	cp "$work/bench/bench-null" "$work/bench/guest-init"
}

# samples FACTOR PERTURBATION: the samples of all points, $reps or 31 of each, in
# $metric or insns.
samples() {
	awk -v f="$1" -v p="$2" -v metric="${metric:-insns}" \
		-v reps="${reps:-31}" 'BEGIN {
		n = split("alpha/fast:1:sets=16:5000 alpha/fast:1:sets=64:9000 " \
			"alpha/slow:2:-:400000 null:1:-:40", points, " ")
		for (i = 1; i <= n; i++) {
			split(points[i], w, ":")
			for (rep = 0; rep < reps; rep++) {
				v = w[4] + rep % 3 + p
				if (w[1] == "alpha/fast")
					v *= f
				printf "S\t%s\t%s\t%s\t%s\t%d\t%d\t1\n",
					w[1], w[2], w[3], metric, rep, int(v)
			}
		}
	}' | "$mkstream"
}

status() {
	cat <<-'END'
	KTAP version 1
	1..2
	    KTAP version 1
	    # Subtest: bench-alpha
	    1..3
	    # start alpha/fast sets=16
	    ok 1 alpha/fast sets=16
	    # start alpha/fast sets=64
	    ok 2 alpha/fast sets=64
	    # start alpha/slow
	    ok 3 alpha/slow
	ok 1 bench-alpha
	    KTAP version 1
	    # Subtest: bench-null
	    1..1
	    # start null
	    ok 1 null
	ok 2 bench-null
	# cgmark: end
	END
}

# record DIR FACTOR [NEW_DIR]: streams for base, and for new by the factor.
record() {
	rm -rf "$1"
	for p in 0 1 2 3 4 5 6 7; do
		for at in base/measure base/null new/measure; do
			d=$1/$at-p$p
			mkdir -p "$d"
			status >"$d/status.ktap"
			printf '[    0.000000] Linux version 6.12\n' \
				>"$d/console.log"
			case $at in
			new/*) samples "$2" $p ;;
			*) samples 1 $p ;;
			esac >"$d/samples.tsv"
		done
	done
	cp -r "$1/base/measure-p0" "$1/base/repeat-p0"
	cp -r "$1/new/measure-p0" "$1/new/repeat-p0"
}

# The status of alpha/fast alone.
few_status() {
	cat <<-'END'
	KTAP version 1
	1..1
	    KTAP version 1
	    # Subtest: bench-alpha
	    1..2
	    # start alpha/fast sets=16
	    ok 1 alpha/fast sets=16
	    # start alpha/fast sets=64
	    ok 2 alpha/fast sets=64
	ok 1 bench-alpha
	# cgmark: end
	END
}

# few_samples FACTOR PERTURBATION: likewise.
few_samples() {
	stream_of=$mkstream
	mkstream='cat'
	samples "$1" "$2" | grep alpha/fast | "$stream_of"
	mkstream=$stream_of
}

# more STREAMS ROLE FROM TO FACTOR: boots of alpha/fast alone.
more() {
	for p in $(seq "$3" "$4"); do
		for k in base new; do
			d=$work/$1/$k/$2-p$p
			factor=1
			[ $k = base ] || factor=$5
			mkdir -p "$d"
			few_status >"$d/status.ktap"
			few_samples "$factor" "$p" >"$d/samples.tsv"
		done
	done
}
