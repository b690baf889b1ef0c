/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gpt.h"
#include "le.h"
#include "record.h"

static const char signature[8] = "EFI PART";

#define SECTOR_MAX 4096
#define HEADER_MIN 92
#define ENTRY_MIN 128
#define TABLE_MAX (1024 * 1024)

struct table {
	uint64_t entries_lba;
	uint32_t nr, entry_bytes, crc;
};

static int read_at(int fd, void *buf, size_t len, uint64_t at)
{
	ssize_t n;

	for (char *p = buf; len; p += n, len -= n, at += n) {
		n = pread(fd, p, len, at);
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENOENT;
	}
	return 0;
}

/* In text the first three groups are numbers, which lie with their low byte first. */
int gpt_guid_parse(const char *text, unsigned char guid[GPT_GUID_BYTES])
{
	static const unsigned char order[] = { 3, 2, 1,	 0,  5,	 4,  7,	 6,
					       8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned char ret[GPT_GUID_BYTES];
	unsigned nr = 0, byte;

	if (strlen(text) != 36)
		return -EINVAL;
	for (const char *p = text; *p; p += 2) {
		if (p == text + 8 || p == text + 13 || p == text + 18 ||
		    p == text + 23) {
			if (*p++ != '-')
				return -EINVAL;
		}
		if (strspn(p, "0123456789abcdefABCDEF") < 2 ||
		    sscanf(p, "%2x", &byte) != 1 || nr == sizeof(ret))
			return -EINVAL;
		ret[order[nr++]] = byte;
	}
	memcpy(guid, ret, sizeof(ret));
	return 0;
}

static int read_header(int fd, unsigned sector, struct table *ret)
{
	unsigned char buf[SECTOR_MAX];
	uint32_t size, crc;
	int r = read_at(fd, buf, sector, sector);

	if (r < 0)
		return r;
	if (memcmp(buf, signature, sizeof(signature)))
		return -ENOENT;
	size = le32_get(buf + 12);
	crc = le32_get(buf + 16);
	if (size < HEADER_MIN || size > sector)
		return -EBADMSG;
	memset(buf + 16, 0, 4);
	if (rec_crc32(0, buf, size) != crc || le64_get(buf + 24) != 1)
		return -EBADMSG;
	ret->entries_lba = le64_get(buf + 72);
	ret->nr = le32_get(buf + 80);
	ret->entry_bytes = le32_get(buf + 84);
	ret->crc = le32_get(buf + 88);
	if (ret->entry_bytes < ENTRY_MIN || ret->entry_bytes > SECTOR_MAX ||
	    ret->nr > TABLE_MAX / ret->entry_bytes ||
	    ret->entries_lba > INT64_MAX / sector)
		return -EBADMSG;
	return 0;
}

/* Its limits are the numbers of its first and last sector. */
static int take(const unsigned char *entry, unsigned number, unsigned sector,
		struct gpt_partition *ret)
{
	uint64_t first = le64_get(entry + 32), last = le64_get(entry + 40);

	if (ret->number)
		return -ENOTUNIQ;
	if (first < 2 || last < first || last >= INT64_MAX / sector)
		return -EBADMSG;
	*ret = (struct gpt_partition){
		.number = number,
		.start_bytes = first * sector,
		.len_bytes = (last - first + 1) * sector,
	};
	return 0;
}

static int search(const unsigned char *entries, const struct table *t,
		  unsigned sector, const unsigned char guid[GPT_GUID_BYTES],
		  struct gpt_partition *ret)
{
	struct gpt_partition found = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < t->nr && r == 0; i++) {
		const unsigned char *e = entries + (size_t)i * t->entry_bytes;

		if (memcmp(e + 16, guid, GPT_GUID_BYTES) == 0)
			r = take(e, i + 1, sector, &found);
	}
	if (r == 0 && !found.number)
		r = -ENOENT;
	if (r == 0)
		*ret = found;
	return r;
}

int gpt_find(int disk_fd, unsigned sector_bytes,
	     const unsigned char guid[GPT_GUID_BYTES],
	     struct gpt_partition *ret)
{
	unsigned char *entries;
	struct table t;
	size_t len;
	int r;

	if (sector_bytes < 512 || sector_bytes > SECTOR_MAX)
		return -EINVAL;
	r = read_header(disk_fd, sector_bytes, &t);
	if (r < 0)
		return r;
	len = (size_t)t.nr * t.entry_bytes;
	entries = malloc(len + 1);
	if (!entries)
		return -ENOMEM;
	r = read_at(disk_fd, entries, len, t.entries_lba * sector_bytes);
	if (r == 0 && rec_crc32(0, entries, len) != t.crc)
		r = -EBADMSG;
	if (r == 0)
		r = search(entries, &t, sector_bytes, guid, ret);
	free(entries);
	return r;
}
