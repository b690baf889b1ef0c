/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "copier.h"

void copier_init(struct copier *c, int from, int to)
{
	c->from = from;
	c->to = to;
	c->may_block = false;
	c->filter = NULL;
	c->arg = NULL;
	c->bytes = 0;
	c->read_error = c->write_error = 0;
	c->at = c->len = 0;
}

void copier_wants(const struct copier *c, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = c->len ? -1 : c->from,
				  .events = POLLIN };
	fds[1] =
		(struct pollfd){ .fd = c->len ? c->to : -1, .events = POLLOUT };
}

static void take(struct copier *c)
{
	ssize_t n = read(c->from, c->buf, sizeof(c->buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->read_error = n < 0 ? errno : 0;
		c->from = -1;
		return;
	}
	c->at = 0;
	c->len = c->filter ? c->filter(c->arg, c->buf, n) : (size_t)n;
	/* Nobody to hand it to: the writer is told by who owns `from`. */
	if (c->to < 0)
		c->len = 0;
}

static void hand_on(struct copier *c)
{
	size_t len = c->may_block && c->len > PIPE_BUF ? PIPE_BUF : c->len;
	ssize_t n = write(c->to, c->buf + c->at, len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		c->write_error = errno;
		c->to = -1;
		c->len = 0;
		return;
	}
	c->bytes += n;
	c->at += n;
	c->len -= n;
}

void copier_pump(struct copier *c, const struct pollfd fds[2])
{
	if (fds[0].fd >= 0 && fds[0].revents)
		take(c);
	if (fds[1].fd < 0 || !fds[1].revents)
		return;
	/* A port whose host has gone is never ready and gives no error. */
	if (fds[1].revents & POLLOUT)
		hand_on(c);
	else {
		c->write_error = EPIPE;
		c->to = -1;
		c->len = 0;
	}
}
