/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of files and links.  They depend on what is shown and on nothing else, so
 * that links stay the same from night to night; names are foreign, and none leads
 * out of the site.
 */
#ifndef CGMARK_SITE_PATH_H
#define CGMARK_SITE_PATH_H

#include "strbuf.h"

/*
 * One part of a path.  No two names have the same: letters, digits and "_-=,"
 * stay, '/' is '.', all else ~ and two hex digits; a long one ends in a hash.
 * Caller frees.
 */
char *site_slug(const char *name);

/* Folder of a site for files that are being written; empty between two builds. */
#define SITE_TMP "data/tmp"

/*
 * Writes SITE/PATH unless it has this content already; makes folders.  A reader sees
 * the old content or the new.  -errno, logged.
 */
int site_file(const char *site, const char *path, const void *data, size_t len);

#endif
