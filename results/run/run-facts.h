/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What befell a boot while it measured, as its machine recorded it in a comment of
 * status.ktap: "# cgmark: facts elapsed_ns=5 steal_ns=0 ...".
 */
#ifndef CGMARK_RUN_FACTS_H
#define CGMARK_RUN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_FACTS_HEAD "cgmark: facts "
/* Comments of what was set on the machine for the boot, and what could not be. */
#define RUN_SET_HEAD "cgmark: set "
#define RUN_UNSET_HEAD "cgmark: unset "
#define RUN_SETTINGS_MAX 800 /* bytes of text behind these */
#define RUN_FACTS_BY_MAX 96
#define RUN_FACTS_LINE_MAX 400

/* UINT64_MAX: not known.  Zeroed: nothing is. */
struct run_facts {
	bool known;
	uint64_t elapsed_ns;   /* above 0 */
	uint64_t cpus;	       /* that it might use */
	uint64_t steal_ns;     /* in which they ran something else, in sum */
	uint64_t throttled_ns; /* in which a limit held a group of it back */
	uint64_t heat_ns;      /* in which heat slowed the processor down */
	uint64_t switches;     /* involuntary, of all its processes */
	uint64_t khz;	       /* of the fastest processor, at the end */
	char throttled_by[RUN_FACTS_BY_MAX]; /* that group; "": none */
};

/* The comment behind "# ", without LF. */
void run_facts_format(const struct run_facts *f, char *buf, size_t size);
/*
 * Of a line behind "# "; false: it is no such comment, or malformed.  Keys that it
 * does not know are passed over.
 */
bool run_facts_parse(const char *text, struct run_facts *ret);

/* Shares of the time, 0..1; NaN: not known. */
double run_facts_steal(const struct run_facts *f);
double run_facts_throttled(const struct run_facts *f); /* by limit or heat */

#endif
