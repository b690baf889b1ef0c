/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <sys/resource.h>

#include "descriptors.h"
#include "log.h"

#define SPARE 32 /* for what is opened and closed meanwhile */

/* One too many, that of the folder itself. */
static size_t count_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t nr = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

size_t descriptors_get(size_t nr, size_t each)
{
	size_t other = count_open() + SPARE;
	rlim_t needed = other + nr * each;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
		return nr;
	limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_debug("RLIMIT_NOFILE stays: %s", strerror(errno));
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
		return nr;
	return limit.rlim_cur > other ? (limit.rlim_cur - other) / each : 0;
}
