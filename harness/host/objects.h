/* SPDX-License-Identifier: GPL-2.0-only */
/* Variables of a kernel, from the symbol table of its vmlinux. */
#ifndef CGMARK_OBJECTS_H
#define CGMARK_OBJECTS_H

#include "strbuf.h"

/*
 * Appends them for the plugin (tcg/objects.h): lines "HEXADDRESS HEXSIZE NAME",
 * ascending; those of the per-CPU area by their place in it.  Variables without a
 * size are left out, as they would hide real ones; of several at an address the
 * largest names it.  Names lose suffixes of the compiler.  None are there if the
 * vmlinux was stripped.  Returns 0 or -errno, logged.
 */
int objects_format(const char *vmlinux, struct strbuf *ret);

#endif
