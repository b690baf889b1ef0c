/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in their one spelling, and words as a shell reads them (libc only). */
#ifndef CGMARK_TEXT_H
#define CGMARK_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * A decimal number of at most max: digits alone, so no sign, no blank, and no
 * leading zero.  Returns 0; -EINVAL: not a number; -ERANGE: above max.  *ret is
 * set on success only.
 */
int text_u64(const char *s, uint64_t max, uint64_t *ret);
/* The same in lower-case hex without "0x". */
int text_hex(const char *s, uint64_t max, uint64_t *ret);

/*
 * The words as one would type them in a POSIX shell, separated by blanks; a
 * word that needs no quotes has none.  The caller frees.  NULL: no memory.
 */
char *shell_quote(const char *const *words, size_t nr);

#endif
