/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "catalog.h"
#include "cmd.h"
#include "exit-status.h"
#include "kernel-spec.h"
#include "list-benches.h"
#include "list-needs.h"
#include "log.h"
#include "run-dirs.h"
#include "run.h"
#include "suite.h"

struct list_opts {
	bool benchmarks;
	bool suites;
	bool kernels;
	bool runs;
	bool wide;
	const char *needs; /* a kernel */
	char **words;
	size_t nr_words;
};

static const struct argp_option options[] = {
	{ "benchmarks", 'b', NULL, 0,
	  "Benchmarks by topic, and what one operation is (default)", 0 },
	{ "wide", 'w', NULL, 0,
	  "Benchmarks one per line, also with version, suites, params and the "
	  "kernel configuration that they need",
	  0 },
	{ "suites", 's', NULL, 0,
	  "Suites with their purpose and number of benchmarks", 0 },
	{ "needs", 'n', "KERNEL", 0,
	  "What benchmarks need and the kernel lacks: boots it once and sets "
	  "them up, but does not run them",
	  0 },
	{ "kernels", 'k', NULL, 0, "Kernels of kernels.ini", 0 },
	{ "runs", 'r', NULL, 0, "Runs with their status, oldest first", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct list_opts *o = state->input;

	switch (key) {
	case 'b':
		o->benchmarks = true;
		return 0;
	case 's':
		o->suites = true;
		return 0;
	case 'n':
		o->needs = arg;
		return 0;
	case 'k':
		o->kernels = true;
		return 0;
	case 'r':
		o->runs = true;
		return 0;
	case 'w':
		o->wide = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->words = state->argv + state->next;
		o->nr_words = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (o->nr_words &&
		    (o->suites || o->needs || o->kernels || o->runs))
			argp_error(state,
				   "'%s': only benchmarks are chosen by "
				   "words",
				   o->words[0]);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[WORD...]",
	.doc = "List benchmarks: all, or those that have each WORD in their "
	       "name, topic, params, suites or description, and then with "
	       "params.  Suites, kernels, runs and --wide are one per line, "
	       "with columns separated by TABs; the first line names them.",
};

/* The caller releases both even after an error. */
static enum exit_status
load_benchmarks(const struct env *env, struct catalog *c, struct list_suites *s)
{
	enum exit_status r = catalog_load(env->bench_dir, c);

	if (r == ST_OK)
		r = suite_load_all(env->suites_dir, &s->v, &s->nr);
	return r;
}

static enum exit_status list_benchmarks(const struct env *env,
					const struct list_opts *o)
{
	_cleanup_(catalog_release) struct catalog c = { NULL, 0 };
	_cleanup_(list_suites_release) struct list_suites s = { NULL, 0 };
	enum exit_status r = load_benchmarks(env, &c, &s);
	size_t nr;

	if (r != ST_OK)
		return r;
	if (o->wide)
		nr = list_benches_wide(&c, &s, o->words, o->nr_words);
	else
		nr = list_benches(&c, &s, o->words, o->nr_words);
	if (nr || !o->nr_words)
		return ST_OK;
	log_err("no benchmark is about '%s'%s: 'cgmark list' shows all",
		o->words[0], o->nr_words > 1 ? " and the other words" : "");
	return ST_USAGE;
}

static void print_suite(const struct suite *s, const struct catalog *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->nr; i++)
		n += suite_has(s, &c->benches[i]);
	printf("%s\t", s->name);
	for (size_t i = 0; i < s->nr_aliases; i++)
		printf("%s%s", i ? "," : "", s->aliases[i]);
	printf("%s\t%zu\t%s\n", s->nr_aliases ? "" : "-", n, s->summary);
}

static enum exit_status list_suites(const struct env *env)
{
	_cleanup_(catalog_release) struct catalog c = { NULL, 0 };
	_cleanup_(list_suites_release) struct list_suites s = { NULL, 0 };
	enum exit_status r = load_benchmarks(env, &c, &s);

	if (r != ST_OK)
		return r;
	printf("SUITE\tALIASES\tBENCHMARKS\tWHAT IT IS FOR\n");
	for (size_t i = 0; i < s.nr; i++) {
		print_suite(&s.v[i], &c);
		if (suite_check(&s.v[i], &c) != ST_OK)
			r = ST_USAGE;
	}
	return r;
}

static enum exit_status list_kernels(const struct env *env)
{
	struct kernel_spec *list;
	size_t nr;
	enum exit_status r = kernel_spec_list(env->kernel_dir, &list, &nr);

	if (r != ST_OK)
		return r;
	printf("KERNEL\tSOURCE\tPATCHES\tCONFIG\tCMDLINE\n");
	for (size_t i = 0; i < nr; i++) {
		const struct kernel_spec *k = &list[i];

		printf("%s\t%s\t%s\t", k->name, k->source,
		       *k->patches ? k->patches : "-");
		for (size_t j = 0; j < k->nr_config; j++) {
			const char *slash = strrchr(k->config[j], '/');

			printf("%s%s", j ? " " : "",
			       slash ? slash + 1 : k->config[j]);
		}
		printf("%s\t%s\n", k->nr_config ? "" : "-",
		       *k->cmdline ? k->cmdline : "-");
		kernel_spec_release(&list[i]);
	}
	free(list);
	return ST_OK;
}

static void print_run(const struct run *run)
{
	size_t ok = 0;

	for (size_t i = 0; i < run->nr_boots; i++)
		ok += run->boots[i].finished && run->boots[i].ok;
	printf("%s\t%s\t%s\t%zu/%zu\t%zu\t", run->id, run->status, run->machine,
	       ok, run->nr_boots, run->nr_points);
	for (size_t i = 0; i < run->nr_kernels; i++)
		printf("%s%s", i ? " " : "", run->kernels[i].name);
	putchar('\n');
}

static enum exit_status list_runs(const struct env *env)
{
	_cleanup_free_ char *dir = xasprintf("%s/runs", env->results_dir);
	_cleanup_free_ char **paths = NULL;
	enum exit_status ret = ST_OK;
	size_t nr;

	if (run_dirs_list(dir, &paths, &nr) < 0)
		return ST_HOST;
	printf("RUN\tSTATUS\tMACHINE\tBOOTS\tPOINTS\tKERNELS\n");
	for (size_t i = 0; i < nr; i++) {
		_cleanup_free_ char *path = paths[i];
		_cleanup_(run_freep) struct run *run = NULL;

		if (run_load(path, &run, NULL) == 0)
			print_run(run);
		else
			ret = ST_HOST;
	}
	return ret;
}

enum exit_status cmd_list(const struct env *env, int argc, char **argv)
{
	struct list_opts o = { false };
	enum exit_status r = ST_OK;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	if (!o.suites && !o.needs && !o.kernels && !o.runs)
		o.benchmarks = true;
	if (o.benchmarks)
		r = list_benchmarks(env, &o);
	if (r == ST_OK && o.suites)
		r = list_suites(env);
	if (r == ST_OK && o.needs)
		r = needs_list(env, o.needs);
	if (r == ST_OK && o.kernels)
		r = list_kernels(env);
	if (r == ST_OK && o.runs)
		r = list_runs(env);
	return r;
}
