/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-reuse.h"

#include "alloc.h"
#include "interrupt.h"
#include "log.h"
#include "sha256.h"

/* Whatever breaks the cache breaks no run: one warning, and it is left alone. */
static void give_up(struct boot_reuse *u, int err, const char *what)
{
	log_warn("%s in %s: %s; boots are not kept", what, u->cache.dir,
		 strerror(-err));
	u->on = false;
}

static size_t index_of(const struct boot_reuse *u, const struct boot_job *job)
{
	return (size_t)(job->boot - u->run->boots) - u->jobs->first;
}

/* Of the i-th job. */
static struct run_boot *boot_of(const struct boot_reuse *u, size_t i)
{
	return u->jobs->list[i].boot;
}

static void replace(char **slot, const char *text)
{
	free(*slot);
	*slot = xstrdup(text);
}

/* ---- keys ---- */

static int make_keys(struct boot_reuse *u, const struct boot_reuse_how *how)
{
	int r = boot_keys_init(&u->keys, how->ops, how->machine_arg,
			       u->run->guest_sha256);

	for (size_t i = 0; i < u->jobs->nr && r == 0; i++)
		r = boot_key_make(&u->keys, &u->jobs->list[i],
				  &u->slots[i].key);
	return r;
}

static void open_cache(struct boot_reuse *u, const struct boot_reuse_how *how)
{
	int r;

	if (!how->dir)
		return;
	r = make_keys(u, how);
	if (r < 0) {
		log_debug("boots are not kept: %s", strerror(-r));
		return;
	}
	u->on = true;
	r = boot_cache_open(&u->cache, how->dir);
	if (r < 0)
		give_up(u, r, "cannot keep boots");
}

/* ---- taking what is kept ---- */

/* From seed and id of the run, so that each run has another choice. */
static uint64_t draw(const struct run *run)
{
	_cleanup_free_ char *text =
		xasprintf("%llu %s", (unsigned long long)run->seed, run->id);
	char hex[65];

	sha256_hex(text, strlen(text), hex);
	hex[16] = '\0';
	return strtoull(hex, NULL, 16);
}

/* The number of the n-th slot that may be taken. */
static size_t nth_kept(const struct boot_reuse *u, size_t n)
{
	size_t i = 0;

	for (;; i++)
		if (u->slots[i].state == REUSE_KEPT && n-- == 0)
			return i;
}

/* Chooses one to boot all the same; a damaged one shows nothing. */
static void choose_check(struct boot_reuse *u, size_t nr)
{
	uint64_t number = draw(u->run);

	for (; nr > 0; nr--) {
		struct reuse_slot *slot = &u->slots[nth_kept(u, number % nr)];
		struct boot_entry e;
		int r = boot_cache_get(&u->cache, &slot->key, &e);

		boot_entry_release(&e);
		slot->state = REUSE_BOOT;
		slot->checked = r == 0;
		if (slot->checked)
			return;
	}
}

static int take(struct boot_reuse *u, size_t i)
{
	struct reuse_slot *slot = &u->slots[i];
	struct boot_entry e;
	int r = 0;

	if (boot_cache_get(&u->cache, &slot->key, &e) == 0)
		r = boot_entry_to_run(&e, u->run, &u->jobs->list[i]);
	else
		slot->state = REUSE_BOOT;
	boot_entry_release(&e);
	return r;
}

static int take_all(struct boot_reuse *u, bool unchecked)
{
	size_t nr = 0;
	int r = 0;

	for (size_t i = 0; i < u->jobs->nr; i++) {
		if (!boot_cache_has(&u->cache, &u->slots[i].key))
			continue;
		u->slots[i].state = REUSE_KEPT;
		nr++;
	}
	if (!unchecked)
		choose_check(u, nr);
	for (size_t i = 0; i < u->jobs->nr && r == 0; i++) {
		if (u->slots[i].state != REUSE_KEPT)
			continue;
		r = interrupt_pending() ? -EINTR : take(u, i);
	}
	return r;
}

int boot_reuse_begin(struct boot_reuse *u, const struct boot_reuse_how *how,
		     struct run *run, struct boot_jobs *jobs)
{
	*u = (struct boot_reuse){
		.run = run,
		.jobs = jobs,
		.slots = xcalloc(jobs->nr, sizeof(*u->slots)),
		.list = xcalloc(jobs->nr, sizeof(*u->list)),
	};
	/* Of a run that is taken up: they have ended already. */
	for (size_t i = 0; i < jobs->nr; i++)
		if (boot_of(u, i)->finished)
			u->slots[i].state = REUSE_TRIED;
	open_cache(u, how);
	return u->on && !how->fresh ? take_all(u, how->unchecked) : 0;
}

/* ---- when a kept boot is not what it should be ---- */

/* A boot of the run that is not to be believed any more. */
static void forget(struct boot_reuse *u, size_t i)
{
	struct run_boot *b = boot_of(u, i);
	_cleanup_free_ char *path = run_boot_path(u->run, b, "boot.json");

	if (unlink(path) < 0)
		log_err_errno(errno, "cannot remove %s", path);
	b->finished = b->ok = false;
	replace(&b->cached, "");
	u->slots[i].state = REUSE_BOOT;
}

static void drop_group(struct boot_reuse *u, size_t of)
{
	const char *group = u->slots[of].key.group;
	int r = boot_cache_drop(&u->cache, group);

	if (r < 0)
		give_up(u, r, "cannot remove boots");
	for (size_t i = 0; i < u->jobs->nr; i++)
		if (u->slots[i].state == REUSE_KEPT &&
		    strcmp(u->slots[i].key.group, group) == 0)
			forget(u, i);
}

static const char *kernel_name(const struct boot_reuse *u, size_t i)
{
	return u->run->kernels[boot_of(u, i)->kernel].name;
}

static void contradict(struct boot_reuse *u, size_t i, const char *measured)
{
	struct run_boot *b = boot_of(u, i);

	log_warn("boot %s differs from what was kept of %s, though nothing that"
		 " is known to matter has changed: all that is kept of kernel"
		 " %s is dropped, and measured anew",
		 b->id, measured, kernel_name(u, i));
	replace(&b->contradicts, measured);
	drop_group(u, i);
}

static const struct run_boot *find_repeated(const struct run *run,
					    const struct run_boot *of)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		if (b->role == BOOT_MEASURE && b->kernel == of->kernel &&
		    b->perturbation == of->perturbation)
			return b;
	}
	return NULL;
}

static bool differ(const struct run_boot *a, const struct run_boot *b)
{
	return a->samples_bytes != b->samples_bytes ||
	       strcmp(a->samples_crc, b->samples_crc) != 0;
}

/* Boots that do not repeat are judged INVALID, and not kept. */
static void check_repeats(struct boot_reuse *u)
{
	for (size_t i = 0; i < u->jobs->nr; i++) {
		const struct run_boot *b = boot_of(u, i), *m;

		if (b->role != BOOT_REPEAT || !b->ok)
			continue;
		m = find_repeated(u->run, b);
		if (!m || !m->ok || !differ(b, m))
			continue;
		log_warn("boots %s and %s are not identical: nothing is kept of"
			 " kernel %s",
			 m->id, b->id, kernel_name(u, i));
		drop_group(u, i);
	}
}

/* ---- keeping what was booted ---- */

static void save(struct boot_reuse *u, size_t i)
{
	/* Errors are logged; what was saved before lacks a remark only. */
	run_save_boot(u->run, boot_of(u, i));
}

/* Compares with what is kept; true if that is no longer there. */
static bool compare(struct boot_reuse *u, size_t i, const struct boot_entry *e)
{
	struct boot_entry kept;
	bool gone =
		boot_cache_get(&u->cache, &u->slots[i].key, &kept) == -ENOENT;

	if (!gone && boot_entry_same(e, &kept)) {
		replace(&boot_of(u, i)->confirms, kept.measured);
		save(u, i);
	} else if (!gone) {
		contradict(u, i, kept.measured);
		save(u, i);
		gone = true;
	}
	boot_entry_release(&kept);
	return gone;
}

static void put(struct boot_reuse *u, size_t i, const struct boot_entry *e)
{
	int r = boot_cache_put(&u->cache, e);

	if (r == -EEXIST && compare(u, i, e) && u->on)
		r = boot_cache_put(&u->cache, e);
	if (r == 0)
		u->stored = true;
	else if (r != -EEXIST)
		give_up(u, r, "cannot keep a boot");
}

static void keep(struct boot_reuse *u, size_t i, const struct boot_job *job)
{
	const char *changed = input_files_changed(&u->keys.files);
	struct boot_entry e;
	int r;

	if (changed) {
		log_warn("%s has changed since the run began: its boots are not"
			 " kept",
			 changed);
		u->on = false;
		return;
	}
	r = boot_entry_from_run(u->run, job, &u->slots[i].key, &e);
	if (r == 0)
		put(u, i, &e);
	else
		give_up(u, r, "cannot keep a boot");
	boot_entry_release(&e);
}

/* A kernel that failed where it did not fail before. */
static void check_failure(struct boot_reuse *u, size_t i)
{
	struct boot_entry kept;

	if (!u->slots[i].checked || boot_of(u, i)->blame != BLAME_SUBJECT)
		return;
	if (boot_cache_get(&u->cache, &u->slots[i].key, &kept) == 0) {
		contradict(u, i, kept.measured);
		save(u, i);
	}
	boot_entry_release(&kept);
}

void boot_reuse_ended(struct boot_reuse *u, const struct boot_job *job)
{
	size_t i = index_of(u, job);

	if (!u->on)
		return;
	if (job->boot->ok && job->complete)
		keep(u, i, job);
	else
		check_failure(u, i);
}

void boot_reuse_next(struct boot_reuse *u, struct boot_job **list, size_t *nr)
{
	if (u->nr_list > 0 && u->on)
		check_repeats(u);
	u->nr_list = 0;
	for (size_t i = 0; i < u->jobs->nr; i++) {
		if (u->slots[i].state != REUSE_BOOT)
			continue;
		u->list[u->nr_list++] = u->jobs->list[i];
		u->slots[i].state = REUSE_TRIED;
	}
	*list = u->list;
	*nr = u->nr_list;
}

void boot_reuse_end(struct boot_reuse *u)
{
	int r = 0;

	if (u->on && u->stored)
		r = boot_cache_prune(&u->cache, BOOT_CACHE_MAX_BYTES, NULL,
				     NULL);
	if (r < 0)
		log_warn("cannot remove old boots in %s: %s", u->cache.dir,
			 strerror(-r));
	for (size_t i = 0; i < u->jobs->nr; i++)
		boot_key_release(&u->slots[i].key);
	free(u->slots);
	free(u->list);
	boot_cache_release(&u->cache);
	boot_keys_release(&u->keys);
}
