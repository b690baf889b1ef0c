/* SPDX-License-Identifier: GPL-2.0-only */
/* Writer and reader go by one table, so that they cannot differ. */
#include "catalog-line.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "text.h"

#define FIELDS_MAX 7
#define NUMBER_MAX 1000000000

enum field_type {
	FIELD_NONE,
	FIELD_TEXT,
	FIELD_TEXT_OR_NOTHING,
	FIELD_NUMBER,
	FIELD_FLAG,
};

struct field {
	enum field_type type;
	size_t offset; /* in struct catalog_line */
};

#define FIELD(_type, _member)                                         \
	{                                                             \
		FIELD_##_type, offsetof(struct catalog_line, _member) \
	}

/* After the letter. */
static const struct form {
	char letter[2];
	struct field fields[FIELDS_MAX + 1];
} forms[NR_CATALOG_KINDS] = {
	[CATALOG_BENCH] = { "B",
			    { FIELD(TEXT, bench), FIELD(NUMBER, version),
			      FIELD(TEXT_OR_NOTHING, kconfig),
			      FIELD(NUMBER, samples), FIELD(NUMBER, warmup),
			      FIELD(NUMBER, nr_ops),
			      FIELD(TEXT_OR_NOTHING, summary) } },
	[CATALOG_PARAM] = { "A",
			    { FIELD(TEXT, bench), FIELD(TEXT, key),
			      FIELD(TEXT, values), FIELD(FLAG, variant) } },
	[CATALOG_MORE] = { "M",
			   { FIELD(TEXT, bench), FIELD(TEXT, key),
			     FIELD(FLAG, implied), FIELD(TEXT, values),
			     FIELD(TEXT_OR_NOTHING, at) } },
	[CATALOG_NAMED] = { "N",
			    { FIELD(TEXT, bench), FIELD(TEXT, key),
			      FIELD(TEXT, values) } },
	[CATALOG_EXTRA] = { "X", { FIELD(TEXT, bench) } },
	[CATALOG_PROGRAM] = { "T",
			      { FIELD(TEXT, bench), FIELD(TEXT, program) } },
	[CATALOG_FIRST] = { "F", { FIELD(TEXT, bench), FIELD(TEXT, params) } },
};

static void print_field(FILE *out, const struct catalog_line *l,
			const struct field *f)
{
	const char *at = (const char *)l + f->offset;

	if (f->type == FIELD_NUMBER)
		fprintf(out, "\t%u", *(const unsigned *)at);
	else if (f->type == FIELD_FLAG)
		fprintf(out, "\t%d", *(const bool *)at);
	else
		fprintf(out, "\t%s", *(const char *const *)at);
}

void catalog_line_print(FILE *out, const struct catalog_line *l)
{
	const struct form *form = &forms[l->kind];

	fputs(form->letter, out);
	for (const struct field *f = form->fields; f->type != FIELD_NONE; f++)
		print_field(out, l, f);
	fputc('\n', out);
}

__attribute__((format(printf, 2, 3))) static int bad(char *why, const char *fmt,
						     ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, CATALOG_WHY_MAX, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

static const struct form *find_form(const char *letter, enum catalog_kind *kind)
{
	for (int i = 0; i < NR_CATALOG_KINDS; i++) {
		if (strcmp(forms[i].letter, letter))
			continue;
		*kind = i;
		return &forms[i];
	}
	return NULL;
}

/* i: as in the line, from 1. */
static int parse_field(struct catalog_line *l, const struct field *f,
		       const char *text, unsigned i, char *why)
{
	char *at = (char *)l + f->offset;
	uint64_t v = 0;

	switch (f->type) {
	case FIELD_NUMBER:
		if (text_u64(text, NUMBER_MAX, &v) < 0)
			return bad(why,
				   "field %u is no number up to %u: "
				   "'%.40s'",
				   i, NUMBER_MAX, text);
		*(unsigned *)at = v;
		return 0;
	case FIELD_FLAG:
		if (text_u64(text, 1, &v) < 0)
			return bad(why, "field %u is not 0 or 1: '%.40s'", i,
				   text);
		*(bool *)at = v;
		return 0;
	case FIELD_TEXT:
		if (!*text)
			return bad(why, "field %u is empty", i);
		break;
	default:
		break;
	}
	*(const char **)at = text;
	return 0;
}

static unsigned nr_fields(const struct form *form)
{
	unsigned nr = 1;

	while (form->fields[nr - 1].type != FIELD_NONE)
		nr++;
	return nr;
}

int catalog_line_parse(char *text, struct catalog_line *ret,
		       char why[CATALOG_WHY_MAX])
{
	unsigned nr = 1, want;
	const struct form *form;
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	for (const char *p = text; *p; p++)
		nr += *p == '\t';
	form = find_form(strsep(&text, "\t"), &ret->kind);
	if (!form)
		return bad(why, "not a B, A, M, N, X, T or F line");
	want = nr_fields(form);
	if (nr != want)
		return bad(why, "a line %s of %u fields, not %u", form->letter,
			   nr, want);
	for (unsigned i = 0; i + 1 < want && r == 0; i++)
		r = parse_field(ret, &form->fields[i], strsep(&text, "\t"),
				i + 2, why);
	return r;
}
