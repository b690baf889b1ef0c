/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "host-folder.h"
#include "log.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Calls fn for each entry; an error of fn ends it. */
static int walk(const char *dir, int (*fn)(const FTSENT *e, void *arg),
		void *arg)
{
	_cleanup_free_ char *root = xstrdup(dir);
	char *roots[] = { root, NULL };
	FTS *fts =
		fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, by_name);
	FTSENT *e;
	int r = 0;

	if (!fts)
		return -errno;
	while (r == 0 && (e = fts_read(fts)))
		r = fn(e, arg);
	fts_close(fts);
	return r;
}

/* --- first: how much is it? --- */

struct total {
	uint64_t bytes, max_bytes;
	size_t files;
};

static int add_up(const FTSENT *e, void *arg)
{
	struct total *t = arg;

	if (e->fts_level == FTS_ROOTLEVEL &&
	    (e->fts_info == FTS_DNR || e->fts_info == FTS_NS))
		return -e->fts_errno;
	if (e->fts_info == FTS_F)
		t->bytes += e->fts_statp->st_size;
	t->files++;
	return t->bytes > t->max_bytes || t->files > HOST_FOLDER_FILES_MAX
		       ? -EFBIG
		       : 0;
}

/* --- then: copy it --- */

struct copy {
	struct cpio *cpio;
	const char *guest;
	size_t root_len;
	size_t lost; /* could not be read */
	char *first_lost;
};

static void lose(struct copy *c, const char *path)
{
	if (c->lost++ == 0)
		c->first_lost = xstrdup(path);
}

static void copy_file(struct copy *c, const FTSENT *e, const char *name)
{
	_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;

	/* Files of procfs and its like have no size, but may block. */
	if (e->fts_statp->st_size > 0 && read_file(e->fts_path, &data) < 0) {
		lose(c, e->fts_path);
		return;
	}
	cpio_file(c->cpio, name, e->fts_statp->st_mode & 0777,
		  data.len ? data.buf : "", data.len);
}

static void copy_link(struct copy *c, const FTSENT *e, const char *name)
{
	char target[4096];
	ssize_t n = readlink(e->fts_path, target, sizeof(target) - 1);

	if (n < 0) {
		lose(c, e->fts_path);
		return;
	}
	target[n] = '\0';
	cpio_link(c->cpio, name, target);
}

static int copy_entry(const FTSENT *e, void *arg)
{
	struct copy *c = arg;
	_cleanup_free_ char *name =
		xasprintf("%s%s", c->guest, e->fts_path + c->root_len);

	switch (e->fts_info) {
	case FTS_D:
		cpio_dir(c->cpio, name, e->fts_statp->st_mode & 0777);
		break;
	case FTS_F:
		copy_file(c, e, name);
		break;
	case FTS_SL:
	case FTS_SLNONE:
		copy_link(c, e, name);
		break;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		lose(c, e->fts_path);
		break;
	}
	return 0;
}

int host_folder_add(struct cpio *cpio, const char *dir, const char *guest,
		    uint64_t max_bytes)
{
	/* A link to a folder is the folder. */
	_cleanup_free_ char *real = realpath(dir, NULL);
	struct total total = { .max_bytes = max_bytes };
	struct copy c = { .cpio = cpio, .guest = guest };
	struct stat st;
	int r;

	if (!real || stat(real, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	r = walk(real, add_up, &total);
	if (r < 0)
		return r;
	c.root_len = strcmp(real, "/") == 0 ? 0 : strlen(real);
	r = walk(real, copy_entry, &c);
	if (c.lost)
		log_warn("%s: %zu could not be read and %s not in the guest, "
			 "such as %s",
			 dir, c.lost, c.lost == 1 ? "is" : "are", c.first_lost);
	free(c.first_lost);
	return r;
}
