/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Filter for tests: reads S lines and writes them as a whole samples stream, or as
 * one of the kind that is named, with its head and an E line that is right.
 */
#include <stdio.h>
#include <string.h>

#include "record.h"

static uint32_t crc;

static void put(const char *line)
{
	crc = rec_crc32(crc, line, strlen(line));
	fputs(line, stdout);
}

int main(int argc, char **argv)
{
	char line[REC_LINE_MAX];
	unsigned count = 0;

	if (rec_format_head(line, sizeof(line),
			    argc > 1 ? argv[1] : "cgmark-samples") < 0)
		return 1;
	put(line);
	while (fgets(line, sizeof(line), stdin)) {
		put(line);
		count++;
	}
	if (rec_format_end(line, sizeof(line), count, crc) < 0)
		return 1;
	fputs(line, stdout);
	return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
