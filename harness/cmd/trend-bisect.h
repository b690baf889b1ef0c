/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_TREND_BISECT_H
#define CGMARK_TREND_BISECT_H

#include "exit-status.h"
#include "history.h"

/*
 * Becomes "cgmark bisect" between the kernels on both sides of the latest step, so that
 * it returns only where that cannot be; logged.
 */
enum exit_status trend_bisect(const struct history *h);

#endif
