/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of benchmarks, for readers and for programs. */
#ifndef CGMARK_LIST_BENCHES_H
#define CGMARK_LIST_BENCHES_H

#include "catalog.h"
#include "suite.h"

struct list_suites {
	struct suite *v;
	size_t nr;
};

void list_suites_release(struct list_suites *s);

/*
 * By topic, each with what one operation is, at most 100 columns wide.  With
 * words only those benchmarks that have all of the words in their name, topic,
 * suites, params or description, and with their params.  Returns their number.
 */
size_t list_benches(const struct catalog *c, const struct list_suites *s,
		    char *const *words, size_t nr_words);

/* The same choice with all columns, separated by TABs, in the catalog's order. */
size_t list_benches_wide(const struct catalog *c, const struct list_suites *s,
			 char *const *words, size_t nr_words);

#endif
