/* SPDX-License-Identifier: GPL-2.0-only */
/* Nearest known words for a word that is not known. */
#ifndef CGMARK_SUGGEST_H
#define CGMARK_SUGGEST_H

#include <stddef.h>

#include "strbuf.h"

/*
 * Edit distance without regard to case: insertions, deletions, replacements
 * and swaps of two neighbours cost 1 each.
 */
unsigned suggest_distance(const char *a, const char *b);

/*
 * Appends the known words nearest to word to out, quoted: "'a', 'b' or 'c'".
 * At most three, nearest first, then in the order given; a word is near when a
 * third of its letters would have to change at most, or one contains the
 * other.  Returns how many were added; 0 leaves out as it was.
 */
size_t suggest(const char *word, const char *const *known, size_t nr,
	       struct strbuf *out);

/*
 * Logs "WHAT 'WORD' is not known; did you mean ...?", or all known words when
 * none is near.
 */
void suggest_log(const char *what, const char *word, const char *const *known,
		 size_t nr);

#endif
