/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-thin.h"

#include <limits.h>
#include <time.h>

#include "alloc.h"
#include "day.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "packed.h"
#include "run-dirs.h"
#include "run-files.h"
#include "run.h"

/* Samples and statuses stay for ever: all figures rest on them. */
static const char *const packed_files[] = { "plan.tsv", "console.log",
					    "status.ktap", "samples.tsv" };

struct thin {
	unsigned keep, thin; /* nights */
	long today;	     /* days since 1970 */
};

static long days_of(unsigned day)
{
	struct tm tm = {
		.tm_year = (int)(day / 10000) - 1900,
		.tm_mon = (int)(day / 100 % 100) - 1,
		.tm_mday = (int)(day % 100),
	};

	return (long)(timegm(&tm) / 86400);
}

/* What run.json says, or NULL; the caller frees. */
static json_t *load_json(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *o = NULL;

	json_file_load(path, RUN_FORMAT, &o, &why);
	return o;
}

/* Nights since the run; -1: it is by hand, or still running. */
static long age_of(const struct thin *t, const json_t *o)
{
	const char *night = json_string_value(json_object_get(o, "night"));
	const char *status = json_string_value(json_object_get(o, "status"));
	unsigned day;

	if (!night || !day_parse(night, &day) || !status ||
	    strcmp(status, "running") == 0)
		return -1;
	return t->today - days_of(day);
}

static bool ended_well(const char *boot)
{
	_cleanup_free_ char *path = xasprintf("%s/boot.json", boot);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_(json_decrefp) json_t *o = NULL;

	return json_file_load(path, RUN_FORMAT, &o, &why) == 0 &&
	       json_is_true(json_object_get(o, "ok"));
}

static int thin_boot(const char *boot, bool remove)
{
	int r = 0;

	if (remove && ended_well(boot)) {
		_cleanup_free_ char *path = xasprintf("%s/console.log", boot);

		r = packed_is_gone(path) ? 0 : packed_remove(path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(packed_files) && r == 0; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", boot, packed_files[i]);

		r = packed_make(path);
	}
	return r < 0 ? log_err_errno(-r, "cannot compress files of %s", boot)
		     : 0;
}

/* A boot that failed keeps its console, whatever its age. */
static int thin_run(const char *dir, const json_t *o, bool remove)
{
	json_t *boots = json_object_get(o, "boots"), *b;
	int r = 0;
	size_t i;

	json_array_foreach(boots, i, b)
	{
		const char *id = json_string_value(json_object_get(b, "id"));
		_cleanup_free_ char *boot = NULL;

		if (!id || !is_file_name(id) || r < 0)
			continue;
		boot = xasprintf("%s/boots/%s", dir, id);
		if (access(boot, F_OK) == 0)
			r = thin_boot(boot, remove);
	}
	return r;
}

/* Runs that are done are not looked at each night: a year has thousands of files. */
static char *mark_of(const char *dir, const struct thin *t, long age)
{
	return xasprintf("%s/.%s", dir,
			 age >= (long)t->thin ? "thinned" : "packed");
}

static int thin_once(const struct thin *t, const char *dir)
{
	_cleanup_(json_decrefp) json_t *o = NULL;
	_cleanup_free_ char *last = mark_of(dir, t, LONG_MAX), *mark = NULL;
	long age;
	int r;

	if (access(last, F_OK) == 0)
		return 0;
	o = load_json(dir);
	age = age_of(t, o);
	mark = mark_of(dir, t, age);
	if (age < (long)t->keep || access(mark, F_OK) == 0)
		return 0;
	r = thin_run(dir, o, age >= (long)t->thin);
	return r < 0 ? r : write_file_atomic(mark, "", 0);
}

int night_thin(const struct env *env, unsigned keep, unsigned thin,
	       const char *night)
{
	_cleanup_free_ char *runs = xasprintf("%s/runs", env->results_dir);
	struct thin t = { .keep = keep, .thin = thin };
	_cleanup_free_ char **dirs = NULL;
	unsigned day = 0;
	size_t nr = 0;
	int r;

	if (!day_parse(night, &day))
		return -EINVAL;
	t.today = days_of(day);
	r = run_dirs_list(runs, &dirs, &nr);
	for (size_t i = 0; i < nr; i++) {
		if (r == 0)
			r = thin_once(&t, dirs[i]);
		free(dirs[i]);
	}
	return r;
}
