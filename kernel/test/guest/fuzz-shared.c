/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/mman.h>

#include "fuzz.h"

struct shared *shared;

void shared_init(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared != MAP_FAILED);
	/*
	 * These pages are never freed.  If the unprivileged worker were the first
	 * to touch them, they would keep its group for ever.
	 */
	memset(shared, 0, sizeof(*shared));
}

uint32_t log_add(const struct call *c)
{
	uint32_t nr = __atomic_fetch_add(&shared->nr_log, 1, __ATOMIC_RELAXED);
	struct call *entry = &shared->log[nr % MAX_LOG];

	*entry = *c;
	entry->result = RUNNING;
	return nr % MAX_LOG;
}
