/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a kernel's command line, as the kernel parts them. */
#ifndef CGMARK_KERNEL_WORDS_H
#define CGMARK_KERNEL_WORDS_H

#include <stdbool.h>

/* "--": all that follows is for init, the words that cgmark appends too. */
bool kernel_words_end(const char *cmdline);
/* A level at which they are shown, to be appended. */
#define KERNEL_SHOW_WARNINGS " loglevel=5"
/* Whether warnings, and so splats, would be missing on the console. */
bool kernel_words_hide_warnings(const char *cmdline);

#endif
