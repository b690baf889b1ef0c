/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be put back, on the disk before anything is set: lines of PATH, what it
 * was and what it was set to, with tabs between.  Paths are of settings of processors
 * and interrupts, as they are on the running system.  The file is in a folder that
 * does not outlive a reboot, as what it tells of does not either.
 */
#ifndef CGMARK_STEADY_SAVED_H
#define CGMARK_STEADY_SAVED_H

#include "strbuf.h"

struct steady_setting {
	char *path;
	char *old;
	char *new;
};

struct steady_settings {
	struct steady_setting *list;
	size_t nr;
};

/* Copies; "" for a value that cannot be in such a line, which is false. */
bool steady_settings_add(struct steady_settings *s, const char *path,
			 const char *old, const char *new);
struct steady_setting *steady_settings_find(const struct steady_settings *s,
					    const char *path);
void steady_settings_release(struct steady_settings *s);

/* 0, also if there is no file; -EBADMSG: nobody should act on it; or -errno. */
int steady_saved_load(const char *path, struct steady_settings *ret);
/* Whole, or as it was; an empty list removes the file.  -errno. */
int steady_saved_save(const char *path, const struct steady_settings *s);

#endif
