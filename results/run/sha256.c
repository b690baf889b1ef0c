/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 (FIPS 180-4): names content, so no speed beyond plain C is needed. */
#include <fcntl.h>

#include "util.h"

struct sha256 {
	uint32_t state[8];
	uint64_t len;
	unsigned char block[64];
};

static const uint32_t round_constant[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t ror(uint32_t v, unsigned n)
{
	return v >> n | v << (32 - n);
}

static void expand_block(uint32_t w[64], const unsigned char *p)
{
	for (int i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
	for (int i = 16; i < 64; i++) {
		uint32_t s0 =
			ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 =
			ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void add_block(struct sha256 *ctx, const unsigned char *p)
{
	uint32_t w[64], v[8];

	expand_block(w, p);
	memcpy(v, ctx->state, sizeof(v));
	for (int i = 0; i < 64; i++) {
		uint32_t s1 = ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25);
		uint32_t ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t t1 = v[7] + s1 + ch + round_constant[i] + w[i];
		uint32_t s0 = ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22);
		uint32_t maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + s0 + maj;
	}
	for (int i = 0; i < 8; i++)
		ctx->state[i] += v[i];
}

static void sha256_init(struct sha256 *ctx)
{
	static const uint32_t first[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(ctx->state, first, sizeof(first));
	ctx->len = 0;
}

static void sha256_add(struct sha256 *ctx, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t used, n;

	while (len) {
		used = ctx->len % 64;
		n = len < 64 - used ? len : 64 - used;
		memcpy(ctx->block + used, p, n);
		ctx->len += n;
		p += n;
		len -= n;
		if (ctx->len % 64 == 0)
			add_block(ctx, ctx->block);
	}
}

static void sha256_end(struct sha256 *ctx, char hex[65])
{
	static const unsigned char pad[64] = { 0x80 };
	uint64_t bits = ctx->len * 8;
	unsigned char tail[8];

	for (int i = 0; i < 8; i++)
		tail[i] = bits >> (56 - 8 * i);
	/* Up to eight bytes short of a whole block, one pad byte at least. */
	sha256_add(ctx, pad, 64 - (ctx->len + 8) % 64);
	sha256_add(ctx, tail, sizeof(tail));
	for (int i = 0; i < 8; i++)
		sprintf(hex + 8 * i, "%08lx", (unsigned long)ctx->state[i]);
}

void sha256_hex(const void *data, size_t len, char hex[65])
{
	struct sha256 ctx;

	sha256_init(&ctx);
	sha256_add(&ctx, data, len);
	sha256_end(&ctx, hex);
}

int sha256_file(const char *path, char hex[65])
{
	unsigned char buf[16384];
	_cleanup_close_ int fd = -1;
	struct sha256 ctx;
	ssize_t n;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	sha256_init(&ctx);
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		sha256_add(&ctx, buf, n);
	}
	sha256_end(&ctx, hex);
	return 0;
}
