/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernels-ini.h"
#include "alloc.h"
#include "exit-status.h"
#include "inifile.h"
#include "kernel-spec.h"
#include "log.h"
#include "suggest.h"

const char *const kopts_keys[] = { "source", "patches", "first", "config",
				   "cmdline" };
const size_t kopts_nr_keys = ARRAY_SIZE(kopts_keys);

char **kopts_member(struct kopts *o, const char *key)
{
	char **members[] = { &o->source, &o->patches, &o->first, &o->config,
			     &o->cmdline };

	for (size_t i = 0; i < ARRAY_SIZE(kopts_keys); i++)
		if (strcmp(key, kopts_keys[i]) == 0)
			return members[i];
	return NULL;
}

void kopts_release(struct kopts *o)
{
	for (size_t i = 0; i < kopts_nr_keys; i++)
		free(*kopts_member(o, kopts_keys[i]));
	memset(o, 0, sizeof(*o));
}

static struct kini_section *add_section(struct kini *ini, const char *name)
{
	struct kini_section *s;

	ini->sections = xreallocarray(ini->sections, ini->nr + 1,
				      sizeof(*ini->sections));
	s = &ini->sections[ini->nr++];
	memset(s, 0, sizeof(*s));
	s->name = xstrdup(name);
	return s;
}

static struct kini_section *get_section(struct inifile *f, const char *name)
{
	struct kini *ini = f->arg;

	for (size_t i = 0; i < ini->nr; i++)
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i];
	if (!kspec_name_ok(name)) {
		inifile_fail(f,
			     "[%s] cannot name a kernel: at most %d letters, "
			     "digits, '.', '_' and '-'",
			     name, KSPEC_NAME_MAX);
		return NULL;
	}
	return add_section(ini, name);
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	struct kini_section *s = get_section(f, section);
	char **member, *old;

	if (!s)
		return;
	member = kopts_member(&s->opts, key);
	if (!member) {
		inifile_fail_key(f, key, kopts_keys, kopts_nr_keys);
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

static int check_sources(const struct kini *ini)
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

int kini_load(const char *kernel_dir, struct kini *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->path = xasprintf("%s/kernels.ini", kernel_dir);
	r = inifile_read(ret->path, on_pair, ret);
	if (r == ST_OK)
		r = check_sources(ret);
	if (r != ST_OK)
		kini_release(ret);
	return r;
}

void kini_release(struct kini *ini)
{
	for (size_t i = 0; i < ini->nr; i++) {
		free(ini->sections[i].name);
		kopts_release(&ini->sections[i].opts);
	}
	free(ini->sections);
	free(ini->path);
	memset(ini, 0, sizeof(*ini));
}

const struct kini_section *kini_find(const struct kini *ini, const char *name)
{
	for (size_t i = 0; i < ini->nr; i++)
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i];
	return NULL;
}

void kini_log_unknown(const struct kini *ini, const char *name)
{
	_cleanup_free_ const char **names =
		xcalloc(ini->nr + 1, sizeof(*names));

	for (size_t i = 0; i < ini->nr; i++)
		names[i] = ini->sections[i].name;
	suggest_log("kernel", name, names, ini->nr);
}
