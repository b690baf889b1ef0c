/* SPDX-License-Identifier: GPL-2.0-only */
#include "dirs.h"

#include <limits.h>
#include <sys/stat.h>

#include "alloc.h"

static const struct {
	const char *variable;
	const char *built;
	const char *installed; /* below the prefix; NULL: the user's own */
} places[NR_DIRS] = {
	[DIR_KERNEL] = { "CGMARK_KERNEL_DIR", SOURCE_DIR "/kernel",
			 DATA_DIR "/kernel" },
	[DIR_BENCH] = { "CGMARK_BENCH_DIR", BUILD_DIR "/bench", BENCH_DIR },
	[DIR_SUITES] = { "CGMARK_SUITES_DIR", SOURCE_DIR "/bench/suites",
			 DATA_DIR "/suites" },
	[DIR_RESULTS] = { "CGMARK_RESULTS_DIR", SOURCE_DIR "/results", NULL },
	[DIR_PLOTS] = { "CGMARK_PLOTS_DIR", SOURCE_DIR "/plots",
			DATA_DIR "/plots" },
	[DIR_TCG_PLUGIN] = { "CGMARK_TCG_PLUGIN", TCG_PLUGIN,
			     PLUGIN_DIR "/cgmark-tcg.so" },
	[DIR_BOOTS] = { "CGMARK_BOOTS_DIR", NULL, NULL },
};

/* Compares inodes, as the path may contain symlinks. */
static bool is_built(void)
{
	struct stat self, built;

	return stat("/proc/self/exe", &self) == 0 &&
	       stat(BUILD_DIR "/cgmark", &built) == 0 &&
	       self.st_dev == built.st_dev && self.st_ino == built.st_ino;
}

static bool cut_end(char *s, const char *end)
{
	size_t len = strlen(s), cut = strlen(end);

	if (len <= cut || strcmp(s + len - cut, end) != 0)
		return false;
	s[len - cut] = '\0';
	return true;
}

/* The prefix above BIN_DIR; caller frees. */
static char *find_prefix(void)
{
	char *path = realpath("/proc/self/exe", NULL);
	char *name = path ? strrchr(path, '/') : NULL;

	if (name) {
		*name = '\0';
		if (cut_end(path, "/" BIN_DIR))
			return path;
	}
	free(path);
	return xstrdup(PREFIX);
}

/* Results go to the user's home, not below the prefix. */
static char *user_results(void)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data && *data == '/')
		return xasprintf("%s/cgmark", data);
	if (home && *home)
		return xasprintf("%s/.local/share/cgmark", home);
	return xstrdup("results");
}

/* Where build.sh keeps kernels, too; NULL: nowhere. */
static char *user_cache(const char *sub)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && *cache == '/')
		return xasprintf("%s/cgmark/%s", cache, sub);
	if (home && *home)
		return xasprintf("%s/.cache/cgmark/%s", home, sub);
	return NULL;
}

static char *find(enum dir which, const char *prefix)
{
	const char *set = getenv(places[which].variable);
	const char *installed = places[which].installed;

	if (set && *set)
		return xstrdup(set);
	if (which == DIR_BOOTS)
		return user_cache("boots");
	if (!prefix)
		return xstrdup(places[which].built);
	if (!installed)
		return user_results();
	/* Folders outside of the prefix are absolute. */
	if (*installed == '/')
		return xstrdup(installed);
	return xasprintf("%s/%s", prefix, installed);
}

void dirs_find(struct dirs *ret)
{
	_cleanup_free_ char *prefix = is_built() ? NULL : find_prefix();

	for (unsigned i = 0; i < NR_DIRS; i++)
		ret->path[i] = find((enum dir)i, prefix);
}

void dirs_release(struct dirs *d)
{
	for (unsigned i = 0; i < NR_DIRS; i++)
		free(d->path[i]);
}
