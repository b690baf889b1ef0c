/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings as text for terminals and mail. */
#ifndef CGMARK_COMPARE_TEXT_H
#define CGMARK_COMPARE_TEXT_H

#include <stdio.h>

#include "findings.h"

/* At most PRINT_COLUMNS wide.  verbose: names each patch. */
void compare_print_text(FILE *out, const struct findings *f, bool verbose);

#endif
