/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of kernel functions, from the symbol table of a vmlinux, or from the
 * System.map beside one that was stripped.
 */
#ifndef CGMARK_SYMBOLS_H
#define CGMARK_SYMBOLS_H

#include <stdint.h>

#include "strbuf.h"

/*
 * Appends the symbols for the plugin (tcg/plugin.c): lines "HEXADDRESS NAME",
 * ascending, one name per address, "-" where code ends.  Names lose suffixes of
 * the compiler (".cold", ".isra.0"), so that a function has the same name in
 * every kernel.  Returns 0 or -errno, logged.
 */
int symbols_format(const char *vmlinux, struct strbuf *ret);

/* Code in [start, end). */
struct code_part {
	uint64_t start, end;
};

/*
 * The parts of a function by its name in symbols_format(): several if the
 * compiler split it, none if there is no such symbol.  The caller frees *ret.
 * Returns 0 or -errno, logged.
 */
int symbols_parts(const char *vmlinux, const char *function,
		  struct code_part **ret, size_t *nr);

#endif
