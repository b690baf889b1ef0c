/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a comparison as mail, for messages that say more. */
#ifndef CGMARK_COMPARE_MAIL_H
#define CGMARK_COMPARE_MAIL_H

#include "compare-formats.h"

/* The table with its legend and doubts. */
void compare_mail_table(FILE *out, const struct findings *f,
			const struct print_opts *o);
/* What was compared, on what, and how to reproduce it. */
void compare_mail_origin(FILE *out, const struct findings *f);

#endif
