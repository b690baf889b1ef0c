/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The history of figures: night by night, from the database, with the steps in it.
 *
 * A series is one metric at one point, of the kernels that had one name in one job
 * on one machine.  The kernel behind the name may be another each night; that is
 * what brings steps.  A night that did not measure is not there: it has no value,
 * and nobody makes one up.
 *
 * All text is foreign: from kernels, command lines and files.  All of it is owned
 * by struct history and lives as long.
 */
#ifndef CGMARK_HISTORY_H
#define CGMARK_HISTORY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "run-kernel.h"

/* A run that series rest on. */
struct history_run {
	char *id;      /* of its directory below RESULTS/runs */
	char *created; /* ISO 8601, UTC */
	char *job;     /* of nightly.ini; "": run by hand */
	char *night;  /* "2026-12-31": when its night began; by hand: its day */
	long day;     /* the same in days since 1970-01-01, for axes */
	char *status; /* "complete", "failed", "interrupted" */
	char *version;	      /* of cgmark */
	char *machine;	      /* "sim" */
	char *machine_detail; /* "QEMU 7.2.x, ..." */
	char *host;
	char *guest_sha256; /* of the initramfs without the plan */
	char *suite;
	struct run_kernel *kernels;
	size_t nr_kernels;
};

struct history_boot {
	unsigned perturbation; /* time: the number of the boot */
	double value;
};

/* The value of a series in one night, and where it comes from. */
struct history_night {
	const struct history_run *run;
	const struct run_kernel *kernel; /* of that run */
	/*
	 * Per operation, in the unit of the metric.  Exact: the median over boots of
	 * their centres (values.h); time: the geometric mean of their medians.
	 */
	double value;
	double p99; /* median over boots; NaN: not known */
	/* Relative standard deviation between boots; NaN with one boot. */
	double spread;
	struct history_boot
		*boots; /* at least one, by perturbation; for dots */
	size_t nr_boots;
	bool kept;     /* an earlier run measured all of these boots */
	bool repeated; /* exact: the repeat boot gave the same, bit by bit */
	/*
	 * Where 99% of nights like those before should lie; NaN: too few of them, or
	 * an exact machine.  outside: this one does not.
	 */
	double lo, hi;
	bool outside;
};

/* Nights that can be compared: one compiler, one QEMU, for time one host. */
struct history_segment {
	size_t first; /* index in nights */
	size_t nr;
	char *why; /* what is another now: "compiler: gcc 12.2.0 -> gcc 13.1.0";
		      "" of the first segment */
};

enum history_cause {
	CAUSE_KERNEL, /* the kernel is another */
	CAUSE_GUEST,  /* only the guest's programs or the plan are */
	CAUSE_NONE,   /* nothing is known to be: the host, or something in it */
	NR_CAUSES,
};

/* A lasting change of a series. */
struct history_step {
	size_t at;    /* the first night with the new value, in nights */
	size_t found; /* the night that made it certain; at or later */
	double before,
		after; /* medians of the nights on both sides, up to 60 */
	double ratio;  /* after / before; NaN if before is 0 */
	double p;      /* exact Mann-Whitney; NaN on an exact machine */
	/*
	 * On an exact machine all that repeats is a step.  This one is below what
	 * cgmark compare calls a change (0.2%, 20 instructions): the layout of a
	 * kernel moves figures by that much.  Nobody is alarmed for it.
	 */
	bool minor;
	enum history_cause cause;
	/* In words: "6.12.57-1 -> 6.12.58-1", "commit A -> B", "unknown". */
	char *why;
};

struct history_series {
	const char *job; /* of nightly.ini; "": runs by hand */
	const char *machine;
	const char *bench;
	unsigned version; /* of the benchmark */
	const char *params;
	const char *metric; /* "insns", "guest_ns", "elapsed_ns", ... */
	const char *kernel; /* its name in the runs */
	bool exact;	    /* counts: not time */
	struct history_night *nights; /* the oldest first; at least one */
	size_t nr_nights;
	struct history_segment *segments; /* the oldest first; at least one */
	size_t nr_segments;
	struct history_step *steps; /* by at */
	size_t nr_steps;
};

struct history {
	/* By job, machine, benchmark, version, params, metric, kernel. */
	struct history_series *series;
	size_t nr_series;
	struct history_run **runs; /* by night, then created */
	size_t nr_runs;
	long first_day, last_day; /* of all runs; 0 without runs */
	char **texts;		  /* that series point to */
	size_t nr_texts;
};

/* NULL: any.  Globs as for --bench. */
struct history_wish {
	const char *job;
	const char *machine;
	const char *bench;
	const char *kernel;
	const char *until; /* "2026-12-31": as if there were no later night */
	size_t nr_nights;  /* that a series has at least */
};

/*
 * Reads the database, and finds the steps.  Of
 * several runs of one job in one night, a point's figures are those of the last
 * that completed; if none did, of the last that has any.  A run that is still
 * running counts for nothing.
 *
 * The first load after an import sums up the new runs and keeps that in the
 * database, so that others take less than a second for a year of 100 points.
 *
 * 0, or -errno, logged; -ENOENT: there is no database.
 */
int history_load(const char *db, const struct history_wish *wish,
		 struct history **ret);
void history_free(struct history *h);
void history_run_free(struct history_run *run);
/* What one series owns, beside the structure. */
void history_series_release(struct history_series *s);
static inline void history_freep(struct history **h)
{
	history_free(*h);
}

/* The segment that a night is in. */
const struct history_segment *history_segment_of(const struct history_series *s,
						 size_t night);
/* The last step at or before the night, in its segment; NULL: none. */
const struct history_step *history_step_before(const struct history_series *s,
					       size_t night);
/* Would somebody be told of it? */
static inline bool history_step_alarms(const struct history_step *st)
{
	return !st->minor;
}

#endif
