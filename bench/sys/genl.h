/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink on libnl, which comes as a static library; libmnl does not.
 * The kernel's errno is kept as it was sent, where libnl would map it to its
 * own numbers.
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

/* A request to add attributes to; the caller owns it. */
struct nl_msg *genl_request(const struct genl *g, int cmd, int flags);

/*
 * Send a request with room for its answers, free it, and call fn (may be NULL)
 * with each answer until there are no more or fn returns non-zero.  0 or
 * -errno, of the kernel or of a dump that ended early; -EINTR: a change
 * interrupted the dump (NLM_F_DUMP_INTR); -ETIMEDOUT: no answer within a
 * second, see genl_open().
 */
int genl_call(const struct genl *g, struct nl_msg *request,
	      int (*fn)(struct nlmsghdr *answer, void *arg), void *arg);

#endif
