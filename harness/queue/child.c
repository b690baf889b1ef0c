/* SPDX-License-Identifier: GPL-2.0-only */
#include "child.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "process.h"

#define NOT_STARTED 127

struct start {
	const struct queue_start *how;
	int go_fd;
	pid_t parent;
};

static int fail(const char *what, int err)
{
	fprintf(stderr, "cgmark: error: the job cannot start: %s: %s\n", what,
		strerror(err));
	fflush(stderr);
	return NOT_STARTED;
}

/* For good, or not at all. */
static int become(const struct passwd *pw)
{
	if (pw->pw_uid == geteuid())
		return 0;
	if (initgroups(pw->pw_name, pw->pw_gid) < 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return -errno;
	if (pw->pw_uid != 0 && setuid(0) == 0)
		return -EPERM;
	return 0;
}

static char **make_environment(const struct queue_start *how,
			       const struct passwd *pw)
{
	const struct queue_strings *env = &how->job->env;
	char **ret = xcalloc(env->nr + 6, sizeof(*ret));
	size_t n = 0;

	/* The job's own come later, and so in their place. */
	ret[n++] = xasprintf("USER=%s", pw->pw_name);
	ret[n++] = xasprintf("LOGNAME=%s", pw->pw_name);
	ret[n++] = xasprintf(QUEUE_RUN_FD "=%d", how->run_fd);
	for (size_t i = 0; i < env->nr; i++)
		ret[n++] = env->v[i];
	ret[n] = NULL;
	return ret;
}

static char **make_words(const struct queue_job *job)
{
	char **ret = xcalloc(job->words.nr + 3, sizeof(*ret));

	ret[0] = job->program;
	ret[1] = xstrdup("run");
	for (size_t i = 0; i < job->words.nr; i++)
		ret[i + 2] = job->words.v[i];
	return ret;
}

static int child_main(void *arg)
{
	const struct start *s = arg;
	const struct queue_job *job = s->how->job;
	struct passwd *pw;
	char byte;
	int r;

	if (read(s->go_fd, &byte, 1) != 1)
		return NOT_STARTED;
	close(s->go_fd);
	errno = 0;
	pw = getpwuid(s->how->uid);
	if (!pw)
		return fail("its user", errno ? errno : ENOENT);
	r = become(pw);
	if (r < 0)
		return fail(pw->pw_name, -r);
	/* That of before is lost with the change of user. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != s->parent)
		return NOT_STARTED;
	umask(022);
	if (chdir(job->cwd) < 0)
		return fail(job->cwd, errno);
	execve(job->program, make_words(job), make_environment(s->how, pw));
	return fail(job->program, errno);
}

int queue_child_start(const struct queue_start *how, struct queue_child *ret)
{
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;

	_cleanup_close_ int reader = fds[0];
	struct start s = { .how = how, .go_fd = reader, .parent = getpid() };
	const int keep[] = { reader, how->run_fd };
	struct process p = {
		PROCESS_INIT,
		.fn = child_main,
		.arg = &s,
		.keep = keep,
		.nr_keep = ARRAY_SIZE(keep),
		.death_signal = SIGTERM,
	};

	p.out_fd = p.err_fd = how->log_fd;
	ret->go_fd = fds[1];
	r = process_start(&p, &ret->pid, &ret->pidfd);
	if (r < 0)
		close(ret->go_fd);
	return r;
}

void queue_child_go(struct queue_child *c)
{
	/* If it is gone already, its end says so. */
	if (write(c->go_fd, "", 1) == 1) {
		close(c->go_fd);
		c->go_fd = -1;
	}
}

int queue_child_end(struct queue_child *c)
{
	int status = 0;

	if (c->go_fd >= 0)
		close(c->go_fd);
	process_reap(c->pid, &status, NULL);
	close(c->pidfd);
	return process_exit_code(status);
}
