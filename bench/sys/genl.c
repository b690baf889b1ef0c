/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "genl.h"

#define RCVBUF_BYTES (1 << 20)
#define REQUEST_BYTES (160 * 1024)

struct call {
	int (*fn)(struct nlmsghdr *answer, void *arg);
	void *arg;
	int result;
	bool done;
	bool interrupted;
};

int genl_open(const char *family, struct genl *ret)
{
	const struct timeval second = { .tv_sec = 1 };
	int r;

	ret->sock = nl_socket_alloc();
	if (!ret->sock)
		return -ENOMEM;
	r = genl_connect(ret->sock);
	if (r == 0)
		r = nl_socket_set_buffer_size(ret->sock, RCVBUF_BYTES, 0);
	if (r == 0)
		r = genl_ctrl_resolve(ret->sock, family);
	if (r < 0) {
		genl_close(ret);
		return -ENOENT;
	}
	ret->family = r;
	/* A kernel that never answers must not hang the caller. */
	if (setsockopt(nl_socket_get_fd(ret->sock), SOL_SOCKET, SO_RCVTIMEO,
		       &second, sizeof(second)) < 0) {
		r = -errno;
		genl_close(ret);
		return r;
	}
	return 0;
}

void genl_close(struct genl *g)
{
	nl_socket_free(g->sock);
	g->sock = NULL;
}

struct nl_msg *genl_request(const struct genl *g, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(REQUEST_BYTES);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, g->family, 0,
				flags, cmd, 1)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Errors, ACKs and the end of a dump all begin with a number. */
static int number_of(struct nlmsghdr *h)
{
	return nlmsg_datalen(h) >= (int)sizeof(int) ? *(int *)nlmsg_data(h) : 0;
}

static void take(struct call *c, struct nlmsghdr *h, bool wants_ack)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		c->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		return;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		c->result = number_of(h);
		c->done = true;
		return;
	}
	if (c->fn)
		c->result = c->fn(h, c->arg);
	c->done = c->result || (!wants_ack && !(h->nlmsg_flags & NLM_F_MULTI));
}

static int receive(const struct genl *g, struct call *c, bool wants_ack)
{
	unsigned char *buf = NULL;
	struct sockaddr_nl from;
	int len;

	errno = 0;
	len = nl_recv(g->sock, &from, &buf, NULL);
	/* On a timeout nl_recv() may return 0 or an error. */
	if (len <= 0)
		return errno == ENOBUFS ? -ENOBUFS : -ETIMEDOUT;
	for (struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;
	     nlmsg_ok(h, len) && !c->done; h = nlmsg_next(h, &len))
		take(c, h, wants_ack);
	free(buf);
	return 0;
}

int genl_call(const struct genl *g, struct nl_msg *request,
	      int (*fn)(struct nlmsghdr *answer, void *arg), void *arg)
{
	struct call c = { .fn = fn, .arg = arg };
	bool wants_ack;
	int r;

	nl_complete_msg(g->sock, request);
	wants_ack = nlmsg_hdr(request)->nlmsg_flags & NLM_F_ACK;
	r = nl_send(g->sock, request);
	nlmsg_free(request);
	if (r < 0)
		return -EIO;
	for (r = 0; r == 0 && !c.done;)
		r = receive(g, &c, wants_ack);
	if (r < 0)
		return r;
	return c.result == 0 && c.interrupted ? -EINTR : c.result;
}
