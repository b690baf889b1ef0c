/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *s, unsigned base, uint64_t max, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t v = 0;

	if (!*s || (s[0] == '0' && s[1]))
		return -EINVAL;
	for (size_t i = 0; s[i]; i++) {
		const char *p = strchr(digits, s[i]);

		if (!p || p >= digits + base)
			return -EINVAL;
	}
	for (; *s; s++) {
		unsigned digit = strchr(digits, *s) - digits;

		if (digit > max || v > (max - digit) / base)
			return -ERANGE;
		v = v * base + digit;
	}
	*ret = v;
	return 0;
}

int text_u64(const char *s, uint64_t max, uint64_t *ret)
{
	return parse(s, 10, max, ret);
}

int text_hex(const char *s, uint64_t max, uint64_t *ret)
{
	return parse(s, 16, max, ret);
}

/* Letters that are never special to a shell, wherever they are in a word. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789"
			    "%+,-./:=@_";

/* Each letter becomes at most four ("'\''"). */
static char *add_quoted(char *out, const char *word)
{
	if (*word && !word[strspn(word, plain)])
		return stpcpy(out, word);
	*out++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			out = stpcpy(out, "'\\''");
		else
			*out++ = *word;
	}
	return stpcpy(out, "'");
}

char *shell_quote(const char *const *words, size_t nr)
{
	size_t size = 1;
	char *text, *out;

	for (size_t i = 0; i < nr; i++)
		size += 4 * strlen(words[i]) + strlen("'' ");
	text = out = malloc(size);
	if (!text)
		return NULL;
	*out = '\0';
	for (size_t i = 0; i < nr; i++) {
		if (i)
			*out++ = ' ';
		out = add_quoted(out, words[i]);
	}
	return text;
}
