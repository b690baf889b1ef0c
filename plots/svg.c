/* SPDX-License-Identifier: GPL-2.0-only */
#include "svg.h"

#include "alloc.h"
#include "colours.h"
#include "explain-flame.h"
#include "explain.h"
#include "html-write.h"

/* One colour in the three ways in which gnuplot writes it. */
static void add_rule(struct strbuf *out, const char *attr, enum colour colour)
{
	const unsigned char *c = colour_rgb(colour);

	strbuf_addf(out,
		    "svg [%s=\"rgb(%3d, %3d, %3d)\"],svg "
		    "[%s=\"rgb(%d,%d,%d)\"],svg [%s=\"%s\"]{%s:%s}\n",
		    attr, c[0], c[1], c[2], attr, c[0], c[1], c[2], attr,
		    colour_hex(colour), attr, colour_hex_dark(colour));
}

void svg_dark_rules(struct strbuf *out)
{
	static const char *const attr[] = { "stroke", "fill", "color" };
	const char *text = colour_hex_dark(COL_TEXT);

	strbuf_addstr(out, "@media screen and (prefers-color-scheme:dark){\n");
	for (size_t i = 0; i < NR_COLOURS; i++) {
		for (size_t a = 0; a < ARRAY_SIZE(attr); a++)
			add_rule(out, attr[a], (enum colour)i);
	}
	strbuf_addf(out, "svg [fill=\"black\"]{fill:%s}\n", text);
	strbuf_addf(out, "svg [stroke=\"black\"]{stroke:%s}\n}\n", text);
}

/* Value of a number attribute like width="640" in the head of the file. */
static unsigned head_number(const char *raw, const char *attr)
{
	const char *p = strstr(raw, attr);

	return p ? (unsigned)strtoul(p + strlen(attr), NULL, 10) : 0;
}

static bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* Skips the titles that gnuplot gives its curves: they show as tooltips. */
static const char *skip_curve_title(const char *p)
{
	const char *end;

	if (!starts(p, "<title>"))
		return p;
	end = strstr(p, "</title>");
	return end ? end + strlen("</title>") : p;
}

/*
 * gnuplot uses the same ids in every plot, so they get a prefix here.  Only tags
 * are looked at: quotes in text are plain, but gnuplot escapes '<' there.
 */
static void copy_body(const char *p, const char *id, struct strbuf *out)
{
	bool in_tag = false;

	while (*p) {
		const char *next = in_tag ? p : skip_curve_title(p);

		if (next != p) {
			p = next;
			continue;
		}
		if (*p == '<')
			in_tag = true;
		else if (*p == '>')
			in_tag = false;
		if (in_tag && (starts(p, " id='") || starts(p, " id=\""))) {
			strbuf_add(out, p, 5);
			strbuf_addf(out, "%s-", id);
			p += 5;
		} else if (in_tag && starts(p, "'#")) {
			strbuf_addf(out, "'#%s-", id);
			p += 2;
		} else if (in_tag && starts(p, "url(#")) {
			strbuf_addf(out, "url(#%s-", id);
			p += 5;
		} else {
			strbuf_add(out, p++, 1);
		}
	}
}

int svg_element(const char *raw, const char *id, const char *title,
		struct strbuf *out)
{
	const char *head = strstr(raw, "<svg");
	const char *body = head ? strstr(head, "</desc>") : NULL;
	const char *end = body ? strstr(body, "</svg>") : NULL;
	_cleanup_free_ char *inner = NULL;
	unsigned width, height;

	if (!end)
		return -EBADMSG;
	body += strlen("</desc>");
	width = head_number(head, "width=\"");
	height = head_number(head, "height=\"");
	if (width == 0 || height == 0)
		return -EBADMSG;
	strbuf_addf(out,
		    "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		    "xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
		    "width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" "
		    "role=\"img\" aria-labelledby=\"%s-title\">\n"
		    "<title id=\"%s-title\">",
		    width, height, width, height, id, id);
	html_text(out, title);
	strbuf_addstr(out, "</title>");
	inner = xstrndup(body, (size_t)(end - body));
	copy_body(inner, id, out);
	strbuf_addstr(out, "</svg>\n");
	return 0;
}

void svg_flame_rules(struct strbuf *out)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *mem = open_memstream(&text, &len);

	if (!mem)
		abort();
	explain_flame_rules(mem);
	fclose(mem);
	strbuf_addstr(out, text);
}

void svg_document(const char *element, struct strbuf *out)
{
	const char *rest = strstr(element, "</title>");

	strbuf_addstr(out,
		      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" SVG_MARK
		      "\n");
	if (!rest) {
		strbuf_addstr(out, element);
		return;
	}
	rest += strlen("</title>");
	strbuf_add(out, element, (size_t)(rest - element));
	strbuf_addstr(out, "\n<style>\n");
	svg_dark_rules(out);
	svg_flame_rules(out);
	strbuf_addstr(out, "</style>");
	strbuf_addstr(out, rest);
}
