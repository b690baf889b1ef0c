#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-ways.sh CGMARK MKSTREAM: a default suite with samples of what is extra, and
# the table of ways in the reports; recorded streams in place of guests.

cgmark=$1
mkstream=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

export CGMARK_RESULTS_DIR="$work/results"
export CGMARK_KERNEL_DIR="$work/kernel"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
export TMPDIR="$work/tmp"
export XDG_CACHE_HOME="$work/xdg"
mkdir -p "$TMPDIR" "$work/kernel/config.d" "$work/bench" "$work/suites"
show="$work/err"

# --- benchmarks and suite -------------------------------------------------------
cat >"$work/list" <<'END'
B	move	1		3	4	1	a benchmark with one way
B	read/all	1		9	4	1	read in several ways
X	read/all
A	read/all	groups	1,10	0
M	read/all	groups	0	100	way=path
A	read/all	way	path,dump,new	1
B	read/slow	1		9	4	1	not in the suite
X	read/slow
A	read/slow	way	mainline,new	1
END
printf '#!/bin/sh\ncat "%s"\n' "$work/list" >"$work/bench/bench-read"
chmod +x "$work/bench/bench-read"
cp "$work/bench/bench-read" "$work/bench/guest-init"
cat >"$work/suites/quick.ini" <<'END'
[suite]
summary = what is quick, and a sample of what is not
aliases = default
benchmarks = *
extra = no
also = read/all

[read/all]
groups = 10
samples = 3
END

printf '[suite]\nbenchmarks = *\nextra = no\nalso = raed/*\n' \
	>"$work/suites/wrong.ini"
"$cgmark" list --suites >"$work/out" 2>"$work/err"
is $? 2 'a suite that adds an unknown benchmark is refused'
has "$work/err" "wrong.ini: benchmark 'raed/\*' is not known" 'it is named'
rm "$work/suites/wrong.ini"
"$cgmark" list --wide >"$work/out" 2>"$work/err"
has "$work/out" '^read/all	1	quick	' 'also adds what is extra'
has "$work/out" '^read/slow	1	-	' 'and nothing else'

# --- streams: base cannot read the new way, and costs twice as much ---------------
# samples WAYS FACTOR
samples() {
	awk -v ways="$1" -v f="$2" 'BEGIN {
		n = split(ways, w, " ")
		cost["path"] = 4000
		cost["dump"] = 500
		cost["new"] = 40
		for (rep = 0; rep < 3; rep++) {
			printf "S\tmove\t1\t-\tinsns\t%d\t500\t1\n", rep
			for (i = 1; i <= n; i++)
				printf "S\tread/all\t1\tgroups=10,way=%s\tinsns\t%d\t%d\t1\n",
					w[i], rep, cost[w[i]] * f
		}
	}' | "$mkstream"
}

# status DUMP NEW: what follows these points
status() {
	cat <<END
KTAP version 1
1..1
    KTAP version 1
    # Subtest: bench-read
    1..4
    # start move
    ok 1 move
    # start read/all groups=10,way=path
    ok 2 read/all groups=10,way=path
    # start read/all groups=10,way=dump
    $1
    # start read/all groups=10,way=new
    $2
ok 1 bench-read
# cgmark: end
END
}

dump='ok 3 read/all groups=10,way=dump'
new='ok 4 read/all groups=10,way=new'
lacks='# SKIP this kernel cannot'

# put KERNEL WAYS FACTOR DUMP NEW: the one boot of a kernel
put() {
	d=$work/streams/$1/measure-p0
	mkdir -p "$d"
	samples "$2" "$3" >"$d/samples.tsv"
	status "$4" "$5" >"$d/status.ktap"
	printf '[    0.000000] Linux version 6.12\n' >"$d/console.log"
}

cp "$mkstream" "$work/vmlinux-a"
cp "$mkstream" "$work/vmlinux-b"
echo b >>"$work/vmlinux-b"

# run STATUS NAME WORDS...
run() {
	wanted=$1 name=$2
	shift 2
	rm -rf "$CGMARK_RESULTS_DIR"
	"$cgmark" run --kernel "base=image:$work/vmlinux-a" \
		--kernel "new=image:$work/vmlinux-b" \
		--machine "fake:$work/streams" --perturbations 1 --no-null \
		--no-repeat "$@" >"$work/out" 2>"$work/err" </dev/null
	is $? "$wanted" "$name: exit status $wanted" || sed 's/^/# /' "$work/err"
}

put base 'path dump' 2 "$dump" "$new $lacks"
put new 'path dump new' 1 "$dump" "$new"
run 0 'the default suite'
has "$work/err" ' 4 points, 2 boots' 'it has the sample, without other values'
has "$work/out" '^Ways to the same end on new; in brackets, against the one' \
	'the report has a table of ways'
has "$work/out" '^  path 4,000  dump 500 \(1/8\.00\)  new 40 \(1/100\)$' \
	'with all that the kernel has'
is "$(grep -c '^Ways to the same end' "$work/out")" 1 'of the contender only'

run 0 'JSON' --format json
if command -v jq >/dev/null; then
	is "$(jq -c '.ways[] | [.kernel, .benchmark, .params, .reference,
		(.ways[] | [.way, .status, .value, .ratio, .why])]' \
		"$work/out" | head -n 1)" \
		'["base","read/all","groups=10","path",["path","DONE",8000,1,""],["dump","DONE",1000,0.125,""],["new","SKIP",null,null,"this kernel cannot"]]' \
		'JSON has each kernel, with why something is not there'
	is "$(jq -r '.ways | length' "$work/out")" 2 'and nothing with one way'
fi

put new 'path new' 1 "not $dump" "$new"
run 4 'a way that fails'
has "$work/out" '^  path 4,000  dump: failed  new 40 \(1/100\)$' 'it is named'

put new 'path' 2 "$dump $lacks" "$new $lacks"
run 0 'a kernel with one way'
is "$(grep -c '^Ways to the same end' "$work/out")" 0 'there is no table'

tap_done
