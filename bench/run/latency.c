/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "latency.h"

#define KPROBE "/sys/bus/event_source/devices/kprobe/type"
#define CPUS_MAX 64
#define RING_PAGES 256 /* about 16000 calls a sample and CPU */

/* --- calls --- */

void latency_calls_release(struct latency_calls *c)
{
	free(c->open);
	free(c->times_ns);
	memset(c, 0, sizeof(*c));
}

int latency_begin(struct latency_calls *c, uint32_t tid, uint64_t ns)
{
	size_t max = c->max_open ? 2 * c->max_open : 64;
	struct latency_call *more;

	if (c->nr_open == c->max_open) {
		more = reallocarray(c->open, max, sizeof(*more));
		if (!more)
			return -ENOMEM;
		c->open = more;
		c->max_open = max;
	}
	c->open[c->nr_open++] = (struct latency_call){ tid, ns };
	return 0;
}

static int add_time(struct latency_calls *c, uint64_t ns)
{
	size_t max = c->max ? 2 * c->max : 1024;
	uint64_t *more;

	if (c->nr == c->max) {
		more = reallocarray(c->times_ns, max, sizeof(*more));
		if (!more)
			return -ENOMEM;
		c->times_ns = more;
		c->max = max;
	}
	c->times_ns[c->nr++] = ns;
	return 0;
}

int latency_end(struct latency_calls *c, uint32_t tid, uint64_t ns)
{
	for (size_t i = c->nr_open; i-- > 0;) {
		uint64_t begin_ns = c->open[i].begin_ns;

		if (c->open[i].tid != tid)
			continue;
		memmove(&c->open[i], &c->open[i + 1],
			(--c->nr_open - i) * sizeof(c->open[0]));
		return ns < begin_ns ? 0 : add_time(c, ns - begin_ns);
	}
	return 0;
}

void latency_forget_open(struct latency_calls *c)
{
	c->nr_open = 0;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void latency_sum(struct latency_calls *c, struct latency *ret)
{
	ret->calls = c->nr;
	if (c->nr == 0)
		return;
	qsort(c->times_ns, c->nr, sizeof(c->times_ns[0]), by_time);
	ret->min_ns = c->times_ns[0];
	ret->median_ns = c->times_ns[(c->nr - 1) / 2];
	/* The smallest time that 99 of 100 calls do not exceed. */
	ret->p99_ns = c->times_ns[(c->nr * 99 + 99) / 100 - 1];
	ret->max_ns = c->times_ns[c->nr - 1];
}

/* --- records --- */

/* Laid out as sample_type below asks. */
struct probe_record {
	struct perf_event_header header;
	uint64_t id;
	uint32_t pid, tid;
	uint64_t ns;
};

struct lost_record {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};

/* A record may wrap around the end of the ring. */
static void copy_out(void *to, size_t len, const char *ring, size_t size,
		     uint64_t at)
{
	size_t from = at & (size - 1);
	size_t first = len < size - from ? len : size - from;

	memcpy(to, ring + from, first);
	memcpy((char *)to + first, ring, len - first);
}

static int take_record(struct latency_calls *c, const char *ring, size_t size,
		       uint64_t at, const struct perf_event_header *h,
		       uint64_t begin_id)
{
	struct probe_record r;
	struct lost_record l;

	if (h->type == PERF_RECORD_LOST && h->size >= sizeof(l)) {
		copy_out(&l, sizeof(l), ring, size, at);
		c->lost += l.lost;
		return 0;
	}
	if (h->type != PERF_RECORD_SAMPLE || h->size < sizeof(r))
		return 0;
	copy_out(&r, sizeof(r), ring, size, at);
	return r.id == begin_id ? latency_begin(c, r.tid, r.ns)
				: latency_end(c, r.tid, r.ns);
}

int latency_take_ring(struct latency_calls *c, const void *ring, size_t size,
		      uint64_t tail, uint64_t head, uint64_t begin_id)
{
	struct perf_event_header h;
	int r = 0;

	while (tail != head && r == 0) {
		copy_out(&h, sizeof(h), ring, size, tail);
		if (h.size < sizeof(h) || h.size > head - tail)
			return -EBADMSG;
		r = take_record(c, ring, size, tail, &h, begin_id);
		tail += h.size;
	}
	return r;
}

/* --- probes --- */

/* Both probes on one CPU, and the ring they share. */
struct probe {
	int begin_fd, end_fd;
	uint64_t begin_id;
	struct perf_event_mmap_page *page;
};

struct probes {
	struct probe cpu[CPUS_MAX];
	unsigned nr;
	size_t page_bytes;
	struct latency_calls calls;
	int err;
};

static int probe_type(uint32_t *ret)
{
	char text[16] = "";
	int fd = open(KPROBE, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	*ret = n > 0 ? strtoul(text, NULL, 10) : 0;
	return *ret ? 0 : -ENODEV;
}

static int open_probe(uint32_t type, const char *function, int cpu, bool end)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = end, /* bit 0: probe the return */
		.kprobe_func = (uintptr_t)function,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID |
			       PERF_SAMPLE_TIME,
		.disabled = 1,
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
			  PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static size_t ring_bytes(const struct probes *p)
{
	return RING_PAGES * p->page_bytes;
}

static void close_probe(const struct probes *p, struct probe *pr)
{
	if (pr->page)
		munmap(pr->page, p->page_bytes + ring_bytes(p));
	if (pr->end_fd >= 0)
		close(pr->end_fd);
	if (pr->begin_fd >= 0)
		close(pr->begin_fd);
}

static int open_on_cpu(const struct probes *p, struct probe *pr, uint32_t type,
		       const char *function, int cpu)
{
	void *page;

	*pr = (struct probe){ .begin_fd = -1, .end_fd = -1 };
	pr->begin_fd = open_probe(type, function, cpu, false);
	if (pr->begin_fd < 0)
		return pr->begin_fd;
	pr->end_fd = open_probe(type, function, cpu, true);
	if (pr->end_fd < 0)
		return pr->end_fd;
	page = mmap(NULL, p->page_bytes + ring_bytes(p), PROT_READ | PROT_WRITE,
		    MAP_SHARED, pr->begin_fd, 0);
	if (page == MAP_FAILED)
		return -errno;
	pr->page = page;
	if (ioctl(pr->end_fd, PERF_EVENT_IOC_SET_OUTPUT, pr->begin_fd) < 0 ||
	    ioctl(pr->begin_fd, PERF_EVENT_IOC_ID, &pr->begin_id) < 0)
		return -errno;
	return 0;
}

static void close_probes(struct probes *p)
{
	for (unsigned i = 0; i < p->nr; i++)
		close_probe(p, &p->cpu[i]);
	latency_calls_release(&p->calls);
	free(p);
}

static int open_probes(struct probes *p, const char *function)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t type;
	int r = probe_type(&type);

	p->page_bytes = sysconf(_SC_PAGESIZE);
	if (r == 0 && cpus > CPUS_MAX)
		r = -E2BIG;
	for (int i = 0; r == 0 && i < cpus; i++)
		r = open_on_cpu(p, &p->cpu[p->nr++], type, function, i);
	return r;
}

static int enable_probes(struct probes *p)
{
	for (unsigned i = 0; i < p->nr; i++)
		if (ioctl(p->cpu[i].end_fd, PERF_EVENT_IOC_ENABLE, 0) < 0 ||
		    ioctl(p->cpu[i].begin_fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
			return -errno;
	return 0;
}

/* --- the pass --- */

static uint64_t head_of(const struct probe *pr)
{
	return __atomic_load_n(&pr->page->data_head, __ATOMIC_ACQUIRE);
}

static void set_tail(struct probe *pr, uint64_t at)
{
	__atomic_store_n(&pr->page->data_tail, at, __ATOMIC_RELEASE);
}

/* Records made between samples do not count. */
static void start_sample(void *arg)
{
	struct probes *p = arg;

	for (unsigned i = 0; i < p->nr; i++)
		set_tail(&p->cpu[i], head_of(&p->cpu[i]));
}

static void stop_sample(void *arg)
{
	struct probes *p = arg;
	uint64_t head[CPUS_MAX];

	/* Before anything else: reading the records calls functions too. */
	for (unsigned i = 0; i < p->nr; i++)
		head[i] = head_of(&p->cpu[i]);
	for (unsigned i = 0; i < p->nr && p->err == 0; i++) {
		struct probe *pr = &p->cpu[i];

		p->err = latency_take_ring(&p->calls,
					   (char *)pr->page + p->page_bytes,
					   ring_bytes(p), pr->page->data_tail,
					   head[i], pr->begin_id);
		set_tail(pr, head[i]);
	}
	latency_forget_open(&p->calls);
}

static int run_samples(struct probes *p, const struct measure *m)
{
	int failed = 0;

	for (unsigned i = 0; i < m->warmup && !failed; i++)
		failed = measure_around(m, start_sample, stop_sample, p);
	p->calls.nr = 0;
	p->calls.lost = 0;
	for (unsigned i = 0; i < m->samples && !failed; i++)
		failed = measure_around(m, start_sample, stop_sample, p);
	return failed;
}

static void say_why(int err, const char *function, struct latency *ret)
{
	const char *name = strerrorname_np(-err);
	const char *why = strerror(-err);

	if (access(KPROBE, F_OK) < 0)
		why = "this kernel has no CONFIG_KPROBE_EVENTS";
	else if (err == -ENOENT || err == -EINVAL || err == -EADDRNOTAVAIL)
		why = "no such function to probe in this kernel (inlined?)";
	snprintf(ret->why, sizeof(ret->why), "%s: %s", name ? name : "error",
		 why);
}

int latency_run(const struct measure *m, const char *function,
		uint64_t phase_ns, struct latency *ret)
{
	struct probes *p = calloc(1, sizeof(*p));
	int failed = 0, r;

	memset(ret, 0, sizeof(*ret));
	if (!p)
		return -ENOMEM;
	r = open_probes(p, function);
	if (r == 0)
		measure_settle(phase_ns);
	if (r == 0)
		r = enable_probes(p);
	if (r == 0)
		failed = run_samples(p, m);
	if (r == 0)
		r = p->err;
	if (r < 0)
		say_why(r, function, ret);
	else if (p->calls.lost)
		snprintf(ret->why, sizeof(ret->why),
			 "%llu records lost: too many calls in a sample",
			 (unsigned long long)p->calls.lost);
	else
		latency_sum(&p->calls, ret);
	close_probes(p);
	return failed;
}
