/* SPDX-License-Identifier: GPL-2.0-only */
#include "measure.h"

#include "alloc.h"
#include "boots.h"
#include "hostinfo.h"
#include "log.h"
#include "session.h"

static struct run *make_run(const struct measure *m,
			    const struct measure_what *what)
{
	const struct plan_boots how = {
		.perturbations = what->perturbations,
		.chosen = what->chosen,
		.all_null = what->all_null,
		.repeat = what->full,
		.null = what->full,
		.seed = 1,
	};
	struct run *run = run_new();

	run->version = xstrdup(CGMARK_VERSION);
	run->command_line = xstrdup(m->command_line);
	run->machine = xstrdup(m->machine);
	run->host = host_describe();
	run->suite = xstrdup(what->suite ? what->suite : "none");
	run->seed = how.seed;
	run->perturbations = what->perturbations;
	run->kernels = xcalloc(what->nr_kernels, sizeof(*run->kernels));
	run->nr_kernels = what->nr_kernels;
	for (size_t i = 0; i < what->nr_kernels; i++) {
		run->kernels[i] = what->kernels[i];
		memset(&what->kernels[i], 0, sizeof(what->kernels[i]));
	}
	run->points = xcalloc(what->nr_points, sizeof(*run->points));
	run->nr_points = what->nr_points;
	memcpy(run->points, what->points,
	       what->nr_points * sizeof(*run->points));
	plan_run_boots(run, &how);
	return run;
}

static enum exit_status read_back(const char *dir, struct run **ret)
{
	if (run_load(dir, ret, NULL) < 0)
		return ST_HOST;
	return session_status(*ret);
}

enum exit_status measure_run(const struct measure *m,
			     const struct measure_what *what,
			     const char *parent, struct run **ret)
{
	_cleanup_(run_freep) struct run *run = make_run(m, what);
	/* The fake one has a recorded profile. */
	bool profile = what->full && (strcmp(m->machine, "sim") == 0 ||
				      strcmp(m->ops->name, "fake") == 0);
	struct session s = {
		.ops = m->ops,
		.machine_arg = m->machine_arg,
		.bench_dir = m->env->bench_dir,
		.files = m->files,
		.run = run,
		.parallel = m->parallel ? m->parallel : host_cores(),
		.boots_dir = m->env->boots_dir,
		.fresh = m->fresh,
		/* The full comparison at the end checks one. */
		.unchecked = !what->full,
		.tcg_plugin = profile ? m->env->tcg_plugin : NULL,
	};
	enum exit_status r;

	*ret = NULL;
	if (m->ops->max_parallel && s.parallel > m->ops->max_parallel)
		s.parallel = m->ops->max_parallel;
	r = session_prepare(&s, parent);
	if (r == ST_OK) {
		r = session_boot(&s);
		if (r == ST_OK)
			r = read_back(run->dir, ret);
	}
	session_release(&s);
	return r;
}
