/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run records of a kernel.  Freeing, loading, saving, storing and
 * printing go by one table of fields: a new field takes a member, a line of the
 * table and a step of the schema.
 */
#ifndef CGMARK_RUN_KERNEL_H
#define CGMARK_RUN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

struct run_kernel {
	char *name; /* "base", "v1" */
	char *spec; /* as given or from kernels.ini, expanded */
	char *key;  /* kernel key, 64 hex digits */
	char *vmlinux_sha256;
	char *source_version;
	char *release; /* uname -r */
	char *patches; /* space separated, "" if none */
	char *series;  /* name of the series that they are of, "" if none */
	char *series_sha256; /* of the diffs of patches, in their order */
	char *series_total;  /* patches that the series has, decimal */
	char *config_sha256;
	char *toolchain;
	char *cmdline; /* extra kernel command line, "" if none */
	char *image;   /* path on this host: vmlinux, or a bzImage */
	char *board;   /* "pc", or "" for the smallest that will do */
	char *modules; /* path of a cpio with modules to load, or "" */
};

struct kernel_field {
	const char *name;   /* in JSON */
	const char *column; /* in the store */
	size_t offset;	    /* of the char * in struct run_kernel */
	bool local;	    /* of this host: reports do not show it */
	bool later;	    /* older runs lack it: "" */
};

#define NR_KERNEL_FIELDS 16
extern const struct kernel_field kernel_fields[NR_KERNEL_FIELDS];

/* Where a field of k is. */
char **kernel_field(struct run_kernel *k, const struct kernel_field *f);
/* Its value, which may be NULL. */
const char *kernel_text(const struct run_kernel *k,
			const struct kernel_field *f);

/*
 * "series NAME, 17 of 44 patches, HASH"; without the name of a series, as of
 * older runs: "44 patches", "no patches", "patches unknown (image)" or "patches
 * of its package".  Foreign text; caller frees.
 */
char *run_kernel_patches(const struct run_kernel *k);

/* Frees what k owns and leaves it empty. */
void run_kernel_release(struct run_kernel *k);

#endif
