/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-flame.h"

#include <unistd.h>

#include "alloc.h"
#include "explain-flame.h"
#include "file.h"
#include "html-write.h"
#include "log.h"
#include "number.h"
#include "process.h"
#include "site-path.h"
#include "site-plot.h"
#include "svg.h"

#define BYTES_MAX (64 << 20)
#define TIMEOUT_MS 60000 /* takes some tenths of a second */

static int draw(const struct run *run,
		const struct explain_kernel kernels[EX_BOTH],
		const struct explanation *e, unsigned width, struct strbuf *doc)
{
	_cleanup_free_ char *svg = NULL;
	size_t len;
	FILE *mem = open_memstream(&svg, &len);

	if (!mem)
		return -errno;
	explain_print_flame_element(mem, "flame", run, kernels, e, width);
	fclose(mem);
	svg_document(svg, doc);
	return 0;
}

static int judge_end(int r, const struct strbuf *err)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;

	if (r == 0)
		return 0;
	if (r == -ENOENT) {
		log_err("rsvg-convert is not installed; on Debian: "
			"apt-get install librsvg2-bin");
		return r;
	}
	if (r < 0)
		return log_err_errno(-r, "cannot run rsvg-convert");
	print_clean(&clean, err->len ? err->buf : "no message");
	log_err("rsvg-convert failed: %s", clean.buf);
	return -EIO;
}

static int to_png(const struct strbuf *svg, struct strbuf *png)
{
	char program[] = "rsvg-convert", page[] = "--background-color=white";
	char *argv[] = { program, page, NULL };
	_cleanup_strbuf_ struct strbuf err = STRBUF_INIT;

	return judge_end(process_run(&(struct process){
				 PROCESS_INIT,
				 .argv = argv,
				 .input = svg->buf,
				 .input_len = svg->len,
				 .out = png,
				 .err = &err,
				 .max_bytes = BYTES_MAX,
				 .timeout_ms = TIMEOUT_MS,
			 }),
			 &err);
}

/* Was the PNG that is there made from this? */
static bool is_drawn(const struct site *s, const char *svg_path,
		     const char *png_path, const struct strbuf *svg)
{
	_cleanup_free_ char *old_path = xasprintf("%s/%s", s->out, svg_path);
	_cleanup_free_ char *png = xasprintf("%s/%s", s->out, png_path);
	_cleanup_strbuf_ struct strbuf old = STRBUF_INIT;

	return access(png, F_OK) == 0 &&
	       read_regular(old_path, BYTES_MAX, &old) == 0 &&
	       old.len == svg->len && !memcmp(old.buf, svg->buf, svg->len);
}

/* The PNG before the SVG, which says that both are there. */
static int write_wide(const struct site *s, const char *path,
		      const struct strbuf *svg)
{
	_cleanup_free_ char *svg_path = xasprintf("plot/%s-flame.svg", path);
	_cleanup_free_ char *png_path = xasprintf("plot/%s-flame.png", path);
	_cleanup_strbuf_ struct strbuf png = STRBUF_INIT;
	int r;

	if (is_drawn(s, svg_path, png_path, svg))
		return 0;
	r = to_png(svg, &png);
	if (r == 0)
		r = site_file(s->out, png_path, png.buf, png.len);
	if (r == 0)
		r = site_file(s->out, svg_path, svg->buf, svg->len);
	return r;
}

int site_flame(const struct site *s, const struct run *run,
	       const struct explain_kernel kernels[EX_BOTH],
	       const struct explanation *e, const char *path)
{
	_cleanup_free_ char *narrow_path =
		xasprintf("plot/%s-flame-narrow.svg", path);
	_cleanup_strbuf_ struct strbuf wide = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf narrow = STRBUF_INIT;
	int r = draw(run, kernels, e, EXPLAIN_FLAME_WIDTH, &wide);

	if (r == 0)
		r = draw(run, kernels, e, SITE_PLOT_WIDTH, &narrow);
	if (r == 0)
		r = site_file(s->out, narrow_path, narrow.buf, narrow.len);
	return r < 0 ? r : write_wide(s, path, &wide);
}

/* A phone gets one that is drawn for it, not a small picture of a large one. */
void site_flame_show(struct strbuf *out, const char *path, const char *title)
{
	html_element(
		out,
		"<figure class=\"full\"><picture><source media=\"(max-width:48rem)\" "
		"srcset=\"../plot/",
		path, "-flame-narrow.svg\">");
	html_element(out, "<img src=\"../plot/", path, "-flame.svg\" alt=\"");
	html_element(out, "Flame graph: ", title,
		     "; the table has its figures");
	html_element(out, "\"></picture>\n<figcaption><a href=\"../plot/", path,
		     "-flame.png\" aria-label=\"");
	html_element(out, "PNG of the flame graph: ", title,
		     "\">PNG</a></figcaption></figure>\n");
}
