/* SPDX-License-Identifier: GPL-2.0-only */
/* A series of patches, and what its patches change. */
#include "fuzz.h"
#include "series.h"

void fuzz_one(const char *text, size_t len)
{
	const char *file;
	struct series s;
	char hex[65];

	fuzz_file("x.patch", text, len);
	file = fuzz_file("series", text, len);
	if (series_load(file, &s) != ST_OK)
		return;
	for (size_t i = 0; i < s.nr; i++) {
		fuzz_check(*s.patches[i] && !strpbrk(s.patches[i], " \t\n#"));
		if (!strcmp(s.patches[i], "x.patch"))
			fuzz_check(series_sha256(&s, 1, hex) == ST_OK || i);
	}
	series_release(&s);
}
