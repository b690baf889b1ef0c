/* SPDX-License-Identifier: GPL-2.0-only */
#include "shell-wrap.h"

#include <stdbool.h>
#include <string.h>

#include "number.h"
#include "strbuf.h"

/* What is printed so far. */
struct wrap {
	FILE *out;
	size_t indent;
	size_t columns;
	size_t at;  /* column */
	char quote; /* that is open: '\'', '"' or 0 */
};

/* Bytes of the word at s: up to a blank that is not quoted. */
static size_t word_len(const char *s)
{
	char quote = '\0';
	size_t i = 0;

	for (; s[i] && (quote || s[i] != ' '); i++) {
		if (quote && s[i] == quote)
			quote = '\0';
		else if (!quote && (s[i] == '\'' || s[i] == '"'))
			quote = s[i];
		else if (s[i] == '\\' && quote != '\'' && s[i + 1])
			i++;
	}
	return i;
}

static size_t columns_of(const char *s, size_t len)
{
	size_t nr = 0;

	for (size_t i = 0; i < len; i++)
		nr += ((unsigned char)s[i] & 0xc0) != 0x80;
	return nr;
}

/* One character, or a backslash with what it quotes: neither can be parted. */
static size_t piece_len(const struct wrap *w, const char *s)
{
	size_t len = 1;

	if (*s == '\\' && w->quote != '\'' && s[1])
		len = 2;
	while (((unsigned char)s[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* Between single quotes a backslash is no more than itself: end them first. */
static void break_word(struct wrap *w)
{
	fputs(w->quote == '\'' ? "'\\\n'" : "\\\n", w->out);
	w->at = w->quote == '\'';
}

static void print_piece(struct wrap *w, const char *s, size_t len)
{
	if (w->quote && *s == w->quote)
		w->quote = '\0';
	else if (!w->quote && (*s == '\'' || *s == '"'))
		w->quote = *s;
	fwrite(s, 1, len, w->out);
	w->at += columns_of(s, len);
}

/* tail: columns to leave behind the word. */
static void print_word(struct wrap *w, const char *s, size_t len, size_t tail)
{
	const char *end = s + len;

	while (s < end) {
		size_t n = piece_len(w, s);
		/* Room for "'\" behind it, if more follows. */
		size_t more = s + n < end ? 2 : tail;

		if (w->at + columns_of(s, n) + more > w->columns &&
		    w->at > w->indent)
			break_word(w);
		print_piece(w, s, n);
		s += n;
	}
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && strncmp(s, word, len) == 0;
}

/* Bytes of options at s that only cgmark nightly gives. */
static size_t night_options(const char *s)
{
	size_t len = word_len(s);
	size_t next = len + strspn(s + len, " ");

	if (is_word(s, len, "--strict"))
		return next;
	if (!is_word(s, len, "--night"))
		return 0;
	len = word_len(s + next);
	return next + len + strspn(s + next + len, " ");
}

char *shell_without_night(const char *command)
{
	struct strbuf sb = STRBUF_INIT;

	while (*command) {
		size_t skip = night_options(command), len;

		command += skip;
		if (skip)
			continue;
		len = word_len(command);
		len += strspn(command + len, " ");
		strbuf_add(&sb, command, len);
		command += len;
	}
	return strbuf_steal(&sb);
}

void shell_print_wrapped(FILE *out, const char *command, size_t indent,
			 size_t columns)
{
	struct wrap w = { .out = out, .indent = indent, .columns = columns };
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	const char *s;

	print_clean(&clean, command);
	s = clean.buf + strspn(clean.buf, " ");
	fprintf(out, "%*s", (int)indent, "");
	w.at = indent;
	while (*s) {
		size_t len = word_len(s), next = len + strspn(s + len, " ");
		/* Room for " \" behind it. */
		size_t more = s[next] ? 2 : 0;

		if (w.at > indent) {
			if (w.at + 1 + columns_of(s, len) + more > columns) {
				fprintf(out, " \\\n%*s", (int)indent + 2, "");
				w.at = indent + 2;
			} else {
				fputs(" ", out);
				w.at++;
			}
		}
		print_word(&w, s, len, more);
		s += next;
	}
	fputs("\n", out);
}
