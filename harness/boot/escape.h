/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys that leave a guest, whatever it does: ^] q. */
#ifndef CGMARK_ESCAPE_H
#define CGMARK_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#define ESCAPE_KEY 0x1d /* ^] */

struct escape {
	bool pressed; /* ^] was the last key */
	bool quit;
};

/* A filter of copier.h: takes these keys out; ^] twice is one for the guest. */
size_t escape_filter(void *escape, char *buf, size_t len);

#endif
