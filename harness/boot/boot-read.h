/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What supervision understands of the text that a guest sends: whether it
 * lives, which point runs, and what the console complains about.
 */
#ifndef CGMARK_BOOT_READ_H
#define CGMARK_BOOT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

#define BOOT_LINE_MAX 1024
#define BOOT_TAIL 10

/* The line that a channel is in. */
struct boot_line {
	size_t len;
	char text[BOOT_LINE_MAX]; /* without LF, cut when longer */
};

/* Zeroed: nothing has come yet. */
struct boot_read {
	struct boot_line lines[CH_DIAG];

	bool hello;
	bool status_end;
	bool samples_end;
	unsigned nr_measured;
	unsigned nr_skipped;
	unsigned nr_bad;   /* failed or in error */
	uint64_t point_ns; /* a point runs since then; 0: none */
	char point[BOOT_LINE_MAX];
	char *bad_line; /* the first of these */
	char *bail_line;

	uint64_t panic_ns; /* when panic_line came; 0: none did */
	char *panic_line;
	char *splat_line;      /* the first */
	char *tail[BOOT_TAIL]; /* last console lines, a ring */
	unsigned tail_nr;
	unsigned report_nr; /* lines behind splat_line */
};

/* Understand what came on a channel, line by line. */
void boot_read_bytes(struct boot_read *rd, enum machine_channel channel,
		     const char *data, size_t len);
/* The channel has ended: what is left without LF is a line, too. */
void boot_read_eof(struct boot_read *rd, enum machine_channel channel);
void boot_read_release(struct boot_read *rd);

#endif
