/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-plot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "gnuplot.h"
#include "html-write.h"
#include "log.h"
#include "sha256.h"
#include "site-parallel.h"
#include "site-path.h"
#include "svg.h"
#include "tmpdir.h"

#define BATCH 32 /* plots that one gnuplot draws */
#define SVG_BYTES_MAX (32 << 20)
#define TABLES_UNTIL (1400u << 10) /* bytes of a page, which has to end, too */

struct site_plot *site_plot_new(struct site_plots *p, char *path, char *title,
				char *caption, unsigned height)
{
	struct site_plot *plot = xcalloc(1, sizeof(*plot));

	p->list = xreallocarray(p->list, p->nr + 1, sizeof(*p->list));
	p->list[p->nr++] = plot;
	plot->path = path;
	plot->title = title;
	plot->caption = caption;
	plot->width = SITE_PLOT_WIDTH;
	plot->height = height;
	return plot;
}

void site_plots_release(struct site_plots *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		struct site_plot *plot = p->list[i];

		free(plot->path);
		free(plot->title);
		free(plot->caption);
		free(plot->script);
		strbuf_release(&plot->table);
		strbuf_release(&plot->after);
		free(plot);
	}
	free(p->list);
	memset(p, 0, sizeof(*p));
}

/* ---- drawing ---- */

struct drawing {
	const struct site_plot **todo;
	char (*hash)[65];
	size_t nr;
	const char *plots_dir, *site;
	char templates[65];
};

/* What a plot depends on. */
static void hash_of(const struct drawing *d, const struct site_plot *p,
		    char hex[65])
{
	_cleanup_free_ char *all = xasprintf("%s\n%s\n%s\n%s", d->templates,
					     p->title, p->caption, p->script);

	sha256_hex(all, strlen(all), hex);
}

/* The last line of an SVG says what it was drawn from. */
static bool is_drawn(const char *site, const struct site_plot *p,
		     const char *hash)
{
	_cleanup_free_ char *svg = xasprintf("%s/plot/%s.svg", site, p->path);
	_cleanup_free_ char *png = xasprintf("%s/plot/%s.png", site, p->path);
	_cleanup_free_ char *want = xasprintf("<!-- %s -->\n", hash);
	_cleanup_close_ int fd = open(svg, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char end[80] = "";
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || access(png, F_OK) < 0 ||
	    st.st_size < (off_t)strlen(want))
		return false;
	return pread(fd, end, strlen(want), st.st_size - (off_t)strlen(want)) ==
		       (ssize_t)strlen(want) &&
	       strcmp(end, want) == 0;
}

static int keep_svg(const struct drawing *d, size_t i, const char *file)
{
	const struct site_plot *p = d->todo[i];
	_cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf element = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf doc = STRBUF_INIT;
	_cleanup_free_ char *path = xasprintf("plot/%s.svg", p->path);
	int r = read_regular(file, SVG_BYTES_MAX, &raw);

	if (r == 0)
		r = svg_element(raw.buf ? raw.buf : "", "plot", p->title,
				&element);
	if (r < 0)
		return log_err_errno(-r, "gnuplot drew no SVG for %s", p->path);
	svg_document(element.buf, &doc);
	strbuf_addf(&doc, "<!-- %s -->\n", d->hash[i]);
	return site_file(d->site, path, doc.buf, doc.len);
}

/* Before the SVG, which says that both are there. */
static int keep_png(const struct drawing *d, size_t i, const char *file)
{
	_cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
	_cleanup_free_ char *path = xasprintf("plot/%s.png", d->todo[i]->path);
	int r = read_regular(file, SVG_BYTES_MAX, &raw);

	if (r < 0 || raw.len == 0)
		return log_err_errno(r < 0 ? -r : ENODATA,
				     "gnuplot drew no PNG for %s",
				     d->todo[i]->path);
	return site_file(d->site, path, raw.buf, raw.len);
}

static char *drawn_file(const char *tmp, size_t i, bool png)
{
	return xasprintf("%s/%zu.%s", tmp, i, png ? "png" : "svg");
}

static int keep(const struct drawing *d, const char *tmp, size_t first,
		size_t end)
{
	int r = 0;

	for (size_t i = first; i < end && r == 0; i++) {
		_cleanup_free_ char *svg = drawn_file(tmp, i, false);
		_cleanup_free_ char *png = drawn_file(tmp, i, true);

		r = keep_png(d, i, png);
		if (r == 0)
			r = keep_svg(d, i, svg);
	}
	return r;
}

static int draw_batch(size_t batch, void *arg)
{
	const struct drawing *d = arg;
	size_t first = batch * BATCH;
	size_t end = first + BATCH < d->nr ? first + BATCH : d->nr;
	_cleanup_strbuf_ struct strbuf script = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	char *tmp = NULL;
	int lock = -1, r = tmpdir_make(&tmp, &lock);

	for (size_t i = first; i < end && r == 0; i++) {
		_cleanup_free_ char *svg = drawn_file(tmp, i, false);
		_cleanup_free_ char *png = drawn_file(tmp, i, true);

		gp_to_file(&script, d->todo[i]->script, svg, false);
		gp_to_file(&script, d->todo[i]->script, png, true);
	}
	if (r == 0)
		r = gnuplot_run(d->plots_dir, script.buf, &out);
	if (r == 0)
		r = keep(d, tmp, first, end);
	tmpdir_remove(&tmp, &lock);
	return r;
}

/* How plots look: another template draws all of them again. */
static void hash_templates(struct drawing *d)
{
	static const char *const names[] = {
		"common.gp",	  "site-bars.gp",    "site-dots.gp",
		"site-growth.gp", "site-history.gp", "site-tails.gp",
		"calibration.gp"
	};
	_cleanup_strbuf_ struct strbuf all = STRBUF_INIT;

	strbuf_addstr(&all, "1\n");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", d->plots_dir, names[i]);

		read_file(path, &all);
	}
	svg_dark_rules(&all);
	sha256_hex(all.buf, all.len, d->templates);
}

int site_plots_draw(const struct site_plots *p, const char *plots_dir,
		    const char *site)
{
	struct drawing d = { .plots_dir = plots_dir, .site = site };
	int r;

	hash_templates(&d);
	d.todo = xcalloc(p->nr + 1, sizeof(*d.todo));
	d.hash = xcalloc(p->nr + 1, sizeof(*d.hash));
	for (size_t i = 0; i < p->nr; i++) {
		const struct site_plot *plot = p->list[i];

		hash_of(&d, plot, d.hash[d.nr]);
		if (!is_drawn(site, plot, d.hash[d.nr]))
			d.todo[d.nr++] = plot;
	}
	r = site_parallel((d.nr + BATCH - 1) / BATCH, draw_batch, &d);
	free(d.todo);
	free(d.hash);
	return r;
}

/* ---- on a page ---- */

void site_plot_show(struct strbuf *out, const struct site_plot *p,
		    const char *up)
{
	strbuf_addf(out, "<figure class=\"%s\">",
		    p->width > SITE_PLOT_WIDTH ? "full" : "panel");
	html_element(out, "<img src=\"", up, "plot/");
	html_element(out, "", p->path, ".svg\"");
	strbuf_addf(out, " width=\"%u\" height=\"%u\"", p->width, p->height);
	html_element(out, " alt=\"", p->title, ". ");
	html_element(out, "", p->caption, "\">\n");
	html_element(out, "<figcaption>", p->caption, "");
	html_element(out, " <a href=\"", up, "plot/");
	html_element(out, "", p->path, ".png\" aria-label=\"PNG of ");
	html_element(out, "", p->title, "\">PNG</a></figcaption>\n");
	if (p->table.len && out->len + p->table.len < TABLES_UNTIL) {
		strbuf_addstr(out, "<details><summary>Table</summary>\n");
		strbuf_add(out, p->table.buf, p->table.len);
		strbuf_addstr(out, "</details>");
	} else if (p->table.len) {
		strbuf_addstr(out, "<p class=\"muted\">Its table is too large "
				   "for this page: see the CSV files.</p>");
	}
	strbuf_addstr(out, "</figure>\n");
	if (p->after.len)
		strbuf_add(out, p->after.buf, p->after.len);
}

void site_plots_show(struct strbuf *out, const struct site_plots *p,
		     size_t first, const char *up)
{
	if (first == p->nr)
		return;
	strbuf_addstr(out, "<div class=\"panels\">\n");
	for (size_t i = first; i < p->nr; i++)
		site_plot_show(out, p->list[i], up);
	strbuf_addstr(out, "</div>\n");
}
