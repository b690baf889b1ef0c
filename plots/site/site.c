/* SPDX-License-Identifier: GPL-2.0-only */
#include "site.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "site-calibration.h"
#include "site-html.h"
#include "site-pages.h"
#include "site-path.h"

#define MARK "data/site" /* a folder of ours has it */

/* Two that write one site would mix it; -1: logged. */
static int lock_site(const char *out)
{
	int fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		log_err_errno(errno, "cannot open %s", out);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	log_err("%s: another cgmark is writing it", out);
	close(fd);
	return -1;
}

static bool is_empty(const char *dir, const char *but)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool empty = d != NULL;

	while (empty && (e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 ||
			strcmp(e->d_name, "..") == 0 ||
			strcmp(e->d_name, but) == 0;
	if (d)
		closedir(d);
	return empty;
}

/* Or new, and perhaps left by one that was killed before it left its mark. */
static bool is_ours(const char *out, const char *mark)
{
	_cleanup_free_ char *data = xasprintf("%s/data", out);

	if (access(mark, F_OK) == 0 || is_empty(out, ""))
		return true;
	return is_empty(out, "data") && is_empty(data, "");
}

/* A link would lead what is written, and removed, to another folder. */
static int refuse_links(const char *out)
{
	static const char *const dirs[] = { "data",   "data/tmp", "bench",
					    "kernel", "plot",	  "run" };
	struct stat sb;

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", out, dirs[i]);

		if (lstat(path, &sb) < 0 || S_ISDIR(sb.st_mode))
			continue;
		log_err("%s is no folder of a cgmark site", path);
		return -EEXIST;
	}
	return 0;
}

/* Nothing of somebody else's is replaced or removed. */
static int claim(const char *out)
{
	_cleanup_free_ char *data = xasprintf("%s/data", out);
	_cleanup_free_ char *mark = xasprintf("%s/" MARK, out);
	_cleanup_free_ char *tmp = xasprintf("%s/" SITE_TMP, out);
	int r = refuse_links(out);

	if (r == 0 && !is_ours(out, mark)) {
		log_err("%s has files that are not of a cgmark site; name an "
			"empty folder",
			out);
		r = -EEXIST;
	}
	if (r < 0)
		return r;
	r = mkdir_p(data, 0755);
	if (r == 0)
		r = write_file_atomic(mark, "1\n", 2);
	/* What one that was killed left behind. */
	if (r == 0)
		r = rm_rf(tmp);
	if (r == 0)
		r = mkdir_p(tmp, 0755);
	return r < 0 ? log_err_errno(-r, "cannot write %s", out) : 0;
}

/* All plots at once, so that all processors have something to draw. */
static int draw_all(const struct site *s, const struct bench_plots *b,
		    size_t *nr)
{
	struct site_plots all = { NULL, 0 };
	int r;

	for (size_t i = 0; i < s->nr_benches; i++) {
		const struct site_plots *const parts[] = {
			&b[i].growth, &b[i].history, &b[i].functions,
			&b[i].boots,  &b[i].tails,
		};

		for (size_t k = 0; k < ARRAY_SIZE(parts); k++) {
			all.list = xreallocarray(all.list,
						 all.nr + parts[k]->nr + 1,
						 sizeof(*all.list));
			if (parts[k]->nr)
				memcpy(all.list + all.nr, parts[k]->list,
				       parts[k]->nr * sizeof(*all.list));
			all.nr += parts[k]->nr;
		}
	}
	*nr = all.nr;
	r = site_plots_draw(&all, s->plots_dir, s->out);
	free(all.list);
	return r;
}

static int write_benches(const struct site *s, const struct site_steps *st,
			 size_t *nr_plots)
{
	struct bench_plots *b = xcalloc(s->nr_benches + 1, sizeof(*b));
	int r = 0;

	for (size_t i = 0; i < s->nr_benches && r == 0; i++)
		r = bench_plots_make(s, s->benches[i], &b[i]);
	if (r == 0)
		r = draw_all(s, b, nr_plots);
	for (size_t i = 0; i < s->nr_benches && r == 0; i++)
		r = site_bench_page(s, st, s->benches[i], &b[i]);
	for (size_t i = 0; i < s->nr_benches; i++)
		bench_plots_release(&b[i]);
	free(b);
	return r;
}

static int write_glance(const struct site *s)
{
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;

	site_begin(&page, "Benchmarks", "");
	for (size_t i = 0; i < s->nr_lines && page.len < SITE_PAGE_BYTES / 2;
	     i++)
		site_glance(&page, s, &s->lines[i], "");
	return site_page(s, "benchmarks.html", &page);
}

static int write_pages(const struct site *s, const char *url, size_t *nr_plots)
{
	struct site_steps st;
	int r;

	site_steps_find(s->history, &st);
	r = site_steps_explain(s, &st);
	if (r == 0)
		r = write_benches(s, &st, nr_plots);
	if (r == 0)
		r = site_kernel_pages(s);
	if (r == 0)
		r = write_glance(s);
	if (r == 0)
		r = site_runs_page(s);
	if (r == 0)
		r = site_changes_page(s, &st);
	if (r == 0)
		r = site_feed(s, &st, url);
	/* Last: it leads to all others. */
	if (r == 0)
		r = site_front_page(s, &st);
	site_steps_release(&st);
	return r;
}

int site_write(const struct site_opts *o, struct site_counts *ret)
{
	struct site s = { .out = o->out,
			  .plots_dir = o->plots_dir,
			  .history = o->history };
	_cleanup_close_ int lock = -1;
	int r = mkdir_p(o->out, 0755);

	memset(ret, 0, sizeof(*ret));
	if (r < 0)
		return log_err_errno(-r, "cannot make %s", o->out);
	lock = lock_site(o->out);
	if (lock < 0)
		return -EBUSY;
	r = claim(o->out);
	if (r == 0)
		r = site_runs_update(o->out, o->dirs, o->nr_dirs, o->fresh,
				     &s.runs, &ret->failed);
	if (r == 0) {
		site_model_fill(&s);
		site_calibrations_load(&s, o->calibration_dir);
		r = write_pages(&s, o->url, &ret->plots);
	}
	ret->runs = s.runs.nr;
	ret->benches = s.nr_benches;
	ret->kernels = s.nr_kernels;
	site_model_release(&s);
	return r;
}
