/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of binutils, asked about a vmlinux. */
#ifndef CGMARK_BINUTILS_H
#define CGMARK_BINUTILS_H

#include <stdint.h>

#include "macro.h"
#include "run.h"
#include "symbols.h"

struct insn {
	uint64_t at;
	char *text;	/* "call   ffffffff81000000 <find_css_set>" */
	uint64_t count; /* left at 0 here */
};

struct insns {
	struct insn *list; /* by ascending address in each part */
	size_t nr, alloc;
};

void insns_release(struct insns *in);

/*
 * Is the kernel's vmlinux still there, and the one that was measured?  Returns
 * an exit_status; logged.
 */
int vmlinux_check(const struct run_kernel *k);

/* Appends the instructions of these parts.  -errno, logged. */
int disassemble(const char *vmlinux, const struct code_part *parts, size_t nr,
		struct insns *ret);
/* One line of objdump's output into ret; false if it is no instruction. */
bool disassemble_line(const char *line, struct insns *ret);

/* Where an address comes from. */
struct source_line {
	char *file; /* NULL: unknown */
	unsigned line;
};

/* Has vmlinux debug information?  1 or 0, or -errno, logged. */
int vmlinux_has_lines(const char *vmlinux);
/*
 * Fills ret[i] for each address: the line of the function itself, also where
 * the code was inlined into it.  Entries own their file.  -errno, logged.
 */
int source_lines(const char *vmlinux, const uint64_t *at, size_t nr,
		 struct source_line *ret);
/* Parses what addr2line -a -i printed for nr addresses; -EBADMSG. */
int source_parse(const char *text, size_t nr, struct source_line *ret);

#endif
