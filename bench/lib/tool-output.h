/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tools that workloads run say that they did. */
#ifndef CGMARK_TOOL_OUTPUT_H
#define CGMARK_TOOL_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Operations that the output of a command speaks of: the bogo operations of
 * stress-ng (--metrics-brief), the runs of hyperfine (--export-json) that ended
 * with status 0.  0 or -EBADMSG: it does not say; -ENOTSUP: another tool.
 */
int tool_ops(const char *const *words, const char *output, uint64_t *ret);
/* The output of a job of that tool is JSON and nothing else. */
bool tool_prints_json(const char *tool);

#endif
