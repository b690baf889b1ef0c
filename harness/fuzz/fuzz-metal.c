/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A partition table, the blocks of a scratch partition and the journal of machine
 * metal, each with the right checksums, which would take too long to guess; and what
 * memory kept of a kernel's log.
 */
#include <sys/mman.h>

#include "fuzz.h"
#include "gpt.h"
#include "metal-journal.h"
#include "metal-memory.h"
#include "metal-read.h"
#include "metal-scratch.h"
#include "mkgpt.h"
#include "record.h"

static const unsigned char nonce[METAL_NONCE_BYTES];

static int file_with(const void *data, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	fuzz_check(fd >= 0 && pwrite(fd, data, len, 0) == (ssize_t)len);
	return fd;
}

/* Header and entries of a disk; the GUID is that of its first entry. */
static void try_table(const char *text, size_t len)
{
	static unsigned char disk[MKGPT_BYTES];
	size_t room = sizeof(disk) - 512;
	unsigned char guid[GPT_GUID_BYTES];
	struct gpt_partition p;
	int fd;

	memset(disk, 0, sizeof(disk));
	memcpy(disk + 512, text, len < room ? len : room);
	memcpy(guid, disk + 1024 + 16, sizeof(guid));
	mkgpt_sum(disk);
	fd = file_with(disk, sizeof(disk));
	if (gpt_find(fd, 512, guid, &p) == 0)
		fuzz_check(p.number && p.start_bytes >= 1024 && p.len_bytes &&
			   p.start_bytes + p.len_bytes > p.start_bytes);
	close(fd);
}

/* Each piece of the input is a block: its kind, whether it is in order, its length. */
static void try_blocks(const char *text, size_t len)
{
	unsigned char buf[METAL_BLOCK_BYTES];
	struct metal_streams s;
	uint32_t seq = 0;
	int fd = file_with("", 0);

	for (; len > 3; seq++) {
		struct metal_block b = {
			.seq = seq + (text[1] == '+'),
			.kind = (unsigned char)text[0] % NR_METAL_KINDS,
			.len = (unsigned char)text[2] % (len - 2),
			.payload = text + 3,
		};

		memcpy(b.nonce, nonce, sizeof(nonce));
		metal_block_format(&b, buf);
		fuzz_check(metal_block_write(fd, seq, buf) == 0);
		text += b.len + 3;
		len -= b.len + 3;
	}
	if (metal_read(fd, seq, nonce, &s) == 0)
		fuzz_check(s.nr_blocks < seq);
	metal_streams_release(&s);
	close(fd);
}

/* What is read is written in the same way, and leads to the same. */
static void try_journal(const char *text, size_t len)
{
	_cleanup_strbuf_ struct strbuf whole = STRBUF_INIT, again = STRBUF_INIT;
	struct metal_journal j, k;

	strbuf_add(&whole, text, len);
	strbuf_addf(&whole, "crc %08x\n", rec_crc32(0, text, len));
	if (metal_journal_parse(whole.buf, whole.len, &j) == 0) {
		metal_journal_format(&j, &again);
		fuzz_check(metal_journal_parse(again.buf, again.len, &k) == 0);
		fuzz_check(j.state == k.state && j.attempt == k.attempt &&
			   !strcmp(j.run, k.run) && !strcmp(j.boot, k.boot));
		metal_journal_release(&k);
		fuzz_check(metal_journal_step(&j, j.home, METAL_RESET) <=
			   METAL_STOP);
	}
	metal_journal_release(&j);
}

/* Half of it is known.  Nothing is made up, but for ends of lines. */
static void try_words(const char *text, size_t len)
{
	_cleanup_strbuf_ struct strbuf known = STRBUF_INIT, got = STRBUF_INIT;
	struct metal_memory m = { .left = false };

	strbuf_add(&known, text, len / 2);
	strbuf_add(&m.console, text + len / 2, len - len / 2);
	metal_memory_words(&m, &known, &got);
	fuzz_check(got.len <= m.console.len + 1);
	metal_memory_release(&m);
}

void fuzz_one(const char *text, size_t len)
{
	try_table(text, len);
	try_blocks(text, len);
	try_journal(text, len);
	try_words(text, len);
}
