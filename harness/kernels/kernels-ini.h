/* SPDX-License-Identifier: GPL-2.0-only */
/* kernels.ini as it is written: sections of plain strings. */
#ifndef CGMARK_KINI_H
#define CGMARK_KINI_H

#include <stddef.h>

/* Options of a kernel; NULL: not given. */
struct kopts {
	char *source;
	char *patches;
	char *first;  /* number: not more patches of the series */
	char *config; /* names separated by blanks */
	char *cmdline;
};

struct kini_section {
	char *name;
	struct kopts opts;
};

struct kini {
	char *path; /* of the file, for messages */
	struct kini_section *sections;
	size_t nr;
};

void kopts_release(struct kopts *o);
/* The member that a key names, or NULL. */
char **kopts_member(struct kopts *o, const char *key);
/* All keys, for messages. */
extern const char *const kopts_keys[];
extern const size_t kopts_nr_keys;

/* Reads KERNEL_DIR/kernels.ini.  Returns an exit_status; errors were logged. */
int kini_load(const char *kernel_dir, struct kini *ret);
void kini_release(struct kini *ini);
/* NULL if there is no such section. */
const struct kini_section *kini_find(const struct kini *ini, const char *name);
/* Logs that there is no kernel of that name, with the nearest. */
void kini_log_unknown(const struct kini *ini, const char *name);

#endif
