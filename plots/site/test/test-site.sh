#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# test-site.sh CGMARK MKNIGHTS MKRUNS: the site as a reader has it: in a browser, at the
# widths of a phone and of a desk, light and dark; what a night adds; archives.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/../../../harness/test/tap.sh"
cgmark=$(realpath "$1")
mknights=$(realpath "$2")
mkruns=$(realpath "$3")
axe=${CGMARK_AXE:-${XDG_CACHE_HOME:-$HOME/.cache}/cgmark/axe-core/axe.min.js}
results=$work/results
site=$work/site
export CGMARK_RESULTS_DIR="$results"

for tool in chromium tidy xmllint python3 tar zstd; do
	command -v "$tool" >/dev/null
	ok $? "$tool is there"
done
[ -s "$axe" ]
ok $? "axe-core is there (./run.sh test fetches it)"

mkdir -p "$results/runs" "$work/held"
check 'nights are made' "$mknights" "$results" 25 5
check 'runs with all that there is to show are made' "$mkruns" "$results/runs"
# The last night comes later.
for run in "$results"/runs/20250125*; do
	mv "$run" "$work/held/"
done
check 'the runs are imported' "$cgmark" import
"$cgmark" site -o "$site" >"$work/out" 2>"$work/err"
is $? 0 'the site is written'
is "$(cat "$work/out")" "$site/index.html" 'it says where'

# --- as files -----------------------------------------------------------------
find "$site" -name '*.html' -not -path '*/data/*' >"$work/pages"
[ "$(wc -l <"$work/pages")" -ge 60 ]
ok $? 'each benchmark, kernel and run has a page'
while read -r page; do
	tidy -q -e "$page" 2>&1 | sed "s,^,${page#"$site"/}: ,"
done <"$work/pages" >"$work/tidy"
is "$(head -n 5 "$work/tidy")" '' 'tidy finds nothing'
find "$site" -name '*.svg' -exec xmllint --noout {} + >"$work/xml" 2>&1
show="$work/xml" ok $? 'plots are XML'
check 'the feed is XML' xmllint --noout "$site/feed.xml"
has "$site/feed.xml" '<title>\+4.00% css_set/lookup op=hit,sets=16 on patched' \
	'the feed has the step'
is "$(find "$site/plot" -name '*.svg' -not -name '*-narrow*' | sed 's/svg$//' | sort)" \
	"$(find "$site/plot" -name '*.png' | sed 's/png$//' | sort)" \
	'each plot is there as PNG too'
find "$site/plot" -name '*.png' -exec head -c 8 {} \; | tr -d '\211\r\n\032' |
	sed 's/PNG//g' >"$work/png"
is "$(cat "$work/png")" '' 'and is one'

# --- in a browser -------------------------------------------------------------
# All but the pages of runs, and of the kernels of a series, which are alike: of these
# one of each kind.
{
	grep -v -e "^$site/run/" -e /kernel/patched-number "$work/pages"
	printf '%s\n' "$site"/run/20250124*.html "$site"/run/20260508*.html \
		"$site"/run/20260509*.html "$site"/kernel/patched-number-7.html
} | sed "s,^$site/,," >"$work/some"
# shellcheck disable=SC2046 # words on purpose
python3 "$here/check-site.py" "$site" "$axe" $(cat "$work/some") >"$work/browser" 2>&1
show="$work/browser" ok $? 'a browser finds nothing wrong'
has "$work/browser" '^# [1-9][0-9] pages' 'it has looked at pages'

# What is to be found: a wide page, no text, a lost link, another host, a script.
mkdir "$work/bad"
cat >"$work/bad/index.html" <<'END'
<!DOCTYPE html><html lang="en"><head><title>bad</title></head><body>
<div style="width:2000px">wide</div><img src="no.png"><a href="gone.html">x</a>
<a href="https://example.org/">y</a><a href="../../etc/passwd">z</a>
<script>console.log("x")</script><img src="http://127.0.0.1:9/x.png" alt="x"></body></html>
END
python3 "$here/check-site.py" "$work/bad" "$axe" >"$work/found" 2>&1
is $? 1 'of a bad page it says so'
for what in 'scrolls sideways by' 'without text' "'gone.html' leads to nothing" \
	"example.org/' leads elsewhere" "passwd' leads out" '1 scripts' 'console: ' \
	'asks for http://127.0.0.1' 'axe: image-alt' 'not visible'; do
	has "$work/found" "$what" "$what"
done

# --- raw files ----------------------------------------------------------------
mkdir "$work/raw"
check 'an archive unpacks' tar -C "$work/raw" --zstd -xf \
	"$site/run/20260508T020000Z-abcd.tar.zst"
check 'to the run, which is intact' diff -r "$work/raw/20260508T020000Z-abcd" \
	"$results/runs/20260508T020000Z-abcd"
check 'cgmark takes it' "$cgmark" verify "$work/raw/20260508T020000Z-abcd"

# --- steps --------------------------------------------------------------------
page=$site/bench/css_set.lookup.html
has "$page" 'most of it in find_css_set' 'a step has its function'
grep -o 'id="step-[^"]*"' "$page" | sort >"$work/steps"
has "$work/steps" 'step-2026-05-05-' 'a step has a place that links lead to'

# --- a night more -------------------------------------------------------------
cp -a "$site" "$work/before"
"$cgmark" site -q -o "$site" >/dev/null 2>"$work/err"
is $? 0 'writing it again is no error'
check 'and changes nothing' diff -r "$work/before" "$site"
mv "$work"/held/* "$results/runs/"
"$cgmark" import -q && "$cgmark" site -q -o "$site" >/dev/null
is $? 0 'a night comes'
(cd "$work/before" && find . -type f) | sort >"$work/were"
(cd "$site" && find . -type f) | sort >"$work/are"
is "$(comm -23 "$work/were" "$work/are")" '' 'all links stay'
is "$(comm -13 "$work/were" "$work/are" | grep '^./run/.*html')" \
	"$(printf './run/20250125T020000Z-000%d.html\n' 0 1)" 'its runs have pages'
is "$(cd "$site" && find run -type f -newer "$work/err" | grep -vc 20250125)" 0 \
	'no other run is written again'
grep -o 'id="step-[^"]*"' "$page" | sort >"$work/steps.after"
check 'places stay' diff "$work/steps" "$work/steps.after"

# --- a folder that is not ours ------------------------------------------------
mkdir "$work/mine"
echo mine >"$work/mine/index.html"
"$cgmark" site -o "$work/mine" >/dev/null 2>"$work/err"
is $? 2 'a page of somebody else is refused'
is "$(cat "$work/mine/index.html")" mine 'and stays'
"$cgmark" site --url 'javascript:alert(1)' -o "$work/x" 2>"$work/err"
is $? 2 'a URL that is none is refused'
tap_done
