/* SPDX-License-Identifier: GPL-2.0-only */
#include "clean.h"

/* Bytes of the printable UTF-8 character at s; 0 if there is none. */
static size_t utf8_len(const unsigned char *s)
{
	size_t len;
	unsigned c;

	if (s[0] >= 0x20 && s[0] < 0x7f)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	c = s[0] & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	/* C1 controls, overlong forms, surrogates, text direction overrides */
	if (c < 0xa0 || (len == 3 && c < 0x800) || (len == 4 && c < 0x10000) ||
	    c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || (c & 0xfffe) == 0xfffe)
		return 0;
	return len;
}

void print_clean(struct strbuf *out, const char *s)
{
	const unsigned char *u = (const unsigned char *)(s ? s : "");

	strbuf_add(out, "", 0);
	while (*u) {
		size_t good = 0, len;

		while ((len = utf8_len(u + good)))
			good += len;
		strbuf_add(out, u, good);
		u += good;
		if (*u) {
			strbuf_addstr(out, "?");
			u++;
		}
	}
}

char *clean_text(const char *s)
{
	struct strbuf sb = STRBUF_INIT;

	print_clean(&sb, s);
	return strbuf_steal(&sb);
}
