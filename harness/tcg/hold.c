/* SPDX-License-Identifier: GPL-2.0-only */
#include "hold.h"

void hold_begin(struct hold *h, uint64_t now, uint32_t by)
{
	h->open = true;
	h->idle = false;
	h->since = now;
	h->by = by;
}

void hold_end(struct hold *h, uint64_t now)
{
	uint64_t length = now - h->since;

	if (!h->open)
		return;
	h->open = false;
	if (!h->holds || length > h->most) {
		h->most = length;
		h->most_by = h->by;
	}
	h->holds++;
	h->total += length;
	h->idled += h->idle;
}

void hold_idle(struct hold *h)
{
	h->idle = true;
}
