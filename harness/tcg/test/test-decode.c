/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decode.h"

#define CODE(...)                         \
	(const uint8_t[]){ __VA_ARGS__ }, \
		sizeof((const uint8_t[]){ __VA_ARGS__ })

static void branches_have_a_target(void **state)
{
	struct insn_end e = decode_end(CODE(0x74, 0xfe)); /* je . */

	assert_int_equal(e.end, END_BRANCH);
	assert_int_equal(e.displacement, -2);
	e = decode_end(CODE(0xe2, 0x10)); /* loop */
	assert_int_equal(e.end, END_BRANCH);
	assert_int_equal(e.displacement, 16);
	e = decode_end(CODE(0x0f, 0x85, 0x00, 0x01, 0x00, 0x80)); /* jne */
	assert_int_equal(e.end, END_BRANCH);
	assert_int_equal(e.displacement, INT32_MIN + 256);
	/* With a hint. */
	e = decode_end(CODE(0x2e, 0x75, 0x7f));
	assert_int_equal(e.end, END_BRANCH);
	assert_int_equal(e.displacement, 127);
}

static void calls_and_returns_use_the_stack(void **state)
{
	struct insn_end e = decode_end(CODE(0xe8, 0, 0, 0, 0));

	assert_int_equal(e.end, END_STACK);
	assert_false(e.is_return);
	assert_int_equal(e.accesses, 1);
	e = decode_end(CODE(0xff, 0xd0)); /* call *%rax */
	assert_int_equal(e.end, END_STACK);
	assert_int_equal(e.accesses, 1);
	e = decode_end(CODE(0x41, 0xff, 0x53, 0x08)); /* call *8(%r11) */
	assert_int_equal(e.end, END_STACK);
	assert_int_equal(e.accesses, 2);
	e = decode_end(CODE(0xf3, 0xc3)); /* rep ret */
	assert_int_equal(e.end, END_STACK);
	assert_true(e.is_return);
	assert_int_equal(e.accesses, 1);
}

static void jumps_and_others_do_not(void **state)
{
	assert_int_equal(decode_end(CODE(0xeb, 0x05)).end, END_JUMP);
	assert_int_equal(decode_end(CODE(0xff, 0xe0)).end, END_JUMP);
	assert_int_equal(decode_end(CODE(0x48, 0x0f, 0x07)).end, END_JUMP);
	assert_int_equal(decode_end(CODE(0x48, 0xcf)).end, END_JUMP);
	assert_int_equal(decode_end(CODE(0x90)).end, END_OTHER);
	/* inc, not call: the same first byte */
	assert_int_equal(decode_end(CODE(0xff, 0xc0)).end, END_OTHER);
	assert_int_equal(decode_end(CODE(0xff)).end, END_OTHER);
}

static void markers_are_known_by_all_their_bytes(void **state)
{
	uint32_t operand = MARK_MAGIC | MARK_SAMPLES;
	uint8_t code[] = { 0x0f,	 0x1f,		0x80,	      operand,
			   operand >> 8, operand >> 16, operand >> 24 };

	assert_int_equal(sizeof(code), MARK_BYTES);
	assert_int_equal(decode_mark(code, sizeof(code)), MARK_SAMPLES);
	assert_int_equal(decode_mark(code, sizeof(code) - 1), NR_MARKS);
	code[3] = NR_MARKS;
	assert_int_equal(decode_mark(code, sizeof(code)), NR_MARKS);
	code[3] = MARK_SAMPLES;
	code[6] ^= 1;
	assert_int_equal(decode_mark(code, sizeof(code)), NR_MARKS);
}

static void the_clock_says_start_or_stop(void **state)
{
	assert_true(decode_is_start(CODE(MARK_PREFIX_START, 0x0f, 0x31)));
	assert_false(decode_is_stop(CODE(MARK_PREFIX_START, 0x0f, 0x31)));
	assert_true(decode_is_stop(CODE(MARK_PREFIX_STOP, 0x0f, 0x31)));
	assert_false(decode_is_start(CODE(0x0f, 0x31)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches_have_a_target),
		cmocka_unit_test(calls_and_returns_use_the_stack),
		cmocka_unit_test(jumps_and_others_do_not),
		cmocka_unit_test(markers_are_known_by_all_their_bytes),
		cmocka_unit_test(the_clock_says_start_or_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
