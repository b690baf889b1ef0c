/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who called whom: a tree of contexts, each a function below the context that
 * called it, and the call stacks with which the guest moves through it.
 *
 * A plugin sees no registers, but it sees where a call stores its return
 * address and where a return loads one, and that is the stack pointer.  Frames
 * are kept per stack, which is known by its address, so tasks and interrupt
 * stacks do not mix.  A frame at or below an address that is pushed anew, or
 * popped, is gone, however it went: a stack that was left by other means than
 * returns (a task's end, an error path in assembly) puts itself right.
 *
 * What an interrupt or exception runs hangs below the caller of the function
 * that it came to; what runs on a stack of its own hangs below nothing.  Jumps
 * to another function in place of a call do so too: its caller is the caller's.
 */
#ifndef CGMARK_TCG_CONTEXT_H
#define CGMARK_TCG_CONTEXT_H

#include <stdint.h>

#include "profile-names.h"

#define CONTEXT_ROOT 0 /* nobody called */

struct context {
	uint32_t parent;
	uint32_t function;
	uint64_t count[NR_PROFILE_EVENTS];
};

struct frame {
	uint64_t at;	 /* of the return address */
	uint32_t caller; /* a context */
};

struct stack {
	uint64_t id; /* address without its low bits; 0: none */
	struct frame *frames;
	uint32_t nr, alloc;
};

struct contexts {
	struct context *list; /* parents come before children */
	uint32_t nr, alloc;
	uint32_t *index; /* hash table over list, 0: free */
	uint32_t index_size;
	struct stack **stacks; /* hash table */
	uint32_t nr_stacks, stacks_size;
	struct stack *stack; /* used last */
	uint32_t top;	     /* context below which code runs now */
};

/* Allocation failure ends the process with a message, here and below. */
void contexts_init(struct contexts *c);
void contexts_release(struct contexts *c);
/* The context of function below parent; made if need be. */
uint32_t contexts_child(struct contexts *c, uint32_t parent, uint32_t function);
void contexts_clear_counts(struct contexts *c);

/* A call in function, running in context self, stored its return address. */
void contexts_call(struct contexts *c, uint64_t at, uint32_t self,
		   uint32_t function);
/* A return loaded its address. */
void contexts_return(struct contexts *c, uint64_t at);
/* User space runs: whatever it enters by, nobody called that. */
void contexts_user(struct contexts *c);

#endif
