/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kernel under test said last, out of a piece of memory that neither it nor
 * home uses and that a reset leaves alone (pstore, backend ramoops).  Home tells the
 * kernel under test where that is, and on both sides the kernel does the rest.
 *
 * Two marks with the nonce of the attempt, lines of the console, tell what became of
 * that memory: home's, which is there until another kernel takes the memory, and that
 * of PID 1.  With neither it was lost.
 */
#ifndef CGMARK_METAL_MEMORY_H
#define CGMARK_METAL_MEMORY_H

#include <stdbool.h>

#include "strbuf.h"

struct metal_memory_roots {
	const char *live;    /* "/sys/fs/pstore" */
	const char *archive; /* where systemd moves it */
	const char *ramoops; /* folder of the driver's parameters */
};
extern const struct metal_memory_roots metal_memory_roots;

struct metal_memory {
	bool left;	       /* home's mark is there */
	bool arrived;	       /* PID 1's is */
	struct strbuf panic;   /* lines of the log up to a panic; empty: none */
	struct strbuf console; /* of the console, if PID 1's mark is there */
};

/*
 * What there is of this nonce, if it is the first time since metal_memory_clear().
 * Release *ret.
 */
void metal_memory_read(const struct metal_memory_roots *roots,
		       const char *nonce, struct metal_memory *ret);
void metal_memory_release(struct metal_memory *m);
/* Did PID 1 say that it could not do its work? */
bool metal_memory_bailed(const struct metal_memory *m);
/* Appends those lines of the last words that came after all those of console. */
void metal_memory_words(const struct metal_memory *m,
			const struct strbuf *console, struct strbuf *ret);

/* Removes records of earlier crashes, which may be of any kernel. */
void metal_memory_clear(const struct metal_memory_roots *roots);
/*
 * Appends the words by which the kernel under test finds the memory, if home has it
 * and keeps it from other use by a word memmap=SIZE$ADDRESS of its command line.
 */
bool metal_memory_cmdline(const struct metal_memory_roots *roots,
			  const char *home, struct strbuf *ret);
/* Do home's marks come into it? */
bool metal_memory_marks(void);
/* Home's mark. */
void metal_memory_mark(const char *nonce);

#endif
