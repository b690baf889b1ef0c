/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One function, instruction by instruction: how often each ran at a point on
 * both kernels, the two listings side by side where they are the same.
 */
#ifndef CGMARK_ANNOTATE_H
#define CGMARK_ANNOTATE_H

#include "explain.h"
#include "objdump.h"

#define ANNOTATE_NONE SIZE_MAX

/* A line: the instruction of both kernels, or of one (NONE on the other). */
struct annotate_row {
	size_t insn[EX_BOTH]; /* index in code[side].list */
};

struct annotation {
	const char *function;
	struct insns code[EX_BOTH]; /* with counts; none: not there */
	/*
	 * What the function executed itself by its contexts, and what of that
	 * the listing has: less where the kernel has patched its code.
	 */
	uint64_t self[EX_BOTH];
	uint64_t listed[EX_BOTH];
	struct annotate_row *rows;
	size_t nr_rows;
};

/*
 * What two instructions have in common when they are the same: the text without
 * addresses, which move with the code.  Caller frees.
 */
char *annotate_key(const char *text, const char *function);
/* Counts from ranges onto instructions; returns the sum of those counted. */
uint64_t annotate_count(struct insns *in, const struct profile_range *ranges,
			size_t nr, const char *function);
/* Fills rows: the longest common sequence, and what lies between. */
void annotate_align(struct annotation *a);
void annotation_release(struct annotation *a);

/* At a point that both kernels measured.  Errors were logged. */
enum exit_status annotate(const struct run *run,
			  const struct explain_kernel kernels[EX_BOTH],
			  const struct explanation *e, const char *function,
			  struct annotation *ret);

#endif
