/* SPDX-License-Identifier: GPL-2.0-only */
/* Channels out of the guest. */
#ifndef CGMARK_PORTS_H
#define CGMARK_PORTS_H

/*
 * Open the virtio-serial port of this name, waiting for it to appear.  On a
 * machine without one, take the descriptor in environment variable env.
 * Returns the descriptor or -errno.
 */
int port_open(const char *name, const char *env);
/* The same to read, or to read and write: flags are those of open(). */
int port_open_for(const char *name, const char *env, int flags);

#endif
