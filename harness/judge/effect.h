/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_EFFECT_H
#define CGMARK_EFFECT_H

#include "run.h"
#include "values.h"
#include "verdict.h"

/* What the boots found that were planned, where others confirmed it or did not. */
struct screening {
	bool there;
	enum verdict verdict;
	enum statistic statistic;
	unsigned nr_boots, agree;
	double base_median, cont_median;
	double delta, ratio;
	double lo, hi, level;
};

/* One point and metric, baseline against one contender. */
struct effect {
	const char *bench;
	unsigned version;
	const char *params;
	const char *metric;
	bool time; /* judged by the procedure for time */
	bool p99;  /* of p99, not of what a boot's value is else; time only */
	unsigned point;	    /* index in run.points */
	unsigned contender; /* index in run.kernels */

	/*
	 * What the figures below are of: the centre or, if a tail decided, what
	 * showed it.  Of time the median stands for the centre.
	 */
	enum statistic statistic;
	unsigned nr_boots;	/* perturbations measured on both */
	unsigned *perturbation; /* of base[i] and cont[i]; owned; time: NULL */
	double *base;		/* per perturbation, per operation; owned */
	double *cont;
	double base_median; /* median of base[]; time: geometric mean */
	double cont_median;
	double base_p99; /* median over boots of the p99 sample */
	double cont_p99;
	/* Of a tail both without what the centre differs by. */
	double delta;	  /* cont_median - base_median, in the unit */
	double ratio;	  /* exp(median log-ratio); time: of the means */
	double lo, hi;	  /* interval of the ratio */
	double level;	  /* its coverage, e.g. 0.93 */
	double threshold; /* relative, e.g. 0.002 */
	double floor;	  /* smallest difference that counts */
	unsigned nr_null; /* boot pairs the layout null rests on */
	unsigned agree;	  /* log-ratios of the majority sign; time: 0 */
	double p;	  /* adjusted for the family; NaN: none; time only */
	bool fresh;	  /* of fresh boots alone; time only */
	/* Flagged, with its p99, by screening boots and by no fresh one; likewise. */
	bool unconfirmed;
	/* If .there, the figures above are of the boots that were to confirm. */
	struct screening screening;
	unsigned nr_confirm; /* pairs of these; few of them decide nothing */
	/*
	 * INCONCLUSIVE: so many pairs like these would settle it; 0: no number is
	 * known to.
	 */
	unsigned nr_needed;
	bool exact; /* both repeat boots were bit-identical */
	enum verdict verdict;
	char *reason;				    /* in words */
	enum point_status base_status, cont_status; /* worst over boots */
};

/* Did the tail decide?  Time has rows of its own for that. */
static inline bool effect_is_tail(const struct effect *e)
{
	return e->statistic != STAT_CENTRE && !e->time;
}

/* Did further boots not show the change that the first ones had? */
static inline bool effect_is_withdrawn(const struct effect *e)
{
	return e->screening.there && !verdict_changed(e->verdict);
}

/* Of how long a lock is held?  Then the reason says by what. */
static inline bool effect_is_hold(const struct effect *e)
{
	return holds_metric_lock(e->metric) != NULL;
}

/* Does the reason say what the figures do not? */
static inline bool effect_needs_words(const struct effect *e)
{
	return e->verdict == V_INVALID || e->verdict == V_INCONCLUSIVE ||
	       effect_is_tail(e) || effect_is_withdrawn(e) ||
	       (verdict_changed(e->verdict) && effect_is_hold(e));
}

#endif
