/* SPDX-License-Identifier: GPL-2.0-only */
/* Who stands in the tags of a mail. */
#ifndef CGMARK_TAG_BY_H
#define CGMARK_TAG_BY_H

#include <stdbool.h>

/* Is it "NAME <ADDRESS>", on one line? */
bool tag_by_ok(const char *by);
/*
 * The author that git(1) is configured with, as "NAME <ADDRESS>"; NULL without
 * one.  The caller frees.
 */
char *tag_by_git(void);

#endif
