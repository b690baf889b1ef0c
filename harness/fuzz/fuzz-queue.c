/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jobs of the queue, which everybody may write, and their states, each with the right
 * checksum.
 */
#include "alloc.h"
#include "fuzz.h"
#include "job-state.h"
#include "job.h"
#include "record.h"

/* What is read is written in the same way, and can be shown. */
static void try_job(const char *text, size_t len)
{
	_cleanup_strbuf_ struct strbuf whole = STRBUF_INIT, again = STRBUF_INIT;
	_cleanup_(queue_job_release) struct queue_job j;
	_cleanup_free_ char *shown = NULL;
	const char *why;

	strbuf_addf(&whole, "cgmark-job 1\ncrc %08x\n",
		    rec_crc32(0, text, len));
	strbuf_add(&whole, text, len);
	if (queue_job_parse(whole.buf, whole.len, &j, &why) < 0) {
		fuzz_check(why);
		return;
	}
	fuzz_check(!why && *j.cwd == '/' && *j.program == '/');
	queue_job_format(&j, &again);
	fuzz_check(again.len == whole.len &&
		   memcmp(again.buf, whole.buf, whole.len) == 0);
	for (size_t i = 0; i < j.env.nr; i++)
		fuzz_check(queue_job_takes_variable(j.env.v[i]));
	shown = queue_job_text(&j);
	fuzz_check_clean(shown);
}

static void try_state(const char *text, size_t len)
{
	_cleanup_strbuf_ struct strbuf whole = STRBUF_INIT;
	struct job_state s;

	strbuf_add(&whole, text, len);
	strbuf_addf(&whole, "crc %08x\n", rec_crc32(0, text, len));
	if (job_state_parse(whole.buf, whole.len, &s) == 0)
		fuzz_check(s.step <= JOB_CUT);
}

void fuzz_one(const char *text, size_t len)
{
	try_job(text, len);
	try_state(text, len);
}
