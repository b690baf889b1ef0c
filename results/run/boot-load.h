/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot while it is being read.  Private to the boot-*.c of run/. */
#ifndef CGMARK_BOOT_LOAD_H
#define CGMARK_BOOT_LOAD_H

#include <limits.h>

#include "point-find.h"
#include "run-files.h"
#include "strbuf.h"

/* Of samples that belong to no point of the run. */
#define UNPLANNED UINT_MAX

struct lack_entry {
	size_t point;
	struct lack l;
};

struct boot_load {
	const struct run *run;
	struct run_boot *boot;
	unsigned damaged;	    /* files */
	struct strbuf counted;	    /* their names, each between slashes */
	json_t *json;		    /* boot.json; NULL without */
	struct run_sample *samples; /* point: or UNPLANNED */
	size_t nr_samples;
	size_t alloc_samples;
	bool unsorted;
	struct point_id unplanned; /* the first such */
	struct lack_entry *lacks;
	size_t nr_lacks;
	struct point_find find;
};

/* The order of a boot's samples: by point, metric and repetition. */
int run_sample_cmp(const void *a, const void *b);

/* Logs what is wrong with a file and counts the file once. */
__attribute__((format(printf, 3, 4))) void
boot_fault(struct boot_load *l, const char *file, const char *fmt, ...);

struct sharing;
/* Add their figures to the samples that were kept. */
void boot_take_sharing(struct boot_load *l, const struct sharing *s);
void boot_take_holds(struct boot_load *l, const struct holds *h);

/* Sets the status of point i and its text. */
void boot_set_status(struct run_boot *b, size_t i, enum point_status status,
		     const char *text);

#endif
