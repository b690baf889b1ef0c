/* SPDX-License-Identifier: GPL-2.0-only */
#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gpt.h"
#include "mkgpt.h"
#include "record.h"

#define ENTRIES 1024
#define ENTRY_BYTES 128
#define NR_ENTRIES 128

static void put32(unsigned char *at, uint32_t v)
{
	v = htole32(v);
	memcpy(at, &v, sizeof(v));
}

static void put64(unsigned char *at, uint64_t v)
{
	v = htole64(v);
	memcpy(at, &v, sizeof(v));
}

void mkgpt_sum(void *buf)
{
	unsigned char *head = (unsigned char *)buf + 512;

	put32(head + 88, rec_crc32(0, (unsigned char *)buf + ENTRIES,
				   NR_ENTRIES * ENTRY_BYTES));
	put32(head + 16, 0);
	put32(head + 16, rec_crc32(0, head, 92));
}

/* The one partition of type 0xee that keeps other programs away. */
static void put_mbr(unsigned char *p)
{
	p[446 + 4] = 0xee;
	put32(p + 446 + 8, 1);
	put32(p + 446 + 12, 0xffffffff);
	p[510] = 0x55;
	p[511] = 0xaa;
}

static void put_entry(unsigned char *e, const struct mkgpt_part *part)
{
	/* "Linux filesystem data" */
	if (gpt_guid_parse("0fc63daf-8483-4772-8e79-3d69d8477de4", e) < 0 ||
	    gpt_guid_parse(part->guid, e + 16) < 0)
		abort();
	put64(e + 32, part->first);
	put64(e + 40, part->last);
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
	put32(head + 8, 0x10000);
	put32(head + 12, 92);
	put64(head + 24, 1);
	put64(head + 32, last + 34); /* where a copy would lie */
	put64(head + 40, 34);
	put64(head + 48, last);
	memset(head + 56, 0x5a, GPT_GUID_BYTES); /* of the disk */
	put64(head + 72, 2);
	put32(head + 80, NR_ENTRIES);
	put32(head + 84, ENTRY_BYTES);
	mkgpt_sum(buf);
}
