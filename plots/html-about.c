/* SPDX-License-Identifier: GPL-2.0-only */
#include "html-about.h"

#include "alloc.h"
#include "boots-text.h"
#include "calibration-text.h"
#include "html-write.h"

void html_notes(struct strbuf *out, const struct comparison *c)
{
	if (c->notes.nr == 0)
		return;
	strbuf_addstr(out, "<h2>Notes</h2>\n<ul>\n");
	for (size_t i = 0; i < c->notes.nr; i++)
		html_element(out, "<li>", c->notes.text[i], "</li>\n");
	strbuf_addstr(out, "</ul>\n");
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void add_kernel(struct strbuf *out, const struct run_kernel *k)
{
	_cleanup_free_ char *term = xasprintf("kernel %s", k->name);
	_cleanup_free_ char *patches = run_kernel_patches(k);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (k->release && *k->release)
		strbuf_addf(&text, "%s; ", k->release);
	strbuf_addstr(&text, or_empty(k->spec));
	if (k->source_version && *k->source_version)
		strbuf_addf(&text, " (%s)", k->source_version);
	strbuf_addf(&text, "; key %.12s; %s", or_empty(k->key), patches);
	if (k->cmdline && *k->cmdline)
		strbuf_addf(&text, "; command line %s", k->cmdline);
	html_entry_folded(out, term, text.buf, k->patches);
}

void html_environment(struct strbuf *out, const struct findings *fd)
{
	const struct comparison *c = fd->comparison;
	const struct run *r = c->run;
	_cleanup_free_ char *machine =
		xasprintf("%s: %s", r->machine ? r->machine : "?",
			  r->machine_detail ? r->machine_detail : "");
	_cleanup_free_ char *guest =
		xasprintf("sha256 %s; suite %s; %u perturbations; seed %llu",
			  r->guest_sha256 ? r->guest_sha256 : "?",
			  r->suite ? r->suite : "?", r->perturbations,
			  (unsigned long long)r->seed);
	_cleanup_free_ char *run = xasprintf(
		"%s, %s, made by cgmark %s", r->id ? r->id : "?",
		r->status ? r->status : "?", r->version ? r->version : "?");

	_cleanup_free_ char *boots = print_boots(r);
	_cleanup_free_ char *calibration =
		calibration_line(fd->calibration, c->time);

	strbuf_addstr(out, "<h2>Environment</h2>\n<dl>\n");
	html_entry(out, "run", run);
	html_entry(out, "created", r->created);
	html_entry(out, "boots", boots);
	html_entry(out, "verdicts", calibration);
	html_entry(out, "machine", machine);
	for (size_t k = 0; k < r->nr_kernels; k++)
		add_kernel(out, &r->kernels[k]);
	if (r->nr_kernels > 0)
		html_entry(out, "compiler", r->kernels[0].toolchain);
	html_entry(out, "guest", guest);
	html_entry(out, "host", r->host);
	html_entry(out, "command", r->command_line);
	strbuf_addstr(out, "</dl>\n");
}
