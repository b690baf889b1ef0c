#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-nightly-year.sh CGMARK MKSTREAM MKSTREAMS [NIGHTS]: a year of made-up nights
# through cgmark nightly: 40 series of exact counts and 40 of time, with steps, gaps,
# a drift, blips and heavy tails.  How it could go wrong: alarms for nothing, until
# nobody reads them; steps that are found late, or dated wrong.

cgmark=$(realpath "$1")
mkstream=$(realpath "$2")
mkstreams=$(realpath "$3")
nights=${4:-365}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"

export CGMARK_RESULTS_DIR="$work/results"
export CGMARK_KERNEL_DIR="$work/kernel"
export CGMARK_BENCH_DIR="$work/bench"
export CGMARK_SUITES_DIR="$work/suites"
export XDG_CACHE_HOME="$work/xdg"
mkdir -p "$work/kernel/config.d" "$work/bench" "$work/suites" "$work/results"
printf '#!/bin/sh\nexec "%s" --list\n' "$mkstreams" >"$work/bench/bench-year"
printf '#!/bin/sh\n' >"$work/bench/bench-null"
chmod +x "$work"/bench/*
cp "$work/bench/bench-null" "$work/bench/guest-init"
printf '[suite]\nsummary = all\nbenchmarks = *\n' >"$work/suites/nightly.ini"
for job in exact time; do
	printf '[job %s]\nmachine = fake:%s\nkernel = today=image:%s\n%s\n' \
		$job "$work/$job" "$work/vmlinux" \
		'options = --no-null --no-repeat --perturbations 2 -j 1'
done >"$work/results/nightly.ini"

day_of() {
	date -u -d "2025-01-01 + $1 days" +%F
}

night=0 measured=0 failed=0
while [ "$night" -lt "$nights" ]; do
	if ! "$mkstreams" --missing "$night"; then
		"$mkstreams" "$work/exact" "$night" "$nights" exact
		"$mkstreams" "$work/time" "$night" "$nights" time
		# Another kernel each night.
		cp "$mkstream" "$work/vmlinux"
		echo "$night" >>"$work/vmlinux"
		"$cgmark" nightly --night "$(day_of $night)" \
			>"$work/out" 2>"$work/err"
		case $? in
		0 | 1) measured=$((measured + 1)) ;;
		*) failed=$((failed + 1)) && cp "$work/err" "$work/failed" ;;
		esac
	fi
	night=$((night + 1))
done
show=$work/failed
is $failed 0 'each night ends well'
"$cgmark" trend --json --minor >"$work/trend" 2>"$work/err"

# steps JOB: params, the night of each step and that on which it was found, as numbers.
steps() {
	jq -r --arg job "$1" '
		def day: strptime("%Y-%m-%d") | mktime / 86400 - 20089;
		.series[] | select(.job == $job) | . as $s | .steps[]
		| [$s.params, (.night | day), (.found | day)] | @tsv' "$work/trend"
}

# weigh JOB: compares the steps with the truth.
weigh() {
	"$mkstreams" --truth "$nights" "$1" >"$work/truth"
	steps "$1" >"$work/steps"
	awk -F'\t' -v job="$1" -v nights="$measured" '
	NR == FNR { nr++; of[nr] = $1; at[nr] = $2; next }
	{
		for (i = 1; i <= nr; i++)
			if (of[i] == $1 && !found[i] && $3 >= at[i] &&
			    $2 >= at[i] - 3 && $3 < at[i] + 60) {
				found[i] = $3 - at[i] + 1
				dated[i] = $2 - at[i]
				next
			}
		if (job == "time" && $1 == "series=1")
			drift++
		else
			wrong++
	}
	END {
		for (i = 1; i <= nr; i++) {
			hit += found[i] > 0
			late += found[i] == 0 || found[i] > 5
			off += dated[i] != 0
		}
		printf "%d %d %d %d %d %.3f\n", nr, hit, late, off, drift,
			wrong / nights * 100
	}' "$work/truth" "$work/steps"
}
weigh exact >"$work/exact.out"
read -r nr hit late off drift wrong <"$work/exact.out"
echo "# exact: $nr steps, $hit found, $off not dated on their night, $wrong false alarms per 100 nights"
is "$hit" "$nr" 'exact: each step is found'
is "$wrong" 0.000 'exact: no false alarm'
# A blip moves the date to the night after it.
[ "$off" -le 2 ]
ok $? 'exact: and dated on its night'
weigh time >"$work/time.out"
read -r nr hit late off drift wrong <"$work/time.out"
echo "# time: $nr steps, $hit found, $late not within 5 nights, $wrong false alarms per 100 nights, $drift of the drift"
[ $((late * 2)) -le "$nr" ]
ok $? 'time: steps of three spreads are found within 5 nights at the median'
is "$(awk -v w="$wrong" 'BEGIN { print w <= 0.3 }')" 1 \
	'time: at most 0.3 false alarms per 100 nights over 40 series'
tap_done
