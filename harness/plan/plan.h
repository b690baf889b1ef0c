/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be measured: the points (benchmarks with their param values), the
 * boots (kernels by perturbations) and their order, and the bytes of the plan
 * that a guest gets.
 */
#ifndef CGMARK_PLAN_H
#define CGMARK_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog.h"
#include "run.h"
#include "strbuf.h"
#include "suite.h"

/* What the user asked for; unset members are 0. */
struct plan_wish {
	const char *const *benches; /* globs; none: all, or all of the suite */
	size_t nr_benches;
	const char *const *params; /* "KEY=V,V" */
	size_t nr_params;
	const struct suite *suite; /* NULL: default sweeps */
	unsigned samples;	   /* 0: those of suite or benchmark */
};

/* Everything about a boot that differs between perturbations. */
struct perturbation {
	size_t initrd_pad_bytes;
	unsigned mem_mib;
	unsigned precreate; /* cgroups made at boot */
	uint64_t phase_ns;  /* slept before each point */
	bool setup_only;    /* find out what points need; none is run */
	/* Counted in place of the time; none: points are timed. */
	const struct run_event *events;
	size_t nr_events;
	bool event_tasks; /* of the benchmark only, not of all that runs */
	char *const *latencies; /* functions that are timed, likewise */
	size_t nr_latencies;
};

/*
 * The points wished for (what benches names of what the suite has), in the
 * order in which a guest runs them: those first of which the benchmark says so,
 * all by program, benchmark, then params in their declared order with variants
 * fastest, so that points which share a set-up are neighbours.  Of each
 * benchmark the sweep comes before what lies beyond it.  The caller frees *ret.
 * Returns an exit_status; unknown words were logged with the nearest known.
 */
int plan_points(const struct catalog *c, const struct plan_wish *wish,
		struct run_point **ret, size_t *nr);

/*
 * Null boots, of the first perturbations: they give a threshold, not an effect,
 * and boots of the baseline are the longest.
 */
#define PLAN_NULL_BOOTS 4

/*
 * The boots: kernels interleaved within each perturbation, then the repeats,
 * then the nulls of kernel 0, then those that count events.  Where shuffle is set the order of the kernels
 * within a perturbation is drawn from the seed and turned round in the next
 * (ABBA), so that drift of the host hits all alike.  The array and the ids in
 * it are the caller's.
 */
struct plan_boots {
	unsigned perturbations; /* 1..PLAN_PERTURBATIONS_MAX */
	bool repeat;
	bool null;
	unsigned events; /* perturbations, from the first on, that count them */
	bool shuffle;
	uint64_t seed;
};

struct run_boot *plan_boots(const struct run_kernel *kernels, size_t nr_kernels,
			    const struct plan_boots *how, size_t *nr);

/* Of perturbation p = 0.. and a role. */
struct perturbation plan_perturbation(unsigned p, enum boot_role role);

/*
 * The bytes of plan.tsv.  They depend on nothing but the points, the clock
 * ("insns" or "ns") and the perturbation.  0 or -EINVAL for a field that the
 * format cannot hold.
 */
int plan_format(const struct run_point *points, size_t nr, const char *clock,
		const struct perturbation *p, struct strbuf *ret);

#endif
