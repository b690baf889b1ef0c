/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of jobs and of their states.  Those who write them are people of all kinds
 * and disks that were full: each byte may be another, the file shorter or longer, and
 * words may have blanks, newlines and bytes that are no text.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "alloc.h"
#include "job-state.h"
#include "job.h"
#include "record.h"

static void make(struct queue_job *j)
{
	*j = (struct queue_job){
		.added_s = 1798000000,
		.cwd = xstrdup("/a b/c\nd"),
		.program = xstrdup("/usr/bin/cgmark"),
	};
	queue_strings_add(&j->env, "HOME=/root");
	queue_strings_add(&j->env, "CGMARK_RESULTS_DIR=");
	queue_strings_add(&j->words, "--kernel");
	queue_strings_add(&j->words, "a b=\n\033[31m'\xff");
	queue_strings_add(&j->words, "");
	queue_strings_add(&j->words, "--");
}

static void assert_same(const struct queue_job *a, const struct queue_job *b)
{
	assert_int_equal(a->added_s, b->added_s);
	assert_int_equal(a->cancelled_s, b->cancelled_s);
	assert_string_equal(a->cwd, b->cwd);
	assert_string_equal(a->program, b->program);
	assert_int_equal(a->env.nr, b->env.nr);
	assert_int_equal(a->words.nr, b->words.nr);
	for (size_t i = 0; i < a->words.nr; i++)
		assert_string_equal(a->words.v[i], b->words.v[i]);
}

static void any_words_come_back(void **state)
{
	_cleanup_(queue_job_release) struct queue_job a, b;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *why;

	make(&a);
	queue_job_format(&a, &text);
	assert_int_equal(queue_job_parse(text.buf, text.len, &b, &why), 0);
	assert_same(&a, &b);
}

/* Behind a head that is right, as an enemy would have it. */
static int parse_body(const char *body, size_t len)
{
	_cleanup_(queue_job_release) struct queue_job j;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *why;
	int r;

	strbuf_addf(&text, "cgmark-job 1\ncrc %08x\n",
		    (unsigned)rec_crc32(0, body, len));
	strbuf_add(&text, body, len);
	r = queue_job_parse(text.buf, text.len, &j, &why);
	assert_true((r == 0) == !why);
	return r;
}

#define PARSE(_body) parse_body(_body, sizeof(_body))
#define BEGIN "added=1\0cancelled=0\0"

static void what_an_enemy_writes_is_none(void **state)
{
	_cleanup_strbuf_ struct strbuf many = STRBUF_INIT;

	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p"), 0);
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p\0word="), 0);
	/* Nothing, order, twice, what is not known, what is behind. */
	assert_int_equal(PARSE(""), -EBADMSG);
	assert_int_equal(PARSE("added=1\0cwd=/\0program=/p"), -EBADMSG);
	assert_int_equal(PARSE(BEGIN "program=/p\0cwd=/"), -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=/\0cwd=/\0program=/p"), -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p\0uid=0"), -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p\0word=a\0env=HOME=/"),
			 -EBADMSG);
	/* Numbers and paths that are none. */
	assert_int_equal(PARSE("added=-1\0cancelled=0\0cwd=/\0program=/p"),
			 -EBADMSG);
	assert_int_equal(PARSE("added=99999999999999999999\0cancelled=0\0"
			       "cwd=/\0program=/p"),
			 -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=.\0program=/p"), -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=cgmark"), -EBADMSG);
	/* Variables that would do something to the worker's words, or to ld.so. */
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p\0env=LD_PRELOAD=/x"),
			 -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p\0env=CGMARK_RUN_FD=1"),
			 -EBADMSG);
	assert_int_equal(PARSE(BEGIN "cwd=/\0program=/p\0env=HOME"), -EBADMSG);
	/* A text that does not end, and one without end. */
	assert_int_equal(parse_body(BEGIN "cwd=/\0program=/p\0word=ab",
				    sizeof(BEGIN "cwd=/\0program=/p\0word=a")),
			 -EBADMSG);
	strbuf_add(&many, BEGIN "cwd=/\0program=/p",
		   sizeof(BEGIN "cwd=/\0program=/p"));
	for (unsigned i = 0; i < QUEUE_JOB_STRINGS_MAX; i++)
		strbuf_add(&many, "word=", 6);
	assert_int_equal(parse_body(many.buf, many.len), -EBADMSG);
	strbuf_grow(&many, QUEUE_JOB_BYTES_MAX);
	many.len = QUEUE_JOB_BYTES_MAX;
	assert_int_equal(parse_body(many.buf, many.len), -EBADMSG);
}

static void every_other_byte_is_seen(void **state)
{
	_cleanup_(queue_job_release) struct queue_job a;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *why;

	make(&a);
	queue_job_format(&a, &text);
	for (size_t i = 0; i < text.len; i++) {
		struct queue_job b;

		text.buf[i] ^= 1;
		assert_int_equal(queue_job_parse(text.buf, text.len, &b, &why),
				 -EBADMSG);
		assert_non_null(why);
		queue_job_release(&b);
		text.buf[i] ^= 1;
	}
	for (size_t len = 0; len < text.len; len++) {
		_cleanup_free_ char *cut = xmalloc(len + 1);
		struct queue_job b;

		memcpy(cut, text.buf, len);
		assert_int_equal(queue_job_parse(cut, len, &b, &why), -EBADMSG);
		queue_job_release(&b);
	}
}

static void what_is_shown_is_clean(void **state)
{
	_cleanup_(queue_job_release) struct queue_job j;
	_cleanup_free_ char *text = NULL;

	make(&j);
	text = queue_job_text(&j);
	assert_ptr_equal(strstr(text, "cgmark run --kernel "), text);
	for (const char *p = text; *p; p++)
		assert_true((unsigned char)*p >= ' ');
}

/* --- states --- */

static void a_state_comes_back(void **state)
{
	struct job_state s = { .step = JOB_STOPPED,
			       .uid = UINT32_MAX - 1,
			       .starts = 3,
			       .status = 130,
			       .pid = 1,
			       .pid_since = UINT64_MAX,
			       .began_s = 1 };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct job_state got;

	job_state_format(&s, &text);
	assert_int_equal(job_state_parse(text.buf, text.len, &got), 0);
	assert_int_equal(got.step, JOB_STOPPED);
	assert_int_equal(got.uid, s.uid);
	assert_int_equal(got.status, 130);
	assert_true(got.pid_since == UINT64_MAX);
	assert_string_equal(got.boot, "");
	for (size_t i = 0; i < text.len; i++) {
		text.buf[i] ^= 1;
		assert_int_equal(job_state_parse(text.buf, text.len, &got),
				 -EBADMSG);
		text.buf[i] ^= 1;
		assert_int_equal(job_state_parse(text.buf, i, &got), -EBADMSG);
	}
}

/* A number may be that of another process by now. */
static void a_process_is_who_it_was(void **state)
{
	struct job_state s = { .step = JOB_RUNNING };
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	assert_int_equal(job_state_set_process(&s, pid), 0);
	assert_true(job_state_is_alive(&s));
	s.pid_since++;
	assert_false(job_state_is_alive(&s));
	s.pid_since--;
	s.boot[0] ^= 1;
	assert_false(job_state_is_alive(&s));
	s.boot[0] ^= 1;
	kill(pid, SIGKILL);
	/* Dead, though nobody has reaped it. */
	waitid(P_PID, pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	assert_false(job_state_is_alive(&s));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(job_state_is_alive(&s));
	s = (struct job_state){ .step = JOB_RUNNING };
	assert_false(job_state_is_alive(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_words_come_back),
		cmocka_unit_test(what_an_enemy_writes_is_none),
		cmocka_unit_test(every_other_byte_is_seen),
		cmocka_unit_test(what_is_shown_is_clean),
		cmocka_unit_test(a_state_comes_back),
		cmocka_unit_test(a_process_is_who_it_was),
	};

	return cmocka_run_group_tests_name("queue-job", tests, NULL, NULL);
}
