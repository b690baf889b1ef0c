/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-root.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "alloc.h"
#include "cpio-unpack.h"
#include "file.h"

#define MEMORY_MARK "run/cgmark-memory-on-v2"

static int say(struct strbuf *why, int r, const char *what, const char *path)
{
	if (r < 0)
		strbuf_addf(why, "%s %s: %s", what, path, strerror(-r));
	return r;
}

static int mount_at(const char *type, const char *path, struct strbuf *why)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return say(why, -errno, "make", path);
	if (mount("cgmark", path, type, MS_NOSUID, NULL) < 0)
		return say(why, -errno, "mount", path);
	return 0;
}

static int make_devices(struct strbuf *why)
{
	static const struct {
		const char *path;
		unsigned minor;
	} dev[] = { { "dev/null", 3 },
		    { "dev/zero", 5 },
		    { "dev/full", 7 },
		    { "dev/random", 8 },
		    { "dev/urandom", 9 } };

	for (size_t i = 0; i < ARRAY_SIZE(dev); i++) {
		if (mknod(dev[i].path, S_IFCHR | 0666,
			  makedev(1, dev[i].minor)) < 0)
			return say(why, -errno, "make", dev[i].path);
		chmod(dev[i].path, 0666);
	}
	return 0;
}

static int unpack(const struct boot_image *img, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;
	_cleanup_close_ int here =
		open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *name = NULL;
	int r = here < 0 ? -errno : read_file(img->initramfs, &data);

	if (r == 0)
		r = cpio_unpack(data.buf, data.len, here, &name);
	if (r < 0)
		return say(why, r, "unpack", name ? name : img->initramfs);
	r = write_file_in_place("plan.tsv", img->plan, img->plan_len, false);
	return say(why, r, "write", "plan.tsv");
}

static int fill(const struct boot_image *img, bool memory_on_v2,
		struct strbuf *why)
{
	static const struct {
		const char *type, *path;
	} mounts[] = { { "tmpfs", "run" },
		       { "proc", "proc" },
		       { "sysfs", "sys" },
		       { "cgroup2", "sys/fs/cgroup" } };
	int r = unpack(img, why);

	for (size_t i = 0; i < ARRAY_SIZE(mounts) && r == 0; i++)
		r = mount_at(mounts[i].type, mounts[i].path, why);
	if (r == 0)
		r = make_devices(why);
	if (r == 0 && memory_on_v2)
		r = say(why, write_file_in_place(MEMORY_MARK, "", 0, false),
			"write", MEMORY_MARK);
	return r;
}

int local_root_enter(const char *dir, const struct boot_image *img,
		     bool memory_on_v2, struct strbuf *why)
{
	int r;

	if (mount("cgmark", dir, "tmpfs", MS_NOSUID, "mode=755") < 0)
		return say(why, -errno, "mount tmpfs on", dir);
	if (chdir(dir) < 0)
		return say(why, -errno, "enter", dir);
	umask(0);
	r = fill(img, memory_on_v2, why);
	if (r < 0)
		return r;
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return say(why, -errno, "make the root of", dir);
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return say(why, -errno, "leave", "the old root");
	return 0;
}
