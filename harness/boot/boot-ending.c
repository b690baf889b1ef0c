/* SPDX-License-Identifier: GPL-2.0-only */
#include <signal.h>
#include <sys/wait.h>

#include "alloc.h"
#include "boot-ending.h"
#include "clean.h"
#include "log.h"

static struct boot_ending ended(enum blame blame, char *reason)
{
	return (struct boot_ending){ .blame = blame, .reason = reason };
}

/* One line of what the machine's process said on stderr; "" if nothing. */
static char *diag_text(const struct boot_evidence *ev)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (!ev->diag || !*ev->diag)
		return xstrdup("");
	text = xstrdup(ev->diag);
	for (len = strlen(text); len && strchr("\r\n", text[len - 1]); len--)
		text[len - 1] = '\0';
	for (char *p = text; (p = strchr(p, '\n'));)
		*p = ';';

	_cleanup_free_ char *clean = clean_text(text);

	return xasprintf("; stderr: %s", clean);
}

static const struct known_end *find_known_end(const struct boot_evidence *ev,
					      const char *diag)
{
	const struct known_end *k = ev->known_ends;

	for (; k && k->diag; k++)
		if (strstr(diag, k->diag))
			return k;
	return NULL;
}

/* Did the process end in a way that no guest can cause? */
static struct boot_ending judge_process(const struct boot_evidence *ev)
{
	_cleanup_free_ char *diag = diag_text(ev);
	const struct known_end *known = find_known_end(ev, diag);
	int status = ev->wait_status;

	if (WIFSIGNALED(status))
		return ended(BLAME_HOST,
			     xasprintf("%s died: killed by signal %d%s",
				       ev->process, WTERMSIG(status), diag));
	if (known && !ev->read->status_end)
		return ended(known->blame, xasprintf("%s %s%s", ev->process,
						     known->text, diag));
	if (WEXITSTATUS(status))
		return ended(BLAME_HOST,
			     xasprintf("%s died: exit status %d%s", ev->process,
				       WEXITSTATUS(status), diag));
	return ended(BLAME_NONE, NULL);
}

static char *early_text(const struct boot_evidence *ev)
{
	const struct boot_read *rd = ev->read;
	_cleanup_free_ char *point = clean_text(rd->point);

	return xasprintf("the guest ended early, after %u of %u points%s%s",
			 rd->nr_measured + rd->nr_skipped + rd->nr_bad,
			 ev->nr_points, rd->point_ns ? ", in " : "",
			 rd->point_ns ? point : "");
}

static struct boot_ending judge_streams(const struct boot_evidence *ev)
{
	const struct boot_read *rd = ev->read;

	if (rd->bail_line)
		return ended(BLAME_BENCH, xstrdup(rd->bail_line));
	if (!rd->hello)
		return ended(BLAME_SUBJECT,
			     xstrdup("the guest ended before userspace said"
				     " anything"));
	if (!rd->status_end)
		return ended(BLAME_SUBJECT, early_text(ev));
	if (!rd->samples_end)
		return ended(BLAME_HARNESS,
			     xstrdup("samples.tsv is truncated, though the"
				     " guest ended in order"));
	if (rd->nr_bad && !rd->nr_measured)
		return ended(BLAME_BENCH,
			     xasprintf("no point could be measured; first: %s",
				       rd->bad_line));
	return ended(BLAME_NONE, NULL);
}

static char *panic_text(const struct boot_read *rd)
{
	if (!rd->splat_line || !strcmp(rd->splat_line, rd->panic_line))
		return xstrdup(rd->panic_line);
	return xasprintf("%s; before it: %s", rd->panic_line, rd->splat_line);
}

static char *stop_text(const struct boot_evidence *ev)
{
	const char *splat = ev->read->splat_line;

	if (!splat)
		return xstrdup(ev->stop_reason);
	return xasprintf("%s; the kernel said: %s", ev->stop_reason, splat);
}

struct boot_ending boot_ending_judge(const struct boot_evidence *ev)
{
	const struct boot_read *rd = ev->read;
	struct boot_ending e;

	if (rd->panic_line)
		return ended(BLAME_SUBJECT, panic_text(rd));
	if (ev->stop_reason)
		return ended(ev->stop_blame, stop_text(ev));
	e = judge_process(ev);
	if (e.reason)
		return e;
	if (rd->splat_line)
		return ended(BLAME_SUBJECT, xstrdup(rd->splat_line));
	return judge_streams(ev);
}

void boot_ending_log(const struct run_boot *boot, const struct boot_read *rd)
{
	static const char *const who[] = {
		[BLAME_NONE] = "nobody",	 [BLAME_SUBJECT] = "the kernel",
		[BLAME_BENCH] = "the benchmark", [BLAME_HARNESS] = "cgmark",
		[BLAME_HOST] = "the host",
	};
	unsigned nr = rd->tail_nr < BOOT_TAIL ? rd->tail_nr : BOOT_TAIL;

	log_err("boot %s failed, %s is at fault: %s", boot->id,
		who[boot->blame], boot->reason);
	for (unsigned i = rd->tail_nr - nr; i < rd->tail_nr; i++)
		log_err("boot %s console: %s", boot->id,
			rd->tail[i % BOOT_TAIL]);
}
