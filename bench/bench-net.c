/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What traffic classification costs per packet.
 *
 * net/rx: one packet goes from one socket to another through a veth pair
 * between two network namespaces.  That includes sending it; the difference to
 * way=none is the cost of classifying.
 *
 *   way=none      not classified
 *   way=mainline  by port: a u32 filter for each group, of which ours is the
 *                 last; someone has to know who has which port
 *   way=new       by the class id of the socket: one cgroup filter
 *
 *   shape=0  filters at the ingress that only classify
 *   shape=1  the packet is redirected to an ifb with an HTB, which has the
 *            class and ample rates
 *
 * net/tx: one packet is sent to a device that drops it, with no qdisc, an HTB
 * with one class, or an HTB and a cgroup filter that finds the class.
 *
 * net/write_classid: change the class id of a group with one process, with that
 * many sockets and threads, which share them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "idle-procs.h"
#include "idle-task.h"
#include "rtnl.h"

#define HTB 0x00100000
#define CLASS_LINK 0x001000ff
#define CLASS_A 0x00100001
#define CLASS_B 0x00100002
#define CLASS_OTHER 0x00100003 /* default class of the HTB */
#define LINK_BYTES 1250000000U
#define INGRESS 0xffff0000

#define RX_ADDR 0x0a000001
#define TX_ADDR 0x0a000002
#define PORT 7001
#define BYTES 100
#define GROUPS_MAX 256
#define SOCKETS_MAX 65536
#define THREADS_MAX 10000

static struct genl rx, tx;
static int rx_fd, tx_fd;
static const char *class_dev; /* device with the HTB, or NULL */
static uint32_t our_class;
static uint64_t nr_packets, packets_before;
static char buf[BYTES];

/* --- namespaces, devices and classes --- */

static int new_ns(int *fd, struct genl *g)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	*fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return *fd < 0 ? -errno : rtnl_open(g);
}

static int add_addr(const struct genl *g, const char *dev, uint32_t addr,
		    uint32_t peer, uint8_t peer_mac)
{
	int r = rtnl_link_up(g, dev);

	addr = htonl(addr);
	peer = htonl(peer);
	if (r == 0)
		r = rtnl_addr_add(g, dev, AF_INET, &addr, 24);
	/* Permanent neighbours keep ARP out of the measurement. */
	if (r == 0)
		r = rtnl_neigh_add(g, dev, AF_INET, &peer, peer_mac);
	return r;
}

static int add_htb(const struct genl *g, const char *dev)
{
	static const uint32_t leaves[] = { CLASS_A, CLASS_B, CLASS_OTHER };
	int r = rtnl_qdisc_htb(g, dev, HTB, 3);

	if (r == 0)
		r = rtnl_class_htb(g, dev, HTB, CLASS_LINK, LINK_BYTES,
				   LINK_BYTES);
	for (unsigned i = 0; i < 3 && r == 0; i++)
		r = rtnl_class_htb(g, dev, CLASS_LINK, leaves[i],
				   LINK_BYTES / 4, LINK_BYTES);
	class_dev = dev;
	return r;
}

/* Move to a group with that class id; sockets created there get it. */
static int enter_group(struct bench_ctx *ctx, struct cg *group)
{
	char text[16];
	int r = ctx_hierarchy_of(ctx, "net_cls", group);

	if (r)
		return r;
	snprintf(text, sizeof(text), "%u", CLASS_A);
	r = cg_write(group, "net_cls.classid", text);
	return r < 0 ? r : cg_attach(group, 0);
}

static int address_of(struct sockaddr_in *a, uint32_t addr)
{
	*a = (struct sockaddr_in){ .sin_family = AF_INET,
				   .sin_port = htons(PORT),
				   .sin_addr.s_addr = htonl(addr) };
	return sizeof(*a);
}

/* --- net/rx --- */

static int add_ports(const struct genl *g, const char *dev, uint32_t parent,
		     unsigned groups)
{
	struct rtnl_filter f = {
		.dev = dev, .parent = parent, .prio = 1, .kind = "u32"
	};
	int r = 0;

	for (unsigned i = 0; i < groups && r == 0; i++) {
		f.port = PORT + groups - 1 - i;
		f.classid = f.port == PORT ? CLASS_A : CLASS_B;
		r = rtnl_filter_add(g, &f, NLM_F_EXCL);
	}
	return r;
}

static int no_filter(struct bench_ctx *ctx, int r)
{
	return r == -ENOENT ? ctx_skip(ctx, "this kernel has no u32 filter")
			    : r;
}

static int filters_none(struct bench_ctx *ctx, bool shape, unsigned groups)
{
	const struct rtnl_filter f = { .dev = "r0",
				       .parent = INGRESS,
				       .prio = 1,
				       .kind = "u32",
				       .to = "ifb0" };

	our_class = CLASS_OTHER;
	return shape ? no_filter(ctx, rtnl_filter_add(&rx, &f, NLM_F_EXCL)) : 0;
}

static int filters_mainline(struct bench_ctx *ctx, bool shape, unsigned groups)
{
	const struct rtnl_filter all = { .dev = "r0",
					 .parent = INGRESS,
					 .prio = 1,
					 .kind = "u32",
					 .to = "ifb0" };
	int r;

	our_class = CLASS_A;
	if (!shape)
		return no_filter(ctx, add_ports(&rx, "r0", INGRESS, groups));
	r = rtnl_filter_add(&rx, &all, NLM_F_EXCL);
	if (r == 0)
		r = add_ports(&rx, "ifb0", HTB, groups);
	return no_filter(ctx, r);
}

static int filters_new(struct bench_ctx *ctx, bool shape, unsigned groups)
{
	const struct rtnl_filter f = { .dev = "r0",
				       .parent = INGRESS,
				       .prio = 1,
				       .kind = "cgroup",
				       .has_rx = true,
				       .rx = 1,
				       .to = shape ? "ifb0" : NULL };
	int r = rtnl_filter_add(&rx, &f, NLM_F_EXCL), has = 0;

	our_class = CLASS_A;
	if (r == 0)
		r = rtnl_filter_rx(&rx, &f, &has);
	if (r == -EOPNOTSUPP || (r == 0 && has != 1))
		return ctx_skip(ctx, "this kernel cannot classify by socket "
				     "at ingress");
	return r;
}

static int make_filters(struct bench_ctx *ctx)
{
	static const struct {
		const char *name;
		int (*fn)(struct bench_ctx *ctx, bool shape, unsigned groups);
	} ways[] = { { "none", filters_none },
		     { "mainline", filters_mainline },
		     { "new", filters_new } };
	uint64_t shape, groups;
	int r = ctx_param_u64(ctx, "shape", &shape);

	if (r == 0)
		r = ctx_param_u64(ctx, "groups", &groups);
	if (r)
		return r;
	if (groups < 1 || groups > GROUPS_MAX)
		return ctx_bad_param(ctx, "groups");
	if (shape)
		r = add_htb(&rx, "ifb0");
	if (r == 0)
		r = rtnl_qdisc_ingress(&rx, "r0", "ingress", 0);
	for (unsigned i = 0; i < 3 && r == 0; i++)
		if (!strcmp(ctx_param(ctx, "way"), ways[i].name))
			return ways[i].fn(ctx, shape, groups);
	return r ? r : ctx_bad_param(ctx, "way");
}

static int make_rx_net(int *tx_ns, int *rx_ns)
{
	int r = new_ns(tx_ns, &tx);

	if (r == 0)
		r = new_ns(rx_ns, &rx);
	if (r == 0)
		r = rtnl_veth_add(&rx, "r0", "s0", *tx_ns);
	if (r == 0)
		r = rtnl_link_add(&rx, "ifb0", "ifb");
	if (r == 0)
		r = rtnl_link_up(&rx, "ifb0");
	if (r == 0)
		r = add_addr(&rx, "r0", RX_ADDR, TX_ADDR, 2);
	if (r == 0)
		r = add_addr(&tx, "s0", TX_ADDR, RX_ADDR, 1);
	return r;
}

/* From the other namespace to the caller's. */
static int make_sockets(int type, int tx_ns, int rx_ns)
{
	struct sockaddr_in here, there;
	socklen_t len = address_of(&here, INADDR_ANY);
	int one = 1;

	address_of(&there, RX_ADDR);
	rx_fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (rx_fd < 0 || bind(rx_fd, (struct sockaddr *)&here, len) < 0 ||
	    (type == SOCK_STREAM && listen(rx_fd, 1) < 0) ||
	    setns(tx_ns, CLONE_NEWNET) < 0)
		return -errno;
	tx_fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (tx_fd < 0 || setns(rx_ns, CLONE_NEWNET) < 0 ||
	    connect(tx_fd, (struct sockaddr *)&there, len) < 0)
		return -errno;
	if (type != SOCK_STREAM)
		return 0;
	rx_fd = accept(rx_fd, NULL, NULL);
	if (rx_fd < 0 ||
	    setsockopt(tx_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0)
		return -errno;
	return 0;
}

static int rx_setup(struct bench_ctx *ctx)
{
	const char *proto = ctx_param(ctx, "proto");
	int tx_ns = -1, rx_ns = -1, r;
	struct cg group;

	if (strcmp(proto, "udp") && strcmp(proto, "tcp"))
		return ctx_bad_param(ctx, "proto");
	r = enter_group(ctx, &group);
	if (r == 0)
		r = make_rx_net(&tx_ns, &rx_ns);
	if (r == 0)
		r = make_filters(ctx);
	return r ? r
		 : make_sockets(*proto == 't' ? SOCK_STREAM : SOCK_DGRAM, tx_ns,
				rx_ns);
}

/* Number of packets in the class before this point. */
static int packets_begin(const struct genl *g)
{
	nr_packets = 0;
	packets_before = 0;
	return class_dev ? rtnl_class_packets(g, class_dev, our_class,
					      &packets_before)
			 : 0;
}

static int packets_check(struct bench_ctx *ctx, const struct genl *g,
			 const char *what)
{
	uint64_t now = 0;
	int r;

	if (!class_dev)
		return 0;
	r = rtnl_class_packets(g, class_dev, our_class, &now);
	if (r < 0)
		return r;
	if (now - packets_before < nr_packets)
		return ctx_fail(ctx, -EIO, "%llu packets %s, %llu in class %x",
				(unsigned long long)nr_packets, what,
				(unsigned long long)(now - packets_before),
				our_class);
	return 0;
}

static int rx_begin(struct bench_ctx *ctx)
{
	return packets_begin(&rx);
}

static int rx_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		if (send(tx_fd, buf, sizeof(buf), 0) != sizeof(buf) ||
		    recv(rx_fd, buf, sizeof(buf), 0) != sizeof(buf))
			return errno ? -errno : -EIO;
		nr_packets++;
	}
	return 0;
}

static int rx_check(struct bench_ctx *ctx)
{
	return packets_check(ctx, &rx, "received");
}

BENCH_DEFINE(net_rx) = {
	.name = "net/rx",
	.summary = "send and receive one packet, classified where it comes in",
	.version = 1,
	.extra = true,
	.kconfig = "CGROUP_NET_CLASSID VETH IFB NET_SCH_HTB NET_SCH_INGRESS "
		   "NET_CLS_CGROUP NET_ACT_MIRRED",
	.nr_ops = 8,
	.params = PARAMS(PARAM("way", "none,mainline,new"),
			 PARAM("proto", "udp,tcp"), PARAM("shape", "0,1"),
			 PARAM("groups", "1,16")),
	.setup = rx_setup,
	.begin = rx_begin,
	.run = rx_run,
	.check = rx_check,
};

/* --- net/tx --- */

static int add_tx_net(void)
{
	int ns, r = new_ns(&ns, &tx);

	if (r == 0)
		r = rtnl_link_add(&tx, "d0", "dummy");
	return r ? r : add_addr(&tx, "d0", TX_ADDR, RX_ADDR, 1);
}

static int add_cgroup_filter(void)
{
	const struct rtnl_filter f = {
		.dev = "d0", .parent = HTB, .prio = 1, .kind = "cgroup"
	};

	return rtnl_filter_add(&tx, &f, NLM_F_EXCL);
}

static int open_sender(void)
{
	struct sockaddr_in there;
	socklen_t len = address_of(&there, RX_ADDR);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&there, len) < 0)
		return -errno;
	return fd;
}

static int tx_setup(struct bench_ctx *ctx)
{
	const char *queue = ctx_param(ctx, "queue");
	bool none = !strcmp(queue, "none"), class = !strcmp(queue, "class");
	struct cg group;
	int r;

	if (!none && !class && strcmp(queue, "htb"))
		return ctx_bad_param(ctx, "queue");
	r = enter_group(ctx, &group);
	if (r == 0)
		r = add_tx_net();
	if (r == 0 && !none)
		r = add_htb(&tx, "d0");
	if (r == 0 && class)
		r = add_cgroup_filter();
	if (r)
		return r;
	our_class = class ? CLASS_A : CLASS_OTHER;
	tx_fd = open_sender();
	return tx_fd < 0 ? tx_fd : 0;
}

static int tx_begin(struct bench_ctx *ctx)
{
	return packets_begin(&tx);
}

static int tx_run(struct bench_ctx *ctx, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		if (send(tx_fd, buf, sizeof(buf), 0) != sizeof(buf))
			return -errno;
		nr_packets++;
	}
	return 0;
}

static int tx_check(struct bench_ctx *ctx)
{
	return packets_check(ctx, &tx, "sent");
}

BENCH_DEFINE(net_tx) = {
	.name = "net/tx",
	.summary = "send one packet to a device that drops it",
	.version = 1,
	.extra = true,
	.kconfig = "CGROUP_NET_CLASSID DUMMY NET_SCH_HTB NET_CLS_CGROUP",
	.nr_ops = 8,
	.params = PARAMS(PARAM("queue", "none,htb,class")),
	.setup = tx_setup,
	.begin = tx_begin,
	.run = tx_run,
	.check = tx_check,
};

/* --- net/write_classid --- */

static struct cg written;
static uint64_t nr_writes, threads;

static int classid_setup(struct bench_ctx *ctx)
{
	struct rlimit limit = { SOCKETS_MAX + 64, SOCKETS_MAX + 64 };
	uint64_t sockets;
	int r = ctx_param_u64(ctx, "sockets", &sockets);

	if (r == 0)
		r = ctx_param_u64(ctx, "threads", &threads);
	if (r)
		return r;
	if (threads < 1 || threads > THREADS_MAX)
		return ctx_bad_param(ctx, "threads");
	if (sockets < 1 || sockets > SOCKETS_MAX)
		return ctx_bad_param(ctx, "sockets");
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	r = enter_group(ctx, &written);
	if (r == 0)
		r = add_tx_net();
	if (r == 0)
		r = add_htb(&tx, "d0");
	if (r == 0)
		r = add_cgroup_filter();
	for (uint64_t i = 0; i < sockets && r == 0; i++) {
		tx_fd = open_sender();
		if (tx_fd < 0)
			r = tx_fd;
	}
	return r;
}

/*
 * The kernel walks the files of each process of the group, once per process,
 * or, before 6.7, once per thread; only the point is a member.
 */
static int classid_begin(struct bench_ctx *ctx)
{
	struct cg up;
	int fd = openat(written.fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char pid[16];
	long tid = 0;
	int r;

	if (fd < 0)
		return -errno;
	for (uint64_t i = 1; i < threads && tid >= 0; i++)
		tid = idle_task_thread();
	if (tid < 0)
		return ctx_fail(ctx, tid, "make a thread: %s", strerror(-tid));
	up = (struct cg){ .fd = fd, .version = 1 };
	snprintf(pid, sizeof(pid), "%d", (int)getppid());
	r = cg_write(&up, "cgroup.procs", pid);
	cg_close(&up);
	nr_writes = 0;
	return r < 0 ? r : cg_attach(&written, 0);
}

static int classid_run(struct bench_ctx *ctx, uint64_t nr)
{
	int r = 0;

	for (uint64_t i = 0; i < nr && r == 0; i++)
		r = cg_write(&written, "net_cls.classid",
			     ++nr_writes & 1 ? "0x100002" : "0x100001");
	return r;
}

/* The group's last socket sends with the class id written last. */
static int classid_check(struct bench_ctx *ctx)
{
	long tasks = idle_procs_count(&written, "tasks");
	int r;

	if (tasks != (long)threads)
		return ctx_fail(ctx, -EIO, "%ld threads in the group", tasks);
	our_class = nr_writes & 1 ? CLASS_B : CLASS_A;
	r = packets_begin(&tx);
	return r < 0 ? r : tx_run(ctx, 1) ?: tx_check(ctx);
}

BENCH_DEFINE(net_write_classid) = {
	.name = "net/write_classid",
	.summary = "give a group with open sockets another class of traffic",
	.version = 1,
	.kconfig = "CGROUP_NET_CLASSID DUMMY NET_SCH_HTB NET_CLS_CGROUP",
	.samples = 15,
	.warmup = 2,
	.extra = true,
	.params = PARAMS(PARAM("sockets", "1,10,100,1000,10000"),
			 PARAM_VARIANT_AXIS_AT("threads", "1", "4,16,64,256",
					       "sockets=1000")),
	.setup = classid_setup,
	.begin = classid_begin,
	.run = classid_run,
	.check = classid_check,
};
