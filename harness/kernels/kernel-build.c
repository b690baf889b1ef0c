/* SPDX-License-Identifier: GPL-2.0-only */
/* Which kernel is built when, and what is told of it. */
#include "alloc.h"
#include "build-set.h"
#include "cache.h"
#include "exit-status.h"
#include "hostinfo.h"
#include "kernel-image.h"
#include "kernel-near.h"
#include "kernel-spec.h"
#include "log.h"
#include "monotonic.h"

/* What a compiler takes at worst. */
#define JOB_BYTES (512ULL << 20)

struct plan {
	const struct kernel_spec *specs;
	const char *kernel_dir;
	struct run_kernel *ret;
	size_t nr;
	size_t next; /* to be started */
	struct build_set set;
	enum exit_status status;
};

/*
 * Before the build: a series that is edited meanwhile is not the one that is
 * built.
 */
static enum exit_status read_series(struct build *b, struct run_kernel *k)
{
	const struct kernel_spec *spec = b->spec;
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	char hex[65] = "";
	enum exit_status r = ST_OK;

	if (*spec->patches)
		r = series_load(spec->patches, &b->series);
	b->nr_patches = b->series.nr;
	if (*spec->first && strtoul(spec->first, NULL, 10) < b->nr_patches)
		b->nr_patches = strtoul(spec->first, NULL, 10);
	for (size_t i = 0; i < b->nr_patches; i++)
		strbuf_addf(&names, "%s%s", i ? " " : "", b->series.patches[i]);
	if (r == ST_OK && *spec->patches)
		r = series_sha256(&b->series, b->nr_patches, hex);
	if (r != ST_OK) {
		log_err("kernel %s: its patches cannot be read", spec->name);
		return r;
	}
	k->patches = strbuf_steal(&names);
	k->series = xstrdup(b->series.name ? b->series.name : "");
	k->series_sha256 = xstrdup(hex);
	k->series_total =
		b->series.name ? xasprintf("%zu", b->series.nr) : xstrdup("");
	return ST_OK;
}

/* A new kernel may be one too many.  Failure is no reason to fail a build. */
static void keep_to_limit(void)
{
	_cleanup_free_ char *dir = cache_dir();
	struct cache_pruned pruned;
	struct cache c;
	uint64_t limit;

	if (cache_limit(&limit) < 0 || cache_scan(dir, &c) < 0)
		return;
	if (cache_prune(&c, limit, &pruned) == 0 && pruned.nr)
		log_info("cache: removed %zu entries, %.0f MiB, to keep to the "
			 "limit of %.0f MiB",
			 pruned.nr, pruned.bytes / 1048576.0,
			 limit / 1048576.0);
	cache_release(&c);
}

static void tell_built(const struct build *b, const struct run_kernel *k)
{
	_cleanup_free_ char *patches = run_kernel_patches(k);

	log_info("kernel %s: %s, %.12s%s%s%s (%.1f s)", k->name, k->release,
		 k->key, b->series.name ? ", " : "",
		 b->series.name ? patches : "", b->cached ? ", cached" : "",
		 (now_ns() - b->start_ns) / 1e9);
	if (*k->patches)
		log_debug("kernel %s: patches %s", k->name, k->patches);
}

/* A bare vmlinux is not built; a bzImage build.sh takes apart. */
static bool is_vmlinux(const struct kernel_spec *spec)
{
	return strncmp(spec->source, "image:", 6) == 0 &&
	       !kernel_image_is_compressed(spec->source + 6);
}

static void fail(struct plan *p, enum exit_status r, const char *name)
{
	_cleanup_free_ char *why = NULL;

	if (p->status != ST_OK)
		return;
	p->status = r;
	if (p->set.interrupted)
		return;
	why = xasprintf("kernel %s failed", name);
	build_set_stop(&p->set, why);
}

static void finish(struct plan *p, struct build *b)
{
	struct run_kernel *k = &p->ret[b->index];
	enum exit_status r = build_status(b);

	if (r == ST_OK)
		r = build_read_entry(b, k);
	if (r == ST_OK && !b->cached)
		keep_to_limit();
	if (r == ST_OK)
		tell_built(b, k);
	if (r != ST_OK) {
		run_kernel_release(k);
		memset(k, 0, sizeof(*k));
		fail(p, r, b->spec->name);
	}
	build_release(b);
	free(b);
}

static void start_next(struct plan *p)
{
	size_t i = p->next++;
	const struct kernel_spec *spec = &p->specs[i];
	struct build *b;
	enum exit_status r;

	if (is_vmlinux(spec)) {
		r = kernel_image(spec, &p->ret[i]);
		if (r != ST_OK)
			fail(p, r, spec->name);
		return;
	}
	b = xcalloc(1, sizeof(*b));
	build_init(b, spec, p->kernel_dir);
	b->index = i;
	r = read_series(b, &p->ret[i]);
	if (r == ST_OK) {
		build_set_start(&p->set, b, "build", host_cores());
		return;
	}
	build_release(b);
	free(b);
	fail(p, r, spec->name);
}

/*
 * One that is built from nothing leaves cores idle while it unpacks, configures
 * and links.
 */
static bool may_start(const struct plan *p)
{
	const struct build *b = p->set.v[0];

	if (p->status != ST_OK || p->next >= p->nr)
		return false;
	if (p->set.nr == 0)
		return true;
	return p->set.nr < BUILD_SET_MAX && b->from_nothing &&
	       !kernel_is_near(b->spec, &p->specs[p->next]) &&
	       host_memory_available() >= host_cores() * JOB_BYTES;
}

static void carry_out(struct plan *p)
{
	struct build *ended;

	for (;;) {
		if (p->set.nr == 0 && p->status == ST_OK && p->next < p->nr &&
		    build_set_interrupted(&p->set))
			log_warn("interrupted before all kernels were built");
		if (p->set.interrupted && p->status == ST_OK)
			p->status = ST_INTERRUPTED;
		if (may_start(p)) {
			start_next(p);
			continue;
		}
		if (p->set.nr == 0)
			return;
		ended = build_set_wait(&p->set);
		if (ended)
			finish(p, ended);
	}
}

enum exit_status kernel_build_all(const struct kernel_spec *specs, size_t nr,
				  const char *kernel_dir,
				  struct run_kernel *ret)
{
	struct plan p = {
		.specs = specs,
		.kernel_dir = kernel_dir,
		.ret = ret,
		.nr = nr,
	};
	int r = build_set_begin(&p.set);

	memset(ret, 0, nr * sizeof(*ret));
	if (r < 0) {
		log_err_errno(-r, "cannot wait for signals");
		return ST_HOST;
	}
	carry_out(&p);
	build_set_end(&p.set);
	return p.status;
}

enum exit_status kernel_build(const struct kernel_spec *spec,
			      const char *kernel_dir, struct run_kernel *ret)
{
	return kernel_build_all(spec, 1, kernel_dir, ret);
}

enum exit_status kernel_key(const struct kernel_spec *spec,
			    const char *kernel_dir, char **ret)
{
	_cleanup_(build_release) struct build b;
	struct build_set set;
	enum exit_status status;
	int r = build_set_begin(&set);

	build_init(&b, spec, kernel_dir);
	if (r < 0) {
		log_err_errno(-r, "cannot wait for signals");
		return ST_HOST;
	}
	build_set_start(&set, &b, "key", 1);
	while (!build_set_wait(&set))
		;
	build_set_end(&set);
	status = set.interrupted ? ST_INTERRUPTED : build_status(&b);
	if (status != ST_OK)
		return status;
	if (!b.key) {
		log_err("kernel %s: %s succeeded but told no key", spec->name,
			b.script);
		return ST_HOST;
	}
	*ret = steal_ptr(b.key);
	return ST_OK;
}
