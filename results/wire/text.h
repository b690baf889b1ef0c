/* SPDX-License-Identifier: GPL-2.0-only */
/* Canonical numbers and shell quoting (libc only). */
#ifndef CGMARK_TEXT_H
#define CGMARK_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * A decimal number of at most max: digits only, without sign, blanks or leading
 * zeros.  Returns 0; -EINVAL: not a number; -ERANGE: above max.  *ret is
 * set on success only.
 */
int text_u64(const char *s, uint64_t max, uint64_t *ret);
/* The same in lower-case hex without "0x". */
int text_hex(const char *s, uint64_t max, uint64_t *ret);

/*
 * The words as typed in a POSIX shell, separated by blanks, and quoted only
 * where needed.  The caller frees.  NULL: no memory.
 */
char *shell_quote(const char *const *words, size_t nr);

#endif
