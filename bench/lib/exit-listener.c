/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exit-listener.h"

static int all_cpus(char *buf, size_t size)
{
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	if (n < 1)
		return -EIO;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

int exit_listener_open(struct exit_listener *ret)
{
	static struct cgstats_request request;
	char cpus[64];
	int r = cgstats_resolve(&ret->socket);

	if (r == 0)
		r = all_cpus(cpus, sizeof(cpus));
	if (r)
		return r;
	cgstats_request(&request, &ret->socket, TASKSTATS_CMD_GET, NLM_F_ACK);
	cgstats_add(&request, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, cpus,
		    strlen(cpus) + 1);
	return cgstats_call(&ret->socket, &request, NULL, NULL);
}

int exit_listener_open_or_skip(struct bench_ctx *ctx, struct exit_listener *ret)
{
	int r = exit_listener_open(ret);

	return r == -ENOENT ? ctx_skip(ctx, "no taskstats") : r;
}

void exit_listener_close(struct exit_listener *l)
{
	cgstats_close(&l->socket);
}

int exit_listener_set_buffer(struct exit_listener *l, int bytes)
{
	return setsockopt(l->socket.fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
			  sizeof(bytes)) < 0
		       ? -errno
		       : 0;
}

/* Contents of the first attribute of that type; their length in *len. */
static const char *find(const char *p, size_t *len, int type)
{
	const char *end = p + *len;

	while (p + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const void *)p;

		if (a->nla_len < NLA_HDRLEN || p + a->nla_len > end)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type) {
			*len = a->nla_len - NLA_HDRLEN;
			return p + NLA_HDRLEN;
		}
		p += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static int count(struct exit_listener *l, const char *message, size_t len)
{
	const size_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	struct taskstats stats;
	const char *p = NULL;

	if (len > head) {
		len -= head;
		p = find(message + head, &len, TASKSTATS_TYPE_AGGR_PID);
	}
	if (p)
		p = find(p, &len, TASKSTATS_TYPE_STATS);
	if (!p || len < sizeof(stats))
		return -EBADMSG;
	memcpy(&stats, p, sizeof(stats));
	l->heard++;
	l->ours += stats.ac_ppid == (uint32_t)getpid();
	return 0;
}

/* 0, -EAGAIN (no message yet) or -errno. */
static int receive(struct exit_listener *l, int flags)
{
	static char message[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t n = recv(l->socket.fd, message, sizeof(message), flags);

	if (n >= 0)
		return count(l, message, n);
	if (errno != ENOBUFS)
		return -errno;
	l->lost++;
	return 0;
}

int exit_listener_drain(struct exit_listener *l)
{
	int r;

	do {
		r = receive(l, MSG_DONTWAIT);
	} while (r == 0);
	return r == -EAGAIN ? 0 : r;
}

int exit_listener_wait(struct exit_listener *l)
{
	int r;

	/* The socket's timeout is for answers; an exit may take longer. */
	do {
		r = receive(l, 0);
	} while (r == -EAGAIN || r == -EINTR);
	return r;
}
