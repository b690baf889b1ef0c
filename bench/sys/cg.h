/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control group verbs on directory descriptors, the same for v1 and v2.
 * Functions return 0 (or what they say) or -errno; nothing is logged, and no
 * heap is used: what is touched before a fork is paid for by the fork.
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
/* -EEXIST if there is one of that name. */
int cg_create(const struct cg *parent, const char *name, struct cg *ret);
/* Like cg_create(), without opening it. */
int cg_mkdir(const struct cg *parent, const char *name);
/* A descriptor of a control file below cg ("a/cgroup.procs"). */
int cg_open_file(const struct cg *cg, const char *file, int flags);
/* Reads at most size - 1 bytes, NUL terminated; returns their number. */
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
/* The same of a process or thread; 0: the caller's process. */
int cg_of(pid_t tid, const char *hierarchy, char *buf, size_t size);

/*
 * SIGKILL everything in a cgroup and below and wait until it is gone; children
 * of cg named `except` (NULL: none) are spared, and so is cg itself then.
 * -ETIMEDOUT after some seconds, naming no one: the tasks cannot die.
 */
int cg_kill(const struct cg *cg, const char *except);
/* Remove a cgroup and all below it, children first; -EBUSY after retries. */
int cg_remove(const struct cg *parent, const char *name);

/*
 * Where v2 is mounted already, into buf (-ENOENT: nowhere), and mounting it.
 */
int cg_find_v2(char *buf, size_t size);
int cg_mount_v2(const char *path);
/*
 * All controllers that mainline has and this kernel offers, as mount options
 * of v1 ("cpu,memory"), into buf; -ENOENT: none.  The mount option "all" would
 * have those that the kernel under test adds as well.
 */
int cg_list_v1(char *buf, size_t size);
/*
 * Mount a v1 hierarchy with these mount options at path, made if missing, and
 * take it away again: cg_umount_v1() waits until the kernel has let go of it,
 * so that the same options can be mounted afresh and a controller is back on
 * v2.  A hierarchy that was there before (*was_there) stays.
 */
int cg_mount_v1(const char *options, const char *path, bool *was_there);
int cg_umount_v1(const char *options, const char *path, bool was_there);
/*
 * Other controllers for a v1 hierarchy, when those that it has not yet are free;
 * -EBUSY: they are not, after some seconds, or it cannot be done here.
 */
int cg_remount_v1(const char *options, const char *path);
/* Is there a hierarchy of that name or, if the options have none, controller? */
bool cg_is_live_v1(const char *options);
/* Mounts a hierarchy at path that is live, and is not mounted there. */
int cg_catch_v1(const char *options, const char *path);

#endif
