/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suites: which benchmarks run, with which values of their params.  A suite is
 * a file NAME.ini in the folder of suites:
 *
 *	[suite]
 *	summary = its purpose, in one line
 *	aliases = other names
 *	include = a suite to read first
 *	benchmarks = GLOB GLOB ...	; in this order
 *	extra = no		; no benchmarks marked as extra, no values
 *				; beyond default sweeps
 *	also = GLOB GLOB ...	; benchmarks to add, marked as extra or not
 *	perturbations = 16	; unless the command line says otherwise
 *
 *	[GLOB]			; for the benchmarks that match
 *	samples = 7
 *	KEY = VALUE,VALUE	; instead of the default sweep of a param
 *
 *	[GLOB KEY=VALUE ...]	; of their points that have these values,
 *	KEY = VALUE,VALUE	; only those with one of these
 *	samples = 7		; instead of what the others take
 *
 * If several sections match a benchmark, the last one with the key wins; a file
 * overrides what it includes.  Sections with values all count.
 */
#ifndef CGMARK_SUITE_H
#define CGMARK_SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include "catalog.h"
#include "exit-status.h"

struct suite_rule {
	char *path; /* of the file and line, for messages */
	unsigned line;
	char *glob;
	char *where; /* "k=v,k=v": for these points; "": for all */
	char *key;   /* a param, or "samples" */
	char **values;
	size_t nr_values;
};

struct suite {
	char *name;    /* of the file, even if loaded by an alias */
	char *path;    /* of the file */
	char *summary; /* "" if none */
	char **aliases;
	size_t nr_aliases;
	char **globs; /* of benchmarks */
	size_t nr_globs;
	char **also; /* globs of benchmarks that are in it, extra or not */
	size_t nr_also;
	bool no_extra;
	unsigned perturbations; /* 0: not set */
	struct suite_rule *rules;
	size_t nr_rules;
};

#define SUITE_DEFAULT "quick"

/*
 * Loads a suite by name or alias; an unknown name is logged with the nearest
 * one.  On success the caller releases *ret.
 */
enum exit_status suite_load(const char *dir, const char *name,
			    struct suite *ret);
/* All suites of a folder, by name.  The caller releases each and frees *ret. */
enum exit_status suite_load_all(const char *dir, struct suite **ret,
				size_t *nr);
void suite_release(struct suite *s);

bool suite_has(const struct suite *s, const struct bench_info *b);
/*
 * Where it stands in the suite: the first glob of benchmarks= that matches, or
 * behind all of them.
 */
size_t suite_rank(const struct suite *s, const struct bench_info *b);
/*
 * The rule for a param of all points of a benchmark, or NULL.
 */
const struct suite_rule *suite_find_rule(const struct suite *s,
					 const struct bench_info *b,
					 const char *key);
/* The rule for the samples of one point, or NULL. */
const struct suite_rule *suite_samples(const struct suite *s,
				       const struct bench_info *b,
				       const char *params);
/* Does a section for some of the points leave out this one, by its key? */
bool suite_leaves_out(const struct suite *s, const struct bench_info *b,
		      const char *key, const char *params);
/* Checks such a section: what it names has to be measured without it. */
enum exit_status suite_check_where(const struct suite *s,
				   const struct suite_rule *r,
				   const struct catalog *c);
/*
 * Checks that the catalog has everything that the files name: each glob
 * matches, each section covers a benchmark of the suite, each key is a param of
 * one. Unknown names are logged with file and line.
 */
enum exit_status suite_check(const struct suite *s, const struct catalog *c);

#endif
