/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-ini.h"

#include "alloc.h"
#include "inifile.h"
#include "name.h"
#include "opt-values.h"
#include "text.h"

#define JOB_NAME_MAX 40
#define NIGHTS_MAX 100000

bool night_job_ok(const char *name)
{
	return name_ok(name, JOB_NAME_MAX);
}

static void set_once(struct inifile *f, const char *key, const char *value,
		     char **to)
{
	if (*to)
		inifile_fail(f, "key '%s' is there twice", key);
	else if (!*value)
		inifile_fail(f, "key '%s' has no value", key);
	else
		*to = xstrdup(value);
}

static void set_nights(struct inifile *f, const char *key, const char *value,
		       unsigned *to)
{
	uint64_t v;

	if (text_u64(value, NIGHTS_MAX, &v) < 0 || v == 0)
		inifile_fail(f, "%s = %.40s: a number of nights, 1 to %d", key,
			     value, NIGHTS_MAX);
	else
		*to = (unsigned)v;
}

static void on_nightly(struct inifile *f, const char *key, const char *value)
{
	static const char *const known[] = { "before", "time", "publish",
					     "site",   "keep", "thin",
					     "mail-to" };
	struct night_ini *ini = f->arg;

	if (strcmp(key, "before") == 0)
		set_once(f, key, value, &ini->before);
	else if (strcmp(key, "publish") == 0)
		set_once(f, key, value, &ini->publish);
	else if (strcmp(key, "site") == 0)
		set_once(f, key, value, &ini->site);
	else if (strcmp(key, "mail-to") == 0)
		set_once(f, key, value, &ini->mail_to);
	else if (strcmp(key, "keep") == 0)
		set_nights(f, key, value, &ini->keep);
	else if (strcmp(key, "thin") == 0)
		set_nights(f, key, value, &ini->thin);
	else if (strcmp(key, "time") != 0)
		inifile_fail_key(f, key, known, ARRAY_SIZE(known));
	else if (!read_duration(value, &ini->time_s))
		inifile_fail(f, "time = %.40s: write 90s, 5m or 6h", value);
}

static struct night_job *get_job(struct inifile *f, const char *name)
{
	struct night_ini *ini = f->arg;

	for (size_t i = 0; i < ini->nr; i++)
		if (strcmp(ini->jobs[i].name, name) == 0)
			return &ini->jobs[i];
	if (!night_job_ok(name)) {
		inifile_fail(f,
			     "[job %.60s] names no job: at most %d letters, "
			     "digits, '.', '_' and '-'",
			     name, JOB_NAME_MAX);
		return NULL;
	}
	ini->jobs = xreallocarray(ini->jobs, ini->nr + 1, sizeof(*ini->jobs));
	ini->jobs[ini->nr] = (struct night_job){ .name = xstrdup(name) };
	return &ini->jobs[ini->nr++];
}

static void add_kernel(struct inifile *f, struct night_job *j,
		       const char *value)
{
	if (j->nr_kernels == NIGHT_KERNELS_MAX)
		inifile_fail(f, "more than %d kernels", NIGHT_KERNELS_MAX);
	else
		j->kernels[j->nr_kernels++] = xstrdup(value);
}

static void on_job(struct inifile *f, const char *name, const char *key,
		   const char *value)
{
	static const char *const known[] = { "machine", "suite", "kernel",
					     "good", "options" };
	struct night_job *j = get_job(f, name);

	if (!j)
		return;
	if (strcmp(key, "machine") == 0)
		set_once(f, key, value, &j->machine);
	else if (strcmp(key, "suite") == 0)
		set_once(f, key, value, &j->suite);
	else if (strcmp(key, "options") == 0)
		set_once(f, key, value, &j->options);
	else if (strcmp(key, "kernel") == 0)
		add_kernel(f, j, value);
	else if (strcmp(key, "good") != 0)
		inifile_fail_key(f, key, known, ARRAY_SIZE(known));
	else if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		inifile_fail(f, "good = %.40s: yes or no", value);
	else
		j->good = *value == 'y';
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	if (f->continued)
		inifile_fail(f, "a value has one line");
	else if (strcmp(section, "nightly") == 0)
		on_nightly(f, key, value);
	else if (strncmp(section, "job ", 4) == 0)
		on_job(f, section + 4, key, value);
	else
		inifile_fail(f,
			     "section [%.60s] is not known; there are "
			     "[nightly] and [job NAME]",
			     section);
}

static void set_defaults(struct night_ini *ini)
{
	/* The lean guest, and kernels as people run them. */
	if (ini->nr == 0) {
		ini->jobs = xcalloc(2, sizeof(*ini->jobs));
		ini->jobs[ini->nr++].name = xstrdup("nightly");
		ini->jobs[ini->nr].name = xstrdup("distro");
		ini->jobs[ini->nr++].options =
			xstrdup("--config-flavour distro");
	}
	for (size_t i = 0; i < ini->nr; i++)
		if (!ini->jobs[i].suite)
			ini->jobs[i].suite = xstrdup("nightly");
}

enum exit_status night_ini_read(const char *path, struct night_ini *ret)
{
	struct night_ini ini = { .keep = 14, .thin = 90 };
	enum exit_status r = ST_OK;

	if (path)
		r = inifile_read(path, on_pair, &ini);
	if (r != ST_OK) {
		night_ini_release(&ini);
		return r;
	}
	set_defaults(&ini);
	*ret = ini;
	return ST_OK;
}

static void job_release(struct night_job *j)
{
	free(j->name);
	free(j->machine);
	free(j->suite);
	free(j->options);
	for (size_t i = 0; i < j->nr_kernels; i++)
		free(j->kernels[i]);
}

void night_ini_release(struct night_ini *ini)
{
	for (size_t i = 0; i < ini->nr; i++)
		job_release(&ini->jobs[i]);
	free(ini->jobs);
	free(ini->before);
	free(ini->publish);
	free(ini->site);
	free(ini->mail_to);
	*ini = (struct night_ini){ 0 };
}
