/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-match.h"

#include <string.h>

#include "alloc.h"
#include "faults.h"
#include "packed.h"
#include "run-merge.h"
#include "strbuf.h"
#include "values.h"

/* Points that differ and are named. */
#define POINTS_NAMED 5
/* Digits of a hash that are shown. */
#define HASH_SHOWN 12

static void add(char ***list, size_t *nr, char *text)
{
	*list = xreallocarray(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = text;
}

static void differs(struct run_match *m, char *text)
{
	add(&m->differs, &m->nr_differs, text);
}

static void remark(struct run_match *m, char *text)
{
	add(&m->remarks, &m->nr_remarks, text);
}

static const char *or_none(const char *s)
{
	return s && *s ? s : "unknown";
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(or_none(a), or_none(b)) == 0;
}

/* ---- the plan of the points ---- */

static bool is_point(const struct run *run, size_t i,
		     const struct plan_point *p)
{
	const struct plan_point *q = &run->points[i].plan;

	return !strcmp(p->id.bench, q->id.bench) &&
	       !strcmp(p->id.params, q->id.params);
}

/* By name; the hint is where it should be. */
static const struct plan_point *
find_point(const struct run *run, const struct plan_point *p, size_t hint)
{
	if (hint < run->nr_points && is_point(run, hint, p))
		return &run->points[hint].plan;
	for (size_t i = 0; i < run->nr_points; i++)
		if (is_point(run, i, p))
			return &run->points[i].plan;
	return NULL;
}

/* "version 1 and 2, samples 31 and 15"; "" if they are equal. */
static char *point_differs(const struct plan_point *a,
			   const struct plan_point *b)
{
	const struct {
		const char *what;
		unsigned a, b;
	} figures[] = {
		{ "version", a->id.version, b->id.version },
		{ "samples", a->samples, b->samples },
		{ "warm-up", a->warmup, b->warmup },
		{ "operations", a->nr_ops, b->nr_ops },
	};
	struct strbuf out = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		if (figures[i].a != figures[i].b)
			strbuf_addf(&out, "%s%s %u and %u", out.len ? ", " : "",
				    figures[i].what, figures[i].a,
				    figures[i].b);
	return strbuf_steal(&out);
}

/* Caller frees. */
static char *point_text(const struct run *run, size_t i)
{
	const struct point_id *id;

	if (i >= run->nr_points)
		return xstrdup("nothing");
	id = &run->points[i].plan.id;
	return xasprintf("%s%s%s", id->bench, *id->params ? " " : "",
			 id->params);
}

/* What ran before a point in its boot is part of what it costs. */
static void match_order(const struct run *a, const struct run *b,
			struct run_match *m)
{
	size_t n = run_shared_points(a, b);
	_cleanup_free_ char *of_a = point_text(a, n);
	_cleanup_free_ char *of_b = point_text(b, n);

	if (n == a->nr_points && n == b->nr_points)
		return;
	if (n == 0)
		differs(m, xasprintf("what runs first: %s and %s", of_a, of_b));
	else
		remark(m, xasprintf("the plans of %s and %s differ behind "
				    "point %zu: %s and %s come next. What runs "
				    "before a point in its boot is part of "
				    "what it costs, so no point from there on "
				    "is compared",
				    a->id, b->id, n, of_a, of_b));
}

static void match_points(const struct run *a, const struct run *b,
			 struct run_match *m)
{
	size_t nr = 0;

	for (size_t i = 0; i < a->nr_points; i++) {
		const struct plan_point *p = &a->points[i].plan;
		const struct plan_point *q = find_point(b, p, i);
		_cleanup_free_ char *what = NULL;

		if (!q)
			continue;
		what = point_differs(p, q);
		if (*what && nr++ < POINTS_NAMED)
			differs(m,
				xasprintf("the plan of %s%s%s: %s", p->id.bench,
					  *p->id.params ? " " : "",
					  p->id.params, what));
	}
	if (nr > POINTS_NAMED)
		differs(m, xasprintf("the plan of %zu points more",
				     nr - POINTS_NAMED));
}

/* ---- perturbations ---- */

/* What QEMU got behind an option, or NULL; caller frees. */
static char *qemu_value(const struct run_boot *b, const char *option)
{
	_cleanup_free_ char *word = xasprintf(" %s ", option);
	const char *at = b->command_line ? strstr(b->command_line, word) : NULL;

	if (!at)
		return NULL;
	at += strlen(word);
	return xstrndup(at, strcspn(at, " "));
}

static int on_option(const char *key, const char *value, void *arg)
{
	strbuf_addf(arg, " %s=%s", key, value);
	return 0;
}

static int on_point(const struct plan_point *p, void *arg)
{
	return 0;
}

/* The options of its plan, or NULL if there is no sound one; caller frees. */
static char *plan_options(const struct run *run, const struct run_boot *b)
{
	_cleanup_free_ char *path = run_boot_path(run, b, "plan.tsv");
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;

	if (packed_read(path, RUN_FILE_BYTES_MAX, &text) < 0 || !text.buf ||
	    rec_parse_plan(text.buf, text.len, on_option, on_point, &out,
			   NULL) < 0)
		return NULL;
	return strbuf_steal(&out);
}

/* Runs that did not record it do not contradict. */
static bool known_to_differ(const char *a, const char *b)
{
	return a && b && strcmp(a, b) != 0;
}

/* Of one perturbation; true if it differs. */
static bool match_boots(const struct run *a, const struct run_boot *x,
			const struct run *b, const struct run_boot *y,
			struct run_match *m)
{
	static const char *const options[] = { "-m",	  "-smp", "-cpu",
					       "-icount", "-rtc", "-seed" };
	_cleanup_free_ char *plan_a = plan_options(a, x);
	_cleanup_free_ char *plan_b = plan_options(b, y);

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		_cleanup_free_ char *of_a = qemu_value(x, options[i]);
		_cleanup_free_ char *of_b = qemu_value(y, options[i]);

		if (!known_to_differ(of_a, of_b))
			continue;
		differs(m, xasprintf("perturbation %u: QEMU had %s %s and %s",
				     x->perturbation, options[i], of_a, of_b));
		return true;
	}
	if (!known_to_differ(plan_a, plan_b))
		return false;
	differs(m, xasprintf("perturbation %u: the guest had%s and%s",
			     x->perturbation, plan_a, plan_b));
	return true;
}

/* A boot with this perturbation that measured, or NULL. */
static const struct run_boot *measuring_boot(const struct run *run, unsigned p)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].perturbation == p &&
		    run->boots[i].role == BOOT_MEASURE)
			return &run->boots[i];
	return NULL;
}

static void match_perturbations(const struct run *a, const struct run *b,
				struct run_match *m)
{
	if (a->perturbations != b->perturbations) {
		differs(m, xasprintf("perturbations: %u and %u",
				     a->perturbations, b->perturbations));
		return;
	}
	for (unsigned p = 0; p < a->perturbations; p++) {
		const struct run_boot *x = measuring_boot(a, p);
		const struct run_boot *y = measuring_boot(b, p);

		/* The first one says it all. */
		if (x && y && match_boots(a, x, b, y, m))
			return;
	}
}

/* ---- a kernel that both runs have ---- */

static bool same_samples(const struct run_boot *x, const struct run_boot *y)
{
	if (x->nr_samples != y->nr_samples)
		return false;
	for (size_t i = 0; i < x->nr_samples; i++) {
		const struct run_sample *s = &x->samples[i];
		const struct run_sample *t = &y->samples[i];

		if (s->point != t->point || s->rep != t->rep ||
		    s->value != t->value || s->nr_ops != t->nr_ops ||
		    strcmp(s->metric, t->metric) != 0)
			return false;
	}
	return true;
}

static bool counts_alike(const struct run *a, unsigned kernel,
			 const struct run *b, unsigned other, unsigned p)
{
	int i = run_find_boot(a, kernel, p, BOOT_MEASURE);
	int j = run_find_boot(b, other, p, BOOT_MEASURE);

	if (i < 0 || j < 0 || boot_trust(&a->boots[i]) != TRUST_GOOD ||
	    boot_trust(&b->boots[j]) != TRUST_GOOD)
		return true; /* nobody knows */
	return same_samples(&a->boots[i], &b->boots[j]);
}

static bool is_same_kernel(const struct run_kernel *k,
			   const struct run_kernel *l)
{
	return k->vmlinux_sha256 && *k->vmlinux_sha256 &&
	       same_text(k->vmlinux_sha256, l->vmlinux_sha256) &&
	       same_text(k->cmdline, l->cmdline);
}

/* The proof that nothing else differs, where there is one. */
static void match_kernel(const struct run *a, unsigned kernel,
			 const struct run *b, unsigned other,
			 struct run_match *m)
{
	for (unsigned p = 0; p < a->perturbations; p++) {
		if (counts_alike(a, kernel, b, other, p))
			continue;
		differs(m, xasprintf("what one kernel counts, %s and %s, under "
				     "perturbation %u: something else is not "
				     "the same, and neither run records it",
				     a->kernels[kernel].name,
				     b->kernels[other].name, p));
		return;
	}
}

static void match_kernels(const struct run *a, const struct run *b,
			  struct run_match *m)
{
	for (unsigned i = 0; i < a->nr_kernels; i++)
		for (unsigned j = 0; j < b->nr_kernels; j++)
			if (is_same_kernel(&a->kernels[i], &b->kernels[j]))
				match_kernel(a, i, b, j, m);
}

/* ---- machines ---- */

/* "2 x CPU MODEL" of "2 x CPU MODEL, Linux RELEASE" */
static size_t cpu_len(const char *host)
{
	const char *end = NULL;

	for (const char *at = host; (at = strstr(at, ", Linux ")); at++)
		end = at;
	return end ? (size_t)(end - host) : strlen(host);
}

static void match_host(const struct run *a, const struct run *b,
		       struct run_match *m)
{
	const char *x = or_none(a->host), *y = or_none(b->host);
	size_t len = cpu_len(x);

	if (len != cpu_len(y) || strncmp(x, y, len) != 0)
		differs(m, xasprintf("host: %.*s and %.*s", (int)len, x,
				     (int)cpu_len(y), y));
	else if (strcmp(x, y) != 0)
		remark(m, xasprintf("the hosts differ: %s and %s", x, y));
	if (!same_text(a->machine_detail, b->machine_detail))
		remark(m, xasprintf("the machines differ: %s and %s",
				    or_none(a->machine_detail),
				    or_none(b->machine_detail)));
}

static void match_time(const struct run *a, const struct run *b,
		       struct run_match *m)
{
	match_host(a, b, m);
	remark(m, xasprintf("time of %s (%s) against time of %s (%s): "
			    "whatever changed between the runs "
			    "(temperature, neighbours, updates, layout of the "
			    "host's memory) is in the difference and not in "
			    "the interval, which covers what changes from boot "
			    "to boot alone; measure both kernels in one run "
			    "before you believe it",
			    a->id, or_none(a->created), b->id,
			    or_none(b->created)));
}

static void match_exact(const struct run *a, const struct run *b,
			struct run_match *m)
{
	if (!same_text(a->machine_detail, b->machine_detail))
		differs(m, xasprintf("machine: %s and %s",
				     or_none(a->machine_detail),
				     or_none(b->machine_detail)));
	match_perturbations(a, b, m);
	if (!same_text(a->version, b->version))
		remark(m, xasprintf("made by cgmark %s and %s, which may not "
				    "perturb boots alike",
				    or_none(a->version), or_none(b->version)));
	/* What differs already explains it. */
	if (m->nr_differs == 0 && run_shared_points(a, b) == a->nr_points &&
	    a->nr_points == b->nr_points)
		match_kernels(a, b, m);
}

void run_match(const struct run *a, const struct run *b, struct run_match *ret)
{
	*ret = (struct run_match){ 0 };
	if (!same_text(a->machine, b->machine))
		differs(ret,
			xasprintf("machine: %s and %s", or_none(a->machine),
				  or_none(b->machine)));
	if (!same_text(a->guest_sha256, b->guest_sha256))
		differs(ret, xasprintf("guest image: %.*s and %.*s", HASH_SHOWN,
				       or_none(a->guest_sha256), HASH_SHOWN,
				       or_none(b->guest_sha256)));
	match_order(a, b, ret);
	match_points(a, b, ret);
	if (run_has_time(a) || run_has_time(b))
		match_time(a, b, ret);
	else
		match_exact(a, b, ret);
}

static void release(char **list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(list[i]);
	free(list);
}

void run_match_release(struct run_match *m)
{
	release(m->differs, m->nr_differs);
	release(m->remarks, m->nr_remarks);
	*m = (struct run_match){ 0 };
}
