/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tools run by workloads say they did. */
#ifndef CGMARK_TOOL_OUTPUT_H
#define CGMARK_TOOL_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many operations the output of a command reports: stress-ng's bogo
 * operations (--metrics-brief), or hyperfine's runs that exited with status 0
 * (--export-json).  0; -EBADMSG: it does not say; -ENOTSUP: another tool.
 */
int tool_ops(const char *const *words, const char *output, uint64_t *ret);
/* Does a job of that tool print JSON and nothing else? */
bool tool_prints_json(const char *tool);

#endif
