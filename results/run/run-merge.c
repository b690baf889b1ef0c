/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-merge.h"

#include "alloc.h"
#include "strbuf.h"

struct merge {
	const struct run_part *parts;
	size_t nr_parts;
	struct run **runs; /* each once */
	size_t nr_runs;
	struct run *out;
};

static void find_runs(struct merge *m)
{
	m->runs = xcalloc(m->nr_parts + 1, sizeof(*m->runs));
	for (size_t i = 0; i < m->nr_parts; i++) {
		size_t r = 0;

		while (r < m->nr_runs && m->runs[r] != m->parts[i].run)
			r++;
		if (r == m->nr_runs)
			m->runs[m->nr_runs++] = m->parts[i].run;
	}
}

/* ---- provenance ---- */

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* What text_of() says of the runs, each text once. */
static char *join(const struct merge *m, const char *(*text_of)(struct run *),
		  const char *gap)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < m->nr_runs; i++) {
		const char *text = text_of(m->runs[i]);
		size_t j = 0;

		while (j < i && strcmp(text_of(m->runs[j]), text) != 0)
			j++;
		if (j == i)
			strbuf_addf(&out, "%s%s", out.len ? gap : "", text);
	}
	return strbuf_steal(&out);
}

#define TEXT_OF(_field)                                 \
	static const char *_field##_of(struct run *run) \
	{                                               \
		return or_empty(run->_field);           \
	}
TEXT_OF(id)
TEXT_OF(version)
TEXT_OF(machine)
TEXT_OF(machine_detail)
TEXT_OF(host)
TEXT_OF(guest_sha256)
TEXT_OF(suite)
#undef TEXT_OF

/* "complete", or which run is not and why. */
static char *join_status(const struct merge *m)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < m->nr_runs; i++) {
		const struct run *run = m->runs[i];

		if (run->status && strcmp(run->status, "complete") != 0)
			strbuf_addf(&out, "%srun %s is %s", out.len ? ", " : "",
				    run->id, run->status);
	}
	return out.len ? strbuf_steal(&out) : xstrdup("complete");
}

/*
 * What repeats all of it, also where two runs were made by one command; the ids
 * stand for those that the new runs get.
 */
static char *join_commands(const struct merge *m)
{
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < m->nr_runs; i++)
		strbuf_addf(&out, "%s; ", or_empty(m->runs[i]->command_line));
	strbuf_addstr(&out, "cgmark compare");
	for (size_t i = 0; i < m->nr_parts; i++) {
		const struct run_part *p = &m->parts[i];

		strbuf_addf(&out, " %s:%s", p->run->id,
			    p->run->kernels[p->kernel].name);
	}
	return strbuf_steal(&out);
}

static void join_provenance(struct merge *m)
{
	struct run *out = m->out;
	const char *created = "";

	for (size_t i = 0; i < m->nr_runs; i++) {
		const struct run *run = m->runs[i];

		if (run->created && strcmp(run->created, created) > 0)
			created = run->created;
		if (i == 0 || run->perturbations < out->perturbations)
			out->perturbations = run->perturbations;
	}
	out->dir = xstrdup(or_empty(m->runs[0]->dir));
	out->id = join(m, id_of, "+");
	out->created = xstrdup(created);
	out->version = join(m, version_of, " and ");
	out->command_line = join_commands(m);
	out->machine = join(m, machine_of, " and ");
	out->machine_detail = join(m, machine_detail_of, " and ");
	out->host = join(m, host_of, " and ");
	out->guest_sha256 = join(m, guest_sha256_of, " and ");
	out->suite = join(m, suite_of, "+");
	out->seed = m->runs[0]->seed;
	out->status = join_status(m);
}

static bool has_event(const struct run *run, const struct run_event *e)
{
	for (size_t i = 0; i < run->nr_events; i++)
		if (!strcmp(run->events[i].ev.name, e->ev.name))
			return true;
	return false;
}

static bool has_latency(const struct run *run, const char *function)
{
	for (size_t i = 0; i < run->nr_latencies; i++)
		if (!strcmp(run->latencies[i], function))
			return true;
	return false;
}

static void add_events(struct run *out, struct run *from)
{
	out->events =
		xreallocarray(out->events, out->nr_events + from->nr_events + 1,
			      sizeof(*out->events));
	for (size_t i = 0; i < from->nr_events; i++) {
		struct run_event *e = &from->events[i];

		if (has_event(out, e))
			continue;
		out->events[out->nr_events] = *e;
		out->events[out->nr_events++].means = steal_ptr(e->means);
	}
	out->latencies = xreallocarray(
		out->latencies, out->nr_latencies + from->nr_latencies + 1,
		sizeof(*out->latencies));
	for (size_t i = 0; i < from->nr_latencies; i++)
		if (!has_latency(out, from->latencies[i]))
			out->latencies[out->nr_latencies++] =
				steal_ptr(from->latencies[i]);
}

/* ---- kernels ---- */

static const char *name_of(const struct merge *m, size_t part)
{
	const struct run_part *p = &m->parts[part];

	return p->run->kernels[p->kernel].name;
}

static char *new_name(const struct merge *m, size_t part)
{
	for (size_t i = 0; i < m->nr_parts; i++)
		if (i != part && !strcmp(name_of(m, i), name_of(m, part)))
			return xasprintf("%s@%s", name_of(m, part),
					 m->parts[part].run->id);
	return xstrdup(name_of(m, part));
}

static void remark_on(struct merge *m, size_t part, const char *name)
{
	const struct run *run = m->parts[part].run;

	if (!strcmp(name, name_of(m, part)))
		run_remark(m->out, xasprintf("%s is of run %s, made %s", name,
					     run->id, run->created));
	else
		run_remark(m->out,
			   xasprintf("%s was made %s", name, run->created));
}

static void take_kernels(struct merge *m)
{
	_cleanup_free_ char **names = xcalloc(m->nr_parts + 1, sizeof(*names));
	struct run *out = m->out;

	for (size_t i = 0; i < m->nr_parts; i++) {
		names[i] = new_name(m, i);
		remark_on(m, i, names[i]);
	}
	out->nr_kernels = m->nr_parts;
	out->kernels = xcalloc(m->nr_parts + 1, sizeof(*out->kernels));
	for (size_t i = 0; i < m->nr_parts; i++) {
		const struct run_part *p = &m->parts[i];
		struct run_kernel *from = &p->run->kernels[p->kernel];
		struct run_kernel *to = &out->kernels[i];

		*to = *from;
		memset(from, 0, sizeof(*from));
		from->name = to->name; /* boots are renamed by it */
		to->name = names[i];
	}
}

/* ---- points ---- */

/* The index of a point in out, or one behind the last. */
static size_t find_point(const struct run *out, const struct point_id *id,
			 size_t hint)
{
	if (hint < out->nr_points && point_same(&out->points[hint].plan.id, id))
		return hint;
	for (size_t i = 0; i < out->nr_points; i++)
		if (point_same(&out->points[i].plan.id, id))
			return i;
	return out->nr_points;
}

size_t run_shared_points(const struct run *a, const struct run *b)
{
	size_t n = 0;

	while (n < a->nr_points && n < b->nr_points &&
	       point_same(&a->points[n].plan.id, &b->points[n].plan.id))
		n++;
	return n;
}

/* Adds the points of a run that are new; returns where each is. */
static unsigned *take_points(struct run *out, const struct run *from)
{
	unsigned *where = xcalloc(from->nr_points + 1, sizeof(*where));

	out->points =
		xreallocarray(out->points, out->nr_points + from->nr_points + 1,
			      sizeof(*out->points));
	for (size_t i = 0; i < from->nr_points; i++) {
		size_t at = find_point(out, &from->points[i].plan.id, i);

		if (at == out->nr_points)
			out->points[out->nr_points++] = from->points[i];
		where[i] = (unsigned)at;
	}
	return where;
}

/* ---- boots ---- */

/* "base-p0" of a kernel that is "base@RUN" now: "base-p0@RUN". */
static void rename_boot(struct run_boot *b, const char *was, const char *name)
{
	char *id;

	if (!strcmp(was, name))
		return;
	id = xasprintf("%s%s", b->id, name + strlen(was));
	free(b->id);
	b->id = id;
}

/* Boots of one run that are taken, and the next of them. */
struct source {
	struct run *run;
	unsigned *where; /* its points in the new run */
	size_t shared;	 /* of them, with the run of the first kernel */
	size_t others;	 /* points of that run */
	unsigned *boots; /* indices, in their order */
	unsigned *kernels;
	size_t nr, next;
};

/* Planned in both runs, but behind other points. */
static bool is_displaced(const struct source *s, size_t point)
{
	return point >= s->shared && s->where[point] < s->others;
}

/* Moves the status of a boot to where the points are in the new run. */
static void move_status(struct run_boot *b, const struct source *s, size_t nr)
{
	enum point_status *status = xcalloc(nr + 1, sizeof(*status));
	char **text = xcalloc(nr + 1, sizeof(*text));

	for (size_t i = 0; i < nr; i++)
		status[i] = b->status ? POINT_SKIP : POINT_MISSING;
	for (size_t i = 0; b->status && i < s->run->nr_points; i++) {
		size_t at = s->where[i];

		text[at] = steal_ptr(b->status_text[i]);
		if (b->status[i] != POINT_DONE || !is_displaced(s, i)) {
			status[at] = b->status[i];
			continue;
		}
		free(text[at]);
		text[at] = xasprintf("run %s measured other points before it",
				     s->run->id);
	}
	for (size_t i = 0; i < nr; i++)
		if (!text[i])
			text[i] =
				xasprintf("run %s did not plan it", s->run->id);
	free(b->status);
	free(b->status_text);
	b->status = status;
	b->status_text = text;
}

/* The same of what its plan has. */
static void move_planned(struct run_boot *b, const struct source *s, size_t nr)
{
	bool *planned;

	if (!b->planned)
		return;
	planned = xcalloc(nr + 1, sizeof(*planned));
	for (size_t i = 0; i < s->run->nr_points; i++)
		planned[s->where[i]] = b->planned[i];
	free(b->planned);
	b->planned = planned;
}

static void take_boot(struct run *out, const struct source *s,
		      struct run_boot *b, unsigned kernel)
{
	struct run_boot *to = &out->boots[out->nr_boots++];

	if (!b->dir)
		b->dir = xasprintf("%s/boots/%s", s->run->dir, b->id);
	rename_boot(b, s->run->kernels[b->kernel].name,
		    out->kernels[kernel].name);
	move_status(b, s, out->nr_points);
	move_planned(b, s, out->nr_points);
	for (size_t i = 0; i < b->nr_samples; i++)
		b->samples[i].point = s->where[b->samples[i].point];
	for (size_t i = 0; i < b->nr_lacks; i++)
		b->lacks[i].point = s->where[b->lacks[i].point];
	*to = *b;
	*b = (struct run_boot){ .kernel = b->kernel };
	to->kernel = kernel;
}

static void source_init(struct source *s, const struct merge *m,
			struct run *run)
{
	*s = (struct source){
		.run = run,
		.where = take_points(m->out, run),
		.shared = run_shared_points(m->runs[0], run),
		.others = m->runs[0]->nr_points,
		.boots = xcalloc(run->nr_boots + 1, sizeof(*s->boots)),
		.kernels = xcalloc(run->nr_boots + 1, sizeof(*s->kernels)),
	};
	m->out->plans_differ |=
		s->shared < s->others || s->shared < run->nr_points;
	for (size_t b = 0; b < run->nr_boots; b++) {
		for (size_t i = 0; i < m->nr_parts; i++) {
			if (m->parts[i].run != run ||
			    m->parts[i].kernel != run->boots[b].kernel)
				continue;
			s->boots[s->nr] = (unsigned)b;
			s->kernels[s->nr++] = (unsigned)i;
		}
	}
}

static void source_release(struct source *s)
{
	free(s->where);
	free(s->boots);
	free(s->kernels);
}

/* The source of which the smallest part is taken; NULL: all are. */
static struct source *next_source(struct source *s, size_t nr)
{
	struct source *best = NULL;

	for (size_t i = 0; i < nr; i++) {
		if (s[i].next == s[i].nr)
			continue;
		/* Middles of the boots, on a scale from 0 to 1. */
		if (!best || (2 * s[i].next + 1) * best->nr <
				     (2 * best->next + 1) * s[i].nr)
			best = &s[i];
	}
	return best;
}

static void take_boots(struct merge *m)
{
	struct source *sources = xcalloc(m->nr_runs + 1, sizeof(*sources));
	struct source *s;
	size_t nr = 0;

	for (size_t i = 0; i < m->nr_runs; i++) {
		source_init(&sources[i], m, m->runs[i]);
		nr += sources[i].nr;
	}
	m->out->boots = xcalloc(nr + 1, sizeof(*m->out->boots));
	while ((s = next_source(sources, m->nr_runs))) {
		struct run_boot *b = &s->run->boots[s->boots[s->next]];

		take_boot(m->out, s, b, s->kernels[s->next]);
		s->next++;
	}
	for (size_t i = 0; i < m->nr_runs; i++)
		source_release(&sources[i]);
	free(sources);
}

struct run *run_merge(const struct run_part *parts, size_t nr)
{
	struct merge m = { .parts = parts, .nr_parts = nr, .out = run_new() };

	find_runs(&m);
	join_provenance(&m);
	for (size_t i = 0; i < m.nr_runs; i++)
		add_events(m.out, m.runs[i]);
	take_kernels(&m);
	take_boots(&m);
	free(m.runs);
	return m.out;
}
