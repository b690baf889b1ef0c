/* SPDX-License-Identifier: GPL-2.0-only */
#include "line-why.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int line_bad(char why[REC_WHY_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, REC_WHY_MAX, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}
