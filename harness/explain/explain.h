/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions account for the difference between two kernels at a point,
 * from the profiles (profile.h) of both.
 */
#ifndef CGMARK_EXPLAIN_H
#define CGMARK_EXPLAIN_H

#include <string.h>

#include "effect.h"
#include "exit-status.h"
#include "key-index.h"
#include "profile.h"
#include "renames.h"
#include "run.h"
#include "values.h"

/* Events of a profile, and those computed from them. */
#define EXPLAIN_CYCLES NR_PROFILE_EVENTS
#define NR_EXPLAIN_EVENTS (NR_PROFILE_EVENTS + 1)

const char *explain_event_name(unsigned event);
/* Index of an event by name, or NR_EXPLAIN_EVENTS. */
unsigned explain_find_event(const char *name);

/* Index of a kernel in arrays of two. */
enum { EX_BASE, EX_CONT, EX_BOTH };

struct explain_kernel {
	unsigned index; /* in run.kernels */
	unsigned boot;	/* the first that was profiled; index in run.boots */
	struct profile profile;
	struct renames renames; /* of a contender */
};

/* A function as called on one path, in both kernels. */
struct explain_node {
	unsigned parent;	 /* index; 0, the root, is its own */
	unsigned first, next;	 /* child, sibling; 0: none */
	unsigned function;	 /* index in functions */
	uint64_t self[EX_BOTH];	 /* of the event, sum over samples */
	uint64_t below[EX_BOTH]; /* self and all that it calls */
};

struct explain_function {
	unsigned number;  /* its place before they were sorted */
	const char *name; /* the profile's */
	const char *was;  /* the baseline's name if it has another */
	uint64_t self[EX_BOTH];
	uint64_t below[EX_BOTH]; /* once, where it calls itself */
	bool seen[EX_BOTH];	 /* called there */
	double self_diff;	 /* per operation */
	double below_diff;
};

/* One point and event. */
struct explanation {
	const struct plan_point *point;
	const struct effect *effect; /* the verdict on it; NULL: unknown */
	unsigned event;
	const char *metric;    /* of the samples: "insns", "guest_ns" */
	uint64_t ops[EX_BOTH]; /* operations measured */
	double total[EX_BOTH]; /* per operation; of insns: by the samples */
	double sum[EX_BOTH];   /* of all functions, per operation */
	double remainder;      /* of the difference, in no function */
	bool identical;	       /* profiled boots equal those they repeat */
	struct explain_node *nodes;
	size_t nr_nodes, alloc_nodes;
	struct explain_function *functions; /* by |self_diff|, largest first */
	size_t nr_functions, alloc_functions;
	struct key_index by_name; /* number of a function, from 1 */
	struct key_index callees; /* node by caller and function's number */
	uint64_t steps;		  /* how much work it was, for tests */
	/*
	 * The deepest function that accounts, with its callees, for 90% of the
	 * difference on one path; NULL: no difference, or none but the
	 * outermost.
	 */
	const struct explain_function *main;
};

#define EXPLAIN_MAIN_SHARE 0.9
/*
 * Call stacks that are printed one by one, or drawn, are no deeper: a kernel
 * stack has not as much room, and what is printed would grow with the square.
 */
#define EXPLAIN_STACK_MAX 256
/* A larger remainder of the difference casts doubt on the figures. */
#define EXPLAIN_REMAINDER_MAX 0.01

static inline double explain_diff(const struct explanation *e)
{
	return e->total[EX_CONT] - e->total[EX_BASE];
}

/* Of a count, per operation. */
double explain_diff_of(const struct explanation *e, const uint64_t v[EX_BOTH]);

/* The name that a kernel has for it. */
static inline const char *explain_name(const struct explain_function *f,
				       unsigned side)
{
	return side == EX_BASE && f->was ? f->was : f->name;
}

static inline bool explain_is_named(const struct explain_function *f,
				    const char *name)
{
	return !strcmp(f->name, name) || (f->was && !strcmp(f->was, name));
}

/* The node that a node calls with this function; 0: it does not. */
static inline unsigned explain_callee(const struct explanation *e,
				      unsigned node, unsigned function,
				      uint64_t *steps)
{
	return key_index_find(&e->callees, NULL, node,
			      e->functions[function].number, steps);
}

/* What a function executed itself, per operation. */
static inline double explain_self(const struct explanation *e,
				  const struct explain_function *f,
				  unsigned side)
{
	return (double)f->self[side] / e->ops[side];
}

/*
 * Reads the profile of a kernel.  Errors were logged.  The caller releases ret
 * even after one.
 */
enum exit_status explain_load(const struct run *run, unsigned kernel,
			      struct explain_kernel *ret);
/* Finds the functions that have another name in the contender. */
void explain_match(struct explain_kernel kernels[EX_BOTH]);
void explain_kernel_release(struct explain_kernel *k);

/*
 * NULL if a kernel did not measure the point (logged).  Keeps pointers into its
 * arguments.
 */
struct explanation *explain_point(const struct values *v, const struct run *run,
				  const struct explain_kernel kernels[EX_BOTH],
				  unsigned point, unsigned event);
void explanation_free(struct explanation *e);
/* Is the remainder so large that the figures are in doubt? */
bool explain_in_doubt(const struct explanation *e);

/* Does the run have a trusted profile of this kernel?  Logs nothing. */
bool explain_is_profiled(const struct run *run, unsigned kernel);
/* Did both measure the point?  Logs nothing. */
bool explain_has_point(const struct run *run,
		       const struct explain_kernel kernels[EX_BOTH],
		       unsigned point);

/* --- rows of every report (rows.c) --- */

struct explain_row {
	const struct profile_row *row;
	bool there[EX_BOTH];   /* the kernel has symbols for it */
	double value[EX_BOTH]; /* per operation, inclusive; NaN: not there */
	double diff;
};

void explain_rows(const struct explanation *e,
		  const struct explain_kernel kernels[EX_BOTH],
		  struct explain_row ret[NR_PROFILE_ROWS]);
/*
 * The functions of rows that have no symbol in the kernel, "a, b"; caller
 * frees.  NULL: none, or the profile does not say.
 */
char *explain_lacking(const struct profile *p);

/* A row at a point of a run, in instructions. */
struct row_entry {
	const struct plan_point *point;
	struct explain_row v;
};

/* All rows at all points that both kernels measured, in order of the plan. */
struct row_list {
	bool profiled; /* otherwise it is empty */
	struct explain_kernel kernels[EX_BOTH];
	struct row_entry *list;
	size_t nr;
};

/* Keeps pointers into the run; a damaged profile is logged. */
struct row_list *row_list_new(const struct values *v, const struct run *run,
			      unsigned base, unsigned contender);
void row_list_free(struct row_list *l);
static inline void row_list_freep(struct row_list **l)
{
	row_list_free(*l);
}

/*
 * The point where the row differs most, among the row's benchmarks if the run
 * has any.  NULL for an empty list.
 */
const struct row_entry *row_list_most(const struct row_list *l, unsigned row);
/* Is it at one of the row's benchmarks, or the row's only point? */
bool row_list_shows(const struct row_list *l, const struct row_entry *entry);

#endif
