/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log as a serial console would show it. */
#ifndef CGMARK_INIT_KMSG_H
#define CGMARK_INIT_KMSG_H

#include <stddef.h>

#define KMSG_LINE_MAX 1100

/*
 * "4,123,5678901,-;text" of /dev/kmsg as "[    5.678901] text\n".  Returns its
 * length; 0: too unimportant for the console, or no record.
 */
size_t kmsg_format(const char *record, size_t len, char buf[KMSG_LINE_MAX]);

/* Opens it at the oldest record.  -errno. */
int kmsg_open(void);
/* The next record as above; 0 without one, and for those that do not show. */
size_t kmsg_next(int fd, char buf[KMSG_LINE_MAX], int *more);

#endif
