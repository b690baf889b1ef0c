/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a boot depends on, as text: one line "NAME VALUE" for each input.  Files
 * stand there by the hash of their content, so that no path of the host matters.
 */
#ifndef CGMARK_BOOT_INPUTS_H
#define CGMARK_BOOT_INPUTS_H

#include <sys/stat.h>

#include "strbuf.h"

struct input_file {
	char *path;
	struct stat st; /* before it was read */
	char sha256[65];
};

/* Files that boots depend on; each is read once. */
struct input_files {
	struct input_file *v;
	size_t nr;
};

void input_files_release(struct input_files *files);
/* The path of one that has changed since it was read, or NULL. */
const char *input_files_changed(const struct input_files *files);

/* All zero but files: empty. */
struct boot_inputs {
	struct strbuf text;
	struct input_files *files;
};

void boot_inputs_release(struct boot_inputs *in);
/* value must not contain a line feed. */
void boot_inputs_add(struct boot_inputs *in, const char *name,
		     const char *value);
void boot_inputs_add_number(struct boot_inputs *in, const char *name,
			    uint64_t value);
/* By the hash of its bytes. */
void boot_inputs_add_data(struct boot_inputs *in, const char *name,
			  const void *data, size_t len);
/* By the hash of its content.  0 or -errno, not logged; nothing is added then. */
int boot_inputs_add_file(struct boot_inputs *in, const char *name,
			 const char *path);

#endif
