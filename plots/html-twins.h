/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_HTML_TWINS_H
#define CGMARK_HTML_TWINS_H

#include "shared.h"
#include "strbuf.h"

/*
 * The price of the group: which lines are shared if workers are in one group, in
 * siblings or in groups of different parents (param group), side by side.
 */
void html_twins(struct strbuf *out, const struct run *run,
		const struct shared_kernel *k);

#endif
