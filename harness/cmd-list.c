/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <dirent.h>

#include "catalog.h"
#include "cmd.h"
#include "kspec.h"
#include "rundir.h"
#include "status.h"
#include "util.h"

struct list_opts {
	bool benchmarks;
	bool kernels;
	bool runs;
};

static const struct argp_option options[] = {
	{ "benchmarks", 'b', NULL, 0,
	  "Benchmarks with their params and what one operation is (default)",
	  0 },
	{ "kernels", 'k', NULL, 0, "Kernels of kernels.ini", 0 },
	{ "runs", 'r', NULL, 0, "Runs with their status, oldest first", 0 },
	{ NULL }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct list_opts *o = state->input;

	switch (key) {
	case 'b':
		o->benchmarks = true;
		return 0;
	case 'k':
		o->kernels = true;
		return 0;
	case 'r':
		o->runs = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': no words are taken", arg);
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = "List benchmarks, kernels or runs: one a line, columns "
	       "separated by TABs, a line with the names of the columns "
	       "first.",
};

static void print_keys(const struct bench_info *b)
{
	for (size_t i = 0; i < b->nr_keys; i++) {
		const struct bench_key *k = &b->keys[i];

		printf("%s%s=", i ? " " : "", k->key);
		for (size_t j = 0; j < k->nr_values; j++)
			printf("%s%s", j ? "," : "", k->values[j]);
	}
	if (!b->nr_keys)
		putchar('-');
}

static int list_benchmarks(const struct env *env)
{
	_cleanup_(catalog_release) struct catalog c = { NULL, 0 };
	int r = catalog_load(env->bench_dir, &c);

	if (r != ST_OK)
		return r;
	printf("BENCHMARK\tVERSION\tSUITE\tPARAMS\tONE OPERATION\n");
	for (size_t i = 0; i < c.nr; i++) {
		printf("%s\t%u\t%s\t", c.benches[i].name,
		       c.benches[i].version,
		       c.benches[i].extra ? "all" : "default");
		print_keys(&c.benches[i]);
		printf("\t%s\n", c.benches[i].summary);
	}
	return ST_OK;
}

static int list_kernels(const struct env *env)
{
	struct kspec *list;
	size_t nr;
	int r = kspec_list(env->kernel_dir, &list, &nr);

	if (r != ST_OK)
		return r;
	printf("KERNEL\tSOURCE\tPATCHES\tCONFIG\tCMDLINE\n");
	for (size_t i = 0; i < nr; i++) {
		const struct kspec *k = &list[i];

		printf("%s\t%s\t%s\t", k->name, k->source,
		       *k->patches ? k->patches : "-");
		for (size_t j = 0; j < k->nr_config; j++) {
			const char *slash = strrchr(k->config[j], '/');

			printf("%s%s", j ? " " : "",
			       slash ? slash + 1 : k->config[j]);
		}
		printf("%s\t%s\n", k->nr_config ? "" : "-",
		       *k->cmdline ? k->cmdline : "-");
		kspec_release(&list[i]);
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

static int is_run_name(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

static int list_runs(const struct env *env)
{
	_cleanup_free_ char *dir = xasprintf("%s/runs", env->results_dir);
	struct dirent **found = NULL;
	int nr = scandir(dir, &found, is_run_name, alphasort), ret = ST_OK;

	if (nr < 0 && errno != ENOENT) {
		log_err_errno(errno, "cannot read %s", dir);
		return ST_HOST;
	}
	printf("RUN\tSTATUS\tMACHINE\tBOOTS\tPOINTS\tKERNELS\n");
	for (int i = 0; i < nr; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", dir, found[i]->d_name);
		_cleanup_(run_freep) struct run *run = NULL;

		free(found[i]);
		if (run_load(path, &run, NULL) == 0)
			print_run(run);
		else
			ret = ST_HOST;
	}
	free(found);
	return ret;
}

int cmd_list(const struct env *env, int argc, char **argv)
{
	struct list_opts o = { false, false, false };
	int r = ST_OK;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	if (!o.kernels && !o.runs)
		o.benchmarks = true;
	if (o.benchmarks)
		r = list_benchmarks(env);
	if (r == ST_OK && o.kernels)
		r = list_kernels(env);
	if (r == ST_OK && o.runs)
		r = list_runs(env);
	return r;
}
