/* SPDX-License-Identifier: GPL-2.0-only */
/* Events as text for terminals and mail. */
#ifndef CGMARK_EVENTS_TEXT_H
#define CGMARK_EVENTS_TEXT_H

#include <stdio.h>

#include "events.h"

/* At most PRINT_COLUMNS wide; prints nothing for a table without rows. */
void event_table_print(FILE *out, const struct event_table *t);

#endif
