/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of structures by the names that objects have in a record of what CPUs
 * share (sharing.h), from the debug information of a vmlinux.
 */
#ifndef CGMARK_FIELDS_H
#define CGMARK_FIELDS_H

struct fields;

/*
 * Reads names of types and variables.  0, -errno (logged), or -ENODATA, not
 * logged: the vmlinux has no debug information.
 */
int fields_open(const char *vmlinux, struct fields **ret);
void fields_close(struct fields *f);
static inline void fields_closep(struct fields **f)
{
	fields_close(*f);
}
/*
 * "task_struct.signal" for "slab:task_struct+0x5c0", "init_task.signal" for the
 * same of a variable.  The caller frees; NULL: nothing is known, as of caches such
 * as kmalloc-512, which have objects of any type.
 */
char *fields_find(const struct fields *f, const char *object);

#endif
