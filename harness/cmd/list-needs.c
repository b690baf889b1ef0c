/* SPDX-License-Identifier: GPL-2.0-only */
#include "list-needs.h"
#include "alloc.h"
#include "boots.h"
#include "catalog.h"
#include "exit-status.h"
#include "hostinfo.h"
#include "interrupt.h"
#include "kernel-spec.h"
#include "log.h"
#include "points.h"
#include "session.h"
#include "strbuf.h"
#include "tmpdir.h"

/* Of groups, tasks and the like: more is not asked for. */
#define LARGE 16

struct needs {
	const struct env *env;
	struct kernel_spec spec;
	struct catalog catalog;
	struct run *run;
	char *folder; /* of the run, temporary */
	int folder_lock;
};

static void needs_release(struct needs *n)
{
	kernel_spec_release(&n->spec);
	catalog_release(&n->catalog);
	run_free(n->run);
	tmpdir_remove(&n->folder, &n->folder_lock);
}

static enum exit_status get_kernel(struct needs *n)
{
	enum exit_status r;

	n->run->kernels = xcalloc(1, sizeof(*n->run->kernels));
	r = kernel_build(&n->spec, n->env->kernel_dir, &n->run->kernels[0]);
	n->run->nr_kernels = r == ST_OK;
	return r;
}

static void fill_run(struct run *run)
{
	const struct plan_boots how = { .perturbations = 1 };

	run->version = xstrdup(CGMARK_VERSION);
	run->command_line = xstrdup("cgmark list --needs");
	run->machine = xstrdup(machine_sim.name);
	run->host = host_describe();
	run->suite = xstrdup("none");
	run->perturbations = 1;
	run->boots =
		plan_boots(run->kernels, run->nr_kernels, &how, &run->nr_boots);
}

/* How much of something, which no kernel lacks, and which takes time. */
static bool is_large(const char *value)
{
	char *end;

	return strtoul(value, &end, 10) >= LARGE && !*end;
}

/* Each value once, beside the first ones of all other params. */
static bool is_telling(const struct bench_info *b, const char *params)
{
	unsigned differ = 0;

	for (size_t i = 0; i < b->nr_keys; i++) {
		char value[REC_PARAMS_MAX] = "";

		rec_param_get(params, b->keys[i].key, value, sizeof(value));
		/* Names leave out the only value of a sweep. */
		if (!*value || strcmp(value, b->keys[i].values[0]) == 0)
			continue;
		if (is_large(value))
			return false;
		differ++;
	}
	return differ <= 1;
}

static const struct bench_info *find_bench(const struct catalog *c,
					   const char *name)
{
	for (size_t i = 0; i < c->nr; i++)
		if (strcmp(c->benches[i].name, name) == 0)
			return &c->benches[i];
	return NULL;
}

static enum exit_status plan(struct needs *n)
{
	const struct plan_wish wish = { .samples = 1 };
	enum exit_status r = catalog_load(n->env->bench_dir, &n->catalog);
	struct run *run = n->run;
	size_t kept = 0;

	if (r == ST_OK)
		r = plan_points(&n->catalog, &wish, &run->points,
				&run->nr_points);
	for (size_t i = 0; r == ST_OK && i < run->nr_points; i++) {
		const struct plan_point *p = &run->points[i].plan;

		if (is_telling(find_bench(&n->catalog, p->id.bench),
			       p->id.params))
			run->points[kept++] = run->points[i];
	}
	run->nr_points = kept;
	return r;
}

/* Of the run, of which nothing is to stay; all that can fail before a build. */
static enum exit_status make_folder(struct needs *n)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r = machine_sim.probe("", NULL, NULL, &why);

	if (r < 0) {
		log_err("machine %s cannot be used here: %s", machine_sim.name,
			why.len ? why.buf : strerror(-r));
		return ST_HOST;
	}
	return tmpdir_make(&n->folder, &n->folder_lock) < 0 ? ST_HOST : ST_OK;
}

static enum exit_status boot(struct needs *n)
{
	struct session s = {
		.ops = &machine_sim,
		.machine_arg = "",
		.bench_dir = n->env->bench_dir,
		.run = n->run,
		.parallel = 1,
		.setup_only = true,
	};
	enum exit_status r = session_prepare(&s, n->folder);

	if (r == ST_OK)
		r = session_boot(&s);
	session_release(&s);
	return r;
}

/* Same benchmark, skipped with the same words? */
static bool same_lack(const struct run *run, size_t a, size_t b)
{
	const struct run_boot *boot = &run->boots[0];

	return boot->status[b] == POINT_SKIP &&
	       strcmp(run->points[a].plan.id.bench,
		      run->points[b].plan.id.bench) == 0 &&
	       strcmp(boot->status_text[a], boot->status_text[b]) == 0;
}

static void print_lack(const struct run *run, size_t i)
{
	const struct plan_point *p = &run->points[i].plan;

	for (size_t j = 0; j < i; j++)
		if (same_lack(run, i, j))
			return;
	printf("%s\t%s\t%s\n", p->id.bench, *p->id.params ? p->id.params : "-",
	       run->boots[0].status_text[i]);
}

static enum exit_status print_lacks(const struct needs *n)
{
	_cleanup_(run_freep) struct run *loaded = NULL;
	const struct run_boot *b;

	if (run_load(n->run->dir, &loaded, NULL) < 0)
		return ST_HOST;
	b = &loaded->boots[0];
	if (b->finished && !b->ok)
		log_err("kernel %s: %s", loaded->kernels[0].name, b->reason);
	printf("BENCHMARK\tFOR EXAMPLE\tWHAT IS LACKING\n");
	for (size_t i = 0; i < loaded->nr_points; i++)
		if (b->status[i] == POINT_SKIP &&
		    strcmp(b->status_text[i], REC_NOTHING_LACKS) != 0)
			print_lack(loaded, i);
	return session_status(loaded);
}

enum exit_status needs_list(const struct env *env, const char *kernel)
{
	_cleanup_(needs_release) struct needs n = {
		.env = env,
		.run = run_new(),
		.folder_lock = -1,
	};
	enum exit_status r;

	interrupt_block(NULL);
	r = kernel_spec_parse(kernel, env->kernel_dir, &n.spec);
	if (r == ST_OK)
		r = plan(&n);
	if (r == ST_OK)
		r = make_folder(&n);
	if (r == ST_OK)
		r = get_kernel(&n);
	if (r != ST_OK)
		return r;
	fill_run(n.run);
	r = boot(&n);
	return r == ST_OK ? print_lacks(&n) : r;
}
