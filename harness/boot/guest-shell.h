/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A booted guest in which one command runs, on the user's terminal or between
 * the descriptors of cgmark.  bench/init/init-shell.c is its other end.
 */
#ifndef CGMARK_GUEST_SHELL_H
#define CGMARK_GUEST_SHELL_H

#include "machine.h"

struct guest_shell {
	const struct machine_ops *ops;
	const char *machine_arg;
	struct boot_image img;	 /* ports are added here */
	const char *const *argv; /* NULL at the end, likewise envp */
	const char *const *envp;
	const char *cwd;
	/*
	 * In a terminal of the guest, which this process's becomes a view of:
	 * stdin has to be one.
	 */
	bool tty;
	bool no_stdin;	     /* nothing instead of stdin */
	int console_fd;	     /* gets the kernel log; -1: none */
	unsigned hello_ms;   /* for the boot */
	unsigned timeout_ms; /* for the command; 0: no limit */
};

enum guest_shell_end {
	SHELL_EXITED,	   /* status: its exit status */
	SHELL_KILLED,	   /* status: signal */
	SHELL_LEFT,	   /* by the keys for it */
	SHELL_INTERRUPTED, /* SIGINT or SIGTERM */
	SHELL_SUBJECT,	   /* the kernel failed, or took too long; logged */
	SHELL_HOST,	   /* the host failed; logged */
};

struct guest_shell_result {
	enum guest_shell_end end;
	int status;
	bool splat; /* the kernel complained; logged */
};

/* Boots, runs the command, and ends the guest (shell-loop.c). */
void guest_shell_run(const struct guest_shell *sh,
		     struct guest_shell_result *ret);

#endif
