/* SPDX-License-Identifier: GPL-2.0-only */
#include "log.h"
#include "clean.h"

static enum log_level log_max = LOG_INFO;

void log_set_level(enum log_level max)
{
	log_max = max;
}

enum log_level log_get_level(void)
{
	return log_max;
}

__attribute__((format(printf, 2, 0))) static void
log_va(enum log_level level, const char *fmt, va_list ap, const char *tail)
{
	static const char *const prefix[] = { "error: ", "warning: ", "",
					      "debug: " };
	_cleanup_free_ char *text = NULL, *clean = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	clean = clean_text(text ? text : fmt);
	/* One write() per message: those of two processes must not mix. */
	fprintf(stderr, "cgmark: %s%s%s%s\n", prefix[level], clean,
		tail ? ": " : "", tail ? tail : "");
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > log_max)
		return;
	va_start(ap, fmt);
	log_va(level, fmt, ap, NULL);
	va_end(ap);
}

int log_err_errno(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(LOG_ERROR, fmt, ap, strerror(err));
	va_end(ap);
	return -err;
}
