/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include <sys/mman.h>

#include "alloc.h"
#include "metal-read.h"
#include "metal-scratch.h"

#define NR 16

static const unsigned char ours[METAL_NONCE_BYTES] = "ours";
static const unsigned char other[METAL_NONCE_BYTES] = "other";
static struct metal_streams streams;
static int fd = -1;

static void put_as(const unsigned char *nonce, uint32_t at, uint32_t seq,
		   enum metal_kind kind, const char *text)
{
	unsigned char buf[METAL_BLOCK_BYTES];
	struct metal_block b = {
		.seq = seq,
		.kind = kind,
		.len = strlen(text),
		.payload = text,
	};

	memcpy(b.nonce, nonce, sizeof(b.nonce));
	metal_block_format(&b, buf);
	assert_int_equal(metal_block_write(fd, at, buf), 0);
}

static void put(uint32_t at, enum metal_kind kind, const char *text)
{
	put_as(ours, at, at, kind, text);
}

static int read_it(void)
{
	metal_streams_release(&streams);
	return metal_read(fd, NR, ours, &streams);
}

/* A boot that went well: 6 blocks behind the header. */
static int set_up(void **state)
{
	streams = (struct metal_streams){ .nr_blocks = 0 };
	fd = memfd_create("scratch", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, NR * METAL_BLOCK_BYTES) < 0)
		return -1;
	put(0, METAL_HEADER, "");
	put(1, METAL_STATUS, "KTAP version 1\n");
	put(2, METAL_CONSOLE, "[    1.000000] warning\n");
	put(3, METAL_SAMPLES, "V\t1");
	put(4, METAL_SAMPLES, "\tx\n");
	put(5, METAL_STATUS, "1..1\n");
	put(6, METAL_END, "");
	return 0;
}

static int tear_down(void **state)
{
	metal_streams_release(&streams);
	return close(fd);
}

static void streams_come_back(void **state)
{
	assert_int_equal(read_it(), 0);
	assert_int_equal(streams.nr_blocks, 6);
	assert_int_equal(streams.last, METAL_END);
	assert_string_equal(streams.console.buf, "[    1.000000] warning\n");
	assert_string_equal(streams.status.buf, "KTAP version 1\n1..1\n");
	assert_string_equal(streams.samples.buf, "V\t1\tx\n");
	/* Nothing comes behind an end. */
	put(7, METAL_STATUS, "more\n");
	assert_int_equal(read_it(), 0);
	assert_int_equal(streams.nr_blocks, 6);
}

static void expect_cut(void)
{
	assert_int_equal(read_it(), 0);
	assert_int_equal(streams.nr_blocks, 3);
	assert_int_equal(streams.last, METAL_SAMPLES);
	assert_string_equal(streams.samples.buf, "V\t1");
	assert_string_equal(streams.status.buf, "KTAP version 1\n");
}

static void a_torn_block_ends_it(void **state)
{
	static const char zeros[512];

	for (int sector = 0; sector < 8; sector++) {
		/* Payload has to be there for the tear to matter. */
		char text[METAL_PAYLOAD_MAX];

		memset(text, 'x', sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		put(4, METAL_SAMPLES, text);
		assert_int_equal(pwrite(fd, zeros, sizeof(zeros),
					4 * METAL_BLOCK_BYTES + 512 * sector),
				 512);
		expect_cut();
	}
}

static void other_nonces_end_it(void **state)
{
	put_as(other, 4, 4, METAL_SAMPLES, "theirs");
	expect_cut();
}

static void gaps_end_it(void **state)
{
	put_as(ours, 4, 5, METAL_SAMPLES, "later");
	expect_cut();
	put_as(ours, 4, 3, METAL_SAMPLES, "earlier");
	expect_cut();
	put(4, METAL_HEADER, "");
	expect_cut();
}

static void another_header_means_nothing(void **state)
{
	put_as(other, 0, 0, METAL_HEADER, "");
	assert_int_equal(read_it(), -ENOENT);
	assert_int_equal(streams.nr_blocks, 0);
	put(0, METAL_STATUS, "no header\n");
	assert_int_equal(read_it(), -ENOENT);
}

static void a_full_partition_is_read_to_its_end(void **state)
{
	for (uint32_t i = 1; i < NR - 1; i++)
		put(i, METAL_SAMPLES, "x");
	put(NR - 1, METAL_FULL, "");
	assert_int_equal(read_it(), 0);
	assert_int_equal(streams.nr_blocks, NR - 1);
	assert_int_equal(streams.last, METAL_FULL);
	assert_int_equal(streams.samples.len, NR - 2);
}

/* Whatever lies there, nothing is read that was not written as this boot. */
static void garbage_is_not_believed(void **state)
{
	unsigned char buf[METAL_BLOCK_BYTES];
	uint64_t seed = 18;

	for (int round = 0; round < 500; round++) {
		uint32_t at = 1 + next_random(&seed) % 6;
		unsigned byte = next_random(&seed) % 60;

		tear_down(state);
		set_up(state);
		assert_int_equal(metal_block_read(fd, at, buf), 0);
		buf[byte] ^= 1 + next_random(&seed) % 255;
		assert_int_equal(metal_block_write(fd, at, buf), 0);
		assert_int_equal(read_it(), 0);
		/* Bytes behind the payload mean nothing. */
		assert_true(streams.nr_blocks == at - 1 || byte >= 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(streams_come_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_torn_block_ends_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(other_nonces_end_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(gaps_end_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_header_means_nothing,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_full_partition_is_read_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(garbage_is_not_believed, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
