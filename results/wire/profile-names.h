/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the writer, the reader and the reports of a profile share (libc only):
 * the names in the file, the events and the rows of reports.  The format is in
 * cgmark-run(5).
 */
#ifndef CGMARK_PROFILE_NAMES_H
#define CGMARK_PROFILE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define PROFILE_FILE "profile.tsv"
#define PROFILE_KIND "cgmark-profile"
#define PROFILE_USER "[user]"
#define PROFILE_ELSEWHERE "[elsewhere]"
#define PROFILE_FUNCTION_MAX 128

enum profile_event {
	PROFILE_INSNS,
	PROFILE_LOADS,
	PROFILE_STORES,
	/* Only with the model. */
	PROFILE_L1I_MISSES,
	PROFILE_L1D_MISSES,
	PROFILE_LL_MISSES,
	PROFILE_BRANCHES,
	PROFILE_MISPREDICTS,
	NR_PROFILE_EVENTS,
};

#define NR_PROFILE_PLAIN_EVENTS PROFILE_L1I_MISSES

/* Names on the wire: "insns", "loads"...; NULL beyond the last. */
const char *profile_event_name(unsigned event);

/*
 * Estimated cycles for these counts, including the model's, and the formula in
 * words.
 */
uint64_t profile_cycles(const uint64_t count[NR_PROFILE_EVENTS]);
extern const char profile_cycles_formula[];

/*
 * Rows in every report: the inclusive cost of these functions when called,
 * directly or not, by one of `within` (NULL: by anyone).  Lists end with NULL.
 */
struct profile_row {
	const char *name;
	const char *bench; /* glob of the benchmarks it applies to */
	const char *const *functions;
	const char *const *within;
};

#define NR_PROFILE_ROWS 4
extern const struct profile_row profile_rows[NR_PROFILE_ROWS];

/* All functions in these rows, by number; NULL beyond the last. */
const char *profile_row_function(unsigned index);

#endif
