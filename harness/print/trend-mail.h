/* SPDX-License-Identifier: GPL-2.0-only */
/* The message about a night, for a list or a person. */
#ifndef CGMARK_TREND_MAIL_H
#define CGMARK_TREND_MAIL_H

#include <stdio.h>

#include "compare-formats.h"
#include "history.h"

struct trend_mail {
	const struct findings *findings; /* of the run of the night */
	const struct history *history;	 /* of its job; NULL: none */
	const char *to;			 /* NULL: no such header */
	const char *where; /* of the published pages; NULL: nowhere */
};

/*
 * Headers, a paragraph, steps, the table, functions, and how to reproduce it: a
 * message that sendmail takes, but for the sender.  At most 78 columns.  0 or -errno.
 */
int trend_mail_print(FILE *out, const struct trend_mail *m);

#endif
