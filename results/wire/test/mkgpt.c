/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gpt.h"
#include "le.h"
#include "mkgpt.h"
#include "record.h"

#define ENTRIES 1024
#define ENTRY_BYTES 128
#define NR_ENTRIES 128

void mkgpt_sum(void *buf)
{
	unsigned char *head = (unsigned char *)buf + 512;

	le32_put(head + 88, rec_crc32(0, (unsigned char *)buf + ENTRIES,
				      NR_ENTRIES * ENTRY_BYTES));
	le32_put(head + 16, 0);
	le32_put(head + 16, rec_crc32(0, head, 92));
}

/* The one partition of type 0xee that keeps other programs away. */
static void put_mbr(unsigned char *p)
{
	p[446 + 4] = 0xee;
	le32_put(p + 446 + 8, 1);
	le32_put(p + 446 + 12, 0xffffffff);
	p[510] = 0x55;
	p[511] = 0xaa;
}

static void put_entry(unsigned char *e, const struct mkgpt_part *part)
{
	/* "Linux filesystem data" */
	if (gpt_guid_parse("0fc63daf-8483-4772-8e79-3d69d8477de4", e) < 0 ||
	    gpt_guid_parse(part->guid, e + 16) < 0)
		abort();
	le64_put(e + 32, part->first);
	le64_put(e + 40, part->last);
}

void mkgpt(void *buf, const struct mkgpt_part *parts, size_t nr)
{
	unsigned char *p = buf, *head = p + 512;
	uint64_t last = 0;

	memset(buf, 0, MKGPT_BYTES);
	put_mbr(p);
	for (size_t i = 0; i < nr; i++) {
		if (!parts[i].guid)
			continue;
		put_entry(p + ENTRIES + i * ENTRY_BYTES, &parts[i]);
		if (parts[i].last > last)
			last = parts[i].last;
	}
	memcpy(head, "EFI PART", 8);
	le32_put(head + 8, 0x10000);
	le32_put(head + 12, 92);
	le64_put(head + 24, 1);
	le64_put(head + 32, last + 34); /* where a copy would lie */
	le64_put(head + 40, 34);
	le64_put(head + 48, last);
	memset(head + 56, 0x5a, GPT_GUID_BYTES); /* of the disk */
	le64_put(head + 72, 2);
	le32_put(head + 80, NR_ENTRIES);
	le32_put(head + 84, ENTRY_BYTES);
	mkgpt_sum(buf);
}
