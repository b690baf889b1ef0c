/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "cpio.h"

#define CPIO_ALIGN 4

void cpio_pad(struct strbuf *sb, size_t align)
{
	static const char zero[CPIO_BLOCK];

	strbuf_add(sb, zero, (align - sb->len % align) % align);
}

struct entry {
	unsigned ino;
	unsigned mode; /* with the type */
	unsigned nlink;
	unsigned rdev_major;
	unsigned rdev_minor;
};

static void add_entry(struct cpio *c, const char *name, const struct entry *e,
		      const void *data, size_t len)
{
	/* magic, ino, mode, uid, gid, nlink, mtime, filesize, devmajor,
	 * devminor, rdevmajor, rdevminor, namesize, check */
	strbuf_addf(
		&c->out,
		"070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		e->ino, e->mode, 0, 0, e->nlink, 0, (unsigned)len, 0, 0,
		e->rdev_major, e->rdev_minor, (unsigned)strlen(name) + 1, 0);
	strbuf_add(&c->out, name, strlen(name) + 1);
	cpio_pad(&c->out, CPIO_ALIGN);
	strbuf_add(&c->out, data, len);
	cpio_pad(&c->out, CPIO_ALIGN);
}

void cpio_dir(struct cpio *c, const char *name, unsigned mode)
{
	struct entry e = { .ino = ++c->ino,
			   .mode = S_IFDIR | mode,
			   .nlink = 2 };

	add_entry(c, name, &e, "", 0);
}

void cpio_file(struct cpio *c, const char *name, unsigned mode,
	       const void *data, size_t len)
{
	struct entry e = { .ino = ++c->ino,
			   .mode = S_IFREG | mode,
			   .nlink = 1 };

	add_entry(c, name, &e, data, len);
}

void cpio_chardev(struct cpio *c, const char *name, unsigned mode,
		  unsigned major, unsigned minor)
{
	struct entry e = { .ino = ++c->ino,
			   .mode = S_IFCHR | mode,
			   .nlink = 1,
			   .rdev_major = major,
			   .rdev_minor = minor };

	add_entry(c, name, &e, "", 0);
}

void cpio_link(struct cpio *c, const char *name, const char *target)
{
	struct entry e = { .ino = ++c->ino,
			   .mode = S_IFLNK | 0777,
			   .nlink = 1 };

	add_entry(c, name, &e, target, strlen(target));
}

void cpio_end(struct cpio *c)
{
	struct entry e = { .nlink = 1 };

	add_entry(c, "TRAILER!!!", &e, "", 0);
	cpio_pad(&c->out, CPIO_BLOCK);
}
