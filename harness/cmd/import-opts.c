/* SPDX-License-Identifier: GPL-2.0-only */
#include "import-opts.h"

#include <argp.h>

#include "log.h"

#define OPT_MERGE 256

static const struct argp_option options[] = {
	{ "merge", OPT_MERGE, NULL, 0,
	  "Make one run of shards (cgmark run --shard): DIR is one, or a folder "
	  "of some",
	  0 },
	{ "output", 'o', "DIR", 0,
	  "With --merge: put that run into DIR (default: results/runs)", 0 },
	{ "quiet", 'q', NULL, 0, "Only warnings and errors", 0 },
	{ NULL },
};

static void check(const struct import_opts *o, struct argp_state *state)
{
	if (o->output && !o->merge)
		argp_error(state, "--output is where --merge puts a run; the "
				  "database is always in results");
	if (o->merge && o->nr == 0)
		argp_error(state, "--merge needs the directories of shards");
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct import_opts *o = state->input;

	switch (key) {
	case OPT_MERGE:
		o->merge = true;
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->v = state->argv + state->next;
		o->nr = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[RUN_DIR...]\n--merge DIR...",
	.doc = "Read run directories into the database."
	       "\vWithout RUN_DIR, or into a new database: all of RESULTS/runs.  "
	       "Leaves known runs as they are, and replaces those whose "
	       "directory has changed.  The database holds nothing that the "
	       "directories do not: you can remove it and import them again "
	       "at any time.  cgmark keeps a damaged database under another "
	       "name and makes a new one.\n\n"
	       "With --merge: exit status 2 if DIR are not shards of one run, "
	       "5 if a shard is missing or damaged.  Measure it and merge "
	       "again: that completes the run.",
};

enum exit_status import_opts_parse(int argc, char **argv,
				   struct import_opts *ret)
{
	*ret = (struct import_opts){ .quiet = false };
	if (argp_parse(&argp, argc, argv, 0, NULL, ret))
		return ST_USAGE;
	if (ret->quiet)
		log_set_level(LOG_WARNING);
	return ST_OK;
}
