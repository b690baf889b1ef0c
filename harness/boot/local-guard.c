/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-guard.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "alloc.h"
#include "local-facts.h"
#include "local-groups.h"
#include "local-lock.h"
#include "local-root.h"

static void complain(const char *text)
{
	fprintf(stderr, "%s\n", text);
	fflush(stderr);
}

/* ---- the init ---- */

static int exec_init(const struct local_guard *g)
{
	_cleanup_free_ char *status =
		xasprintf("CGMARK_STATUS_FD=%d", g->status_fd);
	_cleanup_free_ char *samples =
		xasprintf("CGMARK_SAMPLES_FD=%d", g->samples_fd);
	/* For whoever has another init do something to one kernel. */
	_cleanup_free_ char *kernel =
		xasprintf("CGMARK_KERNEL=%s", g->img->kernel_name);
	char local[] = "CGMARK_LOCAL=1", polite[] = "CGMARK_POLITE=1";
	char name[] = "cgmark-local-init";
	char *const argv[] = { name, NULL };
	char *const envp[] = {
		local, status, samples, kernel, g->disturb ? NULL : polite, NULL
	};

	execve("/init", argv, envp);
	return -errno;
}

static void init_main(const struct local_guard *g, pid_t guard,
		      bool memory_on_v2)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	sigset_t none;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != guard)
		_exit(1);
	close(g->lock_fd);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	r = local_groups_join(getpid());
	if (r < 0)
		strbuf_addf(&why, "join the v2 group " LOCAL_GROUP ": %s",
			    strerror(-r));
	if (r == 0)
		r = local_private_mounts(&why);
	if (r == 0)
		r = local_root_enter(g->dir, g->img, memory_on_v2, &why);
	if (r == 0) {
		r = exec_init(g);
		strbuf_addf(&why, "execute the guest's init: %s", strerror(-r));
	}
	complain(why.buf);
	_exit(1);
}

/* ---- the guard ---- */

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigprocmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Until the init ends; kills it if the guard is told to end. */
static int wait_for(pid_t pid, const sigset_t *set, bool *told)
{
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
		if (sigwaitinfo(set, NULL) == SIGCHLD)
			continue;
		*told = true;
		kill(pid, SIGKILL);
	}
	return ended == pid ? status : -1;
}

static int end_text(int status, bool told)
{
	_cleanup_free_ char *text = NULL;

	if (told)
		text = xasprintf("told to end");
	else if (status == -1)
		text = xasprintf("the guest's init was lost");
	else if (WIFSIGNALED(status))
		text = xasprintf("the guest's init was killed by signal %d",
				 WTERMSIG(status));
	/* It has said why by itself. */
	else
		return WEXITSTATUS(status);
	complain(text);
	return 1;
}

static void write_facts(const struct local_guard *g,
			const struct local_counters *begin)
{
	_cleanup_(local_counters_release) struct local_counters end;
	char text[RUN_FACTS_LINE_MAX];
	struct run_facts facts;
	struct rusage ru;

	local_counters_read(&end);
	local_facts(begin, &end, &facts);
	if (getrusage(RUSAGE_CHILDREN, &ru) == 0)
		facts.switches = ru.ru_nivcsw;
	run_facts_format(&facts, text, sizeof(text));
	dprintf(g->status_fd, "# %s\n", text);
}

/* What of the machine was set for the boot, and what could not be. */
struct setting {
	struct strbuf set, unset;
};

static void setting_release(struct setting *s)
{
	strbuf_release(&s->set);
	strbuf_release(&s->unset);
}

static void write_line(int fd, const char *head, const struct strbuf *text)
{
	if (text->len)
		dprintf(fd, "# %s%.*s\n", head, RUN_SETTINGS_MAX - 1,
			text->buf);
}

/* This process only waits, and what it starts is bound as it is. */
static int make_steady(const struct local_guard *g, struct setting *s,
		       struct strbuf *why)
{
	int r = local_steady_set(local_steady_root(), g->steady, &s->set,
				 &s->unset);

	if (r < 0) {
		strbuf_addf(why, "cannot write down what is to be put back: %s",
			    r == -EBADMSG ? "what there is is damaged"
					  : strerror(-r));
		return r;
	}
	local_steady_bind(g->steady, &s->unset);
	return 0;
}

static bool has_word(const char *text, const char *word)
{
	const char *p = text ? strstr(text, word) : NULL;

	return p && (p == text || p[-1] == ' ');
}

static int measure(const struct local_guard *g, const sigset_t *set,
		   const struct setting *setting, bool memory_on_v2)
{
	_cleanup_(local_counters_release) struct local_counters begin;
	pid_t self = getpid(), pid;
	bool told = false;
	int status;

	local_counters_read(&begin);
	pid = fork();
	if (pid == 0)
		init_main(g, self, memory_on_v2);
	if (pid < 0) {
		complain("no process for the guest's init");
		return 1;
	}
	status = wait_for(pid, set, &told);
	if (status == 0 && !told) {
		write_line(g->status_fd, RUN_SET_HEAD, &setting->set);
		write_line(g->status_fd, RUN_UNSET_HEAD, &setting->unset);
		write_facts(g, &begin);
	}
	return end_text(status, told);
}

/* What is on before anything of ours is, for whoever has to clean up. */
static int remember(const struct local_guard *g, struct strbuf *has,
		    struct strbuf *keep_on)
{
	int r = local_groups_controllers(has, keep_on);

	return r < 0 ? r
		     : local_lock_remember(g->lock_fd,
					   keep_on->buf ? keep_on->buf : "");
}

/* One does not wait for the other, whatever is wrong with it. */
static int undo(const char *keep_on, struct strbuf *why)
{
	struct local_cleaned cleaned;
	int r = local_steady_restore(local_steady_root(), &cleaned.settings,
				     why),
	    ret = local_groups_clean(keep_on, &cleaned, why);

	return r < 0 ? r : ret;
}

int local_guard_main(void *arg)
{
	const struct local_guard *g = arg;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf has = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf keep_on = STRBUF_INIT;
	_cleanup_(setting_release) struct setting setting = { STRBUF_INIT,
							      STRBUF_INIT };
	sigset_t set;
	int r, ret = 1;

	block_signals(&set);
	fcntl(g->lock_fd, F_SETFD, FD_CLOEXEC);
	r = local_private_mounts(&why);
	if (r == 0)
		r = remember(g, &has, &keep_on);
	if (r == 0)
		r = local_groups_make(&why);
	if (r == 0)
		r = make_steady(g, &setting, &why);
	if (r == 0)
		ret = measure(g, &set, &setting, has_word(has.buf, "memory"));
	else
		complain(why.len ? why.buf : strerror(-r));
	strbuf_reset(&why);
	r = undo(keep_on.buf ? keep_on.buf : "", &why);
	if (r < 0) {
		complain(why.len ? why.buf : strerror(-r));
		return 1;
	}
	local_lock_remember(g->lock_fd, NULL);
	return ret;
}
