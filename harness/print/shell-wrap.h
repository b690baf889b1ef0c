/* SPDX-License-Identifier: GPL-2.0-only */
/* A long command on several lines, for a mail: it can still be pasted. */
#ifndef CGMARK_SHELL_WRAP_H
#define CGMARK_SHELL_WRAP_H

#include <stdio.h>

/*
 * Prints a shell command in lines of at most columns, each but the last with a
 * backslash at its end: between words if possible, else within one.  The shell
 * reads back the same words.  indent: blanks before each line that begins a word.
 */
void shell_print_wrapped(FILE *out, const char *command, size_t indent,
			 size_t columns);

/*
 * The command as somebody would repeat it by day: without --night and --strict.
 * Caller frees.
 */
char *shell_without_night(const char *command);

#endif
