/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognises kernel splats in console lines. */
#ifndef CGMARK_OOPS_H
#define CGMARK_OOPS_H

#include <stdbool.h>

enum splat {
	SPLAT_NONE,
	SPLAT_PANIC, /* the kernel is gone */
	SPLAT_BUG,   /* BUG, oops, KASAN, UBSAN, bad page, list corruption */
	SPLAT_WARNING,
	SPLAT_LOCKDEP,
	SPLAT_RCU,  /* stall, suspicious usage */
	SPLAT_HANG, /* soft/hard lockup, hung task */
};

/*
 * line without LF.  *text is where its message begins, or that of the splat:
 * behind a "[   12.345678]" stamp, level, caller and colours, which may stand
 * behind output of a program.
 */
enum splat oops_classify(const char *line, const char **text);
const char *oops_name(enum splat s);

#endif
