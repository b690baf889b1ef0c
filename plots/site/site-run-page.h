/* SPDX-License-Identifier: GPL-2.0-only */
/* The page of one run, and the files that go with it. */
#ifndef CGMARK_SITE_RUN_PAGE_H
#define CGMARK_SITE_RUN_PAGE_H

#include "site-run.h"

/*
 * Writes run/RUN.html, .csv and .tar.zst of the run in r->dir, and fills in what
 * is known of it.  -EBADMSG and the like: the run cannot be read; other -errno:
 * the site cannot be written.  Logged.
 */
int site_run_write(const char *site, struct site_run *r);

#endif
