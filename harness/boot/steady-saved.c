/* SPDX-License-Identifier: GPL-2.0-only */
#include "steady-saved.h"

#include "alloc.h"
#include "file.h"

#define HEAD "cgmark-steady 1\n"
#define BYTES_MAX (1024 * 1024)
#define VALUE_MAX 4096

static bool is_path(const char *path)
{
	static const char *const heads[] = { "/sys/devices/system/cpu/",
					     "/proc/irq/" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (strncmp(path, heads[i], strlen(heads[i])) == 0)
			return !strstr(path, "/../");
	return false;
}

static bool is_value(const char *value)
{
	if (!*value || strlen(value) > VALUE_MAX)
		return false;
	for (; *value; value++)
		if (*value < ' ' || *value > '~')
			return false;
	return true;
}

bool steady_settings_add(struct steady_settings *s, const char *path,
			 const char *old, const char *new)
{
	if (!is_path(path) || !is_value(path) || !is_value(old) ||
	    !is_value(new))
		return false;
	s->list = xreallocarray(s->list, s->nr + 1, sizeof(*s->list));
	s->list[s->nr++] = (struct steady_setting){
		.path = xstrdup(path),
		.old = xstrdup(old),
		.new = xstrdup(new),
	};
	return true;
}

struct steady_setting *steady_settings_find(const struct steady_settings *s,
					    const char *path)
{
	for (size_t i = 0; i < s->nr; i++)
		if (strcmp(s->list[i].path, path) == 0)
			return &s->list[i];
	return NULL;
}

void steady_settings_release(struct steady_settings *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		free(s->list[i].path);
		free(s->list[i].old);
		free(s->list[i].new);
	}
	free(s->list);
	*s = (struct steady_settings){ .list = NULL };
}

/* --- the file --- */

static bool take_line(char *line, struct steady_settings *ret)
{
	char *old = strchr(line, '\t'),
	     *new = old ? strchr(old + 1, '\t') : NULL;

	if (!new)
		return false;
	*old++ = '\0';
	*new ++ = '\0';
	return !steady_settings_find(ret, line) &&
	       steady_settings_add(ret, line, old, new);
}

static int parse(char *p, size_t len, struct steady_settings *ret)
{
	char *end = p + len, *lf;

	if (memchr(p, '\0', len) || len < strlen(HEAD) ||
	    memcmp(p, HEAD, strlen(HEAD)) != 0)
		return -EBADMSG;
	for (p += strlen(HEAD); p < end; p = lf + 1) {
		lf = memchr(p, '\n', end - p);
		if (!lf)
			return -EBADMSG;
		*lf = '\0';
		if (!take_line(p, ret))
			return -EBADMSG;
	}
	return 0;
}

int steady_saved_load(const char *path, struct steady_settings *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = read_regular(path, BYTES_MAX, &text);

	*ret = (struct steady_settings){ .list = NULL };
	if (r == 0)
		r = parse(text.buf, text.len, ret);
	if (r < 0)
		steady_settings_release(ret);
	return r == -ENOENT ? 0 : r;
}

int steady_saved_save(const char *path, const struct steady_settings *s)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (s->nr == 0)
		return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
	strbuf_addstr(&text, HEAD);
	for (size_t i = 0; i < s->nr; i++)
		strbuf_addf(&text, "%s\t%s\t%s\n", s->list[i].path,
			    s->list[i].old, s->list[i].new);
	return write_file_atomic(path, text.buf, text.len);
}
