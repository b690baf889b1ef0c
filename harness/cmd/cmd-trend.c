/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>

#include "alloc.h"
#include "cmd.h"
#include "day.h"
#include "history.h"
#include "log.h"
#include "news.h"
#include "opt-values.h"
#include "trend-bisect.h"
#include "trend-print.h"

/* As many nights as fit into a line. */
#define NIGHTS 60
#define NIGHTS_MAX 100000

struct trend_opts {
	struct history_wish wish;
	struct trend_print print;
	const char *db;
	bool json, bisect;
};

enum {
	OPT_JSON = 256,
	OPT_JOB,
	OPT_MACHINE,
	OPT_KERNEL,
	OPT_UNTIL,
	OPT_NIGHTS,
	OPT_MINOR,
	OPT_DB,
	OPT_BISECT,
};

static const struct argp_option options[] = {
	{ "job", OPT_JOB, "GLOB", 0,
	  "Only jobs of nightly.ini whose name matches; '' is runs by hand",
	  0 },
	{ "machine", OPT_MACHINE, "GLOB", 0, "Only machines that match", 0 },
	{ "kernel", OPT_KERNEL, "GLOB", 0,
	  "Only kernels whose name in the runs matches", 0 },
	{ "nights", OPT_NIGHTS, "N", 0,
	  "Show what changed in the last N nights (default: 60)", 0 },
	{ "until", OPT_UNTIL, "DAY", 0, "As it was on that day: 2026-12-31",
	  0 },
	{ "minor", OPT_MINOR, NULL, 0,
	  "Also steps of exact counts below 0.2% or 20 instructions", 0 },
	{ "bisect", OPT_BISECT, NULL, 0,
	  "Find the commit that brought the latest step of exact counts", 0 },
	{ "json", OPT_JSON, NULL, 0, "All nights as JSON", 0 },
	{ "database", OPT_DB, "FILE", 0, "Another one than RESULTS/cgmark.db",
	  0 },
	{ NULL },
};

static bool parse_word(int key, const char *arg, struct argp_state *state)
{
	struct trend_opts *o = state->input;
	unsigned day;

	switch (key) {
	case OPT_JOB:
		o->wish.job = arg;
		return true;
	case OPT_MACHINE:
		o->wish.machine = arg;
		return true;
	case OPT_KERNEL:
		o->wish.kernel = arg;
		return true;
	case OPT_DB:
		o->db = arg;
		return true;
	case OPT_UNTIL:
		if (!day_parse(arg, &day))
			argp_error(state, "--until '%s': write 2026-12-31",
				   arg);
		o->wish.until = arg;
		return true;
	}
	return false;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct trend_opts *o = state->input;

	if (parse_word(key, arg, state))
		return 0;
	switch (key) {
	case OPT_NIGHTS:
		o->print.nights =
			opt_number(state, "nights", arg, 1, NIGHTS_MAX);
		return 0;
	case OPT_MINOR:
		o->print.minor = true;
		return 0;
	case OPT_BISECT:
		o->bisect = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->wish.bench)
			argp_error(state,
				   "'%s': one BENCH is enough; it may be "
				   "a glob",
				   arg);
		o->wish.bench = arg;
		o->print.series = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[BENCH]",
	.doc = "Show how figures went from night to night, and where they "
	       "changed for good.\v"
	       "With BENCH, a benchmark or a glob: each of its series, a "
	       "character for each night, '.' where none was measured. Exit "
	       "status: 1 if a step to higher cost became certain in the last "
	       "night, 3 if nothing was measured, else 0.",
};

/* Would somebody have to know today? */
static bool has_bad_news(const struct history *h)
{
	size_t nr;
	_cleanup_free_ struct history_news *news = history_news(h, false, &nr);

	for (size_t i = 0; i < nr; i++)
		if (history_is_new(h, &news[i]) && !(news[i].step->ratio < 1))
			return true;
	return false;
}

enum exit_status cmd_trend(const struct env *env, int argc, char **argv)
{
	_cleanup_(history_freep) struct history *h = NULL;
	_cleanup_free_ char *db = NULL;
	struct trend_opts o = { .print.nights = NIGHTS };
	int r;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	db = o.db ? xstrdup(o.db) : xasprintf("%s/cgmark.db", env->results_dir);
	r = history_load(db, &o.wish, &h);
	if (r < 0)
		return r == -ENOENT ? ST_USAGE : ST_HOST;
	if (o.bisect)
		return trend_bisect(h);
	if (!o.json)
		trend_print_text(stdout, h, &o.print);
	else if (trend_print_json(stdout, h) < 0)
		return ST_HOST;
	if (h->nr_series == 0)
		return ST_INCONCLUSIVE;
	return has_bad_news(h) ? ST_REGRESSION : ST_OK;
}
