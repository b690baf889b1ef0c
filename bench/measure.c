/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

#define NSEC_PER_SEC 1000000000ULL
#define SETTLE_MIN_NS 250000000ULL
#define SETTLE_GRID_NS 100000000ULL

#ifdef __x86_64__
static inline uint64_t read_counter(void)
{
	uint32_t lo, hi;

	/* Not ordered: machine sim executes one instruction at a time. */
	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

static const struct measure_clock clock_insns = {
	.name = "insns",
	.metric = "insns",
	.idle_metric = "guest_ns",
	.exact = true,
};
#else
static inline uint64_t read_counter(void)
{
	return 0;
}
#endif

static uint64_t read_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static const struct measure_clock clock_ns = {
	.name = "ns",
	.metric = "elapsed_ns",
	.idle_metric = "elapsed_ns",
	.read = read_ns,
};

const struct measure_clock *measure_clock_find(const char *name)
{
#ifdef __x86_64__
	if (!strcmp(name, clock_insns.name))
		return &clock_insns;
#endif
	if (!strcmp(name, clock_ns.name))
		return &clock_ns;
	return NULL;
}

/* What lies between the two readings is what benchmark `null` reports. */
static int sample_counter(const struct measure *m, uint64_t *ret)
{
	uint64_t start, end;
	int r;

	start = read_counter();
	r = m->bench->run(m->ctx, m->nr_ops);
	end = read_counter();
	*ret = end - start;
	return r;
}

static int sample_call(const struct measure *m, uint64_t *ret)
{
	uint64_t start, end;
	int r;

	start = m->clock->read();
	r = m->bench->run(m->ctx, m->nr_ops);
	end = m->clock->read();
	*ret = end - start;
	return r;
}

static int take(const struct measure *m, uint64_t *ret)
{
	int r = m->bench->between ? m->bench->between(m->ctx) : 0;

	if (r)
		return r;
	return m->clock->read ? sample_call(m, ret) : sample_counter(m, ret);
}

int measure_calibrate(struct measure *m)
{
	uint64_t ns;
	int r;

	m->nr_ops = bench_nr_ops(m->bench);
	if (m->clock->exact)
		return 0;
	for (; m->nr_ops < MEASURE_MAX_OPS; m->nr_ops *= 2) {
		r = take(m, &ns);
		if (r)
			return r;
		if (ns >= MEASURE_MIN_NS)
			break;
	}
	return 0;
}

int measure_warm_up(struct measure *m)
{
	uint64_t value;
	int r = 0;

	for (unsigned i = 0; i < m->warmup && r == 0; i++)
		r = take(m, &value);
	return r;
}

int measure_sample(struct measure *m)
{
	int r = 0;

	for (unsigned i = 0; i < m->samples && r == 0; i++)
		r = take(m, &m->values[i]);
	return r;
}

uint64_t measure_idle_ms(void)
{
	unsigned long long idle, iowait;
	char text[512];
	ssize_t n;
	int fd;

	fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "cpu %*u %*u %*u %llu %llu", &idle, &iowait) != 2)
		return 0;
	return (idle + iowait) * 1000 / sysconf(_SC_CLK_TCK);
}

void measure_settle(uint64_t phase_ns)
{
	uint64_t at = read_ns() + SETTLE_MIN_NS;
	struct timespec ts;

	at += SETTLE_GRID_NS - at % SETTLE_GRID_NS + phase_ns;
	ts.tv_sec = at / NSEC_PER_SEC;
	ts.tv_nsec = at % NSEC_PER_SEC;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
}
