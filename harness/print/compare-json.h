/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings as JSON, with the value of every boot. */
#ifndef CGMARK_COMPARE_JSON_H
#define CGMARK_COMPARE_JSON_H

#include <stdio.h>

#include "findings.h"

/* One object; compare-json.c describes it.  Returns 0 or -errno. */
int compare_print_json(FILE *out, const struct findings *f);

#endif
