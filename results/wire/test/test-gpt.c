/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gpt.h"
#include "mkgpt.h"

#define OURS "11223344-5566-7788-99aa-bbccddeeff00"
#define OTHER "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

static unsigned char disk[MKGPT_BYTES];
static unsigned char ours[GPT_GUID_BYTES];
static int fd = -1;

static int find(struct gpt_partition *ret)
{
	assert_int_equal(pwrite(fd, disk, sizeof(disk), 0), sizeof(disk));
	return gpt_find(fd, 512, ours, ret);
}

static void make(void)
{
	static const struct mkgpt_part parts[] = { { OTHER, 2048, 4095 },
						   { NULL },
						   { OURS, 4096, 8191 } };

	mkgpt(disk, parts, 3);
}

static int set_up(void **state)
{
	fd = memfd_create("disk", MFD_CLOEXEC);
	return fd < 0 ? -1 : gpt_guid_parse(OURS, ours);
}

static void a_guid_is_stored_mixed(void **state)
{
	static const unsigned char want[] = { 0x44, 0x33, 0x22, 0x11,
					      0x66, 0x55, 0x88, 0x77,
					      0x99, 0xaa, 0xbb, 0xcc,
					      0xdd, 0xee, 0xff, 0x00 };
	static const char *const bad[] = {
		"",
		"1122334455667788",
		OURS "0",
		"11223344-5566-7788-99aa-bbccddeeff0g",
		"11223344+5566-7788-99aa-bbccddeeff00",
		"1122334-45566-7788-99aa-bbccddeeff00",
		"11223344-5566-7788-99aa- bccddeeff00"
	};
	unsigned char guid[GPT_GUID_BYTES];

	assert_memory_equal(ours, want, sizeof(want));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(gpt_guid_parse(bad[i], guid), -EINVAL);
}

static void partitions_are_found(void **state)
{
	struct gpt_partition p;

	make();
	assert_int_equal(find(&p), 0);
	assert_int_equal(p.number, 3);
	assert_int_equal(p.start_bytes, 4096 * 512);
	assert_int_equal(p.len_bytes, 4096 * 512);
}

static void other_disks_are_not_ours(void **state)
{
	static const struct mkgpt_part parts[] = { { OTHER, 2048, 4095 } };
	struct gpt_partition p;

	mkgpt(disk, parts, 1);
	assert_int_equal(find(&p), -ENOENT);
	memset(disk, 0, sizeof(disk));
	assert_int_equal(find(&p), -ENOENT);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(gpt_find(fd, 512, ours, &p), -ENOENT);
}

/* Whatever bit of the header or of the entries is wrong. */
static void each_bit_counts(void **state)
{
	struct gpt_partition p;

	make();
	for (int at = 512; at < 512 + 92; at++) {
		disk[at] ^= 4;
		assert_int_not_equal(find(&p), 0);
		disk[at] ^= 4;
	}
	for (int at = 1024; at < MKGPT_BYTES; at += 13) {
		disk[at] ^= 4;
		assert_int_equal(find(&p), -EBADMSG);
		disk[at] ^= 4;
	}
	assert_int_equal(find(&p), 0);
}

/* With checksums that are right. */
static void lies_are_refused(void **state)
{
	static const struct mkgpt_part twice[] = { { OURS, 2048, 4095 },
						   { OURS, 8192, 9000 } };
	static const struct mkgpt_part reversed[] = { { OURS, 4095, 2048 } };
	static const struct mkgpt_part table[] = { { OURS, 0, 2048 } };
	static const struct mkgpt_part far[] = { { OURS, 2048, -1ul } };
	struct gpt_partition p;

	mkgpt(disk, twice, 2);
	assert_int_equal(find(&p), -ENOTUNIQ);
	mkgpt(disk, reversed, 1);
	assert_int_equal(find(&p), -EBADMSG);
	mkgpt(disk, table, 1);
	assert_int_equal(find(&p), -EBADMSG);
	mkgpt(disk, far, 1);
	assert_int_equal(find(&p), -EBADMSG);
	make();
	memset(disk + 512 + 80, 0xff, 4); /* number of entries */
	mkgpt_sum(disk);
	assert_int_equal(find(&p), -EBADMSG);
	make();
	memset(disk + 512 + 84, 0, 4); /* their size */
	mkgpt_sum(disk);
	assert_int_equal(find(&p), -EBADMSG);
	make();
	memset(disk + 512 + 72, 0xff, 8); /* their place */
	mkgpt_sum(disk);
	assert_int_equal(find(&p), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guid_is_stored_mixed),
		cmocka_unit_test(partitions_are_found),
		cmocka_unit_test(other_disks_are_not_ours),
		cmocka_unit_test(each_bit_counts),
		cmocka_unit_test(lies_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
