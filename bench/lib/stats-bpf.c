/* SPDX-License-Identifier: GPL-2.0-only */
#include "stats-bpf.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf-cgroups.h"
#include "bpf-types.h"

#define PAGE_SHIFT 12
/* The kernel's PAGE_COUNTER_MAX, in pages. */
#define PAGES_MAX (LONG_MAX >> PAGE_SHIFT)
/* The kernel's MEMCG_CHARGE_BATCH: updates for each CPU that may wait. */
#define CHARGE_BATCH 64
/* More ancestors than a group here can have. */
#define LEVELS_MAX 300

/* Registers that stay, with those of bpf-cgroups.h. */
#define MEMCG BPF_REG_8
#define STATS BPF_REG_9
/* Numbers are collected on the stack, with one place for a counter. */
#define CHUNK (BPF_STACK_BYTES / 8 - 1)
#define CHUNK_OFF (-8 * CHUNK)
#define LEVEL_OFF (CHUNK_OFF - 8)

#define INDEX_MAX 256
#define NO_INDEX 255

/*
 * What memory.stat has, in its order, by the names that the kernel has for the
 * indices.  What it lacks because of its configuration is left out.
 */
static const char *const v1_states[] = {
	"NR_FILE_PAGES",
	"NR_ANON_MAPPED",
	"NR_ANON_THPS",
	"NR_SHMEM",
	"NR_FILE_MAPPED",
	"NR_FILE_DIRTY",
	"NR_WRITEBACK",
	"WORKINGSET_REFAULT_ANON",
	"WORKINGSET_REFAULT_FILE",
	"MEMCG_SWAP",
	"NR_SWAPCACHE",
	NULL,
};

static const char *const v1_events[] = {
	"PGPGIN", "PGPGOUT", "PGFAULT", "PGMAJFAULT", NULL,
};

static const char *const v1_lists[] = {
	"NR_INACTIVE_ANON", "NR_ACTIVE_ANON", "NR_INACTIVE_FILE",
	"NR_ACTIVE_FILE",   "NR_UNEVICTABLE", NULL,
};

static const char *const v2_states[] = {
	"NR_ANON_MAPPED",
	"NR_FILE_PAGES",
	"MEMCG_KMEM",
	"NR_KERNEL_STACK_KB",
	"NR_PAGETABLE",
	"NR_SECONDARY_PAGETABLE",
	"MEMCG_PERCPU_B",
	"MEMCG_SOCK",
	"MEMCG_VMALLOC",
	"NR_SHMEM",
	"MEMCG_ZSWAP_B",
	"MEMCG_ZSWAPPED",
	"NR_FILE_MAPPED",
	"NR_FILE_DIRTY",
	"NR_WRITEBACK",
	"NR_SWAPCACHE",
	"NR_ANON_THPS",
	"NR_FILE_THPS",
	"NR_SHMEM_THPS",
	"NR_INACTIVE_ANON",
	"NR_ACTIVE_ANON",
	"NR_INACTIVE_FILE",
	"NR_ACTIVE_FILE",
	"NR_UNEVICTABLE",
	"NR_SLAB_RECLAIMABLE_B",
	"NR_SLAB_UNRECLAIMABLE_B",
	"NR_SLAB_RECLAIMABLE_B+NR_SLAB_UNRECLAIMABLE_B",
	"WORKINGSET_REFAULT_ANON",
	"WORKINGSET_REFAULT_FILE",
	"WORKINGSET_ACTIVATE_ANON",
	"WORKINGSET_ACTIVATE_FILE",
	"WORKINGSET_RESTORE_ANON",
	"WORKINGSET_RESTORE_FILE",
	"WORKINGSET_NODERECLAIM",
	"PGDEMOTE_KSWAPD",
	"PGDEMOTE_DIRECT",
	"PGDEMOTE_KHUGEPAGED",
	"PGPROMOTE_SUCCESS",
	NULL,
};

static const char *const v2_events[] = {
	"PGSCAN_KSWAPD+PGSCAN_DIRECT+PGSCAN_KHUGEPAGED",
	"PGSTEAL_KSWAPD+PGSTEAL_DIRECT+PGSTEAL_KHUGEPAGED",
	"PGSCAN_KSWAPD",
	"PGSCAN_DIRECT",
	"PGSCAN_KHUGEPAGED",
	"PGSTEAL_KSWAPD",
	"PGSTEAL_DIRECT",
	"PGSTEAL_KHUGEPAGED",
	"PGFAULT",
	"PGMAJFAULT",
	"PGREFILL",
	"PGACTIVATE",
	"PGDEACTIVATE",
	"PGLAZYFREE",
	"PGLAZYFREED",
	"SWPIN_ZERO",
	"SWPOUT_ZERO",
	"ZSWPIN",
	"ZSWPOUT",
	"ZSWPWB",
	"THP_FAULT_ALLOC",
	"THP_COLLAPSE_ALLOC",
	"THP_SWPOUT",
	"THP_SWPOUT_FALLBACK",
	"NUMA_PAGE_MIGRATE",
	"NUMA_PTE_UPDATES",
	"NUMA_HINT_FAULTS",
	NULL,
};

/* The program in the making. */
static struct {
	const struct btf *btf;
	int version, cgroup_fd;
	struct bpf_code code;
	unsigned nr;	     /* numbers of a group */
	unsigned nr_stack;   /* of these, on the stack */
	const char *missing; /* the first that this kernel does not have */
	/* Of an item in state[] or events[]; NO_INDEX: it is not there. */
	uint8_t states[INDEX_MAX], events[INDEX_MAX];
} b;

static int link_fd;
static uint64_t said[BPF_CGROUPS_BYTES / sizeof(uint64_t)];

/* --- parts of a program --- */

static void miss(const char *what)
{
	if (!b.missing)
		b.missing = what;
}

static struct bpf_field field(const char *path)
{
	struct bpf_field f = { .bytes = 8 };

	if (bpf_types_field(b.btf, path, &f) < 0)
		miss(path);
	return f;
}

static int id_of(const char *name, int kind)
{
	int id = btf__find_by_name_kind(b.btf, name, kind);

	if (id < 0)
		miss(name);
	return id;
}

static void load_field(int dst, int src, const char *path)
{
	struct bpf_field f = field(path);

	bpf_code_load(&b.code, dst, src, f.offset, f.bytes);
}

static void say(void)
{
	if (b.nr_stack)
		bpf_cgroups_say(&b.code, CHUNK_OFF, 8 * b.nr_stack);
	b.nr_stack = 0;
}

/* Before anything is in a register that does not stay. */
static void make_room(unsigned nr)
{
	if (b.nr_stack + nr > CHUNK)
		say();
}

/* Where the next number goes. */
static int take_place(void)
{
	b.nr++;
	return CHUNK_OFF + 8 * b.nr_stack++;
}

/* R0 = the struct that the state of a controller is the first member of. */
static void cast(const char *type)
{
	bpf_code_op(&b.code, BPF_MOV, BPF_REG_2, id_of(type, BTF_KIND_STRUCT));
	bpf_code_kfunc(&b.code, id_of("bpf_rdonly_cast", BTF_KIND_FUNC));
}

static void find_state(const char *controller, const char *type)
{
	struct bpf_field f = field("cgroup.subsys");
	unsigned id = 0;

	if (bpf_types_value(b.btf, "cgroup_subsys_id", controller, &id) < 0)
		miss(controller);
	bpf_code_load(&b.code, BPF_REG_1, BPF_CGROUPS_GROUP, f.offset + 8 * id,
		      8);
	cast(type);
}

static void put_field(int src, const char *path)
{
	load_field(BPF_REG_2, src, path);
	bpf_code_store(&b.code, BPF_REG_10, take_place(), BPF_REG_2);
}

/* --- memory --- */

/* Negative: more was uncharged here than was charged so far. */
static void load_item(int dst, const char *array, unsigned index, bool state)
{
	unsigned positive;

	bpf_code_load(&b.code, dst, STATS, field(array).offset + 8 * index, 8);
	if (!state)
		return;
	positive = bpf_code_jump(&b.code, BPF_JSGE, dst, 0);
	bpf_code_op(&b.code, BPF_MOV, dst, 0);
	bpf_code_land(&b.code, positive);
}

/* How memory.stat shifts it: most are pages. */
static int shift_of(const char *item)
{
	size_t len = strlen(item);

	if (!strncmp(item, "WORKINGSET_", 11) || !strncmp(item, "PG", 2) ||
	    !strcmp(item + len - 2, "_B"))
		return 0;
	return strcmp(item, "NR_KERNEL_STACK_KB") ? PAGE_SHIFT : 10;
}

static bool find_index(const char *item, bool state, unsigned *ret)
{
	unsigned value;

	if (state ? bpf_types_value(b.btf, "node_stat_item", item, &value) &&
			    bpf_types_value(b.btf, "memcg_stat_item", item,
					    &value)
		  : bpf_types_value(b.btf, "vm_event_item", item, &value))
		return false;
	if (value >= INDEX_MAX)
		return false;
	*ret = (state ? b.states : b.events)[value];
	return *ret != NO_INDEX;
}

/* One item, or the sum of some. */
static void put_item(const char *items, const char *array, bool state)
{
	unsigned index, nr = 0;
	char item[64];

	make_room(1);
	for (size_t len; *items; items += len + (items[len] == '+')) {
		len = strcspn(items, "+");
		snprintf(item, sizeof(item), "%.*s", (int)len, items);
		if (!find_index(item, state, &index))
			continue;
		load_item(nr ? BPF_REG_3 : BPF_REG_2, array, index, state);
		if (nr++)
			bpf_code_op_reg(&b.code, BPF_ADD, BPF_REG_2, BPF_REG_3);
	}
	if (!nr)
		return;
	if (state && shift_of(item))
		bpf_code_op(&b.code, BPF_LSH, BPF_REG_2, shift_of(item));
	bpf_code_store(&b.code, BPF_REG_10, take_place(), BPF_REG_2);
}

static void put_items(const char *const *items, const char *array, bool state)
{
	for (; *items; items++)
		put_item(*items, array, state);
}

static void put_limit(int off, const char *path)
{
	unsigned more;

	load_field(BPF_REG_2, BPF_REG_0, path);
	bpf_code_op(&b.code, BPF_LSH, BPF_REG_2, PAGE_SHIFT);
	bpf_code_load(&b.code, BPF_REG_3, BPF_REG_10, off, 8);
	more = bpf_code_jump_reg(&b.code, BPF_JGE, BPF_REG_2, BPF_REG_3);
	bpf_code_store(&b.code, BPF_REG_10, off, BPF_REG_2);
	bpf_code_land(&b.code, more);
}

static void put_constant(int off, uint64_t value)
{
	bpf_code_set(&b.code, BPF_REG_1, value);
	bpf_code_store(&b.code, BPF_REG_10, off, BPF_REG_1);
}

/* The least of all ancestors.  The verifier wants to see that it ends. */
static void put_limits(void)
{
	unsigned loop, top, many;
	int memory, memsw;

	make_room(2);
	memory = take_place();
	memsw = take_place();
	put_constant(memory, (uint64_t)PAGES_MAX << PAGE_SHIFT);
	put_constant(memsw, (uint64_t)PAGES_MAX << PAGE_SHIFT);
	put_constant(LEVEL_OFF, 0);
	bpf_code_move(&b.code, BPF_REG_0, MEMCG);
	loop = b.code.nr;
	put_limit(memory, "mem_cgroup.memory.max");
	put_limit(memsw, "mem_cgroup.memsw.max");
	bpf_code_load(&b.code, BPF_REG_3, BPF_REG_10, LEVEL_OFF, 8);
	bpf_code_op(&b.code, BPF_ADD, BPF_REG_3, 1);
	bpf_code_store(&b.code, BPF_REG_10, LEVEL_OFF, BPF_REG_3);
	many = bpf_code_jump(&b.code, BPF_JGE, BPF_REG_3, LEVELS_MAX);
	load_field(BPF_REG_1, BPF_REG_0, "mem_cgroup.css.parent");
	top = bpf_code_jump(&b.code, BPF_JEQ, BPF_REG_1, 0);
	cast("mem_cgroup");
	bpf_code_loop(&b.code, loop);
	bpf_code_land(&b.code, many);
	bpf_code_land(&b.code, top);
}

/* As memory.stat decides: not for a few updates. */
static void flush(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned few;

	load_field(BPF_REG_1, STATS, "memcg_vmstats.stats_updates.counter");
	few = bpf_code_jump(&b.code, BPF_JSLE, BPF_REG_1, CHARGE_BATCH * cpus);
	bpf_code_move(&b.code, BPF_REG_1, BPF_CGROUPS_GROUP);
	bpf_code_kfunc(&b.code, id_of("cgroup_rstat_flush", BTF_KIND_FUNC));
	bpf_code_land(&b.code, few);
}

static void put_memory_stat(void)
{
	load_field(STATS, MEMCG, "mem_cgroup.vmstats");
	flush();
	if (b.version == 2) {
		put_items(v2_states, "memcg_vmstats.state", true);
		put_items(v2_events, "memcg_vmstats.events", false);
		return;
	}
	put_items(v1_states, "memcg_vmstats.state_local", true);
	put_items(v1_events, "memcg_vmstats.events_local", false);
	put_items(v1_lists, "memcg_vmstats.state_local", true);
	put_limits();
	put_items(v1_states, "memcg_vmstats.state", true);
	put_items(v1_events, "memcg_vmstats.events", false);
	put_items(v1_lists, "memcg_vmstats.state", true);
}

static void put_usage(void)
{
	make_room(1);
	load_field(BPF_REG_2, MEMCG, "mem_cgroup.memory.usage.counter");
	bpf_code_op(&b.code, BPF_LSH, BPF_REG_2, PAGE_SHIFT);
	bpf_code_store(&b.code, BPF_REG_10, take_place(), BPF_REG_2);
}

/* --- other controllers --- */

static void put_cpu_stat(void)
{
	make_room(5);
	find_state("cpu_cgrp_id", "task_group");
	put_field(BPF_REG_0, "task_group.cfs_bandwidth.nr_periods");
	put_field(BPF_REG_0, "task_group.cfs_bandwidth.nr_throttled");
	put_field(BPF_REG_0, "task_group.cfs_bandwidth.throttled_time");
	put_field(BPF_REG_0, "task_group.cfs_bandwidth.nr_burst");
	put_field(BPF_REG_0, "task_group.cfs_bandwidth.burst_time");
}

static void put_pids(void)
{
	make_room(1);
	find_state("pids_cgrp_id", "pids_cgroup");
	put_field(BPF_REG_0, "pids_cgroup.counter.counter");
}

/* --- the program --- */

static bool in_memory(const char *file)
{
	return !strncmp(file, "memory.", 7);
}

static void put_file(const char *file)
{
	if (!strcmp(file, "memory.stat"))
		put_memory_stat();
	else if (in_memory(file))
		put_usage();
	else if (!strcmp(file, "cpu.stat"))
		put_cpu_stat();
	else
		put_pids();
}

static void make_program(const struct stats_groups *g)
{
	bpf_cgroups_begin(&b.code);
	if (in_memory(g->files[0])) {
		find_state("memory_cgrp_id", "mem_cgroup");
		bpf_code_move(&b.code, MEMCG, BPF_REG_0);
	}
	for (unsigned f = 0; f < g->nr_files; f++)
		put_file(g->files[f]);
	say();
	bpf_cgroups_end(&b.code);
}

/* The kernel keeps them in arrays of its own, and the types do not tell. */
static int read_indices(const char *symbol, const char *of, const char *end,
			uint8_t *ret)
{
	unsigned nr = 0;

	memset(ret, NO_INDEX, INDEX_MAX);
	if (bpf_types_value(b.btf, of, end, &nr) < 0 || nr > INDEX_MAX)
		return -ENOENT;
	return bpf_cgroups_peek(b.btf, b.cgroup_fd, symbol, ret, nr);
}

static int read_all_indices(const struct stats_groups *g)
{
	bool needed = false;
	int r;

	for (unsigned f = 0; f < g->nr_files; f++)
		needed = needed || !strcmp(g->files[f], "memory.stat");
	if (!needed)
		return 0;
	r = read_indices("mem_cgroup_stats_index", "memcg_stat_item",
			 "MEMCG_NR_STAT", b.states);

	if (r == 0)
		r = read_indices("mem_cgroup_events_index", "vm_event_item",
				 "NR_VM_EVENT_ITEMS", b.events);
	return r;
}

/* --- begin --- */

static int skip_files(struct bench_ctx *ctx, const struct stats_groups *g)
{
	for (unsigned f = 0; f < g->nr_files; f++) {
		if (!strcmp(g->files[f], "io.stat"))
			return ctx_skip(ctx, "io.stat is a list per device");
		if (b.version == 2 && !strcmp(g->files[f], "cpu.stat"))
			return ctx_skip(ctx, "user_usec of cpu.stat is made "
					     "when the text is");
	}
	return 0;
}

static int skip_size(struct bench_ctx *ctx, const struct stats_groups *g)
{
	size_t bytes = (g->nr * g->depth + 1) * b.nr * sizeof(uint64_t);

	/* The kernel takes a full buffer for one that was too small. */
	if (bytes < BPF_CGROUPS_BYTES)
		return 0;
	return ctx_skip(ctx, "a walk says %d bytes at most, this takes %zu",
			BPF_CGROUPS_BYTES, bytes);
}

static int no_words(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static int make_link(struct bench_ctx *ctx, const struct stats_groups *g)
{
	char why[BPF_CGROUPS_WHY_MAX];
	int r = 0;

	id_of("bpf_iter_cgroup", BTF_KIND_FUNC);
	if (!b.missing)
		r = read_all_indices(g);
	if (r == -ENOENT)
		return ctx_skip(ctx, "this kernel does not tell where its "
				     "statistics are");
	if (r)
		return ctx_fail(ctx, r, "read the kernel's indices: %s",
				strerror(-r));
	make_program(g);
	if (b.missing)
		return ctx_skip(ctx, "this kernel has no %s", b.missing);
	r = skip_size(ctx, g);
	if (r)
		return r;
	link_fd = bpf_cgroups_link(b.btf, &b.code, b.cgroup_fd, why);
	return link_fd < 0 ? ctx_fail(ctx, link_fd, "load the program: %s: %s",
				      strerror(-link_fd), why)
			   : 0;
}

int stats_bpf_begin(struct bench_ctx *ctx, const struct stats_groups *g)
{
	struct btf *btf;
	int r;

	b.version = g->top.version;
	b.cgroup_fd = g->top.fd;
	r = skip_files(ctx, g);
	if (r)
		return r;
	libbpf_set_print(no_words);
	/* There is none without BPF. */
	btf = access("/sys/kernel/btf/vmlinux", R_OK) ? NULL
						      : btf__load_vmlinux_btf();
	if (!btf)
		return ctx_skip(ctx,
				"this kernel has no BPF and BTF (config=+bpf)");
	b.btf = btf;
	r = make_link(ctx, g);
	btf__free(btf);
	return r;
}

int stats_bpf_read(const uint64_t **ret, unsigned *nr)
{
	int n = bpf_cgroups_walk(link_fd, said, sizeof(said));

	*ret = said;
	*nr = b.nr;
	return n < 0 ? n : n / (int)(b.nr * sizeof(uint64_t));
}
