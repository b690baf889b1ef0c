/* SPDX-License-Identifier: GPL-2.0-only */
/* The command that a shell session runs, on a terminal or between pipes. */
#ifndef CGMARK_SHELL_CHILD_H
#define CGMARK_SHELL_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What the host asked for. */
struct shell_request {
	bool tty;
	unsigned short rows, cols;
	char *cwd;   /* "": / */
	char **argv; /* NULL at the end, likewise envp */
	char **envp;
	size_t nr_args, nr_envs;
};

struct shell_child {
	pid_t pid;
	int master;	  /* its terminal, -1: none */
	int in, out, err; /* of pipes otherwise, non-blocking */
};

/* 0 or -errno.  What it cannot execute ends with 127 or 126, as in a shell. */
int shell_child_start(const struct shell_request *rq, struct shell_child *ret);
int shell_child_resize(const struct shell_child *c, unsigned short rows,
		       unsigned short cols);

#endif
