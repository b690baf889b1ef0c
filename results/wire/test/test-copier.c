/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>

#include "copier.h"
#include "macro.h"

/* From a pipe to a pipe; our ends are in and out. */
struct fixture {
	struct copier c;
	int in, out;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int from[2], to[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe2(from, O_NONBLOCK), 0);
	assert_int_equal(pipe2(to, O_NONBLOCK), 0);
	copier_init(&f->c, from[0], to[1]);
	f->in = from[1];
	f->out = to[0];
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->in >= 0)
		close(f->in);
	if (f->out >= 0)
		close(f->out);
	free(f);
	return 0;
}

/* One turn, as in the loops of guest and host; the number of events. */
static int turn(struct copier *c)
{
	struct pollfd fds[2];
	int nr;

	copier_wants(c, fds);
	nr = poll(fds, 2, 0);
	copier_pump(c, fds);
	return nr;
}

static void bytes_arrive_as_they_are(void **state)
{
	struct fixture *f = *state;
	static char sent[300000], got[sizeof(sent)];
	size_t nr_sent = 0, nr_got = 0;
	ssize_t n;

	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (i * 7 + i / 251) & 0xff;
	while (nr_got < sizeof(sent)) {
		n = write(f->in, sent + nr_sent, sizeof(sent) - nr_sent);
		nr_sent += n > 0 ? n : 0;
		turn(&f->c);
		turn(&f->c);
		n = read(f->out, got + nr_got, sizeof(got) - nr_got);
		nr_got += n > 0 ? n : 0;
	}
	assert_memory_equal(sent, got, sizeof(sent));
	assert_int_equal(f->c.bytes, sizeof(sent));
	assert_false(copier_ended(&f->c));
}

static void an_end_comes_behind_the_bytes(void **state)
{
	struct fixture *f = *state;
	char got[8];

	assert_int_equal(write(f->in, "last", 4), 4);
	close(f->in);
	f->in = -1;
	turn(&f->c);
	assert_false(copier_ended(&f->c));
	turn(&f->c);
	assert_int_equal(read(f->out, got, sizeof(got)), 4);
	turn(&f->c);
	assert_true(copier_ended(&f->c));
	assert_int_equal(f->c.read_error, 0);
	assert_int_equal(turn(&f->c), 0);
}

static void a_slow_reader_is_waited_for(void **state)
{
	struct fixture *f = *state;
	static char block[COPIER_BYTES];
	int turns = 0;

	/* Its pipe holds 64 KiB, the copier the rest: then nothing moves. */
	for (int i = 0; i < 100; i++) {
		if (write(f->in, block, sizeof(block)) < 0)
			assert_int_equal(errno, EAGAIN);
		turns += turn(&f->c);
	}
	assert_in_range(f->c.bytes, 1, 65536);
	assert_int_equal(turn(&f->c), 0);
	assert_in_range(turns, 1, 10);
}

static void what_may_block_gets_no_more_than_it_takes(void **state)
{
	struct fixture *f = *state;
	static char block[COPIER_BYTES];

	f->c.may_block = true;
	assert_int_equal(write(f->in, block, sizeof(block)), sizeof(block));
	turn(&f->c);
	turn(&f->c);
	assert_int_equal(f->c.bytes, 4096);
}

static void a_reader_that_has_gone_is_told(void **state)
{
	struct fixture *f = *state;

	close(f->out);
	f->out = -1;
	assert_int_equal(write(f->in, "x", 1), 1);
	turn(&f->c);
	turn(&f->c);
	assert_int_equal(f->c.to, -1);
	assert_int_equal(f->c.write_error, EPIPE);
	assert_int_equal(f->c.len, 0);
	/* Nobody wants what comes from here on. */
	assert_int_equal(write(f->in, "y", 1), 1);
	turn(&f->c);
	assert_int_equal(f->c.len, 0);
}

static void what_cannot_be_read_is_an_end(void **state)
{
	struct fixture *f = *state;
	int dir = open("/", O_RDONLY);

	f->c.from = dir;
	turn(&f->c);
	assert_true(copier_ended(&f->c));
	assert_int_equal(f->c.read_error, EISDIR);
	close(dir);
}

static size_t drop_x(void *arg, char *buf, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++)
		if (buf[i] != 'x')
			buf[to++] = buf[i];
	++*(int *)arg;
	return to;
}

static void a_filter_sees_all_bytes(void **state)
{
	struct fixture *f = *state;
	char got[8];
	int calls = 0;

	f->c.filter = drop_x;
	f->c.arg = &calls;
	assert_int_equal(write(f->in, "xx", 2), 2);
	turn(&f->c);
	assert_int_equal(f->c.len, 0);
	assert_int_equal(write(f->in, "axbx", 4), 4);
	turn(&f->c);
	turn(&f->c);
	assert_int_equal(read(f->out, got, sizeof(got)), 2);
	assert_memory_equal(got, "ab", 2);
	assert_int_equal(calls, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_arrive_as_they_are, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_end_comes_behind_the_bytes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_slow_reader_is_waited_for,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_may_block_gets_no_more_than_it_takes, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_reader_that_has_gone_is_told,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_an_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_filter_sees_all_bytes, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
