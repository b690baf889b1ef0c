/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-style.h"

#include "colours.h"
#include "html-write.h"
#include "report.css.h"
#include "svg.h"

static void add_colours(struct strbuf *out, bool dark)
{
	static const struct {
		const char *name;
		enum colour colour;
	} vars[] = {
		{ "text", COL_TEXT },
		{ "muted", COL_MUTED },
		{ "line", COL_GRID },
		{ "band", COL_BAND },
		{ "page", COL_PAGE },
		{ "regression", COL_REGRESSION },
		{ "improvement", COL_IMPROVEMENT },
		{ "nochange", COL_NO_CHANGE },
		{ "inconclusive", COL_INCONCLUSIVE },
		{ "invalid", COL_INVALID },
	};

	strbuf_addstr(out, ":root{");
	for (size_t i = 0; i < ARRAY_SIZE(vars); i++)
		strbuf_addf(out, "--%s:%s;", vars[i].name,
			    dark ? colour_hex_dark(vars[i].colour)
				 : colour_hex(vars[i].colour));
	strbuf_addstr(out, "}\n");
}

void html_begin(struct strbuf *out, const char *title, const char *more)
{
	strbuf_addstr(out,
		      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		      "<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" "
		      "content=\"default-src 'none'; img-src 'self' file:; "
		      "style-src 'unsafe-inline'\">\n"
		      "<meta name=\"viewport\" "
		      "content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n");
	strbuf_addstr(out, more);
	html_element(out, "<title>", title, "</title>\n<style>\n");
	add_colours(out, false);
	strbuf_addstr(out, "@media screen and (prefers-color-scheme:dark){");
	add_colours(out, true);
	strbuf_addstr(out, "}\n");
	strbuf_addstr(out, report_css);
	svg_dark_rules(out);
	svg_flame_rules(out);
	strbuf_addstr(out, "</style>\n</head>\n<body>\n");
}
