/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-path.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "sha256.h"

#define SLUG_MAX 100
#define SLUG_HASH 16 /* hex digits */

/* Two dots would lead out, and one in front hides a file. */
static bool may_be_dot(const struct strbuf *out)
{
	return out->len > 0 && out->buf[out->len - 1] != '.';
}

char *site_slug(const char *name)
{
	struct strbuf out = STRBUF_INIT;
	char hex[65];

	for (const char *p = name; *p; p++) {
		if (isascii(*p) && (isalnum(*p) || strchr("_-=,", *p)))
			strbuf_add(&out, p, 1);
		else if (*p == '/' && may_be_dot(&out))
			strbuf_addstr(&out, ".");
		else
			strbuf_addf(&out, "~%02x", (unsigned char)*p);
	}
	if (out.len == 0)
		strbuf_addstr(&out, "~");
	if (out.len > SLUG_MAX) {
		sha256_hex(name, strlen(name), hex);
		out.len = SLUG_MAX - SLUG_HASH - 2;
		out.buf[out.len] = '\0';
		/* No other slug has two of them in a row. */
		strbuf_addf(&out, "~~%.*s", SLUG_HASH, hex);
	}
	return strbuf_steal(&out);
}

static bool has_content(const char *path, const void *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf old = STRBUF_INIT;

	return read_regular(path, len, &old) == 0 && old.len == len &&
	       (len == 0 || memcmp(old.buf, data, len) == 0);
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * Without fsync(): a site has thousands of files and can be made again, which
 * replaces what a power cut left empty.
 */
static int replace(const char *site, const char *path, const void *data,
		   size_t len)
{
	_cleanup_free_ char *tmp =
		xasprintf("%s/" SITE_TMP "/%d", site, (int)getpid());
	_cleanup_close_ int fd = -1;
	int r;

	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	r = write_all(fd, data, len);
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(tmp);
	return r;
}

int site_file(const char *site, const char *path, const void *data, size_t len)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", site, path);
	_cleanup_free_ char *dir = xstrdup(full);
	int r;

	if (has_content(full, data, len))
		return 0;
	*strrchr(dir, '/') = '\0';
	r = mkdir_p(dir, 0755);
	if (r == 0)
		r = replace(site, full, data, len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", full) : 0;
}
