/* SPDX-License-Identifier: GPL-2.0-only */
/* What the site tells of a run, kept in data/run/RUN.json. */
#ifndef CGMARK_SITE_RUN_H
#define CGMARK_SITE_RUN_H

#include "run-kernel.h"
#include "verdict.h"

struct site_run {
	char *dir; /* NULL: it is not on this host any more */
	char *slug;
	char *fingerprint;
	char *id, *created, *status, *machine, *suite, *job;
	char *summary; /* of its verdicts, in words; "" with one kernel */
	unsigned count[NR_VERDICTS];
	unsigned points, boots, boots_ok;
	struct run_kernel *kernels;
	size_t nr_kernels;
	char **benches; /* names, each once */
	size_t nr_benches;
};

/* -errno, not logged: there is none, or it is damaged. */
int site_run_read(const char *path, struct site_run *ret);
/* -errno, logged. */
int site_run_save(const char *site, const struct site_run *r);
void site_run_release(struct site_run *r);

#endif
