/* SPDX-License-Identifier: GPL-2.0-only */
/* Days of the calendar, as YYYYMMDD: they compare as numbers do. */
#ifndef CGMARK_DAY_H
#define CGMARK_DAY_H

#include <stdbool.h>

#define DAY_TEXT 11 /* "2026-12-31" with its NUL */

/* "2026-12-31" and nothing else, of a day that there is. */
bool day_parse(const char *text, unsigned *ret);
/* Today, in UTC: the same day wherever a gate runs. */
unsigned day_today(void);
const char *day_text(char buf[DAY_TEXT], unsigned day);

#endif
