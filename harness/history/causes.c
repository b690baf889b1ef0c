/* SPDX-License-Identifier: GPL-2.0-only */
/* What changed between two nights that have different values. */
#include "alloc.h"
#include "steps.h"
#include "strbuf.h"

/* Hashes are told apart by their beginnings. */
#define HASH_SHOWN 12
#define TEXT_SHOWN 200

/* Of a commit or of contents, in full. */
static bool is_hash(const char *s)
{
	size_t len = strspn(s, "0123456789abcdef");

	return !s[len] && len >= 40;
}

static void part(struct strbuf *why, const char *what, const char *from,
		 const char *to)
{
	int most = is_hash(from) || is_hash(to) ? HASH_SHOWN : TEXT_SHOWN;

	if (strcmp(from, to) == 0)
		return;
	strbuf_addf(why, "%s%s%.*s -> %.*s", why->len ? ", " : "", what, most,
		    *from ? from : "none", most, *to ? to : "none");
}

static void kernel_parts(struct strbuf *why, const struct run_kernel *a,
			 const struct run_kernel *b)
{
	part(why, "", a->source_version, b->source_version);
	if (strcmp(a->series_sha256, b->series_sha256) != 0) {
		part(why, "series ", a->series, b->series);
		part(why, "patches ", a->series_sha256, b->series_sha256);
	} else {
		part(why, "patches: ", a->patches, b->patches);
	}
	part(why, "configuration ", a->config_sha256, b->config_sha256);
	part(why, "command line ", a->cmdline, b->cmdline);
	if (!why->len)
		part(why, "kernel ", a->key, b->key);
	if (!why->len)
		part(why, "vmlinux ", a->vmlinux_sha256, b->vmlinux_sha256);
}

static void guest_parts(struct strbuf *why, const struct history_run *a,
			const struct history_run *b)
{
	part(why, "cgmark ", a->version, b->version);
	part(why, "guest image ", a->guest_sha256, b->guest_sha256);
}

/* The same code may well have another name. */
static bool same_kernel(const struct run_kernel *a, const struct run_kernel *b)
{
	return strcmp(a->vmlinux_sha256, b->vmlinux_sha256) == 0 &&
	       strcmp(a->cmdline, b->cmdline) == 0;
}

void cause_find(const struct history_series *s, struct history_step *step)
{
	const struct history_night *from = &s->nights[step->at - 1];
	const struct history_night *to = &s->nights[step->at];
	struct strbuf why = STRBUF_INIT;
	long lacking = to->run->day - from->run->day - 1;

	step->cause = CAUSE_KERNEL;
	if (!same_kernel(from->kernel, to->kernel))
		kernel_parts(&why, from->kernel, to->kernel);
	if (!why.len)
		step->cause = CAUSE_GUEST;
	guest_parts(&why, from->run, to->run);
	if (!why.len) {
		step->cause = CAUSE_NONE;
		strbuf_addstr(&why,
			      s->exact ? "nothing that is known: kernel and "
					 "guest image are the same"
				       : "unknown: the kernel is the same");
	}
	if (lacking > 0)
		strbuf_addf(&why, ", after %ld night%s without a measurement",
			    lacking, lacking == 1 ? "" : "s");
	step->why = strbuf_steal(&why);
}
