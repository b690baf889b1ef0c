/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* No line has this number: addresses are shifted right to get one. */
#define NO_LINE UINT64_MAX

#define BYTES_MAX (1u << 30)
#define WAYS_MAX 64
#define LINE_MIN 8
#define LINE_MAX 4096

static bool is_power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

static bool shape_is_valid(const struct cache_shape *s)
{
	return s->bytes <= BYTES_MAX && s->ways >= 1 && s->ways <= WAYS_MAX &&
	       s->line >= LINE_MIN && s->line <= LINE_MAX &&
	       is_power_of_two(s->line) &&
	       s->bytes % (s->ways * s->line) == 0 &&
	       is_power_of_two(s->bytes / (s->ways * s->line));
}

bool cache_parse_shape(const char *text, struct cache_shape *ret)
{
	struct cache_shape s;
	int end = 0;

	if (sscanf(text, "%9" SCNu32 ":%9" SCNu32 ":%9" SCNu32 "%n", &s.bytes,
		   &s.ways, &s.line, &end) != 3 ||
	    text[end] || !shape_is_valid(&s))
		return false;
	*ret = s;
	return true;
}

static size_t nr_lines(const struct cache *c)
{
	return c->shape.bytes / c->shape.line;
}

bool cache_init(struct cache *c, const struct cache_shape *shape)
{
	*c = (struct cache){
		.shape = *shape,
		.line_shift = __builtin_ctz(shape->line),
		.set_mask = shape->bytes / (shape->ways * shape->line) - 1,
	};
	c->tags = malloc(nr_lines(c) * sizeof(*c->tags));
	if (!c->tags)
		return false;
	cache_empty(c);
	return true;
}

void cache_release(struct cache *c)
{
	free(c->tags);
	c->tags = NULL;
}

void cache_empty(struct cache *c)
{
	for (size_t i = 0; i < nr_lines(c); i++)
		c->tags[i] = NO_LINE;
}

bool cache_use(struct cache *c, uint64_t addr)
{
	uint64_t line = addr >> c->line_shift;
	uint64_t *set = c->tags + (line & c->set_mask) * c->shape.ways;
	uint32_t way = 0;
	bool hit;

	while (way < c->shape.ways - 1 && set[way] != line)
		way++;
	hit = set[way] == line;
	/* The last one, which was not used for longest, gives way on a miss. */
	memmove(set + 1, set, way * sizeof(*set));
	set[0] = line;
	return hit;
}

#define WEAKLY_NOT_TAKEN 1
#define STRONGLY_TAKEN 3

void predictor_reset(struct predictor *p)
{
	p->history = 0;
	memset(p->counter, WEAKLY_NOT_TAKEN, sizeof(p->counter));
}

bool predictor_branch(struct predictor *p, uint64_t pc, bool taken)
{
	const uint32_t mask = (1u << PREDICTOR_BITS) - 1;
	uint8_t *counter = &p->counter[((uint32_t)pc ^ p->history) & mask];
	bool predicted = (*counter > WEAKLY_NOT_TAKEN) == taken;

	if (taken && *counter < STRONGLY_TAKEN)
		++*counter;
	else if (!taken && *counter > 0)
		--*counter;
	p->history = (p->history << 1 | taken) & mask;
	return predicted;
}

bool model_init(struct model *m, const struct cache_shape *l1i,
		const struct cache_shape *l1d, const struct cache_shape *ll)
{
	memset(m, 0, sizeof(*m));
	if (!cache_init(&m->l1i, l1i) || !cache_init(&m->l1d, l1d) ||
	    !cache_init(&m->ll, ll)) {
		model_release(m);
		return false;
	}
	predictor_reset(&m->predictor);
	return true;
}

void model_release(struct model *m)
{
	cache_release(&m->l1i);
	cache_release(&m->l1d);
	cache_release(&m->ll);
}

void model_reset(struct model *m)
{
	cache_empty(&m->l1i);
	cache_empty(&m->l1d);
	cache_empty(&m->ll);
	predictor_reset(&m->predictor);
}

static void use(struct model *m, struct cache *l1, uint64_t addr,
		struct model_miss *miss)
{
	if (cache_use(l1, addr))
		return;
	miss->l1 = 1;
	if (!cache_use(&m->ll, addr))
		miss->ll = 1;
}

struct model_miss model_fetch(struct model *m, uint64_t addr)
{
	struct model_miss miss = { 0, 0 };

	use(m, &m->l1i, addr, &miss);
	return miss;
}

struct model_miss model_data(struct model *m, uint64_t addr, unsigned bytes)
{
	struct model_miss miss = { 0, 0 };
	uint64_t last = addr + bytes - 1;

	use(m, &m->l1d, addr, &miss);
	if (last >> m->l1d.line_shift != addr >> m->l1d.line_shift)
		use(m, &m->l1d, last, &miss);
	return miss;
}
