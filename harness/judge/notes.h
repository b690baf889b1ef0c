/* SPDX-License-Identifier: GPL-2.0-only */
/* Footnotes of a comparison. */
#ifndef CGMARK_NOTES_H
#define CGMARK_NOTES_H

#include "run.h"

struct notes {
	char **text; /* owned, none twice */
	size_t nr;
};

/* Adds a note unless it is there; takes text. */
void notes_add(struct notes *n, char *text);
void notes_release(struct notes *n);

/* "boot base-p3: WARNING: ..."; caller frees. */
char *boot_failure(const struct run_boot *b);

/* Boots of a kernel that are missing or have no events. */
void note_boots(struct notes *n, const struct run *run, unsigned kernel);
/* Notes if no repeat boot shows that the counts of the kernel are exact. */
void note_repeat(struct notes *n, const struct run *run, unsigned kernel);
/* What of the machine could not be set as asked for, in boots of a kernel. */
void note_unset(struct notes *n, const struct run *run, unsigned kernel);
/* Notes if null boots of the baseline are missing. */
void note_null(struct notes *n, const struct run *run, unsigned base);
/*
 * Notes the kernels of a comparison whose series have one name and are not the
 * same; the baseline comes first.
 */
void note_series(struct notes *n, const struct run *run, unsigned base,
		 const unsigned *contenders, size_t nr);

/* Skipped points of a benchmark, collected into one note. */
struct skips {
	const char *bench;
	char *where; /* owned */
	const char *reason;
	unsigned nr;
};

/* Counts a point; flushes first if it is of another kind.  Takes where. */
void skips_add(struct notes *n, struct skips *s, const char *bench, char *where,
	       const char *reason);
void skips_flush(struct notes *n, struct skips *s);

#endif
