/* SPDX-License-Identifier: GPL-2.0-only */
/* Costs of known size that kernel `calibrate` pays (kernel/patches/calibrate). */
#ifndef CGMARK_CALIB_COST_H
#define CGMARK_CALIB_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

enum cost_kind { COST_INSNS, COST_LOADS, COST_TAIL, COST_DRIFT };

#define NR_COST_KINDS 4
/* One call of so many pays a tail, as kernel/cgmark_cost.c has it. */
#define COST_TAIL_CALLS 200
#define NR_COST_PLACES 7

struct cost_place {
	const char *name;
	const char *function; /* that pays, by its name in a profile */
	/* Globs of the points that a cost here is measured by. */
	const char *bench;
	const char *params;
};

extern const struct cost_place cost_places[NR_COST_PLACES];

struct cost {
	unsigned place; /* index in cost_places */
	enum cost_kind kind;
	double part; /* of an operation, e.g. 0.003 */
	uint64_t n;  /* what the kernel is told; 0: nothing */
};

struct cost_list {
	struct cost *list;
	size_t nr;
};

/* Is the point one of those? */
bool cost_takes(const struct cost_place *p, const struct point_id *id);

/* "insns", "loads", "tail", "drift" */
const char *cost_kind_name(enum cost_kind k);

/* The costs of a calibration, the most telling first: PLACE:KIND:PERCENT,... */
#define COSTS_DEFAULT                                               \
	"*:insns:0.3,*:tail:1,*:loads:0.3,*:insns:0.2,*:insns:0.1," \
	"*:insns:1,*:drift:1,*:tail:0.5"

/*
 * Adds the costs of such a list; PLACE is a glob.  On malformed text, false and
 * a fault in words, which the caller frees; *ret is to be released in any case.
 */
bool cost_list_parse(const char *text, struct cost_list *ret, char **why);
void cost_list_release(struct cost_list *l);

/*
 * What the kernel is to be told so that a cost is so many instructions a call,
 * on average.  At least 1.
 */
uint64_t cost_size(enum cost_kind kind, double insns);
/* The reverse.  NaN for a drift, which grows with the calls before. */
double cost_insns(enum cost_kind kind, uint64_t n);

/* "fork-insns-450"; caller frees. */
char *cost_name(const struct cost *c);
/*
 * The word for the command line.  All have the same length, as that moves what
 * lies behind in memory.  Caller frees.
 */
char *cost_cmdline(const struct cost *c);

#endif
