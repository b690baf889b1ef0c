/* SPDX-License-Identifier: GPL-2.0-only */
/* Binary statistics: each errno, who may do what, and random requests. */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "functest.h"
#include "stat.h"

#define FUZZ_REQUESTS 20000

static uint32_t usage, limit;
static int dir;

static void set_up(void)
{
	stat_open();
	must(mount_v1(H, "pids,memory,name=t"));
	group(H "/a");
	dir = stat_open_dir(H "/a");
	must(stat_describe(-1, 0));
	usage = stat_id("memory.usage_in_bytes");
	limit = stat_id("pids.current");
}

/* With one id, for the cgroup that set_up() made. */
static void begin(int flags)
{
	stat_begin(flags, &usage, 1);
}

static void add_dir(void)
{
	cgstats_add(&stat_request, CGSTATS_A_FDS, &dir, sizeof(dir));
}

static int call(void)
{
	return stat_call(NULL, NULL);
}

/* --- errno --- */

static int with_ids(int flags, const void *ids, size_t len)
{
	stat_begin(flags, NULL, 0);
	cgstats_add(&stat_request, CGSTATS_A_IDS, ids, len);
	add_dir();
	return call();
}

static void check_ids(int flags)
{
	uint32_t ids[CGSTATS_MAX_IDS + 1];

	stat_begin(flags, NULL, 0);
	add_dir();
	must_fail(call(), EINVAL);
	must_fail(with_ids(flags, ids, 0), EINVAL);
	must_fail(with_ids(flags, &usage, 3), EINVAL);
	ids[0] = usage;
	ids[1] = 0;
	must_fail(with_ids(flags, ids, 8), EINVAL);
	must_fail(with_ids(flags, ids, 6), EINVAL);
	ids[1] = UINT32_MAX;
	must_fail(with_ids(flags, ids, 8), EINVAL);
	for (int i = 0; i <= CGSTATS_MAX_IDS; i++)
		ids[i] = usage;
	must_fail(with_ids(flags, ids, sizeof(ids)), ERANGE);
	must(with_ids(flags, ids, sizeof(ids) - 4));
}

static int with_fd(int flags, int fd)
{
	begin(flags);
	cgstats_add(&stat_request, CGSTATS_A_FDS, &fd, sizeof(fd));
	return call();
}

static void check_fds(int flags)
{
	int fd;

	must_fail(with_fd(flags, -1), EBADF);
	must_fail(with_fd(flags, 1000), EBADF);
	fd = must(sys(open("/proc", O_RDONLY)));
	must_fail(with_fd(flags, fd), EBADF);
	close(fd);
	fd = must(sys(open(H "/a/pids.current", O_RDONLY)));
	must_fail(with_fd(flags, fd), EBADF);
	close(fd);
	fd = must(sys(open(H "/a", O_PATH)));
	must_fail(with_fd(flags, fd), EBADF);
	close(fd);
	begin(flags);
	cgstats_add(&stat_request, CGSTATS_A_FDS, &dir, 0);
	must_fail(call(), EINVAL);
	begin(flags);
	cgstats_add(&stat_request, CGSTATS_A_FDS, &dir, 3);
	must_fail(call(), EINVAL);
}

static int with_u32(int flags, int attr, uint32_t value)
{
	begin(flags);
	add_dir();
	cgstats_add_u32(&stat_request, attr, value);
	return call();
}

static void check_attributes(int flags)
{
	uint64_t gen = stat_gen();

	must_fail(with_u32(flags, CGSTATS_A_FLAGS, CGSTATS_F_KEYS), EINVAL);
	must_fail(with_u32(flags, CGSTATS_A_FLAGS, 1u << 31), EINVAL);
	must(with_u32(flags, CGSTATS_A_FLAGS, 0));
	must(with_u32(flags, CGSTATS_A_FLAGS,
		      CGSTATS_F_COUNTS | CGSTATS_F_PREFLUSH));
	must_fail(with_u32(flags, CGSTATS_A_CGID, 0), EINVAL);
	must_fail(with_u32(flags, CGSTATS_A_KEYS, 0), EINVAL);
	must_fail(with_u32(flags, 99, 0), EINVAL);
	/* not a u64 */
	must_fail(with_u32(flags, CGSTATS_A_GEN, (uint32_t)gen), EINVAL);

	begin(flags);
	add_dir();
	cgstats_add_u64(&stat_request, CGSTATS_A_GEN, gen);
	must(call());
	begin(flags);
	add_dir();
	cgstats_add_u64(&stat_request, CGSTATS_A_GEN, gen - 1);
	must_fail(call(), ESTALE);

	/* struct genlmsghdr.reserved */
	begin(flags);
	add_dir();
	stat_request.buf[NLMSG_HDRLEN + 2] = 1;
	must_fail(call(), EINVAL);
}

TEST(stat, errors_do, "stat")
{
	const int two[2] = { 0 };
	int removed;

	set_up();
	check_ids(0);
	check_fds(0);
	check_attributes(0);

	/* not exactly one descriptor */
	begin(0);
	must_fail(call(), EINVAL);
	begin(0);
	cgstats_add(&stat_request, CGSTATS_A_FDS, two, sizeof(two));
	must_fail(call(), EINVAL);
	must_fail(with_u32(0, CGSTATS_A_SUBTREE_FD, dir), EINVAL);
	must_fail(with_u32(0, CGSTATS_A_HIERARCHY, 0), EINVAL);
	begin(0);
	cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, dir);
	must_fail(call(), EINVAL);
	begin(0);
	cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY, 0);
	cgstats_add_u64(&stat_request, CGSTATS_A_CGIDS, 1);
	must_fail(call(), EINVAL);

	/* not in that cgroup, or cgroup removed */
	removed = dir;
	dir = stat_open_dir(V2);
	must_fail(with_u32(0, CGSTATS_A_FLAGS, 0), ENODEV);
	dir = stat_open_dir(H);
	must_fail(with_ids(0, &limit, sizeof(limit)), ENODEV);
	must(sys(rmdir(H "/a")));
	dir = removed;
	must_fail(with_u32(0, CGSTATS_A_FLAGS, 0), ENOENT);
}

static int with_cgids(int hierarchy, const void *cgids, size_t len)
{
	begin(NLM_F_DUMP);
	if (hierarchy >= 0)
		cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY, hierarchy);
	if (cgids)
		cgstats_add(&stat_request, CGSTATS_A_CGIDS, cgids, len);
	return call();
}

TEST(stat, errors_dump, "stat")
{
	static uint64_t many[CGSTATS_MAX_CGROUPS + 1];
	int h;

	set_up();
	h = hierarchy_of("pids");
	check_ids(NLM_F_DUMP);
	check_fds(NLM_F_DUMP);
	check_attributes(NLM_F_DUMP);

	begin(NLM_F_DUMP);
	must_fail(call(), EINVAL);
	must_fail(with_cgids(h, NULL, 0), EINVAL);
	must_fail(with_cgids(-1, many, 8), EINVAL);
	must_fail(with_cgids(h, many, 0), EINVAL);
	must_fail(with_cgids(h, many, 12), EINVAL);
	must_fail(with_cgids(h, many, sizeof(many)), ERANGE);
	must_fail(with_cgids(9999, many, 8), ENOENT);
	must(with_cgids(h, many, 8));
	must_fail(with_u32(NLM_F_DUMP, CGSTATS_A_SUBTREE_FD, dir), EINVAL);
	must_fail(with_u32(NLM_F_DUMP, CGSTATS_A_HIERARCHY, h), EINVAL);
	begin(NLM_F_DUMP);
	cgstats_add(&stat_request, CGSTATS_A_FDS, many,
		    (CGSTATS_MAX_CGROUPS + 1) * sizeof(int));
	must_fail(call(), ERANGE);

	begin(NLM_F_DUMP);
	cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, 1000);
	must_fail(call(), EBADF);
	must(sys(rmdir(H "/a")));
	begin(NLM_F_DUMP);
	cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, dir);
	must_fail(call(), ENOENT);
}

TEST(stat, errors_busy, "stat")
{
	static uint64_t cgids[CGSTATS_MAX_CGROUPS];
	int r;

	set_up();
	for (int i = 0; i < CGSTATS_MAX_CGROUPS; i++)
		cgids[i] = stat_cgid(H "/a");
	begin(NLM_F_DUMP);
	cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY,
			hierarchy_of("pids"));
	cgstats_add(&stat_request, CGSTATS_A_CGIDS, cgids, sizeof(cgids));
	must(cgstats_send(&stats, &stat_request));
	must(cgstats_send(&stats, &stat_request));
	/* the first one fills a buffer, then it is refused immediately */
	do {
		r = stat_receive(NULL, NULL);
	} while (r == 1);
	check_eq(r, -EBUSY);
	do {
		r = stat_receive(NULL, NULL);
	} while (r == 1);
	must(r);
	must(stat_call(NULL, NULL));
}

static int describe(int flags, int attr, const void *data, size_t len)
{
	cgstats_request(&stat_request, &stats, CGSTATS_CMD_DESCRIBE, flags);
	if (attr)
		cgstats_add(&stat_request, attr, data, len);
	return cgstats_call(&stats, &stat_request, NULL, NULL);
}

TEST(stat, errors_describe, "stat")
{
	const uint32_t counts = CGSTATS_F_COUNTS, keys = CGSTATS_F_KEYS;
	const int two[2] = { 0 }, bad = -1;
	const uint64_t gen = 0;

	set_up();
	must_fail(describe(0, 0, NULL, 0), EOPNOTSUPP);
	must(describe(NLM_F_DUMP, 0, NULL, 0));
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_FLAGS, &counts, 4), EINVAL);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_FLAGS, &keys, 4), EINVAL);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_FDS, two, 8), EINVAL);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_FDS, two, 3), EINVAL);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_FDS, &bad, 4), EBADF);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_IDS, two, 8), EINVAL);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_GEN, &gen, 8), EINVAL);
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_SUBTREE_FD, &dir, 4), EINVAL);
	must_fail(describe(NLM_F_DUMP, 99, &dir, 4), EINVAL);
	must(describe(NLM_F_DUMP, CGSTATS_A_FDS, &dir, 4));
	must(sys(rmdir(H "/a")));
	must_fail(describe(NLM_F_DUMP, CGSTATS_A_FDS, &dir, 4), ENOENT);
}

/* --- permission --- */

static int read_as_user(void *arg)
{
	int flags = *(int *)arg;

	become_user();
	stat_open();
	dir = stat_open_dir(H "/a");
	begin(flags);
	add_dir();
	return call();
}

static int reach_as_user(void *arg)
{
	int attr = *(int *)arg;

	become_user();
	stat_open();
	begin(NLM_F_DUMP);
	if (attr == CGSTATS_A_CGIDS) {
		cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY, 0);
		cgstats_add_u64(&stat_request, CGSTATS_A_CGIDS, 1);
	} else {
		dir = stat_open_dir(H "/a");
		cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, dir);
	}
	return call();
}

static int describe_as_user(void *arg)
{
	(void)arg;
	become_user();
	stat_open();
	must(stat_describe(-1, 0));
	check(stat_file("memory.usage_in_bytes") != NULL);
	return stat_describe(stat_open_dir(H "/a"), CGSTATS_F_KEYS);
}

/* Root of a namespace may do no more than the user that created it. */
static int reach_in_user_ns(void *arg)
{
	int attr = *(int *)arg;

	become_user();
	/* or else its files in /proc are root's */
	must(sys(prctl(PR_SET_DUMPABLE, 1)));
	must(enter_user_ns());
	stat_open();
	begin(NLM_F_DUMP);
	if (attr == CGSTATS_A_CGIDS) {
		cgstats_add_u32(&stat_request, CGSTATS_A_HIERARCHY, 0);
		cgstats_add_u64(&stat_request, CGSTATS_A_CGIDS, 1);
	} else {
		cgstats_add_u32(&stat_request, CGSTATS_A_SUBTREE_FD, dir);
	}
	return call();
}

static int reach_in_cgroup_ns(void *arg)
{
	(void)arg;
	must(sys(unshare(CLONE_NEWCGROUP)));
	return with_cgids(0, &(uint64_t){ 1 }, 8);
}

TEST(stat, user, "stat")
{
	int one = 0, dump = NLM_F_DUMP;
	int cgids = CGSTATS_A_CGIDS, subtree = CGSTATS_A_SUBTREE_FD;

	set_up();
	check_eq(in_child(read_as_user, &one), 0);
	check_eq(in_child(read_as_user, &dump), 0);
	check_eq(in_child(describe_as_user, NULL), 0);
	check_eq(in_child(reach_as_user, &cgids), -EPERM);
	check_eq(in_child(reach_as_user, &subtree), -EPERM);
	check_eq(in_child(reach_in_user_ns, &cgids), -EPERM);
	check_eq(in_child(reach_in_user_ns, &subtree), -EPERM);
	check_eq(in_child(reach_in_cgroup_ns, NULL), -EPERM);

	must(sys(chmod(H "/a/memory.usage_in_bytes", 0600)));
	check_eq(in_child(read_as_user, &one), -EACCES);
	check_eq(in_child(read_as_user, &dump), -EACCES);
	must(sys(chown(H "/a/memory.usage_in_bytes", 1000, 0)));
	check_eq(in_child(read_as_user, &one), 0);
	/* root may read all the same */
	begin(0);
	add_dir();
	must(call());
}

/* A directory that can be listed, but not entered. */
static int read_listed(void *arg)
{
	(void)arg;
	become_user();
	stat_open();
	dir = must(sys(open(H "/a", O_RDONLY)));
	begin(0);
	add_dir();
	return call();
}

TEST(stat, user_directory, "stat")
{
	set_up();
	must(sys(chmod(H "/a", 0744)));
	check_eq(in_child(read_listed, NULL), -EACCES);
	must(sys(chmod(H "/a", 0755)));
	check_eq(in_child(read_listed, NULL), 0);
}

/* What is hidden by a mount cannot be opened, so it cannot be read. */
TEST(stat, user_covered_file, "stat")
{
	int one = 0, dump = NLM_F_DUMP;
	const char *file = H "/a/memory.usage_in_bytes";

	set_up();
	must(sys(mount("/dev/null", file, NULL, MS_BIND, NULL)));
	check_eq(in_child(read_as_user, &one), -EACCES);
	check_eq(in_child(read_as_user, &dump), -EACCES);
	/* root looks behind it */
	begin(0);
	add_dir();
	must(call());
	must(sys(umount2(file, MNT_DETACH)));
	check_eq(in_child(read_as_user, &one), 0);
	/* Another file of the same group is another file all the same. */
	must(sys(mount(H "/a/memory.stat", file, NULL, MS_BIND, NULL)));
	check_eq(in_child(read_as_user, &one), -EACCES);
	must(sys(umount2(file, MNT_DETACH)));
}

/* Both the opener of the socket and the sender need permission. */
static int open_as_user_send_as_root(void *arg)
{
	(void)arg;
	must(sys(seteuid(1000)));
	must(cgstats_socket(&stats));
	must(sys(seteuid(0)));
	begin(0);
	add_dir();
	return call();
}

static int open_as_root_send_as_user(void *arg)
{
	(void)arg;
	become_user();
	begin(0);
	add_dir();
	return call();
}

TEST(stat, user_borrowed_socket, "stat")
{
	set_up();
	check_eq(in_child(open_as_user_send_as_root, NULL), 0);
	check_eq(in_child(open_as_root_send_as_user, NULL), 0);
	must(sys(chmod(H "/a/memory.usage_in_bytes", 0600)));
	check_eq(in_child(open_as_user_send_as_root, NULL), -EACCES);
	check_eq(in_child(open_as_root_send_as_user, NULL), -EACCES);
}

/* The receiver of a dump needs no permission: the sender had it. */
static int count_good(const struct stat_record *r, void *arg)
{
	*(unsigned *)arg += r->error == 0;
	return 0;
}

static int receive_as_user(void *arg)
{
	unsigned good = 0;
	int r;

	become_user();
	do {
		r = stat_receive(count_good, &good);
	} while (r == 1);
	must(r);
	check_eq(good, CGSTATS_MAX_CGROUPS);
	return 0;
}

TEST(stat, user_receives, "stat")
{
	static int fds[CGSTATS_MAX_CGROUPS];

	set_up();
	must(sys(chmod(H "/a/memory.usage_in_bytes", 0600)));
	for (int i = 0; i < CGSTATS_MAX_CGROUPS; i++)
		fds[i] = dir;
	begin(NLM_F_DUMP);
	cgstats_add(&stat_request, CGSTATS_A_FDS, fds, sizeof(fds));
	must(cgstats_send(&stats, &stat_request));
	check_eq(in_child(receive_as_user, NULL), 0);
}

/* --- random requests --- */

static size_t random_length(struct rng *rng, int attr)
{
	static const size_t sizes[] = { 0, 0, 4, 8, 4, 4, 4, 8, 4 };

	if (rng_below(rng, 8) == 0)
		return rng_below(rng, 200);
	if (rng_below(rng, 50) == 0)
		return 30000 + rng_below(rng, 30000);
	if (attr == CGSTATS_A_IDS || attr == CGSTATS_A_FDS)
		return 4 * (1 + rng_below(rng, 8));
	return attr < (int)ARRAY_SIZE(sizes) ? sizes[attr] : 4;
}

static void random_attribute(struct rng *rng, const int *fds, unsigned nr_fds)
{
	static uint32_t data[16384];
	int attr =
		rng_below(rng, 10) ? 2 + rng_below(rng, 7) : rng_below(rng, 40);
	size_t len = random_length(rng, attr);

	for (size_t i = 0; i < len / 4 + 1 && i < ARRAY_SIZE(data); i++) {
		data[i] = rng_below(rng, UINT32_MAX);
		if (attr == CGSTATS_A_IDS || rng_below(rng, 4) == 0)
			data[i] = rng_below(rng, 140);
		if (attr == CGSTATS_A_FLAGS)
			data[i] = rng_below(rng, 5);
		if (attr == CGSTATS_A_FDS || attr == CGSTATS_A_SUBTREE_FD)
			data[i] = fds[rng_below(rng, nr_fds)];
	}
	cgstats_add(&stat_request, attr, data, len);
}

static bool expected(int r)
{
	static const int allowed[] = {
		0,	EINVAL, ERANGE, EBADF,	    EACCES,   EPERM,
		ENOENT, ENODEV, ESTALE, EOPNOTSUPP, EMSGSIZE, EINTR,
	};

	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (r == -allowed[i])
			return true;
	return false;
}

static int fuzz(void *arg)
{
	bool user = *(bool *)arg;
	unsigned long todo = option_nr("ops", scaled(scaled(FUZZ_REQUESTS)));
	unsigned long seed = option_nr("seed", 1), good = 0;
	struct rng rng;
	int fds[5];

	if (user)
		become_user();
	rng_seed(&rng, seed + !user);
	stat_open();
	fds[0] = stat_open_dir(H "/a");
	fds[1] = stat_open_dir(V2);
	fds[2] = stat_open_dir(H);
	fds[3] = must(sys(open("/proc/self/stat", O_RDONLY)));
	fds[4] = -1;
	for (unsigned long i = 0; i < todo; i++) {
		unsigned nr = rng_below(&rng, 6);
		int r;

		cgstats_request(&stat_request, &stats,
				rng_below(&rng, 4) ? CGSTATS_CMD_READ
						   : CGSTATS_CMD_DESCRIBE,
				rng_below(&rng, 2) ? NLM_F_DUMP : 0);
		for (unsigned k = 0; k < nr; k++)
			random_attribute(&rng, fds, rng_below(&rng, 3) ? 3 : 5);
		if (rng_below(&rng, 50) == 0)
			stat_request.buf[NLMSG_HDRLEN + 2] = 1;
		r = cgstats_call(&stats, &stat_request, NULL, NULL);
		if (!expected(r))
			fail("seed %lu, request %lu: %s", seed, i,
			     strerror(-r));
		good += r == 0;
	}
	note("%s: %lu requests were granted", user ? "user" : "root", good);
	check(good > 0);
	return 0;
}

TEST(stat, fuzz, "stat")
{
	bool user = true;

	set_up();
	check_eq(in_child(fuzz, &user), 0);
	user = false;
	check_eq(in_child(fuzz, &user), 0);
}
