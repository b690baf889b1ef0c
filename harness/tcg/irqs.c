/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "irqs.h"

enum irqs_insn irqs_decode(const uint8_t *code, size_t size)
{
	static const uint8_t iretq[] = { 0x48, 0xcf };
	static const uint8_t sysretq[] = { 0x48, 0x0f, 0x07 };

	if (size == 1 && code[0] == 0xfa)
		return IRQS_CLI;
	if (size == 1 && code[0] == 0xfb)
		return IRQS_STI;
	if (size == 1 && code[0] == 0xf4)
		return IRQS_HLT;
	if ((size == sizeof(iretq) && !memcmp(code, iretq, size)) ||
	    (size == sizeof(sysretq) && !memcmp(code, sysretq, size)))
		return IRQS_RETURN;
	return IRQS_NONE;
}

static enum irqs_change turn(struct irqs *q, bool off)
{
	bool was = q->off;

	q->off = off;
	return was == off ? IRQS_SAME : off ? IRQS_OFF : IRQS_ON;
}

enum irqs_change irqs_user(struct irqs *q)
{
	q->user = true;
	q->nested = 0;
	return turn(q, false);
}

enum irqs_change irqs_kernel(struct irqs *q, bool entry)
{
	/* Whatever enters from user space does so by a gate. */
	if (q->user) {
		q->user = false;
		return turn(q, true);
	}
	if (!entry)
		return IRQS_SAME;
	q->nested += q->off;
	return turn(q, true);
}

enum irqs_change irqs_insn(struct irqs *q, enum irqs_insn insn)
{
	switch (insn) {
	case IRQS_CLI:
		return turn(q, true);
	case IRQS_STI:
		return turn(q, false);
	case IRQS_RETURN:
		if (!q->nested)
			return turn(q, false);
		q->nested--;
		break;
	case IRQS_HLT:
	case IRQS_NONE:
		break;
	}
	return IRQS_SAME;
}
