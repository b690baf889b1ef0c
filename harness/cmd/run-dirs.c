/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-dirs.h"

#include <argp.h>

#include "log.h"

static const struct argp_option options[] = {
	{ "quiet", 'q', NULL, 0, "Only warnings and errors", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct run_dirs *dirs = state->input;

	switch (key) {
	case 'q':
		dirs->quiet = true;
		return 0;
	case ARGP_KEY_ARGS:
		dirs->v = state->argv + state->next;
		dirs->nr = state->argc - state->next;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

enum exit_status run_dirs_parse(int argc, char **argv, const char *doc,
				struct run_dirs *ret)
{
	const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.args_doc = "[RUN_DIR...]",
		.doc = doc,
	};

	*ret = (struct run_dirs){ .quiet = false };
	if (argp_parse(&argp, argc, argv, 0, NULL, ret))
		return ST_USAGE;
	if (ret->quiet)
		log_set_level(LOG_WARNING);
	return ST_OK;
}
