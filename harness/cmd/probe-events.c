/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe-events.h"
#include "alloc.h"
#include "catalog.h"
#include "event-names.h"
#include "exit-status.h"
#include "hostinfo.h"
#include "interrupt.h"
#include "kernel-spec.h"
#include "perf.h"
#include "plan.h"
#include "session.h"

struct probe {
	const struct env *env;
	const struct machine_ops *ops;
	const char *arg;
	struct machine holder; /* of the temporary folder */
	struct run *run;
};

static void probe_release(struct probe *p)
{
	machine_destroy(&p->holder);
	run_free(p->run);
}

static void print_event(const char *spec, const char *name, const char *why)
{
	printf("%s: %s: %s%s\n", spec, name,
	       why ? "not supported: " : "counted", why ? why : "");
}

static int get_kernel(struct probe *p, const char *word)
{
	_cleanup_(kernel_spec_release) struct kernel_spec spec = { NULL };
	struct run *run = p->run;
	int r = kernel_spec_parse(word, p->env->kernel_dir, &spec);

	if (r != ST_OK)
		return r;
	run->kernels = xcalloc(1, sizeof(*run->kernels));
	r = kernel_build(&spec, p->env->kernel_dir, &run->kernels[0]);
	run->nr_kernels = r == ST_OK;
	return r;
}

/* One sample of nothing, in one boot that counts. */
static int plan(struct probe *p, const char *spec)
{
	static const char *const bench[] = { "null" };
	const struct plan_wish wish = { .benches = bench,
					.nr_benches = 1,
					.samples = 1 };
	const struct plan_boots how = { .events = 1 };
	_cleanup_(catalog_release) struct catalog c = { NULL, 0 };
	struct run *run = p->run;
	int r = catalog_load(p->env->bench_dir, &c);

	if (r == ST_OK)
		r = plan_points(&c, &wish, &run->points, &run->nr_points);
	if (r != ST_OK)
		return r;
	run->version = xstrdup(CGMARK_VERSION);
	run->command_line = xstrdup("cgmark probe --events");
	run->machine = xstrdup(spec);
	run->host = host_describe();
	run->suite = xstrdup("none");
	run->perturbations = 1;
	run->boots =
		plan_boots(run->kernels, run->nr_kernels, &how, &run->nr_boots);
	return ST_OK;
}

static int boot(struct probe *p)
{
	struct session s = {
		.ops = p->ops,
		.machine_arg = p->arg,
		.bench_dir = p->env->bench_dir,
		.run = p->run,
		.parallel = 1,
	};
	int r;

	if (machine_make_tmpdir(&p->holder) < 0)
		return ST_HOST;
	r = session_prepare(&s, p->holder.tmpdir);
	if (r == ST_OK)
		r = session_boot(&s);
	session_release(&s);
	return r;
}

static const char *lack_of(const struct run_boot *b, const char *name)
{
	for (size_t i = 0; i < b->nr_lacks; i++)
		if (strcmp(b->lacks[i].metric, name) == 0)
			return b->lacks[i].why;
	return NULL;
}

static int print_counted(const struct probe *p, const char *spec)
{
	_cleanup_(run_freep) struct run *loaded = NULL;
	int r;

	if (run_load(p->run->dir, &loaded, NULL) < 0)
		return ST_HOST;
	r = session_status(loaded);
	if (r != ST_OK)
		return r;
	for (size_t i = 0; i < loaded->nr_events; i++) {
		const char *name = loaded->events[i].ev.name;

		print_event(spec, name, lack_of(&loaded->boots[0], name));
	}
	return ST_OK;
}

int probe_events_machine(const struct env *env, const char *kernel,
			 const struct machine_ops *ops, const char *arg,
			 const char *spec, const char *events)
{
	_cleanup_(probe_release) struct probe p = {
		.env = env,
		.ops = ops,
		.arg = arg,
		.run = run_new(),
	};
	int r;

	machine_init(&p.holder, ops, arg);
	r = event_names_resolve(events, ops->pmu, &p.run->events,
				&p.run->nr_events);
	if (r == ST_OK)
		r = get_kernel(&p, kernel);
	if (r == ST_OK)
		r = plan(&p, spec);
	if (r == ST_OK)
		r = boot(&p);
	return r == ST_OK ? print_counted(&p, spec) : r;
}

static void probe_here(const struct run_event *e)
{
	char why[REC_WHY_MAX] = "";
	struct event found;
	int fd;

	if (perf_resolve(&e->ev, &found, why, sizeof(why)) < 0) {
		print_event("host", e->ev.name, why);
		return;
	}
	/* As in a guest: of a whole processor. */
	fd = perf_open(&found, 0, -1);
	if (fd < 0)
		perf_why(&found, -fd, why, sizeof(why));
	else
		perf_close(fd);
	print_event("host", e->ev.name, fd < 0 ? why : NULL);
}

int probe_events_host(const char *events)
{
	struct run_event *list;
	size_t nr;
	int r = event_names_resolve(events, NULL, &list, &nr);

	if (r != ST_OK)
		return r;
	for (size_t i = 0; i < nr; i++) {
		probe_here(&list[i]);
		free(list[i].means);
	}
	free(list);
	return ST_OK;
}
