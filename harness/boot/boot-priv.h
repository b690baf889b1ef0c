/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by guest*.c only. */
#ifndef CGMARK_GUEST_PRIV_H
#define CGMARK_GUEST_PRIV_H

#include "boot-watch.h"

#define MS 1000000ULL

/* guest-text.c */

/*
 * Copy of a text from a guest, printable ASCII only: it goes to the user's
 * terminal and into JSON.  Caller frees.
 */
char *guest_printable(const char *s);
/* Understand what came on a channel, line by line. */
void guest_take_bytes(struct guest *g, enum machine_channel channel,
		      const char *data, size_t len);
/* The channel has ended: take what stands without LF for a line. */
void guest_flush_line(struct guest *g, enum machine_channel channel);

/* guest-end.c */

/* Decide from all that was seen, and fill job->boot. */
void guest_fill_boot(const struct guest *g, int status,
		     const struct rusage *ru);
/* Tell the user of a boot that is not ok, with the console's last lines. */
void guest_log_failure(const struct guest *g);

#endif
