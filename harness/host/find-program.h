/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the host. */
#ifndef CGMARK_FIND_PROGRAM_H
#define CGMARK_FIND_PROGRAM_H

/*
 * Path of a program, which the caller frees: a name is looked up in $PATH, and
 * anything with a '/' is taken as it is.  NULL: there is no such program.
 */
char *find_program(const char *name);

#endif
