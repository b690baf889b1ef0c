/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A comparison judged by a policy: which verdicts stand in the way.  Keeps
 * pointers into both, which must outlive it.
 */
#ifndef CGMARK_GATE_H
#define CGMARK_GATE_H

#include "compare.h"
#include "policy.h"

enum gate_outcome {
	GATE_REGRESSION, /* stands in the way */
	GATE_DOUBT,	 /* INCONCLUSIVE or INVALID: does so if strict */
	GATE_EXPECTED,	 /* a regression that the policy expects */
	GATE_BELOW,	 /* not beyond the threshold of the policy */
	GATE_PASS,
};

#define NR_GATE_OUTCOMES 5

struct gate_point {
	const struct effect *effect;
	enum gate_outcome outcome;
	const struct policy_threshold *threshold; /* or NULL */
	/* That expects it, or would if it were smaller; or NULL. */
	const struct policy_change *change;
};

/* What became of a change that the policy expects. */
struct gate_change {
	const struct policy_change *change;
	bool expired;
	unsigned nr_points;   /* of the comparison that it is about */
	unsigned nr_happened; /* with that verdict, and within its limit */
};

struct gate {
	const struct comparison *comparison;
	const struct policy *policy;
	unsigned today;
	bool strict;
	struct gate_point *points; /* in the order of the effects */
	size_t nr;
	unsigned count[NR_GATE_OUTCOMES];
	struct gate_change *changes; /* as in the policy */
	unsigned *nr_threshold;	     /* per threshold: points that it matches */
	unsigned nr_expired;
	const struct run_boot
		*failed; /* of a kernel that is at fault, or NULL */
};

/* strict: as if the policy said so. */
struct gate *gate_new(const struct comparison *c, const struct policy *policy,
		      unsigned today, bool strict);
void gate_free(struct gate *g);
static inline void gate_freep(struct gate **g)
{
	gate_free(*g);
}

enum exit_status gate_status(const struct gate *g);
/*
 * The same for "git bisect run": 0 good, 1 bad, 125 cannot be told, 128 stop: it
 * is not the kernel's fault.
 */
int gate_bisect_status(enum exit_status status, bool expired);

#endif
