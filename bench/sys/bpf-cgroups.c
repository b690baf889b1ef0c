/* SPDX-License-Identifier: GPL-2.0-only */
#include "bpf-cgroups.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_BYTES 65536
#define PEEK_BYTES 256

/* A walk ends with a call without a group. */
void bpf_cgroups_begin(struct bpf_code *c)
{
	unsigned some;

	c->nr = 0;
	c->bad = false;
	/* struct bpf_iter__cgroup: meta, of which seq is the first, and cgroup. */
	bpf_code_load(c, BPF_CGROUPS_GROUP, BPF_REG_1, 8, 8);
	some = bpf_code_jump(c, BPF_JNE, BPF_CGROUPS_GROUP, 0);
	bpf_code_return(c, 0);
	bpf_code_land(c, some);
	bpf_code_load(c, BPF_REG_1, BPF_REG_1, 0, 8);
	bpf_code_load(c, BPF_CGROUPS_SEQ, BPF_REG_1, 0, 8);
}

void bpf_cgroups_say(struct bpf_code *c, int off, unsigned bytes)
{
	bpf_code_move(c, BPF_REG_1, BPF_CGROUPS_SEQ);
	bpf_code_move(c, BPF_REG_2, BPF_REG_10);
	bpf_code_op(c, BPF_ADD, BPF_REG_2, off);
	bpf_code_op(c, BPF_MOV, BPF_REG_3, bytes);
	bpf_code_helper(c, BPF_FUNC_seq_write);
}

void bpf_cgroups_end(struct bpf_code *c)
{
	bpf_code_return(c, 0);
}

/* The line before the last two, which are statistics of the verifier. */
static void last_words(char *log, char why[BPF_CGROUPS_WHY_MAX])
{
	char *stats = strstr(log, "\nprocessed ");
	const char *line;

	if (stats)
		*stats = '\0';
	line = strrchr(log, '\n');
	snprintf(why, BPF_CGROUPS_WHY_MAX, "%s", line ? line + 1 : log);
}

static int load(const struct btf *btf, const struct bpf_code *c,
		char why[BPF_CGROUPS_WHY_MAX])
{
	static char log[LOG_BYTES];
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		    .expected_attach_type = BPF_TRACE_ITER,
		    .prog_flags = BPF_F_SLEEPABLE, .log_buf = log,
		    .log_size = sizeof(log));
	int id = btf__find_by_name_kind(btf, "bpf_iter_cgroup", BTF_KIND_FUNC);
	int r;

	*why = *log = '\0';
	if (id < 0)
		return -ENOENT;
	if (c->bad)
		return -E2BIG;
	opts.attach_btf_id = id;
	r = bpf_prog_load(BPF_PROG_TYPE_TRACING, "cgmark", "GPL", c->insns,
			  c->nr, &opts);
	if (r < 0)
		last_words(log, why);
	return r;
}

static int link_to(int prog, int cgroup_fd, int order)
{
	union bpf_iter_link_info info = {
		.cgroup = { .order = order, .cgroup_fd = cgroup_fd }
	};
	LIBBPF_OPTS(bpf_link_create_opts, opts, .iter_info = &info,
		    .iter_info_len = sizeof(info));

	return bpf_link_create(prog, 0, BPF_TRACE_ITER, &opts);
}

static int load_and_link(const struct btf *btf, const struct bpf_code *c,
			 int cgroup_fd, int order,
			 char why[BPF_CGROUPS_WHY_MAX])
{
	int prog = load(btf, c, why), r;

	if (prog < 0)
		return prog;
	r = link_to(prog, cgroup_fd, order);
	close(prog);
	return r;
}

int bpf_cgroups_link(const struct btf *btf, const struct bpf_code *c,
		     int cgroup_fd, char why[BPF_CGROUPS_WHY_MAX])
{
	return load_and_link(btf, c, cgroup_fd, BPF_CGROUP_ITER_DESCENDANTS_PRE,
			     why);
}

int bpf_cgroups_walk(int link, void *buf, size_t size)
{
	int fd = bpf_iter_create(link);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, buf, size);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

static int find_symbol(const char *name, uint64_t *ret)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long long address;
	char line[512], is[256];
	int r = -ENOENT;

	if (!f)
		return -errno;
	while (r && fgets(line, sizeof(line), f)) {
		if (!strstr(line, name) ||
		    sscanf(line, "%llx %*c %255s", &address, is) != 2 ||
		    strcmp(is, name) || !address)
			continue;
		*ret = address;
		r = 0;
	}
	fclose(f);
	return r;
}

int bpf_cgroups_peek(const struct btf *btf, int cgroup_fd, const char *symbol,
		     void *buf, size_t size)
{
	static struct bpf_code c;
	char why[BPF_CGROUPS_WHY_MAX];
	uint64_t address = 0;
	int link, r = find_symbol(symbol, &address);

	if (r || size > PEEK_BYTES)
		return r ? r : -E2BIG;
	bpf_cgroups_begin(&c);
	bpf_code_move(&c, BPF_REG_1, BPF_REG_10);
	bpf_code_op(&c, BPF_ADD, BPF_REG_1, -PEEK_BYTES);
	bpf_code_op(&c, BPF_MOV, BPF_REG_2, size);
	bpf_code_set(&c, BPF_REG_3, address);
	bpf_code_helper(&c, BPF_FUNC_probe_read_kernel);
	bpf_cgroups_say(&c, -PEEK_BYTES, size);
	bpf_cgroups_end(&c);
	link = load_and_link(btf, &c, cgroup_fd, BPF_CGROUP_ITER_SELF_ONLY,
			     why);
	if (link < 0)
		return link;
	r = bpf_cgroups_walk(link, buf, size);
	close(link);
	return r < 0 ? r : r == (int)size ? 0 : -EIO;
}
