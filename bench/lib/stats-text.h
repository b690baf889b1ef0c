/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers in files such as memory.stat. */
#ifndef CGMARK_STATS_TEXT_H
#define CGMARK_STATS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The last word of each line, up to end, is a number: how many lines, of which
 * those up to max are in *ret.
 */
unsigned stats_text_parse(const char *text, const char *end, uint64_t *ret,
			  unsigned max);
/* Are these values those of the text, which may leave out what is 0? */
bool stats_text_same(const uint64_t *lines, unsigned nr_lines,
		     const uint64_t *values, unsigned nr);

#endif
