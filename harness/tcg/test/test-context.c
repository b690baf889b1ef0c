/* SPDX-License-Identifier: GPL-2.0-only */
/* Call stacks as the plugin sees them: by the addresses of return addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "context.h"

enum { SYSCALL = 10, WRITE, COPY, SCHEDULE, IRQ, TIMER, WORKER };

/* Two stacks of tasks and one of interrupts, each 16 KiB. */
#define STACK_A 0xffffc90000004000ULL
#define STACK_B 0xffffc90000008000ULL
#define STACK_IRQ 0xffffc9000000c000ULL
#define TOP 0x3f00

static uint32_t run(struct contexts *c, uint32_t function)
{
	return contexts_child(c, c->top, function);
}

static void call(struct contexts *c, uint64_t at, uint32_t function)
{
	contexts_call(c, at, run(c, function), function);
}

/* The functions from the outermost to the one that runs: "10 11 12". */
static void check_path(struct contexts *c, uint32_t function, const int *want,
		       size_t nr)
{
	uint32_t x = run(c, function);

	for (size_t i = nr; i-- > 0; x = c->list[x].parent) {
		assert_int_not_equal(x, CONTEXT_ROOT);
		assert_int_equal(c->list[x].function, want[i]);
	}
	assert_int_equal(x, CONTEXT_ROOT);
}

#define PATH(c, ...)                                        \
	do {                                                \
		static const int want[] = { __VA_ARGS__ };  \
		size_t nr = sizeof(want) / sizeof(want[0]); \
		check_path(c, want[nr - 1], want, nr);      \
	} while (0)

static void test_nested(void **state)
{
	struct contexts c;
	uint32_t first;

	contexts_init(&c);
	PATH(&c, SYSCALL);
	call(&c, STACK_A + TOP, SYSCALL);
	PATH(&c, SYSCALL, WRITE);
	call(&c, STACK_A + TOP - 0x40, WRITE);
	first = run(&c, COPY);
	PATH(&c, SYSCALL, WRITE, COPY);
	contexts_return(&c, STACK_A + TOP - 0x40);
	PATH(&c, SYSCALL, WRITE);
	/* The same path is the same context. */
	call(&c, STACK_A + TOP - 0x60, WRITE);
	assert_int_equal(run(&c, COPY), first);
	contexts_return(&c, STACK_A + TOP - 0x60);
	contexts_return(&c, STACK_A + TOP);
	PATH(&c, SYSCALL);
	contexts_release(&c);
}

static void test_recursion(void **state)
{
	struct contexts c;

	contexts_init(&c);
	for (unsigned i = 0; i < 3; i++)
		call(&c, STACK_A + TOP - 0x10 * i, COPY);
	PATH(&c, COPY, COPY, COPY, COPY);
	contexts_return(&c, STACK_A + TOP - 0x20);
	PATH(&c, COPY, COPY, COPY);
	contexts_release(&c);
}

/* A task is switched away in the middle and comes back. */
static void test_tasks(void **state)
{
	struct contexts c;

	contexts_init(&c);
	call(&c, STACK_A + TOP, SYSCALL);
	call(&c, STACK_A + TOP - 0x40, WRITE);
	call(&c, STACK_A + TOP - 0x80, SCHEDULE);
	/* The other one was never seen before: its frames are not known. */
	contexts_return(&c, STACK_B + 0x3000);
	PATH(&c, WORKER);
	call(&c, STACK_B + 0x3100, WORKER);
	PATH(&c, WORKER, SCHEDULE);
	call(&c, STACK_B + 0x3000, SCHEDULE);
	contexts_return(&c, STACK_A + TOP - 0x80);
	PATH(&c, SYSCALL, WRITE, SCHEDULE);
	contexts_return(&c, STACK_A + TOP - 0x40);
	PATH(&c, SYSCALL, WRITE);
	contexts_release(&c);
}

/* A task ended in the middle, and its stack is another one's. */
static void test_stack_reused(void **state)
{
	struct contexts c;

	contexts_init(&c);
	call(&c, STACK_A + TOP, SYSCALL);
	call(&c, STACK_A + TOP - 0x40, WRITE);
	contexts_user(&c);
	call(&c, STACK_A + TOP, WORKER);
	PATH(&c, WORKER, COPY);
	assert_int_equal(c.stack->nr, 1);
	contexts_release(&c);
}

/* An interrupt on the stack of the task, then on its own. */
static void test_interrupt(void **state)
{
	struct contexts c;

	contexts_init(&c);
	call(&c, STACK_A + TOP, SYSCALL);
	PATH(&c, SYSCALL, WRITE);
	/* It came to WRITE: below what called that. */
	PATH(&c, SYSCALL, IRQ);
	call(&c, STACK_A + TOP - 0x200, IRQ);
	PATH(&c, SYSCALL, IRQ, TIMER);
	call(&c, STACK_IRQ + TOP, TIMER);
	PATH(&c, TIMER, COPY);
	contexts_return(&c, STACK_IRQ + TOP);
	contexts_return(&c, STACK_A + TOP - 0x200);
	PATH(&c, SYSCALL, IRQ);
	PATH(&c, SYSCALL, WRITE);
	contexts_release(&c);
}

/* More of everything than there is room for at first. */
static void test_many(void **state)
{
	struct contexts c;
	uint32_t x = 0;

	contexts_init(&c);
	for (uint32_t i = 0; i < 2000; i++)
		call(&c, STACK_A + i * 0x4000 + TOP, i);
	for (uint32_t i = 0; i < 2000; i++) {
		contexts_return(&c, STACK_A + i * 0x4000 + TOP - 8);
		assert_int_equal(c.list[c.top].function, i);
	}
	for (uint32_t i = 0; i < 10000; i++)
		x = contexts_child(&c, x, i);
	c.list[x].count[PROFILE_INSNS] = 7;
	contexts_clear_counts(&c);
	assert_int_equal(c.list[x].count[PROFILE_INSNS], 0);
	for (uint32_t i = 10000; i-- > 0; x = c.list[x].parent)
		assert_int_equal(c.list[x].function, i);
	contexts_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_recursion),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_stack_reused),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
