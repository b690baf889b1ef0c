/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "kernel-spec.h"
#include "log.h"
#include "opt-values.h"

struct build_opts {
	bool quiet;
	bool clean;
	struct words series;
	bool verbose;
	char **kernels;
	int nr_kernels;
};

static const struct argp_option options[] = {
	{ "clean", 'c', NULL, 0,
	  "Build from nothing, even what is kept; a vmlinux that differs from "
	  "the kept one is an error",
	  0 },
	{ "series", 's', "KERNEL", 0,
	  "The kernel once for each patch of its series, as for cgmark run; may "
	  "be repeated",
	  0 },
	{ "quiet", 'q', NULL, 0, "No progress, only warnings and errors", 0 },
	{ "verbose", 'v', NULL, 0, "Name each patch that is applied", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct build_opts *o = state->input;

	switch (key) {
	case 'c':
		o->clean = true;
		return 0;
	case 's':
		words_add(&o->series, arg);
		return 0;
	case 'q':
		o->quiet = true;
		o->verbose = false;
		return 0;
	case 'v':
		o->verbose = true;
		o->quiet = false;
		return 0;
	case ARGP_KEY_ARGS:
		o->kernels = state->argv + state->next;
		o->nr_kernels = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (o->series.nr)
			return 0;
		argp_error(state, "which kernel? (cgmark list --kernels)");
		return EINVAL;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "KERNEL...",
	.doc = "Build kernels into the cache, unless they are there, and print "
	       "name, key and folder of each."
	       "\vKERNEL is a section of kernels.ini or a spec, as for "
	       "cgmark run --kernel.",
};

/* Prints the folder in the cache; for a vmlinux that was given, that file. */
static enum exit_status print_entry(const struct run_kernel *k,
				    const char *source)
{
	const char *slash = strrchr(k->image, '/');
	int len = slash ? (int)(slash - k->image) : 0;

	if (strncmp(source, "image:", 6) == 0 &&
	    strcmp(source + 6, k->image) == 0)
		len = strlen(k->image);
	printf("%s\t%s\t%.*s\n", k->name, k->key, len, k->image);
	return fflush(stdout) == 0 ? ST_OK : ST_HOST;
}

struct wanted {
	struct kernel_spec *specs;
	size_t nr;
};

static void wanted_release(struct wanted *w)
{
	for (size_t i = 0; i < w->nr; i++)
		kernel_spec_release(&w->specs[i]);
	free(w->specs);
}

/* Takes the specs over. */
static void want(struct wanted *w, struct kernel_spec *specs, size_t nr,
		 bool clean)
{
	w->specs = xreallocarray(w->specs, w->nr + nr, sizeof(*w->specs));
	for (size_t i = 0; i < nr; i++) {
		w->specs[w->nr] = specs[i];
		w->specs[w->nr++].clean = clean;
	}
}

static enum exit_status want_all(const struct build_opts *o,
				 const char *kernel_dir, struct wanted *w)
{
	enum exit_status r = ST_OK;

	for (int i = 0; i < o->nr_kernels && r == ST_OK; i++) {
		struct kernel_spec spec;

		r = kernel_spec_parse(o->kernels[i], kernel_dir, &spec);
		if (r == ST_OK)
			want(w, &spec, 1, o->clean);
	}
	for (size_t i = 0; i < o->series.nr && r == ST_OK; i++) {
		_cleanup_free_ struct kernel_spec *list = NULL;
		size_t nr;

		r = kernel_spec_series(o->series.v[i], kernel_dir, &list, &nr);
		if (r == ST_OK)
			want(w, list, nr, o->clean);
	}
	return r;
}

/* Those that are there are named even if a later one failed. */
static enum exit_status build_all(const struct wanted *w,
				  const char *kernel_dir)
{
	_cleanup_free_ struct run_kernel *kernels =
		xcalloc(w->nr, sizeof(*kernels));
	enum exit_status printed = ST_OK;
	enum exit_status r =
		kernel_build_all(w->specs, w->nr, kernel_dir, kernels);

	for (size_t i = 0; i < w->nr; i++) {
		if (kernels[i].name && printed == ST_OK)
			printed = print_entry(&kernels[i], w->specs[i].source);
		run_kernel_release(&kernels[i]);
	}
	return r != ST_OK ? r : printed;
}

enum exit_status cmd_build(const struct env *env, int argc, char **argv)
{
	_cleanup_(wanted_release) struct wanted wanted = { NULL };
	struct build_opts o = { 0 };
	enum exit_status r = ST_USAGE;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o) == 0) {
		if (o.quiet)
			log_set_level(LOG_WARNING);
		if (o.verbose)
			log_set_level(LOG_DEBUG);
		r = want_all(&o, env->kernel_dir, &wanted);
		if (r == ST_OK)
			r = build_all(&wanted, env->kernel_dir);
	}
	free(o.series.v);
	return r;
}
