/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>

#include "alloc.h"
#include "file.h"
#include "scratch.h"

static char *capture_path;
static int saved_stderr = -1;

int scratch_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	/* In memory if possible: tests need no fsync() to a disk. */
	if (!tmp)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	dir = xasprintf("%s/cgmark-test.XXXXXX", tmp);

	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

int scratch_teardown(void **state)
{
	int r;

	if (saved_stderr >= 0)
		free(capture_end());
	r = rm_rf(*state);
	free(*state);
	return r;
}

void write_bytes(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

void capture_start(const char *dir)
{
	int fd;

	capture_path = xasprintf("%s/stderr", dir);
	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	fd = open(capture_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(saved_stderr >= 0 && fd >= 0);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

char *capture_end(void)
{
	struct strbuf text = STRBUF_INIT;

	fflush(stderr);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	saved_stderr = -1;
	assert_int_equal(read_file(capture_path, &text), 0);
	unlink(capture_path);
	free(capture_path);
	capture_path = NULL;
	return strbuf_steal(&text);
}

uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
