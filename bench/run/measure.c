/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mark.h"
#include "measure.h"

#define NSEC_PER_SEC 1000000000ULL
#define SETTLE_MIN_NS 250000000ULL
#define SETTLE_GRID_NS 100000000ULL

#ifdef __x86_64__
static const struct measure_clock clock_insns = {
	.name = "insns",
	.metric = "insns",
	.idle_metric = "guest_ns",
	.exact = true,
};
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

/* Benchmark `null` reports what lies between the two readings. */
static int sample_counter(const struct measure *m, uint64_t *ret)
{
	uint64_t start, end;
	int r;

	start = mark_read_start();
	r = m->bench->run(m->ctx, m->nr_ops);
	end = mark_read_stop();
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

/*
 * Make the scheduler account the caller's share too: it does so when the caller
 * leaves the CPU.
 */
static int read_booked(uint64_t *ret)
{
	const struct timespec moment = { .tv_nsec = 1 };

	nanosleep(&moment, NULL);
	return measure_busy_ns(ret);
}

/*
 * For a program that waits now and then: the idle time is not its work, and
 * even the shortest would show in an exact count.
 */
static int sample_busy(const struct measure *m, uint64_t *ret)
{
	uint64_t start = 0, end = 0;
	int r;

	r = read_booked(&start);
	if (r == -ENOENT)
		return ctx_skip(m->ctx, "this kernel has no /proc/schedstat "
					"(CONFIG_SCHEDSTATS)");
	if (r == 0)
		r = m->bench->run(m->ctx, m->nr_ops);
	if (r == 0)
		r = read_booked(&end);
	*ret = end - start;
	return r;
}

static int take(const struct measure *m, uint64_t *ret)
{
	int r = m->bench->between ? m->bench->between(m->ctx) : 0;

	if (r)
		return r;
	if (m->clock->exact && m->bench->busy)
		return sample_busy(m, ret);
	return m->clock->read ? sample_call(m, ret) : sample_counter(m, ret);
}

int measure_calibrate(struct measure *m)
{
	uint64_t ns;
	int r;

	m->nr_ops = bench_nr_ops(m->bench);
	if (m->clock->exact || m->bench->once)
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

	mark(MARK_SAMPLES);
	for (unsigned i = 0; i < m->samples && r == 0; i++)
		r = take(m, &m->values[i]);
	if (r == 0)
		mark(MARK_END);
	return r;
}

int measure_around(const struct measure *m, void (*start)(void *),
		   void (*stop)(void *), void *arg)
{
	int r = m->bench->between ? m->bench->between(m->ctx) : 0;

	if (r)
		return r;
	start(arg);
	r = m->bench->run(m->ctx, m->nr_ops);
	stop(arg);
	return r;
}

/* cpuN YIELDS 0 SCHEDULES IDLES WAKEUPS LOCAL BUSY_NS DELAY_NS SLICES */
int measure_sum_busy(const char *text, uint64_t *ret)
{
	unsigned long long ns;
	uint64_t sum = 0;
	unsigned cpus = 0;

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, "cpu", 3))
			continue;
		if (sscanf(p, "cpu%*u %*u %*u %*u %*u %*u %*u %llu", &ns) != 1)
			return -EBADMSG;
		sum += ns;
		cpus++;
	}
	*ret = sum;
	return cpus ? 0 : -EBADMSG;
}

int measure_busy_ns(uint64_t *ret)
{
	static char text[32 * 1024];
	size_t len = 0;
	ssize_t n;
	int fd;

	fd = open("/proc/schedstat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < sizeof(text) - 1 &&
	       (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = '\0';
	return len == sizeof(text) - 1 ? -EFBIG : measure_sum_busy(text, ret);
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
