/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The benchmarks, as the guest programs list them: the host runs every
 * BENCH_DIR/bench-* with --list.
 */
#ifndef CGMARK_CATALOG_H
#define CGMARK_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"

struct bench_key {
	char *key;
	char **values; /* default sweep */
	size_t nr_values;
	bool variant; /* shares its set-up: varies fastest */
	char **more;  /* values beyond the default sweep, one axis at a time */
	size_t nr_more;
	char **named; /* values that are planned only where they are named */
	size_t nr_named;
	char **at_keys; /* other params, held at at_values meanwhile */
	char **at_values;
	size_t nr_at;
	bool implied; /* names leave out the only value of the sweep */
};

struct bench_info {
	char *binary; /* "bench-attach" */
	char *name;   /* "attach/self" */
	char *summary;
	char *kconfig;
	unsigned version;
	unsigned samples;
	unsigned warmup;
	unsigned nr_ops; /* 0: calibrate */
	char *first;	 /* "k=v,k=v" or "*": points to run first */
	bool extra;	 /* slow or special, see suite.h */
	char **programs; /* of the host that it runs */
	size_t nr_programs;
	struct bench_key *keys;
	size_t nr_keys;
};

struct catalog {
	struct bench_info *benches; /* by binary, then as listed */
	size_t nr;
};

/* Asks all programs of the folder.  Errors are logged. */
enum exit_status catalog_load(const char *bench_dir, struct catalog *ret);
void catalog_release(struct catalog *c);

/*
 * Does the benchmark accept this value of a param?  It takes those of --list;
 * any number if --list shows one, also a size or a time with its unit; and
 * controllers of Linux, joined by '+'.  Only the guest knows whether its kernel
 * has them.
 */
bool bench_key_takes(const struct bench_key *key, const char *value);

/*
 * Adds the output of a program's --list, which it modifies.  Returns 0 or
 * -EBADMSG, logged with the program and the line.
 */
int catalog_parse(struct catalog *c, const char *binary, char *text);

/* Is this well-formed as the value of a param? */
bool catalog_value_ok(const char *value);

#endif
