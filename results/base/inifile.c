/* SPDX-License-Identifier: GPL-2.0-only */
#include <ini.h>

#include "exit-status.h"
#include "file.h"
#include "inifile.h"
#include "log.h"
#include "suggest.h"

void inifile_fail(struct inifile *f, const char *fmt, ...)
{
	va_list ap;
	char text[256];

	if (f->error_line)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->error_line = f->line;
	strbuf_addstr(&f->error, text);
}

void inifile_fail_key(struct inifile *f, const char *key,
		      const char *const *known, size_t nr)
{
	_cleanup_strbuf_ struct strbuf words = STRBUF_INIT;

	if (suggest(key, known, nr, &words) > 0) {
		inifile_fail(f, "key '%s' is not known; did you mean %s?", key,
			     words.buf);
		return;
	}
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(&words, "%s%s", i ? ", " : "", known[i]);
	inifile_fail(f, "key '%s' is not known; there %s %s", key,
		     nr == 1 ? "is" : "are", nr ? words.buf : "none");
}

/* But for TABs, and the CR of a CR LF. */
static bool is_control(const char *s)
{
	unsigned char c = *s;

	if (c == '\r')
		return s[1] && s[1] != '\n';
	return (c < ' ' && c != '\t') || c == 0x7f;
}

/* inih tells of pairs only, so that a section without any would be lost. */
static void begin_section(struct inifile *f, unsigned line)
{
	if (f->section && !f->error_line) {
		f->error_line = f->section;
		strbuf_addstr(&f->error, "a section without a key");
	}
	f->section = line;
}

/*
 * inih reports neither the line of a pair nor that it cut a line to fit its
 * buffer, so lines are counted and measured as they are handed to it.
 */
static char *read_line(char *buf, int size, void *stream)
{
	struct inifile *f = stream;
	size_t len, max = size - 1;

	if (!*f->next)
		return NULL;
	f->line++;
	f->continued = *f->next == ' ' || *f->next == '\t';
	if (*f->next == '[')
		begin_section(f, f->line);
	len = strcspn(f->next, "\n");
	for (size_t i = 0; i < len; i++)
		if (is_control(f->next + i))
			inifile_fail(f, "a control character in column %zu",
				     i + 1);
	if (len > max)
		inifile_fail(f, "the line is longer than %zu characters", max);
	memcpy(buf, f->next, len < max ? len : max);
	buf[len < max ? len : max] = '\0';
	f->next += len;
	if (*f->next)
		f->next++;
	return buf;
}

/* inih expects non-zero for success; errors are kept in struct inifile. */
static int on_pair(void *user, const char *section, const char *key,
		   const char *value)
{
	struct inifile *f = user;

	f->section = 0;
	if (!*section)
		inifile_fail(f, "a key before the first [section]");
	else
		f->on_pair(f, section, key, value);
	return 1;
}

static enum exit_status finish(struct inifile *f, int bad_line)
{
	if (bad_line > 0 &&
	    (!f->error_line || (unsigned)bad_line < f->error_line)) {
		log_err("%s:%d: neither [section] nor key=value", f->path,
			bad_line);
		return ST_USAGE;
	}
	if (f->error_line) {
		log_err("%s:%u: %s", f->path, f->error_line, f->error.buf);
		return ST_USAGE;
	}
	return ST_OK;
}

enum exit_status inifile_read(const char *path,
			      void (*fn)(struct inifile *f, const char *section,
					 const char *key, const char *value),
			      void *arg)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct inifile f = { .path = path, .on_pair = fn, .arg = arg };
	enum exit_status status;
	int r = read_file(path, &text);

	if (r < 0) {
		log_err_errno(-r, "cannot read %s", path);
		return exit_status_unreadable(-r);
	}
	if (text.len > 0 && strlen(text.buf) != text.len) {
		log_err("%s: not a text file", path);
		return ST_USAGE;
	}
	f.next = text.len ? text.buf : "";
	r = ini_parse_stream(read_line, &f, on_pair, &f);
	begin_section(&f, 0);
	status = finish(&f, r);
	strbuf_release(&f.error);
	return status;
}
