/* SPDX-License-Identifier: GPL-2.0-only */
#include "job.h"

#include <inttypes.h>

#include "alloc.h"
#include "clean.h"
#include "record.h"
#include "text.h"

#define HEAD "cgmark-job 1\n"
#define CRC "crc %08" PRIx32 "\n"
#define CRC_LEN (sizeof("crc 01234567\n") - 1)

void queue_strings_add(struct queue_strings *s, const char *text)
{
	s->v = xreallocarray(s->v, s->nr + 1, sizeof(*s->v));
	s->v[s->nr++] = xstrdup(text);
}

static void release_strings(struct queue_strings *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->v[i]);
	free(s->v);
}

void queue_job_release(struct queue_job *j)
{
	free(j->cwd);
	free(j->program);
	release_strings(&j->env);
	release_strings(&j->words);
	*j = (struct queue_job){ .cwd = NULL };
}

static void add_pair(struct strbuf *sb, const char *key, const char *value)
{
	strbuf_addf(sb, "%s=%s", key, value);
	strbuf_add(sb, "", 1);
}

static void add_number(struct strbuf *sb, const char *key, uint64_t n)
{
	_cleanup_free_ char *text = xasprintf("%" PRIu64, n);

	add_pair(sb, key, text);
}

void queue_job_format(const struct queue_job *j, struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf body = STRBUF_INIT;

	add_number(&body, "added", j->added_s);
	add_number(&body, "cancelled", j->cancelled_s);
	add_pair(&body, "cwd", j->cwd);
	add_pair(&body, "program", j->program);
	for (size_t i = 0; i < j->env.nr; i++)
		add_pair(&body, "env", j->env.v[i]);
	for (size_t i = 0; i < j->words.nr; i++)
		add_pair(&body, "word", j->words.v[i]);
	strbuf_addf(ret, HEAD CRC, rec_crc32(0, body.buf, body.len));
	strbuf_add(ret, body.buf, body.len);
}

/* --- reading --- */

struct reader {
	const char *p, *end; /* what is at p ends with a NUL */
	size_t nr;
};

/* The value of what comes next, if that has this key; NULL: it has not. */
static const char *take(struct reader *rd, const char *key)
{
	size_t len = strlen(key);
	const char *value = rd->p + len + 1;

	if (rd->p == rd->end || rd->nr == QUEUE_JOB_STRINGS_MAX ||
	    strncmp(rd->p, key, len) != 0 || rd->p[len] != '=')
		return NULL;
	rd->p += strlen(rd->p) + 1;
	rd->nr++;
	return value;
}

static bool take_number(struct reader *rd, const char *key, uint64_t *ret)
{
	const char *value = take(rd, key);

	return value && text_u64(value, UINT64_MAX, ret) == 0;
}

static bool take_path(struct reader *rd, const char *key, char **ret)
{
	const char *value = take(rd, key);

	if (!value || *value != '/')
		return false;
	*ret = xstrdup(value);
	return true;
}

static bool take_variables(struct reader *rd, struct queue_strings *ret)
{
	const char *value;

	while ((value = take(rd, "env"))) {
		if (!queue_job_takes_variable(value))
			return false;
		queue_strings_add(ret, value);
	}
	return true;
}

static void take_words(struct reader *rd, struct queue_strings *ret)
{
	const char *value;

	while ((value = take(rd, "word")))
		queue_strings_add(ret, value);
}

/* Of the head; moves on to what is behind it.  NULL: it is as it should be. */
static const char *check_head(struct reader *rd)
{
	size_t head = sizeof(HEAD) - 1, left = rd->end - rd->p;
	char crc[CRC_LEN + 1];

	if (left > QUEUE_JOB_BYTES_MAX)
		return "too large";
	if (left < head || memcmp(rd->p, HEAD, head) != 0)
		return "not a job of this version";
	if (left <= head + CRC_LEN || rd->end[-1] != '\0')
		return "cut short";
	rd->p += head + CRC_LEN;
	snprintf(crc, sizeof(crc), CRC, rec_crc32(0, rd->p, rd->end - rd->p));
	return memcmp(rd->p - CRC_LEN, crc, CRC_LEN) == 0
		       ? NULL
		       : "its checksum is wrong";
}

static bool take_all(struct reader *rd, struct queue_job *ret)
{
	if (!take_number(rd, "added", &ret->added_s) ||
	    !take_number(rd, "cancelled", &ret->cancelled_s) ||
	    !take_path(rd, "cwd", &ret->cwd) ||
	    !take_path(rd, "program", &ret->program) ||
	    !take_variables(rd, &ret->env))
		return false;
	take_words(rd, &ret->words);
	return rd->p == rd->end;
}

int queue_job_parse(const char *data, size_t len, struct queue_job *ret,
		    const char **why)
{
	struct reader rd = { .p = data, .end = data + len };

	*ret = (struct queue_job){ .cwd = NULL };
	*why = check_head(&rd);
	if (!*why && !take_all(&rd, ret))
		*why = "malformed";
	return *why ? -EBADMSG : 0;
}

/* --- what is in it --- */

bool queue_job_takes_variable(const char *pair)
{
	static const char *const heads[] = { "CGMARK_", "SBATCH_", "XDG_",
					     "HOME=",	"PATH=",   "TMPDIR=",
					     "LANG=",	"LC_ALL=" };

	/* Each job has its own. */
	if (!strchr(pair, '=') || strncmp(pair, "CGMARK_RUN_FD=", 14) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (strncmp(pair, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

char *queue_job_text(const struct queue_job *j)
{
	_cleanup_free_ char *words =
		j->words.nr
			? or_abort(shell_quote((const char *const *)j->words.v,
					       j->words.nr))
			: xstrdup("");
	_cleanup_free_ char *line =
		xasprintf("cgmark run%s%s", *words ? " " : "", words);

	return clean_text(line);
}
