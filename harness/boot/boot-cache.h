/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boots that were measured, by key:
 *
 *	DIR/GROUP/KEY/		an entry (boot-entry.h)
 *	DIR/.new-PID-XXXXXX/	one that is being written, locked
 *	DIR/.old-PID-XXXXXX/	one that is being removed
 *
 * GROUP is what machine, kernel and guest have in common, so that all of it can
 * be dropped at once.  An entry is renamed into place when it is complete, and
 * never changed after that.  Any number of processes may use it at the same
 * time, and any part of it may be deleted at any time.
 */
#ifndef CGMARK_BOOT_CACHE_H
#define CGMARK_BOOT_CACHE_H

#include <time.h>

#include "boot-entry.h"

#define BOOT_CACHE_MAX_BYTES (1ull << 30)

struct boot_cache {
	char *dir;
};

/*
 * Makes the folder, and removes what processes left behind that are gone.
 * -errno, not logged; release it in both cases.
 */
int boot_cache_open(struct boot_cache *c, const char *dir);
void boot_cache_release(struct boot_cache *c);

/* Whether there is an entry, which may be damaged. */
bool boot_cache_has(const struct boot_cache *c, const struct boot_key *key);
/*
 * Reads and checks an entry, and marks it as used.  -ENOENT: there is none, or
 * it was damaged: that is a warning, and it has been removed.  Release *ret in
 * all cases.
 */
int boot_cache_get(const struct boot_cache *c, const struct boot_key *key,
		   struct boot_entry *ret);
/* -EEXIST: there is one already; another -errno, not logged. */
int boot_cache_put(const struct boot_cache *c, const struct boot_entry *e);
/* Removes all entries of a group.  -errno, not logged. */
int boot_cache_drop(const struct boot_cache *c, const char *group);

struct boot_cache_item {
	char *path;
	char key[65];
	uint64_t bytes; /* on disk */
	struct timespec used;
};

/* All entries, the least recently used first; the caller frees the list. */
int boot_cache_list(const struct boot_cache *c, struct boot_cache_item **ret,
		    size_t *nr);
void boot_cache_list_free(struct boot_cache_item *list, size_t nr);
/* 0; -EBADMSG: damaged, *why says how; -ENOENT: gone since it was listed. */
int boot_cache_verify(const struct boot_cache_item *item, struct strbuf *why);
/*
 * Verifies all of them, and removes those that are damaged, with a warning for
 * each.  0; -EINTR: a signal came; another -errno.  Neither is logged.
 */
int boot_cache_check(const struct boot_cache *c, size_t *nr,
		     size_t *nr_damaged);
/* A run that is just reading it measures that boot itself.  -errno. */
int boot_cache_remove(const struct boot_cache *c,
		      const struct boot_cache_item *item);
/*
 * Removes the least recently used ones until the rest takes at most max_bytes;
 * *nr and *bytes (may be NULL): how many, and their size.
 */
int boot_cache_prune(const struct boot_cache *c, uint64_t max_bytes, size_t *nr,
		     uint64_t *bytes);

#endif
