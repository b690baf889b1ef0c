/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"

/* Of all stacks of the kernel, which are aligned to their size, or larger. */
#define STACK_SHIFT 14

static void *grow(void *p, size_t nr, size_t size)
{
	p = realloc(p, nr * size);
	if (!p) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return p;
}

static void *zeroed(size_t nr, size_t size)
{
	void *p = grow(NULL, nr, size);

	memset(p, 0, nr * size);
	return p;
}

void contexts_init(struct contexts *c)
{
	memset(c, 0, sizeof(*c));
	c->alloc = 1024;
	c->list = zeroed(c->alloc, sizeof(*c->list));
	c->nr = 1;
	c->index_size = 4096;
	c->index = zeroed(c->index_size, sizeof(*c->index));
	c->stacks_size = 256;
	c->stacks = zeroed(c->stacks_size, sizeof(struct stack *));
}

void contexts_release(struct contexts *c)
{
	for (uint32_t i = 0; i < c->stacks_size; i++) {
		if (!c->stacks[i])
			continue;
		free(c->stacks[i]->frames);
		free(c->stacks[i]);
	}
	free(c->stacks);
	free(c->index);
	free(c->list);
}

static uint32_t hash(uint64_t v)
{
	return (v * 0x9e3779b97f4a7c15ULL) >> 32;
}

/* Where the context is in the index, or could be put. */
static uint32_t *find(const struct contexts *c, uint32_t parent,
		      uint32_t function)
{
	uint32_t i = hash((uint64_t)parent << 32 | function);

	for (;; i++) {
		uint32_t *slot = &c->index[i & (c->index_size - 1)];
		const struct context *x = &c->list[*slot];

		if (!*slot || (x->parent == parent && x->function == function))
			return slot;
	}
}

static void grow_index(struct contexts *c)
{
	free(c->index);
	c->index_size *= 2;
	c->index = zeroed(c->index_size, sizeof(*c->index));
	for (uint32_t i = 1; i < c->nr; i++)
		*find(c, c->list[i].parent, c->list[i].function) = i;
}

uint32_t contexts_child(struct contexts *c, uint32_t parent, uint32_t function)
{
	uint32_t *slot = find(c, parent, function);
	uint32_t ret = *slot;

	if (ret)
		return ret;
	if (c->nr == c->alloc) {
		c->alloc *= 2;
		c->list = grow(c->list, c->alloc, sizeof(*c->list));
	}
	ret = *slot = c->nr++;
	c->list[ret] =
		(struct context){ .parent = parent, .function = function };
	if (c->nr > c->index_size / 2)
		grow_index(c);
	return ret;
}

void contexts_clear_counts(struct contexts *c)
{
	for (uint32_t i = 0; i < c->nr; i++)
		memset(c->list[i].count, 0, sizeof(c->list[i].count));
}

static struct stack **find_stack(const struct contexts *c, uint64_t id)
{
	uint32_t i = hash(id);

	for (;; i++) {
		struct stack **slot = &c->stacks[i & (c->stacks_size - 1)];

		if (!*slot || (*slot)->id == id)
			return slot;
	}
}

static void grow_stacks(struct contexts *c)
{
	struct stack **old = c->stacks;
	uint32_t size = c->stacks_size;

	c->stacks_size *= 2;
	c->stacks = zeroed(c->stacks_size, sizeof(struct stack *));
	for (uint32_t i = 0; i < size; i++)
		if (old[i])
			*find_stack(c, old[i]->id) = old[i];
	free(old);
}

static void use_stack(struct contexts *c, uint64_t at)
{
	uint64_t id = at >> STACK_SHIFT;
	struct stack **slot;

	if (c->stack && c->stack->id == id)
		return;
	slot = find_stack(c, id);
	if (!*slot) {
		*slot = zeroed(1, sizeof(**slot));
		(*slot)->id = id;
		c->stack = *slot;
		if (++c->nr_stacks > c->stacks_size / 2)
			grow_stacks(c);
		return;
	}
	c->stack = *slot;
}

/* Drops the frames that cannot be there any more. */
static void drop_frames(struct contexts *c, uint64_t at)
{
	struct stack *s = c->stack;

	while (s->nr && s->frames[s->nr - 1].at <= at)
		s->nr--;
	c->top = s->nr ? s->frames[s->nr - 1].caller : CONTEXT_ROOT;
}

void contexts_call(struct contexts *c, uint64_t at, uint32_t self,
		   uint32_t function)
{
	uint32_t top = c->top;
	struct stack *s;

	use_stack(c, at);
	drop_frames(c, at);
	/* It was taken for one below another caller. */
	if (c->top != top)
		self = contexts_child(c, c->top, function);
	s = c->stack;
	if (s->nr == s->alloc) {
		s->alloc = s->alloc ? 2 * s->alloc : 16;
		s->frames = grow(s->frames, s->alloc, sizeof(*s->frames));
	}
	s->frames[s->nr++] = (struct frame){ .at = at, .caller = self };
	c->top = self;
}

void contexts_return(struct contexts *c, uint64_t at)
{
	use_stack(c, at);
	drop_frames(c, at);
}

void contexts_user(struct contexts *c)
{
	c->top = CONTEXT_ROOT;
}
