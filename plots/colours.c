/* SPDX-License-Identifier: GPL-2.0-only */
#include "colours.h"

#include "macro.h"

#define NR_KERNEL_COLOURS 6

/* Okabe and Ito's palette, which colour-blind readers can tell apart. */
static const struct {
	unsigned char light[3];
	const char *hex, *hex_dark;
} colours[NR_COLOURS] = {
#define COLOUR(_l, _d)                                                      \
	{                                                                   \
		{ 0x##_l >> 16 & 0xff, 0x##_l >> 8 & 0xff, 0x##_l & 0xff }, \
			"#" #_l, "#" #_d                                    \
	}
	[COL_TEXT] = COLOUR(1f2328, e6e9ed),
	[COL_MUTED] = COLOUR(59636e, 9aa5b1),
	[COL_GRID] = COLOUR(d9dee4, 323a44),
	[COL_BAND] = COLOUR(dbe4ee, 2a3645),
	[COL_PAGE] = COLOUR(ffffff, 14181d),
	[COL_KERNEL0] = COLOUR(5b6168, b4bcc5),
	[COL_KERNEL1] = COLOUR(0072b2, 56b4e9),
	[COL_KERNEL2] = COLOUR(d45e00, ff9248),
	[COL_KERNEL3] = COLOUR(009e73, 3fd1a4),
	[COL_KERNEL4] = COLOUR(b3528a, e59cc6),
	[COL_KERNEL5] = COLOUR(9a7400, f0c14a),
	[COL_REGRESSION] = COLOUR(c34a00, ff8a3d),
	[COL_IMPROVEMENT] = COLOUR(0067a3, 5ab8ec),
	[COL_NO_CHANGE] = COLOUR(6e7781, 939eaa),
	[COL_INCONCLUSIVE] = COLOUR(8f6a00, eebd45),
	[COL_INVALID] = COLOUR(a8437f, e292c0),
};

const char *colour_hex(enum colour c)
{
	return colours[c].hex;
}

const char *colour_hex_dark(enum colour c)
{
	return colours[c].hex_dark;
}

const unsigned char *colour_rgb(enum colour c)
{
	return colours[c].light;
}

enum colour colour_of_verdict(enum verdict v)
{
	static const enum colour of[NR_VERDICTS] = {
		[V_REGRESSION] = COL_REGRESSION,
		[V_IMPROVEMENT] = COL_IMPROVEMENT,
		[V_NO_CHANGE] = COL_NO_CHANGE,
		[V_INCONCLUSIVE] = COL_INCONCLUSIVE,
		[V_INVALID] = COL_INVALID,
	};

	return of[v];
}

/* 0 for the baseline, the others in their order. */
static unsigned kernel_rank(const struct comparison *c, unsigned kernel)
{
	if (kernel == c->base)
		return 0;
	return kernel < c->base ? kernel + 1 : kernel;
}

enum colour colour_of_kernel(const struct comparison *c, unsigned kernel)
{
	unsigned rank = kernel_rank(c, kernel);

	if (rank == 0)
		return COL_KERNEL0;
	return COL_KERNEL1 + (rank - 1) % (NR_KERNEL_COLOURS - 1);
}

int point_of_kernel(const struct comparison *c, unsigned kernel)
{
	static const int types[] = { 5, 7, 9, 13, 11, 15 };

	return types[kernel_rank(c, kernel) % ARRAY_SIZE(types)];
}

int point_of_verdict(enum verdict v)
{
	static const int types[NR_VERDICTS] = {
		[V_REGRESSION] = 9,   /* triangle up */
		[V_IMPROVEMENT] = 11, /* triangle down */
		[V_NO_CHANGE] = 7,    /* disc */
		[V_INCONCLUSIVE] = 6, /* circle */
		[V_INVALID] = 2,      /* cross */
	};

	return types[v];
}
