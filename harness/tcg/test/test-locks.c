/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks of a guest whose memory is made up here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "locks.h"

#define MEMORY_BYTES (1u << 16)
#define DATA (KERNEL_IMAGE + 0x1000)
#define PERCPU (DIRECT_MAP + 0x8000)

static uint8_t memory[MEMORY_BYTES];
static struct lock list[NR_LOCKS];

/* As in 6.12, which has no rstat_base_lock. */
static const char kernel[] = "40 4 __percpu_rwsem_rc_cgroup_threadgroup_rwsem\n"
			     "44 4 cgroup_rstat_cpu_lock\n"
			     "ffffffff80001000 4 css_set_lock\n"
			     "ffffffff80001004 4 cgroup_rstat_lock\n"
			     "ffffffff80001008 8 tasklist_lock\n"
			     "ffffffff80001040 20 cgroup_mutex\n"
			     "ffffffff80001080 60 cgroup_threadgroup_rwsem\n"
			     "ffffffff80001100 200 __per_cpu_offset\n";

static void put(uint64_t at, uint64_t value, size_t size)
{
	uint64_t from = at >= KERNEL_IMAGE ? KERNEL_IMAGE : DIRECT_MAP;

	memcpy(memory + (at - from), &value, size);
}

static void load(struct objects *o, const char *text)
{
	char path[] = "/tmp/cgmark-locks-XXXXXX";
	int fd = mkstemp(path);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_true(objects_load(o, path));
	unlink(path);
	o->memory =
		(struct guest_memory){ .bytes = memory, .size = MEMORY_BYTES };
	memset(memory, 0, sizeof(memory));
	put(DATA + 0x100, PERCPU, 8);
	locks_find(list, o);
}

static struct lock *named(const char *name)
{
	for (unsigned i = 0; i < NR_LOCKS; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	fail_msg("no lock %s", name);
	return NULL;
}

static void test_places(void **state)
{
	struct objects o;

	load(&o, kernel);
	assert_ptr_equal(locks_at(list, DATA), named("css_set_lock"));
	assert_ptr_equal(locks_at(list, DATA + 3), named("css_set_lock"));
	assert_ptr_equal(locks_at(list, DATA + 4), named("cgroup_rstat_lock"));
	assert_ptr_equal(locks_at(list, DATA + 0x40), named("cgroup_mutex"));
	assert_null(locks_at(list, DATA + 0x48)); /* its list of waiters */
	assert_ptr_equal(locks_at(list, DATA + 0x80 + 88),
			 named("cgroup_threadgroup_rwsem"));
	assert_ptr_equal(locks_at(list, PERCPU + 0x40),
			 named("cgroup_threadgroup_rwsem:read"));
	assert_ptr_equal(locks_at(list, PERCPU + 0x44),
			 named("cgroup_rstat_cpu_lock"));
	assert_null(locks_at(list, DATA + 0x10));
	assert_null(locks_at(list, ~0ULL));
	assert_null(locks_at(list, 0));
	objects_release(&o);
}

static void test_words(void **state)
{
	static const struct {
		const char *lock;
		uint64_t at, word;
		unsigned bytes;
		bool held;
	} cases[] = {
		{ "css_set_lock", DATA, 0, 4, false },
		{ "css_set_lock", DATA, 1, 4, true },
		/* Somebody waits for it, nobody has it. */
		{ "css_set_lock", DATA, 0x100, 4, false },
		{ "css_set_lock", DATA, 0x40101, 4, true },
		{ "cgroup_mutex", DATA + 0x40, 0, 8, false },
		{ "cgroup_mutex", DATA + 0x40, 1, 8, false }, /* waiters */
		{ "cgroup_mutex", DATA + 0x40, DIRECT_MAP + 0x40, 8, true },
		{ "cgroup_threadgroup_rwsem", DATA + 0x80 + 88, 1, 4, true },
		{ "cgroup_threadgroup_rwsem", DATA + 0x80 + 88, 0, 4, false },
		{ "cgroup_threadgroup_rwsem:read", PERCPU + 0x40, 1, 4, true },
		{ "cgroup_rstat_cpu_lock", PERCPU + 0x44, 1, 4, true },
		{ "tasklist_lock", DATA + 8, 0xff, 4, true },
		{ "tasklist_lock:read", DATA + 8, 0xff, 4, false },
		{ "tasklist_lock", DATA + 8, 0x200, 4, false },
		{ "tasklist_lock:read", DATA + 8, 0x200, 4, true },
		{ "tasklist_lock:read", DATA + 8, 0x100, 4, false },
	};
	struct objects o;

	load(&o, kernel);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put(cases[i].at, cases[i].word, cases[i].bytes);
		assert_int_equal(lock_is_held(named(cases[i].lock), &o.memory),
				 cases[i].held);
		put(cases[i].at, 0, cases[i].bytes);
	}
	objects_release(&o);
}

static void test_no_such_lock(void **state)
{
	struct objects o;

	load(&o, kernel);
	assert_string_equal(named("rstat_base_lock")->why,
			    "the kernel has no such lock");
	assert_null(named("css_set_lock")->why);
	assert_false(lock_is_held(named("rstat_base_lock"), &o.memory));
	objects_release(&o);
}

/* PREEMPT_RT or lockdep: what is at the address means something else. */
static void test_other_size(void **state)
{
	struct objects o;

	load(&o, "ffffffff80001000 40 css_set_lock\n"
		 "ffffffff80001080 a0 cgroup_threadgroup_rwsem\n");
	assert_non_null(named("css_set_lock")->why);
	assert_non_null(named("cgroup_threadgroup_rwsem")->why);
	put(DATA, 1, 4);
	assert_false(lock_is_held(named("css_set_lock"), &o.memory));
	objects_release(&o);
}

static void test_stripped(void **state)
{
	struct objects o;

	load(&o, "");
	for (unsigned i = 0; i < NR_LOCKS; i++)
		assert_non_null(list[i].why);
	objects_release(&o);
}

/* No table of the CPUs' areas, or no memory to read it from. */
static void test_no_percpu(void **state)
{
	struct objects o;

	load(&o,
	     "44 4 cgroup_rstat_cpu_lock\nffffffff80001000 4 css_set_lock\n");
	assert_non_null(named("cgroup_rstat_cpu_lock")->why);
	assert_null(named("css_set_lock")->why);
	o.memory.size = 16;
	assert_false(lock_is_held(named("css_set_lock"), &o.memory));
	objects_release(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_such_lock),
		cmocka_unit_test(test_other_size),
		cmocka_unit_test(test_stripped),
		cmocka_unit_test(test_no_percpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
