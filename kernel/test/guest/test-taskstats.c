/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the series fixes in the taskstats family.  These tests need nothing that
 * a kernel without it lacks; there, most of them fail.
 */
#include <linux/cgroupstats.h>
#include <linux/futex.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "functest.h"
#include "genl.h"

static struct genl open_family(void)
{
	struct genl g;

	must(genl_open(TASKSTATS_GENL_NAME, &g));
	return g;
}

/* --- CGROUPSTATS_CMD_GET --- */

struct counts {
	struct cgroupstats stats;
	bool there;
};

static int take_counts(struct nlmsghdr *answer, void *arg)
{
	struct genlmsghdr *h = nlmsg_data(answer);
	struct counts *c = arg;
	struct nlattr *a =
		nla_find(genlmsg_attrdata(h, 0), genlmsg_attrlen(h, 0),
			 CGROUPSTATS_TYPE_CGROUP_STATS);

	check(a && nla_len(a) == sizeof(c->stats));
	memcpy(&c->stats, nla_data(a), sizeof(c->stats));
	c->there = true;
	return 0;
}

static int ask_fd(const struct genl *g, int fd, struct cgroupstats *ret)
{
	struct nl_msg *msg = genl_request(g, CGROUPSTATS_CMD_GET, 0);
	struct counts c = { .there = false };
	int r;

	check(msg && nla_put_u32(msg, CGROUPSTATS_CMD_ATTR_FD, fd) == 0);
	r = genl_call(g, msg, take_counts, &c);
	if (r)
		return r;
	/* It claimed success: where is the answer? */
	if (!c.there)
		return -ENOMSG;
	if (ret)
		*ret = c.stats;
	return 0;
}

static int ask_path(const struct genl *g, const char *path,
		    struct cgroupstats *ret)
{
	int fd = must(sys(open(path, O_RDONLY | O_CLOEXEC)));
	int r = ask_fd(g, fd, ret);

	close(fd);
	return r;
}

static struct cgroupstats counts_of(const char *path)
{
	struct genl g = open_family();
	struct cgroupstats stats;

	must(ask_path(&g, path, &stats));
	genl_close(&g);
	return stats;
}

static int ask_bad_fds(void *arg)
{
	struct genl g = open_family();
	int fd;

	/* An error must arrive without asking for an ACK. */
	nl_socket_disable_auto_ack(g.sock);
	must_fail(ask_fd(&g, 12345, NULL), EBADF);
	must_fail(ask_fd(&g, -1, NULL), EBADF);
	fd = must(sys(open(H "/d", O_RDONLY)));
	must(ask_fd(&g, fd, NULL));
	close(fd);
	must_fail(ask_fd(&g, fd, NULL), EBADF);
	fd = must(sys(open(H "/d", O_PATH)));
	must_fail(ask_fd(&g, fd, NULL), EBADF);
	close(fd);
	return 0;
}

static int ask_bad_fds_as_user(void *arg)
{
	become_user();
	return ask_bad_fds(arg);
}

TEST(taskstats, bad_fd, NULL)
{
	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	check_eq(in_child(ask_bad_fds, NULL), 0);
	check_eq(in_child(ask_bad_fds_as_user, NULL), 0);
}

static void check_errors(const char *top)
{
	struct genl g = open_family();
	const char *dir = str("%s/gone", top);
	int fd;

	must_fail(ask_path(&g, "/", NULL), EINVAL);
	must_fail(ask_path(&g, "/proc/self", NULL), EINVAL);
	must_fail(ask_path(&g, "/dev/null", NULL), EINVAL);
	must_fail(ask_path(&g, str("%s/cgroup.procs", top), NULL), EINVAL);
	must_fail(genl_call(&g, genl_request(&g, CGROUPSTATS_CMD_GET, 0), NULL,
			    NULL),
		  EINVAL);
	/* A group stays until nobody uses it any more. */
	group(dir);
	fd = must(sys(open(dir, O_RDONLY)));
	must(sys(rmdir(dir)));
	wait_for(ask_fd(&g, fd, NULL) == -ENOENT);
	close(fd);
	genl_close(&g);
}

TEST(taskstats, cgroup_errors, NULL)
{
	must(mount_v1(H, "none,name=t"));
	check_errors(H);
}

/* Tasks that only sleep in ways that were always counted. */
static void check_sleepers(const char *top)
{
	struct cgroupstats s;

	make_tree(top);
	s = counts_of(str("%s/a", top));
	check_eq(s.nr_sleeping, 0);
	sleeper(str("%s/a", top));
	sleeper_threads(str("%s/a", top), 4);
	/* Not recursive. */
	sleeper(str("%s/a/b", top));
	wait_for(counts_of(str("%s/a", top)).nr_sleeping == 6 &&
		 counts_of(str("%s/a/b", top)).nr_sleeping == 1);
	s = counts_of(str("%s/a", top));
	check_eq(s.nr_running + s.nr_stopped + s.nr_uninterruptible +
			 s.nr_io_wait,
		 0);
	check_eq(counts_of(str("%s/d", top)).nr_sleeping, 0);
	/* The caller is running. */
	must(attach(str("%s/d", top), getpid()));
	check_eq(counts_of(str("%s/d", top)).nr_running, 1);
	must(attach(top, getpid()));
	check(counts_of(top).nr_running >= 1);
}

TEST(taskstats, cgroup_v1, NULL)
{
	must(mount_v1(H, "pids,name=t"));
	check_sleepers(H);
}

TEST(taskstats, cgroup_v2, NULL)
{
	check_sleepers(V2);
	check_errors(V2);
}

static int ask_as_user(void *arg)
{
	struct cgroupstats s;
	struct genl g;

	become_user();
	g = open_family();
	must(ask_path(&g, arg, &s));
	return s.nr_sleeping;
}

TEST(taskstats, cgroup_v2_user, NULL)
{
	char path[] = V2 "/x";

	group(path);
	sleeper(path);
	sleeper(path);
	wait_for(counts_of(path).nr_sleeping == 2);
	check_eq(in_child(ask_as_user, path), 2);
}

TEST(taskstats, cgroup_v2_threaded, NULL)
{
	pid_t tids[4];
	pid_t pid;

	group(V2 "/x");
	group(V2 "/x/t");
	must(put(V2 "/x/t/cgroup.type", "threaded"));
	pid = sleeper_threads(V2 "/x", 3);
	check_eq(threads_of(pid, tids, 4), 4);
	must(put(V2 "/x/t/cgroup.threads", str("%d", tids[2])));
	wait_for(counts_of(V2 "/x").nr_sleeping == 3);
	check_eq(counts_of(V2 "/x/t").nr_sleeping, 1);
}

/* --- which state a task is in --- */

static void sleep_nanosleep(void)
{
	msleep(1000 * 1000);
}

static void sleep_pause(void)
{
	pause();
}

static void sleep_futex(void)
{
	int word = 0;

	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void sleep_sigtimedwait(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigwaitinfo(&set, NULL);
}

static void sleep_recv(void)
{
	int s[2];
	char c;

	must(sys(socketpair(AF_UNIX, SOCK_STREAM, 0, s)));
	must(sys(recv(s[0], &c, 1, 0)));
}

static void sleep_poll(void)
{
	poll(NULL, 0, -1);
}

/* Its child sleeps as well. */
static void sleep_wait4(void)
{
	if (must(sys(fork())) == 0)
		for (;;)
			pause();
	waitpid(-1, NULL, 0);
}

static void sleep_vfork(void)
{
	if (vfork() == 0)
		for (;;)
			pause();
}

static void spin(void)
{
	for (;;)
		;
}

static pid_t in_group(const char *dir, void (*fn)(void))
{
	pid_t pid = must(sys(fork()));

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(attach(dir, getpid()));
		for (;;)
			fn();
	}
	return pid;
}

/* How many tasks of the group does /proc show in this state? */
static unsigned letters(const char *dir, char state)
{
	const char *p = text_of(str("%s/tasks", dir));
	unsigned nr = 0;

	for (; *p; p += strcspn(p, "\n"), p += *p == '\n')
		nr += state_of(strtol(p, NULL, 10)) == state;
	return nr;
}

TEST(taskstats, freezable, NULL)
{
	static void (*const fns[])(void) = {
		sleep_nanosleep, sleep_nanosleep,    sleep_nanosleep,
		sleep_pause,	 sleep_pause,	     sleep_futex,
		sleep_recv,	 sleep_sigtimedwait, sleep_poll,
		sleep_wait4,
	};
	struct cgroupstats s;

	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	for (size_t i = 0; i < ARRAY_SIZE(fns); i++)
		in_group(H "/a", fns[i]);
	wait_for(letters(H "/a", 'S') == ARRAY_SIZE(fns) + 1);
	s = counts_of(H "/a");
	check_eq(s.nr_sleeping, ARRAY_SIZE(fns) + 1);
	check_eq(s.nr_running + s.nr_stopped + s.nr_uninterruptible +
			 s.nr_io_wait,
		 0);
}

TEST(taskstats, killable, NULL)
{
	struct cgroupstats s;

	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	in_group(H "/a", sleep_vfork);
	wait_for(letters(H "/a", 'D') == 1 && letters(H "/a", 'S') == 1);
	s = counts_of(H "/a");
	check_eq(s.nr_uninterruptible, 1);
	check_eq(s.nr_sleeping, 1);
}

TEST(taskstats, stopped, NULL)
{
	pid_t pids[3];

	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	for (int i = 0; i < 3; i++)
		pids[i] = in_group(H "/a", i ? sleep_nanosleep : spin);
	wait_for(count_tasks(H) == 3);
	for (int i = 0; i < 3; i++)
		must(sys(kill(pids[i], SIGSTOP)));
	wait_for(letters(H "/a", 'T') == 3);
	check_eq(counts_of(H "/a").nr_stopped, 3);
	must(sys(kill(pids[0], SIGCONT)));
	/* It is R before it runs: for a moment, it counts as neither. */
	wait_for(counts_of(H "/a").nr_running == 1);
	check_eq(counts_of(H "/a").nr_stopped, 2);
}

TEST(taskstats, frozen, NULL)
{
	struct cgroupstats s;

	must(mount_v1(H, "freezer,name=t"));
	make_tree(H);
	in_group(H "/a", sleep_nanosleep);
	in_group(H "/a", sleep_pause);
	in_group(H "/a", spin);
	wait_for(count_tasks(H) == 3);
	must(put(H "/a/freezer.state", "FROZEN"));
	wait_for(has_line(text_of(H "/a/freezer.state"), "FROZEN"));
	check_eq(letters(H "/a", 'D'), 3);
	s = counts_of(H "/a");
	must(put(H "/a/freezer.state", "THAWED"));
	check_eq(s.nr_uninterruptible, 3);
	check_eq(s.nr_sleeping + s.nr_running, 0);
	wait_for(letters(H "/a", 'D') == 0);
}

#define IO_BYTES (64 * 1024)

static void read_throttled(void)
{
	void *buf = aligned_alloc(4096, IO_BYTES);
	int fd = must(sys(open("/dev/ram0", O_RDONLY | O_DIRECT)));

	check_eq(must(sys(pread(fd, buf, IO_BYTES, 0))), IO_BYTES);
	_exit(0);
}

TEST(taskstats, io_wait, NULL)
{
	struct cgroupstats s;
	pid_t pid;

	if (!exists("/dev/ram0"))
		skip("no ram disk");
	must(mount_v1(H, "blkio,name=t"));
	make_tree(H);
	/* Takes half a minute if left alone. */
	must(put(H "/a/blkio.throttle.read_bps_device", "1:0 2048"));
	pid = in_group(H "/a", read_throttled);
	sleeper(H "/a");
	wait_for(counts_of(H "/a").nr_io_wait == 1);
	s = counts_of(H "/a");
	check_eq(s.nr_io_wait, 1);
	check_eq(s.nr_uninterruptible, 0);
	check_eq(s.nr_sleeping, 1);
	must(put(H "/a/blkio.throttle.read_bps_device", "1:0 0"));
	wait_exit(pid, 0);
	check_eq(counts_of(H "/a").nr_io_wait, 0);
}

/* --- listeners --- */

/* A socket with a port of our choice; 0: the kernel's. */
static struct genl open_port(uint32_t port)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct genl any = open_family(), ret = { .family = any.family };

	ret.sock = nl_socket_alloc();
	check(ret.sock);
	nl_socket_set_local_port(ret.sock, port);
	check(nl_connect(ret.sock, NETLINK_GENERIC) == 0);
	must(sys(setsockopt(nl_socket_get_fd(ret.sock), SOL_SOCKET, SO_RCVTIMEO,
			    &second, sizeof(second))));
	genl_close(&any);
	return ret;
}

static int listen_on(const struct genl *g, int attr, const char *cpus)
{
	struct nl_msg *msg = genl_request(g, TASKSTATS_CMD_GET, NLM_F_ACK);

	check(msg && nla_put_string(msg, attr, cpus) == 0);
	return genl_call(g, msg, NULL, NULL);
}

static int register_on(const struct genl *g, const char *cpus)
{
	return listen_on(g, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, cpus);
}

static int deregister_on(const struct genl *g, const char *cpus)
{
	return listen_on(g, TASKSTATS_CMD_ATTR_DEREGISTER_CPUMASK, cpus);
}

/* All CPUs, as the interface wants them. */
static const char *all_cpus(void)
{
	const char *text = text_of("/sys/devices/system/cpu/possible");

	return str("%.*s", (int)strcspn(text, "\n"), text);
}

/* A child exits; does this socket hear of it? */
static bool hears_exit(const struct genl *g)
{
	struct pollfd pfd = { nl_socket_get_fd(g->sock), POLLIN, 0 };
	char buf[8192];
	pid_t pid = must(sys(fork()));
	bool heard = false;

	if (pid == 0)
		_exit(0);
	reap(pid);
	while (poll(&pfd, 1, 0) > 0) {
		int len = must(sys(recv(pfd.fd, buf, sizeof(buf), 0)));
		struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;
		struct nlattr *a;

		check(nlmsg_ok(h, len));
		a = nla_find(genlmsg_attrdata(nlmsg_data(h), 0),
			     genlmsg_attrlen(nlmsg_data(h), 0),
			     TASKSTATS_TYPE_AGGR_PID);
		a = a ? nla_find(nla_data(a), nla_len(a), TASKSTATS_TYPE_PID)
		      : NULL;
		heard |= a && nla_get_u32(a) == (uint32_t)pid;
	}
	return heard;
}

#define PORT 0x1234567

struct foreign {
	int (*fn)(const struct genl *g, const char *cpus);
	int namespaces;
};

static int listen_in_namespace(void *arg)
{
	struct foreign *f = arg;
	struct genl g;

	must(sys(unshare(f->namespaces)));
	g = open_port(PORT);
	return f->fn(&g, all_cpus());
}

static int query_in_netns(void *arg)
{
	struct nl_msg *msg;
	struct genl g;

	must(sys(unshare(CLONE_NEWNET)));
	g = open_family();
	msg = genl_request(&g, TASKSTATS_CMD_GET, 0);
	check(msg && nla_put_u32(msg, TASKSTATS_CMD_ATTR_PID, getpid()) == 0);
	return genl_call(&g, msg, NULL, NULL);
}

/* A port number means a different socket in each network namespace. */
TEST(taskstats, listener_netns, NULL)
{
	struct foreign add = { register_on, CLONE_NEWNET };
	struct foreign del = { deregister_on, CLONE_NEWNET };
	struct genl g = open_port(PORT);

	check(!hears_exit(&g));
	check_eq(in_child(listen_in_namespace, &add), -EINVAL);
	check(!hears_exit(&g));
	must(register_on(&g, all_cpus()));
	check(hears_exit(&g));
	check_eq(in_child(listen_in_namespace, &del), -EINVAL);
	check(hears_exit(&g));
	must(deregister_on(&g, all_cpus()));
	check(!hears_exit(&g));
	check_eq(in_child(query_in_netns, NULL), 0);
}

static int listen_as_user(void *arg)
{
	struct genl g;

	become_user();
	g = open_family();
	return register_on(&g, "0");
}

static int listen_in_user_ns(void *arg)
{
	struct genl g;

	must(enter_user_ns());
	g = open_family();
	return register_on(&g, "0");
}

TEST(taskstats, listener, NULL)
{
	struct genl g = open_family();
	const char *cpus = all_cpus();

	must(register_on(&g, cpus));
	must(register_on(&g, cpus));
	check(hears_exit(&g));
	/* Registering twice counts once. */
	must(deregister_on(&g, cpus));
	check(!hears_exit(&g));
	must(deregister_on(&g, cpus));
	must_fail(register_on(&g, "64"), ERANGE);
	must_fail(register_on(&g, "x"), EINVAL);
	must_fail(register_on(&g, "2-1"), EINVAL);
	check_eq(in_child(listen_as_user, NULL), -EPERM);
	check_eq(in_child(listen_in_user_ns, NULL), -EPERM);
	/* A listener that forgets to deregister is dropped. */
	must(register_on(&g, cpus));
	genl_close(&g);
	g = open_family();
	check(!hears_exit(&g));
}

/* Ignores notifications of exits; if there are too many, some are lost. */
static void listen_and_leave(void)
{
	struct genl g = open_family();
	int r = register_on(&g, all_cpus());

	check(r == 0 || r == -ENOBUFS);
	r = deregister_on(&g, all_cpus());
	check(r == 0 || r == -ENOBUFS);
	if (r) {
		/* It is still full of notifications. */
		genl_close(&g);
		g = open_family();
	}
	must(ask_path(&g, H "/a", NULL));
	/* Leave this one to the exiting tasks. */
	r = register_on(&g, all_cpus());
	check(r == 0 || r == -ENOBUFS);
	genl_close(&g);
}

/* Commands run in parallel: lists change while in use. */
TEST(taskstats, listener_storm, NULL)
{
	struct storm storms[2];
	pid_t pids[4];

	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	for (size_t i = 0; i < ARRAY_SIZE(storms); i++)
		storms[i] = storm_start(H "/a", 8);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = must(sys(fork()));
		if (pids[i])
			continue;
		for (unsigned k = 0; k < scaled(50); k++)
			listen_and_leave();
		_exit(0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		wait_exit(pids[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(storms); i++)
		storm_stop(&storms[i]);
}

/* --- parallel commands --- */

#define LONG_TASKS 1000 /* for a command to visit */
#define WINDOWS 24

static volatile unsigned *commands; /* odd: one is under way */

/*
 * The request is built only once: while the number is odd, hardly anything runs
 * but the command.
 */
static void ask_for_ever(const char *dir)
{
	struct genl g = open_family();
	struct nl_msg *msg = genl_request(&g, CGROUPSTATS_CMD_GET, 0);
	int fd = must(sys(open(dir, O_RDONLY)));
	int sock = nl_socket_get_fd(g.sock);
	char buf[4096];

	check(msg && nla_put_u32(msg, CGROUPSTATS_CMD_ATTR_FD, fd) == 0);
	nl_socket_disable_auto_ack(g.sock);
	nl_complete_msg(g.sock, msg);
	for (;;) {
		ssize_t r, len = nlmsg_hdr(msg)->nlmsg_len;

		__atomic_fetch_add(commands, 1, __ATOMIC_SEQ_CST);
		r = send(sock, nlmsg_hdr(msg), len, 0);
		__atomic_fetch_add(commands, 1, __ATOMIC_SEQ_CST);
		check_eq(r, len);
		must(sys(recv(sock, buf, sizeof(buf), 0)));
	}
}

/* A command of a family under genl_mutex. */
static void ask_other_family(const struct genl *ctrl)
{
	struct nl_msg *msg = genl_request(ctrl, CTRL_CMD_GETFAMILY, 0);

	check(msg && nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl") == 0);
	must(genl_call(ctrl, msg, NULL, NULL));
}

static long nr_switches(void)
{
	struct rusage usage;

	must(sys(getrusage(RUSAGE_SELF, &usage)));
	return usage.ru_nvcsw;
}

/* Does a command issued during another one wait for that? */
static bool waits(const struct genl *ctrl)
{
	unsigned from = *commands;
	long before;

	/* A waiter delayed the other one, too: let that catch up. */
	while (*commands - from < 20 || !(*commands & 1))
		__builtin_ia32_pause();
	before = nr_switches();
	ask_other_family(ctrl);
	/*
	 * Not whether a command ended meanwhile: the CPUs of an emulator take
	 * turns, and a turn may end within this command.
	 */
	return nr_switches() != before;
}

/* Nobody has to sleep because of somebody else's long command. */
TEST(taskstats, parallel, NULL)
{
	struct genl g, ctrl;
	unsigned waited = 0;
	pid_t pid;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		skip("this takes two CPUs");
	commands = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(commands != MAP_FAILED);
	must(mount_v1(H, "none,name=t"));
	make_tree(H);
	/* Not scaled: the other family is just as slow there. */
	sleeper_threads(H "/a", LONG_TASKS);
	pid = must(sys(fork()));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(run_on(1));
		ask_for_ever(H "/a");
	}
	must(run_on(0));
	g = open_family();
	ctrl = (struct genl){ g.sock, GENL_ID_CTRL };
	nl_socket_disable_auto_ack(g.sock);
	wait_for(*commands > 10);
	for (int i = 0; i < WINDOWS; i++)
		waited += waits(&ctrl);
	note("%u of %d commands slept for another family's", waited, WINDOWS);
	check(waited < WINDOWS / 2);
	stop(pid);
}
