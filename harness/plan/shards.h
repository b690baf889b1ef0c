/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a run for several machines.  Which boots are whose depends on the plan
 * alone, so that each machine finds out for itself.
 */
#ifndef CGMARK_SHARDS_H
#define CGMARK_SHARDS_H

#include "run.h"

/*
 * The most shards that a plan can have.  Where time is measured each takes whole
 * perturbations: kernels are to be compared on one machine, not across machines.
 */
unsigned plan_shards_max(const struct run *run, bool exact);

/*
 * Makes the run, of which all boots are planned, shard number 1..of: it keeps its
 * boots, and the plan goes to run->shard.  There are no more than
 * plan_shards_max().
 */
void plan_shard(struct run *run, unsigned number, unsigned of);

#endif
