/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small host-side helpers: scope cleanup, allocation that cannot fail, string
 * buffers, logging and file access.  Never linked into a guest program.
 *
 * Functions return 0 or -errno.  log_err_errno() returns its error so that one
 * line logs and returns; an error is logged once, where its context is known.
 */
#ifndef CGMARK_UTIL_H
#define CGMARK_UTIL_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define __printf(f, a) __attribute__((format(printf, f, a)))

#define _cleanup_(fn) __attribute__((cleanup(fn)))

static inline void util_freep(void *p)
{
	free(*(void **)p);
}

static inline void util_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void util_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_ _cleanup_(util_freep)
#define _cleanup_close_ _cleanup_(util_closep)
#define _cleanup_fclose_ _cleanup_(util_fclosep)

/* Hand the descriptor to the caller: the variable no longer owns it. */
static inline int steal_fd(int *fd)
{
	int ret = *fd;

	*fd = -1;
	return ret;
}

/* Hand the pointer to the caller: the variable no longer owns it. */
#define steal_ptr(p)                     \
	({                               \
		__typeof__(p) __p = (p); \
		(p) = NULL;              \
		__p;                     \
	})

/* Allocation: host only, aborts with a message when memory runs out. */
void *xmalloc(size_t size);
void *xcalloc(size_t nr, size_t size);
void *xreallocarray(void *p, size_t nr, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __printf(1, 2);

/* Growing string; buf is always NUL terminated once anything was added. */
struct strbuf {
	char *buf;
	size_t len;
	size_t alloc;
};

#define STRBUF_INIT        \
	{                  \
		NULL, 0, 0 \
	}

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *s);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __printf(2, 3);
void strbuf_reset(struct strbuf *sb); /* len = 0, memory kept */
void strbuf_release(struct strbuf *sb);
char *strbuf_steal(struct strbuf *sb); /* never NULL; caller frees */
#define _cleanup_strbuf_ _cleanup_(strbuf_release)

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

/* Appends the whole file to *ret.  Returns 0 or -errno (not logged). */
int read_file(const char *path, struct strbuf *ret);
/*
 * Writes path through a temporary file beside it, fsync and rename, so that a
 * reader or a power cut sees the old content or the new.  -errno, not logged.
 */
int write_file_atomic(const char *path, const void *data, size_t len);
/*
 * Writes what a user asked for by name.  A regular file, or the one that a
 * symlink leads to, is replaced as above and keeps its mode and owner; into
 * anything else (device, FIFO), and into what this process has open for writing
 * already (/dev/stdout), the data is written.  -errno, not logged.
 */
int write_output(const char *path, const void *data, size_t len);
int mkdir_p(const char *path, unsigned mode);
/* Removes a tree; a missing one is no error. */
int rm_rf(const char *path);
/* Lower-case hex SHA-256 of a file into hex[65]. */
int sha256_file(const char *path, char hex[65]);
void sha256_hex(const void *data, size_t len, char hex[65]);
/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t now_ns(void);

#endif
