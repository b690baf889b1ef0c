/* SPDX-License-Identifier: GPL-2.0-only */
#include "report.h"

#include <dirent.h>
#include <fcntl.h>

#include "alloc.h"
#include "explain.h"
#include "fig.h"
#include "figures.h"
#include "file.h"
#include "gnuplot.h"
#include "log.h"
#include "page.h"
#include "svg.h"

/* Runs the scripts and keeps each plot as an element. */
static int draw(struct figures *f, const char *plots_dir)
{
	for (size_t i = 0; i < f->nr; i++) {
		struct figure *fig = &f->list[i];
		_cleanup_strbuf_ struct strbuf raw = STRBUF_INIT;
		_cleanup_strbuf_ struct strbuf svg = STRBUF_INIT;
		_cleanup_free_ char *id =
			xstrndup(fig->file, strcspn(fig->file, "."));
		int r;

		if (!fig->script)
			continue;
		r = gnuplot_run(plots_dir, fig->script, &raw);
		if (r < 0)
			return r;
		r = svg_element(raw.buf ? raw.buf : "", id, fig->title, &svg);
		if (r < 0) {
			log_err("gnuplot did not print an SVG for %s",
				fig->file);
			return r;
		}
		fig->svg = strbuf_steal(&svg);
	}
	return 0;
}

static int save_figures(const struct figures *f, const char *dir)
{
	for (size_t i = 0; i < f->nr; i++) {
		_cleanup_strbuf_ struct strbuf doc = STRBUF_INIT;
		_cleanup_free_ char *path =
			xasprintf("%s/%s", dir, f->list[i].file);
		int r;

		svg_document(f->list[i].svg, &doc);
		r = write_output(path, doc.buf, doc.len);
		if (r < 0)
			return log_err_errno(-r, "cannot write %s", path);
	}
	return 0;
}

/* Was this file written by an earlier report? */
static bool is_ours(int dir, const char *name)
{
	_cleanup_close_ int fd = openat(
		dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char head[160] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head) - 1);

	return n > 0 && strstr(head, SVG_MARK) != NULL;
}

/* Removes the plots of an earlier report: some may have no successor. */
static void remove_old(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *de;

	if (!d)
		return;
	while ((de = readdir(d))) {
		size_t len = strlen(de->d_name);

		if (len > 4 && strcmp(de->d_name + len - 4, ".svg") == 0 &&
		    is_ours(dirfd(d), de->d_name))
			unlinkat(dirfd(d), de->d_name, 0);
	}
	closedir(d);
}

static int save(const struct findings *fd, const struct figures f[NR_FIGURES],
		const char *dir)
{
	_cleanup_strbuf_ struct strbuf page = STRBUF_INIT;
	_cleanup_free_ char *index = xasprintf("%s/index.html", dir);
	int r = mkdir_p(dir, 0755);

	if (r < 0)
		return log_err_errno(-r, "cannot make %s", dir);
	remove_old(dir);
	for (size_t i = 0; i < NR_FIGURES; i++) {
		r = save_figures(&f[i], dir);
		if (r < 0)
			return r;
	}
	html_report(&page, fd, f);
	r = write_output(index, page.buf, page.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", index) : 0;
}

int report_write(const struct findings *fd, const char *plots_dir,
		 const char *out_dir)
{
	const struct comparison *c = fd->comparison;
	struct figures f[NR_FIGURES] = { { NULL, 0 } };
	int r = 0;

	fig_effects(c, &f[FIG_EFFECTS]);
	fig_scaling(c, &f[FIG_SCALING]);
	for (size_t i = 0; i < c->nr_contenders; i++)
		fig_flame(c, fd->rows[i], &f[FIG_FLAME]);
	fig_boots(c, &f[FIG_BOOTS]);
	for (size_t i = 0; i < ARRAY_SIZE(f) && r == 0; i++)
		r = draw(&f[i], plots_dir);
	if (r == 0)
		r = save(fd, f, out_dir);
	for (size_t i = 0; i < ARRAY_SIZE(f); i++)
		figures_release(&f[i]);
	return r;
}
