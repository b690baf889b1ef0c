/* SPDX-License-Identifier: GPL-2.0-only */
#include "count.h"

#define PAGE_BYTES 4096

struct executed executed;
struct counts counts;

/* The block that runs. */
static struct {
	const struct block *block;
	uint32_t self;	  /* context */
	uint32_t settled; /* its instructions before this are dealt with */
	uint64_t insns;	  /* `executed` where it began */
	uint64_t end_accesses;
	uint64_t accesses, said_loads; /* `executed` when last settled */
} now;

static uint64_t *current(void)
{
	return counts.contexts.list[now.self].count;
}

/* Count what ran of the block up to instruction `end`. */
static void count_until(uint32_t end)
{
	if (counts.measured && end > now.settled) {
		uint64_t *c = current();

		c[PROFILE_INSNS] += end - now.settled;
		if (now.block->place)
			places_count(&counts.places, now.block->place,
				     now.settled, end);
		/* Put right by count_tell_loads(). */
		c[PROFILE_LOADS] += executed.said_loads - now.said_loads;
		c[PROFILE_STORES] += executed.accesses - now.accesses;
	}
	now.settled = end;
	now.said_loads = executed.said_loads;
	now.accesses = executed.accesses;
}

void count_tell_loads(void)
{
	bool right = executed.said_loads_of_returns > executed.returns / 2;

	for (uint32_t i = 0; i < counts.contexts.nr; i++) {
		uint64_t *c = counts.contexts.list[i].count;
		uint64_t said = c[PROFILE_LOADS], all = c[PROFILE_STORES];

		c[PROFILE_LOADS] = right ? said : all - said;
		c[PROFILE_STORES] = all - c[PROFILE_LOADS];
	}
}

/* Its last instruction was begun; did it fault, now that `next` begins? */
static bool end_faulted(const struct block *b, const struct block *next)
{
	if (!next->fault_entry)
		return false;
	if (b->end == END_STACK)
		return executed.end_accesses - now.end_accesses <
		       b->end_accesses;
	/*
	 * A jump counts even if its target faults, and so does code in user
	 * space whose next page does.
	 */
	return b->end == END_OTHER &&
	       (is_kernel(b->at) || (b->at ^ end_of(b)) < PAGE_BYTES);
}

/* How many instructions of the block have counted, now that `next` begins. */
static uint32_t retired(const struct block *b, const struct block *next)
{
	uint32_t begun = executed.insns - now.insns;

	if (begun == 0 || begun > b->nr)
		return begun ? b->nr : 0;
	if (begun == b->nr)
		return begun - end_faulted(b, next);
	/*
	 * It ended early: by a fault, to be translated anew from the same
	 * instruction, or after an access to a device.
	 */
	if (next->fault_entry || next->at == b->at + b->offset[begun - 1])
		begun--;
	return begun;
}

static void count_branch(const struct block *b, const struct block *next)
{
	bool taken = next->at == b->branch_target;

	/* Interrupted: the branch is decided later, and not tracked. */
	if (!taken && next->at != end_of(b))
		return;
	current()[PROFILE_BRANCHES]++;
	if (!predictor_branch(&counts.model.predictor,
			      b->at + b->offset[b->nr - 1], taken))
		current()[PROFILE_MISPREDICTS]++;
}

static void fetch(const struct block *b)
{
	uint64_t line = counts.model.l1i.shape.line;
	uint64_t at = b->at & ~(line - 1), end = end_of(b);

	for (; at < end; at += line) {
		struct model_miss miss = model_fetch(&counts.model, at);

		current()[PROFILE_L1I_MISSES] += miss.l1;
		current()[PROFILE_LL_MISSES] += miss.ll;
	}
}

static uint32_t context_of(struct block *b)
{
	if (!is_kernel(b->at))
		contexts_user(&counts.contexts);
	if (b->parent != counts.contexts.top || !b->self) {
		b->parent = counts.contexts.top;
		b->self = contexts_child(&counts.contexts, b->parent,
					 b->function);
	}
	return b->self;
}

void count_on_block(unsigned vcpu, void *udata)
{
	struct block *b = udata;

	if (now.block) {
		count_until(retired(now.block, b));
		if (counts.measured && counts.with_model &&
		    now.block->end == END_BRANCH)
			count_branch(now.block, b);
	}
	now.block = b;
	now.self = context_of(b);
	now.settled = 0;
	now.insns = executed.insns;
	now.end_accesses = executed.end_accesses;
	now.said_loads = executed.said_loads;
	now.accesses = executed.accesses;
	if (counts.measured && counts.with_model)
		fetch(b);
}

void count_on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		     void *udata)
{
	struct model_miss miss;

	if (!counts.measured)
		return;
	miss = model_data(&counts.model, at,
			  1u << qemu_plugin_mem_size_shift(info));
	current()[PROFILE_L1D_MISSES] += miss.l1;
	current()[PROFILE_LL_MISSES] += miss.ll;
}

void count_on_call(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		   void *udata)
{
	if (qemu_plugin_mem_is_store(info))
		contexts_call(&counts.contexts, at, now.self,
			      now.block->function);
}

void count_on_return(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t at,
		     void *udata)
{
	contexts_return(&counts.contexts, at);
}

void count_start(uint32_t i)
{
	count_until(i);
	counts.measured = true;
}

void count_stop(uint32_t i)
{
	count_until(i);
	counts.nr_measured += counts.measured;
	counts.measured = false;
}

void count_clear(void)
{
	counts.nr_measured = 0;
	contexts_clear_counts(&counts.contexts);
	places_clear(&counts.places);
}

void count_last_block(void)
{
	if (now.block)
		count_until(now.block->nr);
}
