/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of a run, indexed by boot and point.  Keeps pointers into the run,
 * which must outlive it.
 */
#ifndef CGMARK_VALUES_H
#define CGMARK_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "run.h"

/* Can the numbers of a boot be trusted? */
enum boot_trust {
	TRUST_GOOD,
	TRUST_MISSING, /* not finished, or lost through host or harness */
	TRUST_FAILED,  /* splat, panic, hang: the kernel or guest is at fault */
	TRUST_DAMAGED, /* sample file missing, cut short or altered */
};

enum boot_trust boot_trust(const struct run_boot *b);
/* Do verdicts rest on boots of this role? */
static inline bool role_judges(enum boot_role r)
{
	return r == BOOT_MEASURE || r == BOOT_SETTLE || r == BOOT_CONFIRM;
}
/* Index in run.boots, or -1. */
int run_find_boot(const struct run *run, unsigned kernel, unsigned perturbation,
		  enum boot_role role);
/* MISSING where the boot says nothing about the point. */
enum point_status boot_point_status(const struct run_boot *b, unsigned point);
/* SKIP reason or failure, "" if none. */
const char *boot_point_text(const struct run_boot *b, unsigned point);

/* Is it real time, and not a count that repeats bit for bit? */
bool metric_is_time(const char *metric);
/* Has the run measured time?  All points of a machine are alike in that. */
bool run_has_time(const struct run *run);

struct values;

/* Not for several threads at once: what is computed is kept. */
struct values *values_new(const struct run *run);
void values_free(struct values *v);
static inline void values_freep(struct values **v)
{
	values_free(*v);
}

/*
 * Values per operation in the order taken.  Returns their number; the caller
 * owns the array (NULL for 0).
 */
size_t values_get(const struct values *v, unsigned boot, unsigned point,
		  const char *metric, double **ret);
/* What sums up the samples of one boot. */
enum statistic {
	/*
	 * stats_centre(), the value of a boot: unlike a median it does not jump
	 * from one mode to the other.
	 */
	STAT_CENTRE,
	STAT_MEAN, /* of all samples: what slow ones cost shows in it */
	STAT_P99,
	STAT_LARGEST,
};

#define NR_STATISTICS 4

/* "centre", "mean", "p99", "largest" */
const char *statistic_name(enum statistic s);
/* NaN without samples. */
double values_statistic(const struct values *v, unsigned boot, unsigned point,
			const char *metric, enum statistic s);
static inline double values_centre(const struct values *v, unsigned boot,
				   unsigned point, const char *metric)
{
	return values_statistic(v, boot, point, metric, STAT_CENTRE);
}
/* Samples of the metric in one boot. */
size_t values_nr(const struct values *v, unsigned boot, unsigned point,
		 const char *metric);
/*
 * The i-th metric seen at a point in any boot of the kernel, or NULL; that of a
 * clock comes first.  Events are not metrics: see events.h.
 */
const char *values_metric(const struct values *v, unsigned kernel,
			  unsigned point, unsigned i);
/* Same samples at a point, bit for bit and in the same order? */
bool values_identical(const struct values *v, unsigned boot_a, unsigned boot_b,
		      unsigned point);

#endif
