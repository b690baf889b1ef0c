/* SPDX-License-Identifier: GPL-2.0-only */
#include "build-set.h"

#include <poll.h>
#include <sys/signalfd.h>

#include "interrupt.h"
#include "log.h"
#include "monotonic.h"
#include "process.h"

#define NS_PER_S 1000000000ULL
/* build.sh gets this long to remove its half-made entry after a signal. */
#define KILL_AFTER_NS (20 * NS_PER_S)

int build_set_begin(struct build_set *s)
{
	sigset_t mask;

	memset(s, 0, sizeof(*s));
	interrupt_block(&s->old_mask);
	interrupt_mask(&mask);
	s->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd >= 0)
		return 0;
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	return -errno;
}

void build_set_end(struct build_set *s)
{
	close(s->signal_fd);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
}

/* The first shares its line with the second, if there is one. */
static void share_line(struct build_set *s)
{
	struct build *a = s->v[0], *b = s->v[1];

	if (s->nr == 2)
		progress_join(&a->progress, a->spec->name, &b->progress,
			      b->spec->name);
}

void build_set_start(struct build_set *s, struct build *b, const char *command,
		     unsigned jobs)
{
	s->v[s->nr++] = b;
	share_line(s);
	b->status = build_start(b, command, jobs);
}

static void take_out(struct build_set *s, struct build *b)
{
	progress_end(&b->progress);
	s->nr--;
	if (s->v[0] == b)
		s->v[0] = s->v[1];
}

static void stop(struct build_set *s, int sig)
{
	for (size_t i = 0; i < s->nr; i++) {
		struct build *b = s->v[i];

		if (b->stopped || b->status < 0)
			continue;
		b->stopped = true;
		kill(-b->pid, sig);
	}
	s->kill_ns = now_ns() + KILL_AFTER_NS;
}

void build_set_stop(struct build_set *s, const char *why)
{
	for (size_t i = 0; i < s->nr; i++) {
		progress_end(&s->v[i]->progress);
		log_warn("%s: stopping the build of kernel %s", why,
			 s->v[i]->spec->name);
	}
	stop(s, SIGTERM);
}

bool build_set_interrupted(struct build_set *s)
{
	struct signalfd_siginfo info;

	if (read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
		return s->interrupted;
	if (!s->interrupted) {
		s->interrupted = true;
		for (size_t i = 0; i < s->nr; i++) {
			progress_end(&s->v[i]->progress);
			log_warn("interrupted: stopping the build of kernel %s",
				 s->v[i]->spec->name);
		}
		stop(s, info.ssi_signo);
	}
	return true;
}

/* Reaped, with the last of its events; NULL if none has ended. */
static struct build *find_ended(struct build_set *s, const struct pollfd *fds)
{
	for (size_t i = 0; i < s->nr; i++) {
		struct build *b = s->v[i];
		int status;

		if (!fds[i].revents)
			continue;
		build_read_events(b);
		if (process_reap(b->pid, &status, NULL) < 0)
			b->status = -ECHILD;
		else
			b->status = process_exit_code(status);
		take_out(s, b);
		return b;
	}
	return NULL;
}

/* What cannot be followed is not left running. */
static struct build *give_up(struct build_set *s, int err)
{
	struct build *b = s->v[0];

	kill(-b->pid, SIGKILL);
	process_reap(b->pid, NULL, NULL);
	b->status = err;
	take_out(s, b);
	return b;
}

static struct build *find_not_started(struct build_set *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		struct build *b = s->v[i];

		if (b->status == 0)
			continue;
		take_out(s, b);
		return b;
	}
	return NULL;
}

struct build *build_set_wait(struct build_set *s)
{
	struct pollfd fds[2 * BUILD_SET_MAX + 1];
	struct build *b = find_not_started(s);
	bool stopping = false;
	size_t n = s->nr;

	if (b)
		return b;
	for (size_t i = 0; i < n; i++) {
		fds[i] = (struct pollfd){ s->v[i]->pidfd, POLLIN, 0 };
		fds[n + i] = (struct pollfd){ s->v[i]->out_fd, POLLIN, 0 };
		stopping |= s->v[i]->stopped;
	}
	fds[2 * n] = (struct pollfd){ s->signal_fd, POLLIN, 0 };
	if (poll(fds, 2 * n + 1, stopping ? 1000 : -1) < 0)
		return errno == EINTR ? NULL : give_up(s, -errno);
	for (size_t i = 0; i < n; i++)
		if (fds[n + i].revents)
			build_read_events(s->v[i]);
	if (fds[2 * n].revents)
		build_set_interrupted(s);
	for (size_t i = 0; i < n; i++)
		if (s->v[i]->stopped && now_ns() > s->kill_ns)
			kill(-s->v[i]->pid, SIGKILL);
	return find_ended(s, fds);
}
