/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-write.h"

#include "number.h"

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return "&#39;";
	}
}

void html_text(struct strbuf *out, const char *s)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	const char *p;

	print_clean(&clean, s);
	p = clean.buf ? clean.buf : "";
	for (;;) {
		size_t plain = strcspn(p, "&<>\"'");

		strbuf_add(out, p, plain);
		p += plain;
		if (!*p)
			return;
		strbuf_addstr(out, entity_of(*p++));
	}
}

void html_element(struct strbuf *out, const char *open, const char *text,
		  const char *close)
{
	strbuf_addstr(out, open);
	html_text(out, text);
	strbuf_addstr(out, close);
}

void html_number(struct strbuf *out, const char *text)
{
	html_element(out, "<td class=\"n\">", text, "</td>");
}

void html_entry(struct strbuf *out, const char *term, const char *text)
{
	if (!text || !*text)
		return;
	html_element(out, "<dt>", term, "</dt>");
	html_element(out, "<dd>", text, "</dd>\n");
}

void html_entry_folded(struct strbuf *out, const char *term, const char *text,
		       const char *folded)
{
	if (!folded || !*folded) {
		html_entry(out, term, text);
		return;
	}
	html_element(out, "<dt>", term, "</dt>");
	html_element(out, "<dd><details><summary>", text, "</summary>");
	html_element(out, "", folded, "</details></dd>\n");
}
