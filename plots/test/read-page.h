/* SPDX-License-Identifier: GPL-2.0-only */
/* A strict reader of pages, for tests: it takes nothing but what ours are made of. */
#ifndef CGMARK_TEST_READ_PAGE_H
#define CGMARK_TEST_READ_PAGE_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "alloc.h"
#include "macro.h"

/* Is the word in a list of words, all of them between blanks? */
static inline bool is_among(const char *list, const char *name)
{
	_cleanup_free_ char *word = xasprintf(" %s ", name);

	return strstr(list, word) != NULL;
}

static inline bool is_void(const char *name)
{
	return is_among(" meta br wbr link img source ", name);
}

static inline bool is_known(const char *name)
{
	return is_among(
		" html head meta link title style body header nav main "
		"h1 h2 h3 h4 p span code strong em a br wbr div ul li dl "
		"dt dd table caption thead tbody tr th td figure "
		"figcaption picture source img details summary svg g "
		"path text tspan rect circle use defs filter feFlood "
		"feComposite polygon clipPath ",
		name);
}

enum { MAX_DEPTH = 64, MAX_IDS = 20000 };

struct reader {
	char *open[MAX_DEPTH];
	size_t depth;
	char *ids[MAX_IDS];
	size_t nr_ids;
	bool links; /* to other pages of the same site, and pictures */
	char *why;  /* first fault */
};

static inline void fault(struct reader *r, const char *what, const char *at)
{
	if (!r->why)
		r->why = xasprintf("%s: %.80s", what, at);
}

static inline void see_id(struct reader *r, char *value)
{
	for (size_t i = 0; i < r->nr_ids; i++) {
		if (strcmp(r->ids[i], value) == 0)
			fault(r, "id twice", value);
	}
	if (r->nr_ids == MAX_IDS)
		fault(r, "too many ids", value);
	else
		r->ids[r->nr_ids++] = xstrdup(value);
}

static inline void check_attribute(struct reader *r, const char *name,
				   char *value)
{
	bool link = strcmp(name, "src") == 0 || strcmp(name, "href") == 0 ||
		    strcmp(name, "srcset") == 0;

	if (strncmp(name, "on", 2) == 0 || (link && !r->links))
		fault(r, "attribute", name);
	/* No scheme, no host, not from the root. */
	if (link && (strchr(value, ':') || *value == '/' || *value == '\\'))
		fault(r, "link", value);
	if (strcmp(name, "xlink:href") == 0 && *value != '#')
		fault(r, "link", value);
	if (strncmp(name, "xmlns", 5) != 0 && strstr(value, "://"))
		fault(r, "address", value);
	if (strcmp(name, "id") == 0)
		see_id(r, value);
}

/* Attributes from p to the closing '>'; returns what follows that. */
static inline const char *read_attributes(struct reader *r, const char *p,
					  bool *closed)
{
	*closed = false;
	for (;;) {
		const char *name;
		size_t name_len;
		_cleanup_free_ char *key = NULL, *value = NULL;
		const char *end;

		p += strspn(p, " \t\n");
		if (*p == '>')
			return p + 1;
		if (p[0] == '/' && p[1] == '>') {
			*closed = true;
			return p + 2;
		}
		name = p;
		name_len = strspn(p, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_");
		p += name_len;
		p += strspn(p, " ");
		if (*p == '=')
			p += strspn(p + 1, " ");
		if (name_len == 0 || !strchr("= ", *p) ||
		    (p[1] != '"' && p[1] != '\'')) {
			fault(r, "attribute without quoted value", name);
			return p + strlen(p);
		}
		end = strchr(p + 2, p[1]);
		if (!end) {
			fault(r, "no closing quote", name);
			return p + strlen(p);
		}
		key = xstrndup(name, name_len);
		value = xstrndup(p + 2, (size_t)(end - p - 2));
		if (strchr(value, '<'))
			fault(r, "< in a value", value);
		check_attribute(r, key, value);
		p = end + 1;
	}
}

static inline const char *read_tag(struct reader *r, const char *p)
{
	bool end = p[1] == '/', closed;
	const char *start = p + 1 + end;
	size_t len = strspn(start, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
				   "QRSTUVWXYZ0123456789");
	_cleanup_free_ char *name = xstrndup(start, len);

	if (!is_known(name))
		fault(r, "unknown tag", p);
	p = read_attributes(r, start + len, &closed);
	if (end) {
		if (r->depth == 0 || strcmp(r->open[r->depth - 1], name) != 0)
			fault(r, "closes what is not open", name);
		else
			free(r->open[--r->depth]);
		return p;
	}
	if (closed || is_void(name))
		return p;
	if (r->depth == MAX_DEPTH)
		fault(r, "too deep", name);
	else
		r->open[r->depth++] = xstrdup(name);
	if (strcmp(name, "style") == 0) {
		const char *stop = strstr(p, "</style>");

		if (!stop || memchr(p, '<', (size_t)(stop - p)))
			fault(r, "bad style", p);
		p = stop ? stop : p + strlen(p);
	}
	return p;
}

/*
 * NULL if text is well formed and asks for nothing outside; caller frees.  links:
 * it may lead to other files beside it.
 */
static inline char *read_page(const char *p, bool links)
{
	_cleanup_free_ struct reader *r = xcalloc(1, sizeof(*r));

	r->links = links;
	while (*p && !r->why) {
		unsigned char c = (unsigned char)*p;

		if (strncmp(p, "<!DOCTYPE html>", 15) == 0 ||
		    strncmp(p, "<?xml", 5) == 0)
			p = strchr(p, '>') + 1;
		else if (strncmp(p, "<!--", 4) == 0)
			p = strstr(p, "-->") + 3;
		else if (*p == '<')
			p = read_tag(r, p);
		else if (c < 0x20 && c != '\n' && c != '\t')
			fault(r, "control character", p);
		else
			p++;
	}
	if (!r->why && r->depth)
		fault(r, "not closed", r->open[r->depth - 1]);
	while (r->depth)
		free(r->open[--r->depth]);
	while (r->nr_ids)
		free(r->ids[--r->nr_ids]);
	return r->why;
}

#endif
