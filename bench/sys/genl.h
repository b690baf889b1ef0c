/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink on libnl, which has a static library where libmnl has none.
 * What a kernel answers is kept as the errno that it sent: libnl has numbers of
 * its own for these.
 */
#ifndef CGMARK_GENL_H
#define CGMARK_GENL_H

#include <netlink/msg.h>
#include <netlink/socket.h>

struct genl {
	struct nl_sock *sock;
	int family;
};

/* -ENOENT: the kernel has no such family. */
int genl_open(const char *family, struct genl *ret);
void genl_close(struct genl *g);

/* A request to which attributes are added; owned by the caller. */
struct nl_msg *genl_request(const struct genl *g, int cmd, int flags);

/*
 * Sends a request with room for its answers, frees it, and calls fn (may be
 * NULL) with each answer until there are no more; what fn returns, if not 0,
 * ends it.  0 or -errno: that of the kernel, or of a dump that ended early;
 * -EINTR: a dump was interrupted by a change (NLM_F_DUMP_INTR);
 * -ETIMEDOUT: no answer within a second, see genl_open().
 */
int genl_call(const struct genl *g, struct nl_msg *request,
	      int (*fn)(struct nlmsghdr *answer, void *arg), void *arg);

#endif
