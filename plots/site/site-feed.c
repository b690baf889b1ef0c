/* SPDX-License-Identifier: GPL-2.0-only */
/* RSS 2.0 of changes: a step is one item, and stays the same item. */
#include <time.h>

#include "alloc.h"
#include "html-write.h"
#include "number.h"
#include "site-pages.h"
#include "site-path.h"

#define ITEMS_MAX 100

static void add_date(struct strbuf *out, long day)
{
	time_t t = (time_t)day * 86400;
	char text[64] = "";
	struct tm tm;

	gmtime_r(&t, &tm);
	/* cgmark never sets a locale: English names. */
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	html_element(out, "<pubDate>", text, "</pubDate>\n");
}

static void add_item(struct strbuf *out, const struct site_step *st,
		     const char *url)
{
	_cleanup_free_ char *bench = site_slug(st->series->bench);
	_cleanup_free_ char *words = site_step_words(st);
	_cleanup_free_ char *point =
		print_point(st->series->bench, st->series->params);
	char change[PRINT_MAX];

	strbuf_addstr(out, "<item>\n");
	html_element(out, "<title>", print_change(change, st->step->ratio),
		     " ");
	html_element(out, "", point, " on ");
	html_element(out, "", st->series->kernel, "</title>\n");
	html_element(out, "<description>", words, "</description>\n");
	html_element(out, "<guid isPermaLink=\"false\">", st->id, "</guid>\n");
	if (*url) {
		html_element(out, "<link>", url, "/bench/");
		html_element(out, "", bench, ".html#");
		html_element(out, "", st->id, "</link>\n");
	}
	add_date(out, st->series->nights[st->step->at].run->day);
	strbuf_addstr(out, "</item>\n");
}

int site_feed(const struct site *s, const struct site_steps *st,
	      const char *url)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	strbuf_addstr(&out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			    "<rss version=\"2.0\">\n<channel>\n"
			    "<title>cgmark: changes</title>\n"
			    "<description>Lasting changes of what control "
			    "groups cost</description>\n");
	html_element(&out, "<link>", url, *url ? "/" : "");
	strbuf_addstr(&out, "index.html</link>\n");
	for (size_t i = 0; i < st->nr && i < ITEMS_MAX; i++)
		add_item(&out, &st->list[i], url);
	strbuf_addstr(&out, "</channel>\n</rss>\n");
	return site_file(s->out, "feed.xml", out.buf, out.len);
}
