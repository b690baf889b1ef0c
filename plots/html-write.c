/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-write.h"

#include "number.h"

void html_text(struct strbuf *out, const char *s)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, s);
	for (const char *p = clean.buf ? clean.buf : ""; *p; p++) {
		switch (*p) {
		case '&':
			strbuf_addstr(out, "&amp;");
			break;
		case '<':
			strbuf_addstr(out, "&lt;");
			break;
		case '>':
			strbuf_addstr(out, "&gt;");
			break;
		case '"':
			strbuf_addstr(out, "&quot;");
			break;
		case '\'':
			strbuf_addstr(out, "&#39;");
			break;
		default:
			strbuf_add(out, p, 1);
		}
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
