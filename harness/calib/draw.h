/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which perturbations of those that were booted stand for a run.  The seed
 * determines all of it.
 */
#ifndef CGMARK_CALIB_DRAW_H
#define CGMARK_CALIB_DRAW_H

#include <stddef.h>
#include <stdint.h>

/* nr different ones of 0..of - 1, in random order; nr <= of. */
void draw_some(uint64_t *state, unsigned of, unsigned *ret, size_t nr);
/*
 * Another drawing of nr <= of, in which none stands where it does in first:
 * paired, each is with another one.  of >= 2.
 */
void draw_others(uint64_t *state, unsigned of, const unsigned *first,
		 unsigned *ret, size_t nr);

#endif
