/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe-events.h"
#include "alloc.h"
#include "boots.h"
#include "catalog.h"
#include "event-names.h"
#include "exit-status.h"
#include "hostinfo.h"
#include "interrupt.h"
#include "kernel-spec.h"
#include "log.h"
#include "points.h"
#include "process.h"
#include "session.h"
#include "strbuf.h"

#define PROBE_TIMEOUT_MS 30000
#define PROBE_MAX_BYTES (64 * 1024)

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

static enum exit_status get_kernel(struct probe *p, const char *word)
{
	_cleanup_(kernel_spec_release) struct kernel_spec spec = { NULL };
	struct run *run = p->run;
	enum exit_status r = kernel_spec_parse(word, p->env->kernel_dir, &spec);

	if (r != ST_OK)
		return r;
	run->kernels = xcalloc(1, sizeof(*run->kernels));
	r = kernel_build(&spec, p->env->kernel_dir, &run->kernels[0]);
	run->nr_kernels = r == ST_OK;
	return r;
}

/* One sample of nothing, in one boot that counts. */
static enum exit_status plan(struct probe *p, const char *spec)
{
	static const char *const bench[] = { "null" };
	const struct plan_wish wish = { .benches = bench,
					.nr_benches = 1,
					.samples = 1 };
	const struct plan_boots how = { .events = 1 };
	_cleanup_(catalog_release) struct catalog c = { NULL, 0 };
	struct run *run = p->run;
	enum exit_status r = catalog_load(p->env->bench_dir, &c);

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

static enum exit_status boot(struct probe *p)
{
	struct session s = {
		.ops = p->ops,
		.machine_arg = p->arg,
		.bench_dir = p->env->bench_dir,
		.run = p->run,
		.parallel = 1,
	};
	enum exit_status r;

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

static enum exit_status print_counted(const struct probe *p, const char *spec)
{
	_cleanup_(run_freep) struct run *loaded = NULL;
	enum exit_status r;

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

enum exit_status probe_events_machine(const struct env *env, const char *kernel,
				      const struct machine_ops *ops,
				      const char *arg, const char *spec,
				      const char *events)
{
	_cleanup_(probe_release) struct probe p = {
		.env = env,
		.ops = ops,
		.arg = arg,
		.run = run_new(),
	};
	enum exit_status r;

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

/* What the program says of the event, or NULL: it does not. */
static const char *next_answer(char **text, const char *name)
{
	char *line = strsep(text, "\n");
	const char *said = strsep(&line, "\t");

	return said && strcmp(said, name) == 0 ? line : NULL;
}

/* The lines of probe.h in the guest's runner. */
static enum exit_status print_answers(const char *path, char *text,
				      const struct run_event *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const char *name = list[i].ev.name;
		const char *said = next_answer(&text, name);

		if (!said || !*said) {
			log_err("%s --probe says nothing of event '%s' (is it "
				"of this version of cgmark?)",
				path, name);
			return ST_HOST;
		}
		print_event("host", name,
			    strcmp(said, "counted") == 0 ? NULL : said);
	}
	return ST_OK;
}

/* How events are counted only the programs of the guest know; they run here. */
static enum exit_status ask_guest(const char *path,
				  const struct run_event *list, size_t nr)
{
	_cleanup_free_ char **argv = xcalloc(nr + 3, sizeof(*argv));
	_cleanup_free_ char *texts = xcalloc(nr, REC_LINE_MAX);
	_cleanup_free_ char *program = xstrdup(path);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	char option[] = "--probe";
	int r = 0;

	argv[0] = program;
	argv[1] = option;
	for (size_t i = 0; i < nr && r == 0; i++) {
		argv[i + 2] = texts + i * REC_LINE_MAX;
		r = event_format(argv[i + 2], REC_LINE_MAX, &list[i].ev);
	}
	if (r < 0)
		return ST_HOST;
	r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = &out,
		.max_bytes = PROBE_MAX_BYTES,
		.timeout_ms = PROBE_TIMEOUT_MS,
	});
	if (r < 0)
		log_err_errno(-r, "cannot ask %s (is cgmark compiled?)", path);
	else if (r > 0)
		log_err("%s --probe ended with status %d", path, r);
	return r == 0 ? print_answers(path, out.buf, list, nr) : ST_HOST;
}

enum exit_status probe_events_host(const struct env *env, const char *events)
{
	_cleanup_free_ char *path = xasprintf("%s/bench-null", env->bench_dir);
	struct run_event *list;
	size_t nr;
	enum exit_status r = event_names_resolve(events, NULL, &list, &nr);

	if (r != ST_OK)
		return r;
	r = ask_guest(path, list, nr);
	for (size_t i = 0; i < nr; i++)
		free(list[i].means);
	free(list);
	return r;
}
