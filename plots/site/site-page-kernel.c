/* SPDX-License-Identifier: GPL-2.0-only */
/* A page for each name of a kernel, and the list of them. */
#include "alloc.h"
#include "html-table.h"
#include "html-verdicts.h"
#include "html-write.h"
#include "site-html.h"
#include "site-pages.h"
#include "site-path.h"
#include "verdict-text.h"

#define VERSIONS_MAX 2000
#define ROWS_MAX 1000

/* A kernel that had the name, in the newest and in the oldest of its runs. */
struct version {
	const struct run_kernel *k;
	const struct site_run *newest, *oldest;
	size_t runs;
};

static const char *text_of(const char *s)
{
	return s ? s : "";
}

static size_t find_versions(const struct site *s, const char *name,
			    struct version **ret)
{
	struct version *list = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < s->runs.nr; i++) {
		const struct site_run *r = &s->runs.list[i];

		for (size_t k = 0; k < r->nr_kernels; k++) {
			const struct run_kernel *kernel = &r->kernels[k];
			size_t at = 0;

			if (strcmp(kernel->name, name) != 0)
				continue;
			while (at < nr && strcmp(text_of(list[at].k->key),
						 text_of(kernel->key)) != 0)
				at++;
			if (at == nr) {
				list = xreallocarray(list, nr + 1,
						     sizeof(*list));
				list[nr++] =
					(struct version){ kernel, r, r, 0 };
			}
			list[at].oldest = r;
			list[at].runs++;
		}
	}
	*ret = list;
	return nr;
}

static void add_provenance(struct strbuf *out, const struct run_kernel *k)
{
	_cleanup_free_ char *patches = run_kernel_patches(k);

	strbuf_addstr(out, "<dl>\n");
	html_entry(out, "release", k->release);
	html_entry(out, "spec", k->spec);
	html_entry(out, "source", k->source_version);
	html_entry(out, "key", k->key);
	html_entry(out, "vmlinux, SHA-256", k->vmlinux_sha256);
	html_entry(out, "configuration, SHA-256", k->config_sha256);
	html_entry_folded(out, "patches", patches, k->patches);
	html_entry(out, "compiler", k->toolchain);
	html_entry(out, "command line", k->cmdline);
	html_entry(out, "board", k->board);
	strbuf_addstr(out, "</dl>\n");
}

static void run_cell(struct html_table *t, const struct site_run *r)
{
	html_cell_open(t, "");
	site_link(t->out, "../", "run", r->slug, r->created);
	html_cell_close(t);
}

static void add_versions(struct strbuf *out, const struct version *list,
			 size_t nr)
{
	struct html_table t;

	html_table_begin(&t, out, NULL);
	html_column(&t, "Key", false);
	html_column(&t, "Release", false);
	html_column(&t, "Source", false);
	html_column(&t, "First run", false);
	html_column(&t, "Last run", false);
	html_column(&t, "Runs", true);
	for (size_t i = 0; i < nr && i < VERSIONS_MAX; i++) {
		const struct version *v = &list[i];
		_cleanup_free_ char *key =
			xasprintf("%.12s", text_of(v->k->key));
		_cleanup_free_ char *runs = xasprintf("%zu", v->runs);

		html_row(&t);
		html_cell(&t, *key ? key : "unknown");
		html_cell(&t, text_of(v->k->release));
		html_cell(&t, text_of(v->k->source_version));
		run_cell(&t, v->oldest);
		run_cell(&t, v->newest);
		html_cell(&t, runs);
	}
	html_table_end(&t);
}

/* What the newest run of a line says of the kernel. */
static void add_line(struct strbuf *out, const struct site_line *l,
		     unsigned kernel)
{
	const struct comparison *c = l->fd->comparison;
	_cleanup_free_ char *summary = kernel == c->base
					       ? xstrdup("the baseline")
					       : print_summary(c, kernel);

	html_element(out, "<h3>", l->title, "</h3>\n<p>");
	site_link(out, "../", "run", l->info->slug, l->info->created);
	html_element(out, ": ", summary, ".</p>\n");
	if (kernel != c->base)
		html_effects(out, c, kernel, NULL, ROWS_MAX);
	else if (!c->nr_contenders)
		html_costs(out, c, NULL);
}

static int kernel_page(const struct site *s, const char *name)
{
	_cleanup_free_ char *slug = site_slug(name);
	_cleanup_free_ char *path = xasprintf("kernel/%s.html", slug);
	_cleanup_free_ char *title = xasprintf("Kernel %s", name);
	_cleanup_free_ struct version *list = NULL;
	size_t nr = find_versions(s, name, &list);
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;

	site_begin(&page, title, "../");
	if (nr) {
		html_element(&page, "<p>As the newest run had it, ",
			     list[0].newest->created, ":</p>\n");
		add_provenance(&page, list[0].k);
	}
	site_heading(&page, 2, "versions", "Kernels that had this name");
	add_versions(&page, list, nr);
	site_heading(&page, 2, "verdicts", "Newest verdicts");
	for (size_t i = 0; i < s->nr_lines; i++) {
		int k = run_kernel_index(s->lines[i].run, name);

		if (k >= 0 && page.len < SITE_PAGE_BYTES / 2)
			add_line(&page, &s->lines[i], (unsigned)k);
	}
	return site_page(s, path, &page);
}

static int kernel_list(const struct site *s)
{
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
	struct html_table t;

	site_begin(&page, "Kernels", "");
	html_table_begin(&t, &page, NULL);
	html_column(&t, "Kernel", false);
	html_column(&t, "Release", false);
	html_column(&t, "Spec", false);
	html_column(&t, "Patches", false);
	html_column(&t, "Last run", false);
	html_column(&t, "Versions", true);
	for (size_t i = 0; i < s->nr_kernels; i++) {
		_cleanup_free_ char *slug = site_slug(s->kernels[i]);
		_cleanup_free_ struct version *list = NULL;
		size_t nr = find_versions(s, s->kernels[i], &list);
		_cleanup_free_ char *versions = xasprintf("%zu", nr);
		_cleanup_free_ char *patches =
			nr ? run_kernel_patches(list[0].k) : xstrdup("");

		html_row(&t);
		html_cell_open(&t, "");
		site_link(t.out, "", "kernel", slug, s->kernels[i]);
		html_cell_close(&t);
		html_cell(&t, nr ? text_of(list[0].k->release) : "");
		html_cell(&t, nr ? text_of(list[0].k->spec) : "");
		html_cell(&t, patches);
		html_cell(&t, nr ? list[0].newest->created : "");
		html_cell(&t, versions);
	}
	html_table_end(&t);
	return site_page(s, "kernels.html", &page);
}

int site_kernel_pages(const struct site *s)
{
	int r = kernel_list(s);

	for (size_t i = 0; i < s->nr_kernels && r == 0; i++)
		r = kernel_page(s, s->kernels[i]);
	return r;
}
