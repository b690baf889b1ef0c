/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the host. */
#ifndef CGMARK_FIND_PROGRAM_H
#define CGMARK_FIND_PROGRAM_H

/*
 * Path of a program, or NULL if there is none: looks a name up in $PATH and
 * takes anything with a '/' as it is.  The caller frees the path.
 */
char *find_program(const char *name);

#endif
