/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flame graphs: as wide as a page, and one that is drawn for a phone; the wide one
 * also as a PNG, by rsvg-convert, for who sends it by mail.
 */
#ifndef CGMARK_SITE_FLAME_H
#define CGMARK_SITE_FLAME_H

#include "explain.h"
#include "site-model.h"
#include "strbuf.h"

/*
 * Writes plot/PATH-flame.svg, -flame-narrow.svg and -flame.png of the site, unless
 * they are there already.  -errno, logged.
 */
int site_flame(const struct site *s, const struct run *run,
	       const struct explain_kernel kernels[EX_BOTH],
	       const struct explanation *e, const char *path);

/* The figure, for a page that is one folder below the top. */
void site_flame_show(struct strbuf *out, const char *path, const char *title);

#endif
