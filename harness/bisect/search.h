/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where along a line of kernels does a figure change?  Knows nothing of kernels:
 * it asks for measurements, each position at most once, and for the distance
 * between two that were measured.
 *
 * Each interval whose ends differ is halved, the one that differs most first.
 * Both halves are searched if both differ, so that a change in steps gives
 * several answers.  A position that cannot be measured is passed over.
 */
#ifndef CGMARK_SEARCH_H
#define CGMARK_SEARCH_H

#include <stddef.h>

enum probe {
	PROBE_DONE,
	PROBE_SKIP, /* this kernel cannot be measured; others can */
	PROBE_STOP, /* interrupted, or the host failed */
};

enum step_kind {
	STEP_FOUND,   /* to follows from */
	STEP_SKIPPED, /* none between can be measured */
	STEP_SPREAD,  /* neither half differs alone */
	STEP_OPEN,    /* not searched, as there were enough steps */
};

/* The figure changes behind from, at to or before it. */
struct search_step {
	size_t from, to;
	enum step_kind kind;
	double distance;
};

struct search {
	size_t nr; /* positions; 0 is the baseline */
	/* Measures a position. */
	enum probe (*probe)(size_t at, void *arg);
	/* 0 where two positions do not differ; both were measured. */
	double (*distance)(size_t a, size_t b, void *arg);
	void *arg;
	size_t max_steps; /* found, skipped or spread; 0: no limit */
};

/*
 * The steps in order of position; the caller frees *ret.  PROBE_STOP: a probe
 * said so, and there is no result.  PROBE_SKIP: position *at, one of the ends,
 * cannot be measured.
 */
enum probe search_steps(const struct search *s, struct search_step **ret,
			size_t *nr, size_t *at);

#endif
