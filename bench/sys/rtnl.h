/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Links, addresses and traffic control for guest programs: rtnetlink on libnl.
 * All of it acts in the network namespace in which the socket was opened.
 * Functions return 0 or the kernel's -errno.
 */
#ifndef CGMARK_RTNL_H
#define CGMARK_RTNL_H

#include <stdbool.h>
#include <stdint.h>

#include "genl.h"

/* Missing from the headers of a kernel without the series. */
#define RTNL_CGROUP_RX 4

#define RTNL_INGRESS_PARENT 0xfffffff1U
#define RTNL_CLSACT_IN 0xfffffff2U
#define RTNL_CLSACT_OUT 0xfffffff3U
#define RTNL_ROOT 0xffffffffU

/* Open a socket for these; close it with genl_close(). */
int rtnl_open(struct genl *ret);

int rtnl_link_add(const struct genl *g, const char *dev, const char *kind);
/* Make the peer in the namespace of that descriptor; MACs 02:..:01 and :02. */
int rtnl_veth_add(const struct genl *g, const char *dev, const char *peer,
		  int peer_ns);
int rtnl_link_up(const struct genl *g, const char *dev);
/* The address has 4 or 16 bytes (family AF_INET or AF_INET6). */
int rtnl_addr_add(const struct genl *g, const char *dev, int family,
		  const void *addr, unsigned prefix);
/* A permanent neighbour entry: MAC 02:..:mac has the address. */
int rtnl_neigh_add(const struct genl *g, const char *dev, int family,
		   const void *addr, uint8_t mac);
/* IPv4 route to net/prefix via a gateway; either may be 0. */
int rtnl_route_add(const struct genl *g, const char *dev, uint32_t net,
		   unsigned prefix, uint32_t gateway);

/* Ingress and clsact take no handle.  block: shared block, or 0. */
int rtnl_qdisc_ingress(const struct genl *g, const char *dev, const char *kind,
		       uint32_t block);
int rtnl_qdisc_htb(const struct genl *g, const char *dev, uint32_t handle,
		   uint32_t default_minor);
int rtnl_class_htb(const struct genl *g, const char *dev, uint32_t parent,
		   uint32_t classid, uint32_t rate_bytes, uint32_t ceil_bytes);
/* Number of packets that went through a class. */
int rtnl_class_packets(const struct genl *g, const char *dev, uint32_t classid,
		       uint64_t *ret);

struct rtnl_filter {
	const char *dev; /* or NULL: in the block */
	uint32_t block;
	uint32_t parent;
	uint16_t prio;
	const char *kind; /* "cgroup" or "u32" */
	bool has_rx;	  /* cgroup: with TCA_CGROUP_RX of this value */
	unsigned rx;
	unsigned rx_bytes; /* its length; 0: the right one */
	uint16_t port;	   /* u32: destination port; 0: everything */
	uint32_t classid;  /* u32: class it selects; 0: none */
	const char *to;	   /* redirect to this device, unless NULL */
};

/* flags: NLM_F_EXCL: must not exist; 0: may replace one. */
int rtnl_filter_add(const struct genl *g, const struct rtnl_filter *f,
		    int flags);
int rtnl_filter_del(const struct genl *g, const struct rtnl_filter *f);
/* The rx of a cgroup filter, from a dump; -1: none.  -ENOENT: no filter. */
int rtnl_filter_rx(const struct genl *g, const struct rtnl_filter *f, int *ret);

#endif
