/* SPDX-License-Identifier: GPL-2.0-only */
/* Network namespaces with a classifier of packets, and modules. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "fuzz.h"
#include "modprobe.h"
#include "rtnl.h"

struct net {
	const char *dir;
	uint32_t n;
};

static void send_some(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	int rx = socket(AF_INET, SOCK_DGRAM, 0);
	int tx = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[64] = "";

	bind(rx, (struct sockaddr *)&to, sizeof(to));
	getsockname(rx, (struct sockaddr *)&to, &len);
	for (int i = 0; i < 4; i++)
		sendto(tx, buf, sizeof(buf), MSG_DONTWAIT,
		       (struct sockaddr *)&to, len);
	recv(rx, buf, sizeof(buf), MSG_DONTWAIT);
}

/* The namespace goes with its process, filter, sockets and all. */
static void use_network(void *arg)
{
	const struct net *net = arg;
	struct rtnl_filter f = { .dev = "lo",
				 .parent = RTNL_CLSACT_IN,
				 .prio = 1,
				 .kind = "cgroup",
				 .has_rx = net->n % 4,
				 .rx = net->n / 4 % 2 };
	struct genl g;

	put(str("%s/cgroup.procs", net->dir), "0");
	if (unshare(CLONE_NEWNET) < 0 || rtnl_open(&g) < 0)
		return;
	rtnl_link_up(&g, "lo");
	rtnl_qdisc_ingress(&g, "lo", "clsact", 0);
	rtnl_filter_add(&g, &f, 0);
	f.parent = RTNL_CLSACT_OUT;
	rtnl_filter_add(&g, &f, 0);
	send_some();
	put(str("%s/net_cls.classid", net->dir), "0x10002");
	put(str("%s/net_prio.ifpriomap", net->dir), "lo 5");
	send_some();
	if (net->n / 8 % 2)
		rtnl_filter_del(&g, &f);
}

static int do_net(const uint32_t *a)
{
	struct net net = { .dir = group_path(a[0], a[1]), .n = a[2] };

	return net.dir ? with_child(use_network, &net) : -ENODEV;
}

OP(net) = {
	.name = "net",
	.fn = do_net,
	.args = { ARG_TOP, ARG_DIR, ARG_N },
	.weight = { 2, 0 },
	.then = "rmdir,remount,split",
};

static int do_module(const uint32_t *a)
{
	if (a[0] % 2)
		return load_module(MODULES "/netprio_cgroup.ko", "");
	return sys(syscall(SYS_delete_module, "netprio_cgroup", O_NONBLOCK));
}

OP(module) = {
	.name = "module",
	.fn = do_module,
	.args = { ARG_N },
	.weight = { 3, 0 },
	.then = "mount,remount,umount,module",
	.maybe = true,
};
