/* SPDX-License-Identifier: GPL-2.0-only */
#include "packed.h"

#include <zstd.h>

#include "alloc.h"
#include "file.h"
#include "run.h"

/* What is read again rarely may take a while to write. */
#define LEVEL 12
#define CHUNK (256 * 1024)

static char *with_ending(const char *path, const char *ending)
{
	return xasprintf("%s%s", path, ending);
}

/* Whatever its head says, no more than max bytes come out of it. */
static int unpack(const struct strbuf *packed, uint64_t max, struct strbuf *ret)
{
	ZSTD_DStream *z = or_abort(ZSTD_createDStream());
	ZSTD_inBuffer in = { packed->buf, packed->len, 0 };
	size_t left = 1, before = ret->len;
	bool more = true; /* is there input, or output that had no room? */
	int r = 0;

	while (r == 0 && left > 0 && more) {
		ZSTD_outBuffer out;

		strbuf_grow(ret, CHUNK);
		out = (ZSTD_outBuffer){ ret->buf + ret->len, CHUNK, 0 };
		left = ZSTD_decompressStream(z, &out, &in);
		if (ZSTD_isError(left))
			r = -EBADMSG;
		else
			ret->len += out.pos;
		more = in.pos < in.size || out.pos == CHUNK;
		if (ret->len - before > max)
			r = -EFBIG;
	}
	ZSTD_freeDStream(z);
	if (r == 0 && (left > 0 || in.pos < in.size))
		r = -EBADMSG;
	strbuf_grow(ret, 0);
	ret->buf[ret->len] = '\0';
	return r;
}

int packed_read(const char *path, uint64_t max, struct strbuf *ret)
{
	_cleanup_free_ char *name = with_ending(path, ".zst");
	_cleanup_strbuf_ struct strbuf packed = STRBUF_INIT;
	int r = read_regular(path, max, ret);

	if (r != -ENOENT)
		return r;
	/* What cannot be compressed takes a little more. */
	r = read_regular(name, ZSTD_compressBound(max), &packed);
	return r < 0 ? r : unpack(&packed, max, ret);
}

bool packed_is_gone(const char *path)
{
	_cleanup_free_ char *name = with_ending(path, ".gone");

	return access(path, F_OK) < 0 && access(name, F_OK) == 0;
}

int packed_make(const char *path)
{
	_cleanup_free_ char *name = with_ending(path, ".zst");
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *packed = NULL;
	size_t bound, len;
	int r = read_regular(path, RUN_FILE_BYTES_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	bound = ZSTD_compressBound(text.len);
	packed = xmalloc(bound);
	len = ZSTD_compress(packed, bound, text.len ? text.buf : "", text.len,
			    LEVEL);
	if (ZSTD_isError(len))
		return -ENOMEM;
	r = write_file_atomic(name, packed, len);
	if (r == 0 && unlink(path) < 0)
		r = -errno;
	return r;
}

int packed_remove(const char *path)
{
	static const char *const endings[] = { ".zst", "" };
	_cleanup_free_ char *gone = with_ending(path, ".gone");
	int r = write_file_atomic(gone, "", 0);

	for (size_t i = 0; i < ARRAY_SIZE(endings) && r == 0; i++) {
		_cleanup_free_ char *name = with_ending(path, endings[i]);

		if (unlink(name) < 0 && errno != ENOENT)
			r = -errno;
	}
	return r;
}
