/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suites: which benchmarks run, with which values of their params, as a file
 * NAME.ini in the folder of suites says:
 *
 *	[suite]
 *	summary = what it is for, one line
 *	aliases = other names
 *	include = a suite whose file is read first
 *	benchmarks = GLOB GLOB ...
 *	extra = no		; without those that are marked as extra, and
 *				; without values beyond default sweeps
 *	perturbations = 16	; where the command line does not say
 *
 *	[GLOB]			; for the benchmarks that match
 *	samples = 7
 *	KEY = VALUE,VALUE	; instead of the default sweep of a param
 *
 * Of several sections that match a benchmark the last that has the key counts,
 * and what a file says replaces what it includes.
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
	char *key; /* a param, or "samples" */
	char **values;
	size_t nr_values;
};

struct suite {
	char *name;    /* of the file, whatever alias was asked for */
	char *path;    /* of the file */
	char *summary; /* "" if none */
	char **aliases;
	size_t nr_aliases;
	char **globs; /* of benchmarks */
	size_t nr_globs;
	bool no_extra;
	unsigned perturbations; /* 0: not said */
	struct suite_rule *rules;
	size_t nr_rules;
};

#define SUITE_DEFAULT "quick"

/*
 * By name or alias; unknown names were logged with the nearest.  On success the
 * caller releases *ret.
 */
enum exit_status suite_load(const char *dir, const char *name,
			    struct suite *ret);
/* All of a folder, sorted by name.  The caller releases each and frees *ret. */
enum exit_status suite_load_all(const char *dir, struct suite **ret,
				size_t *nr);
void suite_release(struct suite *s);

bool suite_has(const struct suite *s, const struct bench_info *b);
/*
 * The rule that says something about a key ("samples" or a param) of a
 * benchmark, or NULL.
 */
const struct suite_rule *suite_find_rule(const struct suite *s,
					 const struct bench_info *b,
					 const char *key);
/*
 * Everything that the files name is in the catalog: each glob matches, each
 * section is about a benchmark of the suite, each key is a param of one.
 * What is unknown was logged with file and line.
 */
enum exit_status suite_check(const struct suite *s, const struct catalog *c);

#endif
