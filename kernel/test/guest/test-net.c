/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Received packets classified by the class id of their socket: a cgroup filter
 * with TCA_CGROUP_RX at the ingress of a device.
 *
 * Two network namespaces, joined by a veth pair: the test sends in one of
 * them, and in the other one packets come in at r0.  What the filter matches
 * is redirected to ifb0, whose classes count it.  All of it, to the receive
 * queue of a socket, happens while it is sent, unless it waits in ifb0.
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "functest.h"
#include "rtnl.h"

#define HTB 0x00100000
#define CLASS_LINK 0x001000ff
#define CLASS_A 0x00100001
#define CLASS_B 0x00100002
#define CLASS_OTHER 0x00100003 /* default of the HTB */
#define LINK_BYTES 1250000     /* 10 Mbit/s */

#define RX_ADDR 0x0a000001
#define TX_ADDR 0x0a000002
#define FAR_ADDR 0x0a090001 /* somewhere behind the receiver */
#define PORT_A 7001
#define PORT_B 7002
#define PORT_NONE 7099 /* nobody there */

static int rx_ns, tx_ns;
static struct genl rx, tx;

static const struct rtnl_filter rx_filter = {
	.dev = "r0",
	.parent = 0xffff0000,
	.prio = 1,
	.kind = "cgroup",
	.has_rx = true,
	.rx = 1,
	.to = "ifb0",
};

/* Everything that no earlier filter took. */
static const struct rtnl_filter rest_filter = {
	.dev = "r0",
	.parent = 0xffff0000,
	.prio = 9,
	.kind = "u32",
	.to = "ifb0",
};

/* --- the network --- */

static void in_ns(int fd)
{
	must(sys(setns(fd, CLONE_NEWNET)));
}

/* IPv6 sends packets of its own when a link comes up. */
static int new_ns(bool ipv6)
{
	must(sys(unshare(CLONE_NEWNET)));
	if (!ipv6)
		put("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	return must(sys(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)));
}

static void add_addr(const struct genl *g, const char *dev, uint32_t addr,
		     uint32_t peer, uint8_t peer_mac)
{
	struct in6_addr a6 = { .s6_addr = { 0xfd } }, p6 = a6;

	a6.s6_addr[15] = addr;
	p6.s6_addr[15] = peer;
	addr = htonl(addr);
	peer = htonl(peer);
	must(rtnl_link_up(g, dev));
	must(rtnl_addr_add(g, dev, AF_INET, &addr, 24));
	must(rtnl_neigh_add(g, dev, AF_INET, &peer, peer_mac));
	/* Fails without IPv6 in the kernel or in this test: do without it. */
	if (rtnl_addr_add(g, dev, AF_INET6, &a6, 64) == 0)
		must(rtnl_neigh_add(g, dev, AF_INET6, &p6, peer_mac));
}

static void make_net_with(bool ipv6)
{
	tx_ns = new_ns(ipv6);
	must(rtnl_open(&tx));
	rx_ns = new_ns(ipv6);
	must(rtnl_open(&rx));
	must(rtnl_veth_add(&rx, "r0", "s0", tx_ns));
	must(rtnl_link_add(&rx, "ifb0", "ifb"));
	/* Else it counts its own solicitations of routers, seconds later. */
	if (ipv6)
		must(put("/proc/sys/net/ipv6/conf/ifb0/disable_ipv6", "1"));
	must(rtnl_link_up(&rx, "ifb0"));
	must(rtnl_link_up(&rx, "lo"));
	in_ns(tx_ns);
	add_addr(&tx, "s0", TX_ADDR, RX_ADDR, 1);
	in_ns(rx_ns);
	add_addr(&rx, "r0", RX_ADDR, TX_ADDR, 2);
}

static void make_net(void)
{
	make_net_with(false);
}

static void make_classes(unsigned percent_a)
{
	const unsigned a = LINK_BYTES / 100 * percent_a;

	must(rtnl_qdisc_htb(&rx, "ifb0", HTB, 3));
	must(rtnl_class_htb(&rx, "ifb0", HTB, CLASS_LINK, LINK_BYTES,
			    LINK_BYTES));
	must(rtnl_class_htb(&rx, "ifb0", CLASS_LINK, CLASS_A, a, LINK_BYTES));
	must(rtnl_class_htb(&rx, "ifb0", CLASS_LINK, CLASS_B, LINK_BYTES - a,
			    LINK_BYTES));
	must(rtnl_class_htb(&rx, "ifb0", CLASS_LINK, CLASS_OTHER,
			    LINK_BYTES / 10, LINK_BYTES));
}

static void make_groups(const char *options)
{
	must(mount_v1(H, options));
	group(H "/a");
	group(H "/b");
	group(H "/none");
	must(put(H "/a/net_cls.classid", str("%d", CLASS_A)));
	must(put(H "/b/net_cls.classid", str("%d", CLASS_B)));
}

/* All of it, with the filter. */
static void set_up(void)
{
	make_groups("net_cls,name=t");
	make_net();
	make_classes(10);
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	must(rtnl_filter_add(&rx, &rx_filter, NLM_F_EXCL));
}

/* --- who receives --- */

struct counts {
	volatile unsigned packets;
	volatile unsigned long bytes;
	volatile bool ready;
};

struct sink {
	pid_t pid;
	struct counts *c;
};

struct sink_opts {
	const char *dir;
	int type;
	int family;
	uint16_t port;
	uint32_t addr;	/* to be bound to */
	bool elsewhere; /* in a namespace of its own */
	int pass_to;	/* socket that the socket is sent to, and left in */
	bool shares;	/* the port, which belongs to the second one */
};

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* fd00::1 is what 10.0.0.1 is. */
static union address address_of(int family, uint32_t addr, uint16_t port)
{
	union address a = { .in = { .sin_family = family } };

	if (family == AF_INET) {
		a.in.sin_port = htons(port);
		a.in.sin_addr.s_addr = htonl(addr);
		return a;
	}
	a.in6.sin6_port = htons(port);
	if (addr) {
		a.in6.sin6_addr.s6_addr[0] = 0xfd;
		a.in6.sin6_addr.s6_addr[15] = addr;
	}
	return a;
}

static void count(struct counts *c, ssize_t n)
{
	c->bytes += n;
	__sync_fetch_and_add(&c->packets, 1);
}

/* Sends back whatever begins with 'e'. */
static void receive_udp(int fd, struct counts *c)
{
	static char buf[65536];

	for (;;) {
		union address from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, &from.sa, &len);

		/* An ICMP error that was sent to it. */
		if (n < 0)
			continue;
		if (buf[0] == 'e')
			sendto(fd, buf, n, 0, &from.sa, len);
		count(c, n);
	}
}

static int tcp_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	must(sys(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len)));
	return info.tcpi_state;
}

/*
 * A socket closed in FIN-WAIT-2 is immediately replaced by a small one.  If it
 * were closed earlier, the answer to its FIN could arrive during close(), and
 * it would stay as it is for a minute.  If the other side has closed or reset
 * the connection, there is nothing to wait for.
 */
static void close_in_fin_wait_2(int fd)
{
	shutdown(fd, SHUT_WR);
	wait_for(tcp_state(fd) != TCP_FIN_WAIT1);
	close(fd);
}

/* One connection at a time; 'q' ends it from this side. */
static void receive_tcp(int listener, struct counts *c)
{
	static char buf[65536];

	must(sys(listen(listener, 8)));
	c->ready = true;
	for (;;) {
		int fd = must(sys(accept(listener, NULL, NULL)));
		ssize_t n;

		while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
			count(c, n);
			if (buf[n - 1] == 'q')
				break;
		}
		close_in_fin_wait_2(fd);
	}
}

static void pass_socket(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = "";
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&msg);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	check_eq(sys(sendmsg(to, &msg, 0)), 1);
}

/* Of the sockets that share the port, select the second one. */
static void share_port(int fd)
{
	struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, 1);
	struct sock_fprog program = { .len = 1, .filter = &code };
	int one = 1;

	must(sys(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one))));
	must(sys(setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
			    sizeof(program))));
}

static void sink_run(const struct sink_opts *o, struct counts *c)
{
	int family = o->family ? o->family : AF_INET, fd, one = 1;
	union address a = address_of(family, o->addr, o->port);

	if (o->dir)
		must(attach(o->dir, getpid()));
	if (o->elsewhere)
		new_ns(false);
	fd = must(sys(socket(family, o->type, 0)));
	if (family == AF_INET6)
		must(sys(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
				    sizeof(one))));
	must(sys(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one))));
	if (o->shares)
		share_port(fd);
	must(sys(bind(fd, &a.sa, sizeof(a))));
	if (o->pass_to) {
		pass_socket(o->pass_to, fd);
		_exit(0);
	}
	if (o->type == SOCK_STREAM)
		receive_tcp(fd, c);
	c->ready = true;
	receive_udp(fd, c);
}

static struct sink sink_with(const struct sink_opts *o)
{
	struct sink s = { .c = mmap(NULL, sizeof(*s.c), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0) };

	check(s.c != MAP_FAILED);
	s.pid = must(sys(fork()));
	if (s.pid == 0) {
		sink_run(o, s.c);
		_exit(1);
	}
	if (!o->pass_to)
		wait_for(s.c->ready);
	return s;
}

static struct sink sink(const char *dir, int type, uint16_t port)
{
	const struct sink_opts o = { .dir = dir, .type = type, .port = port };

	return sink_with(&o);
}

/* --- who sends --- */

static int sender_of(int family, int type, uint32_t addr, uint16_t port)
{
	union address a = address_of(family, addr, port);
	int fd;

	in_ns(tx_ns);
	fd = must(sys(socket(family, type | SOCK_CLOEXEC, 0)));
	in_ns(rx_ns);
	must(sys(connect(fd, &a.sa, sizeof(a))));
	return fd;
}

static int sender(int type, uint16_t port)
{
	return sender_of(AF_INET, type, RX_ADDR, port);
}

/* --- what was classified --- */

struct seen {
	unsigned a, b, other;
};

static unsigned packets_of(uint32_t classid)
{
	uint64_t n = 0;

	must(rtnl_class_packets(&rx, "ifb0", classid, &n));
	return n;
}

static struct seen look(void)
{
	return (struct seen){ packets_of(CLASS_A), packets_of(CLASS_B),
			      packets_of(CLASS_OTHER) };
}

/* This many more packets went through a class than before, and no others. */
static void expect_seen(const char *what, struct seen before, uint32_t classid,
			unsigned nr)
{
	struct seen now = before;
	unsigned a, b, other;

	for (unsigned i = 0; i < 100 * patience(); i++) {
		now = look();
		if (now.a + now.b + now.other - before.a - before.b -
				    before.other >=
			    nr &&
		    classid)
			break;
		/* If nothing matches, just wait this long. */
		if (!classid && i == 2)
			break;
		msleep(10);
	}
	a = now.a - before.a;
	b = now.b - before.b;
	other = now.other - before.other;
	if (a != (classid == CLASS_A) * nr || b != (classid == CLASS_B) * nr ||
	    other != (classid == CLASS_OTHER) * nr)
		fail("%s: %u packets in class a, %u in b, %u in the other one; "
		     "should be %u in %x",
		     what, a, b, other, nr, classid);
}

#define SOME 5

/* Packets of some size arrive, and are classified like this (0: not at all). */
static void expect_sized(const char *what, int fd, struct sink *s,
			 uint32_t classid, size_t size)
{
	static char buf[8192];
	struct seen before = look();
	unsigned nr = s->c->packets;

	buf[0] = 'x';
	for (int i = 0; i < SOME; i++)
		check_eq(sys(send(fd, buf, size, 0)), (long)size);
	wait_for(s->c->packets == nr + SOME);
	expect_seen(what, before, classid, SOME);
}

static void expect(const char *what, int fd, struct sink *s, uint32_t classid)
{
	expect_sized(what, fd, s, classid, 100);
}

/* --- packets made by hand --- */

struct frame {
	uint8_t bytes[512];
	size_t len;
};

struct frame_opts {
	uint16_t port;
	uint32_t to;	     /* 0: RX_ADDR */
	int vlan;	     /* > 0: tagged; -1: tagged for VLAN 0 */
	uint8_t mac;	     /* last byte of the receiver's; 0: r0's */
	bool broadcast;	     /* of the link */
	unsigned options;    /* words in the IP header */
	uint16_t frag;	     /* offset and flags */
	uint8_t first;	     /* of what it carries */
	uint16_t tcp_flags;  /* not UDP but TCP, with this */
	const char *payload; /* of IP instead of UDP: */
	size_t payload_len;
	uint8_t protocol;
};

static void add_bytes(struct frame *f, const void *p, size_t n)
{
	check(f->len + n <= sizeof(f->bytes));
	if (p)
		memcpy(f->bytes + f->len, p, n);
	else
		memset(f->bytes + f->len, 0, n);
	f->len += n;
}

static uint16_t checksum(const void *p, size_t n, uint32_t sum)
{
	const uint8_t *b = p;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += b[i] << 8 | b[i + 1];
	if (n & 1)
		sum += b[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void add_ethernet(struct frame *f, const struct frame_opts *o,
			 uint16_t protocol)
{
	const uint8_t macs[12] = { 2, 0, 0, 0, 0, o->mac ? o->mac : 1,
				   2, 0, 0, 0, 0, 2 };
	uint16_t tag[2] = { htons(0x8100), htons(o->vlan > 0 ? o->vlan : 0) };

	f->len = 0;
	add_bytes(f, macs, sizeof(macs));
	if (o->broadcast)
		memset(f->bytes, 0xff, 6);
	if (o->vlan)
		add_bytes(f, tag, sizeof(tag));
	protocol = htons(protocol);
	add_bytes(f, &protocol, sizeof(protocol));
}

static void add_udp(struct frame *f, const struct frame_opts *o)
{
	struct udphdr h = { .source = htons(999),
			    .dest = htons(o->port),
			    .len = htons(sizeof(h) + 4) };
	uint8_t data[4] = { o->first ? o->first : 'x' };

	add_bytes(f, &h, sizeof(h));
	add_bytes(f, data, sizeof(data));
}

static void add_tcp(struct frame *f, const struct frame_opts *o)
{
	struct tcphdr h = { .source = htons(999),
			    .dest = htons(o->port),
			    .seq = htonl(1000),
			    .doff = 5,
			    .window = htons(1000) };
	uint32_t pseudo = (TX_ADDR >> 16) + (TX_ADDR & 0xffff) +
			  (RX_ADDR >> 16) + (RX_ADDR & 0xffff) + IPPROTO_TCP +
			  sizeof(h);

	h.syn = o->tcp_flags == TH_SYN;
	h.ack = o->tcp_flags == TH_ACK;
	h.check = checksum(&h, sizeof(h), pseudo);
	add_bytes(f, &h, sizeof(h));
}

static struct frame frame_of(const struct frame_opts *o)
{
	struct frame f;
	struct iphdr ip = { .version = 4,
			    .ihl = 5 + o->options,
			    .ttl = 64,
			    .protocol = o->payload     ? o->protocol
					: o->tcp_flags ? IPPROTO_TCP
						       : IPPROTO_UDP,
			    .frag_off = htons(o->frag),
			    .saddr = htonl(TX_ADDR),
			    .daddr = htonl(o->to ? o->to : RX_ADDR) };
	size_t at;

	add_ethernet(&f, o, 0x0800);
	at = f.len;
	add_bytes(&f, &ip, sizeof(ip));
	/* No-operations */
	for (unsigned i = 0; i < o->options; i++)
		add_bytes(&f, "\1\1\1\1", 4);
	if (o->payload)
		add_bytes(&f, o->payload, o->payload_len);
	else if (o->tcp_flags)
		add_tcp(&f, o);
	else
		add_udp(&f, o);
	ip.tot_len = htons(f.len - at);
	memcpy(f.bytes + at, &ip, sizeof(ip));
	ip.check = checksum(f.bytes + at, 4 * (5 + o->options), 0);
	memcpy(f.bytes + at, &ip, sizeof(ip));
	return f;
}

static int raw_sender(void)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET };
	int fd;

	in_ns(tx_ns);
	/* No protocol: it sends only. */
	fd = must(sys(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)));
	sll.sll_ifindex = if_nametoindex("s0");
	must(sys(bind(fd, (struct sockaddr *)&sll, sizeof(sll))));
	in_ns(rx_ns);
	return fd;
}

static void expect_frames(const char *what, int raw, const struct frame_opts *o,
			  uint32_t classid, unsigned nr)
{
	struct frame f = frame_of(o);
	struct seen before = look();

	check_eq(sys(send(raw, f.bytes, f.len, 0)), (long)f.len);
	expect_seen(what, before, classid, nr);
}

static void expect_frame(const char *what, int raw, const struct frame_opts *o,
			 uint32_t classid)
{
	expect_frames(what, raw, o, classid, 1);
}

/* --- shares of a link --- */

static const char payload[1400];

static void nap(unsigned us)
{
	struct timespec ts = { .tv_nsec = us * 1000L };

	nanosleep(&ts, NULL);
}

/*
 * Send the same to each, more than goes through: 22 Mbit/s each.  In random
 * order, or the same one would always find the queue full.
 */
static void flood_udp(const int fds[2], unsigned ms)
{
	static struct rng r;

	for (unsigned i = 0; i < 2 * ms; i++) {
		unsigned first = rng_below(&r, 2);

		for (unsigned k = 0; k < 2; k++)
			(void)!send(fds[first ^ k], payload, sizeof(payload),
				    0);
		nap(500);
	}
}

/* Share of the one that should receive a tenth, in percent. */
static unsigned share_of(struct sink s[2], unsigned long before[2])
{
	unsigned long a = s[0].c->bytes - before[0];
	unsigned long b = s[1].c->bytes - before[1];

	check(a + b > 0);
	note("%lu and %lu kB: %lu%%", a / 1000, b / 1000, 100 * a / (a + b));
	return 100 * a / (a + b);
}

/* The throughput is that of the link: everything was shaped. */
static void check_rate(struct sink s[2], unsigned long before[2], unsigned ms)
{
	unsigned long bytes =
		s[0].c->bytes + s[1].c->bytes - before[0] - before[1];
	unsigned long max = LINK_BYTES / 1000UL * ms;

	if (bytes > max + max / 20 || bytes < max - max / 5)
		fail("%lu bytes in %u ms, the link has %lu", bytes, ms, max);
}

static unsigned share_udp(void)
{
	struct sink s[2] = { sink(H "/a", SOCK_DGRAM, PORT_A),
			     sink(H "/b", SOCK_DGRAM, PORT_B) };
	int fds[2] = { sender(SOCK_DGRAM, PORT_A), sender(SOCK_DGRAM, PORT_B) };
	unsigned long before[2];
	struct timespec t0, t1;
	unsigned ret;

	flood_udp(fds, 500);
	before[0] = s[0].c->bytes;
	before[1] = s[1].c->bytes;
	clock_gettime(CLOCK_MONOTONIC, &t0);
	flood_udp(fds, 3000);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	ret = share_of(s, before);
	check_rate(s, before,
		   (t1.tv_sec - t0.tv_sec) * 1000 +
			   (t1.tv_nsec - t0.tv_nsec) / 1000000);
	return ret;
}

/*
 * Without the new interface, hence on any kernel: received packets have no
 * class, and two flows get equal shares.
 */
TEST(net, shares_unclassified, "net_speed")
{
	struct rtnl_filter plain = rx_filter;
	unsigned share;

	make_groups("net_cls,name=t");
	make_net();
	make_classes(10);
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	plain.has_rx = false;
	must(rtnl_filter_add(&rx, &plain, NLM_F_EXCL));
	if (rtnl_filter_add(&rx, &rest_filter, NLM_F_EXCL) == -ENOENT)
		skip("the kernel has no u32 filter");
	share = share_udp();
	check(share >= 45 && share <= 55);
	check_eq(packets_of(CLASS_A) + packets_of(CLASS_B), 0);
}

TEST(net, shares_udp, "net_speed")
{
	unsigned share;

	set_up();
	share = share_udp();
	check(share >= 9 && share <= 11);
	check_eq(packets_of(CLASS_OTHER), 0);
}

static void send_for_ever(int fd)
{
	pid_t pid = must(sys(fork()));

	if (pid)
		return;
	while (send(fd, payload, sizeof(payload), MSG_NOSIGNAL) > 0)
		;
	_exit(0);
}

/* TCP adapts by itself: what is dropped is sent again. */
TEST(net, shares_tcp, "net_speed")
{
	struct sink s[2];
	unsigned long before[2];
	unsigned share;

	set_up();
	s[0] = sink(H "/a", SOCK_STREAM, PORT_A);
	s[1] = sink(H "/b", SOCK_STREAM, PORT_B);
	send_for_ever(sender(SOCK_STREAM, PORT_A));
	send_for_ever(sender(SOCK_STREAM, PORT_B));
	msleep(2000);
	before[0] = s[0].c->bytes;
	before[1] = s[1].c->bytes;
	msleep(8000);
	share = share_of(s, before);
	check(share >= 7 && share <= 13);
	check_rate(s, before, 8000);
	check_eq(packets_of(CLASS_OTHER), 0);
}

/* --- the attribute --- */

static int add_at(uint32_t parent, const char *dev)
{
	struct rtnl_filter f = rx_filter;

	f.parent = parent;
	f.dev = dev;
	return rtnl_filter_add(&rx, &f, NLM_F_EXCL);
}

TEST(net, places, "net_rx")
{
	struct rtnl_filter f = rx_filter;

	make_net();
	make_classes(10);
	/* A queueing discipline and its classes. */
	must_fail(add_at(HTB, "ifb0"), EINVAL);
	must_fail(add_at(CLASS_LINK, "ifb0"), EINVAL);
	/* clsact has two sides. */
	must(rtnl_qdisc_ingress(&rx, "r0", "clsact", 0));
	must_fail(add_at(RTNL_CLSACT_OUT, "r0"), EINVAL);
	must(add_at(RTNL_CLSACT_IN, "r0"));
	/* Whatever the number, there is only one ingress. */
	must(rtnl_qdisc_ingress(&rx, "ifb0", "ingress", 0));
	must(add_at(0xffff0000, "ifb0"));
	/* Without it, anywhere. */
	f.has_rx = false;
	f.dev = "ifb0";
	f.parent = HTB;
	must(rtnl_filter_add(&rx, &f, NLM_F_EXCL));
	f.dev = "r0";
	f.parent = RTNL_CLSACT_OUT;
	must(rtnl_filter_add(&rx, &f, NLM_F_EXCL));
	/* 0 is the same as nothing. */
	f.has_rx = true;
	f.rx = 0;
	f.prio = 2;
	must(rtnl_filter_add(&rx, &f, NLM_F_EXCL));
}

TEST(net, places_by_number, "net_rx")
{
	make_net();
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	/* The egress of clsact has this number; here it is the ingress. */
	must(add_at(RTNL_CLSACT_OUT, "r0"));
}

TEST(net, shared_block, "net_rx")
{
	struct rtnl_filter f = rx_filter;

	make_net();
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 7));
	f.dev = NULL;
	f.block = 7;
	must_fail(rtnl_filter_add(&rx, &f, NLM_F_EXCL), EINVAL);
	f.has_rx = false;
	must(rtnl_filter_add(&rx, &f, NLM_F_EXCL));
	/* Replacing a filter does not get around it. */
	f.has_rx = true;
	must_fail(rtnl_filter_add(&rx, &f, 0), EINVAL);
}

TEST(net, values, "net_rx")
{
	struct rtnl_filter f = rx_filter;
	int value;

	make_net();
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	f.rx = 2;
	must_fail(rtnl_filter_add(&rx, &f, NLM_F_EXCL), ERANGE);
	f.rx = 255;
	must_fail(rtnl_filter_add(&rx, &f, NLM_F_EXCL), ERANGE);
	f.rx = 1;
	f.rx_bytes = 4;
	must_fail(rtnl_filter_add(&rx, &f, NLM_F_EXCL), EINVAL);
	must_fail(rtnl_filter_rx(&rx, &f, &value), ENOENT);
	f.rx_bytes = 0;
	must(rtnl_filter_add(&rx, &f, NLM_F_EXCL));
	must(rtnl_filter_rx(&rx, &f, &value));
	check_eq(value, 1);
	/* A bad filter does not change an existing one. */
	f.rx = 2;
	must_fail(rtnl_filter_add(&rx, &f, 0), ERANGE);
	must(rtnl_filter_rx(&rx, &f, &value));
	check_eq(value, 1);
	f.rx = 0;
	must(rtnl_filter_add(&rx, &f, 0));
	must(rtnl_filter_rx(&rx, &f, &value));
	check_eq(value, -1);
	f.rx = 1;
	must(rtnl_filter_add(&rx, &f, 0));
	f.has_rx = false;
	must(rtnl_filter_add(&rx, &f, 0));
	must(rtnl_filter_rx(&rx, &f, &value));
	check_eq(value, -1);
	must(rtnl_filter_del(&rx, &f));
	must_fail(rtnl_filter_rx(&rx, &f, &value), ENOENT);
}

static int add_as_user(void *arg)
{
	struct genl g;

	become_user();
	must(rtnl_open(&g));
	return rtnl_filter_add(&g, &rx_filter, NLM_F_EXCL);
}

TEST(net, user, "net_rx")
{
	make_net();
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	check_eq(in_child(add_as_user, NULL), -EPERM);
}

/* --- what is matched --- */

TEST(net, classes, "net_rx")
{
	struct sink a, b, none;
	int to_a, to_b, to_none;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	b = sink(H "/b", SOCK_DGRAM, PORT_B);
	none = sink(H "/none", SOCK_DGRAM, 7003);
	to_a = sender(SOCK_DGRAM, PORT_A);
	to_b = sender(SOCK_DGRAM, PORT_B);
	to_none = sender(SOCK_DGRAM, 7003);
	expect("in a", to_a, &a, CLASS_A);
	expect("in b", to_b, &b, CLASS_B);
	expect("without a class id", to_none, &none, 0);
}

/* Packets without a class go to the next filter unchanged. */
TEST(net, next_filter, "net_rx")
{
	struct sink a, none;
	int to_a, to_none;

	set_up();
	if (rtnl_filter_add(&rx, &rest_filter, NLM_F_EXCL) == -ENOENT)
		skip("the kernel has no u32 filter");
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	none = sink(H "/none", SOCK_DGRAM, 7003);
	to_a = sender(SOCK_DGRAM, PORT_A);
	to_none = sender(SOCK_DGRAM, 7003);
	expect("in a", to_a, &a, CLASS_A);
	expect("without a class id", to_none, &none, CLASS_OTHER);
}

/* The attribute makes the difference: without it, the sender counts. */
TEST(net, replaced, "net_rx")
{
	struct rtnl_filter f = rx_filter;
	struct sink a;
	int to_a;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	to_a = sender(SOCK_DGRAM, PORT_A);
	expect("with it", to_a, &a, CLASS_A);
	f.has_rx = false;
	must(rtnl_filter_add(&rx, &f, 0));
	expect("without it", to_a, &a, 0);
	f.has_rx = true;
	must(rtnl_filter_add(&rx, &f, 0));
	expect("with it again", to_a, &a, CLASS_A);
	must(rtnl_filter_del(&rx, &f));
	expect("without a filter", to_a, &a, 0);
}

/* A sender with a class id does not confuse it. */
TEST(net, sender_has_class, "net_rx")
{
	struct sink a, none;
	int to_a, to_none;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	none = sink(H "/none", SOCK_DGRAM, 7003);
	must(attach(H "/b", getpid()));
	to_a = sender(SOCK_DGRAM, PORT_A);
	to_none = sender(SOCK_DGRAM, 7003);
	expect("from b to a", to_a, &a, CLASS_A);
	expect("from b to none", to_none, &none, 0);
}

/* Bound to an address, or connected: no wildcard. */
TEST(net, bound, "net_rx")
{
	struct sink_opts o = { .dir = H "/a",
			       .type = SOCK_DGRAM,
			       .port = PORT_A,
			       .addr = RX_ADDR };
	struct sink a;

	set_up();
	a = sink_with(&o);
	expect("bound", sender(SOCK_DGRAM, PORT_A), &a, CLASS_A);
}

/* A program selects one of the sockets that share a port, in two groups. */
static void shared_port(int family, int type)
{
	struct sink_opts o = { .dir = H "/a",
			       .family = family,
			       .type = type,
			       .port = PORT_A,
			       .shares = true };
	struct sink b;

	sink_with(&o);
	o.dir = H "/b";
	b = sink_with(&o);
	for (int i = 0; i < 16; i++)
		expect(str("sender %d", i),
		       sender_of(family, type, RX_ADDR, PORT_A), &b, CLASS_B);
}

TEST(net, shared_port, "net_rx")
{
	set_up();
	shared_port(AF_INET, SOCK_DGRAM);
}

TEST(net, fragments, "net_rx")
{
	struct sink a;
	int to_a, raw;
	struct frame_opts first = { .port = PORT_A, .frag = IP_MF };
	struct frame_opts last = { .port = PORT_A, .frag = 1 };

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	to_a = sender(SOCK_DGRAM, PORT_A);
	raw = raw_sender();
	expect_sized("whole", to_a, &a, CLASS_A, 1000);
	expect_sized("fragments", to_a, &a, 0, 4000);
	expect_frame("a first one", raw, &first, 0);
	expect_frame("a last one", raw, &last, 0);
}

TEST(net, not_for_it, "net_rx")
{
	const struct frame_opts plain = { .port = PORT_A },
				other_mac = { .port = PORT_A, .mac = 9 },
				broadcast = { .port = PORT_A,
					      .broadcast = true },
				to_broadcast = { .port = PORT_A,
						 .to = 0x0a0000ff },
				multicast = { .port = PORT_A,
					      .to = 0xe0000001 },
				forwarded = { .port = PORT_A, .to = FAR_ADDR },
				vlan = { .port = PORT_A, .vlan = 5 },
				vlan_0 = { .port = PORT_A, .vlan = -1 },
				ip_options = { .port = PORT_A, .options = 3 },
				no_port = { .port = PORT_NONE },
				not_udp = { .port = PORT_A,
					    .payload = "1234567890123456",
					    .payload_len = 16,
					    .protocol = IPPROTO_GRE },
				short_udp = { .port = PORT_A,
					      .payload = "1234567",
					      .payload_len = 7,
					      .protocol = IPPROTO_UDP },
				short_tcp = { .port = PORT_A,
					      .payload = "1234567890123456789",
					      .payload_len = 19,
					      .protocol = IPPROTO_TCP };
	int raw;

	set_up();
	sink(H "/a", SOCK_DGRAM, PORT_A);
	raw = raw_sender();
	expect_frame("plain", raw, &plain, CLASS_A);
	expect_frame("IP options", raw, &ip_options, CLASS_A);
	expect_frame("VLAN 0", raw, &vlan_0, CLASS_A);
	expect_frame("VLAN 5", raw, &vlan, 0);
	expect_frame("another MAC", raw, &other_mac, 0);
	expect_frame("broadcast", raw, &broadcast, 0);
	expect_frame("the network's broadcast", raw, &to_broadcast, 0);
	expect_frame("multicast", raw, &multicast, 0);
	expect_frame("another address", raw, &forwarded, 0);
	expect_frame("no such port", raw, &no_port, 0);
	expect_frame("not UDP", raw, &not_udp, 0);
	expect_frame("short UDP", raw, &short_udp, 0);
	expect_frame("short TCP", raw, &short_tcp, 0);
}

/* A router has a wildcard socket at a port, and forwards packets to it. */
TEST(net, forwarded, "net_rx")
{
	uint32_t net = htonl(FAR_ADDR & ~0xff), gateway = htonl(RX_ADDR);
	struct seen before;
	int fd;

	set_up();
	sink(H "/a", SOCK_DGRAM, PORT_A);
	must(put("/proc/sys/net/ipv4/ip_forward", "1"));
	in_ns(tx_ns);
	must(rtnl_route_add(&tx, "s0", net, 24, gateway));
	in_ns(rx_ns);
	fd = sender_of(AF_INET, SOCK_DGRAM, FAR_ADDR, PORT_A);
	before = look();
	must(sys(send(fd, "x", 1, 0)));
	expect_seen("forwarded", before, 0, 0);
}

TEST(net, other_namespace, "net_rx")
{
	struct sink_opts o = { .dir = H "/a",
			       .type = SOCK_DGRAM,
			       .port = PORT_A,
			       .elsewhere = true };
	const struct frame_opts frame = { .port = PORT_A };
	struct sink a;

	set_up();
	sink_with(&o);
	expect_frame("its socket is elsewhere", raw_sender(), &frame, 0);
	/* With both, the local one counts. */
	a = sink(H "/b", SOCK_DGRAM, PORT_A);
	expect("the one here", sender(SOCK_DGRAM, PORT_A), &a, CLASS_B);
}

/* A packet from the socket did not arrive: the error uses its share. */
TEST(net, icmp_error, "net_rx")
{
	const struct frame_opts echo = { .port = PORT_A, .first = 'e' };

	set_up();
	sink(H "/a", SOCK_DGRAM, PORT_A);
	expect_frames("packet and error", raw_sender(), &echo, CLASS_A, 2);
}

/* --- TCP --- */

/*
 * From /proc/net/tcp: the state, empty queues, and timer 3, which only the
 * small socket has that replaces a closed one.  A big one can be in FIN-WAIT-2,
 * too, and still has an owner.
 */
#define TW_FIN_WAIT_2 " 05 00000000:00000000 03:"
#define TW_TIME_WAIT " 06 00000000:00000000 03:"

static bool tcp_state_is_there(const char *state)
{
	return strstr(text_of("/proc/net/tcp"), state) != NULL;
}

TEST(net, connection, "net_rx")
{
	struct seen before;
	struct sink a;
	char byte;
	int fd;

	set_up();
	a = sink(H "/a", SOCK_STREAM, PORT_A);
	before = look();
	fd = sender(SOCK_STREAM, PORT_A);
	/* SYN: for the listener; and an ACK */
	expect_seen("connect", before, CLASS_A, 2);
	before = look();
	check_eq(sys(send(fd, "x", 1, 0)), 1);
	wait_for(a.c->packets == 1);
	expect_seen("data", before, CLASS_A, 1);
	/* Accepted connections move with their process, too. */
	must(attach(H "/b", a.pid));
	before = look();
	check_eq(sys(send(fd, "x", 1, 0)), 1);
	wait_for(a.c->packets == 2);
	expect_seen("moved", before, CLASS_B, 1);
	/* It closes its end and waits, owned by nobody. */
	check_eq(sys(send(fd, "q", 1, 0)), 1);
	check_eq(sys(recv(fd, &byte, 1, 0)), 0);
	/* FIN-WAIT-2: everything sent to it before has arrived. */
	wait_for(tcp_state_is_there(TW_FIN_WAIT_2));
	before = look();
	close(fd);
	expect_seen("TIME_WAIT", before, 0, 0);
	wait_for(tcp_state_is_there(TW_TIME_WAIT));
}

/* Not yet a connection: the next packet is for a request. */
TEST(net, request, "net_rx")
{
	const struct frame_opts syn = { .port = PORT_A, .tcp_flags = TH_SYN };

	set_up();
	sink(H "/a", SOCK_STREAM, PORT_A);
	/* Nobody wants to connect: the answer is a RST. */
	expect_frames("SYN and RST", raw_sender(), &syn, CLASS_A, 2);
}

/* No connection, but a listener, which answers. */
TEST(net, stray, "net_rx")
{
	const struct frame_opts ack = { .port = PORT_A, .tcp_flags = TH_ACK },
				none = { .port = PORT_NONE,
					 .tcp_flags = TH_ACK };
	int raw;

	set_up();
	sink(H "/a", SOCK_STREAM, PORT_A);
	raw = raw_sender();
	expect_frame("stray ACK", raw, &ack, CLASS_A);
	expect_frame("nobody", raw, &none, 0);
}

/* --- groups that change --- */

TEST(net, classid_changes, "net_rx")
{
	struct sink a;
	int to_a;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	to_a = sender(SOCK_DGRAM, PORT_A);
	expect("as it was opened", to_a, &a, CLASS_A);
	must(put(H "/a/net_cls.classid", str("%d", CLASS_B)));
	expect("another class id", to_a, &a, CLASS_B);
	must(put(H "/a/net_cls.classid", "0"));
	expect("none", to_a, &a, 0);
	must(put(H "/a/net_cls.classid", str("%d", CLASS_A)));
	expect("the first one", to_a, &a, CLASS_A);
	must(attach(H "/b", a.pid));
	expect("moved", to_a, &a, CLASS_B);
	must(attach(H, a.pid));
	expect("moved to the root", to_a, &a, 0);
}

/* A class unknown to the queueing discipline: its default. */
TEST(net, foreign_class, "net_rx")
{
	struct sink a;
	int to_a;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	to_a = sender(SOCK_DGRAM, PORT_A);
	must(put(H "/a/net_cls.classid", "0x200001"));
	expect("of another one", to_a, &a, CLASS_OTHER);
	must(put(H "/a/net_cls.classid", "0x100077"));
	expect("not there", to_a, &a, CLASS_OTHER);
	must(put(H "/a/net_cls.classid", "0xffffffff"));
	expect("the largest", to_a, &a, CLASS_OTHER);
}

TEST(net, closed, "net_rx")
{
	const struct frame_opts frame = { .port = PORT_A };
	struct sink a;
	int raw;

	set_up();
	raw = raw_sender();
	for (int i = 0; i < 5; i++) {
		expect_frame("not open", raw, &frame, 0);
		a = sink(i & 1 ? H "/b" : H "/a", SOCK_DGRAM, PORT_A);
		expect_frame("open", raw, &frame, i & 1 ? CLASS_B : CLASS_A);
		stop(a.pid);
	}
}

/* A socket in transit between processes outlives its group. */
TEST(net, removed_group, "net_rx")
{
	const struct frame_opts frame = { .port = PORT_A };
	struct sink_opts o = { .dir = H "/a",
			       .type = SOCK_DGRAM,
			       .port = PORT_A };
	int pair[2], raw;
	struct sink a;

	set_up();
	raw = raw_sender();
	must(sys(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)));
	o.pass_to = pair[1];
	a = sink_with(&o);
	wait_exit(a.pid, 0);
	expect_frame("under way", raw, &frame, CLASS_A);
	must(remove_below(H));
	expect_frame("its group is gone", raw, &frame, CLASS_A);
	close(pair[0]);
	close(pair[1]);
	expect_frame("closed", raw, &frame, 0);
}

static pid_t flood_start(void)
{
	int fds[2] = { sender(SOCK_DGRAM, PORT_A), sender(SOCK_DGRAM, PORT_B) };
	pid_t pid = must(sys(fork()));

	if (pid == 0)
		for (;;)
			flood_udp(fds, 100);
	close(fds[0]);
	close(fds[1]);
	return pid;
}

#define STILL_MS (300 * patience())

/* Queued packets belong to the flood, and are gone soon after it. */
static void flood_stop(pid_t pid)
{
	struct seen before, now = look();

	stop(pid);
	do {
		before = now;
		msleep(STILL_MS);
		now = look();
	} while (memcmp(&before, &now, sizeof(now)));
}

/* Wait until everything that has arrived is read. */
static void flood_read(const struct sink *a, const struct sink *b)
{
	unsigned before, now = a->c->packets + b->c->packets;

	do {
		before = now;
		msleep(STILL_MS);
		now = a->c->packets + b->c->packets;
	} while (before != now);
}

TEST(net, rebound, "net_rx")
{
	struct sink a, b;
	pid_t flood;

	if (!have("rebind"))
		skip("the kernel has no rebind");
	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	b = sink(H "/b", SOCK_DGRAM, PORT_B);
	flood = flood_start();
	for (int i = 0; i < 10; i++) {
		must(remount_v1(H, "none,name=t"));
		msleep(5);
		must(remount_v1(H, "net_cls,name=t"));
		check_eq(number_in(H "/a/net_cls.classid"), 0);
		must(put(H "/a/net_cls.classid", str("%d", CLASS_A)));
		must(put(H "/b/net_cls.classid", str("%d", CLASS_B)));
		msleep(5);
	}
	flood_stop(flood);
	flood_read(&a, &b);
	expect("in a", sender(SOCK_DGRAM, PORT_A), &a, CLASS_A);
	expect("in b", sender(SOCK_DGRAM, PORT_B), &b, CLASS_B);
	must(remount_v1(H, "none,name=t"));
	expect("unbound", sender(SOCK_DGRAM, PORT_A), &a, 0);
}

static pid_t open_and_close(void)
{
	union address here = address_of(AF_INET, 0, PORT_B);
	pid_t pid = must(sys(fork()));

	if (pid)
		return pid;
	must(attach(H "/b", getpid()));
	for (;;) {
		int fd = must(sys(socket(AF_INET, SOCK_DGRAM, 0)));

		must(sys(bind(fd, &here.sa, sizeof(here))));
		nap(300);
		close(fd);
	}
}

static pid_t connect_and_close(void)
{
	union address there = address_of(AF_INET, RX_ADDR, PORT_A);
	pid_t pid = must(sys(fork()));

	if (pid)
		return pid;
	in_ns(tx_ns);
	for (;;) {
		int fd = must(sys(socket(AF_INET, SOCK_STREAM, 0)));
		struct linger hard = { .l_onoff = 1 };

		must(sys(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard,
				    sizeof(hard))));
		if (connect(fd, &there.sa, sizeof(there)) == 0)
			(void)!send(fd, "xq", 2, MSG_NOSIGNAL);
		close(fd);
	}
}

/* Sockets, class ids and filters come and go while packets flow. */
TEST(net, storm, "net_rx")
{
	struct rtnl_filter f = rx_filter;
	pid_t flood, opener, connecter;
	struct sink a;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	sink(H "/a", SOCK_STREAM, PORT_A);
	flood = flood_start();
	opener = open_and_close();
	connecter = connect_and_close();
	for (unsigned i = 0; i < scaled(150); i++) {
		must(put(H "/a/net_cls.classid", i & 1 ? "0x100001" : "0"));
		must(put(H "/b/net_cls.classid", i & 2 ? "0x100002" : "7"));
		f.has_rx = i & 4;
		if (i % 10 == 9)
			must(rtnl_filter_del(&rx, &f));
		must(rtnl_filter_add(&rx, &f, 0));
		if (i % 16 == 15) {
			must(attach(H "/none", a.pid));
			must(attach(H "/a", a.pid));
		}
		msleep(4);
	}
	/* Stop it before waiting for packets to cease. */
	stop(opener);
	stop(connecter);
	flood_stop(flood);
	check(a.c->packets > 0);
}

/* --- bad packets --- */

/* Headers that are plausible except for a few bytes. */
static void spoil(struct rng *r, struct frame *f)
{
	unsigned nr = rng_below(r, 4);

	for (unsigned i = 0; i < nr; i++)
		f->bytes[14 + rng_below(r, f->len - 14)] = rng_below(r, 256);
	if (rng_below(r, 3) == 0)
		f->len = 14 + rng_below(r, f->len - 14);
}

static struct frame icmp_frame(struct rng *r)
{
	const struct frame_opts inner = { .port = PORT_A, .mac = 1 };
	struct frame in = frame_of(&inner), out;
	struct icmphdr icmp = { .type = 3, .code = rng_below(r, 16) };
	char body[128];
	struct frame_opts o = { .payload = body, .protocol = IPPROTO_ICMP };

	spoil(r, &in);
	memcpy(body, &icmp, sizeof(icmp));
	memcpy(body + sizeof(icmp), in.bytes + 14, in.len - 14);
	o.payload_len = sizeof(icmp) + in.len - 14;
	out = frame_of(&o);
	return out;
}

static struct frame ipv6_frame(struct rng *r)
{
	static const uint8_t types[] = { 0, 43, 44, 50, 51, 60, 135, 59, 58 };
	struct ip6_hdr ip = { .ip6_vfc = 0x60, .ip6_hlim = 64 };
	const struct frame_opts o = { .port = PORT_A };
	struct frame f;
	uint8_t next = types[rng_below(r, ARRAY_SIZE(types))];
	size_t at;

	add_ethernet(&f, &o, 0x86dd);
	at = f.len;
	ip.ip6_nxt = next;
	ip.ip6_src.s6_addr[0] = ip.ip6_dst.s6_addr[0] = 0xfd;
	ip.ip6_src.s6_addr[15] = 2;
	ip.ip6_dst.s6_addr[15] = 1;
	add_bytes(&f, NULL, sizeof(ip));
	for (unsigned i = rng_below(r, 4); i > 0; i--) {
		uint8_t ext[8] = { types[rng_below(r, ARRAY_SIZE(types))],
				   rng_below(r, 8) ? 0 : rng_below(r, 256),
				   rng_below(r, 8) ? 0 : rng_below(r, 256) };

		add_bytes(&f, ext, sizeof(ext));
	}
	if (f.len > at + sizeof(ip))
		f.bytes[f.len - 8] = IPPROTO_UDP;
	else
		ip.ip6_nxt = IPPROTO_UDP;
	add_udp(&f, &o);
	ip.ip6_plen = htons(f.len - at - sizeof(ip));
	memcpy(f.bytes + at, &ip, sizeof(ip));
	return f;
}

static struct frame any_frame(struct rng *r)
{
	struct frame_opts o = { .port = PORT_A,
				.options =
					rng_below(r, 4) ? 0 : rng_below(r, 11),
				.tcp_flags = rng_below(r, 2) ? TH_SYN : 0 };

	switch (rng_below(r, 3)) {
	case 0:
		return icmp_frame(r);
	case 1:
		return ipv6_frame(r);
	}
	return frame_of(&o);
}

static void send_garbage(unsigned nr)
{
	struct rng r;
	int raw = raw_sender();

	rng_seed(&r, option_nr("seed", 1));
	for (unsigned i = 0; i < nr; i++) {
		struct frame f = any_frame(&r);

		spoil(&r, &f);
		/* The device wants an Ethernet header and a bit more. */
		(void)!send(raw, f.bytes, f.len, 0);
	}
	close(raw);
}

TEST(net, garbage, "net_rx")
{
	struct sink a;

	set_up();
	a = sink(H "/a", SOCK_DGRAM, PORT_A);
	sink(H "/a", SOCK_STREAM, PORT_A);
	send_garbage(5000);
	msleep(500);
	expect("after it", sender(SOCK_DGRAM, PORT_A), &a, CLASS_A);
}

/* --- a user with a private network --- */

static int own_network(void *arg)
{
	const struct frame_opts frame = { .port = PORT_A };
	const struct sink_opts o = { .type = SOCK_DGRAM, .port = PORT_A };
	struct genl host;
	struct rtnl_filter f = rx_filter;

	/* A socket in the other namespace. */
	must(rtnl_open(&host));
	must(attach(H "/a", getpid()));
	must(enter_user_ns());
	must_fail(rtnl_qdisc_ingress(&host, "lo", "ingress", 0), EPERM);
	make_net();
	make_classes(10);
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	must(rtnl_filter_add(&rx, &rx_filter, NLM_F_EXCL));
	f.rx = 2;
	f.prio = 2;
	must_fail(rtnl_filter_add(&rx, &f, NLM_F_EXCL), ERANGE);
	/* The user's sockets have the class id that root gave to the group. */
	sink_with(&o);
	expect_frame("his own", raw_sender(), &frame, CLASS_A);
	must_fail(put(H "/a/net_cls.classid", "0"), EACCES);
	send_garbage(3000);
	return 0;
}

static int user_in_own_network(void *arg)
{
	must(sys(setresgid(1000, 1000, 1000)));
	must(sys(setresuid(1000, 1000, 1000)));
	/* Else /proc/self belongs to root. */
	must(sys(prctl(PR_SET_DUMPABLE, 1)));
	return own_network(arg);
}

TEST(net, user_namespace, "net_rx")
{
	make_groups("net_cls,name=t");
	must(sys(chown(H "/a/cgroup.procs", 1000, 1000)));
	check_eq(in_child(user_in_own_network, NULL), 0);
}

/* --- IPv6 --- */

static void set_up_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		skip("the kernel has no IPv6");
	close(fd);
	make_groups("net_cls,name=t");
	make_net_with(true);
	make_classes(10);
	must(rtnl_qdisc_ingress(&rx, "r0", "ingress", 0));
	must(rtnl_filter_add(&rx, &rx_filter, NLM_F_EXCL));
}

static struct sink sink_ipv6(const char *dir, int type, uint16_t port)
{
	const struct sink_opts o = {
		.dir = dir, .type = type, .family = AF_INET6, .port = port
	};

	return sink_with(&o);
}

TEST(net, ipv6_udp, "net_rx6")
{
	struct sink_opts bound = { .dir = H "/b",
				   .type = SOCK_DGRAM,
				   .family = AF_INET6,
				   .addr = RX_ADDR,
				   .port = PORT_B };
	struct sink a, b;
	int to_a;

	set_up_ipv6();
	a = sink_ipv6(H "/a", SOCK_DGRAM, PORT_A);
	to_a = sender_of(AF_INET6, SOCK_DGRAM, RX_ADDR, PORT_A);
	expect("in a", to_a, &a, CLASS_A);
	expect_sized("fragments", to_a, &a, 0, 4000);
	must(put(H "/a/net_cls.classid", "0"));
	expect("without a class id", to_a, &a, 0);
	b = sink_with(&bound);
	expect("bound", sender_of(AF_INET6, SOCK_DGRAM, RX_ADDR, PORT_B), &b,
	       CLASS_B);
}

TEST(net, ipv6_shared_port, "net_rx6")
{
	set_up_ipv6();
	shared_port(AF_INET6, SOCK_DGRAM);
}

TEST(net, ipv6_tcp, "net_rx6")
{
	struct seen before;
	struct sink a;
	int fd;

	set_up_ipv6();
	a = sink_ipv6(H "/a", SOCK_STREAM, PORT_A);
	before = look();
	fd = sender_of(AF_INET6, SOCK_STREAM, RX_ADDR, PORT_A);
	expect_seen("connect", before, CLASS_A, 2);
	before = look();
	check_eq(sys(send(fd, "x", 1, 0)), 1);
	wait_for(a.c->packets == 1);
	expect_seen("data", before, CLASS_A, 1);
}

/* A packet by hand: extension headers, and an address that is not ours. */
static struct frame ipv6_udp_frame(uint8_t to, const uint8_t *ext, size_t len)
{
	const struct frame_opts o = { .port = PORT_A };
	struct ip6_hdr ip = { .ip6_nxt = len ? ext[len] : IPPROTO_UDP,
			      .ip6_hlim = 64 };
	struct frame f;

	add_ethernet(&f, &o, 0x86dd);
	/* In a union with the others: an initializer would undo them. */
	ip.ip6_vfc = 0x60;
	ip.ip6_plen = htons(len + sizeof(struct udphdr) + 4);
	ip.ip6_src.s6_addr[0] = ip.ip6_dst.s6_addr[0] = 0xfd;
	ip.ip6_src.s6_addr[15] = 2;
	ip.ip6_dst.s6_addr[15] = to;
	add_bytes(&f, &ip, sizeof(ip));
	if (len)
		add_bytes(&f, ext, len);
	add_udp(&f, &o);
	return f;
}

TEST(net, ipv6_headers, "net_rx6")
{
	/* Behind each of them: what kind it is. */
	static const uint8_t options[9] = { IPPROTO_UDP,    0, 1, 4, 0, 0, 0, 0,
					    IPPROTO_DSTOPTS };
	static const uint8_t first[9] = { IPPROTO_UDP,	   0, 0, 1, 0, 0, 0, 1,
					  IPPROTO_FRAGMENT };
	static const uint8_t last[9] = { IPPROTO_UDP,	  0, 0, 8, 0, 0, 0, 1,
					 IPPROTO_FRAGMENT };
	const struct {
		const char *what;
		uint8_t to;
		const uint8_t *ext;
		uint32_t classid;
	} cases[] = {
		{ "plain", 1, NULL, CLASS_A },
		{ "options", 1, options, CLASS_A },
		{ "first fragment", 1, first, 0 },
		{ "last fragment", 1, last, 0 },
		{ "another address", 9, NULL, 0 },
	};
	int raw;

	set_up_ipv6();
	sink_ipv6(H "/a", SOCK_DGRAM, PORT_A);
	raw = raw_sender();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct frame f = ipv6_udp_frame(cases[i].to, cases[i].ext,
						cases[i].ext ? 8 : 0);
		struct seen before = look();

		check_eq(sys(send(raw, f.bytes, f.len, 0)), (long)f.len);
		expect_seen(cases[i].what, before, cases[i].classid, 1);
	}
}
