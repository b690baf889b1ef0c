/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts by translated block.  The start of a block settles the previous one:
 * only then is it known how many of its instructions began, and where execution
 * went.  An instruction that faults began but does not count, neither here nor
 * for the guest's clock; it begins again after the fault is handled.
 */
#ifndef CGMARK_TCG_COUNT_H
#define CGMARK_TCG_COUNT_H

#include "api.h"
#include "context.h"
#include "decode.h"
#include "model.h"
#include "places.h"

#define KERNEL_HALF (1ULL << 63)

static inline bool is_kernel(uint64_t addr)
{
	return addr >= KERNEL_HALF;
}

struct block {
	uint64_t at;
	uint32_t function;
	uint32_t nr;	       /* instructions */
	uint32_t parent, self; /* contexts, as found the last time */
	enum block_end end;
	bool fault_entry;
	uint8_t end_accesses; /* by the last instruction of END_STACK */
	uint64_t branch_target;
	struct place *place; /* NULL in user space */
	uint16_t offset[];   /* of instruction i; [nr]: bytes in all */
};

/* Address behind it. */
static inline uint64_t end_of(const struct block *b)
{
	return b->at + b->offset[b->nr];
}

/*
 * Counters that QEMU increments inline, for all code.
 *
 * QEMU 7.2 confuses "loads only" with "stores only", and "stores only" with
 * both.  So the plugin counts all accesses and those that QEMU calls loads;
 * returns, which load once and store nothing, reveal whether that is right.
 */
struct executed {
	uint64_t insns;
	uint64_t accesses;
	uint64_t said_loads;
	uint64_t end_accesses; /* by calls and returns */
	uint64_t returns;
	uint64_t said_loads_of_returns;
};

extern struct executed executed;

/* Of the measured parts. */
struct counts {
	struct contexts contexts;
	struct places places;
	struct model model;
	bool with_model;
	bool measured; /* inside a measured part */
	uint64_t nr_measured;
};

extern struct counts counts;

/* Callbacks: a block starts; an access; the access of a call or return. */
void count_on_block(unsigned vcpu, void *block);
void count_on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		     void *udata);
void count_on_call(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		   void *udata);
void count_on_return(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		     void *udata);

/* Instruction i of the block that runs is the first that is measured. */
void count_start(uint32_t i);
/* It is the first that is not. */
void count_stop(uint32_t i);
/* Nothing has been measured yet. */
void count_clear(void);
/* All of the block that runs has run, and nothing comes behind it. */
void count_last_block(void);
/* Before the counts are used: what QEMU calls a load may not be one. */
void count_tell_loads(void);

#endif
