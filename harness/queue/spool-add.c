/* SPDX-License-Identifier: GPL-2.0-only */
#include "spool-add.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "file.h"

/* So many others may add at the same moment. */
#define TRIES 1000
/* What is on its way for longer was left by somebody who was killed. */
#define ON_ITS_WAY_S 3600

static int tell(int r, const char *what, const char *dir, struct strbuf *why)
{
	strbuf_addf(why, "cannot %s in %s: %s", what, dir, strerror(-r));
	return r;
}

static int sync_dir(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || (fsync(fd) < 0 && errno != EINVAL) ? -errno : 0;
}

/* Nobody but its owner may write a job, whatever the umask. */
static int write_job(const char *path, const struct queue_job *job)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	mode_t old = umask(022);
	int r;

	queue_job_format(job, &text);
	r = text.len > QUEUE_JOB_BYTES_MAX
		    ? -E2BIG
		    : write_file_atomic(path, text.buf, text.len);
	umask(old);
	return r;
}

static int next_number(const char *dir, unsigned *ret)
{
	_cleanup_free_ unsigned *all = NULL;
	size_t nr = 0;
	int r = spool_numbers(dir, &all, &nr, NULL);

	if (r < 0)
		return r;
	*ret = nr ? all[nr - 1] + 1 : 1;
	return 0;
}

/* To the next number that nobody has. */
static int give_number(const char *dir, const char *tmp, unsigned *number)
{
	int r = next_number(dir, number);

	for (unsigned i = 0; r == 0 && i < TRIES; i++, ++*number) {
		_cleanup_free_ char *path = NULL;

		if (*number > SPOOL_NUMBER_MAX)
			return -EOVERFLOW;
		path = xasprintf("%s/jobs/%u", dir, *number);
		if (renameat2(AT_FDCWD, tmp, AT_FDCWD, path,
			      RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return r < 0 ? r : -EAGAIN;
}

int spool_add(const char *dir, const struct queue_job *job, unsigned *number,
	      struct strbuf *why)
{
	_cleanup_free_ char *jobs = xasprintf("%s/jobs", dir);
	_cleanup_free_ char *tmp = xasprintf(
		"%s/.new-%d-%u", jobs, (int)getpid(), (unsigned)time(NULL));
	int r = spool_make(dir, why);

	if (r < 0)
		return r;
	r = write_job(tmp, job);
	if (r == 0)
		r = give_number(dir, tmp, number);
	if (r == 0)
		r = sync_dir(jobs);
	else
		unlink(tmp);
	return r < 0 ? tell(r, "add a job", jobs, why) : 0;
}

/* --- cancelling --- */

/* Root does not write where others do. */
static int cancel_as_worker(const char *dir, unsigned number)
{
	_cleanup_free_ char *path = spool_state_path(dir, number, "cancel");

	return write_file_atomic(path, "", 0);
}

static int cancel_own(const char *dir, struct spool_entry *e)
{
	_cleanup_free_ char *path = xasprintf("%s/jobs/%u", dir, e->number);

	e->job.cancelled_s = (uint64_t)time(NULL);
	return write_job(path, &e->job);
}

int spool_cancel(const char *dir, struct spool_entry *e, struct strbuf *why)
{
	bool own = e->uid == geteuid();
	int r;

	if (!own && geteuid() != 0)
		return -EPERM;
	r = own && !e->fault ? cancel_own(dir, e)
			     : cancel_as_worker(dir, e->number);
	return r < 0 ? tell(r, "cancel a job", dir, why) : 0;
}

/* --- tidying --- */

static void forget(const char *dir, unsigned number)
{
	static const char *const ends[] = { "log", "run", "cancel", NULL };
	_cleanup_free_ char *job = xasprintf("%s/jobs/%u", dir, number);

	unlink(job);
	/* The state itself comes last: who was killed begins again. */
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_free_ char *path =
			spool_state_path(dir, number, ends[i]);

		unlink(path);
	}
}

static bool has_ended(const char *dir, unsigned number)
{
	struct spool_entry e;
	bool ended;

	spool_load_state(dir, number, &e);
	ended = e.has_state && job_step_ended(e.state.step);
	spool_entry_release(&e);
	return ended;
}

static void forget_all_but(const char *dir, size_t keep)
{
	_cleanup_free_ unsigned *all = NULL;
	size_t nr = 0;

	if (spool_numbers(dir, &all, &nr, NULL) < 0)
		return;
	/* The latest stay, whatever they are: their numbers count. */
	for (size_t i = 0; nr > keep && i < nr - keep; i++)
		if (has_ended(dir, all[i]))
			forget(dir, all[i]);
}

static void remove_old(int fd, const char *name)
{
	struct stat st;

	if (strncmp(name, ".new-", 5) == 0 &&
	    fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtime + ON_ITS_WAY_S < time(NULL))
		unlinkat(fd, name, 0);
}

void spool_tidy(const char *dir, size_t keep)
{
	_cleanup_free_ char *jobs = xasprintf("%s/jobs", dir);
	DIR *d = opendir(jobs);
	struct dirent *de;

	while (d && (de = readdir(d)))
		remove_old(dirfd(d), de->d_name);
	if (d)
		closedir(d);
	forget_all_but(dir, keep);
}
