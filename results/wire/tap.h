/* SPDX-License-Identifier: GPL-2.0-only */
/* KTAP lines, one write() each, so that a crash tears none. */
#ifndef CGMARK_TAP_H
#define CGMARK_TAP_H

#include "record.h"

#define TAP_LINE_MAX 1024
#define TAP_TEXT_MAX 384

enum tap_result {
	TAP_OK,
	TAP_SKIP,  /* text: why */
	TAP_FAIL,  /* the kernel's result was wrong */
	TAP_ERROR, /* the benchmark itself is at fault */
};

/* "BENCH PARAMS" or "BENCH". */
void tap_point_name(const struct plan_point *p, char *buf, size_t size);
/* One result line with its LF; '#' in text becomes ' ', as KTAP requires. */
int tap_format_result(char *buf, size_t size, enum tap_result result,
		      unsigned number, const char *name, const char *text);

/* Format and write a whole line; the LF is added. */
void tap_line(int fd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tap_result(int fd, enum tap_result result, unsigned number,
		const char *name, const char *text);
/* write() until all is out; -errno. */
int write_all(int fd, const void *data, size_t len);

#endif
