/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-dirs.h"

#include <argp.h>
#include <dirent.h>
#include <unistd.h>

#include "alloc.h"
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

static int is_run_name(const struct dirent *de)
{
	return de->d_name[0] != '.';
}

static bool has_run_json(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);

	return access(path, F_OK) == 0;
}

int run_dirs_list(const char *runs_dir, char ***ret, size_t *nr_ret)
{
	struct dirent **found = NULL;
	int nr = scandir(runs_dir, &found, is_run_name, alphasort);

	if (nr < 0 && errno != ENOENT)
		return log_err_errno(errno, "cannot read '%s'", runs_dir);
	*nr_ret = 0;
	*ret = xcalloc(nr < 0 ? 1 : nr + 1, sizeof(char *));
	for (int i = 0; i < nr; i++) {
		char *dir = xasprintf("%s/%s", runs_dir, found[i]->d_name);

		if (has_run_json(dir))
			(*ret)[(*nr_ret)++] = dir;
		else
			free(dir);
		free(found[i]);
	}
	free(found);
	return 0;
}
