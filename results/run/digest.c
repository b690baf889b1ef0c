/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-files.h"
#include "sha256.h"
#include "strbuf.h"

static void add_json(struct strbuf *sb, json_t *json)
{
	_cleanup_free_ char *text = json_dumps(json, JSON_COMPACT);

	strbuf_addstr(sb, text ? text : "");
	strbuf_addstr(sb, "\n");
	json_decref(json);
}

/* Of undamaged samples the sum in boot.json says it all: it was checked. */
static void add_samples(struct strbuf *sb, const struct run *run,
			const struct run_boot *b)
{
	if (b->samples_crc && *b->samples_crc && !b->damaged)
		return;
	for (size_t i = 0; i < b->nr_samples; i++) {
		const struct run_sample *s = &b->samples[i];
		const struct plan_point *p = &run->points[s->point].plan;

		strbuf_addf(sb, "%s\t%u\t%s\t%s\t%u\t%llu\t%llu\n", p->id.bench,
			    p->id.version, p->id.params, s->metric, s->rep,
			    (unsigned long long)s->value,
			    (unsigned long long)s->nr_ops);
	}
}

static void add_boot(struct strbuf *sb, const struct run *run,
		     const struct run_boot *b)
{
	add_json(sb, boot_to_json(b));
	strbuf_addf(sb, "%d %d\n", b->finished, b->damaged);
	for (size_t i = 0; b->status && i < run->nr_points; i++)
		strbuf_addf(sb, "%s %s\n", point_status_str(b->status[i]),
			    b->status_text[i]);
	add_samples(sb, run, b);
	for (size_t i = 0; i < b->nr_lacks; i++) {
		const struct run_lack *l = &b->lacks[i];
		const struct plan_point *p = &run->points[l->point].plan;

		strbuf_addf(sb, "%s\t%u\t%s\t%s\t%s\n", p->id.bench,
			    p->id.version, p->id.params, l->metric, l->why);
	}
}

void run_digest(const struct run *run, char hex[65])
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	add_json(&sb, run_to_json(run));
	for (size_t i = 0; i < run->nr_boots; i++)
		add_boot(&sb, run, &run->boots[i]);
	sha256_hex(sb.buf, sb.len, hex);
}
