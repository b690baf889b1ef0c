/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages, one site-page-*.c or so each.  -errno, logged. */
#ifndef CGMARK_SITE_PAGES_H
#define CGMARK_SITE_PAGES_H

#include "site-model.h"
#include "site-plot.h"
#include "site-steps.h"

/* The plots of one benchmark, by what they show. */
struct bench_plots {
	struct site_plots growth, history, functions, boots, tails;
};

int bench_plots_make(const struct site *s, const char *bench,
		     struct bench_plots *ret);
void bench_plots_release(struct bench_plots *b);
int site_bench_page(const struct site *s, const struct site_steps *st,
		    const char *bench, const struct bench_plots *b);

int site_kernel_pages(const struct site *s);
int site_runs_page(const struct site *s);
int site_changes_page(const struct site *s, const struct site_steps *st);
int site_front_page(const struct site *s, const struct site_steps *st);
int site_feed(const struct site *s, const struct site_steps *st,
	      const char *url);

/* Writes PATH from a page that site_begin() began; page is then empty. */
int site_page(const struct site *s, const char *path, struct strbuf *page);
/* All benchmarks on all kernels of a line, in one table; up as everywhere. */
void site_glance(struct strbuf *out, const struct site *s,
		 const struct site_line *l, const char *up);

#endif
