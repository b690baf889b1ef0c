/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel specs: names from kernel/kernels.ini, or given on the command line as
 *   NAME=WHAT[,patches=SERIES][,first=N][,config=FRAGMENT[:FRAGMENT...]]
 *       [,cmdline=TEXT]
 * where WHAT is a section of kernels.ini, deb:PACKAGE, dir:PATH, git:PATH@REF
 * or image:PATH (a vmlinux, nothing is built).  first= takes the first N patches
 * of the series, and then a symbol that comes with a later one may be missing
 * in the configuration.  cmdline= takes all that follows.  Options given replace those of the section; without config= a
 * source that is no section gets the fragments of the section "baseline".
 * Paths are relative to where they are written: kernels.ini, or the current
 * directory.
 */
#ifndef CGMARK_KERNEL_SPEC_H
#define CGMARK_KERNEL_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"
#include "run.h"

struct kernel_spec {
	char *name;
	char *source;  /* deb:, dir:, git:, image: */
	char *patches; /* absolute path of a series file, or "" */
	char *first;   /* decimal: take so many patches; "": all */
	char **config; /* absolute paths of fragments */
	size_t nr_config;
	char *cmdline;
};

void kernel_spec_release(struct kernel_spec *k);

/*
 * Parse one --kernel word.  Unknown names are reported with the nearest known
 * ones, malformed INI with file and line.
 */
enum exit_status kernel_spec_parse(const char *word, const char *kernel_dir,
				   struct kernel_spec *ret);
/*
 * All kernels of kernels.ini, in its order; the caller releases each and frees
 * the array.  Errors were logged.
 */
enum exit_status kernel_spec_list(const char *kernel_dir,
				  struct kernel_spec **ret, size_t *nr);
/*
 * A kernel for each patch of the series of a --series word, which is that of a
 * --kernel: without any, with the first one, with the first two and so on,
 * with the names NAME-0, NAME-1, NAME-2.  The caller releases each and frees
 * the array.  Errors were logged.
 */
enum exit_status kernel_spec_series(const char *word, const char *kernel_dir,
				    struct kernel_spec **ret, size_t *nr);
/* "deb:linux-source-6.12,patches=...,config=a:b,cmdline=..."; caller frees. */
char *kernel_spec_text(const struct kernel_spec *k);

/*
 * Build (or find in the cache) and fill *ret, whose strings the caller owns
 * (run_kernel_release() frees them).  Shows progress.  SIGINT and SIGTERM end
 * the build with ST_INTERRUPTED.  Errors were logged.
 */
enum exit_status kernel_build(const struct kernel_spec *spec,
			      const char *kernel_dir, struct run_kernel *ret);

#endif
