/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "le.h"
#include "metal-block.h"
#include "record.h"

static const char magic[8] = "cgmkblk1";

#define AT_NONCE 8
#define AT_SEQ 24
#define AT_KIND 28
#define AT_LEN 32
#define AT_CRC 36
#define AT_PAYLOAD 40

static uint32_t crc_of(const unsigned char *p, uint32_t len)
{
	return rec_crc32(rec_crc32(0, p, AT_CRC), p + AT_PAYLOAD, len);
}

void metal_block_format(const struct metal_block *b, void *buf)
{
	unsigned char *p = buf;

	memset(p, 0, METAL_BLOCK_BYTES);
	memcpy(p, magic, sizeof(magic));
	memcpy(p + AT_NONCE, b->nonce, METAL_NONCE_BYTES);
	le32_put(p + AT_SEQ, b->seq);
	le32_put(p + AT_KIND, b->kind);
	le32_put(p + AT_LEN, b->len);
	if (b->len)
		memcpy(p + AT_PAYLOAD, b->payload, b->len);
	le32_put(p + AT_CRC, crc_of(p, b->len));
}

int metal_block_parse(const void *buf, struct metal_block *ret)
{
	const unsigned char *p = buf;
	uint32_t len = le32_get(p + AT_LEN), kind = le32_get(p + AT_KIND);

	if (memcmp(p, magic, sizeof(magic)))
		return -ENOENT;
	if (len > METAL_PAYLOAD_MAX || kind >= NR_METAL_KINDS ||
	    le32_get(p + AT_CRC) != crc_of(p, len))
		return -EBADMSG;
	*ret = (struct metal_block){
		.seq = le32_get(p + AT_SEQ),
		.kind = kind,
		.len = len,
		.payload = p + AT_PAYLOAD,
	};
	memcpy(ret->nonce, p + AT_NONCE, METAL_NONCE_BYTES);
	return 0;
}

void metal_nonce_format(const unsigned char *nonce, char hex[METAL_NONCE_HEX])
{
	for (int i = 0; i < METAL_NONCE_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", nonce[i]);
}

int metal_nonce_parse(const char *hex, unsigned char *nonce)
{
	unsigned char ret[METAL_NONCE_BYTES];
	char digits[3] = "", *end;

	if (strlen(hex) != METAL_NONCE_HEX - 1 ||
	    strspn(hex, "0123456789abcdef") != METAL_NONCE_HEX - 1)
		return -EINVAL;
	for (int i = 0; i < METAL_NONCE_BYTES; i++) {
		memcpy(digits, hex + 2 * i, 2);
		ret[i] = strtoul(digits, &end, 16);
	}
	memcpy(nonce, ret, sizeof(ret));
	return 0;
}
