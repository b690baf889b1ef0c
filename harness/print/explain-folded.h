/* SPDX-License-Identifier: GPL-2.0-only */
/* Call stacks, one a line, for flame graph tools. */
#ifndef CGMARK_EXPLAIN_FOLDED_H
#define CGMARK_EXPLAIN_FOLDED_H

#include <stdio.h>

#include "explain.h"

/* "caller;callee BASE CONTENDER", per operation. */
void explain_print_folded(FILE *out, const struct explanation *e);

#endif
