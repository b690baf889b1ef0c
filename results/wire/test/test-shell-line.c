/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>

#include "macro.h"
#include "shell-line.h"

static void words_come_back(void **state)
{
	static const char *const words[] = {
		"",   "a",  "a b", "\n", "%",	 "%0a", "%25", "%%0a\n\n%",
		"\t", "\r", "'\"", "\1", "\xff", "a\n", "\na", "100%",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char *line = shell_escape(words[i]);

		assert_null(strchr(line, '\n'));
		assert_int_equal(shell_unescape(line), 0);
		assert_string_equal(line, words[i]);
		free(line);
	}
}

static void what_was_not_escaped_is_an_error(void **state)
{
	static const char *const bad[] = { "%", "%0", "%0b", "a%2", "%%25" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char line[16];

		strcpy(line, bad[i]);
		assert_int_equal(shell_unescape(line), -EINVAL);
	}
}

static void lines_come_whole(void **state)
{
	struct shell_lines l = { NULL };
	int fds[2];

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	assert_null(shell_lines_next(&l));
	assert_int_equal(shell_lines_read(&l, fds[0]), 1);
	assert_null(shell_lines_next(&l));
	assert_int_equal(write(fds[1], "one\n\ntw", 7), 7);
	assert_int_equal(shell_lines_read(&l, fds[0]), 1);
	assert_string_equal(shell_lines_next(&l), "one");
	assert_string_equal(shell_lines_next(&l), "");
	assert_null(shell_lines_next(&l));
	assert_int_equal(write(fds[1], "o\nthree", 7), 7);
	close(fds[1]);
	assert_int_equal(shell_lines_read(&l, fds[0]), 1);
	assert_string_equal(shell_lines_next(&l), "two");
	assert_null(shell_lines_next(&l));
	assert_int_equal(shell_lines_read(&l, fds[0]), 0);
	assert_null(shell_lines_next(&l));
	shell_lines_release(&l);
	close(fds[0]);
}

/* The longest argument that Linux takes, if all of it has to be escaped. */
static void a_long_word_is_a_line(void **state)
{
	enum { LONGEST = 128 * 1024 - 1 };
	struct shell_lines l = { NULL };
	char *word = malloc(LONGEST + 1), *line, *got = NULL;
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	int r = 1;

	memset(word, '\n', LONGEST);
	word[LONGEST] = '\0';
	line = shell_escape(word);
	assert_int_equal(dprintf(fd, "arg %s\n", line), 3 * LONGEST + 5);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	while (r > 0 && !got) {
		r = shell_lines_read(&l, fd);
		got = shell_lines_next(&l);
	}
	assert_non_null(got);
	assert_int_equal(shell_unescape(got + 4), 0);
	assert_string_equal(got + 4, word);
	shell_lines_release(&l);
	close(fd);
	free(word);
	free(line);
}

static void a_line_without_end_is_an_error(void **state)
{
	struct shell_lines l = { NULL };
	int fd = open("/dev/zero", O_RDONLY), r = 1;

	while (r == 1)
		r = shell_lines_read(&l, fd);
	assert_int_equal(r, -EMSGSIZE);
	shell_lines_release(&l);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_come_back),
		cmocka_unit_test(what_was_not_escaped_is_an_error),
		cmocka_unit_test(lines_come_whole),
		cmocka_unit_test(a_long_word_is_a_line),
		cmocka_unit_test(a_line_without_end_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
