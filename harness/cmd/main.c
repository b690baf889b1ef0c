/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <errno.h>
#include <stdio.h>

#include "alloc.h"
#include "cmd.h"
#include "exit-status.h"
#include "log.h"
#include "suggest.h"

static const struct cmd cmds[] = {
	{ "run", "build, boot, measure, store and compare", cmd_run },
	{ "compare", "compare the kernels of an earlier run", cmd_compare },
	{ "explain", "say which functions account for a difference",
	  cmd_explain },
	{ "report", "write the HTML report and its plots", cmd_report },
	{ "import", "read run directories into the database", cmd_import },
	{ "verify", "check the files of a run", cmd_verify },
	{ "list", "list benchmarks, kernels or runs", cmd_list },
	{ "build", "build kernels into the cache", cmd_build },
	{ "probe", "say which machines can be used here", cmd_probe },
};

static void print_help(FILE *out)
{
	fputs("Usage: cgmark SUBCOMMAND [OPTION...]\n"
	      "Benchmark and compare the control groups of Linux kernels.\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		fprintf(out, "  %-10s %s\n", cmds[i].name, cmds[i].summary);
	fputs("\n  --help     print this; \"cgmark SUBCOMMAND --help\" tells "
	      "more\n"
	      "  --version  print the version\n\n"
	      "Exit status: 0 no regression, 1 regression, 2 usage error,\n"
	      "3 nothing compared, or inconclusive, invalid or lacking points\n"
	      "(with --strict), 4 a kernel failed, 5 the harness or the host\n"
	      "failed, 130 interrupted.\n",
	      out);
}

static const char *setting(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value && *value ? value : fallback;
}

static const struct cmd *find_cmd(const char *name)
{
	const char *names[ARRAY_SIZE(cmds)];

	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++) {
		if (strcmp(cmds[i].name, name) == 0)
			return &cmds[i];
		names[i] = cmds[i].name;
	}
	suggest_log(*name == '-' ? "option" : "subcommand", name, names,
		    ARRAY_SIZE(names));
	return NULL;
}

static int run_cmd(const struct cmd *cmd, int argc, char **argv)
{
	const struct env env = {
		.kernel_dir = setting("CGMARK_KERNEL_DIR", DEFAULT_KERNEL_DIR),
		.bench_dir = setting("CGMARK_BENCH_DIR", DEFAULT_BENCH_DIR),
		.suites_dir = setting("CGMARK_SUITES_DIR", DEFAULT_SUITES_DIR),
		.results_dir =
			setting("CGMARK_RESULTS_DIR", DEFAULT_RESULTS_DIR),
		.tcg_plugin = setting("CGMARK_TCG_PLUGIN", DEFAULT_TCG_PLUGIN),
		.plots_dir = setting("CGMARK_PLOTS_DIR", DEFAULT_PLOTS_DIR),
	};
	_cleanup_free_ char *name = xasprintf("cgmark %s", cmd->name);

	/* So that --help says how the subcommand is called. */
	argv[0] = name;
	return cmd->run(&env, argc, argv);
}

/* A full disk or a closed pipe behind stdout shows here at the latest. */
static int finish(int status)
{
	bool bad = ferror(stdout) != 0;

	if (fclose(stdout) != 0 && errno != EBADF)
		bad = true;
	if (!bad)
		return status;
	log_err("cannot write standard output: %s", strerror(errno));
	return ST_HOST;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct cmd *cmd;

	argp_err_exit_status = ST_USAGE;
	if (!word) {
		print_help(stderr);
		return ST_USAGE;
	}
	if (strcmp(word, "--version") == 0) {
		puts("cgmark " CGMARK_VERSION);
		return finish(ST_OK);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "-?") == 0 || strcmp(word, "help") == 0) {
		print_help(stdout);
		return finish(ST_OK);
	}
	cmd = find_cmd(word);
	if (!cmd)
		return ST_USAGE;
	return finish(run_cmd(cmd, argc - 1, argv + 1));
}
