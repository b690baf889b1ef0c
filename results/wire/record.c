/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses samples.tsv and plan.tsv.  Both may come from a guest or from a disk,
 * so nothing is trusted: each number has one canonical form and the checksum
 * covers every byte, hence a stream has exactly one spelling.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "record.h"
#include "text.h"

#define SAMPLES_KIND "cgmark-samples"
#define PLAN_KIND "cgmark-plan"

/*
 * CRC-32 as zlib has it, eight bytes a step ("slicing by 8"): a comparison reads
 * every sample of a run.  crc_tables[n][b] is the CRC of byte b with n zeros behind.
 */
static uint32_t crc_tables[8][256];

__attribute__((constructor)) static void make_crc_tables(void)
{
	for (unsigned b = 0; b < 256; b++) {
		uint32_t crc = b;

		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
		crc_tables[0][b] = crc;
	}
	for (unsigned b = 0; b < 256; b++) {
		for (int n = 1; n < 8; n++) {
			uint32_t crc = crc_tables[n - 1][b];

			crc_tables[n][b] =
				(crc >> 8) ^ crc_tables[0][crc & 255];
		}
	}
}

uint32_t rec_crc32(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;

	crc = ~crc;
	for (; len >= 8; len -= 8, p += 8) {
		crc ^= p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
		crc = crc_tables[7][crc & 255] ^ crc_tables[6][crc >> 8 & 255] ^
		      crc_tables[5][crc >> 16 & 255] ^
		      crc_tables[4][crc >> 24] ^ crc_tables[3][p[4]] ^
		      crc_tables[2][p[5]] ^ crc_tables[1][p[6]] ^
		      crc_tables[0][p[7]];
	}
	while (len-- > 0)
		crc = (crc >> 8) ^ crc_tables[0][(crc ^ *p++) & 255];
	return ~crc;
}

bool point_same(const struct point_id *a, const struct point_id *b)
{
	return a->version == b->version && strcmp(a->bench, b->bench) == 0 &&
	       strcmp(a->params, b->params) == 0;
}

bool rec_is_clock_metric(const char *metric)
{
	return !strcmp(metric, "insns") || !strcmp(metric, "guest_ns") ||
	       !strcmp(metric, "elapsed_ns");
}

bool rec_is_token(const char *s, size_t max)
{
	size_t len;

	for (len = 0; s[len]; len++)
		if (len + 1 >= max || s[len] <= ' ' || s[len] > '~')
			return false;
	return len > 0;
}

/* The state of a parse: the current line, split into its fields. */
struct cursor {
	const char *buf;
	const char *next;
	const char *end;
	unsigned line;
	char text[REC_LINE_MAX];
	size_t len; /* of text, as it was read */
	char *field[REC_FIELDS_MAX];
	unsigned nr_fields;
	struct rec_error *err;
};

__attribute__((format(printf, 3, 4))) static int
fail(const struct cursor *c, int ret, const char *fmt, ...)
{
	struct rec_error *err = c->err;
	va_list ap;
	int n = 0;

	if (!err)
		return ret;
	err->line = c->line;
	if (c->line)
		n = snprintf(err->text, sizeof(err->text),
			     "line %u: ", c->line);
	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof(err->text) - n, fmt, ap);
	va_end(ap);
	return ret;
}

static int split_fields(struct cursor *c)
{
	char *p = c->text;

	c->nr_fields = 0;
	for (;;) {
		if (c->nr_fields == REC_FIELDS_MAX)
			return fail(c, -EBADMSG, "more than %d fields",
				    REC_FIELDS_MAX);
		c->field[c->nr_fields++] = p;
		p = strchr(p, '\t');
		if (!p)
			return 0;
		*p++ = '\0';
	}
}

/* Reads a line and its fields.  Returns 1, 0 at the end, or -errno. */
static int next_line(struct cursor *c)
{
	size_t left = c->end - c->next;
	const char *lf;
	size_t len;
	int r;

	if (left == 0)
		return 0;
	c->line++;
	lf = memchr(c->next, '\n', left);
	if (!lf)
		return fail(c, -ENODATA, "the line does not end");
	len = lf - c->next;
	if (len >= sizeof(c->text))
		return fail(c, -EBADMSG, "%zu bytes long, at most %zu allowed",
			    len, sizeof(c->text) - 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char b = c->next[i];

		if (b != '\t' && (b < ' ' || b > '~'))
			return fail(c, -EBADMSG,
				    "byte 0x%02x in column %zu is not text", b,
				    i + 1);
	}
	memcpy(c->text, c->next, len);
	c->text[len] = '\0';
	c->len = len;
	c->next = lf + 1;
	r = split_fields(c);
	return r < 0 ? r : 1;
}

static int field_u64(const struct cursor *c, unsigned i, uint64_t max,
		     uint64_t *ret)
{
	int r = text_u64(c->field[i], max, ret);

	if (r == 0)
		return 0;
	return fail(c, -EBADMSG, "field %u is %s: '%.40s'", i + 1,
		    r == -ERANGE ? "too large" : "not a number", c->field[i]);
}

static int field_uint(const struct cursor *c, unsigned i, unsigned *ret)
{
	uint64_t v;
	int r;

	r = field_u64(c, i, UINT32_MAX, &v);
	if (r < 0)
		return r;
	*ret = v;
	return 0;
}

static int field_token(const struct cursor *c, unsigned i, char *ret,
		       size_t size)
{
	if (!rec_is_token(c->field[i], size))
		return fail(c, -EBADMSG,
			    "field %u is no name of 1 to %zu letters: '%.40s'",
			    i + 1, size - 1, c->field[i]);
	strcpy(ret, c->field[i]);
	return 0;
}

static int field_params(const struct cursor *c, unsigned i, char *ret)
{
	if (strcmp(c->field[i], "-"))
		return field_token(c, i, ret, REC_PARAMS_MAX);
	*ret = '\0';
	return 0;
}

static int need_fields(const struct cursor *c, unsigned nr)
{
	if (c->nr_fields != nr)
		return fail(c, -EBADMSG, "%u fields instead of %u",
			    c->nr_fields, nr);
	return 0;
}

static int parse_head(struct cursor *c, const char *kind)
{
	uint64_t version;
	int r;

	r = next_line(c);
	if (r < 0)
		return r;
	if (r == 0)
		return fail(c, -ENODATA, "the file is empty");
	if (strcmp(c->field[0], "V"))
		return fail(c, -EBADMSG, "no version line");
	r = need_fields(c, 3);
	if (r < 0)
		return r;
	if (strcmp(c->field[2], kind))
		return fail(c, -EBADMSG, "this is '%.40s', not '%s'",
			    c->field[2], kind);
	r = field_u64(c, 1, UINT32_MAX, &version);
	if (r < 0)
		return r;
	if (version > REC_VERSION)
		return fail(c, -EPROTONOSUPPORT,
			    "version %llu is newer than this program's %d",
			    (unsigned long long)version, REC_VERSION);
	if (version < REC_VERSION)
		return fail(c, -EBADMSG, "there is no version %llu",
			    (unsigned long long)version);
	return 0;
}

static int field_crc(const struct cursor *c, unsigned i, uint32_t *ret)
{
	const char *s = c->field[i];
	uint32_t v = 0;

	if (strlen(s) != 8 || strspn(s, "0123456789abcdef") != 8)
		return fail(c, -EBADMSG,
			    "checksum is not eight hex digits: '%.40s'", s);
	for (; *s; s++)
		v = v << 4 | (*s <= '9' ? *s - '0' : *s - 'a' + 10);
	*ret = v;
	return 0;
}

static int parse_end(struct cursor *c, unsigned count, uint32_t sum)
{
	unsigned said = 0;
	uint32_t crc = 0;
	int r;

	r = need_fields(c, 3);
	if (r == 0)
		r = field_uint(c, 1, &said);
	if (r == 0)
		r = field_crc(c, 2, &crc);
	if (r < 0)
		return r;
	if (count < said)
		return fail(c, -ENODATA, "%u of %u records are there", count,
			    said);
	if (count > said)
		return fail(c, -EBADMSG, "%u records, but %u were written",
			    count, said);
	if (crc != sum)
		return fail(
			c, -EBADMSG,
			"the sum of the bytes is %08lx, but %08lx was written",
			(unsigned long)sum, (unsigned long)crc);
	if (c->next != c->end)
		return fail(c, -EBADMSG, "%zu more bytes after the end",
			    (size_t)(c->end - c->next));
	return 0;
}

/* Handles the current record; counts it if the E line does. */
typedef int (*record_fn)(struct cursor *c, void *arg, unsigned *count);

static int parse_stream(struct cursor *c, const char *kind, record_fn fn,
			void *arg)
{
	const char *start;
	unsigned count = 0;
	int r;

	r = parse_head(c, kind);
	if (r < 0)
		return r;
	for (;;) {
		start = c->next;
		r = next_line(c);
		if (r < 0)
			return r;
		if (r == 0)
			return fail(c, -ENODATA,
				    "no end line comes after this one");
		if (!strcmp(c->field[0], "E"))
			return parse_end(c, count,
					 rec_crc32(0, c->buf, start - c->buf));
		r = fn(c, arg, &count);
		if (r != 0)
			return r;
	}
}

static int unknown_record(const struct cursor *c)
{
	return fail(c, -EBADMSG, "unknown record '%.20s'", c->field[0]);
}

struct samples_arg {
	rec_sample_fn fn;
	rec_lack_fn lfn;
	void *arg;
};

static int read_sample(const struct cursor *c, struct sample *s)
{
	int r;

	r = need_fields(c, 8);
	if (r == 0)
		r = field_token(c, 1, s->id.bench, sizeof(s->id.bench));
	if (r == 0)
		r = field_uint(c, 2, &s->id.version);
	if (r == 0)
		r = field_params(c, 3, s->id.params);
	if (r == 0)
		r = field_token(c, 4, s->metric, sizeof(s->metric));
	if (r == 0)
		r = field_uint(c, 5, &s->rep);
	if (r == 0)
		r = field_u64(c, 6, UINT64_MAX, &s->value);
	if (r == 0)
		r = field_u64(c, 7, UINT64_MAX, &s->nr_ops);
	if (r == 0 && s->nr_ops == 0)
		r = fail(c, -EBADMSG, "a sample of no operation");
	return r;
}

static int read_lack(const struct cursor *c, struct lack *l)
{
	int r;

	r = need_fields(c, 6);
	if (r == 0)
		r = field_token(c, 1, l->id.bench, sizeof(l->id.bench));
	if (r == 0)
		r = field_uint(c, 2, &l->id.version);
	if (r == 0)
		r = field_params(c, 3, l->id.params);
	if (r == 0)
		r = field_token(c, 4, l->metric, sizeof(l->metric));
	if (r < 0)
		return r;
	if (!*c->field[5] || strlen(c->field[5]) >= sizeof(l->why))
		return fail(c, -EBADMSG, "no reason of 1 to %zu letters",
			    sizeof(l->why) - 1);
	strcpy(l->why, c->field[5]);
	return 0;
}

static int on_lack_line(struct cursor *c, const struct samples_arg *a,
			unsigned *count)
{
	struct lack l = { 0 };
	int r = read_lack(c, &l);

	if (r < 0)
		return r;
	++*count;
	return a->lfn ? a->lfn(&l, a->arg) : 0;
}

/* Takes a canonical number of at most 18 digits before the byte end; NULL: none. */
static const char *take_u64(const char *p, char end, uint64_t *ret)
{
	const char *start = p;
	uint64_t v = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (p - start == 18 || (p > start && *start == '0'))
			return NULL;
		v = v * 10 + (*p - '0');
	}
	*ret = v;
	return p > start && *p == end ? p + 1 : NULL;
}

/*
 * Nearly all lines begin like the one before, up to their numbers: such a line is
 * read without being split.  head is the common part.  Returns false, and takes
 * nothing, where a line differs or is wrong: that is for next_line() to say.
 */
static bool next_alike(struct cursor *c, const char *head, size_t len,
		       struct sample *s)
{
	const char *p = c->next;
	uint64_t rep, value, nr_ops;

	/* Three numbers end within the buffer, or the last line is split. */
	if ((size_t)(c->end - p) < REC_LINE_MAX || memcmp(p, head, len) ||
	    len + 3 * sizeof("123456789012345678") > REC_LINE_MAX)
		return false;
	p = take_u64(p + len, '\t', &rep);
	p = p ? take_u64(p, '\t', &value) : NULL;
	p = p ? take_u64(p, '\n', &nr_ops) : NULL;
	if (!p || rep > UINT32_MAX || nr_ops == 0)
		return false;
	s->rep = rep;
	s->value = value;
	s->nr_ops = nr_ops;
	c->next = p;
	c->line++;
	return true;
}

static int on_sample_line(struct cursor *c, void *arg, unsigned *count)
{
	const struct samples_arg *a = arg;
	const char *head = c->next - c->len - 1;
	struct sample s = { 0 };
	size_t len;
	int r;

	if (!strcmp(c->field[0], "N"))
		return on_lack_line(c, a, count);
	if (strcmp(c->field[0], "S"))
		return unknown_record(c);
	r = read_sample(c, &s);
	if (r < 0)
		return r;
	len = c->field[5] - c->text;
	do {
		++*count;
		r = a->fn ? a->fn(&s, a->arg) : 0;
	} while (r == 0 && next_alike(c, head, len, &s));
	return r;
}

int rec_parse_samples(const char *buf, size_t len, rec_sample_fn fn,
		      rec_lack_fn lfn, void *arg, struct rec_error *err)
{
	struct samples_arg a = { .fn = fn, .lfn = lfn, .arg = arg };
	struct cursor c = {
		.buf = buf, .next = buf, .end = buf + len, .err = err
	};

	if (err)
		memset(err, 0, sizeof(*err));
	return parse_stream(&c, SAMPLES_KIND, on_sample_line, &a);
}

struct plan_arg {
	rec_option_fn ofn;
	rec_point_fn pfn;
	void *arg;
};

static int read_point(const struct cursor *c, struct plan_point *p)
{
	int r;

	r = need_fields(c, 9);
	if (r == 0)
		r = field_token(c, 1, p->binary, sizeof(p->binary));
	if (r == 0)
		r = field_token(c, 2, p->id.bench, sizeof(p->id.bench));
	if (r == 0)
		r = field_uint(c, 3, &p->id.version);
	if (r == 0)
		r = field_params(c, 4, p->id.params);
	if (r == 0)
		r = field_uint(c, 5, &p->samples);
	if (r == 0)
		r = field_uint(c, 6, &p->warmup);
	if (r == 0)
		r = field_uint(c, 7, &p->nr_ops);
	if (r == 0)
		r = field_uint(c, 8, &p->timeout_ms);
	if (r == 0 && p->samples == 0)
		r = fail(c, -EBADMSG, "a point without samples");
	return r;
}

static int on_option_line(const struct cursor *c, const struct plan_arg *a)
{
	int r;

	r = need_fields(c, 3);
	if (r < 0)
		return r;
	if (!rec_is_token(c->field[1], REC_BENCH_MAX))
		return fail(c, -EBADMSG, "option without a name");
	return a->ofn ? a->ofn(c->field[1], c->field[2], a->arg) : 0;
}

static int on_plan_line(struct cursor *c, void *arg, unsigned *count)
{
	const struct plan_arg *a = arg;
	struct plan_point p = { 0 };
	int r;

	if (!strcmp(c->field[0], "O"))
		return on_option_line(c, a);
	if (strcmp(c->field[0], "P"))
		return unknown_record(c);
	r = read_point(c, &p);
	if (r < 0)
		return r;
	++*count;
	return a->pfn ? a->pfn(&p, a->arg) : 0;
}

int rec_parse_plan(const char *buf, size_t len, rec_option_fn ofn,
		   rec_point_fn pfn, void *arg, struct rec_error *err)
{
	struct plan_arg a = { .ofn = ofn, .pfn = pfn, .arg = arg };
	struct cursor c = {
		.buf = buf, .next = buf, .end = buf + len, .err = err
	};

	if (err)
		memset(err, 0, sizeof(*err));
	return parse_stream(&c, PLAN_KIND, on_plan_line, &a);
}

struct lines_arg {
	rec_line_fn fn;
	void *arg;
};

static int on_any_line(struct cursor *c, void *arg, unsigned *count)
{
	const struct lines_arg *a = arg;
	char why[REC_WHY_MAX] = "malformed";
	bool counted = false;
	int r;

	r = a->fn(c->field, c->nr_fields, a->arg, &counted, why);
	*count += counted;
	return r < 0 ? fail(c, r, "%s", why) : r;
}

int rec_parse_lines(const char *buf, size_t len, const char *kind,
		    rec_line_fn fn, void *arg, struct rec_error *err)
{
	struct lines_arg a = { .fn = fn, .arg = arg };
	struct cursor c = {
		.buf = buf, .next = buf, .end = buf + len, .err = err
	};

	if (err)
		memset(err, 0, sizeof(*err));
	return parse_stream(&c, kind, on_any_line, &a);
}
