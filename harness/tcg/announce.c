/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "announce.h"

void announce_begin(struct announce *a)
{
	memset(a, 0, sizeof(*a));
	a->open = true;
}

void announce_bit(struct announce *a, unsigned bit)
{
	if (!a->open || a->bits / 8 >= sizeof(a->text) - 1)
		return;
	a->text[a->bits / 8] |= bit << a->bits % 8;
	a->bits++;
}

void announce_end(struct announce *a)
{
	a->open = false;
}
