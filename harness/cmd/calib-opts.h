/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of cgmark calibrate. */
#ifndef CGMARK_CALIB_OPTS_H
#define CGMARK_CALIB_OPTS_H

#include <stdbool.h>

#include "cost.h"
#include "opt-values.h"

struct calib_opts {
	struct words benches;
	struct words params;
	const char *machine;
	const char *suite;
	const char *base; /* a kernel that pays costs */
	const char *padded;
	struct cost_list costs;
	unsigned perturbations; /* booted of each kernel */
	unsigned draws;
	unsigned seconds; /* 0: no limit */
	unsigned jobs;	  /* 0: as many as there are cores */
	uint64_t seed;
	bool fresh;
	bool quiet;
	bool verbose;
};

/* As run_opts_parse(). */
int calib_opts_parse(int argc, char **argv, struct calib_opts *ret);
void calib_opts_release(struct calib_opts *o);

#endif
