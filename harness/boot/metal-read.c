/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-read.h"

#include "metal-scratch.h"

/* 0: it is the next one; -ENOENT: it is not. */
static int read_block(int fd, uint32_t seq, const unsigned char *nonce,
		      void *buf, struct metal_block *ret)
{
	int r = metal_block_read(fd, seq, buf);

	if (r < 0)
		return r;
	if (metal_block_parse(buf, ret) < 0 || ret->seq != seq ||
	    memcmp(ret->nonce, nonce, METAL_NONCE_BYTES) ||
	    (ret->kind == METAL_HEADER) != (seq == 0))
		return -ENOENT;
	return 0;
}

static struct strbuf *stream_of(struct metal_streams *s, enum metal_kind kind)
{
	switch (kind) {
	case METAL_CONSOLE:
		return &s->console;
	case METAL_STATUS:
		return &s->status;
	case METAL_SAMPLES:
		return &s->samples;
	default:
		return NULL;
	}
}

/* A block that says how it ended is the last. */
static bool take(struct metal_streams *s, const struct metal_block *b)
{
	struct strbuf *sb = stream_of(s, b->kind);

	s->nr_blocks++;
	s->last = b->kind;
	if (sb)
		strbuf_add(sb, b->payload, b->len);
	return sb;
}

int metal_read(int fd, uint32_t nr, const unsigned char *nonce,
	       struct metal_streams *ret)
{
	_cleanup_free_ void *buf = metal_block_alloc();
	struct metal_block b;
	int r;

	*ret = (struct metal_streams){ .last = METAL_HEADER };
	if (!buf)
		return -ENOMEM;
	r = read_block(fd, 0, nonce, buf, &b);
	if (r < 0)
		return r;
	for (uint32_t seq = 1; seq < nr; seq++) {
		r = read_block(fd, seq, nonce, buf, &b);
		if (r < 0)
			return r == -ENOENT ? 0 : r;
		if (!take(ret, &b))
			break;
	}
	return 0;
}

void metal_streams_release(struct metal_streams *s)
{
	strbuf_release(&s->console);
	strbuf_release(&s->status);
	strbuf_release(&s->samples);
}
