/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <fcntl.h>

#include "alloc.h"
#include "cpio.h"
#include "file.h"
#include "initramfs.h"
#include "log.h"
#include "sha256.h"

/* A build folder also holds "bench-x.p" and the like. */
static int is_program(const struct dirent *de)
{
	return !strncmp(de->d_name, "bench-", 6) && !strchr(de->d_name, '.');
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_program(struct cpio *c, const char *bench_dir, const char *name,
		       const char *guest_name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", bench_dir, name);
	_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;
	int r;

	r = read_file(path, &data);
	if (r == -ENOENT)
		return log_err_errno(ENOENT, "%s (is cgmark compiled?)", path);
	if (r < 0)
		return log_err_errno(-r, "cannot read %s", path);
	cpio_file(c, guest_name, 0755, data.buf, data.len);
	return 0;
}

static int add_benchmarks(struct cpio *c, const char *bench_dir)
{
	struct dirent **list;
	int nr, r = 0;

	nr = scandir(bench_dir, &list, is_program, by_name);
	if (nr < 0)
		return log_err_errno(errno, "cannot read %s", bench_dir);
	for (int i = 0; i < nr; i++) {
		_cleanup_free_ char *guest =
			xasprintf("bench/%s", list[i]->d_name);

		if (r == 0)
			r = add_program(c, bench_dir, list[i]->d_name, guest);
		free(list[i]);
	}
	free(list);
	return r;
}

/* Only new ones: neighbours in a sorted list share most of them. */
static void add_parents(struct cpio *c, const char *name, const char *before)
{
	for (size_t i = 0; name[i]; i++) {
		_cleanup_free_ char *dir = NULL;

		if (name[i] != '/' ||
		    (before && strncmp(name, before, i + 1) == 0))
			continue;
		dir = xstrndup(name, i);
		cpio_dir(c, dir, 0755);
	}
}

static int add_files(struct cpio *c, const struct guest_files *files)
{
	const char *before = NULL;

	for (size_t i = 0; files && i < files->nr; i++) {
		const struct guest_file *f = &files->v[i];
		_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;
		int r = read_file(f->path, &data);

		if (r < 0)
			return log_err_errno(-r, "cannot read %s", f->path);
		add_parents(c, f->guest, before);
		cpio_file(c, f->guest, 0755, data.buf, data.len);
		before = f->guest;
	}
	return 0;
}

int initramfs_add(struct cpio *c, const char *bench_dir, const char *init,
		  const struct guest_files *files)
{
	int r;

	cpio_dir(c, "dev", 0755);
	/* Without it PID 1 has no stdin, stdout and stderr. */
	cpio_chardev(c, "dev/console", 0600, 5, 1);
	cpio_dir(c, "proc", 0755);
	cpio_dir(c, "sys", 0755);
	cpio_dir(c, "tmp", 01777);
	cpio_dir(c, "bench", 0755);
	r = add_program(c, bench_dir, init, "init");
	if (r == 0)
		r = add_benchmarks(c, bench_dir);
	if (r == 0)
		r = add_files(c, files);
	return r;
}

int initramfs_build(const char *bench_dir, const struct guest_files *files,
		    const char *path, char sha256[65])
{
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	int r = initramfs_add(&c, bench_dir, "guest-init", files);

	if (r < 0)
		return r;
	cpio_end(&c);
	r = write_file_atomic(path, c.out.buf, c.out.len);
	if (r < 0)
		return log_err_errno(-r, "cannot write %s", path);
	if (sha256)
		sha256_hex(c.out.buf, c.out.len, sha256);
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

/* An archive of its own; a kernel with all built in has none. */
static int add_modules(struct strbuf *all, const char *path)
{
	int r;

	if (!path || !*path)
		return 0;
	r = read_file(path, all);
	if (r < 0)
		return log_err_errno(-r, "cannot read %s", path);
	cpio_pad(all, CPIO_BLOCK);
	return 0;
}

void initramfs_plan(const struct boot_image *img, struct strbuf *ret)
{
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;

	cpio_file(&c, "plan.tsv", 0644, img->plan, img->plan_len);
	cpio_end(&c);
	strbuf_add(ret, c.out.buf, c.out.len);
}

int initramfs_for_boot(const struct boot_image *img, const char *path)
{
	_cleanup_strbuf_ struct strbuf all = STRBUF_INIT;
	_cleanup_close_ int fd = -1;
	int r;

	r = read_file(img->initramfs, &all);
	if (r < 0)
		return log_err_errno(-r, "cannot read %s", img->initramfs);
	/* The kernel skips zero bytes between archives, word by word. */
	cpio_pad(&all, CPIO_BLOCK);
	initramfs_plan(img, &all);
	r = add_modules(&all, img->modules);
	if (r < 0)
		return r;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return log_err_errno(errno, "cannot write %s", path);
	r = write_all(fd, all.buf, all.len);
	if (r == 0 && ftruncate(fd, all.len + img->initrd_pad_bytes) < 0)
		r = -errno;
	if (r < 0)
		return log_err_errno(-r, "cannot write %s", path);
	return 0;
}
