/* SPDX-License-Identifier: GPL-2.0-only */
#include "sharing.h"
#include "alloc.h"
#include "line-why.h"
#include "profile-names.h"
#include "text.h"

/* What no boot reaches; sums of these do not overflow. */
#define COUNT_MAX (1ULL << 48)
#define NAME_MAX_BYTES PROFILE_FUNCTION_MAX

static int read_count(const char *s, uint64_t *ret, char *why)
{
	return text_u64(s, COUNT_MAX, ret) == 0
		       ? 0
		       : line_bad(why, "no count: '%.40s'", s);
}

static int read_cpus(const char *s, unsigned *ret, char *why)
{
	uint64_t v;

	if (text_hex(s, (1u << SHARING_CPUS_MAX) - 1, &v) < 0 || !v)
		return line_bad(why, "no CPUs: '%.40s'", s);
	*ret = v;
	return 0;
}

/* Terminals and reports get to see it. */
static int check_name(const char *s, char *why)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > '~')
			return line_bad(why, "a name with strange letters");
	return len && len < NAME_MAX_BYTES
		       ? 0
		       : line_bad(why, "no name: '%.40s'", s);
}

/* Room for one more, which is zeroed. */
#define ADD_ONE(_list, _nr, _alloc)                                \
	({                                                         \
		if ((_nr) == (_alloc)) {                           \
			(_alloc) = 2 * (_alloc) + 16;              \
			(_list) = xreallocarray((_list), (_alloc), \
						sizeof(*(_list))); \
		}                                                  \
		memset(&(_list)[_nr], 0, sizeof(*(_list)));        \
		&(_list)[(_nr)++];                                 \
	})

static struct shared_point *last_point(struct sharing *s)
{
	return s->nr_points ? &s->points[s->nr_points - 1] : NULL;
}

static int read_point(struct sharing *s, char *const *field, unsigned nr,
		      char *why)
{
	struct shared_point *p;
	uint64_t version, unused;
	int r;

	if (nr != 6)
		return line_bad(why, "%u fields instead of 6", nr);
	if (!*field[1] || strlen(field[1]) >= sizeof(p->id.bench) ||
	    strlen(field[3]) >= sizeof(p->id.params))
		return line_bad(why, "no point: '%.40s'", field[1]);
	p = ADD_ONE(s->points, s->nr_points, s->alloc_points);
	strcpy(p->id.bench, field[1]);
	if (strcmp(field[3], "-") != 0)
		strcpy(p->id.params, field[3]);
	r = text_u64(field[2], INT32_MAX, &version);
	if (r < 0)
		return line_bad(why, "no version: '%.40s'", field[2]);
	p->id.version = version;
	r = read_count(field[4], &unused, why);
	return r < 0 ? r : read_count(field[5], &unused, why);
}

static int read_ops(struct sharing *s, char *const *field, unsigned nr,
		    char *why)
{
	struct shared_point *p = last_point(s);

	if (nr != 2 || !p || p->nr_ops)
		return line_bad(why, "operations of no point, or told twice");
	return read_count(field[1], &p->nr_ops, why);
}

static int read_error(struct sharing *s, char *const *field, unsigned nr,
		      char *why)
{
	struct shared_point *p = last_point(s);

	if (nr != 2 || !p || p->error || p->nr_lines)
		return line_bad(why, "the error of no point");
	if (check_name(field[1], why) < 0)
		return -EBADMSG;
	p->error = xstrdup(field[1]);
	return 0;
}

static int read_line(struct sharing *s, char *const *field, unsigned nr,
		     char *why)
{
	struct shared_point *p = last_point(s);
	struct shared_line l = { NULL };
	uint64_t *const counts[] = { &l.lines, &l.touches, &l.moves, &l.most,
				     &l.truly };
	int r = 0;

	if (nr != 8 || !p || !p->nr_ops || p->error)
		return line_bad(why, "%u fields, or a line of no point", nr);
	for (size_t i = 0; i < ARRAY_SIZE(counts) && r == 0; i++)
		r = read_count(field[2 + i], counts[i], why);
	if (r == 0)
		r = read_cpus(field[7], &l.cpus, why);
	if (r == 0)
		r = check_name(field[1], why);
	if (r == 0 && (!l.lines || l.truly > l.moves || l.moves > l.most))
		r = line_bad(why,
			     "%llu moves of %llu lines, %llu of them truly",
			     (unsigned long long)l.moves,
			     (unsigned long long)l.lines,
			     (unsigned long long)l.truly);
	if (r < 0)
		return r;
	l.name = xstrdup(field[1]);
	*ADD_ONE(p->lines, p->nr_lines, p->alloc_lines) = l;
	return 0;
}

static int read_use(struct sharing *s, char *const *field, unsigned nr,
		    char *why)
{
	struct shared_point *p = last_point(s);
	struct shared_use u = { NULL };
	struct shared_line *l;
	int r = 0;

	if (nr != 7 || !p || !p->nr_lines ||
	    (strcmp(field[2], "r") && strcmp(field[2], "w")))
		return line_bad(why, "%u fields, or the use of no line", nr);
	r = read_cpus(field[5], &u.cpus, why);
	if (r == 0)
		r = read_count(field[6], &u.accesses, why);
	for (unsigned i = 1; i < 5 && r == 0; i++)
		r = check_name(field[i], why);
	if (r < 0)
		return r;
	u.writes = *field[2] == 'w';
	u.object = xstrdup(field[1]);
	u.function = xstrdup(field[3]);
	u.caller = strcmp(field[4], "-") ? xstrdup(field[4]) : NULL;
	l = &p->lines[p->nr_lines - 1];
	*ADD_ONE(l->uses, l->nr_uses, l->alloc_uses) = u;
	return 0;
}

static int on_line(char *const *field, unsigned nr, void *arg, bool *counted,
		   char why[REC_WHY_MAX])
{
	static const struct {
		const char *record;
		int (*read)(struct sharing *s, char *const *field, unsigned nr,
			    char *why);
	} readers[] = {
		{ "P", read_point }, { "O", read_ops }, { "X", read_error },
		{ "L", read_line },  { "A", read_use },
	};

	*counted = true;
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcmp(field[0], readers[i].record))
			return readers[i].read(arg, field, nr, why);
	return line_bad(why, "unknown record '%.20s'", field[0]);
}

int sharing_parse(const char *text, size_t len, struct sharing *ret,
		  struct rec_error *err)
{
	memset(ret, 0, sizeof(*ret));
	return rec_parse_lines(text, len, SHARING_KIND, on_line, ret, err);
}

static void release_line(struct shared_line *l)
{
	for (size_t i = 0; i < l->nr_uses; i++) {
		free(l->uses[i].object);
		free(l->uses[i].function);
		free(l->uses[i].caller);
	}
	free(l->uses);
	free(l->name);
}

void sharing_release(struct sharing *s)
{
	for (size_t i = 0; i < s->nr_points; i++) {
		struct shared_point *p = &s->points[i];

		for (size_t k = 0; k < p->nr_lines; k++)
			release_line(&p->lines[k]);
		free(p->lines);
		free(p->error);
	}
	free(s->points);
	memset(s, 0, sizeof(*s));
}

const struct shared_point *sharing_find(const struct sharing *s,
					const struct plan_point *point)
{
	for (size_t i = 0; i < s->nr_points; i++)
		if (point_same(&s->points[i].id, &point->id))
			return &s->points[i];
	return NULL;
}

uint64_t shared_moves(const struct shared_point *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->nr_lines; i++)
		sum += p->lines[i].moves;
	return sum;
}

uint64_t shared_most(const struct shared_point *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->nr_lines; i++)
		sum += p->lines[i].most;
	return sum;
}

uint64_t shared_touches(const struct shared_point *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->nr_lines; i++)
		sum += p->lines[i].touches;
	return sum;
}
