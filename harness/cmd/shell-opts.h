/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines of cgmark shell and cgmark exec. */
#ifndef CGMARK_SHELL_OPTS_H
#define CGMARK_SHELL_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "opt-values.h"

struct shell_opts {
	bool exec; /* cgmark exec */
	bool quiet, verbose;
	const char *kernel;
	char **command; /* NULL at the end; exec only */
	const char *shell;
	const char *cpus;    /* as a machine's argument */
	unsigned memory_mib; /* 0: what it takes */
	const char *cmdline;
	const char *folder; /* NULL: the current one */
	bool no_folder;
	struct words programs;
	struct words envs;
	bool exact;
	bool no_stdin;
	bool strict;
	const char *console; /* files, or NULL */
	const char *status;
	unsigned hello_ms, timeout_ms;
};

/* 0, or an error that was reported. */
int shell_opts_parse(int argc, char **argv, bool exec, struct shell_opts *ret);
void shell_opts_release(struct shell_opts *o);

#endif
