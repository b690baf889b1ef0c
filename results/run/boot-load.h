/* SPDX-License-Identifier: GPL-2.0-only */
/* A boot while it is being read.  Private to the boot-*.c of run/. */
#ifndef CGMARK_BOOT_LOAD_H
#define CGMARK_BOOT_LOAD_H

#include "point-find.h"
#include "run-files.h"
#include "strbuf.h"

struct sample_entry {
	size_t point; /* index in run.points, or NO_POINT */
	size_t order; /* of arrival */
	struct sample s;
};

struct lack_entry {
	size_t point;
	struct lack l;
};

struct boot_load {
	const struct run *run;
	struct run_boot *boot;
	unsigned damaged;      /* files */
	struct strbuf counted; /* their names, each between slashes */
	json_t *json;	       /* boot.json; NULL without */
	struct sample_entry *entries;
	size_t nr_entries;
	size_t alloc_entries;
	struct lack_entry *lacks;
	size_t nr_lacks;
	struct point_find find;
};

/* Logs what is wrong with a file and counts the file once. */
__attribute__((format(printf, 3, 4))) void
boot_fault(struct boot_load *l, const char *file, const char *fmt, ...);

/* Sets the status of point i and its text. */
void boot_set_status(struct run_boot *b, size_t i, enum point_status status,
		     const char *text);

#endif
