/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "log.h"
#include "strbuf.h"
#include "suggest.h"

#define MAX_SHOWN 3

static unsigned min2(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* One row of the distance table: a[0..i] against every prefix of b. */
static void distance_row(unsigned *row, const unsigned *above,
			 const unsigned *above2, const char *a, size_t i,
			 const char *b)
{
	row[0] = i + 1;
	for (size_t j = 0; b[j]; j++) {
		unsigned d = above[j] + !same(a[i], b[j]);

		d = min2(d, min2(above[j + 1], row[j]) + 1);
		if (i > 0 && j > 0 && same(a[i], b[j - 1]) &&
		    same(a[i - 1], b[j]))
			d = min2(d, above2[j - 1] + 1);
		row[j + 1] = d;
	}
}

unsigned suggest_distance(const char *a, const char *b)
{
	size_t n = strlen(b) + 1;
	_cleanup_free_ unsigned *rows = xcalloc(3 * n, sizeof(*rows));
	unsigned *row = rows, *above = rows + n, *above2 = rows + 2 * n;

	for (size_t j = 0; j < n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		unsigned *oldest = above2;

		above2 = above;
		above = row;
		row = oldest;
		distance_row(row, above, above2, a, i, b);
	}
	return row[n - 1];
}

/* Rank of a known word: smaller is nearer; -1 if not near. */
static int rank(const char *word, const char *known)
{
	size_t len = strlen(word), longer = strlen(known);
	unsigned d = suggest_distance(word, known);

	if (len > longer)
		longer = len;
	if (d <= 1 + longer / 3 && d < longer)
		return d;
	if (len >= 3 && (strcasestr(known, word) || strcasestr(word, known)))
		return longer;
	return -1;
}

size_t suggest(const char *word, const char *const *known, size_t nr,
	       struct strbuf *out)
{
	const char *best[MAX_SHOWN];
	int ranks[MAX_SHOWN];
	size_t n = 0;

	for (size_t i = 0; i < nr; i++) {
		int r = rank(word, known[i]);
		size_t at = n;

		if (r < 0)
			continue;
		while (at > 0 && ranks[at - 1] > r)
			at--;
		if (at == MAX_SHOWN)
			continue;
		if (n < MAX_SHOWN)
			n++;
		for (size_t j = n - 1; j > at; j--) {
			best[j] = best[j - 1];
			ranks[j] = ranks[j - 1];
		}
		best[at] = known[i];
		ranks[at] = r;
	}
	for (size_t i = 0; i < n; i++)
		strbuf_addf(out, "%s'%s'",
			    i == 0	 ? ""
			    : i + 1 == n ? " or "
					 : ", ",
			    best[i]);
	return n;
}

void suggest_log(const char *what, const char *word, const char *const *known,
		 size_t nr)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	if (suggest(word, known, nr, &sb) > 0) {
		log_err("%s '%s' is not known; did you mean %s?", what, word,
			sb.buf);
		return;
	}
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(&sb, "%s%s", i ? ", " : "", known[i]);
	log_err("%s '%s' is not known; there %s %s", what, word,
		nr == 1 ? "is only" : "are", nr ? sb.buf : "none");
}
