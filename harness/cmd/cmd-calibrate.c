/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What verdicts are worth here.  Kernel `calibrate` is booted as it is, at other
 * addresses, and with costs of known size, all under the same perturbations,
 * which the seed draws.  Runs of as many boots as any run has are put together of
 * these, again by the seed, and compared like any others: a kernel with itself
 * under other perturbations, with the padded one, and with one that pays a cost.
 * Which points execute what was made slower, and how often, is taken from the
 * profile of the kernel as it is.
 *
 * Runs are kept in RESULTS/calibration/ID (calib-runs.h), what was counted beside
 * it, where reports find it (calib-kept.h).
 */
#include <math.h>

#include "alloc.h"
#include "boots.h"
#include "calib-kept.h"
#include "calib-opts.h"
#include "calib-runs.h"
#include "calibration-text.h"
#include "catalog.h"
#include "choose-points.h"
#include "cmd.h"
#include "count.h"
#include "draw.h"
#include "fig-calibration.h"
#include "interrupt.h"
#include "judge-limits.h"
#include "log.h"
#include "monotonic.h"
#include "plan-limits.h"
#include "suggest.h"
#include "text.h"
#include "view.h"

_Static_assert(VIEW_NULL_BOOTS == PLAN_NULL_BOOTS, "null boots of a run");

struct calibrate {
	const struct env *env;
	struct calib_opts opts;
	struct calib_runs runs;
	struct guest_files files;
	struct run_point *points;
	size_t nr_points;
	char *suite; /* as runs call it, and what was left out of it */
	struct run *base, *padded;
	struct values *values; /* of base */
	struct calls calls;
	struct calibration *found;
	char *file; /* of found */
	uint64_t begin_ns;
};

static void calibrate_release(struct calibrate *c)
{
	calibration_free(c->found);
	calls_release(&c->calls);
	values_free(c->values);
	run_free(c->base);
	run_free(c->padded);
	calib_runs_release(&c->runs);
	calib_opts_release(&c->opts);
	guest_files_release(&c->files);
	free(c->points);
	free(c->suite);
	free(c->file);
}

/* ---- before anything is booted ---- */

static enum exit_status find_machine(struct calibrate *c)
{
	struct measure *m = &c->runs.m;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	const char *names[16];
	size_t nr;
	int r;

	m->machine = c->opts.machine;
	m->ops = machine_find(m->machine, &m->machine_arg);
	if (!m->ops) {
		const struct machine_ops *const *all = machine_all(&nr);

		for (size_t i = 0; i < nr && i < ARRAY_SIZE(names); i++)
			names[i] = all[i]->usage;
		suggest_log("machine", m->machine, names, nr);
		return ST_USAGE;
	}
	if (!m->ops->exact) {
		log_err("machine %s does not count exactly, and costs are known "
			"in instructions: use sim",
			m->machine);
		return ST_USAGE;
	}
	r = m->ops->probe(m->machine_arg, NULL, NULL, &why);
	if (r == 0)
		return ST_OK;
	log_err("machine %s cannot be used here: %s", m->ops->name,
		why.len ? why.buf : strerror(-r));
	return ST_HOST;
}

/* Points for places that a suite has none for. */
static const struct {
	const char *bench;
	const char *params[3];
} extras[NR_COST_PLACES] = {
	{ "fork/exit", { "controllers=v1" } },
	{ "fork/exit", { "controllers=v1" } },
	{ "attach/self", { "pace=burst" } },
	{ "css_set/lookup", { "sets=64" } },
	{ "rebind/add", { "groups=4", "tasks=128", "way=mainline" } },
	{ "stats/read", { "groups=10", "files=all", "way=pread" } },
	{ "taskstats/pid", { "way=netlink" } },
};

static bool has_place(const struct calibrate *c, unsigned place)
{
	for (size_t i = 0; i < c->nr_points; i++)
		if (cost_takes(&cost_places[place], &c->points[i].plan.id))
			return true;
	return false;
}

/* Behind those of the suite, which cost what they do without them. */
static enum exit_status add_extra(struct calibrate *c, unsigned place)
{
	struct plan_wish wish = {
		.benches = &extras[place].bench,
		.nr_benches = 1,
		.params = extras[place].params,
	};
	_cleanup_free_ struct run_point *more = NULL;
	enum exit_status r;
	size_t nr = 0;

	while (wish.nr_params < 3 && wish.params[wish.nr_params])
		wish.nr_params++;
	r = choose_points(c->env->bench_dir, &wish, &more, &nr, &c->files);
	if (r != ST_OK)
		return r;
	c->points = xreallocarray(c->points, c->nr_points + nr + 1,
				  sizeof(*c->points));
	memcpy(c->points + c->nr_points, more, nr * sizeof(*more));
	c->nr_points += nr;
	return ST_OK;
}

/* Those programs may not be installed. */
static bool is_installed(const struct catalog *all, const char *bench)
{
	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(all->benches[i].name, bench) == 0)
			return true;
	return false;
}

static enum exit_status add_extras(struct calibrate *c)
{
	_cleanup_(catalog_release) struct catalog all = { NULL, 0 };
	enum exit_status r = catalog_load(c->env->bench_dir, &all);

	for (unsigned p = 0; p < NR_COST_PLACES && r == ST_OK; p++)
		if (!has_place(c, p) && is_installed(&all, extras[p].bench))
			r = add_extra(c, p);
	return r;
}

/* What is not all of a suite must not pass for it. */
static char *suite_text(const struct calib_opts *o, const struct suite *suite)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addstr(&out, suite->name);
	for (size_t i = 0; i < o->benches.nr; i++)
		strbuf_addf(&out, " --bench %s", o->benches.v[i]);
	for (size_t i = 0; i < o->params.nr; i++)
		strbuf_addf(&out, " --param %s", o->params.v[i]);
	return strbuf_steal(&out);
}

static enum exit_status find_points(struct calibrate *c)
{
	const struct calib_opts *o = &c->opts;
	struct suite suite = { 0 };
	const struct plan_wish wish = {
		.benches = o->benches.v,
		.nr_benches = o->benches.nr,
		.params = o->params.v,
		.nr_params = o->params.nr,
		.suite = &suite,
	};
	enum exit_status r = suite_load(c->env->suites_dir, o->suite, &suite);

	if (r == ST_OK) {
		c->suite = suite_text(o, &suite);
		r = choose_points(c->env->bench_dir, &wish, &c->points,
				  &c->nr_points, &c->files);
	}
	if (r == ST_OK && o->benches.nr == 0)
		r = add_extras(c);
	suite_release(&suite);
	return r;
}

static enum exit_status open_runs(struct calibrate *c)
{
	struct calib_runs *runs = &c->runs;
	uint64_t state = c->opts.seed;

	runs->m.files = &c->files;
	runs->m.parallel = c->opts.jobs;
	runs->m.fresh = c->opts.fresh;
	runs->points = c->points;
	runs->nr_points = c->nr_points;
	runs->suite = c->suite;
	runs->nr_chosen = c->opts.perturbations;
	runs->chosen = xcalloc(runs->nr_chosen, sizeof(*runs->chosen));
	draw_some(&state, PLAN_PERTURBATIONS_MAX, runs->chosen,
		  runs->nr_chosen);
	return calib_runs_open(runs);
}

/* ---- comparisons ---- */

/* The i-th run that is put together; others: of other perturbations. */
static void draw(const struct calibrate *c, unsigned i,
		 unsigned p[JUDGE_PERTURBATIONS],
		 unsigned others[JUDGE_PERTURBATIONS])
{
	/* Apart from the streams of other seeds. */
	uint64_t state = ~(c->opts.seed * 1000003 + i);
	unsigned of = c->runs.nr_chosen;

	draw_some(&state, of, p, JUDGE_PERTURBATIONS);
	draw_others(&state, of, p, others, JUDGE_PERTURBATIONS);
	for (unsigned k = 0; k < JUDGE_PERTURBATIONS; k++) {
		p[k] = c->runs.chosen[p[k]];
		others[k] = c->runs.chosen[others[k]];
	}
}

static struct comparison *compare(const struct view_side *base,
				  const struct view_side *cont,
				  struct run **view)
{
	static const unsigned contender[] = { 1 };

	*view = view_new(base, cont, JUDGE_PERTURBATIONS);
	return compare_run(*view, 0, contender, 1);
}

static void count_nulls(struct calibrate *c, unsigned i)
{
	unsigned p[JUDGE_PERTURBATIONS], others[JUDGE_PERTURBATIONS];
	struct view_side base = { c->base, p }, sides[NR_CALIB_NULLS] = {
		[NULL_SAME] = { c->base, others },
		[NULL_PADDED] = { c->padded, p },
	};

	draw(c, i, p, others);
	for (int n = 0; n < NR_CALIB_NULLS; n++) {
		_cleanup_(view_freep) struct run *view = NULL;
		struct comparison *cmp = compare(&base, &sides[n], &view);

		count_null(c->found, (enum calib_null)n, cmp);
		compare_free(cmp);
	}
}

static void count_run(struct calibrate *c, struct calib_cost *cost,
		      const struct run *run)
{
	for (unsigned i = 0; i < c->opts.draws; i++) {
		unsigned p[JUDGE_PERTURBATIONS], others[JUDGE_PERTURBATIONS];
		const struct view_side base = { c->base, p }, cont = { run, p };
		_cleanup_(view_freep) struct run *view = NULL;
		struct comparison *cmp;

		draw(c, i, p, others);
		cmp = compare(&base, &cont, &view);
		count_cost(c->found, cost, &c->calls, cmp);
		compare_free(cmp);
	}
}

/* ---- kernels ---- */

static enum exit_status run_kernel(struct calibrate *c, const char *name,
				   const char *what, const struct cost *cost,
				   bool full, struct run **ret)
{
	_cleanup_free_ char *cmdline = cost_cmdline(cost);
	_cleanup_free_ char *spec =
		xasprintf("%s=%s,cmdline=%s", name, what, cmdline);

	return calib_run(&c->runs, spec, full, ret);
}

static enum exit_status measure_nulls(struct calibrate *c)
{
	const struct cost none = { .kind = COST_INSNS };
	enum exit_status r =
		run_kernel(c, "base", c->opts.base, &none, true, &c->base);

	if (r == ST_OK && calls_read(c->base, &c->calls) < 0)
		r = ST_HOST;
	if (r == ST_OK)
		r = run_kernel(c, "padded", c->opts.padded, &none, false,
			       &c->padded);
	if (r == ST_OK)
		c->values = values_new(c->base);
	return r;
}

/*
 * What a call may cost there so that it is this part of an operation, in all boots:
 * a point moves by less than the threshold.
 */
static double room_at(const struct calibrate *c, const struct cost *cost,
		      unsigned point, bool instructions, double *least)
{
	const char *metric = values_metric(c->values, 0, point, 0);
	int boot = run_find_boot(c->base, 0, c->runs.chosen[0], BOOT_MEASURE);
	double calls = calls_at(&c->calls, cost->place, point);

	if (!metric || boot < 0 || !point_pays(&c->calls, cost->place, point) ||
	    (strcmp(metric, "insns") == 0) != instructions)
		return 0;
	if (cost->kind == COST_TAIL &&
	    !point_shows_tail(&c->base->boots[boot], &c->calls, cost->place,
			      point))
		return 0;
	*least = CALIB_INSNS / calls;
	return values_centre(c->values, (unsigned)boot, point, metric) / calls *
	       cost->part * (1 + JUDGE_THRESHOLD);
}

/* The largest such cost, where points are those of the place, or any. */
static double find_room(const struct calibrate *c, const struct cost *cost,
			bool own, bool instructions)
{
	double room = 0;

	for (unsigned i = 0; i < c->nr_points; i++) {
		double least = 0, here;

		if (own && !cost_takes(&cost_places[cost->place],
				       &c->points[i].plan.id))
			continue;
		here = room_at(c, cost, i, instructions, &least);
		if (here > 0)
			room = fmax(room, fmax(here, least));
	}
	return room;
}

/* false: no point of the suite would show it. */
static bool size_cost(const struct calibrate *c, struct cost *cost)
{
	double room = find_room(c, cost, true, true);

	if (room == 0)
		room = find_room(c, cost, false, true);
	if (room == 0)
		room = find_room(c, cost, true, false);
	if (room == 0)
		return false;
	cost->n = cost_size(cost->kind, room);
	return true;
}

static bool is_known(const struct calibration *found, const struct cost *cost)
{
	for (size_t i = 0; i < found->nr_costs; i++) {
		const struct cost *k = &found->costs[i].cost;

		if (k->place == cost->place && k->kind == cost->kind &&
		    k->n == cost->n)
			return true;
	}
	return false;
}

static int save(struct calibrate *c)
{
	c->found->boots = c->runs.nr_boots;
	return calibration_save(c->found, c->file);
}

static enum exit_status measure_cost(struct calibrate *c, struct cost cost)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_free_ char *name = NULL;
	struct calibration *found = c->found;
	struct calib_cost *at;
	enum exit_status r;

	if (!size_cost(c, &cost) || is_known(found, &cost))
		return ST_OK;
	name = cost_name(&cost);
	log_info("%s, cost %zu", name, found->nr_costs + 1);
	r = run_kernel(c, name, c->opts.base, &cost, false, &run);
	if (r != ST_OK)
		return r;
	found->costs = xreallocarray(found->costs, found->nr_costs + 1,
				     sizeof(*found->costs));
	at = &found->costs[found->nr_costs++];
	*at = (struct calib_cost){ .cost = cost, .run = xstrdup(run->id) };
	count_run(c, at, run);
	/* What was known before is in the file, too. */
	return c->runs.made && save(c) < 0 ? ST_HOST : ST_OK;
}

static bool time_is_up(const struct calibrate *c)
{
	return c->opts.seconds &&
	       now_ns() - c->begin_ns > c->opts.seconds * 1000000000ull;
}

static enum exit_status measure_costs(struct calibrate *c)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < c->opts.costs.nr && r == ST_OK; i++) {
		if (time_is_up(c)) {
			log_warn("the time is up, after %zu costs of at most "
				 "%zu: the same command goes on",
				 c->found->nr_costs, c->opts.costs.nr);
			break;
		}
		r = measure_cost(c, c->opts.costs.list[i]);
	}
	return r;
}

/* ---- the whole ---- */

static struct calibration *new_calibration(const struct calibrate *c)
{
	struct calibration *found = xcalloc(1, sizeof(*found));
	const struct run *run = c->base;

	found->created = xstrdup(run->created);
	found->version = xstrdup(CGMARK_VERSION);
	found->machine = xstrdup(run->machine);
	found->machine_detail =
		xstrdup(run->machine_detail ? run->machine_detail : "");
	found->suite = xstrdup(c->suite);
	found->limits = calibration_limits();
	found->guest_sha256 = xstrdup(run->guest_sha256);
	found->kernel = xstrdup(run->kernels[0].release);
	found->seed = c->opts.seed;
	found->perturbations = c->runs.nr_chosen;
	found->draws = c->opts.draws;
	found->planned = (unsigned)c->opts.costs.nr;
	return found;
}

static enum exit_status show(const struct calibrate *c)
{
	const struct calibration *found = c->found;
	_cleanup_free_ char *svg = xstrndup(c->file, strlen(c->file) - 5);
	_cleanup_free_ char *path = xasprintf("%s.svg", svg);

	calibration_print(stdout, found);
	printf("\n%s\n", c->file);
	if (found->nr_costs > 0 &&
	    fig_calibration_write(found, c->env->plots_dir, path) == 0)
		printf("%s\n", path);
	return calibration_status(found);
}

static enum exit_status carry_out(struct calibrate *c)
{
	enum exit_status r = find_machine(c);

	if (r == ST_OK)
		r = find_points(c);
	if (r == ST_OK)
		r = open_runs(c);
	if (r == ST_OK)
		r = measure_nulls(c);
	if (r == ST_OK) {
		c->found = new_calibration(c);
		c->file = calib_kept_path(c->env, c->base);
		for (unsigned i = 0; i < c->opts.draws; i++)
			count_nulls(c, i);
		r = measure_costs(c);
	}
	if (r == ST_OK && save(c) < 0)
		r = ST_HOST;
	if (r == ST_INTERRUPTED)
		log_warn("what was measured is kept: the same command goes on");
	return r == ST_OK ? show(c) : r;
}

enum exit_status cmd_calibrate(const struct env *env, int argc, char **argv)
{
	_cleanup_free_ char *words = or_abort(
		shell_quote((const char *const *)argv + 1, (size_t)argc - 1));
	_cleanup_free_ char *line =
		xasprintf("%s%s%s", argv[0], *words ? " " : "", words);
	_cleanup_(calibrate_release) struct calibrate c = {
		.env = env,
		.begin_ns = now_ns(),
		.runs.lock_fd = -1,
	};

	if (calib_opts_parse(argc, argv, &c.opts))
		return ST_USAGE;
	if (c.opts.quiet)
		log_set_level(LOG_WARNING);
	if (c.opts.verbose)
		log_set_level(LOG_DEBUG);
	c.runs.m.env = env;
	c.runs.m.command_line = line;
	interrupt_block(NULL);
	return carry_out(&c);
}
