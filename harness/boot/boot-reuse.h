/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A boot is measured once: a run takes what is kept of earlier ones, boots the
 * rest, and keeps it.  One of those that are kept is booted all the same, and has
 * to be identical; so has every other boot of which something is kept already.
 * If it is not, something was overlooked: all that is kept of that kernel is
 * dropped, and measured anew.
 */
#ifndef CGMARK_BOOT_REUSE_H
#define CGMARK_BOOT_REUSE_H

#include "boot-cache.h"
#include "boot-jobs.h"

enum reuse_state {
	REUSE_BOOT,  /* to be booted */
	REUSE_KEPT,  /* taken from the cache */
	REUSE_TRIED, /* handed out to be booted */
};

struct reuse_slot {
	enum reuse_state state;
	struct boot_key key;
	bool checked; /* booted although the cache has it */
};

struct boot_reuse {
	struct run *run;
	struct boot_jobs *jobs;
	struct boot_cache cache;
	struct boot_keys keys;
	struct reuse_slot *slots; /* per job */
	bool on;		  /* the cache is used */
	bool stored;		  /* something was added to it */

	struct boot_job *list; /* of boot_reuse_next() */
	size_t nr_list;
};

struct boot_reuse_how {
	const char *dir; /* of the cache; NULL: use none */
	bool fresh;	 /* take nothing from it */
	bool unchecked;	 /* boot none of those that are taken */
	const struct machine_ops *ops;
	const char *machine_arg;
};

/*
 * Takes what is kept.  A cache that cannot be used is a warning.  -EINTR: a
 * signal came; another -errno: the run's files cannot be written, logged.
 * Release *u in all cases.
 */
int boot_reuse_begin(struct boot_reuse *u, const struct boot_reuse_how *how,
		     struct run *run, struct boot_jobs *jobs);
/*
 * What has to be booted next; an empty list at the end.  To be called again when
 * these have ended: kept boots may have turned out not to be usable.
 */
void boot_reuse_next(struct boot_reuse *u, struct boot_job **list, size_t *nr);
/* A job of that list has ended and is in the run: compare and keep it. */
void boot_reuse_ended(struct boot_reuse *u, const struct boot_job *job);
/* Limits the size of the cache, and frees what u holds. */
void boot_reuse_end(struct boot_reuse *u);

#endif
