/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>

#include "alloc.h"
#include "file.h"

#define REMEMBERED "v2:"
/* How long those may clean up whose run was killed: half a minute. */
#define PAUSES 300
#define PAUSE_NS 100000000L

static int held = -1;

/*
 * Of whoever wrote the file last; 0: nobody did.  If it is gone and the lock is
 * not, its last process still cleans up.
 */
static pid_t holder_of(const char *path)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int pid;

	if (read_file(path, &text) < 0 || !text.len ||
	    sscanf(text.buf, "process %d,", &pid) != 1)
		return 0;
	return pid;
}

static bool is_gone(pid_t pid)
{
	return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

/* flock() that waits only for what is about to end. */
static int take(const char *path, int fd)
{
	const struct timespec pause_ts = { .tv_nsec = PAUSE_NS };

	for (unsigned i = 0; i < PAUSES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK || !is_gone(holder_of(path)))
			return -errno;
		nanosleep(&pause_ts, NULL);
	}
	return -EWOULDBLOCK;
}

/* "process 1234, cgmark run ...", as the holder wrote it. */
static void tell_holder(const char *path, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	strbuf_addstr(why, "another run measures this kernel");
	if (read_file(path, &text) == 0 && text.len &&
	    !strncmp(text.buf, "process ", 8))
		strbuf_addf(why, ": %.*s", (int)strcspn(text.buf, "\n"),
			    text.buf);
	strbuf_addf(why, "; wait for it to end, or end it (%s)", path);
}

/* Blanks for what would not fit in a message. */
static void own_command(struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file("/proc/self/cmdline", &text) < 0)
		return;
	for (size_t i = 0; i + 1 < text.len && i < 200; i++) {
		char c = text.buf[i] >= ' ' && text.buf[i] <= '~' ? text.buf[i]
								  : ' ';

		strbuf_add(ret, &c, 1);
	}
}

static int write_all_at(int fd, const char *text, size_t len)
{
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, len, 0) != (ssize_t)len)
		return errno ? -errno : -EIO;
	return 0;
}

/* What an earlier run has to have put back stays in the file. */
static int write_holder(const char *path, int fd)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf before = STRBUF_INIT;

	strbuf_addf(&text, "process %d, ", (int)getpid());
	own_command(&text);
	strbuf_addstr(&text, "\n");
	if (local_lock_recall(path, &before) == 0)
		strbuf_addf(&text, REMEMBERED "%s\n", before.buf);
	return write_all_at(fd, text.buf, text.len);
}

int local_lock(const char *path, int *fd, struct strbuf *why)
{
	int r;

	if (held < 0) {
		_cleanup_close_ int f = open(
			path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

		r = f < 0 ? -errno : take(path, f);
		if (r == -EWOULDBLOCK) {
			tell_holder(path, why);
			return -EBUSY;
		}
		if (r == 0)
			r = write_holder(path, f);
		if (r < 0) {
			strbuf_addf(why, "cannot lock %s: %s", path,
				    strerror(-r));
			return r;
		}
		held = steal_fd(&f);
	}
	*fd = held;
	return 0;
}

void local_unlock(void)
{
	if (held >= 0)
		close(held);
	held = -1;
}

int local_lock_recall(const char *path, struct strbuf *controllers)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *p;

	if (read_file(path, &text) < 0 || !text.len)
		return -ENOENT;
	p = strstr(text.buf, "\n" REMEMBERED);
	if (!p)
		return -ENOENT;
	p += strlen("\n" REMEMBERED);
	strbuf_addf(controllers, "%.*s", (int)strcspn(p, "\n"), p);
	return 0;
}

int local_lock_remember(int fd, const char *controllers)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char head[512] = "";

	if (pread(fd, head, sizeof(head) - 1, 0) < 0)
		return -errno;
	head[strcspn(head, "\n")] = '\0';
	strbuf_addf(&text, "%s\n", head);
	if (controllers)
		strbuf_addf(&text, REMEMBERED "%s\n", controllers);
	return write_all_at(fd, text.buf, text.len);
}
