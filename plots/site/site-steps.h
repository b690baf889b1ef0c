/* SPDX-License-Identifier: GPL-2.0-only */
/* Steps of the histories, which are what the site has to tell. */
#ifndef CGMARK_SITE_STEPS_H
#define CGMARK_SITE_STEPS_H

#include "site-model.h"
#include "strbuf.h"

struct site_step {
	const struct history_series *series;
	const struct history_step *step;
	char *id; /* of its anchor; the same every night */
};

struct site_steps {
	struct site_step *list; /* the newest first, without minor ones */
	size_t nr;
};

void site_steps_find(const struct history *h, struct site_steps *ret);
void site_steps_release(struct site_steps *st);

/*
 * Finds the functions that account for each, where both nights were profiled, and
 * keeps them in data/step/.  -errno, logged.
 */
int site_steps_explain(const struct site *s, const struct site_steps *st);
/* What was found, as HTML for a page one folder down; "" if nothing was. */
void site_step_functions(struct strbuf *out, const struct site *s,
			 const struct site_step *st);

/* The night, and in words what changed: both foreign text. */
const char *site_step_night(const struct site_step *st);
char *site_step_words(const struct site_step *st);
/* A list of at most max, with links; up as everywhere. */
void site_steps_list(struct strbuf *out, const struct site_steps *st,
		     size_t max, long since_day, const char *up);

#endif
