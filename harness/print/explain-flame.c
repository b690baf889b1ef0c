/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A differential flame graph: one self-contained SVG of both call trees,
 * callers above callees.  The width of a frame is its inclusive count on both
 * kernels together, so widths add up and new or gone functions show too; its
 * colour says which kernel counted more.
 */
#include "explain-flame.h"

#include <math.h>

#include "alloc.h"
#include "number.h"
#include "strbuf.h"

#define NARROW 640 /* with less, the head is of short lines */
#define ROW 18
#define HEAD 44
#define MARGIN 10
#define TEXT_WIDTH 6.6 /* of a letter */
#define MIN_WIDTH 0.4  /* narrower frames are not drawn */
#define DARK_STEPS 5   /* of colours in each direction */

struct flame {
	FILE *out;
	const struct explanation *e;
	double width;	/* pixels of the root */
	double all;	/* what it stands for, per operation */
	unsigned depth; /* deepest row */
};

static double per_op(const struct flame *f, unsigned node, unsigned side)
{
	return (double)f->e->nodes[node].below[side] / f->e->ops[side];
}

static double weight(const struct flame *f, unsigned node)
{
	return per_op(f, node, EX_BASE) + per_op(f, node, EX_CONT);
}

static const char *name_of(const struct flame *f, unsigned node)
{
	return f->e->functions[f->e->nodes[node].function].name;
}

static void add_text(FILE *out, const char *s, size_t max)
{
	for (size_t i = 0; s[i] && i < max; i++) {
		switch (s[i]) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(s[i], out);
		}
	}
}

/* Names of kernels are foreign text. */
static void add_clean(FILE *out, const char *s)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	print_clean(&clean, s);
	add_text(out, clean.buf ? clean.buf : "", SIZE_MAX);
}

static unsigned blend(unsigned colour, double part)
{
	return 0xf4 + lround(part * ((double)colour - 0xf4));
}

/*
 * Blue for less, orange for more, stronger with the difference.  The dark theme
 * uses the class, in steps.
 */
static void add_colour(FILE *out, double base, double cont)
{
	double part = (cont - base) / (cont + base);
	double much = fabs(part);

	fprintf(out, "class=\"%c%ld\" fill=\"#%02x%02x%02x\"",
		part > 0 ? 'm' : 'l', lround(much * DARK_STEPS),
		blend(part > 0 ? 0xff : 0x56, much),
		blend(part > 0 ? 0x92 : 0xb4, much),
		blend(part > 0 ? 0x48 : 0xe9, much));
}

static void add_frame(const struct flame *f, unsigned node, double x, double w,
		      unsigned depth)
{
	double base = per_op(f, node, EX_BASE), cont = per_op(f, node, EX_CONT);
	char a[PRINT_MAX], b[PRINT_MAX], c[PRINT_MAX];
	const char *name = name_of(f, node);
	unsigned y = HEAD + depth * ROW;
	size_t room = w > 4 ? (size_t)((w - 4) / TEXT_WIDTH) : 0;

	fputs("<g><title>", f->out);
	add_text(f->out, name, SIZE_MAX);
	fprintf(f->out,
		": %s to %s, %s</title><rect x=\"%.2f\" y=\"%u\" "
		"width=\"%.2f\" height=\"%d\" ",
		print_value(a, base, 16), print_value(b, cont, 16),
		print_difference(c, cont - base), x, y, w, ROW - 1);
	add_colour(f->out, base, cont);
	fputs("/>", f->out);
	if (room >= 3) {
		fprintf(f->out, "<text x=\"%.2f\" y=\"%u\">", x + 2,
			y + ROW - 5);
		add_text(f->out, name, room);
		fputs("</text>", f->out);
	}
	fputs("</g>\n", f->out);
}

static int compare_weight(const void *pa, const void *pb, void *arg)
{
	const struct flame *f = arg;
	unsigned a = *(const unsigned *)pa, b = *(const unsigned *)pb;
	double wa = weight(f, a), wb = weight(f, b);

	if (wa != wb)
		return wa > wb ? -1 : 1;
	return strcmp(name_of(f, a), name_of(f, b));
}

static size_t sorted_children(struct flame *f, unsigned node, unsigned **ret)
{
	const struct explain_node *nodes = f->e->nodes;
	unsigned *list;
	size_t nr = 0;

	for (unsigned i = nodes[node].first; i; i = nodes[i].next)
		nr++;
	list = xcalloc(nr + 1, sizeof(*list));
	nr = 0;
	for (unsigned i = nodes[node].first; i; i = nodes[i].next)
		list[nr++] = i;
	qsort_r(list, nr, sizeof(*list), compare_weight, f);
	*ret = list;
	return nr;
}

static void add_children(struct flame *f, unsigned node, double x,
			 unsigned depth)
{
	_cleanup_free_ unsigned *list = NULL;
	size_t nr =
		depth < EXPLAIN_STACK_MAX ? sorted_children(f, node, &list) : 0;

	for (size_t i = 0; i < nr; i++) {
		double w = weight(f, list[i]) / f->all * f->width;

		if (w < MIN_WIDTH)
			break;
		if (depth > f->depth)
			f->depth = depth;
		if (f->out)
			add_frame(f, list[i], x, w, depth);
		add_children(f, list[i], x, depth + 1);
		x += w;
	}
}

/* Foreign text, cut where the picture ends. */
static void add_line(const struct flame *f, unsigned y, const char *open,
		     const char *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	size_t room = (size_t)(f->width / TEXT_WIDTH);

	print_clean(&clean, text);
	while (room < clean.len &&
	       ((unsigned char)clean.buf[room] & 0xc0) == 0x80)
		room--;
	fprintf(f->out, "<text%s x=\"%d\" y=\"%u\">", open, MARGIN, y);
	add_text(f->out, clean.buf ? clean.buf : "", room);
	fputs("</text>\n", f->out);
}

static char *caption_text(const struct flame *f, const char *base,
			  const char *cont)
{
	_cleanup_free_ char *point =
		print_point(f->e->point->id.bench, f->e->point->id.params);

	return xasprintf("%s: %s per operation, %s against %s", point,
			 explain_event_name(f->e->event), cont, base);
}

static void add_head(const struct flame *f, const char *caption,
		     const char *cont)
{
	_cleanup_free_ char *legend =
		f->width < NARROW
			? xasprintf("blue: less on %s, orange: more", cont)
			: xasprintf("Width: both kernels together. Blue: less "
				    "on %s, orange: more.",
				    cont);

	add_line(f, 16, " class=\"t\"", caption);
	add_line(f, 34, "", legend);
}

static void add_dark_step(FILE *out, char class, unsigned step, unsigned colour)
{
	const unsigned grey = 0x323a44;
	unsigned mix = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		int from = grey >> shift & 0xff, to = colour >> shift & 0xff;

		mix |= (unsigned)(from + (to - from) * (int)step / DARK_STEPS)
		       << shift;
	}
	fprintf(out, ".flame .%c%u{fill:#%06x}", class, step, mix);
}

void explain_flame_rules(FILE *out)
{
	fputs(".flame text{font:11px monospace;fill:#1f2328}"
	      ".flame .t{font-weight:bold}"
	      ".flame rect{stroke:#fff;stroke-width:.5}\n"
	      "@media screen and (prefers-color-scheme:dark){"
	      ".flame text{fill:#e6e9ed}.flame rect{stroke:#14181d}"
	      ".flame .p{fill:#14181d}",
	      out);
	for (unsigned step = 0; step <= DARK_STEPS; step++) {
		add_dark_step(out, 'l', step, 0x1d6fa5);
		add_dark_step(out, 'm', step, 0xb4511a);
	}
	fputs("}\n", out);
}

void explain_print_flame_element(FILE *out, const char *id,
				 const struct run *run,
				 const struct explain_kernel kernels[EX_BOTH],
				 const struct explanation *e, unsigned width)
{
	const char *base = run->kernels[kernels[EX_BASE].index].name;
	const char *cont = run->kernels[kernels[EX_CONT].index].name;
	struct flame f = { .e = e, .width = width - 2.0 * MARGIN };
	_cleanup_free_ char *caption = caption_text(&f, base, cont);
	unsigned height;

	f.all = weight(&f, 0);
	/* First pass: finds the depth without drawing. */
	if (f.all > 0)
		add_children(&f, 0, MARGIN, 0);
	height = HEAD + (f.depth + 1) * ROW + MARGIN;
	f.out = out;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" "
		"width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" "
		"role=\"img\" aria-labelledby=\"%s-title\">\n"
		"<title id=\"%s-title\">",
		width, height, width, height, id, id);
	add_clean(out, caption);
	fprintf(out, "</title>\n<rect class=\"p\" width=\"100%%\" "
		     "height=\"100%%\" fill=\"#fff\"/>\n");
	add_head(&f, caption, cont);
	if (f.all > 0)
		add_children(&f, 0, MARGIN, 0);
	fputs("</svg>\n", out);
}

void explain_print_flame(FILE *out, const struct run *run,
			 const struct explain_kernel kernels[EX_BOTH],
			 const struct explanation *e)
{
	_cleanup_free_ char *svg = NULL;
	size_t len, head;
	FILE *mem = open_memstream(&svg, &len);

	if (!mem)
		return;
	explain_print_flame_element(mem, "flame", run, kernels, e,
				    EXPLAIN_FLAME_WIDTH);
	fclose(mem);
	/* Puts its style behind the opening tag. */
	head = strcspn(svg, ">") + 1;
	fprintf(out, "%.*s\n<style>", (int)head, svg);
	explain_flame_rules(out);
	fprintf(out, "</style>%s", svg + head);
}
