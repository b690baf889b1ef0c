/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in the queue, as "cgmark queue list" prints it. */
#ifndef CGMARK_QUEUE_LIST_H
#define CGMARK_QUEUE_LIST_H

#include <stdbool.h>

#include "exit-status.h"

/* all: not only the latest of those that ended. */
enum exit_status queue_list(const char *dir, bool all);

#endif
