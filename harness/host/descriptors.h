/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_DESCRIPTORS_H
#define CGMARK_DESCRIPTORS_H

#include <stddef.h>

/*
 * Of nr things that keep so many descriptors each, how many can be had at once.
 * Raises the soft limit of this process as far as that takes.
 */
size_t descriptors_get(size_t nr, size_t each);

#endif
