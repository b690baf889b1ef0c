/* SPDX-License-Identifier: GPL-2.0-only */
/* How a boot of a real machine ended, as home can tell afterwards. */
#ifndef CGMARK_METAL_ENDING_H
#define CGMARK_METAL_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "metal-memory.h"
#include "metal-read.h"

enum metal_ending {
	METAL_ENDED,	   /* PID 1 wrote all it had */
	METAL_PANIC,	   /* memory has its text */
	METAL_HUNG,	   /* the watchdog fired */
	METAL_OVERDUE,	   /* PID 1 gave up at its deadline */
	METAL_NO_ROOM,	   /* the scratch partition is full */
	METAL_FLOODED,	   /* of the kernel's log */
	METAL_BAILED,	   /* PID 1 could not use the partition */
	METAL_OVERWRITTEN, /* the partition is not that of the attempt any more */
	METAL_ABRUPT,	   /* memory was kept, and has no panic */
	METAL_POWER_CUT,   /* memory was lost */
	METAL_RESET,	   /* it began, and was reset without a trace */
	METAL_SILENT,	   /* it came back, and had not begun */
	METAL_STAYED,	   /* home still runs: kexec did not happen */
	METAL_HOME_RESET, /* home was reset before it left */
	NR_METAL_ENDINGS
};

struct metal_evidence {
	const struct metal_streams *streams;
	bool overwritten; /* and they are of somebody else */
	const struct metal_memory *memory;
	bool remembers;	 /* it outlived a reset, and home's mark was in it */
	bool armed;	 /* there was a watchdog */
	int fired;	 /* its driver says so: 1, 0, -1: it cannot tell */
	uint64_t away_s; /* from leaving until home's kernel started */
	unsigned watchdog_s;
};

enum metal_ending metal_ending_judge(const struct metal_evidence *ev);

/* "hung", as the journal has it. */
const char *metal_ending_str(enum metal_ending e);
/* 0 or -EINVAL. */
int metal_ending_parse(const char *text, enum metal_ending *ret);

/*
 * May another attempt end in another way?  Panics and hangs are results; where
 * nothing tells a reset by the kernel from one by hand or a power cut, it was
 * perhaps not the kernel.
 */
bool metal_ending_repeats(enum metal_ending e);
/* Did nobody want or foresee this reset? */
bool metal_ending_unexpected(enum metal_ending e);
/* Of all but METAL_ENDED, for boot_ending_judge(). */
extern const struct known_end metal_known_ends[];

#endif
