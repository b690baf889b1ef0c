/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marker instructions by which a runner talks to the plugin (harness/tcg).
 * They are always executed, with or without the plugin, so that it changes no
 * count.
 *
 * The measured part lies between two reads of the time-stamp counter.  Each
 * rdtsc has a segment prefix, which 64-bit mode ignores: it is still one
 * instruction.
 *
 * Everything else is sent before and after the samples, by no-ops with an
 * operand that no compiler emits.  A point is sent bit by bit:
 *   MARK_POINT  text of the point, lowest bit of each byte first  MARK_SAMPLES
 *   one measured part per sample                                  MARK_END
 * On several CPUs, and for the plugin's record of who shares what, a worker that
 * is bound to a CPU says so around each operation inside measured parts:
 *   MARK_OPERATION_0 + CPU    the operation    MARK_OPERATION_END
 * The text is "BENCH<TAB>VERSION<TAB>PARAMS<TAB>NR_OPS".  Measured parts
 * between MARK_POINT and MARK_SAMPLES are warm-up.
 */
#ifndef CGMARK_MARK_H
#define CGMARK_MARK_H

#include <stdint.h>

/* Prefixes of rdtsc (0f 31). */
#define MARK_PREFIX_START 0x3e
#define MARK_PREFIX_STOP 0x2e

/* nopl MARK_MAGIC|code(%rax): 0f 1f 80 and the operand, low byte first. */
#define MARK_MAGIC 0x6b6d4700
#define MARK_BYTES 7

enum mark {
	MARK_BIT_0,
	MARK_BIT_1,
	MARK_POINT,
	MARK_SAMPLES,
	MARK_END,
	MARK_OPERATION_0, /* on CPU 0 begins */
	MARK_OPERATION_1,
	MARK_OPERATION_2,
	MARK_OPERATION_3,
	MARK_OPERATION_END,
	NR_MARKS,
};

#ifdef __x86_64__
#define mark(_code)                                            \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80\n\t.long %c0" \
			 :                                     \
			 : "i"(MARK_MAGIC | (_code))           \
			 : "memory")

/* Not ordered: machine sim executes one instruction at a time. */
static inline uint64_t mark_read_start(void)
{
	uint32_t lo, hi;

	__asm__ volatile(".byte %c2\n\trdtsc"
			 : "=a"(lo), "=d"(hi)
			 : "i"(MARK_PREFIX_START)
			 : "memory");
	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t mark_read_stop(void)
{
	uint32_t lo, hi;

	__asm__ volatile(".byte %c2\n\trdtsc"
			 : "=a"(lo), "=d"(hi)
			 : "i"(MARK_PREFIX_STOP)
			 : "memory");
	return (uint64_t)hi << 32 | lo;
}
#else
#define mark(_code) ((void)(_code))

static inline uint64_t mark_read_start(void)
{
	return 0;
}

static inline uint64_t mark_read_stop(void)
{
	return 0;
}
#endif

static inline void mark_text(const char *s)
{
	for (; *s; s++) {
		for (int bit = 0; bit < 8; bit++) {
			if (*s >> bit & 1)
				mark(MARK_BIT_1);
			else
				mark(MARK_BIT_0);
		}
	}
}

#endif
