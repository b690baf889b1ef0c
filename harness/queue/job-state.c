/* SPDX-License-Identifier: GPL-2.0-only */
#include "job-state.h"

#include <inttypes.h>

#include "alloc.h"
#include "file.h"
#include "record.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static const char *const steps[] = {
	[JOB_RUNNING] = "running", [JOB_STOPPED] = "stopped",
	[JOB_DONE] = "done",	   [JOB_CANCELLED] = "cancelled",
	[JOB_CUT] = "cut",
};

void job_state_format(const struct job_state *s, struct strbuf *ret)
{
	size_t from = ret->len;

	strbuf_addf(ret,
		    "cgmark-job-state 1\nstep %s\nuid %u\nstarts %u\n"
		    "status %u\npid %d\nsince %" PRIu64 "\nboot %s\n"
		    "began %" PRIu64 "\nended %" PRIu64 "\n",
		    steps[s->step], s->uid, s->starts, s->status, s->pid,
		    s->pid_since, *s->boot ? s->boot : "-", s->began_s,
		    s->ended_s);
	strbuf_addf(ret, "crc %08" PRIx32 "\n",
		    rec_crc32(0, ret->buf + from, ret->len - from));
}

static bool find_step(const char *word, enum job_step *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (strcmp(word, steps[i]) != 0)
			continue;
		*ret = (enum job_step)i;
		return true;
	}
	return false;
}

/* What is not written in just this way is damaged, so that reading may be lax. */
int job_state_parse(const char *text, size_t len, struct job_state *ret)
{
	_cleanup_strbuf_ struct strbuf again = STRBUF_INIT;
	_cleanup_free_ char *copy = xstrndup(text, len);
	struct job_state s = { .step = JOB_RUNNING };
	char step[16], boot[JOB_BOOT_ID];

	if (sscanf(copy,
		   "cgmark-job-state 1\nstep %15s\nuid %u\nstarts %u\n"
		   "status %u\npid %d\nsince %" SCNu64 "\nboot %36s\n"
		   "began %" SCNu64 "\nended %" SCNu64 "\n",
		   step, &s.uid, &s.starts, &s.status, &s.pid, &s.pid_since,
		   boot, &s.began_s, &s.ended_s) != 9 ||
	    !find_step(step, &s.step))
		return -EBADMSG;
	if (strcmp(boot, "-") != 0)
		strcpy(s.boot, boot);
	job_state_format(&s, &again);
	if (again.len != len || memcmp(again.buf, text, len) != 0)
		return -EBADMSG;
	*ret = s;
	return 0;
}

/* --- processes --- */

/* Field 22 of /proc/PID/stat; the second one has a name with anything in it. */
static int process_since(pid_t pid, uint64_t *ret)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/stat", (int)pid);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = read_file(path, &text);
	const char *p = r == 0 && text.len ? strrchr(text.buf, ')') : NULL;
	char how;

	if (!p || sscanf(p,
			 ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %*s %*s %*s %*s %*s %*s %" SCNu64,
			 &how, ret) != 2)
		return r < 0 ? r : -ESRCH;
	return how == 'Z' ? -ESRCH : 0;
}

static void read_boot_id(char *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	read_first_line(BOOT_ID, &text);
	snprintf(ret, JOB_BOOT_ID, "%s", text.buf);
}

int job_state_set_process(struct job_state *s, pid_t pid)
{
	s->pid = pid;
	read_boot_id(s->boot);
	return process_since(pid, &s->pid_since);
}

bool job_state_is_alive(const struct job_state *s)
{
	char boot[JOB_BOOT_ID];
	uint64_t since;

	read_boot_id(boot);
	return s->pid > 0 && *s->boot && strcmp(s->boot, boot) == 0 &&
	       process_since(s->pid, &since) == 0 && since == s->pid_since;
}
