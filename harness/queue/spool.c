/* SPDX-License-Identifier: GPL-2.0-only */
#include "spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "clean.h"
#include "file.h"
#include "text.h"

#define DEFAULT_DIR "/var/lib/cgmark/queue"
/* Names in jobs/ that are none, of which messages tell. */
#define STRAYS_BYTES_MAX 4096

const char *spool_dir(void)
{
	const char *dir = getenv("CGMARK_QUEUE_DIR");

	return dir && *dir ? dir : DEFAULT_DIR;
}

/* --- the folders --- */

/* That of root is for everybody. */
static int make_jobs_dir(const char *path)
{
	mode_t mode = geteuid() == 0 ? 01777 : 0755;

	if (mkdir(path, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, mode) < 0 ? -errno : 0;
}

int spool_make(const char *dir, struct strbuf *why)
{
	_cleanup_free_ char *jobs = xasprintf("%s/jobs", dir);
	_cleanup_free_ char *state = xasprintf("%s/state", dir);
	struct stat st;
	int r;

	/* Somebody else's needs no more than to be there. */
	if (stat(jobs, &st) == 0 && stat(state, &st) == 0)
		return 0;
	r = mkdir_p(dir, 0755);
	if (r == 0 && mkdir(state, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0)
		r = make_jobs_dir(jobs);
	if (r == -EACCES || r == -EPERM)
		strbuf_addf(why,
			    "there is no queue: \"cgmark queue install\" as "
			    "root makes %s",
			    dir);
	else if (r < 0)
		strbuf_addf(why, "cannot make the queue in %s: %s", dir,
			    strerror(-r));
	return r;
}

/* mode: with one of these bits, others may write there. */
static int check_own(const char *path, mode_t mode, struct strbuf *why)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		strbuf_addf(why, "%s: %s", path, strerror(errno));
		return -errno;
	}
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    (!(st.st_mode & 022) || (st.st_mode & mode)))
		return 0;
	strbuf_addf(why,
		    "%s is not a folder that only this user can write%s: a "
		    "worker takes no orders from others",
		    path, mode ? ", or that is sticky" : "");
	return -EPERM;
}

int spool_check(const char *dir, struct strbuf *why)
{
	_cleanup_free_ char *state = xasprintf("%s/state", dir);
	_cleanup_free_ char *jobs = xasprintf("%s/jobs", dir);
	int r = check_own(dir, 0, why);

	if (r == 0)
		r = check_own(state, 0, why);
	/* Without it, others could give jobs other numbers, and so run them anew. */
	return r == 0 ? check_own(jobs, S_ISVTX, why) : r;
}

char *spool_state_path(const char *dir, unsigned number, const char *suffix)
{
	return suffix ? xasprintf("%s/state/%u.%s", dir, number, suffix)
		      : xasprintf("%s/state/%u", dir, number);
}

/* --- one job --- */

void spool_entry_release(struct spool_entry *e)
{
	queue_job_release(&e->job);
	free(e->fault);
	*e = (struct spool_entry){ .number = 0 };
}

static void set_fault(struct spool_entry *e, const char *text)
{
	if (!e->fault)
		e->fault = xstrdup(text);
}

/* Anybody may have put anything there. */
static const char *check_file(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	/* It might be of somebody who does not know of it here. */
	if (st->st_nlink != 1)
		return "it has more than one name";
	if (st->st_mode & 022)
		return "others than its owner can write it";
	return (uint64_t)st->st_size > QUEUE_JOB_BYTES_MAX ? "too large" : NULL;
}

/* One byte more than there may be tells that it grew. */
static int read_all(int fd, char *buf, size_t size, size_t *len)
{
	ssize_t n = 1;

	for (*len = 0; *len < size && n != 0;) {
		n = read(fd, buf + *len, size - *len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			*len += n;
	}
	return 0;
}

static void load_job(const char *dir, struct spool_entry *e)
{
	_cleanup_free_ char *path = xasprintf("%s/jobs/%u", dir, e->number);
	_cleanup_free_ char *buf = xmalloc(QUEUE_JOB_BYTES_MAX + 1);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
						    O_NOCTTY | O_CLOEXEC);
	const char *why = NULL;
	struct stat st;
	size_t len;
	int r;

	if (fd < 0 && errno == ENOENT)
		return;
	e->has_job = true;
	e->uid = UINT32_MAX;
	if (fd < 0 || fstat(fd, &st) < 0) {
		set_fault(e,
			  errno == ELOOP ? "a symbolic link" : strerror(errno));
		return;
	}
	e->uid = st.st_uid;
	why = check_file(&st);
	r = why ? 0 : read_all(fd, buf, QUEUE_JOB_BYTES_MAX + 1, &len);
	if (r < 0)
		why = strerror(-r);
	if (!why)
		queue_job_parse(buf, len, &e->job, &why);
	if (why)
		set_fault(e, why);
}

void spool_load_state(const char *dir, unsigned number, struct spool_entry *ret)
{
	_cleanup_free_ char *path = spool_state_path(dir, number, NULL);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r;

	*ret = (struct spool_entry){ .number = number };
	r = read_regular(path, JOB_STATE_BYTES_MAX, &text);
	if (r == -ENOENT)
		return;
	if (r == 0)
		r = job_state_parse(text.buf, text.len, &ret->state);
	ret->has_state = r == 0;
	if (r < 0)
		set_fault(ret, r == -EBADMSG ? "its state is damaged"
					     : "its state cannot be read");
}

void spool_load(const char *dir, unsigned number, struct spool_entry *ret)
{
	_cleanup_free_ char *cancel = spool_state_path(dir, number, "cancel");

	spool_load_state(dir, number, ret);
	ret->root_cancels = access(cancel, F_OK) == 0;
	load_job(dir, ret);
	if (ret->has_job && ret->has_state && ret->state.uid != ret->uid)
		set_fault(ret, "the file is no longer of whom it was");
}

bool spool_is_cancelled(const struct spool_entry *e)
{
	return e->root_cancels ||
	       (e->has_job && !e->fault && e->job.cancelled_s);
}

int spool_save_state(const char *dir, unsigned number,
		     const struct job_state *s)
{
	_cleanup_free_ char *path = spool_state_path(dir, number, NULL);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	job_state_format(s, &text);
	return write_file_atomic(path, text.buf, text.len);
}

/* --- all jobs --- */

struct numbers {
	unsigned *v;
	size_t nr;
};

/* "17", and "17.run" where names have ends.  0: it is none. */
static unsigned number_of(const char *name, bool with_end)
{
	_cleanup_free_ char *digits =
		xstrndup(name, with_end ? strcspn(name, ".") : strlen(name));
	uint64_t n;

	return text_u64(digits, SPOOL_NUMBER_MAX, &n) == 0 ? (unsigned)n : 0;
}

static void add_stray(struct strbuf *strays, const char *name)
{
	if (!strays || strays->len > STRAYS_BYTES_MAX)
		return;
	print_clean(strays, name);
	strbuf_addstr(strays, "\n");
}

static int add_numbers(const char *path, bool with_end, struct numbers *n,
		       struct strbuf *strays)
{
	DIR *d = opendir(path);
	struct dirent *de;

	if (!d)
		return -errno;
	while ((de = readdir(d))) {
		unsigned number = number_of(de->d_name, with_end);

		/* Those with a dot are on their way. */
		if (!number && *de->d_name != '.')
			add_stray(strays, de->d_name);
		if (!number)
			continue;
		n->v = xreallocarray(n->v, n->nr + 1, sizeof(*n->v));
		n->v[n->nr++] = number;
	}
	closedir(d);
	return 0;
}

static int compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

int spool_numbers(const char *dir, unsigned **ret, size_t *nr,
		  struct strbuf *strays)
{
	_cleanup_free_ char *jobs = xasprintf("%s/jobs", dir);
	_cleanup_free_ char *state = xasprintf("%s/state", dir);
	struct numbers n = { .v = NULL };
	int r = add_numbers(jobs, false, &n, strays);
	size_t kept = 0;

	if (r == 0)
		r = add_numbers(state, true, &n, NULL);
	if (r < 0) {
		free(n.v);
		return r;
	}
	if (n.nr)
		qsort(n.v, n.nr, sizeof(*n.v), compare);
	for (size_t i = 0; i < n.nr; i++)
		if (kept == 0 || n.v[kept - 1] != n.v[i])
			n.v[kept++] = n.v[i];
	*ret = n.v;
	*nr = kept;
	return 0;
}
