/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "decode.h"

static bool bytes_are(const uint8_t *code, size_t size, const void *want,
		      size_t nr)
{
	return size == nr && memcmp(code, want, nr) == 0;
}

enum mark decode_mark(const uint8_t *code, size_t size)
{
	static const uint8_t head[] = { 0x0f, 0x1f, 0x80 };
	uint32_t operand;

	if (size != MARK_BYTES || memcmp(code, head, sizeof(head)))
		return NR_MARKS;
	memcpy(&operand, code + sizeof(head), sizeof(operand));
	if ((operand & ~0xffU) != MARK_MAGIC || (operand & 0xff) >= NR_MARKS)
		return NR_MARKS;
	return operand & 0xff;
}

bool decode_is_start(const uint8_t *code, size_t size)
{
	static const uint8_t start[] = { MARK_PREFIX_START, 0x0f, 0x31 };

	return bytes_are(code, size, start, sizeof(start));
}

bool decode_is_stop(const uint8_t *code, size_t size)
{
	static const uint8_t stop[] = { MARK_PREFIX_STOP, 0x0f, 0x31 };

	return bytes_are(code, size, stop, sizeof(stop));
}

/* Skips prefixes that do not change what the instruction does. */
static const uint8_t *skip_prefixes(const uint8_t *code, size_t *size)
{
	while (*size > 1 && (*code == 0x2e || *code == 0x3e || *code == 0xf2 ||
			     *code == 0xf3 || (*code & 0xf0) == 0x40)) {
		code++;
		--*size;
	}
	return code;
}

static bool is_call(const uint8_t *code, size_t size)
{
	return code[0] == 0xe8 ||
	       (size > 1 && code[0] == 0xff && (code[1] >> 3 & 7) == 2);
}

static bool is_return(const uint8_t *code)
{
	return code[0] == 0xc3 || code[0] == 0xc2;
}

/* Returns to user space among them. */
static bool is_jump(const uint8_t *code, size_t size)
{
	return code[0] == 0xe9 || code[0] == 0xeb || code[0] == 0xcf ||
	       (size > 1 && code[0] == 0x0f && code[1] == 0x07) ||
	       (size > 1 && code[0] == 0xff && (code[1] >> 3 & 7) == 4);
}

/* Length of the branch's displacement, 0 if it is no conditional branch. */
static size_t branch_bytes(const uint8_t *code, size_t size)
{
	if (size == 2 &&
	    ((code[0] & 0xf0) == 0x70 || (code[0] >= 0xe0 && code[0] <= 0xe3)))
		return 1;
	if (size == 6 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80)
		return 4;
	return 0;
}

static int32_t displacement(const uint8_t *code, size_t size, size_t nr)
{
	int32_t by4;
	int8_t by1;

	if (nr == 4) {
		memcpy(&by4, code + size - 4, 4);
		return by4;
	}
	memcpy(&by1, code + size - 1, 1);
	return by1;
}

struct insn_end decode_end(const uint8_t *code, size_t size)
{
	struct insn_end ret = { .end = END_OTHER };
	size_t nr;

	code = skip_prefixes(code, &size);
	nr = branch_bytes(code, size);
	if (nr) {
		ret.end = END_BRANCH;
		ret.displacement = displacement(code, size, nr);
	} else if (is_call(code, size) || is_return(code)) {
		ret.end = END_STACK;
		ret.is_return = is_return(code);
		/* A call by a pointer in memory loads that as well. */
		ret.accesses = 1 + (code[0] == 0xff && code[1] >> 6 != 3);
	} else if (is_jump(code, size)) {
		ret.end = END_JUMP;
	}
	return ret;
}
