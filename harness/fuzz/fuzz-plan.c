/* SPDX-License-Identifier: GPL-2.0-only */
/* plan.tsv, and the events among its options. */
#include "event.h"
#include "fuzz.h"
#include "record.h"

static void check_event(const char *text)
{
	struct event ev, again;
	char line[REC_LINE_MAX];

	if (event_parse(text, &ev) < 0)
		return;
	fuzz_check(event_format(line, sizeof(line), &ev) == 0);
	fuzz_check(event_parse(line, &again) == 0);
	fuzz_check(!strcmp(ev.name, again.name) && ev.type == again.type &&
		   ev.config == again.config && ev.config1 == again.config1 &&
		   ev.config2 == again.config2 && ev.exclude == again.exclude);
}

static int on_option(const char *key, const char *value, void *arg)
{
	char line[REC_LINE_MAX];

	if (!strcmp(key, EVENT_OPTION))
		check_event(value);
	fuzz_check(rec_format_option(line, sizeof(line), key, value) > 0);
	strbuf_addstr(arg, line);
	return 0;
}

static int on_point(const struct plan_point *p, void *arg)
{
	char line[REC_LINE_MAX];

	fuzz_check(rec_format_point(line, sizeof(line), p) > 0);
	strbuf_addstr(arg, line);
	return 0;
}

void fuzz_one(const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf again = STRBUF_INIT;
	struct rec_error err;
	char head[REC_LINE_MAX];
	int r;

	strbuf_add(&text, data, len);
	fuzz_add_record_end(&text, "P");
	rec_format_head(head, sizeof(head), "cgmark-plan");
	strbuf_addstr(&again, head);
	r = rec_parse_plan(text.buf, text.len, on_option, on_point, &again,
			   &err);
	if (r != 0) {
		fuzz_check(r < 0 && *err.text);
		fuzz_check_clean(err.text);
		return;
	}
	fuzz_add_record_end(&again, "P");
	fuzz_check(text.len == again.len &&
		   !memcmp(text.buf, again.buf, text.len));
}
