/* SPDX-License-Identifier: GPL-2.0-only */
#include "holds.h"
#include "alloc.h"
#include "line-why.h"
#include "profile-names.h"
#include "text.h"

/* What no boot reaches; sums of these do not overflow. */
#define COUNT_MAX (1ULL << 48)

/* Terminals and reports get to see it. */
static int check_text(const char *s, size_t max, char *why)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > '~')
			return line_bad(why, "text with strange letters");
	return len && len < max ? 0 : line_bad(why, "no name: '%.40s'", s);
}

static struct held_point *last_point(struct holds *h)
{
	return h->nr_points ? &h->points[h->nr_points - 1] : NULL;
}

static struct held_point *add_point(struct holds *h)
{
	if (h->nr_points == h->alloc_points) {
		h->alloc_points = 2 * h->alloc_points + 16;
		h->points = xreallocarray(h->points, h->alloc_points,
					  sizeof(*h->points));
	}
	memset(&h->points[h->nr_points], 0, sizeof(*h->points));
	return &h->points[h->nr_points++];
}

static int read_point(struct holds *h, char *const *field, unsigned nr,
		      char *why)
{
	struct held_point *p;
	uint64_t version, ops, samples;

	if (nr != 6)
		return line_bad(why, "%u fields instead of 6", nr);
	if (!*field[1] || strlen(field[1]) >= sizeof(p->id.bench) ||
	    strlen(field[3]) >= sizeof(p->id.params))
		return line_bad(why, "no point: '%.40s'", field[1]);
	if (text_u64(field[2], INT32_MAX, &version) < 0)
		return line_bad(why, "no version: '%.40s'", field[2]);
	if (text_u64(field[4], UINT32_MAX, &ops) < 0 ||
	    text_u64(field[5], UINT32_MAX, &samples) < 0)
		return line_bad(why, "no operations: '%.20s' by '%.20s'",
				field[4], field[5]);
	p = add_point(h);
	strcpy(p->id.bench, field[1]);
	if (strcmp(field[3], "-") != 0)
		strcpy(p->id.params, field[3]);
	p->id.version = version;
	p->nr_ops = ops * samples;
	return 0;
}

static int read_error(struct holds *h, char *const *field, unsigned nr,
		      char *why)
{
	struct held_point *p = last_point(h);

	if (nr != 2 || !p || p->error || p->nr)
		return line_bad(why, "the error of no point");
	if (check_text(field[1], REC_WHY_MAX, why) < 0)
		return -EBADMSG;
	p->error = xstrdup(field[1]);
	return 0;
}

static const struct held *find_lock(const struct held_point *p,
				    const char *lock)
{
	for (size_t i = 0; i < p->nr; i++)
		if (strcmp(p->list[i].lock, lock) == 0)
			return &p->list[i];
	return NULL;
}

/* Of the last point, with its name; NULL: that is wrong. */
static struct held *add_lock(struct holds *h, const char *lock, char *why)
{
	struct held_point *p = last_point(h);
	struct held *l;

	if (!p || p->error) {
		line_bad(why, "a lock of no point");
		return NULL;
	}
	if (check_text(lock, sizeof(l->lock), why) < 0)
		return NULL;
	if (strchr(lock, ' ') || find_lock(p, lock)) {
		line_bad(why, "a lock told twice, or no name: '%.40s'", lock);
		return NULL;
	}
	if (p->nr == p->alloc) {
		p->alloc = 2 * p->alloc + 16;
		p->list = xreallocarray(p->list, p->alloc, sizeof(*p->list));
	}
	l = &p->list[p->nr++];
	memset(l, 0, sizeof(*l));
	strcpy(l->lock, lock);
	return l;
}

static bool is_possible(const struct held *l)
{
	if (!l->holds)
		return !l->total && !l->most && !l->idled;
	return l->most <= l->total && l->idled <= l->holds &&
	       l->total / l->holds <= l->most;
}

static int read_hold(struct holds *h, char *const *field, unsigned nr,
		     char *why)
{
	struct held *l;

	if (nr != 7)
		return line_bad(why, "%u fields instead of 7", nr);
	l = add_lock(h, field[1], why);
	if (!l)
		return -EBADMSG;

	uint64_t *const counts[] = { &l->holds, &l->total, &l->most,
				     &l->idled };

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		if (text_u64(field[2 + i], COUNT_MAX, counts[i]) < 0)
			return line_bad(why, "no count: '%.40s'", field[2 + i]);
	if (!is_possible(l))
		return line_bad(why, "holds of '%.30s' that cannot be",
				l->lock);
	if (check_text(field[6], PROFILE_FUNCTION_MAX, why) < 0)
		return -EBADMSG;
	if (l->holds)
		l->function = xstrdup(field[6]);
	return 0;
}

static int read_lacking(struct holds *h, char *const *field, unsigned nr,
			char *why)
{
	struct held *l;

	if (nr != 3)
		return line_bad(why, "%u fields instead of 3", nr);
	l = add_lock(h, field[1], why);
	if (!l || check_text(field[2], REC_WHY_MAX, why) < 0)
		return -EBADMSG;
	l->why = xstrdup(field[2]);
	return 0;
}

static int on_line(char *const *field, unsigned nr, void *arg, bool *counted,
		   char why[REC_WHY_MAX])
{
	static const struct {
		const char *record;
		int (*read)(struct holds *h, char *const *field, unsigned nr,
			    char *why);
	} readers[] = {
		{ "P", read_point },
		{ "X", read_error },
		{ "H", read_hold },
		{ "N", read_lacking },
	};

	*counted = true;
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcmp(field[0], readers[i].record))
			return readers[i].read(arg, field, nr, why);
	return line_bad(why, "unknown record '%.20s'", field[0]);
}

int holds_parse(const char *text, size_t len, struct holds *ret,
		struct rec_error *err)
{
	memset(ret, 0, sizeof(*ret));
	return rec_parse_lines(text, len, HOLDS_KIND, on_line, ret, err);
}

static void release_point(struct held_point *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		free(p->list[i].why);
		free(p->list[i].function);
	}
	free(p->list);
	free(p->error);
}

void holds_release(struct holds *h)
{
	for (size_t i = 0; i < h->nr_points; i++)
		release_point(&h->points[i]);
	free(h->points);
	memset(h, 0, sizeof(*h));
}

const struct held_point *holds_find(const struct holds *h,
				    const struct plan_point *point)
{
	for (size_t i = 0; i < h->nr_points; i++)
		if (point_same(&h->points[i].id, &point->id))
			return &h->points[i];
	return NULL;
}

const struct held *holds_find_lock(const struct holds *h,
				   const struct plan_point *point,
				   const char *lock)
{
	const struct held_point *p = holds_find(h, point);

	return p ? find_lock(p, lock) : NULL;
}
