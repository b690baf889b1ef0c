/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/stat.h>

#include "functest.h"
#include "stat.h"

struct stat_file stat_files[STAT_MAX];
unsigned nr_stat_files;
struct cgstats stats;
struct cgstats_request stat_request;

void stat_open(void)
{
	must(cgstats_open(&stats));
}

int stat_open_dir(const char *path)
{
	return must(sys(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
}

/* --- describe --- */

static int take_file(const struct cgstats_answer *a, void *arg)
{
	struct stat_file *f = &stat_files[nr_stat_files];

	(void)arg;
	check(nr_stat_files < STAT_MAX);
	check(a->data[CGSTATS_A_ID] && a->data[CGSTATS_A_NAME] &&
	      a->data[CGSTATS_A_TYPE] && a->data[CGSTATS_A_GEN]);
	memset(f, 0, sizeof(*f));
	f->id = cgstats_u32(a, CGSTATS_A_ID);
	f->gen = cgstats_u64(a, CGSTATS_A_GEN);
	f->type = *(const uint8_t *)a->data[CGSTATS_A_TYPE];
	f->nvals = cgstats_u32(a, CGSTATS_A_NVALS);
	f->hierarchy = -1;
	if (a->data[CGSTATS_A_HIERARCHY])
		f->hierarchy = cgstats_u32(a, CGSTATS_A_HIERARCHY);
	check(a->len[CGSTATS_A_NAME] <= sizeof(f->name));
	memcpy(f->name, a->data[CGSTATS_A_NAME], a->len[CGSTATS_A_NAME]);
	check(a->len[CGSTATS_A_KEYS] <= sizeof(f->keys));
	f->keys_len = a->len[CGSTATS_A_KEYS];
	memcpy(f->keys, a->data[CGSTATS_A_KEYS], f->keys_len);
	nr_stat_files++;
	return 0;
}

int stat_describe(int fd, uint32_t flags)
{
	nr_stat_files = 0;
	cgstats_request(&stat_request, &stats, CGSTATS_CMD_DESCRIBE,
			NLM_F_DUMP);
	if (fd >= 0)
		cgstats_add(&stat_request, CGSTATS_A_FDS, &fd, sizeof(fd));
	if (flags)
		cgstats_add_u32(&stat_request, CGSTATS_A_FLAGS, flags);
	return cgstats_call(&stats, &stat_request, take_file, NULL);
}

const struct stat_file *stat_file(const char *name)
{
	for (unsigned i = 0; i < nr_stat_files; i++)
		if (!strcmp(stat_files[i].name, name))
			return &stat_files[i];
	return NULL;
}

uint32_t stat_id(const char *name)
{
	const struct stat_file *f = stat_file(name);

	if (!f)
		fail("%s is not described", name);
	return f->id;
}

uint64_t stat_gen(void)
{
	must(stat_describe(-1, 0));
	return stat_files[0].gen;
}

uint64_t stat_cgid(const char *path)
{
	struct stat st;

	must(sys(stat(path, &st)));
	return st.st_ino;
}

/* --- read --- */

void stat_begin(int flags, const uint32_t *ids, unsigned nr_ids)
{
	cgstats_request(&stat_request, &stats, CGSTATS_CMD_READ, flags);
	if (nr_ids)
		cgstats_add(&stat_request, CGSTATS_A_IDS, ids,
			    nr_ids * sizeof(*ids));
}

struct taker {
	int (*fn)(const struct stat_record *record, void *arg);
	void *arg;
};

static int take_record(const struct cgstats_answer *a, void *arg)
{
	static struct stat_record record;
	struct taker *taker = arg;

	check(a->data[CGSTATS_A_CGID]);
	check(!a->data[CGSTATS_A_ERROR] != !a->data[CGSTATS_A_DATA]);
	record.cgid = cgstats_u64(a, CGSTATS_A_CGID);
	record.error = (int)cgstats_u32(a, CGSTATS_A_ERROR);
	record.nr = a->len[CGSTATS_A_DATA] / sizeof(uint64_t);
	record.nr_counts = a->len[CGSTATS_A_COUNTS] / sizeof(uint16_t);
	check(record.nr <= STAT_VALUES && record.nr_counts <= CGSTATS_MAX_IDS);
	if (record.nr)
		memcpy(record.values, a->data[CGSTATS_A_DATA],
		       a->len[CGSTATS_A_DATA]);
	if (record.nr_counts)
		memcpy(record.counts, a->data[CGSTATS_A_COUNTS],
		       a->len[CGSTATS_A_COUNTS]);
	return taker->fn ? taker->fn(&record, taker->arg) : 0;
}

int stat_call(int (*fn)(const struct stat_record *record, void *arg), void *arg)
{
	struct taker taker = { fn, arg };

	return cgstats_call(&stats, &stat_request, take_record, &taker);
}

int stat_receive(int (*fn)(const struct stat_record *record, void *arg),
		 void *arg)
{
	struct taker taker = { fn, arg };

	return cgstats_receive(&stats, take_record, &taker);
}

static int copy_record(const struct stat_record *record, void *arg)
{
	if (arg)
		memcpy(arg, record, sizeof(*record));
	return 0;
}

int stat_read(int fd, const uint32_t *ids, unsigned nr_ids, uint32_t flags,
	      struct stat_record *ret)
{
	stat_begin(0, ids, nr_ids);
	cgstats_add(&stat_request, CGSTATS_A_FDS, &fd, sizeof(fd));
	if (flags)
		cgstats_add_u32(&stat_request, CGSTATS_A_FLAGS, flags);
	return stat_call(copy_record, ret);
}
