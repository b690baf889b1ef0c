/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>

#include "perf.h"
#include "probe.h"

/* Opened as for a point: all that runs on a processor. */
static bool is_counted(const struct event *ev, char *why, size_t size)
{
	struct event found;
	int fd;

	if (perf_resolve(ev, &found, why, size) < 0)
		return false;
	fd = perf_open(&found, 0, -1);
	if (fd < 0)
		perf_why(&found, -fd, why, size);
	else
		perf_close(fd);
	return fd >= 0;
}

int probe_print(FILE *out, char *const *events, size_t nr, const char **bad)
{
	char why[REC_WHY_MAX];
	struct event ev;

	for (size_t i = 0; i < nr; i++) {
		*bad = events[i];
		if (event_parse(events[i], &ev) < 0)
			return -EINVAL;
	}
	for (size_t i = 0; i < nr; i++) {
		event_parse(events[i], &ev);
		fprintf(out, "%s\t%s\n", ev.name,
			is_counted(&ev, why, sizeof(why)) ? "counted" : why);
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}
