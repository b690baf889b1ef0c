/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

void tap_point_name(const struct plan_point *p, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", p->id.bench, *p->id.params ? " " : "",
		 p->id.params);
}

int tap_format_result(char *buf, size_t size, enum tap_result result,
		      unsigned number, const char *name, const char *text)
{
	static const char *const directive[] = {
		[TAP_OK] = "",
		[TAP_SKIP] = "SKIP ",
		[TAP_FAIL] = "",
		[TAP_ERROR] = "ERROR ",
	};
	bool bad = result == TAP_FAIL || result == TAP_ERROR;
	char clean[TAP_TEXT_MAX];

	snprintf(clean, sizeof(clean), "%s", text);
	for (char *p = clean; *p; p++)
		if (*p == '#' || *p < ' ' || *p > '~')
			*p = ' ';
	if (result == TAP_OK)
		return snprintf(buf, size, "ok %u %s\n", number, name);
	return snprintf(buf, size, "%s %u %s # %s%s\n", bad ? "not ok" : "ok",
			number, name, directive[result], clean);
}

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= n;
	}
	return 0;
}

void tap_line(int fd, const char *fmt, ...)
{
	char line[TAP_LINE_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	/* If the status stream broke, there is nobody left to tell. */
	write_all(fd, line, n);
}

void tap_result(int fd, enum tap_result result, unsigned number,
		const char *name, const char *text)
{
	char line[TAP_LINE_MAX];
	int n = tap_format_result(line, sizeof(line), result, number, name,
				  text);

	if (n > 0 && (size_t)n < sizeof(line))
		write_all(fd, line, n);
}
