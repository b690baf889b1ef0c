/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "locks.h"

#define MUTEX_FLAGS 7ULL
#define SPIN_LOCKED 0xff
#define RW_WRITER 0xff
#define RW_READERS 0xfffffe00
#define ANY 0xffffffff
#define RWSEM_BYTES 96
#define RWSEM_BLOCK 88
#define MUTEX_BYTES 32
#define RW_BYTES 8

static const struct known {
	const char *name;
	const char *symbol; /* NULL: the same */
	uint64_t size;	    /* of the variable */
	unsigned offset, bytes;
	uint64_t mask;
	bool percpu;
} known[NR_LOCKS] = {
	{ "css_set_lock", NULL, 4, 0, 4, SPIN_LOCKED, false },
	{ "cgroup_mutex", NULL, MUTEX_BYTES, 0, 8, ~MUTEX_FLAGS, false },
	{ "cgroup_threadgroup_rwsem", NULL, RWSEM_BYTES, RWSEM_BLOCK, 4, ANY,
	  false },
	{ "cgroup_threadgroup_rwsem:read",
	  "__percpu_rwsem_rc_cgroup_threadgroup_rwsem", 4, 0, 4, ANY, true },
	{ "cgroup_rstat_lock", NULL, 4, 0, 4, SPIN_LOCKED, false },
	{ "cgroup_rstat_cpu_lock", NULL, 4, 0, 4, SPIN_LOCKED, true },
	{ "rstat_base_lock", NULL, 4, 0, 4, SPIN_LOCKED, false },
	{ "tasklist_lock", NULL, RW_BYTES, 0, 4, RW_WRITER, false },
	{ "tasklist_lock:read", "tasklist_lock", RW_BYTES, 0, 4, RW_READERS,
	  false },
};

static const struct object *find(const struct objects *o, const char *name)
{
	for (size_t i = 0; i < o->nr; i++)
		if (strcmp(o->list[i].name, name) == 0)
			return &o->list[i];
	return NULL;
}

/* Where the area of CPU 0 is, from what the symbols say of it. */
static bool percpu_base(const struct objects *o, uint64_t *ret)
{
	const struct object *table = find(o, "__per_cpu_offset");

	return table && guest_memory_u64(&o->memory, table->at, ret);
}

static const char *place(const struct known *k, const struct objects *o,
			 uint64_t *ret)
{
	const struct object *v = find(o, k->symbol ? k->symbol : k->name);
	uint64_t base = 0;

	if (!v)
		return "the kernel has no such lock";
	if (v->bytes != k->size)
		return "its size is not that of a lock without debugging";
	if (k->percpu && !percpu_base(o, &base))
		return "the area of the CPU was not found";
	*ret = base + v->at + k->offset;
	return NULL;
}

void locks_find(struct lock list[NR_LOCKS], const struct objects *o)
{
	for (unsigned i = 0; i < NR_LOCKS; i++) {
		const struct known *k = &known[i];
		struct lock *l = &list[i];

		*l = (struct lock){ .name = k->name,
				    .bytes = k->bytes,
				    .mask = k->mask };
		l->why = place(k, o, &l->at);
	}
}

struct lock *locks_at(struct lock list[NR_LOCKS], uint64_t at)
{
	for (unsigned i = 0; i < NR_LOCKS; i++)
		if (!list[i].why && at - list[i].at < list[i].bytes)
			return &list[i];
	return NULL;
}

bool lock_is_held(const struct lock *l, const struct guest_memory *m)
{
	uint64_t word = 0;

	return !l->why && guest_memory_read(m, l->at, &word, l->bytes) &&
	       (word & l->mask);
}
