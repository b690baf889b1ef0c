/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lines from the debug information of a vmlinux. */
#ifndef CGMARK_DEBUG_INFO_H
#define CGMARK_DEBUG_INFO_H

#include <stddef.h>
#include <stdint.h>

/* Where an address comes from. */
struct source_line {
	char *file; /* NULL: unknown */
	unsigned line;
};

/* Does vmlinux have line information?  1 or 0, or -errno, logged. */
int vmlinux_has_lines(const char *vmlinux);
/*
 * Fills ret[i] for each address: the line in the function itself, even for code
 * inlined into it.  Entries own their file.  -errno, logged.
 */
int source_lines(const char *vmlinux, const uint64_t *at, size_t nr,
		 struct source_line *ret);

#endif
