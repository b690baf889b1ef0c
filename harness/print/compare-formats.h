/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The formats of a comparison.  Each is one file, which prints findings and opens
 * no file of its own; foreign text is escaped as the format has it.
 */
#ifndef CGMARK_COMPARE_FORMATS_H
#define CGMARK_COMPARE_FORMATS_H

#include <stdio.h>

#include "findings.h"

struct print_opts {
	bool verbose;	    /* names each patch */
	bool changed_only;  /* only points with REGRESSION or IMPROVEMENT */
	const char *by;	    /* "NAME <ADDRESS>" for tags of a mail, or NULL */
	const char *origin; /* who submits to KCIDB, or NULL */
};

/* Returns 0 or -errno; errors of the stream are also left in it. */
typedef int (*compare_print_fn)(FILE *out, const struct findings *f,
				const struct print_opts *o);

struct compare_format {
	const char *name;
	compare_print_fn print;
};

/* The one of that name, or NULL: it logs which there are. */
const struct compare_format *compare_format_find(const char *name);
/* "text|json|...", for --help. */
#define COMPARE_FORMATS \
	"text|json|mail|markdown|csv|junit|ktap|benchstat|lkp|kcidb"

int compare_print_text(FILE *out, const struct findings *f,
		       const struct print_opts *o);
int compare_print_json(FILE *out, const struct findings *f,
		       const struct print_opts *o);
int compare_print_mail(FILE *out, const struct findings *f,
		       const struct print_opts *o);
int compare_print_markdown(FILE *out, const struct findings *f,
			   const struct print_opts *o);
int compare_print_csv(FILE *out, const struct findings *f,
		      const struct print_opts *o);
int compare_print_junit(FILE *out, const struct findings *f,
			const struct print_opts *o);
int compare_print_ktap(FILE *out, const struct findings *f,
		       const struct print_opts *o);
int compare_print_benchstat(FILE *out, const struct findings *f,
			    const struct print_opts *o);
int compare_print_lkp(FILE *out, const struct findings *f,
		      const struct print_opts *o);
int compare_print_kcidb(FILE *out, const struct findings *f,
			const struct print_opts *o);

/* Is the point printed? */
static inline bool row_is_shown(const struct kernel_row *row,
				const struct print_opts *o)
{
	return row->changed || !o->changed_only;
}

/* Likewise for people, to whom a lock is of interest where it changed. */
static inline bool row_is_of_interest(const struct kernel_row *row,
				      const struct print_opts *o)
{
	return row_is_shown(row, o) &&
	       (row->changed || o->verbose || !holds_metric_lock(row->metric));
}

static inline bool effect_is_shown(const struct effect *e,
				   const struct print_opts *o)
{
	return effect_changed(e) || !o->changed_only;
}

#endif
