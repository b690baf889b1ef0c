/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a newc cpio archive, which the kernel unpacks as an initramfs.  Times
 * are 0 and inode numbers count up, so that the bytes depend on the content
 * alone.
 */
#ifndef CGMARK_CPIO_H
#define CGMARK_CPIO_H

#include "strbuf.h"

#define CPIO_BLOCK 512

/* An archive being written. */
struct cpio {
	struct strbuf out;
	unsigned ino;
};

#define CPIO_INIT              \
	{                      \
		STRBUF_INIT, 0 \
	}

/* Names are relative ("bench/init"); mode holds permission bits only. */
void cpio_dir(struct cpio *c, const char *name, unsigned mode);
void cpio_file(struct cpio *c, const char *name, unsigned mode,
	       const void *data, size_t len);
/* A symbolic link. */
void cpio_link(struct cpio *c, const char *name, const char *target);
void cpio_chardev(struct cpio *c, const char *name, unsigned mode,
		  unsigned major, unsigned minor);
/* Trailer, and zero bytes up to a multiple of 512. */
void cpio_end(struct cpio *c);
static inline void cpio_release(struct cpio *c)
{
	strbuf_release(&c->out);
}

/* Zero bytes up to a multiple of align, which is at most CPIO_BLOCK. */
void cpio_pad(struct strbuf *sb, size_t align);

#endif
