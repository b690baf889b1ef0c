/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that can stand in a path, a command line and a section of an INI file. */
#ifndef CGMARK_NAME_H
#define CGMARK_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * 1 to max letters, digits, '.', '_' and '-', the first neither '.' nor '-':
 * neither a hidden file nor an option.
 */
bool name_ok(const char *name, size_t max);

#endif
