/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a partition lies, by the GUID that the partition table gives it (PARTUUID):
 * names of devices differ between kernels.  Shared by guest and host (libc only).
 *
 * A table counts only if both of its checksums are right, those of the header and
 * of the entries; a damaged one is not repaired from the copy at the disk's end, as
 * nobody knows then what else is wrong.
 */
#ifndef CGMARK_GPT_H
#define CGMARK_GPT_H

#include <stdint.h>
#include <sys/types.h>

#define GPT_GUID_BYTES 16

struct gpt_partition {
	unsigned number; /* from 1, as in /dev/sda1 */
	uint64_t start_bytes;
	uint64_t len_bytes;
};

/* "0fc63daf-8483-4772-8e79-3d69d8477de4" as on the disk.  0 or -EINVAL. */
int gpt_guid_parse(const char *text, unsigned char guid[GPT_GUID_BYTES]);

/*
 * Looks it up in the table of an open disk with sectors of this size.  0; -ENOENT:
 * there is no such partition, or no table; -EBADMSG: a table that is damaged;
 * -ENOTUNIQ: two partitions have this GUID; or what reading gave.
 */
int gpt_find(int disk_fd, unsigned sector_bytes,
	     const unsigned char guid[GPT_GUID_BYTES],
	     struct gpt_partition *ret);

#endif
