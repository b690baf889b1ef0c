/* SPDX-License-Identifier: GPL-2.0-only */
#include "stats-text.h"

unsigned stats_text_parse(const char *text, const char *end, uint64_t *ret,
			  unsigned max)
{
	uint64_t value = 0;
	unsigned nr = 0;

	for (; text < end; text++) {
		if (*text == '\n') {
			if (nr < max)
				ret[nr] = value;
			nr++;
			value = 0;
		} else if (*text >= '0' && *text <= '9') {
			value = 10 * value + (*text - '0');
		} else {
			value = 0;
		}
	}
	return nr;
}

bool stats_text_same(const uint64_t *lines, unsigned nr_lines,
		     const uint64_t *values, unsigned nr)
{
	unsigned t = 0;

	for (unsigned i = 0; i < nr; i++) {
		if (t < nr_lines && values[i] == lines[t])
			t++;
		else if (values[i])
			return false;
	}
	return t == nr_lines;
}
