/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run was planned to measure, and on what, but not where, when and by which
 * command: two runs with the same plan differ in nothing that one can choose.
 */
#ifndef CGMARK_RUN_PLAN_H
#define CGMARK_RUN_PLAN_H

#include "run.h"

/* SHA-256 of it.  Of a shard: of the plan that it is a part of. */
void run_plan_digest(const struct run *run, char hex[65]);

/*
 * In which respect two plans differ, such as "kernels" or "points", by its name in
 * run.json; NULL: in none.  Further boots, which no plan has, do not count.
 */
const char *run_plan_difference(const struct run *a, const struct run *b);

#endif
