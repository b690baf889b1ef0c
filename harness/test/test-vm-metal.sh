#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Machine metal on the lab machine of metal-lab.sh: a run that ends well, two whose
# kernels do not, and a power cut.  test-vm-metal-endings.sh has the other endings.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=harness/test/metal-lab.sh
. "$here/metal-lab.sh"
show="$work/log"
build_lab

# --- endings ---------------------------------------------------------------------
make_disks <<END
before probe metal
install $install
probe probe metal
good $run $a $b --bench null --bench syscall
panic $run $a,cmdline=panic=1 --bench null --bench ruin --param what=panic
triple $run $a --bench null --bench ruin --param what=triple
END
run_lab 600 "$work/log"
is $? 0 'the machine turned itself off'
read_home

is "$(status_of before)" 5 'before it is installed it cannot be used'
has "$work/got/out/before.out" 'cgmark metal install' 'and says what to do'
is "$(status_of install)" 0 'it is installed'
is "$(status_of probe)" 0 'then it can be used'
has "$work/got/out/probe.out" \
	"usable: home Linux .*watchdog i6300ESB.* after $watchdog s.*scratch $uuid, last words in memory" \
	'and says what it has'

ended good 0 ended
is "$(attempts good)" 2 'good: one attempt at each boot'
is "$(jq -r .status "$(run_of good)/run.json")" complete 'good: the run is complete'
check 'good: its files are sound' "$cgmark" verify "$(run_of good)"
is "$(cat "$(run_of good)"/boots/*/status.ktap | grep -c '^    ok 1 ')" 4 \
	'good: each point was measured on each kernel'
has "$(run_of good)/boots/a-p0/samples.tsv" 'syscall.*elapsed_ns' 'good: in time'
check 'good: home saw that memory outlives a reset' test -f "$work/got/metal/remembers"

told panic
has "$(run_of panic)/boots/a-p0/samples.tsv" 'null' \
	'panic: what was measured before is there'
lasted triple abrupt
has "$work/got/out/triple.err" 'triple fault' 'triple: the message says so'

# --- a power cut -----------------------------------------------------------------
make_disks <<END
install $install
cut $run $a $b --bench null --bench syscall
END
has_left() {
	grep -aq 'Emergency Remount' "$work/log1"
}
: >"$work/log1"
start_lab "$work/log1"
wait_until has_left
cut_lab
run_lab 600 "$work/log2"
is $? 0 'cut: the machine turned itself off'
read_home
ended cut 0 ended
is "$(attempts cut)" 3 'cut: one attempt more'
has "$work/got/out/cut.err" 'attempt 1: (silent|reset|power-cut);' 'cut: home saw the cut'
is "$(jq -r .status "$(run_of cut)/run.json")" complete 'cut: the run is complete'
check 'cut: its files are sound' "$cgmark" verify "$(run_of cut)"
tap_done
