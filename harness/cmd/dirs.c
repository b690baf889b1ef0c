/* SPDX-License-Identifier: GPL-2.0-only */
#include "dirs.h"

#include <limits.h>

#include "alloc.h"
#include "file.h"

#define SOURCE_FILE "cgmark.source"

/* Below what: the source, the build folder, or the prefix, which may be absolute. */
enum below { BELOW_SOURCE, BELOW_BUILD };

static const struct {
	const char *variable;
	enum below below;
	const char *built;     /* NULL: found otherwise */
	const char *installed; /* below the prefix; NULL: the user's own */
} places[NR_DIRS] = {
	[DIR_KERNEL] = { "CGMARK_KERNEL_DIR", BELOW_SOURCE, "kernel",
			 DATA_DIR "/kernel" },
	[DIR_BENCH] = { "CGMARK_BENCH_DIR", BELOW_BUILD, "bench", BENCH_DIR },
	[DIR_SUITES] = { "CGMARK_SUITES_DIR", BELOW_SOURCE, "bench/suites",
			 DATA_DIR "/suites" },
	[DIR_RESULTS] = { "CGMARK_RESULTS_DIR", BELOW_SOURCE, "results", NULL },
	[DIR_PLOTS] = { "CGMARK_PLOTS_DIR", BELOW_SOURCE, "plots",
			DATA_DIR "/plots" },
	[DIR_TCG_PLUGIN] = { "CGMARK_TCG_PLUGIN", BELOW_BUILD,
			     "harness/tcg/cgmark-tcg.so",
			     PLUGIN_DIR "/cgmark-tcg.so" },
	[DIR_BOOTS] = { "CGMARK_BOOTS_DIR", BELOW_BUILD, NULL, NULL },
};

/* Of this program, without its name; NULL if it cannot be told.  Caller frees. */
static char *own_folder(void)
{
	char *path = realpath("/proc/self/exe", NULL);
	char *name = path ? strrchr(path, '/') : NULL;

	if (name)
		*name = '\0';
	return path;
}

/*
 * The source, if build is the folder that meson built this program in: a file
 * beside it has the name, so that the program is the same wherever it is built.
 * Caller frees; NULL: it is not.
 */
static char *find_source(const char *build)
{
	_cleanup_free_ char *path =
		build ? xasprintf("%s/" SOURCE_FILE, build) : NULL;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (!path || read_regular(path, PATH_MAX, &text) < 0 || !text.len)
		return NULL;
	text.buf[strcspn(text.buf, "\n")] = '\0';
	return text.buf[0] == '/' ? xstrdup(text.buf) : NULL;
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
static char *find_prefix(const char *own)
{
	char *path = xstrdup(own ? own : "");

	if (cut_end(path, "/" BIN_DIR))
		return path;
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

/* Where things are that were not installed; prefix: those that were, or NULL. */
struct roots {
	const char *below[2];
	const char *prefix;
};

static char *find(enum dir which, const struct roots *roots)
{
	const char *set = getenv(places[which].variable);
	const char *installed = places[which].installed;

	if (set && *set)
		return xstrdup(set);
	if (which == DIR_BOOTS)
		return user_cache("boots");
	if (!roots->prefix)
		return xasprintf("%s/%s", roots->below[places[which].below],
				 places[which].built);
	if (!installed)
		return user_results();
	/* Folders outside of the prefix are absolute. */
	if (*installed == '/')
		return xstrdup(installed);
	return xasprintf("%s/%s", roots->prefix, installed);
}

void dirs_find(struct dirs *ret)
{
	_cleanup_free_ char *own = own_folder();
	_cleanup_free_ char *source = find_source(own);
	_cleanup_free_ char *prefix = source ? NULL : find_prefix(own);
	const struct roots roots = {
		.below = { [BELOW_SOURCE] = source, [BELOW_BUILD] = own },
		.prefix = prefix,
	};

	for (unsigned i = 0; i < NR_DIRS; i++)
		ret->path[i] = find((enum dir)i, &roots);
}

void dirs_release(struct dirs *d)
{
	for (unsigned i = 0; i < NR_DIRS; i++)
		free(d->path[i]);
}
