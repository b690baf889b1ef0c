/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irqs.h"

#define IS(_insn, ...)                                                    \
	do {                                                              \
		const uint8_t code[] = { __VA_ARGS__ };                   \
		assert_int_equal(irqs_decode(code, sizeof(code)), _insn); \
	} while (0)

static void test_decode(void **state)
{
	IS(IRQS_CLI, 0xfa);
	IS(IRQS_STI, 0xfb);
	IS(IRQS_HLT, 0xf4);
	IS(IRQS_RETURN, 0x48, 0xcf);
	IS(IRQS_RETURN, 0x48, 0x0f, 0x07);
	IS(IRQS_NONE, 0x90);
	IS(IRQS_NONE, 0xc3);
	/* Operands that look like one. */
	IS(IRQS_NONE, 0xb0, 0xfa);
	IS(IRQS_NONE, 0x0f, 0x07);
	IS(IRQS_NONE, 0x48, 0x0f);
}

static void test_system_call(void **state)
{
	struct irqs q = { .user = true };

	assert_int_equal(irqs_kernel(&q, false), IRQS_OFF);
	assert_int_equal(irqs_kernel(&q, false), IRQS_SAME);
	assert_int_equal(irqs_insn(&q, IRQS_STI), IRQS_ON);
	assert_int_equal(irqs_insn(&q, IRQS_STI), IRQS_SAME);
	assert_int_equal(irqs_insn(&q, IRQS_CLI), IRQS_OFF);
	assert_int_equal(irqs_insn(&q, IRQS_CLI), IRQS_SAME);
	assert_int_equal(irqs_insn(&q, IRQS_RETURN), IRQS_ON);
	assert_int_equal(irqs_user(&q), IRQS_SAME);
}

/* What returns brings back what was. */
static void test_interrupt(void **state)
{
	struct irqs q = { .user = true };

	irqs_kernel(&q, false);
	irqs_insn(&q, IRQS_STI);
	assert_int_equal(irqs_kernel(&q, true), IRQS_OFF);
	assert_int_equal(irqs_insn(&q, IRQS_RETURN), IRQS_ON);
}

/* A fault while they are off leaves them off, however often. */
static void test_fault_while_off(void **state)
{
	struct irqs q = { .user = true };

	irqs_kernel(&q, false);
	for (int i = 0; i < 3; i++)
		assert_int_equal(irqs_kernel(&q, true), IRQS_SAME);
	for (int i = 0; i < 3; i++)
		assert_int_equal(irqs_insn(&q, IRQS_RETURN), IRQS_SAME);
	assert_int_equal(irqs_insn(&q, IRQS_STI), IRQS_ON);
}

/* Whatever was lost on the way, user space puts it right. */
static void test_user_space(void **state)
{
	struct irqs q = { .user = true };

	irqs_kernel(&q, true);
	irqs_kernel(&q, true);
	assert_int_equal(irqs_user(&q), IRQS_ON);
	assert_int_equal(q.nested, 0);
	irqs_kernel(&q, true);
	assert_int_equal(irqs_insn(&q, IRQS_RETURN), IRQS_ON);
}

static void test_halt(void **state)
{
	struct irqs q = { .off = false };

	assert_int_equal(irqs_insn(&q, IRQS_HLT), IRQS_SAME);
	assert_false(q.off);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_system_call),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_fault_while_off),
		cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_halt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
