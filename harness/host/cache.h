/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is kept to be used again: kernels, object trees, sources, boots.  Each
 * entry is a folder CACHE/KIND/NAME; a file in it or beside it is touched when
 * it is used.  Whoever uses an entry holds a shared lock on
 * CACHE/locks/use-KIND-NAME, as kernel/build.sh does too.
 */
#ifndef CGMARK_CACHE_H
#define CGMARK_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CACHE_LIMIT_BYTES (20ULL << 30) /* unless the user says otherwise */

struct cache_entry {
	const char *kind; /* "kernels", "objects", "src", "boots" */
	char *name;
	char *path;
	uint64_t bytes; /* that it takes on disk, about */
	int64_t used_s; /* when it was used last, Unix time */
	bool in_use;
};

struct cache {
	char *dir;
	struct cache_entry *entries; /* the one used longest ago first */
	size_t nr;
	uint64_t bytes;
};

struct cache_pruned {
	size_t nr;
	uint64_t bytes;
	size_t nr_in_use; /* that would have been removed */
};

/* $XDG_CACHE_HOME/cgmark or $HOME/.cache/cgmark; caller frees. */
char *cache_dir(void);

/*
 * Reads what there is; a missing folder is an empty cache.  0 or -errno, not
 * logged.
 */
int cache_scan(const char *dir, struct cache *ret);
void cache_release(struct cache *c);

/*
 * Keeps an entry, whether it exists yet or not, from being pruned as long as
 * this process lives.  A cache that cannot be written is not pruned either, so
 * failure means nothing.
 */
void cache_hold(const char *dir, const char *kind, const char *name);

/*
 * Removes what was used longest ago until at most limit bytes are left, but
 * nothing that is held, and what killed builds left behind.  0 or -errno of the
 * first entry that could not be removed, logged.
 */
int cache_prune(struct cache *c, uint64_t limit, struct cache_pruned *ret);

/*
 * "20G", "500M", "64K", or bytes: a number and, optionally, a unit, powers of
 * 1024.  0 or -EINVAL.
 */
int cache_parse_size(const char *text, uint64_t *ret);
/* $CGMARK_CACHE_LIMIT, or CACHE_LIMIT_BYTES.  0 or -EINVAL, logged. */
int cache_limit(uint64_t *ret);

#endif
