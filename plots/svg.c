/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "gnuplot.h"
#include "strbuf.h"

/* Okabe and Ito's palette, which colour-blind readers can tell apart. */
static const struct {
	unsigned char light[3], dark[3];
	const char *hex, *hex_dark;
} colours[NR_COLOURS] = {
#define COLOUR(_l, _d)                                                      \
	{                                                                   \
		{ 0x##_l >> 16 & 0xff, 0x##_l >> 8 & 0xff, 0x##_l & 0xff }, \
			{ 0x##_d >> 16 & 0xff, 0x##_d >> 8 & 0xff,          \
			  0x##_d & 0xff },                                  \
			"#" #_l, "#" #_d                                    \
	}
	[COL_TEXT] = COLOUR(1f2328, e6e9ed),
	[COL_MUTED] = COLOUR(59636e, 9aa5b1),
	[COL_GRID] = COLOUR(d9dee4, 323a44),
	[COL_BAND] = COLOUR(dbe4ee, 2a3645),
	[COL_PAGE] = COLOUR(ffffff, 14181d),
	[COL_KERNEL0] = COLOUR(5b6168, b4bcc5),
	[COL_KERNEL1] = COLOUR(0072b2, 56b4e9),
	[COL_KERNEL2] = COLOUR(d45e00, ff9248),
	[COL_KERNEL3] = COLOUR(009e73, 3fd1a4),
	[COL_KERNEL4] = COLOUR(b3528a, e59cc6),
	[COL_KERNEL5] = COLOUR(9a7400, f0c14a),
	[COL_REGRESSION] = COLOUR(c34a00, ff8a3d),
	[COL_IMPROVEMENT] = COLOUR(0067a3, 5ab8ec),
	[COL_NO_CHANGE] = COLOUR(6e7781, 939eaa),
	[COL_INCONCLUSIVE] = COLOUR(8f6a00, eebd45),
	[COL_INVALID] = COLOUR(a8437f, e292c0),
};

const char *colour_hex(enum colour c)
{
	return colours[c].hex;
}

const char *colour_hex_dark(enum colour c)
{
	return colours[c].hex_dark;
}

enum colour colour_of_verdict(enum verdict v)
{
	static const enum colour of[NR_VERDICTS] = {
		[V_REGRESSION] = COL_REGRESSION,
		[V_IMPROVEMENT] = COL_IMPROVEMENT,
		[V_NO_CHANGE] = COL_NO_CHANGE,
		[V_INCONCLUSIVE] = COL_INCONCLUSIVE,
		[V_INVALID] = COL_INVALID,
	};

	return of[v];
}

/* 0 for the baseline, the others in their order. */
static unsigned kernel_rank(const struct comparison *c, unsigned kernel)
{
	if (kernel == c->base)
		return 0;
	return kernel < c->base ? kernel + 1 : kernel;
}

enum colour colour_of_kernel(const struct comparison *c, unsigned kernel)
{
	unsigned rank = kernel_rank(c, kernel);

	if (rank == 0)
		return COL_KERNEL0;
	return COL_KERNEL1 + (rank - 1) % (NR_KERNEL_COLOURS - 1);
}

int point_of_kernel(const struct comparison *c, unsigned kernel)
{
	static const int types[] = { 5, 7, 9, 13, 11, 15 };

	return types[kernel_rank(c, kernel) % ARRAY_SIZE(types)];
}

int point_of_verdict(enum verdict v)
{
	static const int types[NR_VERDICTS] = {
		[V_REGRESSION] = 9,   /* triangle up */
		[V_IMPROVEMENT] = 11, /* triangle down */
		[V_NO_CHANGE] = 7,    /* disc */
		[V_INCONCLUSIVE] = 6, /* circle */
		[V_INVALID] = 2,      /* cross */
	};

	return types[v];
}

/* One colour in the three ways in which gnuplot writes it. */
static void add_rule(struct strbuf *out, const char *attr, size_t colour)
{
	const unsigned char *c = colours[colour].light;

	strbuf_addf(out,
		    "svg [%s=\"rgb(%3d, %3d, %3d)\"],svg "
		    "[%s=\"rgb(%d,%d,%d)\"],svg [%s=\"%s\"]{%s:%s}\n",
		    attr, c[0], c[1], c[2], attr, c[0], c[1], c[2], attr,
		    colours[colour].hex, attr, colours[colour].hex_dark);
}

void svg_dark_rules(struct strbuf *out)
{
	static const char *const attr[] = { "stroke", "fill", "color" };
	const char *text = colours[COL_TEXT].hex_dark;

	strbuf_addstr(out, "@media screen and (prefers-color-scheme:dark){\n");
	for (size_t i = 0; i < NR_COLOURS; i++) {
		for (size_t a = 0; a < ARRAY_SIZE(attr); a++)
			add_rule(out, attr[a], i);
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

/* Skips what gnuplot names its curves: a reader would see it as a tooltip. */
static const char *skip_curve_title(const char *p)
{
	const char *end;

	if (!starts(p, "<title>"))
		return p;
	end = strstr(p, "</title>");
	return end ? end + strlen("</title>") : p;
}

/*
 * gnuplot's ids are the same in every plot.  In text there is no quote before
 * them that could be mistaken: it writes quotes there as they are, but '<' not.
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
