/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which operation comes next: a function of seed, round and worker alone, and
 * not of what came out, so that a seed means the same on each kernel.
 */
#include "fuzz.h"

static struct rng rng;
static unsigned who;
static unsigned last_op;
static uint32_t memory; /* its number */
/* What the operation before used: the next one often goes on with it. */
static uint32_t last[NR_ARG_KINDS];

void gen_start(uint64_t seed, unsigned round, unsigned worker)
{
	rng_seed(&rng, (seed << 32) + round * NR_WORKERS + worker);
	rng_seed(&rng, ((uint64_t)rng_below(&rng, UINT32_MAX) << 32) +
			       rng_below(&rng, UINT32_MAX));
	who = worker;
	last_op = 0;
	memset(last, 0, sizeof(last));
	check(arg_parse(ARG_SUBSYS, "memory", &memory));
}

static unsigned weight(unsigned op)
{
	return is_chosen(op) ? ops[op]->weight[who] : 0;
}

static unsigned any_op(void)
{
	unsigned sum = 0, n;

	for (unsigned i = 0; i < nr_ops; i++)
		sum += weight(i);
	check(sum);
	n = rng_below(&rng, sum);
	for (unsigned i = 0; i < nr_ops; i++) {
		if (n < weight(i))
			return i;
		n -= weight(i);
	}
	return 0;
}

static unsigned nr_words(const char *list)
{
	unsigned nr = 1;

	for (; (list = strchr(list, ',')); list++)
		nr++;
	return nr;
}

/* One of those that often come after the last one, or -1. */
static int follower(void)
{
	const char *then = ops[last_op]->then;
	char name[32];
	unsigned n;
	int op;

	if (!then || rng_below(&rng, 8) < 3)
		return -1;
	for (n = rng_below(&rng, nr_words(then)); n; n--)
		then = strchr(then, ',') + 1;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(then, ","), then);
	op = op_by_name(name);
	check(op >= 0);
	return weight(op) ? op : -1;
}

/* Memory makes the deepest states: everything lingers. */
static uint32_t any_subsys(void)
{
	if (rng_below(&rng, 4) == 0)
		return last[ARG_SUBSYS];
	if (rng_below(&rng, 4) == 0)
		return memory;
	return rng_below(&rng, nr_subsystems);
}

static uint32_t any_set(void)
{
	uint32_t set = 0;

	if (rng_below(&rng, 4) == 0)
		return last[ARG_SET];
	if (rng_below(&rng, 16) == 0)
		return 0;
	do {
		set |= 1U << any_subsys();
	} while (rng_below(&rng, 2));
	return set;
}

/* An unprivileged user has no business elsewhere, mostly. */
static uint32_t any_dir(void)
{
	uint32_t dir;

	if (rng_below(&rng, 2))
		return last[ARG_DIR];
	do {
		dir = rng_below(&rng, nr_dirs);
	} while (who == USER && dirs[dir][0] != 'u' && rng_below(&rng, 8));
	return dir;
}

static uint32_t any_value(enum arg kind)
{
	switch (kind) {
	case ARG_SET:
		return any_set();
	case ARG_SUBSYS:
		return any_subsys();
	case ARG_DIR:
		return any_dir();
	case ARG_N:
	case ARG_CONTROL:
		return rng_below(&rng, arg_range(kind));
	default:
		if (rng_below(&rng, 2))
			return last[kind];
		return rng_below(&rng, arg_range(kind));
	}
}

static void remember(enum arg kind, uint32_t value)
{
	last[kind] = value;
	if (kind == ARG_MOUNT)
		last[ARG_TOP] = value;
	if (kind == ARG_TOP && value < NR_MOUNTS)
		last[ARG_MOUNT] = value;
}

void gen_next(struct call *ret)
{
	int op = follower();

	memset(ret, 0, sizeof(*ret));
	ret->worker = who;
	ret->op = op < 0 ? any_op() : (unsigned)op;
	for (unsigned i = 0; i < NR_ARGS && ops[ret->op]->args[i]; i++) {
		enum arg kind = ops[ret->op]->args[i];

		ret->args[i] = any_value(kind);
		remember(kind, ret->args[i]);
	}
	last_op = ret->op;
}
