/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "perf.h"

#define TRACEFS "/sys/kernel/tracing"

bool perf_is_hardware(const struct event *ev)
{
	return ev->type == PERF_TYPE_HARDWARE ||
	       ev->type == PERF_TYPE_HW_CACHE || ev->type == PERF_TYPE_RAW;
}

bool perf_mount_tracefs(void)
{
	if (access(TRACEFS "/events", F_OK) == 0)
		return true;
	return mount("cgmark", TRACEFS, "tracefs", 0, NULL) == 0;
}

/* "SYSTEM:EVENT:u" becomes "SYSTEM/EVENT", without what follows. */
static void tracepoint_path(const struct event *ev, char *buf, size_t size)
{
	const char *name = strchr(ev->name, ':');
	size_t system = name ? (size_t)(name - ev->name) : 0;

	name = name ? name + 1 : "";
	snprintf(buf, size, TRACEFS "/events/%.*s/%.*s/id", (int)system,
		 ev->name, (int)strcspn(name, ":"), name);
}

int perf_resolve(const struct event *ev, struct event *ret, char *why,
		 size_t size)
{
	char path[REC_METRIC_MAX + 64], text[24] = "";
	ssize_t n;
	int fd;

	*ret = *ev;
	if (ev->type != PERF_TYPE_TRACEPOINT)
		return 0;
	tracepoint_path(ev, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		snprintf(why, size, "%s",
			 access(TRACEFS "/events", F_OK) == 0
				 ? "this kernel has no such tracepoint"
				 : "this kernel has no tracepoints "
				   "(CONFIG_EVENT_TRACING) or no tracefs");
		return -ENOENT;
	}
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	ret->config = n > 0 ? strtoull(text, NULL, 10) : 0;
	if (ret->config > 0)
		return 0;
	snprintf(why, size, "tracefs gives no id of it");
	return -ENOENT;
}

int perf_open(const struct event *ev, int cpu, int leader)
{
	struct perf_event_attr attr = {
		.type = ev->type,
		.size = sizeof(attr),
		.config = ev->config,
		.config1 = ev->config1,
		.config2 = ev->config2,
		.read_format = PERF_FORMAT_GROUP |
			       PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
		.disabled = leader < 0,
		.pinned = leader < 0,
		.inherit = cpu < 0,
		.exclude_user = !!(ev->exclude & EVENT_NO_USER),
		.exclude_kernel = !!(ev->exclude & EVENT_NO_KERNEL),
		.exclude_hv = !!(ev->exclude & EVENT_NO_HV),
		.exclude_guest = !!(ev->exclude & EVENT_NO_GUEST),
		.exclude_host = !!(ev->exclude & EVENT_NO_HOST),
	};
	long fd = syscall(SYS_perf_event_open, &attr, cpu < 0 ? 0 : -1,
			  cpu < 0 ? -1 : cpu, leader, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

int perf_enable(int leader)
{
	return ioctl(leader, PERF_EVENT_IOC_ENABLE, 0) < 0 ? -errno : 0;
}

int perf_read(int leader, unsigned nr, struct perf_reading *ret)
{
	uint64_t buf[3 + EVENTS_MAX];
	size_t want = (3 + nr) * sizeof(buf[0]);
	ssize_t n = read(leader, buf, want);

	if (n < 0)
		return -errno;
	/* End of file: a pinned group got no counters. */
	if (n != (ssize_t)want || buf[0] != nr)
		return -EAGAIN;
	ret->enabled_ns = buf[1];
	ret->running_ns = buf[2];
	memcpy(ret->values, buf + 3, nr * sizeof(buf[0]));
	return 0;
}

struct perf_event_mmap_page *perf_map(int fd)
{
	size_t len = sysconf(_SC_PAGESIZE);
	struct perf_event_mmap_page *page =
		mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return NULL;
	if (page->cap_user_rdpmc)
		return page;
	munmap(page, len);
	return NULL;
}

void perf_unmap(struct perf_event_mmap_page *page)
{
	munmap(page, sysconf(_SC_PAGESIZE));
}

void perf_close(int fd)
{
	close(fd);
}

static const char *cause(const struct event *ev, int err)
{
	switch (err) {
	case ENOENT:
		return perf_is_hardware(ev) ? "no such counter here (no PMU)"
					    : "the kernel has no such event";
	case EOPNOTSUPP:
	case EINVAL:
		return perf_is_hardware(ev) ? "the processor has no such event"
					    : strerror(err);
	case EACCES:
	case EPERM:
		return "not permitted: be root, or see perf_event_paranoid";
	case ENOSYS:
		return "the kernel has no CONFIG_PERF_EVENTS";
	case EBUSY:
	case ENOSPC:
		return "all counters are taken";
	}
	return strerror(err);
}

void perf_why(const struct event *ev, int err, char *buf, size_t size)
{
	const char *name = strerrorname_np(err);

	snprintf(buf, size, "%s: %s", name ? name : "error", cause(ev, err));
}

/* The page names the counter and holds what the kernel summed up before. */
bool perf_page_read(const volatile struct perf_event_mmap_page *page,
		    uint64_t (*rdpmc)(unsigned counter), uint64_t *ret)
{
	uint32_t seq, index;
	uint64_t value, pmc;
	unsigned shift;

	do {
		seq = page->lock;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		index = page->index;
		if (!page->cap_user_rdpmc || index == 0)
			return false;
		value = page->offset;
		shift = 64 - page->pmc_width;
		/* Counters are signed and narrower than 64 bits. */
		pmc = rdpmc(index - 1) << shift;
		value += (uint64_t)((int64_t)pmc >> shift);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	} while (page->lock != seq);
	*ret = value;
	return true;
}

uint64_t perf_rdpmc(unsigned counter)
{
#ifdef __x86_64__
	uint32_t lo, hi;

	__asm__ volatile("rdpmc" : "=a"(lo), "=d"(hi) : "c"(counter));
	return (uint64_t)hi << 32 | lo;
#else
	return 0;
#endif
}
