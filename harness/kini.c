/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <ini.h>

#include "kini.h"
#include "kspec.h"
#include "status.h"
#include "suggest.h"
#include "util.h"

const char *const kopts_keys[] = { "source", "patches", "config", "cmdline" };
const size_t kopts_nr_keys = ARRAY_SIZE(kopts_keys);

char **kopts_member(struct kopts *o, const char *key)
{
	char **members[] = { &o->source, &o->patches, &o->config, &o->cmdline };

	for (size_t i = 0; i < ARRAY_SIZE(kopts_keys); i++)
		if (strcmp(key, kopts_keys[i]) == 0)
			return members[i];
	return NULL;
}

void kopts_release(struct kopts *o)
{
	free(o->source);
	free(o->patches);
	free(o->config);
	free(o->cmdline);
	memset(o, 0, sizeof(*o));
}

/*
 * inih says neither where a pair stood nor that a line was cut to its buffer,
 * so the lines are counted and measured as they are handed to it.
 */
struct reading {
	struct kini *ini;
	const char *next;
	unsigned line;
	bool continued;	     /* the line goes on with the one before */
	unsigned error_line; /* of the first error; 0: none yet */
	struct strbuf error;
};

__printf(2, 3) static void fail(struct reading *rd, const char *fmt, ...)
{
	va_list ap;
	char text[256];

	if (rd->error_line)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	rd->error_line = rd->line;
	strbuf_addstr(&rd->error, text);
}

static char *read_line(char *buf, int size, void *stream)
{
	struct reading *rd = stream;
	size_t len, max = size - 1;

	if (!*rd->next)
		return NULL;
	rd->line++;
	rd->continued = *rd->next == ' ' || *rd->next == '\t';
	len = strcspn(rd->next, "\n");
	if (len > max)
		fail(rd, "the line is longer than %zu characters", max);
	memcpy(buf, rd->next, len < max ? len : max);
	buf[len < max ? len : max] = '\0';
	rd->next += len;
	if (*rd->next)
		rd->next++;
	return buf;
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

static struct kini_section *get_section(struct reading *rd, const char *name)
{
	for (size_t i = 0; i < rd->ini->nr; i++)
		if (strcmp(rd->ini->sections[i].name, name) == 0)
			return &rd->ini->sections[i];
	if (!*name) {
		fail(rd, "a key before the first [section]");
		return NULL;
	}
	if (!kspec_name_ok(name)) {
		fail(rd,
		     "[%s] cannot name a kernel: at most %d letters, digits, "
		     "'.', '_' and '-'",
		     name, KSPEC_NAME_MAX);
		return NULL;
	}
	return add_section(rd->ini, name);
}

static void fail_key(struct reading *rd, const char *key)
{
	_cleanup_strbuf_ struct strbuf near = STRBUF_INIT;

	if (suggest(key, kopts_keys, kopts_nr_keys, &near) > 0)
		fail(rd, "key '%s' is not known; did you mean %s?", key,
		     near.buf);
	else
		fail(rd,
		     "key '%s' is not known; there are source, patches, "
		     "config, cmdline",
		     key);
}

/* inih wants non-zero for success; errors are kept in the reading. */
static int on_pair(void *user, const char *section, const char *key,
		   const char *value)
{
	struct reading *rd = user;
	struct kini_section *s = get_section(rd, section);
	char **member, *old;

	if (!s)
		return 1;
	member = kopts_member(&s->opts, key);
	if (!member) {
		fail_key(rd, key);
	} else if (!*member) {
		*member = xstrdup(value);
	} else if (rd->continued) {
		old = *member;
		*member = xasprintf("%s %s", old, value);
		free(old);
	} else {
		fail(rd, "key '%s' is given twice in [%s]", key, section);
	}
	return 1;
}

static int finish(struct reading *rd, int bad_line)
{
	const char *path = rd->ini->path;

	if (bad_line > 0 &&
	    (!rd->error_line || (unsigned)bad_line < rd->error_line)) {
		log_err("%s:%d: neither [section] nor key=value", path,
			bad_line);
		return ST_USAGE;
	}
	if (rd->error_line) {
		log_err("%s:%u: %s", path, rd->error_line, rd->error.buf);
		return ST_USAGE;
	}
	for (size_t i = 0; i < rd->ini->nr; i++) {
		if (!rd->ini->sections[i].opts.source) {
			log_err("%s: [%s] has no source=", path,
				rd->ini->sections[i].name);
			return ST_USAGE;
		}
	}
	return ST_OK;
}

int kini_load(const char *kernel_dir, struct kini *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct reading rd = { .ini = ret };
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->path = xasprintf("%s/kernels.ini", kernel_dir);
	r = read_file(ret->path, &text);
	if (r < 0) {
		log_err_errno(-r, "cannot read %s", ret->path);
		r = ST_USAGE;
	} else if (text.len > 0 && strlen(text.buf) != text.len) {
		log_err("%s: not a text file", ret->path);
		r = ST_USAGE;
	} else {
		rd.next = text.len ? text.buf : "";
		r = ini_parse_stream(read_line, &rd, on_pair, &rd);
		r = finish(&rd, r);
	}
	strbuf_release(&rd.error);
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
