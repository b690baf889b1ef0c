/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways to the same end, for compare-json.c, which describes the format. */
#ifndef CGMARK_WAYS_JSON_H
#define CGMARK_WAYS_JSON_H

#include <jansson.h>

#include "findings.h"

/* Those of all kernels; the caller owns the array. */
json_t *json_ways(const struct findings *f);

#endif
