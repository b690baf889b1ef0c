/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The benchmarks there are, as the guest programs themselves tell: every
 * BENCH_DIR/bench-* is run with --list on the host.
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
	char **at_keys; /* what other params have with these */
	char **at_values;
	size_t nr_at;
	bool implied; /* the one value of the sweep is left out of names */
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
	char *first;	 /* "k=v,k=v" or "*": points that come first */
	bool extra;	 /* slow or special, see suite.h */
	char **programs; /* of the host, that it runs */
	size_t nr_programs;
	struct bench_key *keys;
	size_t nr_keys;
};

struct catalog {
	struct bench_info *benches; /* by binary, then as listed */
	size_t nr;
};

/* Errors were logged. */
enum exit_status catalog_load(const char *bench_dir, struct catalog *ret);
void catalog_release(struct catalog *c);

/*
 * Can the benchmark know this value of a param?  One that --list shows, any
 * number where that shows one (a size or a time with its unit too), and for
 * controllers those of Linux, joined by '+'.  Whether the kernel that runs has
 * it shows in the guest only.
 */
bool bench_key_takes(const struct bench_key *key, const char *value);

/*
 * Adds what a program printed for --list.  0, or -EBADMSG (logged with the
 * program and the line).  Changes text.
 */
int catalog_parse(struct catalog *c, const char *binary, char *text);

/* Can this be the value of a param? */
bool catalog_value_ok(const char *value);

#endif
