#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test-list.sh PROGRAM...: --list of each program has the form of catalog-line.h, and
# --probe that of probe.h.
tab=$(printf '\t')
n=0
printf 'TAP version 13\n1..%d\n' $(($# * 3 + 2))

report() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$n" "$2"
	else
		printf 'not ok %d - %s\n' "$n" "$2"
	fi
}

for program; do
	name=${program##*/}
	out=$("$program" --list)
	status=$?
	[ $status -eq 0 ] && [ -n "$out" ]
	report $? "$name --list says something and ends well"

	printf '%s\n' "$out" | awk -F "$tab" '
		function bad(why) {
			print "# line " NR ": " why
			failed = 1
		}
		/[^ -~\t]/ { bad("not printable") }
		$1 == "B" {
			if (NF != 8)
				bad("B line of " NF " fields")
			if ($2 !~ /^[a-z0-9_]+(\/[a-z0-9_]+)?$/)
				bad("name " $2)
			if ($3 !~ /^[1-9][0-9]*$/ || $5 !~ /^[1-9][0-9]*$/ ||
			    $6 !~ /^[1-9][0-9]*$/ || $7 !~ /^[1-9][0-9]*$/)
				bad("a number is none")
			if ($4 !~ /^[A-Z0-9_]+( [A-Z0-9_]+)*$/)
				bad("kconfig " $4)
			if ($8 == "" || length($8) > 70)
				bad("summary empty or long")
			if (seen[$2]++)
				bad("benchmark twice")
			bench = $2
			next
		}
		$1 == "A" {
			if (NF != 5)
				bad("A line of " NF " fields")
			if ($2 != bench)
				bad("param of " $2 " below " bench)
			if ($3 !~ /^[a-z][a-z0-9_]*$/)
				bad("key " $3)
			if ($4 !~ /^[A-Za-z0-9._+-]+(,[A-Za-z0-9._+-]+)*$/)
				bad("values " $4)
			if ($5 !~ /^[01]$/)
				bad("variant " $5)
			if (key[$2, $3]++)
				bad("param twice")
			values[$2, $3] = $4
			next
		}
		$1 == "M" {
			if (NF != 6)
				bad("M line of " NF " fields")
			n = split($6, more, ",")
			for (i = 1; i <= n; i++) {
				split(more[i], kv, "=")
				if (!(($2, kv[1]) in key) || kv[2] == "")
					bad("at " more[i])
			}
			if (!(($2, $3) in key))
				bad("values of no param of " $2)
			if ($4 !~ /^[01]$/)
				bad("implied " $4)
			if ($5 !~ /^[A-Za-z0-9._+-]+(,[A-Za-z0-9._+-]+)*$/)
				bad("values " $5)
			if ($4 && values[$2, $3] ~ /,/)
				bad("several values are implied")
			n = split($5, more, ",")
			for (i = 1; i <= n; i++)
				if (index("," values[$2, $3] ",",
					  "," more[i] ","))
					bad("value " more[i] " twice")
			next
		}
		$1 == "N" {
			if (NF != 4)
				bad("N line of " NF " fields")
			if (!(($2, $3) in key))
				bad("values of no param of " $2)
			if ($4 !~ /^[A-Za-z0-9._+-]+(,[A-Za-z0-9._+-]+)*$/)
				bad("values " $4)
			next
		}
		$1 == "F" {
			if (NF != 3 || $2 != bench)
				bad("F line")
			if ($3 != "*" &&
			    $3 !~ /^[a-z0-9_]+=[^,=]+(,[a-z0-9_]+=[^,=]+)*$/)
				bad("first " $3)
			next
		}
		$1 == "X" {
			if (NF != 2 || $2 != bench)
				bad("X line")
			next
		}
		$1 == "T" {
			if (NF != 3 || $2 != bench ||
			    $3 !~ /^[A-Za-z0-9._+-]+$/)
				bad("T line")
			next
		}
		{ bad("unknown record") }
		END { exit failed }'
	report $? "$name --list has the form that is documented"

	"$program" --no-such-option >/dev/null 2>&1
	[ $? -eq 2 ]
	report $? "$name refuses an unknown option with status 2"
done

# All have the same runner.  The host decides whether it may count.
out=$("$1" --probe 'page-faults 0x1 0x2 0x0 0x0 -' \
	'cgmark:nothing 0x2 0x0 0x0 0x0 -') && printf '%s\n' "$out" | awk -F "$tab" '
	NF != 2 || $2 == "" { failed = 1 }
	NR == 1 && $1 != "page-faults" { failed = 1 }
	NR == 1 && $2 != "counted" && $2 !~ /^E[A-Z]*: / { failed = 1 }
	NR == 2 && ($1 != "cgmark:nothing" || $2 == "counted") { failed = 1 }
	END { exit failed || NR != 2 }'
report $? '--probe says of each event whether it is counted, or why not'

out=$("$1" --probe 'page-faults 0x1 0x2 0x0 0x0 -' page-faults 2>/dev/null)
status=$?
[ $status -eq 2 ] && [ -z "$out" ]
report $? '--probe refuses what is no event with status 2'
