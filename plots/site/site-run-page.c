/* SPDX-License-Identifier: GPL-2.0-only */
#include "site-run-page.h"

#include <math.h>

#include "alloc.h"
#include "compare-formats.h"
#include "findings.h"
#include "html-about.h"
#include "html-events.h"
#include "html-rows.h"
#include "html-table.h"
#include "html-verdicts.h"
#include "html-ways.h"
#include "html-write.h"
#include "log.h"
#include "number.h"
#include "sha256.h"
#include "site-archive.h"
#include "site-html.h"
#include "site-path.h"
#include "verdict-text.h"

#define ROWS_MAX 1000 /* of verdicts */
#define FILES_SHOWN 1000

/* ---- parts ---- */

static void add_verdicts(struct strbuf *out, const struct comparison *c,
			 const char *slug)
{
	for (size_t i = 0; i < c->nr_contenders; i++) {
		unsigned k = c->contenders[i];
		_cleanup_free_ char *summary = print_summary(c, k);
		size_t left;

		html_element(out, "<h2>", c->run->kernels[k].name, " against ");
		html_text(out, c->run->kernels[c->base].name);
		html_element(out, "</h2>\n<p>", summary,
			     ". Instructions per operation where no unit is "
			     "named; medians over boots.</p>\n");
		left = html_effects(out, c, k, NULL,
				    ROWS_MAX / c->nr_contenders);
		if (!left)
			continue;
		strbuf_addf(out,
			    "<p>%zu more, less severe, are in <a href=\"%s.csv"
			    "\">the table for programs</a>.</p>\n",
			    left, slug);
	}
}

/* Parts that grow with the run; a page has them as far as it has room. */
static void add_more(struct strbuf *out, const struct findings *fd)
{
	void (*const parts[])(struct strbuf * out,
			      const struct findings *fd) = {
		html_rows,
		html_ways,
		html_events,
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t before = out->len;

		parts[i](out, fd);
		if (out->len < SITE_PAGE_BYTES / 2)
			continue;
		out->len = before;
		out->buf[before] = '\0';
		strbuf_addstr(out,
			      "<p>Tables of functions, ways or events "
			      "that are too large for a page: "
			      "<code>cgmark report</code> has them.</p>\n");
	}
}

static void add_boot_row(struct html_table *t, const struct run *run,
			 const struct run_boot *b)
{
	char buf[PRINT_MAX];
	_cleanup_free_ char *kernel_slug =
		site_slug(run->kernels[b->kernel].name);

	html_row(t);
	html_cell(t, b->id);
	html_cell_open(t, "");
	site_link(t->out, "../", "kernel", kernel_slug,
		  run->kernels[b->kernel].name);
	html_cell_close(t);
	html_cell(t, boot_role_str(b->role));
	html_cell_open(t, "");
	if (!b->finished)
		strbuf_addstr(t->out, "did not finish");
	else if (b->ok)
		strbuf_addstr(t->out, "well");
	else
		html_element(t->out, blame_str(b->blame), b->reason, "");
	if (b->cached && *b->cached)
		html_element(t->out, ", measured ", b->cached, "");
	if (b->damaged)
		strbuf_addstr(t->out, ", samples damaged");
	html_cell_close(t);
	html_cell(t, print_value(buf, (double)b->wall_ms / 1e3, 9));
	html_cell(t, b->samples_crc ? b->samples_crc : "");
}

static void add_boots(struct strbuf *out, const struct run *run)
{
	struct html_table t;

	site_heading(out, 2, "boots", "Boots");
	strbuf_addstr(out, "<details><summary>All boots in their order"
			   "</summary>\n");
	html_table_begin(&t, out, NULL);
	html_column(&t, "Boot", false);
	html_column(&t, "Kernel", false);
	html_column(&t, "For", false);
	html_column(&t, "Ended", false);
	html_column(&t, "Seconds", true);
	html_column(&t, "CRC-32 of samples", true);
	for (size_t i = 0; i < run->nr_boots && i < FILES_SHOWN; i++)
		add_boot_row(&t, run, &run->boots[i]);
	html_table_end(&t);
	strbuf_addstr(out, "</details>\n");
}

static void add_files(struct strbuf *out, const struct archive_files *files)
{
	struct html_table t;

	strbuf_addf(out,
		    "<details><summary>What is in it: %zu files</summary>\n",
		    files->nr);
	html_table_begin(&t, out, NULL);
	html_column(&t, "File", false);
	html_column(&t, "Bytes", true);
	for (size_t i = 0; i < files->nr && i < FILES_SHOWN; i++) {
		char buf[PRINT_MAX];

		html_row(&t);
		html_cell(&t, files->list[i].path);
		html_cell(&t,
			  print_value(buf, (double)files->list[i].bytes, 16));
	}
	html_table_end(&t);
	strbuf_addstr(out, "</details>\n");
}

/* ---- files ---- */

/* Returns 1 if there is an archive, 0 if not, or -errno. */
static int write_archive(const char *site, const struct site_run *r,
			 const struct archive_files *files, struct strbuf *tar)
{
	_cleanup_free_ char *path = xasprintf("run/%s.tar.zst", r->slug);
	int err;

	if (strcmp(r->status, "running") == 0)
		return 0;
	err = archive_make(r->dir, r->slug, files, tar);
	if (err == -EFBIG)
		return 0;
	if (err == 0)
		err = site_file(site, path, tar->buf, tar->len);
	return err < 0 ? err : 1;
}

static void add_raw(struct strbuf *out, const struct site_run *r,
		    const struct archive_files *files, const struct strbuf *tar,
		    bool there)
{
	char hex[65], size[PRINT_MAX];

	site_heading(out, 2, "raw", "Raw files");
	if (!there) {
		strbuf_addstr(out, "<p>Not here: the run is still going on, or "
				   "too large.</p>\n");
		add_files(out, files);
		return;
	}
	sha256_hex(tar->buf, tar->len, hex);
	html_element(out, "<p>All that the run left behind: <a href=\"",
		     r->slug, ".tar.zst\" download=\"\">");
	html_element(out, "", r->slug, ".tar.zst</a>, ");
	strbuf_addf(out, "%s bytes, SHA-256 <code>%s</code>. ",
		    print_value(size, (double)tar->len, 16), hex);
	strbuf_addstr(out, "Unpacked it is a run directory: <code>cgmark "
			   "compare --run</code>, <code>explain</code> and "
			   "<code>report</code> take it, <code>cgmark "
			   "verify</code> checks every file.");
	html_element(out, " <a href=\"", r->slug,
		     ".csv\" download=\"\">The verdicts as CSV</a>.</p>\n");
	add_files(out, files);
}

static int write_csv(const char *site, const struct site_run *r,
		     const struct findings *fd)
{
	const struct compare_format *csv = compare_format_find("csv");
	_cleanup_free_ char *path = xasprintf("run/%s.csv", r->slug);
	_cleanup_free_ char *text = NULL;
	const struct print_opts opts = { .verbose = false };
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);

	if (!mem)
		return log_err_errno(errno, "cannot print");
	csv->print(mem, fd, &opts);
	fclose(mem);
	return site_file(site, path, text, len);
}

/* ---- what other pages tell ---- */

static char *copy(const char *s)
{
	return xstrdup(s ? s : "");
}

static void copy_kernels(struct site_run *r, struct run *run)
{
	r->nr_kernels = run->nr_kernels;
	r->kernels = xcalloc(run->nr_kernels + 1, sizeof(*r->kernels));
	for (size_t i = 0; i < run->nr_kernels; i++)
		for (unsigned k = 0; k < NR_KERNEL_FIELDS; k++)
			*kernel_field(&r->kernels[i], &kernel_fields[k]) =
				copy(kernel_text(&run->kernels[i],
						 &kernel_fields[k]));
}

static void copy_benches(struct site_run *r, const struct run *run)
{
	r->benches = xcalloc(run->nr_points + 1, sizeof(*r->benches));
	for (size_t i = 0; i < run->nr_points; i++) {
		const char *name = run->points[i].plan.id.bench;
		bool known = false;

		for (size_t k = 0; k < r->nr_benches; k++)
			known |= strcmp(r->benches[k], name) == 0;
		if (!known)
			r->benches[r->nr_benches++] = copy(name);
	}
}

static void fill_in(struct site_run *r, struct run *run,
		    const struct comparison *c)
{
	r->id = copy(run->id);
	r->created = copy(run->created);
	r->status = copy(run->status);
	r->machine = copy(run->machine);
	r->suite = copy(run->suite);
	r->job = copy(run->job);
	r->summary = c->nr_contenders ? print_summary(c, SIZE_MAX) : copy("");
	memcpy(r->count, c->count, sizeof(r->count));
	r->points = (unsigned)run->nr_points;
	r->boots = (unsigned)run->nr_boots;
	r->boots_ok = 0;
	for (size_t i = 0; i < run->nr_boots; i++)
		r->boots_ok += boot_trust(&run->boots[i]) == TRUST_GOOD;
	copy_kernels(r, run);
	copy_benches(r, run);
}

static void add_page(struct strbuf *out, const struct findings *fd,
		     const struct site_run *r,
		     const struct archive_files *files,
		     const struct strbuf *tar, bool archived)
{
	const struct comparison *c = fd->comparison;
	_cleanup_free_ char *title = xasprintf("Run %s", r->id);

	site_begin(out, title, "../");
	if (c->nr_contenders)
		html_element(out, "<p class=\"lead\">", r->summary, ".</p>\n");
	html_element(out, "<p class=\"muted\">", r->created, ", machine ");
	html_element(out, "<code>", r->machine, "</code>, ");
	html_element(out, "", r->status, ". ");
	html_text(out, print_limits(r->machine));
	strbuf_addstr(out, "</p>\n");
	add_raw(out, r, files, tar, archived);
	if (c->nr_contenders) {
		add_verdicts(out, c, r->slug);
	} else {
		html_element(out, "<h2>What ", c->run->kernels[c->base].name,
			     " costs</h2>\n");
		html_costs(out, c, NULL);
	}
	add_more(out, fd);
	html_notes(out, c);
	add_boots(out, c->run);
	html_environment(out, fd);
	site_end(out);
}

static int write_page(const char *site, struct site_run *r, struct run *run,
		      const struct findings *fd)
{
	_cleanup_free_ char *path = xasprintf("run/%s.html", r->slug);
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT, tar = STRBUF_INIT;
	struct archive_files files;
	int err, archived;

	fill_in(r, run, fd->comparison);
	archive_find(r->dir, &files);
	archived = write_archive(site, r, &files, &tar);
	err = archived < 0 ? archived : write_csv(site, r, fd);
	if (err == 0) {
		add_page(&page, fd, r, &files, &tar, archived == 1);
		err = site_file(site, path, page.buf, page.len);
	}
	archive_release(&files);
	return err;
}

int site_run_write(const char *site, struct site_run *r)
{
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_(findings_freep) struct findings *fd = NULL;
	_cleanup_free_ unsigned *contenders = NULL;
	int err = run_load(r->dir, &run, NULL);

	if (err < 0)
		return err;
	if (run->nr_kernels == 0) {
		log_warn("%s: a run without kernels", r->dir);
		return -EBADMSG;
	}
	contenders = xcalloc(run->nr_kernels, sizeof(*contenders));
	for (unsigned k = 1; k < run->nr_kernels; k++)
		contenders[k - 1] = k;
	fd = findings_new(run, 0, contenders, run->nr_kernels - 1);
	return write_page(site, r, run, fd);
}
