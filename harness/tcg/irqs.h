/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Are interrupts off?  A plugin sees no flags, but the kernel changes them by few
 * instructions: cli and sti, and it enters by gates that turn interrupts off and
 * leaves by iretq or sysretq, which bring back what was before.
 */
#ifndef CGMARK_TCG_IRQS_H
#define CGMARK_TCG_IRQS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irqs {
	bool off;
	bool user;	 /* user space runs */
	unsigned nested; /* exceptions that came while they were off */
};

enum irqs_change { IRQS_SAME, IRQS_OFF, IRQS_ON };

enum irqs_insn {
	IRQS_NONE,
	IRQS_CLI,
	IRQS_STI,
	IRQS_RETURN,
	IRQS_HLT, /* interrupts stay as they are, but the CPU waits for one */
};

enum irqs_insn irqs_decode(const uint8_t *code, size_t size);

/* User space runs, where they are always on. */
enum irqs_change irqs_user(struct irqs *q);
/* A block of the kernel begins; is it where an interrupt or exception enters? */
enum irqs_change irqs_kernel(struct irqs *q, bool entry);
enum irqs_change irqs_insn(struct irqs *q, enum irqs_insn insn);

#endif
