/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions of a vmlinux, from objdump (binutils). */
#ifndef CGMARK_OBJDUMP_H
#define CGMARK_OBJDUMP_H

#include <stdint.h>

#include "exit-status.h"
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

/* Is the kernel's vmlinux still the one that was measured?  Logged. */
enum exit_status vmlinux_check(const struct run_kernel *k);

/* Appends the instructions of these parts.  -errno, logged. */
int disassemble(const char *vmlinux, const struct code_part *parts, size_t nr,
		struct insns *ret);
/* Parses a line of objdump's output; false if it is not an instruction. */
bool disassemble_line(const char *line, struct insns *ret);

#endif
