/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages.  An error is logged once, where its context is known.
 */
#ifndef CGMARK_LOG_H
#define CGMARK_LOG_H

#include "macro.h"

/* Logging goes to stderr as "cgmark: error: ...", "cgmark: warning: ...". */
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level max); /* default LOG_INFO; -q: LOG_WARNING */
enum log_level log_get_level(void);
void log_msg(enum log_level level, const char *fmt, ...) __printf(2, 3);
/* Logs "text: strerror(err)" and returns -err; err is positive. */
int log_err_errno(int err, const char *fmt, ...) __printf(2, 3);
#define log_err(...) log_msg(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_msg(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_msg(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_msg(LOG_DEBUG, __VA_ARGS__)

#endif
