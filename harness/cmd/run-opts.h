/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of cgmark run. */
#ifndef CGMARK_RUN_OPTS_H
#define CGMARK_RUN_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot-job.h"
#include "compare-formats.h"
#include "opt-values.h"

struct run_opts {
	struct words kernels;
	struct words series;
	const char *flavour; /* a fragment for all kernels, or NULL */
	struct words benches;
	struct words params;
	const char *machine;
	const char *suite;     /* NULL: not given */
	const char *latencies; /* comma separated functions; NULL: none */
	const char *events;    /* comma separated names; NULL: none */
	const char *slurm;     /* a partition; NULL: this machine */
	const char *resume;    /* a run to go on with; NULL: none */
	const char *output;    /* NULL: RESULTS/runs */
	const char *job;       /* of nightly.ini, and its night; NULL: none */
	const char *night;
	char *own_night; /* where these two are */
	const struct compare_format *format;
	unsigned perturbations; /* 0: those of the suite */
	unsigned samples;	/* 0: the benchmark's own */
	unsigned settle;	/* boots at most */
	unsigned settle_s;	/* start none after that */
	unsigned time_s;	/* of all boots; 0: no limit */
	struct shard_opt {
		unsigned number, of; /* of 0: none */
	} shard;
	unsigned shards; /* of --slurm; 0: one a perturbation */
	unsigned jobs;	 /* 0: as many as there are cores */
	struct deadlines deadlines;
	uint64_t seed;
	enum {
		PROFILE_OFF,
		PROFILE_COUNTS,
		PROFILE_MODEL,
		PROFILE_SHARING,
		PROFILE_LOCKS
	} profile;
	bool no_repeat;
	bool no_null;
	bool no_settle;
	bool fresh;
	bool no_compare;
	bool strict;
	bool quiet;
	bool verbose;
};

/*
 * Fills *ret from defaults and argv.  Like argp, exits for --help and on usage
 * errors (status 2).  Returns 0.
 */
int run_opts_parse(int argc, char **argv, struct run_opts *ret);
void run_opts_release(struct run_opts *o);

/* As --profile= has it; "" without. */
const char *run_profile_name(const struct run_opts *o);

#endif
