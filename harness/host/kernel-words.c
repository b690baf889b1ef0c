/* SPDX-License-Identifier: GPL-2.0-only */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kernel-words.h"

#define LEVEL_WARNING 4 /* KERN_WARNING; lower ones are worse */

/* The next word from *rest on, or NULL.  Quotes keep blanks. */
static const char *next_word(const char **rest, size_t *len)
{
	const char *word = *rest + strspn(*rest, " "), *p;
	bool quoted = false;

	for (p = word; *p && (quoted || *p != ' '); p++)
		if (*p == '"')
			quoted = !quoted;
	*rest = p;
	*len = p - word;
	return *len ? word : NULL;
}

static bool is_word(const char *word, size_t len, const char *want)
{
	return strlen(want) == len && !strncmp(word, want, len);
}

bool kernel_words_end(const char *cmdline)
{
	const char *word;
	size_t len;

	while ((word = next_word(&cmdline, &len)))
		if (is_word(word, len, "--"))
			return true;
	return false;
}

bool kernel_words_hide_warnings(const char *cmdline)
{
	static const char level[] = "loglevel=";
	bool hidden = false;
	const char *word;
	size_t len;

	/* The last one counts. */
	while ((word = next_word(&cmdline, &len))) {
		if (is_word(word, len, "quiet"))
			hidden = true;
		else if (is_word(word, len, "debug"))
			hidden = false;
		else if (!strncmp(word, level, strlen(level)))
			hidden = strtol(word + strlen(level), NULL, 0) <=
				 LEVEL_WARNING;
	}
	return hidden;
}
