/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bisection found, as text. */
#ifndef CGMARK_BISECT_TEXT_H
#define CGMARK_BISECT_TEXT_H

#include <stdio.h>

#include "compare.h"
#include "path.h"
#include "search.h"

/* A step, and the figures at its ends. */
struct bisect_answer {
	const struct path *path;
	struct search_step step;
	double base, contender; /* medians */
	char *skips;		/* why what lies between is left out, or NULL */
};

/* "css_set/lookup op=hit (insns), 650,123 on baseline to 5,129 on patched" */
void bisect_print_ends(FILE *out, const struct comparison *c,
		       const struct effect *e);
/* "2 changes account for it, ...", and a list of them. */
void bisect_print_answers(FILE *out, const struct bisect_answer *list,
			  size_t nr);
/* The change that an answer is, "patch 17 of 44: cgroup: do it"; caller frees. */
char *bisect_change_text(const struct bisect_answer *a);
/* Why no change was looked for: the kernels do not differ, or it is in doubt. */
void bisect_print_none(FILE *out, const struct comparison *c);

/*
 * Parent against culprit: the comparison, and on machines with a profile the
 * functions that account for it.
 */
void bisect_print_pair(FILE *out, const struct run *run, bool verbose);

#endif
