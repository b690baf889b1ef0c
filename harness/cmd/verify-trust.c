/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify-trust.h"

#include <sys/stat.h>

#include "alloc.h"
#include "cache.h"
#include "hostinfo.h"
#include "initramfs.h"
#include "machine.h"
#include "sha256.h"
#include "tmpdir.h"

static bool is_anothers(const struct run *run, unsigned *uid)
{
	struct stat st;

	if (lstat(run->dir, &st) < 0)
		return false;
	*uid = st.st_uid;
	return st.st_uid != geteuid();
}

static bool is_of_another_host(const struct run *run)
{
	_cleanup_free_ char *here = host_describe();

	return strcmp(here, run->host) != 0;
}

bool verify_is_foreign(const struct run *run)
{
	unsigned uid;

	return is_anothers(run, &uid) || is_of_another_host(run);
}

static bool is_hash(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

/*
 * Is this very kernel kept here?  The run says where it was, which may be anything:
 * only its key is looked for, in our own cache.
 */
static bool is_kept(const struct run_kernel *k)
{
	_cleanup_free_ char *cache = cache_dir();
	_cleanup_free_ char *path = NULL;
	char sha256[65];

	if (!cache || !is_hash(k->key))
		return false;
	path = xasprintf("%s/kernels/%s/vmlinux", cache, k->key);
	return sha256_file(path, sha256) == 0 &&
	       strcmp(sha256, k->vmlinux_sha256) == 0;
}

static void print_kernels(const struct run *run)
{
	for (size_t i = 0; i < run->nr_kernels; i++) {
		const struct run_kernel *k = &run->kernels[i];

		if (is_kept(k))
			printf("  kernel %s: the same vmlinux is kept here\n",
			       k->name);
		else
			printf("  kernel %s: not kept here; one built from what"
			       " the run says has key\n    %s\n",
			       k->name, is_hash(k->key) ? k->key : "(none)");
	}
}

/* Of what this cgmark would boot, without programs of the host. */
static bool guest_is_ours(const struct env *env, const struct run *run)
{
	_cleanup_free_ char *path = NULL;
	char *dir = NULL, sha256[65] = "";
	int lock = -1;

	if (tmpdir_make(&dir, &lock) == 0) {
		path = xasprintf("%s/initramfs", dir);
		initramfs_build(env->bench_dir, NULL, path, sha256);
	}
	tmpdir_remove(&dir, &lock);
	return *sha256 && strcmp(sha256, run->guest_sha256) == 0;
}

static void print_machine(const struct run *run)
{
	const char *arg;
	const struct machine_ops *ops = machine_find(run->machine, &arg);

	if (ops && ops->exact)
		printf("  machine %s: it counts exactly, so that a run of the "
		       "same kernels, guest, points\n    and seed (%llu) has "
		       "the same samples.tsv in each boot\n",
		       ops->name, (unsigned long long)run->seed);
	else
		printf("  machine %s: its figures are of that host and moment; "
		       "no run can repeat them\n",
		       run->machine);
}

void verify_trust_print(const struct env *env, const struct run *run)
{
	unsigned uid = 0;

	if (is_anothers(run, &uid))
		printf("  It belongs to user %u.\n", uid);
	if (is_of_another_host(run))
		printf("  It says that it was made on: %s\n", run->host);
	printf("  The sums show that no file changed since it was written. They"
	       " are no signature:\n  whoever wrote it could write any figures,"
	       " and any text. What can be checked here:\n");
	print_kernels(run);
	printf("  guest: %s\n",
	       guest_is_ours(env, run)
		       ? "the same as of this cgmark"
		       : "another than this cgmark makes, or with programs of "
			 "that host");
	print_machine(run);
}
