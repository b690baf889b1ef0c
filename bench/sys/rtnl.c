/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

/* After the kernel's headers, which define the same flags. */
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/netlink.h>

#include "rtnl.h"

#define RATE_TO_QUANTUM 10
#define HTB_VERSION 3 /* of its message format */
#define BURST_BYTES 3200
#define TICK_NS 64 /* the kernel's unit of time in these messages */

int rtnl_open(struct genl *ret)
{
	const struct timeval second = { .tv_sec = 1 };

	*ret = (struct genl){ .sock = nl_socket_alloc() };
	if (!ret->sock)
		return -ENOMEM;
	if (nl_connect(ret->sock, NETLINK_ROUTE) < 0) {
		genl_close(ret);
		return -EPROTONOSUPPORT;
	}
	if (setsockopt(nl_socket_get_fd(ret->sock), SOL_SOCKET, SO_RCVTIMEO,
		       &second, sizeof(second)) < 0) {
		genl_close(ret);
		return -EIO;
	}
	return 0;
}

/* if_nametoindex() uses the caller's namespace, not that of the socket. */
struct found_link {
	const char *name;
	int index;
};

static int on_link(struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *ifi = nlmsg_data(h);
	struct found_link *f = arg;
	struct nlattr *name = nlmsg_find_attr(h, sizeof(*ifi), IFLA_IFNAME);

	if (name && !strcmp(nla_get_string(name), f->name))
		f->index = ifi->ifi_index;
	return 0;
}

static int index_of(const struct genl *g, const char *dev)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct found_link f = { .name = dev };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_GETLINK, NLM_F_DUMP);
	int r;

	if (!m)
		return -ENOMEM;
	nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	r = genl_call(g, m, on_link, &f);
	if (r < 0)
		return r;
	return f.index ? f.index : -ENODEV;
}

static struct nl_msg *request(int type, int flags, const void *head,
			      size_t size)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_ACK | flags);

	/* A new message has room for a page, far more than these need. */
	if (m)
		nlmsg_append(m, (void *)(uintptr_t)head, size, NLMSG_ALIGNTO);
	return m;
}

static int call(const struct genl *g, struct nl_msg *m)
{
	return m ? genl_call(g, m, NULL, NULL) : -ENOMEM;
}

/* --- links and addresses --- */

static void put_mac(struct nl_msg *m, int attr, uint8_t last)
{
	const uint8_t mac[ETH_ALEN] = { 2, 0, 0, 0, 0, last };

	nla_put(m, attr, sizeof(mac), mac);
}

int rtnl_link_add(const struct genl *g, const char *dev, const char *kind)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m = request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
				   sizeof(ifi));
	struct nlattr *info;

	if (!m)
		return -ENOMEM;
	nla_put_string(m, IFLA_IFNAME, dev);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, kind);
	nla_nest_end(m, info);
	return call(g, m);
}

int rtnl_veth_add(const struct genl *g, const char *dev, const char *peer,
		  int peer_ns)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m = request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
				   sizeof(ifi));
	struct nlattr *info, *data, *p;

	if (!m)
		return -ENOMEM;
	nla_put_string(m, IFLA_IFNAME, dev);
	put_mac(m, IFLA_ADDRESS, 1);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	p = nla_nest_start(m, VETH_INFO_PEER);
	nlmsg_append(m, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(m, IFLA_IFNAME, peer);
	put_mac(m, IFLA_ADDRESS, 2);
	nla_put_u32(m, IFLA_NET_NS_FD, peer_ns);
	nla_nest_end(m, p);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return call(g, m);
}

int rtnl_link_up(const struct genl *g, const char *dev)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC,
				 .ifi_flags = IFF_UP,
				 .ifi_change = IFF_UP };
	int index = index_of(g, dev);

	if (index < 0)
		return index;
	ifi.ifi_index = index;
	return call(g, request(RTM_NEWLINK, 0, &ifi, sizeof(ifi)));
}

static int addr_bytes(int family)
{
	return family == AF_INET ? 4 : 16;
}

int rtnl_addr_add(const struct genl *g, const char *dev, int family,
		  const void *addr, unsigned prefix)
{
	struct ifaddrmsg ifa = { .ifa_family = family,
				 .ifa_prefixlen = prefix };
	int index = index_of(g, dev);
	struct nl_msg *m;

	if (index < 0)
		return index;
	ifa.ifa_index = index;
	/* Duplicate detection would delay an IPv6 address by a second. */
	ifa.ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0;
	m = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &ifa, sizeof(ifa));
	if (m) {
		nla_put(m, IFA_LOCAL, addr_bytes(family), addr);
		nla_put(m, IFA_ADDRESS, addr_bytes(family), addr);
	}
	return call(g, m);
}

int rtnl_neigh_add(const struct genl *g, const char *dev, int family,
		   const void *addr, uint8_t mac)
{
	struct ndmsg nd = { .ndm_family = family, .ndm_state = NUD_PERMANENT };
	int index = index_of(g, dev);
	struct nl_msg *m;

	if (index < 0)
		return index;
	nd.ndm_ifindex = index;
	m = request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &nd,
		    sizeof(nd));
	if (m) {
		nla_put(m, NDA_DST, addr_bytes(family), addr);
		put_mac(m, NDA_LLADDR, mac);
	}
	return call(g, m);
}

int rtnl_route_add(const struct genl *g, const char *dev, uint32_t net,
		   unsigned prefix, uint32_t gateway)
{
	struct rtmsg rt = { .rtm_family = AF_INET,
			    .rtm_dst_len = prefix,
			    .rtm_table = RT_TABLE_MAIN,
			    .rtm_protocol = RTPROT_BOOT,
			    .rtm_scope = RT_SCOPE_UNIVERSE,
			    .rtm_type = RTN_UNICAST };
	int index = index_of(g, dev);
	struct nl_msg *m;

	if (index < 0)
		return index;
	m = request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &rt, sizeof(rt));
	if (m) {
		nla_put(m, RTA_DST, sizeof(net), &net);
		nla_put(m, RTA_GATEWAY, sizeof(gateway), &gateway);
		nla_put_u32(m, RTA_OIF, index);
	}
	return call(g, m);
}

/* --- queueing disciplines and classes --- */

static struct nl_msg *rtnl_request(int type, int flags, int index,
				   uint32_t parent, uint32_t handle,
				   uint32_t info, const char *kind)
{
	struct tcmsg t = { .tcm_family = AF_UNSPEC,
			   .tcm_ifindex = index,
			   .tcm_parent = parent,
			   .tcm_handle = handle,
			   .tcm_info = info };
	struct nl_msg *m = request(type, flags, &t, sizeof(t));

	if (m && kind)
		nla_put_string(m, TCA_KIND, kind);
	return m;
}

int rtnl_qdisc_ingress(const struct genl *g, const char *dev, const char *kind,
		       uint32_t block)
{
	int index = index_of(g, dev);
	struct nl_msg *m;

	if (index < 0)
		return index;
	m = rtnl_request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, index,
			 RTNL_INGRESS_PARENT, 0xffff0000, 0, kind);
	if (m && block)
		nla_put_u32(m, TCA_INGRESS_BLOCK, block);
	return call(g, m);
}

/* Add a qdisc or class with one attribute of options. */
static int add_htb(const struct genl *g, const char *dev, int type,
		   uint32_t parent, uint32_t handle, int attr,
		   const void *options, int len)
{
	int index = index_of(g, dev);
	struct nlattr *nest;
	struct nl_msg *m;

	if (index < 0)
		return index;
	m = rtnl_request(type, NLM_F_CREATE | NLM_F_EXCL, index, parent, handle,
			 0, "htb");
	if (!m)
		return -ENOMEM;
	nest = nla_nest_start(m, TCA_OPTIONS);
	nla_put(m, attr, len, options);
	nla_nest_end(m, nest);
	return call(g, m);
}

int rtnl_qdisc_htb(const struct genl *g, const char *dev, uint32_t handle,
		   uint32_t default_minor)
{
	struct tc_htb_glob glob = { .version = HTB_VERSION,
				    .rate2quantum = RATE_TO_QUANTUM,
				    .defcls = default_minor };

	return add_htb(g, dev, RTM_NEWQDISC, RTNL_ROOT, handle, TCA_HTB_INIT,
		       &glob, sizeof(glob));
}

static struct tc_ratespec rate_of(uint32_t bytes)
{
	return (struct tc_ratespec){ .rate = bytes,
				     .linklayer = TC_LINKLAYER_ETHERNET };
}

static uint32_t burst_ticks(uint32_t rate)
{
	return BURST_BYTES * 1000000000ULL / rate / TICK_NS;
}

int rtnl_class_htb(const struct genl *g, const char *dev, uint32_t parent,
		   uint32_t classid, uint32_t rate_bytes, uint32_t ceil_bytes)
{
	struct tc_htb_opt opt = { .rate = rate_of(rate_bytes),
				  .ceil = rate_of(ceil_bytes),
				  .buffer = burst_ticks(rate_bytes),
				  .cbuffer = burst_ticks(ceil_bytes),
				  /* so that the kernel warns of no rate */
				  .quantum = BURST_BYTES };

	return add_htb(g, dev, RTM_NEWTCLASS, parent, classid, TCA_HTB_PARMS,
		       &opt, sizeof(opt));
}

struct found_class {
	uint32_t classid;
	bool found;
	uint64_t packets;
};

static int on_class(struct nlmsghdr *h, void *arg)
{
	const struct tcmsg *t = nlmsg_data(h);
	struct found_class *f = arg;
	struct nlattr *stats, *basic;

	if (t->tcm_handle != f->classid)
		return 0;
	stats = nlmsg_find_attr(h, sizeof(*t), TCA_STATS2);
	basic = stats ? nla_find(nla_data(stats), nla_len(stats),
				 TCA_STATS_BASIC)
		      : NULL;
	if (basic &&
	    nla_len(basic) >= (int)sizeof(uint64_t) + (int)sizeof(uint32_t)) {
		uint32_t packets;

		/* struct gnet_stats_basic: bytes, then packets */
		memcpy(&packets, (char *)nla_data(basic) + sizeof(uint64_t),
		       sizeof(packets));
		f->packets = packets;
		f->found = true;
	}
	return 0;
}

int rtnl_class_packets(const struct genl *g, const char *dev, uint32_t classid,
		       uint64_t *ret)
{
	struct found_class f = { .classid = classid };
	int index = index_of(g, dev), r;
	struct nl_msg *m;

	if (index < 0)
		return index;
	m = rtnl_request(RTM_GETTCLASS, NLM_F_DUMP, index, 0, 0, 0, NULL);
	r = m ? genl_call(g, m, on_class, &f) : -ENOMEM;
	if (r == 0 && !f.found)
		r = -ENOENT;
	if (r == 0)
		*ret = f.packets;
	return r;
}

/* --- filters --- */

static int put_redirect(const struct genl *g, struct nl_msg *m, int attr,
			const char *to)
{
	struct tc_mirred parms = { .eaction = TCA_EGRESS_REDIR,
				   .action = TC_ACT_STOLEN };
	struct nlattr *acts, *act, *options;
	int index = index_of(g, to);

	if (index < 0)
		return index;
	parms.ifindex = index;
	acts = nla_nest_start(m, attr);
	act = nla_nest_start(m, 1);
	nla_put_string(m, TCA_ACT_KIND, "mirred");
	options = nla_nest_start(m, TCA_ACT_OPTIONS);
	nla_put(m, TCA_MIRRED_PARMS, sizeof(parms), &parms);
	nla_nest_end(m, options);
	nla_nest_end(m, act);
	nla_nest_end(m, acts);
	return 0;
}

static int put_cgroup(const struct genl *g, struct nl_msg *m,
		      const struct rtnl_filter *f)
{
	static const uint8_t more[16];
	uint8_t rx[sizeof(more)];

	memcpy(rx, more, sizeof(rx));
	rx[0] = f->rx;
	if (f->has_rx)
		nla_put(m, RTNL_CGROUP_RX, f->rx_bytes ? f->rx_bytes : 1, rx);
	return f->to ? put_redirect(g, m, TCA_CGROUP_ACT, f->to) : 0;
}

/* A destination port behind an IPv4 header without options, or anything. */
static int put_u32(const struct genl *g, struct nl_msg *m,
		   const struct rtnl_filter *f)
{
	struct {
		struct tc_u32_sel sel;
		struct tc_u32_key key;
	} match = { .sel = { .nkeys = 1, .flags = TC_U32_TERMINAL } };

	if (f->port) {
		match.key.off = 20;
		match.key.mask = htonl(0xffff);
		match.key.val = htonl(f->port);
	}
	if (f->classid)
		nla_put_u32(m, TCA_U32_CLASSID, f->classid);
	nla_put(m, TCA_U32_SEL, sizeof(match), &match);
	return f->to ? put_redirect(g, m, TCA_U32_ACT, f->to) : 0;
}

/* The handle of a cgroup filter is arbitrary; use the same one always. */
static struct nl_msg *filter_request(int type, int flags, int index,
				     const struct rtnl_filter *f)
{
	bool cgroup = !strcmp(f->kind, "cgroup");

	return rtnl_request(
		type, flags, f->dev ? index : (int)TCM_IFINDEX_MAGIC_BLOCK,
		f->dev ? f->parent : f->block, cgroup && type == RTM_NEWTFILTER,
		TC_H_MAKE(f->prio << 16, htons(ETH_P_ALL)), f->kind);
}

static int filter_index(const struct genl *g, const struct rtnl_filter *f)
{
	return f->dev ? index_of(g, f->dev) : 0;
}

int rtnl_filter_add(const struct genl *g, const struct rtnl_filter *f,
		    int flags)
{
	int index = filter_index(g, f), r;
	struct nlattr *nest;
	struct nl_msg *m;

	if (index < 0)
		return index;
	m = filter_request(RTM_NEWTFILTER, NLM_F_CREATE | flags, index, f);
	if (!m)
		return -ENOMEM;
	nest = nla_nest_start(m, TCA_OPTIONS);
	r = !strcmp(f->kind, "cgroup") ? put_cgroup(g, m, f) : put_u32(g, m, f);
	/* A cgroup filter needs the options attribute, but nothing in it. */
	nla_nest_end_keep_empty(m, nest);
	if (r < 0) {
		nlmsg_free(m);
		return r;
	}
	return call(g, m);
}

int rtnl_filter_del(const struct genl *g, const struct rtnl_filter *f)
{
	int index = filter_index(g, f);

	return index < 0 ? index
			 : call(g, filter_request(RTM_DELTFILTER, 0, index, f));
}

struct found_filter {
	uint16_t prio;
	bool found;
	int rx;
};

static int on_filter(struct nlmsghdr *h, void *arg)
{
	const struct tcmsg *t = nlmsg_data(h);
	struct nlattr *kind = nlmsg_find_attr(h, sizeof(*t), TCA_KIND);
	struct nlattr *options = nlmsg_find_attr(h, sizeof(*t), TCA_OPTIONS);
	struct found_filter *f = arg;
	struct nlattr *rx;

	if (!kind || strcmp(nla_get_string(kind), "cgroup") || !options ||
	    TC_H_MAJ(t->tcm_info) >> 16 != f->prio)
		return 0;
	rx = nla_find(nla_data(options), nla_len(options), RTNL_CGROUP_RX);
	f->found = true;
	f->rx = rx ? nla_get_u8(rx) : -1;
	return 0;
}

int rtnl_filter_rx(const struct genl *g, const struct rtnl_filter *f, int *ret)
{
	struct found_filter found = { .prio = f->prio };
	int index = filter_index(g, f), r;
	struct nl_msg *m;

	if (index < 0)
		return index;
	m = rtnl_request(RTM_GETTFILTER, NLM_F_DUMP, index, f->parent, 0, 0,
			 NULL);
	r = m ? genl_call(g, m, on_filter, &found) : -ENOMEM;
	if (r == 0 && !found.found)
		r = -ENOENT;
	if (r == 0)
		*ret = found.rx;
	return r;
}
