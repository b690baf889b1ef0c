#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A distribution's kernel as it is: fetched, unpacked, booted with its modules, and
# exact.  Without a network this test fails, and says so.

cgmark=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/tap.sh
. "$here/tap.sh"
export CGMARK_RESULTS_DIR="$work/results"

# The metapackage names the one that Debian ships today.
meta=linux-image-cloud-amd64
"$cgmark" build "cloud=pkg:$meta" >"$work/out" 2>"$work/err"
status=$?
show="$work/err" ok $status "pkg:$meta is fetched and unpacked"
if [ $status -ne 0 ]; then
	printf '# this test needs the package archive: is there a network?\n'
	tap_done
fi
has "$work/err" "$meta is a metapackage: linux-image-.* is taken" \
	'the metapackage is followed'
package=$(sed -n 's/.* is a metapackage: \(.*\) is taken$/\1/p' "$work/err")
entry=$(cut -f 3 "$work/out")
has "$entry/meta" '^board=pc$' 'it boots on pc'
has "$entry/meta" '^modules=.*virtio_console.ko' 'its channels are modules'

"$cgmark" run -q -j 1 --kernel "a=pkg:$meta" --kernel "b=pkg:$package" \
	--perturbations 1 --no-null --bench null --bench syscall \
	--bench fork/exit --bench css_set/lookup --bench swap/charge \
	--bench net/tx --param controllers=none,v1 --param sets=16 \
	--format json >"$work/json" 2>"$work/err"
is $? 0 'it is measured' || sed 's/^/# /' "$work/err"
has "$work/err" 'same code' 'the same package is the same code'
is "$(jq '[.points[] | select(.difference != 0 and .verdict != "SKIPPED")] |
	length' "$work/json")" 0 'both count the same'
is "$(jq '[.points[] | select(.verdict == "INVALID")] | length' \
	"$work/json")" 0 'each boot repeats bit for bit'
run=$(echo "$work"/results/runs/*)
for bench in syscall fork/exit css_set/lookup swap/charge net/tx; do
	grep -q "^S	$bench	" "$run/boots/a-p0/samples.tsv"
	ok $? "$bench is measured"
done
jq -r '.command_line' "$run/boots/a-p0/boot.json" >"$work/line"
has "$work/line" ' -machine pc,.* nokaslr' 'on pc, at a place that is known'
is "$(jq -r '.kernels[0].board' "$run/run.json")" pc 'the run records the board'
has "$run/run.json" '"machine_detail": "QEMU .*, pc, TCG icount' \
	'and the machine'

# --- the image alone, and a module that was altered --------------------------
mkdir "$work/deb"
(cd "$work/deb" && apt-get -q -o APT::Sandbox::User="$(id -un)" \
	download "$package" && dpkg-deb -x ./*.deb tree) >"$work/err" 2>&1
show="$work/err" ok $? "$package is unpacked"
image=$(echo "$work"/deb/tree/boot/vmlinuz-*)
"$cgmark" build "i=image:$image" >"$work/out" 2>"$work/err"
show="$work/err" ok $? 'its bzImage is an image'
other=$(cut -f 3 "$work/out")
check 'it has the same kernel' cmp "$entry/vmlinux" "$other/vmlinux"
check 'and the same modules' cmp "$entry/modules.cpio" "$other/modules.cpio"

module=$(find "$work/deb/tree" -name virtio_ring.ko)
sed -i 's/\(vermagic=[^ ]*\) SMP /\1 UNI /' "$module"
"$cgmark" run -q -j 1 --kernel "i=image:$image" --perturbations 1 --no-null \
	--no-repeat --bench null -o "$work/odd" >/dev/null 2>"$work/err"
is $? 4 'a module that does not load is the fault of the kernel'
cat "$work"/odd/*/boots/*/console.log >"$work/console"
has "$work/console" 'module virtio_ring.ko: the kernel takes only modules that are signed' \
	'the console names it'

"$cgmark" run -q --kernel x=pkg:linux-image-6.1.0-57-clod-amd64 \
	>/dev/null 2>"$work/err"
is $? 2 'a typo is a usage error'
has "$work/err" 'no package linux-image-6.1.0-57-clod-amd64' 'it is named'
tap_done
