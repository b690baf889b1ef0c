/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cgstats.h"

#define FAMILY "TASKSTATS"
#define RCVBUF_BYTES (1 << 20)

/* --- requests --- */

void cgstats_request(struct cgstats_request *r, const struct cgstats *s,
		     int cmd, int flags)
{
	struct genlmsghdr *g = (void *)(r->buf + NLMSG_HDRLEN);

	r->full = false;
	r->size = sizeof(r->buf);
	memset(r->buf, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	r->header.nlmsg_type = s->family;
	r->header.nlmsg_flags = NLM_F_REQUEST | flags;
	r->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	g->cmd = cmd;
	g->version = 1;
}

void cgstats_add(struct cgstats_request *r, int attr, const void *data,
		 size_t len)
{
	struct nlattr *a = (void *)(r->buf + r->header.nlmsg_len);
	size_t size = NLA_ALIGN(NLA_HDRLEN + len);

	if (r->header.nlmsg_len + size > r->size) {
		r->full = true;
		return;
	}
	memset(a, 0, size);
	a->nla_type = attr;
	a->nla_len = NLA_HDRLEN + len;
	memcpy((char *)a + NLA_HDRLEN, data, len);
	r->header.nlmsg_len += size;
}

void cgstats_add_u32(struct cgstats_request *r, int attr, uint32_t value)
{
	cgstats_add(r, attr, &value, sizeof(value));
}

void cgstats_add_u64(struct cgstats_request *r, int attr, uint64_t value)
{
	cgstats_add(r, attr, &value, sizeof(value));
}

int cgstats_send(struct cgstats *s, struct cgstats_request *r)
{
	ssize_t n;

	if (r->full)
		return -EMSGSIZE;
	r->header.nlmsg_seq = ++s->seq;
	s->interrupted = false;
	n = send(s->fd, r->buf, r->header.nlmsg_len, 0);
	return n < 0 ? -errno : 0;
}

/* --- answers --- */

static void parse(struct cgstats_answer *a, const struct nlmsghdr *h)
{
	const char *p = (const char *)h + NLMSG_HDRLEN + GENL_HDRLEN;
	const char *end = (const char *)h + h->nlmsg_len;

	memset(a, 0, sizeof(*a));
	a->header = h;
	while (p + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const void *)p;
		unsigned type = attr->nla_type & NLA_TYPE_MASK;

		if (attr->nla_len < NLA_HDRLEN || p + attr->nla_len > end)
			break;
		if (type < CGSTATS_A_END) {
			a->data[type] = p + NLA_HDRLEN;
			a->len[type] = attr->nla_len - NLA_HDRLEN;
		}
		p += NLA_ALIGN(attr->nla_len);
	}
}

uint32_t cgstats_u32(const struct cgstats_answer *a, int attr)
{
	uint32_t value = 0;

	if (a->data[attr] && a->len[attr] == sizeof(value))
		memcpy(&value, a->data[attr], sizeof(value));
	return value;
}

uint64_t cgstats_u64(const struct cgstats_answer *a, int attr)
{
	uint64_t value = 0;

	if (a->data[attr] && a->len[attr] == sizeof(value))
		memcpy(&value, a->data[attr], sizeof(value));
	return value;
}

static int number_of(const struct nlmsghdr *h)
{
	int nr = 0;

	if (h->nlmsg_len >= NLMSG_HDRLEN + sizeof(nr))
		memcpy(&nr, (const char *)h + NLMSG_HDRLEN, sizeof(nr));
	return nr;
}

/* Handle one message.  1: go on; 0: end; or -errno. */
static int take(const struct nlmsghdr *h,
		int (*fn)(const struct cgstats_answer *a, void *arg), void *arg)
{
	struct cgstats_answer a;
	int r = 0;

	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
		return number_of(h);
	if (fn) {
		parse(&a, h);
		r = fn(&a, arg);
	}
	return r ? r : !!(h->nlmsg_flags & NLM_F_MULTI);
}

int cgstats_receive(struct cgstats *s,
		    int (*fn)(const struct cgstats_answer *a, void *arg),
		    void *arg)
{
	static union {
		struct nlmsghdr header;
		char bytes[CGSTATS_CHUNK];
	} buf;
	const struct nlmsghdr *h = &buf.header;
	ssize_t n = recv(s->fd, buf.bytes, sizeof(buf), 0);
	int r = 1;

	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	while (r == 1 && n >= NLMSG_HDRLEN && h->nlmsg_len >= NLMSG_HDRLEN &&
	       h->nlmsg_len <= n) {
		s->interrupted |= !!(h->nlmsg_flags & NLM_F_DUMP_INTR);
		r = take(h, fn, arg);
		n -= NLMSG_ALIGN(h->nlmsg_len);
		h = (const void *)((const char *)h + NLMSG_ALIGN(h->nlmsg_len));
	}
	return r == 0 && s->interrupted ? -EINTR : r;
}

int cgstats_call(struct cgstats *s, struct cgstats_request *r,
		 int (*fn)(const struct cgstats_answer *a, void *arg),
		 void *arg)
{
	int ret = cgstats_send(s, r);

	if (ret)
		return ret;
	do {
		ret = cgstats_receive(s, fn, arg);
	} while (ret == 1);
	return ret;
}

/* --- sockets --- */

int cgstats_socket(struct cgstats *s)
{
	const struct timeval patience = { .tv_sec = 5 };
	const int bytes = RCVBUF_BYTES, one = 1;

	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s->fd < 0)
		return -errno;
	s->seq = 0;
	/* A kernel that never answers must not hang the caller. */
	setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	/* Error messages must not echo a long request. */
	setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	return 0;
}

void cgstats_close(struct cgstats *s)
{
	close(s->fd);
	s->fd = -1;
}

/* What is padding here is the number in CTRL_ATTR_FAMILY_ID. */
static int take_family(const struct cgstats_answer *a, void *arg)
{
	uint16_t *family = arg;

	if (!a->data[CTRL_ATTR_FAMILY_ID] ||
	    a->len[CTRL_ATTR_FAMILY_ID] != sizeof(*family))
		return -ENOENT;
	memcpy(family, a->data[CTRL_ATTR_FAMILY_ID], sizeof(*family));
	return 0;
}

int cgstats_resolve(struct cgstats *ret)
{
	struct cgstats s = { .family = GENL_ID_CTRL };
	static struct cgstats_request request;
	uint16_t family;
	int r = cgstats_socket(&s);

	if (r)
		return r;
	cgstats_request(&request, &s, CTRL_CMD_GETFAMILY, 0);
	cgstats_add(&request, CTRL_ATTR_FAMILY_NAME, FAMILY, sizeof(FAMILY));
	r = cgstats_call(&s, &request, take_family, &family);
	if (r) {
		cgstats_close(&s);
		return r;
	}
	s.family = family;
	*ret = s;
	return 0;
}

int cgstats_open(struct cgstats *ret)
{
	static struct cgstats_request request;
	struct cgstats s;
	int r = cgstats_resolve(&s);

	if (r)
		return r;
	cgstats_request(&request, &s, CGSTATS_CMD_DESCRIBE, NLM_F_DUMP);
	r = cgstats_call(&s, &request, NULL, NULL);
	if (r && r != -EINTR) {
		cgstats_close(&s);
		return r;
	}
	*ret = s;
	return 0;
}

struct search {
	const char *name;
	uint32_t id;
};

static int compare(const struct cgstats_answer *a, void *arg)
{
	struct search *search = arg;

	if (a->data[CGSTATS_A_NAME] &&
	    !strcmp(a->data[CGSTATS_A_NAME], search->name))
		search->id = cgstats_u32(a, CGSTATS_A_ID);
	return 0;
}

int cgstats_find(struct cgstats *s, int fd, const char *name, uint32_t *id)
{
	struct search search = { .name = name };
	static struct cgstats_request request;
	int r;

	cgstats_request(&request, s, CGSTATS_CMD_DESCRIBE, NLM_F_DUMP);
	if (fd >= 0)
		cgstats_add(&request, CGSTATS_A_FDS, &fd, sizeof(fd));
	r = cgstats_call(s, &request, compare, &search);
	if (r && r != -EINTR)
		return r;
	*id = search.id;
	return search.id ? 0 : -ENOENT;
}
