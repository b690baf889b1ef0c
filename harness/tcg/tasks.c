/* SPDX-License-Identifier: GPL-2.0-only */
#include "tasks.h"
#include "guest-memory.h"

/* Of all stacks of tasks, which are aligned to their size. */
#define STACK_SHIFT 14

void tasks_begin(struct tasks *t)
{
	*t = (struct tasks){ .from_user = true, .belongs = true };
}

void tasks_user(struct tasks *t)
{
	t->from_user = t->belongs = true;
	t->interrupts = 0;
	t->ends_interrupt = false;
	t->stack = 0;
}

void tasks_kernel(struct tasks *t, const struct tasks_block *b)
{
	if (t->ends_interrupt && t->interrupts)
		t->interrupts--;
	t->ends_interrupt = b->ends_interrupt;
	/* A fault inside an interrupt ends in the same way, and is part of it. */
	if (b->interrupt_entry || (b->exception_entry && t->interrupts))
		t->interrupts++;
}

static bool is_known(const struct tasks *t, uint64_t stack)
{
	for (unsigned i = 0; i < t->nr; i++)
		if (t->stacks[i] == stack)
			return true;
	return false;
}

static void add(struct tasks *t, uint64_t stack)
{
	if (is_known(t, stack))
		return;
	if (t->nr < TASKS_MAX) {
		t->stacks[t->nr++] = stack;
		return;
	}
	t->stacks[t->oldest] = stack;
	t->oldest = (t->oldest + 1) % TASKS_MAX;
}

void tasks_stack(struct tasks *t, uint64_t at)
{
	uint64_t stack = at >> STACK_SHIFT;

	/* Entries begin on a stack of the CPU and leave it soon. */
	if (stack == t->stack || (at >= CPU_ENTRY && at < CPU_ENTRY_END))
		return;
	t->stack = stack;
	if (t->from_user)
		add(t, stack);
	t->from_user = false;
	t->belongs = is_known(t, stack);
}
