/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control group verbs on directory descriptors, the same for v1 and v2.
 * Functions return 0 (or as documented) or -errno.  They log nothing and use no
 * heap, because a fork pays for all memory touched before it.
 */
#ifndef CGMARK_CG_H
#define CGMARK_CG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cg {
	int fd;	     /* directory; -1: none */
	int version; /* 1 or 2 */
};

#define CG_NONE          \
	{                \
		.fd = -1 \
	}

int cg_open(const char *path, int version, struct cg *ret);
void cg_close(struct cg *cg);
/* -EEXIST if one of that name exists. */
int cg_create(const struct cg *parent, const char *name, struct cg *ret);
/* Like cg_create(), but does not open it. */
int cg_mkdir(const struct cg *parent, const char *name);
/* Open a control file below cg ("a/cgroup.procs"); returns the descriptor. */
int cg_open_file(const struct cg *cg, const char *file, int flags);
/* Read at most size - 1 bytes and NUL terminate them; returns their number. */
ssize_t cg_read(const struct cg *cg, const char *file, char *buf, size_t size);
int cg_write(const struct cg *cg, const char *file, const char *text);
/* Move a process (0: the caller's), or one thread (0: the caller). */
int cg_attach(const struct cg *cg, pid_t pid);
int cg_attach_thread(const struct cg *cg, pid_t tid);

/*
 * Path of the caller's cgroup in a hierarchy: "" for v2, "name=N" or a
 * controller for v1.  -ENOENT: there is no such hierarchy.
 */
int cg_of_self(const char *hierarchy, char *buf, size_t size);
/* The same for a process or thread; 0: the caller's process. */
int cg_of(pid_t tid, const char *hierarchy, char *buf, size_t size);

/*
 * SIGKILL everything in and below a cgroup and wait until it is gone.  Children
 * of cg named `except` (NULL: none) are spared, and then so is cg itself.
 * -ETIMEDOUT: some tasks did not die within seconds; it does not tell which.
 */
int cg_kill(const struct cg *cg, const char *except);
/* Remove a cgroup and all below it, children first; -EBUSY after retries. */
int cg_remove(const struct cg *parent, const char *name);

/* Find where v2 is mounted (-ENOENT: nowhere); mount it. */
int cg_find_v2(char *buf, size_t size);
int cg_mount_v2(const char *path);
/*
 * All controllers that mainline has and this kernel offers, as v1 mount options
 * ("cpu,memory"); -ENOENT: none.  The mount option "all" would include those
 * that the kernel under test adds.
 */
int cg_list_v1(char *buf, size_t size);
/*
 * Mount a v1 hierarchy with these options at path, made if missing, and take it
 * away again.  cg_umount_v1() waits until the kernel has let go of the
 * hierarchy, so that the same options can be mounted afresh and a controller is
 * back on v2. A hierarchy that existed before (*was_there) stays.
 */
int cg_mount_v1(const char *options, const char *path, bool *was_there);
int cg_umount_v1(const char *options, const char *path, bool was_there);
/* Of a remount that may change the controllers of a hierarchy with cgroups. */
#define CG_REBIND "rebind,"
/*
 * Change the controllers of a v1 hierarchy, by options that begin with
 * CG_REBIND, once the new ones are free.  -EBUSY: they are not after some
 * seconds.  -EINVAL: this kernel cannot change hierarchies with cgroups.
 */
int cg_remount_v1(const char *options, const char *path);
/* Does a hierarchy with that name or, without a name, that controller exist? */
bool cg_is_live_v1(const char *options);
/* Mount a hierarchy at path that exists but is not mounted there. */
int cg_catch_v1(const char *options, const char *path);

#endif
