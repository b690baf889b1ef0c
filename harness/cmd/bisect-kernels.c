/* SPDX-License-Identifier: GPL-2.0-only */
#include "bisect-kernels.h"

#include <math.h>

#include "alloc.h"
#include "interrupt.h"
#include "judge-limits.h"
#include "log.h"
#include "notes.h"
#include "number.h"
#include "session.h"
#include "sha256.h"
#include "stats.h"
#include "values.h"

void bisect_value_release(struct bisect_value *v)
{
	free(v->v);
	free(v->skip);
	memset(v, 0, sizeof(*v));
}

/* --- what is known --- */

/* Names these points in the state; caller frees. */
static char *points_key(const struct run_point *points, size_t nr)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char line[REC_LINE_MAX], hex[65];

	for (size_t i = 0; i < nr; i++)
		if (rec_format_point(line, sizeof(line), &points[i].plan) > 0)
			strbuf_addstr(&text, line);
	sha256_hex(text.len ? text.buf : "", text.len, hex);
	return xstrndup(hex, 16);
}

/* All of a kernel that its figures depend on; caller frees. */
static enum exit_status identify(const struct bisect_kernels *b,
				 const struct kernel_spec *spec, char **ret)
{
	_cleanup_free_ char *key = NULL;
	enum exit_status r = kernel_key(spec, b->m.env->kernel_dir, &key);

	if (r == ST_OK)
		*ret = xasprintf("%s%s%s", key, *spec->cmdline ? " " : "",
				 spec->cmdline);
	return r;
}

static const char *key_end(const char *identity)
{
	return identity + strcspn(identity, " ");
}

/* Is that the kernel of the run? */
static bool is_kernel(const struct run_kernel *k, const char *identity)
{
	size_t len = key_end(identity) - identity;

	return strlen(k->key) == len && strncmp(k->key, identity, len) == 0;
}

/* --- one kernel --- */

static enum exit_status build(const struct bisect_kernels *b,
			      const struct kernel_spec *spec,
			      struct run_kernel *ret)
{
	if (interrupt_pending()) {
		log_warn("interrupted; what was measured is kept");
		return ST_INTERRUPTED;
	}
	return kernel_build(spec, b->m.env->kernel_dir, ret);
}

/* Why a run has no value, in one line; caller frees. */
static char *why_none(const struct run *run)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *boot = &run->boots[i];
		const char *text = boot_point_text(boot, 0);

		if (boot_trust(boot) != TRUST_GOOD)
			return boot_failure(boot);
		if (boot_point_status(boot, 0) != POINT_DONE)
			return xasprintf("%s%s",
					 boot_point_status(boot, 0) ==
							 POINT_SKIP
						 ? "the point is skipped: "
						 : "the point fails: ",
					 text);
	}
	return xstrdup("it was not measured");
}

static void read_values(const struct bisect_kernels *b, const struct run *run,
			struct bisect_value *ret)
{
	_cleanup_(values_freep) struct values *values = values_new(run);
	_cleanup_free_ double *v = xcalloc(b->perturbations, sizeof(*v));

	for (unsigned p = 0; p < b->perturbations; p++) {
		int boot = run_find_boot(run, 0, p, BOOT_MEASURE);

		v[p] = NAN;
		if (boot >= 0 && boot_trust(&run->boots[boot]) == TRUST_GOOD &&
		    boot_point_status(&run->boots[boot], 0) == POINT_DONE)
			v[p] = values_centre(values, boot, 0, b->metric);
		if (isnan(v[p])) {
			ret->skip = why_none(run);
			return;
		}
	}
	ret->v = steal_ptr(v);
}

/* What an earlier bisection measured, if it is still there. */
static bool recall(const struct bisect_kernels *b, const char *record,
		   const char *identity, struct bisect_value *ret)
{
	const struct state_record *r = bisect_state_find(&b->state, record);
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_free_ char *dir = NULL;
	unsigned damaged = 0;

	if (!r)
		return false;
	if (!*r->run) {
		ret->skip = xstrdup(r->skip);
		return true;
	}
	dir = xasprintf("%s/runs/%s", b->dir, r->run);
	if (run_load(dir, &run, &damaged) < 0 || damaged > 0 ||
	    run->nr_kernels != 1 || !is_kernel(&run->kernels[0], identity))
		return false;
	read_values(b, run, ret);
	if (ret->v)
		return true;
	bisect_value_release(ret);
	return false;
}

static enum exit_status measure_new(struct bisect_kernels *b,
				    const struct kernel_spec *spec,
				    const char *record,
				    struct bisect_value *ret)
{
	_cleanup_free_ char *parent = xasprintf("%s/runs", b->dir);
	_cleanup_(run_freep) struct run *run = NULL;
	struct run_kernel kernel = { NULL };
	const struct measure_what what = {
		.kernels = &kernel,
		.nr_kernels = 1,
		.points = b->point,
		.nr_points = 1,
		.perturbations = b->perturbations,
	};
	enum exit_status r = build(b, spec, &kernel);

	if (r == ST_OK) {
		r = measure_run(&b->m, &what, parent, &run);
		run_kernel_release(&kernel);
		if (run && (r == ST_OK || r == ST_SUBJECT))
			read_values(b, run, ret);
	} else if (r == ST_SUBJECT) {
		ret->skip = xstrdup("it does not build");
	}
	if (r != ST_OK && r != ST_SUBJECT)
		return r;
	return bisect_state_set(&b->state, record, ret->v ? run->id : "",
				ret->v ? "" : ret->skip);
}

static void tell(const struct bisect_kernels *b, const char *name,
		 const struct bisect_value *v, bool known)
{
	char buf[PRINT_MAX];

	if (v->skip)
		log_warn("%s is left out: %s%s", name, v->skip,
			 known ? " (seen before; --fresh tries again)" : "");
	else
		log_info("%s: %s%s", name,
			 print_value(buf, stats_median(v->v, b->perturbations),
				     12),
			 known ? " (measured before)" : "");
}

enum exit_status bisect_measure(struct bisect_kernels *b,
				const struct kernel_spec *spec,
				struct bisect_value *ret)
{
	_cleanup_free_ char *identity = NULL, *record = NULL, *point = NULL;
	enum exit_status r = identify(b, spec, &identity);
	bool known;

	if (r != ST_OK)
		return r;
	point = points_key(b->point, 1);
	record = xasprintf("%s, %s", identity, point);
	known = recall(b, record, identity, ret);
	if (!known)
		r = measure_new(b, spec, record, ret);
	if (r == ST_OK)
		tell(b, spec->name, ret, known);
	else
		bisect_value_release(ret);
	return r;
}

/* --- two kernels --- */

static bool recall_run(const struct bisect_kernels *b, const char *record,
		       const struct kernel_spec *const specs[2],
		       char *const identity[2], struct run **ret)
{
	const struct state_record *r = bisect_state_find(&b->state, record);
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_free_ char *dir = NULL;
	unsigned damaged = 0;

	if (!r || !*r->run)
		return false;
	dir = xasprintf("%s/runs/%s", b->m.env->results_dir, r->run);
	/* It may have been removed, like any run. */
	if (access(dir, F_OK) < 0 || run_load(dir, &run, &damaged) < 0 ||
	    damaged > 0 || run->nr_kernels != 2)
		return false;
	for (int i = 0; i < 2; i++)
		if (!is_kernel(&run->kernels[i], identity[i]) ||
		    strcmp(run->kernels[i].name, specs[i]->name) != 0)
			return false;
	*ret = steal_ptr(run);
	return true;
}

static enum exit_status compare_new(struct bisect_kernels *b,
				    const struct kernel_spec *const specs[2],
				    const struct run_point *points,
				    size_t nr_points, struct run **ret)
{
	_cleanup_free_ char *parent =
		xasprintf("%s/runs", b->m.env->results_dir);
	struct run_kernel kernels[2] = { { NULL } };
	const struct measure_what what = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = points,
		.nr_points = nr_points,
		.perturbations = JUDGE_PERTURBATIONS,
		.full = true,
	};
	enum exit_status r = ST_OK;

	for (int i = 0; i < 2 && r == ST_OK; i++)
		r = build(b, specs[i], &kernels[i]);
	if (r == ST_OK)
		r = measure_run(&b->m, &what, parent, ret);
	for (int i = 0; i < 2; i++)
		run_kernel_release(&kernels[i]);
	/* The index is not worth a bisection; errors were logged. */
	if (*ret)
		import_run(b->m.env, *ret);
	return r;
}

enum exit_status bisect_compare(struct bisect_kernels *b,
				const struct kernel_spec *base,
				const struct kernel_spec *contender,
				const struct run_point *points,
				size_t nr_points, struct run **ret)
{
	const struct kernel_spec *const specs[2] = { base, contender };
	_cleanup_free_ char *a = NULL, *c = NULL, *record = NULL, *key = NULL;
	enum exit_status r = identify(b, base, &a);

	*ret = NULL;
	if (r == ST_OK)
		r = identify(b, contender, &c);
	if (r != ST_OK)
		return r;
	key = points_key(points, nr_points);
	record = xasprintf("%s, %s, %s", a, c, key);
	if (recall_run(b, record, specs, (char *const[2]){ a, c }, ret)) {
		log_info("%s against %s: run %s", contender->name, base->name,
			 (*ret)->id);
		return ST_OK;
	}
	r = compare_new(b, specs, points, nr_points, ret);
	if (r == ST_OK)
		r = bisect_state_set(&b->state, record, (*ret)->id, "");
	return r;
}
