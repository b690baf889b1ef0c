/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel specs: names from kernel/kernels.ini, or given on the command line as
 *   NAME=WHAT[,patches=SERIES][,first=N][,config=FRAGMENT[:FRAGMENT...]]
 *       [,cmdline=TEXT]
 * where WHAT is a section of kernels.ini, deb:PACKAGE, dir:PATH, git:PATH@REF,
 * or what is not built: image:PATH (a vmlinux or bzImage) and pkg:PACKAGE
 * (a distribution's kernel, by name, by name=version or by path).  first= takes the first N patches of the
 * series; the configuration may then lack symbols that later ones add.
 * cmdline= takes the rest of the word.  Options override those of the section.
 * A source that is no section defaults to the fragments of section "baseline".
 * Paths are relative to kernels.ini there, and to the current directory
 * otherwise.  config=+FRAGMENT adds to the fragments that there are without it.
 */
#ifndef CGMARK_KERNEL_SPEC_H
#define CGMARK_KERNEL_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "exit-status.h"
#include "run.h"

struct kernel_spec {
	char *name;
	char *source;  /* deb:, dir:, git:, image:, pkg: */
	char *patches; /* absolute path of a series file, or "" */
	char *first;   /* number of patches to take, decimal; "": all */
	char **config; /* absolute paths of fragments */
	size_t nr_config;
	char *cmdline;
	bool clean; /* to be built from nothing, even if it is kept */
};

void kernel_spec_release(struct kernel_spec *k);

/* Did somebody else build it (pkg:, image:)? */
bool kernel_spec_is_prebuilt(const struct kernel_spec *k);

/*
 * Parses one --kernel word.  Unknown names are logged with the nearest known
 * ones, malformed INI with file and line.
 */
enum exit_status kernel_spec_parse(const char *word, const char *kernel_dir,
				   struct kernel_spec *ret);
/*
 * Adds a fragment of config.d behind all others.  Nothing that is not built here
 * takes one.  Errors are logged.
 */
enum exit_status kernel_spec_add_flavour(struct kernel_spec *k,
					 const char *name,
					 const char *kernel_dir);
/*
 * All kernels of kernels.ini, in its order.  The caller releases each and frees
 * the array.  Errors are logged.
 */
enum exit_status kernel_spec_list(const char *kernel_dir,
				  struct kernel_spec **ret, size_t *nr);
/*
 * The kernels of a --series word, which has the form of a --kernel word: NAME-0
 * without any patch of its series, NAME-1 with the first, NAME-2 with the first
 * two, and so on.  The caller releases each and frees the array.  Errors are
 * logged.
 */
enum exit_status kernel_spec_series(const char *word, const char *kernel_dir,
				    struct kernel_spec **ret, size_t *nr);
/* REF in PATH@REF, which may be HEAD@{1}; NULL if there is none. */
const char *kernel_spec_git_ref(const char *text);
/* "deb:linux-source-6.12,patches=...,config=a:b,cmdline=..."; caller frees. */
char *kernel_spec_text(const struct kernel_spec *k);

/*
 * Builds a kernel, or finds it in the cache, and fills *ret, which the caller
 * releases with run_kernel_release().  Shows progress.  SIGINT and SIGTERM end
 * the build with ST_INTERRUPTED.  Errors are logged.
 */
enum exit_status kernel_build(const struct kernel_spec *spec,
			      const char *kernel_dir, struct run_kernel *ret);
/*
 * The same for nr kernels, in their order, but for one that has to be built from
 * nothing: if the next has little use for its objects, that is built alongside.
 * The first failure stops the other.  Those that were built by then are in ret, the
 * rest of it is zero; the caller releases all.
 */
enum exit_status kernel_build_all(const struct kernel_spec *specs, size_t nr,
				  const char *kernel_dir,
				  struct run_kernel *ret);
/*
 * The kernel key of a spec that is built (not of image:), in 64 hex digits, as
 * it would be built now.  Builds nothing.  Errors are logged.
 */
enum exit_status kernel_key(const struct kernel_spec *spec,
			    const char *kernel_dir, char **ret);

#endif
