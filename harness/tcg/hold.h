/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long something is held, in executed instructions: a lock, or interrupts off.
 * The caller says what the counter shows.
 */
#ifndef CGMARK_TCG_HOLD_H
#define CGMARK_TCG_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct hold {
	bool open; /* it is held, and this saw it begin */
	bool idle; /* the CPU halted meanwhile */
	uint64_t since;
	uint32_t by; /* function */
	/* Of those that have ended: */
	uint64_t holds, total, most;
	uint64_t idled;	  /* how many of them were idle */
	uint32_t most_by; /* the first as long as the longest */
};

void hold_begin(struct hold *h, uint64_t now, uint32_t by);
/* Nothing, if it was not seen to begin. */
void hold_end(struct hold *h, uint64_t now);
/* The CPU halts. */
void hold_idle(struct hold *h);

#endif
