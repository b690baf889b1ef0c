/* SPDX-License-Identifier: GPL-2.0-only */
/* kernels.ini as plain text: sections of strings, not yet interpreted. */
#ifndef CGMARK_KERNELS_INI_H
#define CGMARK_KERNELS_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"

#define KERNELS_INI_NAME_MAX 32

/*
 * Letters, digits, '.', '_' and '-', the first neither '.' nor '-'; at most
 * KERNELS_INI_NAME_MAX.
 */
bool kernels_ini_name_ok(const char *name);

/* Options of a kernel; NULL: not given. */
struct kernel_opts {
	char *source;
	char *patches;
	char *first;  /* number of patches to take from the series */
	char *config; /* names separated by blanks */
	char *cmdline;
};

struct kernels_ini_section {
	char *name;
	struct kernel_opts opts;
};

struct kernels_ini {
	char *path; /* for messages */
	struct kernels_ini_section *sections;
	size_t nr;
};

void kernel_opts_release(struct kernel_opts *o);
/* The member that a key names, or NULL. */
char **kernel_opts_member(struct kernel_opts *o, const char *key);
/* All keys, for messages. */
extern const char *const kernel_opts_keys[];
extern const size_t kernel_opts_nr_keys;

/* Reads KERNEL_DIR/kernels.ini.  Errors are logged. */
enum exit_status kernels_ini_load(const char *kernel_dir,
				  struct kernels_ini *ret);
void kernels_ini_release(struct kernels_ini *ini);
/* NULL if there is no such section. */
const struct kernels_ini_section *
kernels_ini_find(const struct kernels_ini *ini, const char *name);
/* Logs that no kernel has this name, with the nearest one. */
void kernels_ini_log_unknown(const struct kernels_ini *ini, const char *name);

#endif
