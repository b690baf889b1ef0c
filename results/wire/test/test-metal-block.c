/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "metal-block.h"

static unsigned char buf[METAL_BLOCK_BYTES];

static void fill(uint32_t len)
{
	static char payload[METAL_PAYLOAD_MAX];
	struct metal_block b = {
		.nonce = "0123456789abcde",
		.seq = 7,
		.kind = METAL_STATUS,
		.len = len,
		.payload = payload,
	};

	memset(payload, 'x', sizeof(payload));
	metal_block_format(&b, buf);
}

static void blocks_come_back(void **state)
{
	static const uint32_t lens[] = { 0, 1, 4055, METAL_PAYLOAD_MAX };
	struct metal_block b;

	for (int i = 0; i < 4; i++) {
		fill(lens[i]);
		assert_int_equal(metal_block_parse(buf, &b), 0);
		assert_memory_equal(b.nonce, "0123456789abcde", 16);
		assert_int_equal(b.seq, 7);
		assert_int_equal(b.kind, METAL_STATUS);
		assert_int_equal(b.len, lens[i]);
		for (uint32_t k = 0; k < b.len; k++)
			assert_int_equal(((const char *)b.payload)[k], 'x');
	}
}

/* Whatever bit is lost in what counts, the block is. */
static void each_bit_counts(void **state)
{
	struct metal_block b;

	fill(200);
	for (int bit = 0; bit < 240 * 8; bit++) {
		buf[bit / 8] ^= 1 << bit % 8;
		assert_int_not_equal(metal_block_parse(buf, &b), 0);
		buf[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_equal(metal_block_parse(buf, &b), 0);
}

/* A sector of it still has what was there before. */
static void torn_blocks_are_none(void **state)
{
	struct metal_block b;

	for (int sector = 0; sector < 8; sector++) {
		fill(METAL_PAYLOAD_MAX);
		memset(buf + 512 * sector, 0, 512);
		assert_int_equal(metal_block_parse(buf, &b),
				 sector ? -EBADMSG : -ENOENT);
	}
}

static void lies_are_refused(void **state)
{
	struct metal_block b;

	memset(buf, 0, sizeof(buf));
	assert_int_equal(metal_block_parse(buf, &b), -ENOENT);
	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(metal_block_parse(buf, &b), -ENOENT);
	fill(1);
	memset(buf + 32, 0xff, 4); /* a length beyond the block */
	assert_int_equal(metal_block_parse(buf, &b), -EBADMSG);
}

static void nonces_come_back(void **state)
{
	static const char *const bad[] = {
		"", "00", "0123456789abcdef0123456789abcdeg",
		"0123456789ABCDEF0123456789abcdef",
		"0123456789abcdef0123456789abcdef0"
	};
	unsigned char nonce[METAL_NONCE_BYTES];
	char hex[METAL_NONCE_HEX];

	assert_int_equal(
		metal_nonce_parse("0123456789abcdef0123456789abcdef", nonce),
		0);
	metal_nonce_format(nonce, hex);
	assert_string_equal(hex, "0123456789abcdef0123456789abcdef");
	for (int i = 0; i < 5; i++)
		assert_int_equal(metal_nonce_parse(bad[i], nonce), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_come_back),
		cmocka_unit_test(each_bit_counts),
		cmocka_unit_test(torn_blocks_are_none),
		cmocka_unit_test(lies_are_refused),
		cmocka_unit_test(nonces_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
