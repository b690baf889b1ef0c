/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does what a CPU executes belong to the operation that its worker does?
 *
 * The worker's system calls and faults do, and so do those of other tasks that
 * run in user space on this CPU meanwhile: its children, as the worker is bound
 * to the CPU.  Interrupts, kernel threads and the idle loop do not: when they
 * come is up to the clock.  A plugin sees no task, but it sees on which stack
 * calls and returns are, and who comes from user space has a stack of its own.
 */
#ifndef CGMARK_TCG_TASKS_H
#define CGMARK_TCG_TASKS_H

#include <stdbool.h>
#include <stdint.h>

#define TASKS_MAX 16

struct tasks {
	uint64_t stacks[TASKS_MAX]; /* of those that belong to it */
	unsigned nr, oldest;
	uint64_t stack;	     /* in use */
	bool from_user;	     /* the next stack is that of a task */
	bool belongs;	     /* what runs on this stack does */
	unsigned interrupts; /* that are served, nested */
	bool ends_interrupt; /* the block that runs does, at its end */
};

/* An operation begins, in user space. */
void tasks_begin(struct tasks *t);
/* A block of user space begins. */
void tasks_user(struct tasks *t);
/* A block of the kernel does; where does it stand in an interrupt? */
struct tasks_block {
	bool interrupt_entry;
	bool exception_entry;
	bool ends_interrupt; /* or exception: by iretq */
};
void tasks_kernel(struct tasks *t, const struct tasks_block *b);
/* A call or return in the kernel uses the stack here. */
void tasks_stack(struct tasks *t, uint64_t at);

static inline bool tasks_count(const struct tasks *t)
{
	return t->belongs && !t->interrupts;
}

#endif
