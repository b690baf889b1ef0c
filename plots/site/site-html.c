/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-html.h"

#include "alloc.h"
#include "html-style.h"
#include "html-write.h"
#include "site.css.h"

static void add_nav(struct strbuf *out, const char *up)
{
	static const struct {
		const char *file, *text;
	} pages[] = {
		{ "index.html", "Today" },
		{ "benchmarks.html", "Benchmarks" },
		{ "kernels.html", "Kernels" },
		{ "runs.html", "Runs" },
		{ "changes.html", "Changes" },
	};

	strbuf_addstr(out, "<header><nav aria-label=\"Site\"><ul>");
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		strbuf_addf(out, "<li><a href=\"%s%s\">%s</a></li>", up,
			    pages[i].file, pages[i].text);
	strbuf_addstr(out, "</ul></nav></header>\n<main>\n");
}

void site_begin(struct strbuf *out, const char *title, const char *up)
{
	_cleanup_free_ char *full = xasprintf("%s – cgmark", title);
	_cleanup_strbuf_ struct strbuf more = STRBUF_INIT;

	strbuf_addf(&more,
		    "<link rel=\"alternate\" type=\"application/rss+xml\" "
		    "title=\"Changes\" href=\"%sfeed.xml\">\n<style>",
		    up);
	strbuf_addstr(&more, site_css);
	strbuf_addstr(&more, "</style>\n");
	html_begin(out, full, more.buf);
	add_nav(out, up);
	html_element(out, "<h1>", title, "</h1>\n");
}

void site_end(struct strbuf *out)
{
	strbuf_addstr(out, "</main>\n</body>\n</html>\n");
}

void site_link(struct strbuf *out, const char *up, const char *folder,
	       const char *slug, const char *text)
{
	html_element(out, "<a href=\"", up, "");
	html_element(out, "", folder, "/");
	html_element(out, "", slug, ".html\">");
	html_element(out, "", text, "</a>");
}

void site_heading(struct strbuf *out, unsigned level, const char *id,
		  const char *text)
{
	strbuf_addf(out, "<h%u id=\"", level);
	html_text(out, id);
	html_element(out, "\">", text, "");
	strbuf_addf(out, "</h%u>\n", level);
}
