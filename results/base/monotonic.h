/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_MONOTONIC_H
#define CGMARK_MONOTONIC_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t now_ns(void);

#endif
