/* SPDX-License-Identifier: GPL-2.0-only */
/* How a boot ended and whose fault it was. */
#include <signal.h>
#include <sys/wait.h>

#include "alloc.h"
#include "boot-priv.h"
#include "log.h"
#include "monotonic.h"

struct ending {
	enum blame blame;
	char *reason; /* NULL: all is well */
};

static struct ending ended(enum blame blame, char *reason)
{
	return (struct ending){ .blame = blame, .reason = reason };
}

/* One line of what the machine's process said on stderr; "" if nothing. */
static char *diag_text(const struct guest *g)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (!g->diag.len)
		return xstrdup("");
	text = xstrdup(g->diag.buf);
	for (len = strlen(text); len && strchr("\r\n", text[len - 1]); len--)
		text[len - 1] = '\0';
	for (char *p = text; (p = strchr(p, '\n'));)
		*p = ';';

	_cleanup_free_ char *clean = guest_printable(text);

	return xasprintf("; stderr: %s", clean);
}

/* Ends of QEMU that are not its own fault, known by what it says. */
static const struct known_end {
	const char *diag;
	enum blame blame;
	const char *text;
} known_ends[] = {
	/* Its exit status is then 0. */
	{ "terminating on signal", BLAME_HOST, "was told to end" },
	{ "Error loading uncompressed kernel", BLAME_SUBJECT,
	  "cannot boot this vmlinux" },
	{ "could not load kernel", BLAME_SUBJECT, "cannot boot this vmlinux" },
};

static const struct known_end *find_known_end(const char *diag)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_ends); i++)
		if (strstr(diag, known_ends[i].diag))
			return &known_ends[i];
	return NULL;
}

/* The process ended in a way of which the guest is not capable. */
static struct ending judge_process(const struct guest *g, int status)
{
	_cleanup_free_ char *diag = diag_text(g);
	const struct known_end *known = find_known_end(diag);
	const char *process = g->m.ops->process;

	if (WIFSIGNALED(status))
		return ended(BLAME_HOST,
			     xasprintf("%s died: killed by signal %d%s",
				       process, WTERMSIG(status), diag));
	if (known && !g->status_end)
		return ended(known->blame,
			     xasprintf("%s %s%s", process, known->text, diag));
	if (WEXITSTATUS(status))
		return ended(BLAME_HOST,
			     xasprintf("%s died: exit status %d%s", process,
				       WEXITSTATUS(status), diag));
	return ended(BLAME_NONE, NULL);
}

static struct ending judge_streams(const struct guest *g)
{
	unsigned nr = g->nr_measured + g->nr_skipped + g->nr_bad;

	if (g->bail_line)
		return ended(BLAME_BENCH, xstrdup(g->bail_line));
	if (!g->hello)
		return ended(BLAME_SUBJECT,
			     xstrdup("the guest ended before userspace said"
				     " anything"));
	if (!g->status_end) {
		_cleanup_free_ char *point = guest_printable(g->point);

		return ended(BLAME_SUBJECT,
			     xasprintf("the guest ended early, after %u of %u"
				       " points%s%s",
				       nr, g->job->nr_points,
				       g->point_ns ? ", in " : "",
				       g->point_ns ? point : ""));
	}
	if (!g->samples_end)
		return ended(BLAME_HARNESS,
			     xstrdup("samples.tsv is truncated, though the"
				     " guest ended in order"));
	if (g->nr_bad && !g->nr_measured)
		return ended(BLAME_BENCH,
			     xasprintf("no point could be measured; first: %s",
				       g->bad_line));
	return ended(BLAME_NONE, NULL);
}

static struct ending judge(const struct guest *g, int status)
{
	struct ending e;

	if (g->panic_line)
		return ended(
			BLAME_SUBJECT,
			g->splat_line && strcmp(g->splat_line, g->panic_line)
				? xasprintf("%s; before it: %s", g->panic_line,
					    g->splat_line)
				: xstrdup(g->panic_line));
	if (g->stop_reason)
		return ended(g->stop_blame,
			     g->splat_line
				     ? xasprintf("%s; the kernel said: %s",
						 g->stop_reason, g->splat_line)
				     : xstrdup(g->stop_reason));
	e = judge_process(g, status);
	if (e.reason)
		return e;
	if (g->splat_line)
		return ended(BLAME_SUBJECT, xstrdup(g->splat_line));
	return judge_streams(g);
}

static void replace(char **slot, char *text)
{
	free(*slot);
	*slot = text;
}

void guest_fill_boot(const struct guest *g, int status, const struct rusage *ru)
{
	struct run_boot *boot = g->job->boot;
	struct ending e = judge(g, status);
	uint64_t us = (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000ULL +
		      ru->ru_utime.tv_usec + ru->ru_stime.tv_usec;

	boot->finished = true;
	boot->ok = !e.reason;
	boot->blame = e.blame;
	replace(&boot->reason, e.reason ? e.reason : xstrdup(""));
	replace(&boot->splat, xstrdup(g->splat_line ? g->splat_line : ""));
	boot->wall_ms = (now_ns() - g->started_ns) / MS;
	boot->cpu_ms = us / 1000;
	replace(&boot->samples_crc, xasprintf("%08x", g->ch[CH_SAMPLES].crc));
	boot->samples_bytes = g->ch[CH_SAMPLES].bytes;
}

void guest_log_failure(const struct guest *g)
{
	static const char *const who[] = {
		[BLAME_NONE] = "nobody",	 [BLAME_SUBJECT] = "the kernel",
		[BLAME_BENCH] = "the benchmark", [BLAME_HARNESS] = "cgmark",
		[BLAME_HOST] = "the host",
	};
	const struct run_boot *boot = g->job->boot;
	unsigned nr = g->tail_nr < GUEST_TAIL ? g->tail_nr : GUEST_TAIL;

	log_err("boot %s failed, %s is at fault: %s", boot->id,
		who[boot->blame], boot->reason);
	for (unsigned i = g->tail_nr - nr; i < g->tail_nr; i++)
		log_err("boot %s console: %s", boot->id,
			g->tail[i % GUEST_TAIL]);
}
