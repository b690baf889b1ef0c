/* SPDX-License-Identifier: GPL-2.0-only */
#include "boots-text.h"

#include <string.h>

#include "alloc.h"
#include "strbuf.h"

static bool is_set(const char *text)
{
	return text && *text;
}

/* ISO 8601 sorts by time. */
static void add_old(struct boot_ages *a, const char *when)
{
	a->nr_old++;
	if (!a->from || strcmp(when, a->from) < 0)
		a->from = when;
	if (!a->to || strcmp(when, a->to) > 0)
		a->to = when;
}

struct boot_ages boot_ages(const struct run *run)
{
	struct boot_ages a = { .nr_old = 0 };

	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (!b->finished)
			a.nr_unfinished++;
		else if (is_set(b->cached))
			add_old(&a, b->cached);
		else if (is_set(b->confirms))
			a.again = a.nr_again++ ? NULL : b->id;
		else
			a.nr_new++;
	}
	return a;
}

static void add_again(struct strbuf *out, const struct boot_ages *a)
{
	if (a->again)
		strbuf_addf(out, "; %s was booted again and is identical",
			    a->again);
	else if (a->nr_again)
		strbuf_addf(out, "; %zu were booted again and are identical",
			    a->nr_again);
}

char *print_boots(const struct run *run)
{
	const struct boot_ages a = boot_ages(run);
	struct strbuf out = STRBUF_INIT;

	strbuf_addf(&out, "%zu: ", run->nr_boots);
	if (a.nr_new == run->nr_boots)
		strbuf_addstr(&out, "all measured by this run");
	else if (a.nr_new)
		strbuf_addf(&out, "%zu measured", a.nr_new);
	else
		strbuf_addstr(&out, "nothing new was measured");
	if (a.nr_old)
		strbuf_addf(&out, "; %zu from the cache, of %s%s%s", a.nr_old,
			    a.from, strcmp(a.from, a.to) ? " to " : "",
			    strcmp(a.from, a.to) ? a.to : "");
	add_again(&out, &a);
	if (a.nr_unfinished)
		strbuf_addf(&out, "; %zu did not finish", a.nr_unfinished);
	return strbuf_steal(&out);
}
