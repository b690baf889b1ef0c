/* SPDX-License-Identifier: GPL-2.0-only */
/* Suggests known words for an unknown one. */
#ifndef CGMARK_SUGGEST_H
#define CGMARK_SUGGEST_H

#include <stddef.h>

#include "strbuf.h"

/*
 * Case-insensitive edit distance: insertions, deletions, substitutions and
 * swaps of adjacent letters cost 1 each.
 */
unsigned suggest_distance(const char *a, const char *b);

/*
 * Appends the known words nearest to word to out, quoted: "'a', 'b' or 'c'".
 * At most three, nearest first, then in the given order.  A word is near if at
 * most a third of its letters differ, or if one contains the other.  Returns
 * how many were appended; if 0, out is unchanged.
 */
size_t suggest(const char *word, const char *const *known, size_t nr,
	       struct strbuf *out);

/*
 * Logs "WHAT 'WORD' is not known; did you mean ...?", or lists all known words
 * if none is near.
 */
void suggest_log(const char *what, const char *word, const char *const *known,
		 size_t nr);

#endif
