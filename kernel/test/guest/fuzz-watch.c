/* SPDX-License-Identifier: GPL-2.0-only */
/* What PID 1 does during a round: sees that it goes on, and tells why not. */
#include <dirent.h>
#include <time.h>

#include "fuzz.h"

#define DEADLINE_S 40 /* of the guest's time, times patience() */

static char why[600];

static long now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* --- the kernel's log --- */

/* The host looks at the console with a longer list: this is to stop in time. */
static bool is_splat(const char *text)
{
	static const char *const starts[] = {
		"BUG:",
		"WARNING:",
		"Oops:",
		"kernel BUG at",
		"INFO: ",
		"general protection fault",
		"KASAN: ",
		"UBSAN: ",
		"list_add ",
		"list_del ",
		"BUG ",
		"rcu: INFO:",
		"unregister_netd",
	};

	text += strspn(text, " ");
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (!strncmp(text, starts[i], strlen(starts[i])))
			return true;
	return false;
}

const char *new_splat(void)
{
	static int fd = -1;
	static char text[1024];
	bool found = false;
	ssize_t n;

	if (fd < 0) {
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		lseek(fd, 0, SEEK_END);
	}
	/* EPIPE: some were overwritten; it goes on with those that are left. */
	while (!found && ((n = read(fd, text, sizeof(text) - 1)) > 0 ||
			  (n < 0 && errno == EPIPE))) {
		char *message;

		if (n < 0)
			continue;
		text[n] = '\0';
		message = strchr(text, ';');
		if (!message || !is_splat(message + 1))
			continue;
		snprintf(why, sizeof(why), "the kernel says: %.*s",
			 (int)strcspn(message + 1, "\n"), message + 1);
		found = true;
	}
	return found ? why : NULL;
}

/* --- the log of operations --- */

static void show_call(const struct call *c)
{
	char text[400];

	call_format(c, text, sizeof(text));
	note("%s # %s", text,
	     c->result == RUNNING ? "still running"
	     : c->result < 0	  ? strerror(-c->result)
				  : "done");
}

/* As a script, the last ones of this round. */
void show_log(void)
{
	uint32_t nr = shared->nr_log, tail = settings.tail;

	if (tail > nr)
		tail = nr;
	if (tail > MAX_LOG)
		tail = MAX_LOG;
	note("the last %u of %u operations of this round:", tail, nr);
	for (uint32_t i = nr - tail; i < nr; i++)
		show_call(&shared->log[i % MAX_LOG]);
}

/* --- workers --- */

static void show_stack(pid_t pid)
{
	char *text, *line, *save;

	if (read_all(str("/proc/%d/stack", pid), &text) < 0)
		return;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		note("| %s", line);
	free(text);
}

static const char *report_hang(const struct worker *w)
{
	char text[400];

	call_format(&shared->log[w->entry % MAX_LOG], text, sizeof(text));
	show_stack(w->pid);
	put("/proc/sysrq-trigger", "w");
	/* The console is slow. */
	msleep(1000);
	snprintf(why, sizeof(why), "not done after %d s: %s",
		 DEADLINE_S * (int)patience(), text);
	return why;
}

/* The processes that clean_up() could not end. */
void show_processes(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		pid_t pid = strtol(e->d_name, NULL, 10);
		char *text;

		if (pid < 2 || !is_of_user(pid) ||
		    read_all(str("/proc/%d/cgroup", pid), &text) < 0)
			continue;
		for (char *p = text; *p; p++)
			*p = *p == '\n' ? ' ' : *p;
		note("process %d, state %c: %.600s", pid, state_of(pid), text);
		free(text);
		show_stack(pid);
	}
	if (d)
		closedir(d);
}

/* Reap those that nobody waits for; a worker must not be among them. */
static const char *reap_all(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < NR_WORKERS; i++) {
			if (pid != shared->workers[i].pid)
				continue;
			shared->workers[i].pid = 0;
			snprintf(why, sizeof(why),
				 "worker %u ended with status %#x", i, status);
			return why;
		}
	return NULL;
}

/* Has it been in one operation for too long? */
static bool is_late(const struct worker *w, uint32_t *seen, long *since)
{
	uint32_t done = __atomic_load_n(&w->done, __ATOMIC_ACQUIRE);

	if (done != *seen || !w->running) {
		*seen = done;
		*since = now_s();
	}
	return now_s() - *since > DEADLINE_S * (long)patience();
}

const char *watch_round(void)
{
	uint32_t seen[NR_WORKERS] = { 0 };
	long since[NR_WORKERS] = { now_s(), now_s() };
	unsigned finished = 0;

	while (finished < NR_WORKERS) {
		const char *splat = new_splat(), *ended = reap_all();

		/* A worker that was killed is what follows from a splat. */
		if (splat || ended)
			return splat ?: new_splat() ?: ended;
		finished = 0;
		for (unsigned i = 0; i < NR_WORKERS; i++) {
			const struct worker *w = &shared->workers[i];

			finished += w->finished;
			if (is_late(w, &seen[i], &since[i]))
				return report_hang(w);
		}
		msleep(20);
	}
	return new_splat();
}
