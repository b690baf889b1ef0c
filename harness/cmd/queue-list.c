/* SPDX-License-Identifier: GPL-2.0-only */
#include "queue-list.h"

#include <pwd.h>
#include <time.h>

#include "alloc.h"
#include "clean.h"
#include "log.h"
#include "spool.h"

/* Of those that ended, so many are shown. */
#define ENDED_SHOWN 10

static char *user_name(unsigned uid)
{
	const struct passwd *pw = getpwuid(uid);

	return pw ? clean_text(pw->pw_name) : xasprintf("%u", uid);
}

/* "00:12:04" */
static char *time_since(uint64_t then)
{
	uint64_t now = (uint64_t)time(NULL), s = now > then ? now - then : 0;

	return xasprintf("%02u:%02u:%02u", (unsigned)(s / 3600),
			 (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

static char *running_text(const struct spool_entry *e)
{
	_cleanup_free_ char *since = time_since(e->state.began_s);

	if (!job_state_is_alive(&e->state))
		return xstrdup("cut, goes on");
	return xasprintf("%s, %s", spool_is_cancelled(e) ? "ending" : "running",
			 since);
}

static char *step_text(const struct spool_entry *e)
{
	if (!e->has_state || !job_step_ended(e->state.step)) {
		if (e->has_state && e->state.step == JOB_RUNNING)
			return running_text(e);
		if (spool_is_cancelled(e))
			return xstrdup("cancelled");
		return xstrdup(e->has_state ? "waiting, goes on" : "waiting");
	}
	switch (e->state.step) {
	case JOB_CANCELLED:
		return xstrdup("cancelled");
	case JOB_CUT:
		return xstrdup("cut");
	default:
		return xasprintf("done, status %u", e->state.status);
	}
}

static bool is_shown(const struct spool_entry *e, size_t later, bool all)
{
	return all || later < ENDED_SHOWN ||
	       !(e->has_state && job_step_ended(e->state.step));
}

static void print_entry(const struct spool_entry *e)
{
	_cleanup_free_ char *user = NULL, *step = NULL, *text = NULL;

	if (e->fault) {
		log_warn("job %u is not run: %s", e->number, e->fault);
		return;
	}
	user = user_name(e->uid);
	step = step_text(e);
	text = queue_job_text(&e->job);
	printf("%6u  %-10s %-18s %s\n", e->number, user, step, text);
}

static void warn_of_strays(const char *dir, const struct strbuf *strays)
{
	const char *p = strays->buf;

	for (; p && *p; p += strcspn(p, "\n") + 1)
		log_warn("%s/jobs/%.*s is no job: not a number", dir,
			 (int)strcspn(p, "\n"), p);
}

enum exit_status queue_list(const char *dir, bool all)
{
	_cleanup_strbuf_ struct strbuf strays = STRBUF_INIT;
	_cleanup_free_ unsigned *v = NULL;
	size_t nr = 0;
	int r = spool_numbers(dir, &v, &nr, &strays);

	/* Nobody has added any yet. */
	if (r == -ENOENT)
		return ST_OK;
	if (r < 0) {
		log_err_errno(-r, "cannot read %s", dir);
		return ST_HOST;
	}
	for (size_t i = 0; i < nr; i++) {
		struct spool_entry e;

		spool_load(dir, v[i], &e);
		if (e.has_job && is_shown(&e, nr - i - 1, all))
			print_entry(&e);
		spool_entry_release(&e);
	}
	warn_of_strays(dir, &strays);
	return ST_OK;
}
