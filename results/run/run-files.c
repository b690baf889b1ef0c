/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-files.h"

#include "file.h"
#include "packed.h"

/* File systems limit names to 255 bytes. */
#define FILE_NAME_LEN_MAX 200

bool is_file_name(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > FILE_NAME_LEN_MAX || *s == '.')
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '/')
			return false;
	return true;
}

/* Of a file that was compressed, of which there is no more than fits in memory. */
static int packed_sum(const char *path, struct file_sum *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = packed_read(path, RUN_FILE_BYTES_MAX, &text);

	if (r < 0)
		return r;
	ret->bytes = text.len;
	snprintf(ret->crc, sizeof(ret->crc), "%08lx",
		 (unsigned long)rec_crc32(0, text.buf, text.len));
	return 0;
}

int file_sum(const char *path, struct file_sum *ret)
{
	_cleanup_close_ int fd = -1;
	char buf[16384];
	uint32_t crc = 0;
	ssize_t n;

	fd = open_regular(path, RUN_FILE_BYTES_MAX);
	if (fd == -ENOENT)
		return packed_sum(path, ret);
	if (fd < 0)
		return fd;
	ret->bytes = 0;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		crc = rec_crc32(crc, buf, n);
		ret->bytes += n;
		/* It has no size, or grows. */
		if (ret->bytes > RUN_FILE_BYTES_MAX)
			return -EFBIG;
	}
	snprintf(ret->crc, sizeof(ret->crc), "%08lx", (unsigned long)crc);
	return 0;
}
