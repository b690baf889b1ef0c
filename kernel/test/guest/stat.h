/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the tests of binary statistics (test-stat.c). */
#ifndef FUNCTEST_STAT_H
#define FUNCTEST_STAT_H

#include "cgstats.h"

#define STAT_MAX 256
#define STAT_VALUES 4096

struct stat_file {
	uint32_t id;
	char name[160];
	unsigned type, nvals;
	int hierarchy; /* -1: not listed */
	uint64_t gen;
	char keys[4096];
	unsigned keys_len;
};

/* Of the last stat_describe(). */
extern struct stat_file stat_files[STAT_MAX];
extern unsigned nr_stat_files;

extern struct cgstats stats;
extern struct cgstats_request stat_request;

void stat_open(void);
int stat_open_dir(const char *path);
/* fd: of a cgroup, or -1. */
int stat_describe(int fd, uint32_t flags);
/* Of the last stat_describe(), or NULL. */
const struct stat_file *stat_file(const char *name);
uint32_t stat_id(const char *name); /* fails if there is none */
uint64_t stat_gen(void);
uint64_t stat_cgid(const char *path);

/* One record of a READ. */
struct stat_record {
	uint64_t cgid;
	int error;
	unsigned nr, nr_counts;
	uint16_t counts[CGSTATS_MAX_IDS];
	uint64_t values[STAT_VALUES];
};

/* READ of one cgroup; 0 or -errno. */
int stat_read(int fd, const uint32_t *ids, unsigned nr_ids, uint32_t flags,
	      struct stat_record *ret);
/* Begins a request in stat_request. */
void stat_begin(int flags, const uint32_t *ids, unsigned nr_ids);
/*
 * Send stat_request and receive what fits into one buffer, or everything; fn
 * gets each record.
 */
int stat_call(int (*fn)(const struct stat_record *record, void *arg),
	      void *arg);
int stat_receive(int (*fn)(const struct stat_record *record, void *arg),
		 void *arg);

#endif
