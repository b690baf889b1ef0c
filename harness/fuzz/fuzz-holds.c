/* SPDX-License-Identifier: GPL-2.0-only */
/* holds.tsv, as the plugin in QEMU writes it. */
#include "fuzz.h"
#include "holds.h"

static void check_lock(const struct held *l)
{
	fuzz_check(*l->lock && strlen(l->lock) < sizeof(l->lock));
	fuzz_check_clean(l->lock);
	if (l->why) {
		fuzz_check_clean(l->why);
		fuzz_check(!l->holds);
	}
	if (!l->holds) {
		fuzz_check(!l->function && !l->total && !l->most);
		return;
	}
	fuzz_check_clean(l->function);
	fuzz_check(l->most <= l->total && l->idled <= l->holds);
}

static void check_point(const struct held_point *p)
{
	fuzz_check(!p->error || !p->nr);
	if (p->error)
		fuzz_check_clean(p->error);
	for (size_t i = 0; i < p->nr; i++)
		check_lock(&p->list[i]);
}

void fuzz_one(const char *data, size_t len)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct holds h = { NULL };
	struct rec_error err;
	int r;

	strbuf_add(&text, data, len);
	fuzz_add_record_end(&text, "PXHN");
	r = holds_parse(text.buf, text.len, &h, &err);
	fuzz_check(r == 0 || (r < 0 && *err.text));
	fuzz_check_clean(err.text);
	for (size_t i = 0; i < h.nr_points && r == 0; i++)
		check_point(&h.points[i]);
	holds_release(&h);
}
