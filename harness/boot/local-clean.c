/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-clean.h"

#include "alloc.h"
#include "local-lock.h"
#include "local-steady.h"
#include "process.h"

#define TIMEOUT_MS 60000

static int fail(const struct strbuf *why, int r)
{
	fprintf(stderr, "%s\n", why->len ? why->buf : strerror(-r));
	fflush(stderr);
	return 1;
}

static int clean_main(void *arg)
{
	const bool *try = arg;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf keep_on = STRBUF_INIT;
	struct local_cleaned found, own;
	unsigned settings = 0;
	int r = local_lock_recall(LOCAL_LOCK_FILE, &keep_on), steady;
	const char *keep = r == 0 ? keep_on.buf ? keep_on.buf : "" : NULL;

	steady = local_steady_restore(local_steady_root(), &settings, &why);
	r = local_private_mounts(&why);
	if (r == 0)
		r = local_groups_clean(keep, &found, &why);
	if (r == 0)
		r = steady;
	if (r == 0 && *try) {
		r = local_groups_make(&why);
		local_groups_clean(NULL, &own, &why);
	}
	if (r < 0)
		return fail(&why, r);
	printf("%u %u %u\n", found.groups, found.hierarchies, settings);
	fflush(stdout);
	return 0;
}

int local_clean(int lock_fd, bool try, struct local_cleaned *ret,
		struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	struct process p = {
		PROCESS_INIT, .fn = clean_main, .arg = &try,
		.out = &out,  .err = why,	.timeout_ms = TIMEOUT_MS,
	};
	int r = process_run(&p);

	*ret = (struct local_cleaned){ 0 };
	while (why->len && why->buf[why->len - 1] == '\n')
		why->buf[--why->len] = '\0';
	if (r != 0)
		return r > 0 ? -EIO : r;
	if (out.len)
		sscanf(out.buf, "%u %u %u", &ret->groups, &ret->hierarchies,
		       &ret->settings);
	return local_lock_remember(lock_fd, NULL);
}
