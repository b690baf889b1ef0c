/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_PERCENT_H
#define CGMARK_PERCENT_H

/* A log-ratio as a change, "+0.12%", "-100%", "+inf"; caller frees. */
char *percent(double l);

#endif
