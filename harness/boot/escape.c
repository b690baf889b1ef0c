/* SPDX-License-Identifier: GPL-2.0-only */
#include "escape.h"

size_t escape_filter(void *arg, char *buf, size_t len)
{
	struct escape *e = arg;
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		if (!e->pressed && buf[i] == ESCAPE_KEY) {
			e->pressed = true;
			continue;
		}
		if (e->pressed && buf[i] == 'q')
			e->quit = true;
		/* Other keys behind it stand for nothing. */
		if (!e->pressed || buf[i] == ESCAPE_KEY)
			buf[to++] = buf[i];
		e->pressed = false;
	}
	return to;
}
