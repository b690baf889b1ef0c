/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The raw files of a run as one compressed archive.  A page offers no raw file by
 * itself: guests wrote them, and a browser may take one for a page.
 */
#ifndef CGMARK_SITE_ARCHIVE_H
#define CGMARK_SITE_ARCHIVE_H

#include "strbuf.h"

struct archive_file {
	char *path; /* below the run */
	uint64_t bytes;
};

struct archive_files {
	struct archive_file *list; /* sorted by path */
	size_t nr;
	uint64_t bytes;
};

/* Regular files alone, and none through a symlink. */
void archive_find(const char *dir, struct archive_files *ret);
void archive_release(struct archive_files *a);

/*
 * A tar of them below name/, the same for the same files.  -EFBIG: they are more
 * than an archive may have; not logged.  Other -errno: logged.
 */
int archive_make(const char *dir, const char *name,
		 const struct archive_files *a, struct strbuf *ret);

#endif
