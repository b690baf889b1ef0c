/* SPDX-License-Identifier: GPL-2.0-only */
/* Explanations as JSON. */
#ifndef CGMARK_EXPLAIN_JSON_H
#define CGMARK_EXPLAIN_JSON_H

#include <stdio.h>

#include "explain.h"

/* All points of one call as a list.  0 or -errno. */
int explain_print_json(FILE *out, const struct run *run,
		       const struct explain_kernel kernels[EX_BOTH],
		       struct explanation *const *list, size_t nr);

#endif
