/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two ends of a shell tell each other, and escapes of a terminal. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alloc.h"
#include "fuzz.h"
#include "shell-line.h"

static void check_line(char *line)
{
	_cleanup_free_ char *escaped = shell_escape(line);

	fuzz_check(!strchr(escaped, '\n'));
	fuzz_check(shell_unescape(escaped) == 0);
	fuzz_check(!strcmp(escaped, line));
	shell_unescape(line);
}

void fuzz_one(const char *text, size_t len)
{
	struct shell_lines lines = { 0 };
	char *line;
	int p[2], r;

	if (pipe(p) < 0)
		abort();
	if (len > 32768)
		len = 32768;
	fuzz_check(write(p[1], text, len) == (ssize_t)len);
	close(p[1]);
	do {
		r = shell_lines_read(&lines, p[0]);
		while ((line = shell_lines_next(&lines)))
			check_line(line);
	} while (r > 0);
	close(p[0]);
	shell_lines_release(&lines);
}
