/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting another kernel from this one. */
#ifndef CGMARK_METAL_KEXEC_H
#define CGMARK_METAL_KEXEC_H

#include "strbuf.h"

#define METAL_CMDLINE_MAX 2048 /* x86, with its NUL */

/* May this process do it?  0, or -errno with the reason in why. */
int metal_kexec_check(struct strbuf *why);
/* The bzImage that belongs to this vmlinux; caller frees. */
char *metal_bzimage(const char *vmlinux);
/* Loads a kernel, replacing one that was loaded before.  -errno, logged. */
int metal_kexec_load(const char *bzimage, const char *initrd,
		     const char *cmdline);
void metal_kexec_unload(void);
/*
 * Starts what is loaded.  The file system of dir, and all others, are read-only on
 * the disk then, without processes having been told.  Returns only if that failed,
 * with file systems in that state.
 */
void metal_kexec_go(const char *dir);
/* Resets this machine at once. */
__attribute__((noreturn)) void metal_reset(void);

/*
 * The command line of a kernel under test: what ends it when it hangs or panics,
 * home's consoles, where results go, and the kernel's own words, which count if they
 * contradict.
 */
struct metal_words {
	const char *home;   /* home's command line */
	const char *memory; /* words that say where last words go, or "" */
	const char *scratch, *nonce;
	unsigned deadline_s;
	unsigned cpus_possible; /* 0: those there are */
	const char *own;
};
void metal_cmdline(const struct metal_words *w, struct strbuf *ret);

#endif
