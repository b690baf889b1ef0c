/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes partition tables, good ones and others. */
#ifndef CGMARK_TEST_MKGPT_H
#define CGMARK_TEST_MKGPT_H

#include <stddef.h>

/* Sectors 0 to 33 of a disk with sectors of 512 bytes. */
#define MKGPT_BYTES (34 * 512)

struct mkgpt_part {
	const char *guid;	   /* as text; NULL: this entry is not used */
	unsigned long first, last; /* sectors */
};

/* A table of up to 128 partitions into buf, with its checksums. */
void mkgpt(void *buf, const struct mkgpt_part *parts, size_t nr);
/* The checksums anew, after a change. */
void mkgpt_sum(void *buf);

#endif
