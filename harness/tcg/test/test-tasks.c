/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guest-memory.h"
#include "tasks.h"

#define STACK_A 0xffffc90000100000ULL
#define STACK_B 0xffffc90000200000ULL
#define STACK_IDLE 0xffffc90000300000ULL

static const struct tasks_block plain, interrupt = { .interrupt_entry = true },
				       fault = { .exception_entry = true },
				       leave = { .ends_interrupt = true };

static void start(struct tasks *t)
{
	tasks_begin(t);
	tasks_kernel(t, &plain);
	tasks_stack(t, STACK_A + 0x3f00);
}

static void test_system_call(void **state)
{
	struct tasks t;

	tasks_begin(&t);
	assert_true(tasks_count(&t));
	tasks_kernel(&t, &plain);
	assert_true(tasks_count(&t));
	/* It comes in on a stack of the CPU. */
	tasks_stack(&t, CPU_ENTRY + 0x1f00);
	tasks_stack(&t, STACK_A + 0x3f00);
	assert_true(tasks_count(&t));
}

static void test_idle_does_not_count(void **state)
{
	struct tasks t;

	start(&t);
	tasks_stack(&t, STACK_IDLE + 0x3e00);
	assert_false(tasks_count(&t));
	tasks_kernel(&t, &plain);
	assert_false(tasks_count(&t));
	tasks_stack(&t, STACK_A + 0x3e00);
	assert_true(tasks_count(&t));
}

/* A child counts from when it has been in user space. */
static void test_child_counts(void **state)
{
	struct tasks t;

	start(&t);
	tasks_stack(&t, STACK_B + 0x3f00);
	assert_false(tasks_count(&t));
	tasks_user(&t);
	assert_true(tasks_count(&t));
	tasks_kernel(&t, &plain);
	tasks_stack(&t, STACK_B + 0x3f00);
	assert_true(tasks_count(&t));
	tasks_stack(&t, STACK_A + 0x3e00);
	assert_true(tasks_count(&t));
}

static void test_interrupt_does_not_count(void **state)
{
	struct tasks t;

	start(&t);
	tasks_kernel(&t, &interrupt);
	assert_false(tasks_count(&t));
	/* One inside it, and a fault. */
	tasks_kernel(&t, &interrupt);
	tasks_kernel(&t, &leave);
	tasks_kernel(&t, &fault);
	tasks_kernel(&t, &leave);
	tasks_kernel(&t, &leave);
	assert_false(tasks_count(&t));
	tasks_kernel(&t, &plain);
	assert_true(tasks_count(&t));
}

static void test_fault_counts(void **state)
{
	struct tasks t;

	start(&t);
	tasks_kernel(&t, &fault);
	assert_true(tasks_count(&t));
	tasks_kernel(&t, &leave);
	tasks_kernel(&t, &plain);
	assert_true(tasks_count(&t));
}

/* What an interrupt has switched to comes back to user space. */
static void test_user_space_ends_interrupts(void **state)
{
	struct tasks t;

	start(&t);
	tasks_kernel(&t, &interrupt);
	tasks_stack(&t, STACK_B + 0x100);
	tasks_user(&t);
	tasks_kernel(&t, &plain);
	assert_true(tasks_count(&t));
}

static void test_many_children(void **state)
{
	struct tasks t;

	start(&t);
	for (unsigned i = 1; i < 3 * TASKS_MAX; i++) {
		tasks_user(&t);
		tasks_stack(&t, STACK_A + 0x4000 * i);
		assert_true(tasks_count(&t));
	}
	assert_int_equal(t.nr, TASKS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system_call),
		cmocka_unit_test(test_idle_does_not_count),
		cmocka_unit_test(test_child_counts),
		cmocka_unit_test(test_interrupt_does_not_count),
		cmocka_unit_test(test_fault_counts),
		cmocka_unit_test(test_user_space_ends_interrupts),
		cmocka_unit_test(test_many_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
