/* SPDX-License-Identifier: GPL-2.0-only */
/* samples.tsv, as a guest sends it.  A stream has exactly one spelling. */
#include "fuzz.h"
#include "record.h"

static int on_sample(const struct sample *s, void *arg)
{
	char line[REC_LINE_MAX];

	fuzz_check(rec_format_sample(line, sizeof(line), s) > 0);
	strbuf_addstr(arg, line);
	return 0;
}

static int on_lack(const struct lack *l, void *arg)
{
	char line[REC_LINE_MAX];

	fuzz_check(rec_format_lack(line, sizeof(line), l) > 0);
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
	fuzz_add_record_end(&text, "SN");
	rec_format_head(head, sizeof(head), "cgmark-samples");
	strbuf_addstr(&again, head);
	r = rec_parse_samples(text.buf, text.len, on_sample, on_lack, &again,
			      &err);
	if (r != 0) {
		fuzz_check(r < 0 && *err.text);
		fuzz_check_clean(err.text);
		return;
	}
	fuzz_add_record_end(&again, "SN");
	fuzz_check(text.len == again.len &&
		   !memcmp(text.buf, again.buf, text.len));
}
