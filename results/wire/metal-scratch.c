/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gpt.h"
#include "metal-scratch.h"

const struct metal_roots metal_roots = { "/sys", "/dev" };

/* In /sys sizes and places are in these, whatever the sectors of the disk. */
#define SYS_SECTOR 512

/* a/b into buf of PATH_MAX bytes. */
static int join(char *buf, const char *a, const char *b)
{
	return snprintf(buf, PATH_MAX, "%s/%s", a, b) < PATH_MAX
		       ? 0
		       : -ENAMETOOLONG;
}

static int read_number(const char *dir, const char *name, uint64_t *ret)
{
	char path[PATH_MAX], text[32];
	ssize_t n;
	int fd;

	if (join(path, dir, name) < 0)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	text[n] = '\0';
	*ret = strtoull(text, NULL, 10);
	return 0;
}

static unsigned sector_of(int fd)
{
	int bytes;

	/* Tests have files in place of disks. */
	return ioctl(fd, BLKSSZGET, &bytes) == 0 ? (unsigned)bytes : SYS_SECTOR;
}

/* The table of the disk dev/NAME; another disk may well have none, or a bad one. */
static int look_up(const struct metal_roots *roots, const char *disk,
		   const unsigned char *guid, struct gpt_partition *ret)
{
	char path[PATH_MAX];
	int fd, r;

	if (join(path, roots->dev, disk) < 0)
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	r = gpt_find(fd, sector_of(fd), guid, ret);
	close(fd);
	return r == -ENOTUNIQ ? r : r < 0 ? -ENOENT : 0;
}

/* Does the kernel see partition NAME of a disk where the table has it? */
static int check_place(const char *dir, const char *dev, const char *name,
		       const struct gpt_partition *p, struct metal_scratch *ret)
{
	uint64_t number, start, size;
	char path[PATH_MAX];

	if (join(path, dir, name) < 0)
		return -ENOENT;
	if (read_number(path, "partition", &number) < 0 || number != p->number)
		return -ENOENT;
	if (read_number(path, "start", &start) < 0 ||
	    read_number(path, "size", &size) < 0 ||
	    start != p->start_bytes / SYS_SECTOR ||
	    size != p->len_bytes / SYS_SECTOR)
		return -EBADMSG;
	ret->start_bytes = p->start_bytes;
	ret->len_bytes = p->len_bytes;
	if (snprintf(ret->node, sizeof(ret->node), "%s/%s", dev, name) >=
	    (int)sizeof(ret->node))
		return -ENAMETOOLONG;
	return 0;
}

/* Its partitions are folders in that of the disk. */
static int find_node(const struct metal_roots *roots, const char *disk,
		     const struct gpt_partition *p, struct metal_scratch *ret)
{
	char dir[PATH_MAX];
	struct dirent *e;
	int r = -ENOENT;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/block/%s", roots->sys, disk);
	d = opendir(dir);
	while (d && r == -ENOENT && (e = readdir(d)))
		if (strncmp(e->d_name, disk, strlen(disk)) == 0)
			r = check_place(dir, roots->dev, e->d_name, p, ret);
	if (d)
		closedir(d);
	return r == -ENOENT ? -EBADMSG : r;
}

int metal_scratch_find(const struct metal_roots *roots, const char *partuuid,
		       struct metal_scratch *ret)
{
	unsigned char guid[GPT_GUID_BYTES];
	struct gpt_partition p;
	char dir[PATH_MAX];
	struct dirent *e;
	int r = gpt_guid_parse(partuuid, guid), nr = 0;
	DIR *d;

	if (r < 0)
		return r;
	snprintf(dir, sizeof(dir), "%s/block", roots->sys);
	d = opendir(dir);
	while (d && r == 0 && (e = readdir(d))) {
		int found = e->d_name[0] == '.'
				    ? -ENOENT
				    : look_up(roots, e->d_name, guid, &p);

		if (found == 0)
			r = nr++ ? -ENOTUNIQ
				 : find_node(roots, e->d_name, &p, ret);
		else if (found != -ENOENT)
			r = found;
	}
	if (d)
		closedir(d);
	return r == 0 && nr == 0 ? -ENOENT : r;
}

int metal_scratch_open(const struct metal_scratch *s)
{
	int fd =
		open(s->node, O_RDWR | O_EXCL | O_DIRECT | O_DSYNC | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

uint32_t metal_scratch_blocks(const struct metal_scratch *s)
{
	uint64_t nr = s->len_bytes / METAL_BLOCK_BYTES;

	return nr < UINT32_MAX ? nr : UINT32_MAX;
}

void *metal_block_alloc(void)
{
	void *p = NULL;

	return posix_memalign(&p, METAL_BLOCK_BYTES, METAL_BLOCK_BYTES) ? NULL
									: p;
}

int metal_block_read(int fd, uint32_t seq, void *buf)
{
	ssize_t n = pread(fd, buf, METAL_BLOCK_BYTES,
			  (off_t)seq * METAL_BLOCK_BYTES);

	return n < 0 ? -errno : n == METAL_BLOCK_BYTES ? 0 : -EIO;
}

int metal_block_write(int fd, uint32_t seq, const void *buf)
{
	ssize_t n = pwrite(fd, buf, METAL_BLOCK_BYTES,
			   (off_t)seq * METAL_BLOCK_BYTES);

	return n < 0 ? -errno : n == METAL_BLOCK_BYTES ? 0 : -EIO;
}
