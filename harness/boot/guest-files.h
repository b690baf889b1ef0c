/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs of the host that travel to the guest, with the shared libraries
 * that their loader says they need.
 */
#ifndef CGMARK_HOSTPROG_H
#define CGMARK_HOSTPROG_H

#include <stddef.h>

#include "macro.h"

/* A file to take along. */
struct hostfile {
	char *path;  /* here */
	char *guest; /* in the guest, relative: "bin/stress-ng" */
};

struct hostfiles {
	struct hostfile *v; /* by guest path, each once */
	size_t nr;
};

/*
 * Path of a program: a name is looked for in $PATH, anything with a '/' is
 * taken as it is.  NULL if there is none.
 */
char *hostprog_find(const char *name);

/*
 * Adds a program, as bin/NAME, with its loader and libraries at the paths that
 * they have here.  Returns an exit_status; errors were logged.  `who` needs it,
 * for the message that it is missing.
 */
int hostfiles_add(struct hostfiles *files, const char *name, const char *who);
void hostfiles_release(struct hostfiles *files);

/*
 * The paths in what a loader prints for --list.  Calls fn for each; a library
 * that was not found is -ENOENT with its name in *missing (caller frees).
 * Changes text.
 */
int hostprog_parse_list(char *text, void (*fn)(const char *path, void *arg),
			void *arg, char **missing);

#endif
