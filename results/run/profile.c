/* SPDX-License-Identifier: GPL-2.0-only */
#include "profile.h"
#include "alloc.h"
#include "line-why.h"
#include "text.h"

struct reader {
	struct profile *p;
	unsigned column[NR_PROFILE_EVENTS]; /* event by column of counts */
	unsigned nr_columns;
	bool have_events;
};

static int read_number(const char *s, uint64_t max, uint64_t *ret, char *why)
{
	int r = text_u64(s, max, ret);

	if (r == 0)
		return 0;
	return line_bad(why, "%s: '%.40s'",
			r == -ERANGE ? "too large" : "not a number", s);
}

static int read_u64(const char *s, uint64_t *ret, char *why)
{
	return read_number(s, UINT64_MAX, ret, why);
}

static int read_unsigned(const char *s, unsigned *ret, char *why)
{
	uint64_t v;
	int r = read_number(s, INT32_MAX, &v, why);

	if (r == 0)
		*ret = v;
	return r;
}

static int read_text(const char *s, char *ret, size_t size, char *why)
{
	if (!*s || strlen(s) >= size)
		return line_bad(why, "no name of 1 to %zu letters: '%.40s'",
				size - 1, s);
	strcpy(ret, s);
	return 0;
}

static unsigned find_event(const char *name)
{
	unsigned i = 0;

	while (i < NR_PROFILE_EVENTS && strcmp(profile_event_name(i), name))
		i++;
	return i;
}

static int read_events(struct reader *rd, char *const *field, unsigned nr,
		       char *why)
{
	if (rd->have_events)
		return line_bad(why, "a second H line");
	rd->have_events = true;
	for (unsigned i = 1; i < nr; i++) {
		unsigned event = find_event(field[i]);

		if (event == NR_PROFILE_EVENTS || rd->p->counted[event])
			return line_bad(why, "unknown or double event '%.40s'",
					field[i]);
		rd->p->counted[event] = true;
		rd->column[rd->nr_columns++] = event;
	}
	if (!rd->p->counted[PROFILE_INSNS])
		return line_bad(why, "instructions were not counted");
	return 0;
}

static int read_model(struct reader *rd, char *const *field, unsigned nr,
		      char *why)
{
	struct profile *p = rd->p;

	if (nr != 2)
		return line_bad(why, "%u fields instead of 2", nr);
	p->model = xreallocarray(p->model, p->nr_model + 1, sizeof(*p->model));
	p->model[p->nr_model++] = xstrdup(field[1]);
	return 0;
}

static struct profile_point *add_point(struct profile *p)
{
	if (p->nr_points == p->alloc_points) {
		p->alloc_points = 2 * p->alloc_points + 16;
		p->points = xreallocarray(p->points, p->alloc_points,
					  sizeof(*p->points));
	}
	memset(&p->points[p->nr_points], 0, sizeof(*p->points));
	return &p->points[p->nr_points++];
}

static int read_point(struct reader *rd, char *const *field, unsigned nr,
		      char *why)
{
	struct profile_point *pt;
	int r = 0;

	if (nr != 6 || !rd->have_events)
		return line_bad(why, "%u fields instead of 6, or no H line",
				nr);
	pt = add_point(rd->p);
	r = read_text(field[1], pt->id.bench, sizeof(pt->id.bench), why);
	if (r == 0)
		r = read_unsigned(field[2], &pt->id.version, why);
	if (r == 0 && strcmp(field[3], "-"))
		r = read_text(field[3], pt->id.params, sizeof(pt->id.params),
			      why);
	if (r == 0)
		r = read_u64(field[4], &pt->nr_ops, why);
	if (r == 0)
		r = read_u64(field[5], &pt->samples, why);
	if (r == 0 && (!pt->nr_ops || !pt->samples))
		r = line_bad(why, "a point without operations");
	return r;
}

static struct profile_node *add_node(struct profile_point *pt)
{
	if (pt->nr_nodes == pt->alloc_nodes) {
		pt->alloc_nodes = 2 * pt->alloc_nodes + 64;
		pt->nodes = xreallocarray(pt->nodes, pt->alloc_nodes,
					  sizeof(*pt->nodes));
	}
	memset(&pt->nodes[pt->nr_nodes], 0, sizeof(*pt->nodes));
	return &pt->nodes[pt->nr_nodes++];
}

static int read_node(struct reader *rd, char *const *field, unsigned nr,
		     char *why)
{
	char function[PROFILE_FUNCTION_MAX];
	struct profile_point *pt;
	struct profile_node *n;
	unsigned id, parent = 0;
	int r;

	if (!rd->p->nr_points || nr != 4 + rd->nr_columns)
		return line_bad(why, "%u fields, or no P line before it", nr);
	pt = &rd->p->points[rd->p->nr_points - 1];
	r = read_unsigned(field[1], &id, why);
	if (r == 0)
		r = read_unsigned(field[2], &parent, why);
	if (r == 0 && (id != pt->nr_nodes + 1 || parent >= id))
		r = line_bad(why, "context %u below %u is out of order", id,
			     parent);
	if (r == 0)
		r = read_text(field[3], function, sizeof(function), why);
	if (r < 0)
		return r;
	n = add_node(pt);
	n->parent = parent;
	n->function = xstrdup(function);
	for (unsigned i = 0; i < rd->nr_columns && r == 0; i++)
		r = read_u64(field[4 + i], &n->count[rd->column[i]], why);
	return r;
}

static int read_symbol(struct reader *rd, char *const *field, unsigned nr,
		       char *why)
{
	struct profile *p = rd->p;
	char name[PROFILE_FUNCTION_MAX];
	int r;

	if (nr != 3 || (strcmp(field[2], "0") && strcmp(field[2], "1")))
		return line_bad(why, "not a symbol's name and 0 or 1");
	r = read_text(field[1], name, sizeof(name), why);
	if (r < 0)
		return r;
	p->symbols = xreallocarray(p->symbols, p->nr_symbols + 1,
				   sizeof(*p->symbols));
	p->symbols[p->nr_symbols++] = (struct profile_symbol){
		.name = xstrdup(name),
		.there = *field[2] == '1',
	};
	return 0;
}

static int read_address(const char *s, uint64_t *ret, char *why)
{
	if (text_hex(s, UINT64_MAX, ret) < 0)
		return line_bad(why, "not an address: '%.40s'", s);
	return 0;
}

static struct profile_range *add_range(struct profile_point *pt)
{
	if (pt->nr_ranges == pt->alloc_ranges) {
		pt->alloc_ranges = 2 * pt->alloc_ranges + 64;
		pt->ranges = xreallocarray(pt->ranges, pt->alloc_ranges,
					   sizeof(*pt->ranges));
	}
	return &pt->ranges[pt->nr_ranges++];
}

static int read_range(struct reader *rd, char *const *field, unsigned nr,
		      char *why)
{
	char function[PROFILE_FUNCTION_MAX];
	struct profile_range range = { NULL };
	struct profile_point *pt;
	int r;

	if (!rd->p->nr_points || nr != 6)
		return line_bad(why, "%u fields, or no P line before it", nr);
	pt = &rd->p->points[rd->p->nr_points - 1];
	r = read_text(field[1], function, sizeof(function), why);
	if (r == 0)
		r = read_address(field[2], &range.at, why);
	if (r == 0)
		r = read_unsigned(field[3], &range.bytes, why);
	if (r == 0)
		r = read_unsigned(field[4], &range.nr, why);
	if (r == 0)
		r = read_u64(field[5], &range.count, why);
	if (r == 0 && (!range.nr || range.nr > range.bytes))
		r = line_bad(why, "%u instructions in %u bytes", range.nr,
			     range.bytes);
	if (r == 0 && pt->nr_ranges &&
	    pt->ranges[pt->nr_ranges - 1].at > range.at)
		r = line_bad(why, "address '%s' is out of order", field[2]);
	if (r < 0)
		return r;
	range.function = xstrdup(function);
	*add_range(pt) = range;
	return 0;
}

static int on_line(char *const *field, unsigned nr, void *arg, bool *counted,
		   char why[REC_WHY_MAX])
{
	struct reader *rd = arg;

	*counted = strchr("PNI", *field[0]) != NULL;
	if (!strcmp(field[0], "H"))
		return read_events(rd, field, nr, why);
	if (!strcmp(field[0], "M"))
		return read_model(rd, field, nr, why);
	if (!strcmp(field[0], "P"))
		return read_point(rd, field, nr, why);
	if (!strcmp(field[0], "N"))
		return read_node(rd, field, nr, why);
	if (!strcmp(field[0], "S"))
		return read_symbol(rd, field, nr, why);
	if (!strcmp(field[0], "I"))
		return read_range(rd, field, nr, why);
	return line_bad(why, "unknown record '%.20s'", field[0]);
}

int profile_parse(const char *text, size_t len, struct profile *ret,
		  struct rec_error *err)
{
	struct reader rd = { .p = ret };

	memset(ret, 0, sizeof(*ret));
	return rec_parse_lines(text, len, PROFILE_KIND, on_line, &rd, err);
}

static void release_point(struct profile_point *pt)
{
	for (size_t i = 0; i < pt->nr_nodes; i++)
		free(pt->nodes[i].function);
	for (size_t i = 0; i < pt->nr_ranges; i++)
		free(pt->ranges[i].function);
	free(pt->nodes);
	free(pt->ranges);
}

void profile_release(struct profile *p)
{
	for (size_t i = 0; i < p->nr_points; i++)
		release_point(&p->points[i]);
	for (size_t i = 0; i < p->nr_model; i++)
		free(p->model[i]);
	for (size_t i = 0; i < p->nr_symbols; i++)
		free(p->symbols[i].name);
	free(p->symbols);
	free(p->points);
	free(p->model);
	memset(p, 0, sizeof(*p));
}

void profile_append(struct profile *to, struct profile *from)
{
	to->points =
		xreallocarray(to->points, to->nr_points + from->nr_points + 1,
			      sizeof(*to->points));
	memcpy(to->points + to->nr_points, from->points,
	       from->nr_points * sizeof(*to->points));
	to->nr_points += from->nr_points;
	to->alloc_points = to->nr_points + 1;
	from->nr_points = 0;
}

const struct profile_point *profile_find(const struct profile *p,
					 const struct plan_point *point)
{
	for (size_t i = 0; i < p->nr_points; i++) {
		const struct profile_point *pt = &p->points[i];

		if (point_same(&pt->id, &point->id))
			return pt;
	}
	return NULL;
}

const struct profile_symbol *profile_symbol(const struct profile *p,
					    const char *name)
{
	for (size_t i = 0; i < p->nr_symbols; i++)
		if (!strcmp(p->symbols[i].name, name))
			return &p->symbols[i];
	return NULL;
}
