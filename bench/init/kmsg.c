/* SPDX-License-Identifier: GPL-2.0-only */
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_MAX 8192
/* As loglevel=5 on the command line: warnings and worse. */
#define SHOWN_BELOW 5
#define TEXT_MAX 1024

size_t kmsg_format(const char *record, size_t len, char buf[KMSG_LINE_MAX])
{
	unsigned long long prio, seq, us;
	const char *text = memchr(record, ';', len);
	char head[128];
	size_t n;

	if (!text || (size_t)(text - record) >= sizeof(head))
		return 0;
	memcpy(head, record, text - record);
	head[text - record] = '\0';
	if (sscanf(head, "%llu,%llu,%llu", &prio, &seq, &us) != 3 ||
	    (prio & 7) >= SHOWN_BELOW)
		return 0;
	text++;
	n = record + len - text;
	/* Lines behind the first say what device it is about. */
	if (memchr(text, '\n', n))
		n = (const char *)memchr(text, '\n', n) - text;
	if (n > TEXT_MAX)
		n = TEXT_MAX;
	return snprintf(buf, KMSG_LINE_MAX, "[%5llu.%06llu] %.*s\n",
			us / 1000000, us % 1000000, (int)n, text);
}

int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

size_t kmsg_next(int fd, char buf[KMSG_LINE_MAX], int *more)
{
	static char record[RECORD_MAX];
	ssize_t n = read(fd, record, sizeof(record));

	/* EPIPE: records were overwritten; the next read goes on behind them. */
	*more = n >= 0 || errno == EPIPE || errno == EINTR;
	return n > 0 ? kmsg_format(record, n, buf) : 0;
}
