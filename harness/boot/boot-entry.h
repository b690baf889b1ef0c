/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a boot gave, in a folder of its own: the files that came from the guest,
 * and entry.json, which has the size and the hash of each.  cgmark-run(5)
 * describes the files.
 */
#ifndef CGMARK_BOOT_ENTRY_H
#define CGMARK_BOOT_ENTRY_H

#include <stdint.h>

#include "boot-key.h"
#include "strbuf.h"

#define BOOT_ENTRY_FORMAT 1
#define BOOT_ENTRY_MANIFEST "entry.json"

enum boot_entry_file {
	ENTRY_CONSOLE,
	ENTRY_STATUS,
	ENTRY_SAMPLES,
	ENTRY_PROFILE, /* of boots that were profiled */
	ENTRY_SHARING, /* of those that recorded what CPUs share */
	ENTRY_HOLDS,   /* or how long locks are held */
	NR_ENTRY_FILES,
};

struct boot_entry_data {
	bool there;
	struct strbuf bytes;
};

struct boot_entry {
	char *key;
	char *group;
	char *inputs;	/* of the key */
	char *measured; /* when; ISO 8601, UTC */
	char *run;	/* by which run, and as which boot */
	char *boot;
	uint64_t wall_ms;
	uint64_t cpu_ms;
	char *command_line;
	char *samples_crc;
	uint64_t samples_bytes;
	struct boot_entry_data files[NR_ENTRY_FILES];
};

void boot_entry_release(struct boot_entry *e);
const char *boot_entry_file_name(enum boot_entry_file file);

/*
 * From a boot of a run that has just ended.  -errno, not logged; release *ret in
 * both cases.
 */
int boot_entry_from_run(const struct run *run, const struct boot_job *job,
			const struct boot_key *key, struct boot_entry *ret);
/*
 * Makes it a boot of a run: its files, boot.json, and *job->boot.  -errno,
 * logged.
 */
int boot_entry_to_run(const struct boot_entry *e, const struct run *run,
		      const struct boot_job *job);

/* Writes all files into dir, which is empty, the manifest last.  Not logged. */
int boot_entry_write(const struct boot_entry *e, const char *dir);
/*
 * Reads and checks all of it.  0; -EBADMSG: not what was written, *why says in
 * which way; release *ret in both cases.
 */
int boot_entry_read(const char *dir, const char *key, struct boot_entry *ret,
		    struct strbuf *why);

/* Whether both measured the same, byte for byte. */
bool boot_entry_same(const struct boot_entry *a, const struct boot_entry *b);

#endif
