/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"
#include "alloc.h"
#include "clean.h"
#include "file.h"
#include "log.h"
#include "record.h"
#include "run.h"

/* The rest of the tail is fixed, so that no byte of it can change unnoticed. */
#define TAIL_FMT ",\n  \"crc32\": \"%08lx\"\n}\n"
#define TAIL_KEY ",\n  \"crc32\": \""
#define TAIL_END "\"\n}\n"
#define TAIL_LEN (strlen(TAIL_KEY) + 8 + strlen(TAIL_END))

/* The end of an object written with JSON_INDENT(2). */
#define OBJECT_END "\n}"

int json_file_write(const char *path, const json_t *obj)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	size_t len;

	text = json_dumps(obj, JSON_INDENT(2));
	if (!text)
		return -EINVAL;
	len = strlen(text) - strlen(OBJECT_END);
	strbuf_add(&sb, text, len);
	strbuf_addf(&sb, TAIL_FMT, (unsigned long)rec_crc32(0, text, len));
	return write_file_atomic(path, sb.buf, sb.len);
}

int json_file_save(const char *path, const json_t *obj)
{
	int r = json_file_write(path, obj);

	return r < 0 ? log_err_errno(-r, "cannot write '%s'", path) : 0;
}

static bool has_tail(const char *tail)
{
	return !memcmp(tail, TAIL_KEY, strlen(TAIL_KEY)) &&
	       !memcmp(tail + TAIL_LEN - strlen(TAIL_END), TAIL_END,
		       strlen(TAIL_END));
}

static int check_sum(const struct strbuf *text, struct strbuf *why)
{
	char is[9], said[9] = "";
	size_t len;

	if (text->len < TAIL_LEN ||
	    !has_tail(text->buf + text->len - TAIL_LEN)) {
		strbuf_addstr(why, "altered: no checksum at its end");
		return -EBADMSG;
	}
	len = text->len - TAIL_LEN;
	memcpy(said, text->buf + len + strlen(TAIL_KEY), 8);
	snprintf(is, sizeof(is), "%08lx",
		 (unsigned long)rec_crc32(0, text->buf, len));
	if (!strcmp(is, said))
		return 0;
	strbuf_addf(why,
		    "altered: the sum of the bytes is %s, but %s was written",
		    is, said);
	return -EBADMSG;
}

static int check_format(json_t *json, unsigned max, struct strbuf *why)
{
	struct json_fields f = { .obj = json, .where = "", .why = why };
	uint64_t format = 0;

	json_field_u64(&f, "format", &format);
	if (f.err)
		return f.err;
	if (format > max) {
		strbuf_addf(why, "format %llu is newer than this program's %u",
			    (unsigned long long)format, max);
		return -EPROTONOSUPPORT;
	}
	if (format < 1)
		return json_field_fault(&f, "format", "there is no format 0");
	return 0;
}

/* Cut off, maybe within an escape or a character of several bytes. */
static bool is_cut(const json_error_t *err, const struct strbuf *text)
{
	size_t at = err->position;

	switch (json_error_code(err)) {
	case json_error_premature_end_of_input:
		return true;
	case json_error_invalid_utf8:
		return at + 4 > text->len;
	default:
		return at >= text->len;
	}
}

static int parse_text(const struct strbuf *text, json_t **ret,
		      struct strbuf *why)
{
	json_error_t err;

	*ret = json_loadb(text->buf, text->len, JSON_REJECT_DUPLICATES, &err);
	if (*ret)
		return 0;
	if (is_cut(&err, text))
		strbuf_addf(why, "truncated: line %d: ", err.line);
	else
		strbuf_addf(why, "altered: line %d: ", err.line);
	/* The parser quotes its input, which may be anything. */
	print_clean(why, err.text);
	return -EBADMSG;
}

int json_file_load(const char *path, unsigned max_format, json_t **ret,
		   struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_(json_decrefp) json_t *json = NULL;
	int r;

	r = read_regular(path, RUN_FILE_BYTES_MAX, &text);
	if (r < 0) {
		strbuf_addstr(why, r == -ENOENT ? "missing" : read_error(-r));
		return r;
	}
	/* The parser takes an end within an escape for an alteration. */
	if (text.len && text.buf[text.len - 1] != '\n') {
		strbuf_addstr(why, "truncated: its last line has no end");
		return -EBADMSG;
	}
	r = parse_text(&text, &json, why);
	if (r == 0)
		r = check_format(json, max_format, why);
	if (r == 0)
		r = check_sum(&text, why);
	if (r == 0)
		*ret = steal_ptr(json);
	return r;
}

json_t *json_text(const char *s)
{
	_cleanup_free_ char *copy = NULL;
	json_t *json;

	json = json_string(s ? s : "");
	if (json)
		return json;
	copy = xstrdup(s);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p > '~')
			*p = '?';
	return json_string(copy);
}

int json_field_fault(struct json_fields *f, const char *key, const char *fmt,
		     ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	if (f->err)
		return f->err;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	strbuf_addf(f->why, "field '%s%s%s': %s", f->where,
		    *f->where ? "." : "", key, text ? text : fmt);
	f->err = -EBADMSG;
	return f->err;
}

static json_t *get_field(struct json_fields *f, const char *key)
{
	json_t *v;

	if (f->err)
		return NULL;
	v = json_object_get(f->obj, key);
	if (!v)
		json_field_fault(f, key, "missing");
	return v;
}

static const char *get_string(struct json_fields *f, const char *key)
{
	json_t *v = get_field(f, key);

	if (v && !json_is_string(v))
		json_field_fault(f, key, "not a string");
	return json_string_value(v);
}

void json_field_str(struct json_fields *f, const char *key, char **ret)
{
	const char *s = get_string(f, key);

	free(*ret);
	*ret = f->verbatim ? xstrdup(s ? s : "") : clean_text(s);
}

void json_field_buf(struct json_fields *f, const char *key, char *buf,
		    size_t size)
{
	const char *value = get_string(f, key);
	_cleanup_free_ char *s = NULL;

	if (!value)
		return;
	s = f->verbatim ? xstrdup(value) : clean_text(value);
	if (strlen(s) >= size)
		json_field_fault(f, key, "longer than %zu bytes", size - 1);
	else
		strcpy(buf, s);
}

void json_field_u64(struct json_fields *f, const char *key, uint64_t *ret)
{
	json_t *v = get_field(f, key);

	if (!v)
		return;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		json_field_fault(f, key, "not a whole number >= 0");
	else
		*ret = json_integer_value(v);
}

void json_field_uint(struct json_fields *f, const char *key, unsigned *ret)
{
	uint64_t v = *ret;

	json_field_u64(f, key, &v);
	if (v > UINT32_MAX)
		json_field_fault(f, key, "too large");
	else
		*ret = v;
}

void json_field_bool(struct json_fields *f, const char *key, bool *ret)
{
	json_t *v = get_field(f, key);

	if (!v)
		return;
	if (!json_is_boolean(v))
		json_field_fault(f, key, "neither true nor false");
	else
		*ret = json_is_true(v);
}

void json_field_enum(struct json_fields *f, const char *key,
		     const char *(*name)(unsigned i), unsigned nr,
		     unsigned *ret)
{
	const char *s = get_string(f, key);

	if (!s)
		return;
	for (unsigned i = 0; i < nr; i++) {
		if (!strcmp(s, name(i))) {
			*ret = i;
			return;
		}
	}
	json_field_fault(f, key, "unknown word");
}

json_t *json_field_array(struct json_fields *f, const char *key, size_t max)
{
	json_t *v = get_field(f, key);

	if (!v)
		return NULL;
	if (!json_is_array(v))
		json_field_fault(f, key, "not an array");
	else if (json_array_size(v) > max)
		json_field_fault(f, key, "more than %zu elements", max);
	else
		return v;
	return NULL;
}

json_t *json_field_object(struct json_fields *f, const char *key)
{
	json_t *v = get_field(f, key);

	if (v && !json_is_object(v))
		json_field_fault(f, key, "not an object");
	return json_is_object(v) ? v : NULL;
}
