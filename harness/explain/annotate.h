/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often each instruction of a function ran at a point on both kernels, with
 * the two listings aligned.
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
	const char *was;	    /* the baseline's name if it has another */
	struct insns code[EX_BOTH]; /* with counts; empty: no such function */
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
 * The text of an instruction without addresses, which move with the code: equal
 * for equal instructions.  Caller frees.
 */
char *annotate_key(const char *text, const char *function);
/* Adds the counts of ranges to the instructions; returns the sum added. */
uint64_t annotate_count(struct insns *in, const struct profile_range *ranges,
			size_t nr, const char *function);
/* Fills rows by the longest common sequence. */
void annotate_align(struct annotation *a);
void annotation_release(struct annotation *a);

/* At a point that both kernels measured.  Errors were logged. */
enum exit_status annotate(const struct run *run,
			  const struct explain_kernel kernels[EX_BOTH],
			  const struct explanation *e, const char *function,
			  struct annotation *ret);

#endif
