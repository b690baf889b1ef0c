/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boots of a run, their order, and how they differ.
 */
#ifndef CGMARK_BOOTS_H
#define CGMARK_BOOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run.h"

/* Everything about a boot that differs between perturbations. */
struct perturbation {
	size_t initrd_pad_bytes;
	unsigned mem_mib;
	unsigned holes;	   /* of per-CPU memory: which, see init.c */
	uint64_t phase_ns; /* sleep before each point */
	bool setup_only;   /* set points up without running them */
	/* Counted instead of the time; none: points are timed. */
	const struct run_event *events;
	size_t nr_events;
	bool event_tasks;	/* of the benchmark only, not system-wide */
	char *const *latencies; /* functions to time instead */
	size_t nr_latencies;
};

/*
 * Null boots cover only the first perturbations: they give a threshold, not an
 * effect, and boots of the baseline take longest.
 */
#define PLAN_NULL_BOOTS 4

/*
 * The boots: kernels interleaved within each perturbation, then the repeats,
 * then the nulls of kernel 0, then those that count events.  With shuffle, the
 * seed draws the order of the perturbations, and that of the kernels within one,
 * which the next one has reversed (ABBA): drift of the host hits all alike.  The
 * caller owns the array and the ids in it.
 */
struct plan_boots {
	unsigned perturbations; /* 1..PLAN_PERTURBATIONS_MAX */
	unsigned first;		/* added to the number of each */
	const unsigned *chosen; /* which; NULL: the first */
	bool all_null;		/* a null boot of each */
	bool repeat;
	bool null;
	unsigned events; /* so many first perturbations count events */
	bool shuffle;
	uint64_t seed;
};

struct run_boot *plan_boots(const struct run_kernel *kernels, size_t nr_kernels,
			    const struct plan_boots *how, size_t *nr);

/*
 * The same for all points of a run: those with different values of the param
 * cpus_possible need boots of their own, and get them under perturbations that
 * follow those of the others; the caller has seen that there are so many.
 */
void plan_run_boots(struct run *run, const struct plan_boots *how);

/* The first perturbation that no boot of the run has had. */
unsigned plan_fresh_perturbation(const struct run *run);

/* Further boots, of some kernels and of the points that need them. */
struct plan_more {
	enum boot_role role;
	unsigned first;	      /* perturbation */
	const bool *kernels;  /* by index */
	const unsigned *need; /* by point: on so many perturbations */
	bool shuffle;	      /* kernels, as in struct plan_boots */
	uint64_t seed;
};

/*
 * Under each perturbation all kernels run the same points, those that need it:
 * what runs before a point is part of what it costs.  None is planned beyond the
 * last perturbation that there can be.  The caller owns the array and what is in
 * it.
 */
size_t plan_more_boots(const struct run *run, const struct plan_more *how,
		       struct run_boot **ret);

/* Perturbation p, from 0 on, in a boot of this role. */
struct perturbation plan_perturbation(unsigned p, enum boot_role role);

#endif
