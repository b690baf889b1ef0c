/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs copied from the host to the guest, with the shared libraries that
 * their loader lists.
 */
#ifndef CGMARK_GUEST_FILES_H
#define CGMARK_GUEST_FILES_H

#include <stddef.h>

#include "exit-status.h"

/* A file to take along. */
struct guest_file {
	char *path;  /* here */
	char *guest; /* in the guest, relative: "bin/stress-ng" */
};

struct guest_files {
	struct guest_file *v; /* by guest path, each once */
	size_t nr;
};

/*
 * Adds a program, as bin/NAME, with its loader and libraries at the paths that
 * they have here.  Errors were logged; `who` needs the program, for the message
 * that it is missing.
 */
enum exit_status guest_files_add(struct guest_files *files, const char *name,
				 const char *who);
void guest_files_release(struct guest_files *files);

/*
 * The paths in what a loader prints for --list.  Calls fn for each; a library
 * that was not found is -ENOENT with its name in *missing (caller frees).
 * Changes text.
 */
int guest_files_parse_list(char *text, void (*fn)(const char *path, void *arg),
			   void *arg, char **missing);

#endif
