/* SPDX-License-Identifier: GPL-2.0-only */
/* How a boot ended and whose fault it was. */
#ifndef CGMARK_BOOT_ENDING_H
#define CGMARK_BOOT_ENDING_H

#include "boot-read.h"
#include "run.h"

/* All that is known when the machine's process has ended. */
struct boot_evidence {
	const struct boot_read *read;
	unsigned nr_points;		    /* planned */
	const char *process;		    /* what runs the guest: "QEMU" */
	const struct known_end *known_ends; /* as in machine.h */
	const char *diag;		    /* what it said itself, or NULL */
	int wait_status;		    /* as of wait4() */
	const char *stop_reason; /* why cgmark ended it; NULL: it did not */
	enum blame stop_blame;
};

struct boot_ending {
	enum blame blame;
	char *reason; /* one line, caller frees; NULL: all is well */
};

struct boot_ending boot_ending_judge(const struct boot_evidence *ev);

/* Tell the user of a boot that is not ok, with the console's last lines. */
void boot_ending_log(const struct run_boot *boot, const struct boot_read *rd);

#endif
