/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of a kernel by address, from the symbol table of its vmlinux. */
#ifndef CGMARK_SYMBOLS_H
#define CGMARK_SYMBOLS_H

#include <stdint.h>

#include "strbuf.h"

/*
 * Appends what the plugin reads (tcg/plugin.c): "HEXADDRESS NAME" a line,
 * ascending, one name an address, "-" where code ends; suffixes that the
 * compiler gave (".cold", ".isra.0") are cut off, so that the same function has
 * the same name in another kernel.  -errno, logged.
 */
int symbols_format(const char *vmlinux, struct strbuf *ret);

/* Code from start to before end. */
struct code_part {
	uint64_t start, end;
};

/*
 * Where a function lies, under the names that symbols_format() gives: several
 * parts where the compiler split it, none if there is no such symbol.  Caller
 * frees.  -errno, logged.
 */
int symbols_parts(const char *vmlinux, const char *function,
		  struct code_part **ret, size_t *nr);

#endif
