/* SPDX-License-Identifier: GPL-2.0-only */
/* A calibration for tests of this and of later stages. */
#ifndef CGMARK_TEST_MADE_UP_H
#define CGMARK_TEST_MADE_UP_H

#include "alloc.h"
#include "calibration.h"

static inline void made_up_cost(struct calib_cost *c, enum cost_kind kind,
				double part, unsigned nr, unsigned found)
{
	bool tail = kind == COST_TAIL;

	*c = (struct calib_cost){
		.cost = { 0, kind, part, 450 },
		.run = xstrdup("20260101T000000Z-0001"),
		.points = xcalloc(1, sizeof(*c->points)),
		.nr_points = 1,
		.others = { .nr = 60 },
	};
	c->points[0] = (struct calib_point){
		.bench = xstrdup("fork/exit"),
		.params = xstrdup("controllers=none"),
		.metric = xstrdup("insns"),
		.insns = 150000 * part,
		.part = part,
		.tail_seen = true,
		.nr = nr,
		.found = found,
		.tail = tail ? found : 0,
	};
}

/* No false alarm, all of 0.3% found, all tails but two. */
static inline struct calibration *made_up(void)
{
	struct calibration *c = xcalloc(1, sizeof(*c));

	c->created = xstrdup("2026-01-01T00:00:00Z");
	c->version = xstrdup("0.1.0");
	c->machine = xstrdup("sim");
	c->machine_detail = xstrdup("QEMU");
	c->suite = xstrdup("quick");
	c->limits = calibration_limits();
	c->guest_sha256 = xstrdup("00");
	c->kernel = xstrdup("6.12.1");
	c->seed = 1;
	c->perturbations = 12;
	c->draws = 12;
	c->boots = 100;
	c->planned = 3;
	c->nulls[NULL_SAME].nr = c->nulls[NULL_PADDED].nr = 300;
	c->costs = xcalloc(3, sizeof(*c->costs));
	c->nr_costs = 3;
	made_up_cost(&c->costs[0], COST_INSNS, 0.003, 100, 100);
	made_up_cost(&c->costs[1], COST_INSNS, 0.001, 20, 5);
	made_up_cost(&c->costs[2], COST_TAIL, 0.01, 100, 98);
	return c;
}

#endif
