/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernels-ini.h"
#include "alloc.h"
#include "exit-status.h"
#include "inifile.h"
#include "log.h"
#include "name.h"
#include "suggest.h"

bool kernels_ini_name_ok(const char *name)
{
	return name_ok(name, KERNELS_INI_NAME_MAX);
}

const char *const kernel_opts_keys[] = { "source", "patches", "first", "config",
					 "cmdline" };
const size_t kernel_opts_nr_keys = ARRAY_SIZE(kernel_opts_keys);

char **kernel_opts_member(struct kernel_opts *o, const char *key)
{
	char **members[] = { &o->source, &o->patches, &o->first, &o->config,
			     &o->cmdline };

	for (size_t i = 0; i < ARRAY_SIZE(kernel_opts_keys); i++)
		if (strcmp(key, kernel_opts_keys[i]) == 0)
			return members[i];
	return NULL;
}

void kernel_opts_release(struct kernel_opts *o)
{
	for (size_t i = 0; i < kernel_opts_nr_keys; i++)
		free(*kernel_opts_member(o, kernel_opts_keys[i]));
	memset(o, 0, sizeof(*o));
}

static struct kernels_ini_section *add_section(struct kernels_ini *ini,
					       const char *name)
{
	struct kernels_ini_section *s;

	ini->sections = xreallocarray(ini->sections, ini->nr + 1,
				      sizeof(*ini->sections));
	s = &ini->sections[ini->nr++];
	memset(s, 0, sizeof(*s));
	s->name = xstrdup(name);
	return s;
}

static struct kernels_ini_section *get_section(struct inifile *f,
					       const char *name)
{
	struct kernels_ini *ini = f->arg;

	for (size_t i = 0; i < ini->nr; i++)
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i];
	if (!kernels_ini_name_ok(name)) {
		inifile_fail(f,
			     "[%s] cannot name a kernel: at most %d letters, "
			     "digits, '.', '_' and '-'",
			     name, KERNELS_INI_NAME_MAX);
		return NULL;
	}
	return add_section(ini, name);
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	struct kernels_ini_section *s = get_section(f, section);
	char **member, *old;

	if (!s)
		return;
	member = kernel_opts_member(&s->opts, key);
	if (!member) {
		inifile_fail_key(f, key, kernel_opts_keys, kernel_opts_nr_keys);
	} else if (!*member) {
		*member = xstrdup(value);
	} else if (f->continued) {
		old = *member;
		*member = xasprintf("%s %s", old, value);
		free(old);
	} else {
		inifile_fail(f, "key '%s' is given twice in [%s]", key,
			     section);
	}
}

static enum exit_status check_sources(const struct kernels_ini *ini)
{
	for (size_t i = 0; i < ini->nr; i++) {
		if (!ini->sections[i].opts.source) {
			log_err("%s: [%s] has no source=", ini->path,
				ini->sections[i].name);
			return ST_USAGE;
		}
	}
	return ST_OK;
}

enum exit_status kernels_ini_load(const char *kernel_dir,
				  struct kernels_ini *ret)
{
	enum exit_status r;

	memset(ret, 0, sizeof(*ret));
	ret->path = xasprintf("%s/kernels.ini", kernel_dir);
	r = inifile_read(ret->path, on_pair, ret);
	if (r == ST_OK)
		r = check_sources(ret);
	if (r != ST_OK)
		kernels_ini_release(ret);
	return r;
}

void kernels_ini_release(struct kernels_ini *ini)
{
	for (size_t i = 0; i < ini->nr; i++) {
		free(ini->sections[i].name);
		kernel_opts_release(&ini->sections[i].opts);
	}
	free(ini->sections);
	free(ini->path);
	memset(ini, 0, sizeof(*ini));
}

const struct kernels_ini_section *
kernels_ini_find(const struct kernels_ini *ini, const char *name)
{
	for (size_t i = 0; i < ini->nr; i++)
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i];
	return NULL;
}

void kernels_ini_log_unknown(const struct kernels_ini *ini, const char *name)
{
	_cleanup_free_ const char **names =
		xcalloc(ini->nr + 1, sizeof(*names));

	for (size_t i = 0; i < ini->nr; i++)
		names[i] = ini->sections[i].name;
	suggest_log("kernel", name, names, ini->nr);
}
