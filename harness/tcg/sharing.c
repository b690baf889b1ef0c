/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "sharing.h"

bool sharing_init(struct sharing *s, const struct sharing_limits *max)
{
	*s = (struct sharing){ .max = *max };
	/* Number 0 of each table stands for none. */
	s->lines = calloc(max->lines + 1, sizeof(*s->lines));
	s->index = calloc(2 * (size_t)max->lines, sizeof(*s->index));
	s->sides = calloc(max->sides + 1, sizeof(*s->sides));
	s->sites = calloc(max->sites + 1, sizeof(*s->sites));
	if (s->lines && s->index && s->sides && s->sites)
		return true;
	sharing_release(s);
	return false;
}

void sharing_release(struct sharing *s)
{
	free(s->lines);
	free(s->index);
	free(s->sides);
	free(s->sites);
	*s = (struct sharing){ .full = NULL };
}

void sharing_clear(struct sharing *s)
{
	memset(s->index, 0, 2 * (size_t)s->max.lines * sizeof(*s->index));
	s->nr_lines = s->nr_sides = s->nr_sites = 0;
	memset(s->ops, 0, sizeof(s->ops));
	memset(s->accesses, 0, sizeof(s->accesses));
	s->full = NULL;
}

void sharing_begin(struct sharing *s, unsigned cpu)
{
	s->accesses[cpu] = 0;
	if (s->ops[cpu] == SHARING_OPS_MAX)
		s->full = "operations";
	else
		s->ops[cpu]++;
}

/* --- tables --- */

static uint32_t hash(uint64_t v)
{
	return (v * 0x9e3779b97f4a7c15ULL) >> 32;
}

/* Where the line is in the index, or could be put. */
static uint32_t *find_slot(const struct sharing *s, uint64_t at)
{
	uint32_t mask = 2 * s->max.lines - 1;
	uint32_t i = hash(at);

	while (s->index[i & mask] && s->lines[s->index[i & mask]].at != at)
		i++;
	return &s->index[i & mask];
}

struct line *sharing_find(const struct sharing *s, uint64_t at)
{
	uint32_t i = *find_slot(s, at & ~(uint64_t)(LINE_BYTES - 1));

	return i ? &s->lines[i] : NULL;
}

static struct line *need_line(struct sharing *s, uint64_t at)
{
	uint32_t *slot = find_slot(s, at);

	if (*slot)
		return &s->lines[*slot];
	if (s->nr_lines == s->max.lines) {
		s->full = "lines";
		return NULL;
	}
	*slot = ++s->nr_lines;
	s->lines[*slot] = (struct line){ .at = at };
	return &s->lines[*slot];
}

/* *is_second: another CPU had the line before. */
static struct side *find_side(struct sharing *s, struct line *l, unsigned cpu,
			      bool *is_second)
{
	unsigned others = 0;

	*is_second = false;
	if (l->side[cpu])
		return &s->sides[l->side[cpu]];
	if (s->nr_sides == s->max.sides) {
		s->full = "lines by CPU";
		return NULL;
	}
	for (unsigned i = 0; i < SHARING_CPUS; i++)
		others += l->side[i] != 0;
	*is_second = others == 1;
	l->side[cpu] = ++s->nr_sides;
	memset(&s->sides[s->nr_sides], 0, sizeof(*s->sides));
	return &s->sides[s->nr_sides];
}

static bool is_site(const struct site *t, const struct access *a,
		    unsigned offset, unsigned bytes)
{
	return t->function == a->function && t->caller == a->caller &&
	       t->offset == offset && t->bytes == bytes &&
	       t->is_store == a->is_store;
}

static void note_site(struct sharing *s, struct line *l, unsigned cpu,
		      const struct access *a, unsigned offset, unsigned bytes)
{
	uint32_t i = l->sites;

	while (i && !is_site(&s->sites[i], a, offset, bytes))
		i = s->sites[i].next;
	if (!i) {
		if (s->nr_sites == s->max.sites) {
			s->full = "sites";
			return;
		}
		i = ++s->nr_sites;
		s->sites[i] = (struct site){
			.next = l->sites,
			.function = a->function,
			.caller = a->caller,
			.offset = offset,
			.bytes = bytes,
			.is_store = a->is_store,
		};
		l->sites = i;
	}
	s->sites[i].cpus |= 1u << cpu;
	s->sites[i].accesses++;
}

/* --- operations --- */

static void count_bytes(uint64_t bytes, uint16_t *count)
{
	for (; bytes; bytes &= bytes - 1)
		count[__builtin_ctzll(bytes)]++;
}

/* The operation that touched it last is over. */
static void settle(struct side *d)
{
	if (!d->touched)
		return;
	d->ops++;
	d->ops_write += d->written != 0;
	count_bytes(d->touched, d->byte_ops);
	count_bytes(d->written, d->byte_ops_write);
	d->touched = d->written = 0;
}

static bool touch(struct sharing *s, unsigned cpu, const struct access *a,
		  uint64_t at, unsigned bytes)
{
	unsigned offset = at % LINE_BYTES;
	uint64_t mask =
		bytes == LINE_BYTES ? ~0ULL : ((1ULL << bytes) - 1) << offset;
	struct line *l = need_line(s, at - offset);
	struct side *d;
	bool is_second;

	if (!l)
		return false;
	d = find_side(s, l, cpu, &is_second);
	if (!d)
		return false;
	if (d->op != s->ops[cpu])
		settle(d);
	d->op = s->ops[cpu];
	d->touched |= mask;
	d->written |= a->is_store ? mask : 0;
	d->accesses++;
	d->writes += a->is_store;
	note_site(s, l, cpu, a, offset, bytes);
	return is_second;
}

bool sharing_access(struct sharing *s, unsigned cpu, const struct access *a)
{
	uint64_t at = a->at, end = a->at + a->bytes;
	bool is_second = false;

	if (s->full)
		return false;
	s->accesses[cpu]++;
	while (at < end) {
		uint64_t next = (at | (LINE_BYTES - 1)) + 1;
		uint64_t stop = next < end ? next : end;

		is_second |= touch(s, cpu, a, at, stop - at);
		at = stop;
	}
	return is_second;
}

void sharing_settle(struct sharing *s)
{
	for (uint32_t i = 1; i <= s->nr_sides; i++)
		settle(&s->sides[i]);
}

/* --- moves --- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t moves_of(const uint64_t touched[SHARING_CPUS],
		  const uint64_t written[SHARING_CPUS])
{
	uint64_t all_touched = 0, all_written = 0, sum = 0;

	for (unsigned i = 0; i < SHARING_CPUS; i++) {
		all_touched += touched[i];
		all_written += written[i];
	}
	for (unsigned i = 0; i < SHARING_CPUS; i++) {
		uint64_t others_touched = all_touched - touched[i];
		uint64_t others_written = all_written - written[i];
		uint64_t to_write = least(written[i], others_touched);
		uint64_t to_read =
			least(touched[i] - written[i], others_written);

		/* Others use the line between any two of its moves. */
		sum += least(to_write + to_read, others_touched);
	}
	return sum;
}

static uint64_t moves_of_byte(const struct side *const d[SHARING_CPUS],
			      unsigned byte)
{
	uint64_t t[SHARING_CPUS] = { 0 }, w[SHARING_CPUS] = { 0 };

	for (unsigned i = 0; i < SHARING_CPUS; i++) {
		if (!d[i])
			continue;
		t[i] = d[i]->byte_ops[byte];
		w[i] = d[i]->byte_ops_write[byte];
	}
	return moves_of(t, w);
}

/* For a line whose CPUs share no byte. */
static unsigned first_written(const struct side *const d[SHARING_CPUS])
{
	for (unsigned b = 0; b < LINE_BYTES; b++)
		for (unsigned i = 0; i < SHARING_CPUS; i++)
			if (d[i] && d[i]->byte_ops_write[b])
				return b;
	return 0;
}

struct moves sharing_moves(const struct sharing *s, const struct line *l)
{
	uint64_t t[SHARING_CPUS] = { 0 }, w[SHARING_CPUS] = { 0 };
	uint64_t accesses[SHARING_CPUS] = { 0 }, writes[SHARING_CPUS] = { 0 };
	const struct side *d[SHARING_CPUS];
	struct moves ret = { 0 };

	for (unsigned i = 0; i < SHARING_CPUS; i++) {
		d[i] = line_side(s, l, i);
		if (!d[i])
			continue;
		t[i] = d[i]->ops;
		w[i] = d[i]->ops_write;
		accesses[i] = d[i]->accesses;
		writes[i] = d[i]->writes;
	}
	ret.moves = moves_of(t, w);
	if (!ret.moves)
		return ret;
	ret.most = moves_of(accesses, writes);
	for (unsigned b = 0; b < LINE_BYTES; b++) {
		uint64_t of_byte = moves_of_byte(d, b);

		if (of_byte > ret.truly) {
			ret.truly = of_byte;
			ret.byte = b;
		}
	}
	if (!ret.truly)
		ret.byte = first_written(d);
	return ret;
}
