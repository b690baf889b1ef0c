/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <time.h>

#include "alloc.h"
#include "boot-cache.h"
#include "cache.h"
#include "cmd.h"
#include "exit-status.h"
#include "interrupt.h"
#include "log.h"
#include "process.h"
#include "suggest.h"

struct cache_opts {
	const char *action;
	const char *limit;
};

static const struct argp_option options[] = {
	{ "limit", 'l', "SIZE", 0,
	  "For prune: what may stay, such as 500M or 20G (default: "
	  "$CGMARK_CACHE_LIMIT, or 20G)",
	  0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct cache_opts *o = state->input;

	switch (key) {
	case 'l':
		o->limit = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->action)
			argp_error(state, "'%s': one word only", arg);
		o->action = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[list|check|prune]",
	.doc = "Show what is kept to be used again: kernels, the objects that "
	       "kernels are built from, sources and boots.  \"check\" reads all "
	       "of it and removes what is damaged.  \"prune\" removes what was "
	       "used longest ago until the limit is met, but nothing that a "
	       "running command uses; the same happens after each build.",
};

static const char *size_text(char buf[16], uint64_t bytes)
{
	if (bytes >= 10ULL << 30)
		snprintf(buf, 16, "%.1f GiB", bytes / 1073741824.0);
	else
		snprintf(buf, 16, "%.1f MiB", bytes / 1048576.0);
	return buf;
}

static void print_entry(const struct cache_entry *e)
{
	char size[16], when[32] = "-";
	time_t used = e->used_s;
	struct tm tm;

	if (used && gmtime_r(&used, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
	printf("%-8s  %-12.*s  %11s  %-16s%s\n", e->kind,
	       strcmp(e->kind, "src") == 0 ? 40 : 12, e->name,
	       size_text(size, e->bytes), when, e->in_use ? "  in use" : "");
}

static enum exit_status list(struct cache *c)
{
	char size[16];

	for (size_t i = c->nr; i-- > 0;)
		print_entry(&c->entries[i]);
	printf("%s: %zu entries, %s\n", c->dir, c->nr,
	       size_text(size, c->bytes));
	return ST_OK;
}

static enum exit_status prune(struct cache *c, const char *limit_text)
{
	struct cache_pruned p;
	uint64_t limit;
	char gone[16], left[16];
	int r;

	if (!limit_text) {
		if (cache_limit(&limit) < 0)
			return ST_USAGE;
	} else if (cache_parse_size(limit_text, &limit) < 0) {
		log_err("--limit %s is no size: use a number and K, M, G or T, "
			"such as 20G",
			limit_text);
		return ST_USAGE;
	}
	r = cache_prune(c, limit, &p);
	printf("removed %zu entries, %s; left %zu, %s\n", p.nr,
	       size_text(gone, p.bytes), c->nr - p.nr,
	       size_text(left, c->bytes));
	if (p.nr_in_use)
		printf("%zu more are in use\n", p.nr_in_use);
	return r < 0 ? ST_HOST : ST_OK;
}

/* build.sh knows how it hashed what. */
static enum exit_status check_kernels(const struct env *env)
{
	_cleanup_free_ char *script = xasprintf("%s/build.sh", env->kernel_dir);
	static char check[] = "check";
	char *argv[] = { script, check, NULL };
	struct process p = { PROCESS_INIT, .argv = argv };
	int r = process_run(&p);

	if (r < 0) {
		log_err_errno(-r, "cannot run %s", script);
		return ST_HOST;
	}
	return r == 0 ? ST_OK : r == 130 ? ST_INTERRUPTED : ST_HOST;
}

static enum exit_status check_boots(const struct env *env)
{
	_cleanup_(boot_cache_release) struct boot_cache c = { .dir = NULL };
	size_t nr = 0, nr_damaged = 0;
	int r;

	if (!env->boots_dir || access(env->boots_dir, F_OK) < 0)
		return ST_OK;
	interrupt_block(NULL);
	r = boot_cache_open(&c, env->boots_dir);
	if (r == 0)
		r = boot_cache_check(&c, &nr, &nr_damaged);
	if (r == -EINTR)
		return ST_INTERRUPTED;
	if (r < 0) {
		log_err_errno(-r, "cannot read %s", env->boots_dir);
		return ST_HOST;
	}
	printf("checked %zu boots, %zu damaged\n", nr, nr_damaged);
	return nr_damaged ? ST_HOST : ST_OK;
}

static enum exit_status check(const struct env *env)
{
	enum exit_status kernels = check_kernels(env), boots;

	if (kernels == ST_INTERRUPTED)
		return kernels;
	boots = check_boots(env);
	return boots != ST_OK ? boots : kernels;
}

static enum exit_status act(const struct env *env, const char *action,
			    const char *limit)
{
	static const char *const actions[] = { "list", "check", "prune" };
	_cleanup_free_ char *dir = cache_dir();
	struct cache c;
	enum exit_status st;
	int r;

	if (strcmp(action, "check") == 0)
		return check(env);
	if (strcmp(action, "list") != 0 && strcmp(action, "prune") != 0) {
		suggest_log("action", action, actions, ARRAY_SIZE(actions));
		return ST_USAGE;
	}
	r = cache_scan(dir, &c);
	if (r < 0) {
		log_err_errno(-r, "cannot read the cache %s", dir);
		return ST_HOST;
	}
	st = *action == 'l' ? list(&c) : prune(&c, limit);
	cache_release(&c);
	return st;
}

enum exit_status cmd_cache(const struct env *env, int argc, char **argv)
{
	struct cache_opts o = { 0 };

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	if (o.limit && (!o.action || strcmp(o.action, "prune") != 0)) {
		log_err("--limit is for \"cgmark cache prune\"");
		return ST_USAGE;
	}
	return act(env, o.action ? o.action : "list", o.limit);
}
