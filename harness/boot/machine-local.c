/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel that runs, as it is.  A boot is a process in a root and groups of its
 * own (local-guard.h), which are gone when it ends.
 */
#include <signal.h>
#include <sys/utsname.h>

#include "alloc.h"
#include "file.h"
#include "local-clean.h"
#include "local-guard.h"
#include "local-lock.h"
#include "local-steady.h"
#include "log.h"
#include "machine.h"
#include "process.h"

#define DISTURB "disturb"

/* Words with commas between; false: one of them is none. */
static bool parse_arg(const char *arg, struct local_steady *steady,
		      bool *disturb)
{
	*steady = (struct local_steady){ .has_cpus = false };
	*disturb = false;
	for (const char *p = arg; *p;) {
		size_t len = strcspn(p, ",");

		if (len == strlen(DISTURB) && !strncmp(p, DISTURB, len))
			*disturb = true;
		else if (!local_steady_word(p, len, steady))
			return false;
		p += len;
		if (*p && !*++p)
			return false;
	}
	return local_steady_sound(steady);
}

static bool local_takes(const char *arg)
{
	struct local_steady steady;
	bool disturb;

	return parse_arg(arg, &steady, &disturb);
}

static int tell_leftovers(const struct local_cleaned *c)
{
	if (c->groups + c->hierarchies > 0)
		log_warn("removed what an earlier run left behind: %u groups "
			 "and %u hierarchies",
			 c->groups, c->hierarchies);
	if (c->settings > 0)
		log_warn("put back what an earlier run left set: %u settings "
			 "of processors and interrupts",
			 c->settings);
	return 0;
}

static int local_probe(const char *arg, const struct run_kernel *kernel,
		       const char *initramfs, struct strbuf *why)
{
	struct local_cleaned cleaned;
	int fd, r;

	if (geteuid() != 0) {
		strbuf_addstr(why, "it makes control groups, which takes root: "
				   "run cgmark as root");
		return -EPERM;
	}
	r = local_lock(LOCAL_LOCK_FILE, &fd, why);
	if (r == 0)
		r = local_clean(fd, true, &cleaned, why);
	return r < 0 ? r : tell_leftovers(&cleaned);
}

static int start(struct machine *m, const struct boot_image *img,
		 int fds[NR_CH], int lock_fd)
{
	struct local_steady steady;
	struct local_guard g = {
		.img = img,
		.dir = m->tmpdir,
		.status_fd = fds[CH_STATUS],
		.samples_fd = fds[CH_SAMPLES],
		.lock_fd = lock_fd,
		.steady = &steady,
	};
	const int keep[] = { g.status_fd, g.samples_fd, lock_fd };
	struct process p = {
		PROCESS_INIT,
		.fn = local_guard_main,
		.arg = &g,
		.keep = keep,
		.nr_keep = ARRAY_SIZE(keep),
		/* Then it cleans up. */
		.death_signal = SIGTERM,
	};

	parse_arg(m->arg, &steady, &g.disturb);
	p.out_fd = p.err_fd = fds[CH_DIAG];
	return process_start(&p, &m->pid, &m->pidfd);
}

static int local_boot(struct machine *m, const struct boot_image *img)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int fds[NR_CH], lock_fd, r;

	r = local_lock(LOCAL_LOCK_FILE, &lock_fd, &why);
	if (r < 0) {
		log_err("%s", why.buf);
		return r;
	}
	r = machine_make_tmpdir(m);
	if (r == 0)
		r = machine_open_channels(m, fds);
	if (r < 0)
		return r;
	strbuf_addstr(&m->command, "cgmark-local-init");
	m->priv = m; /* there is something to clean up */
	r = start(m, img, fds, lock_fd);
	for (int i = 0; i < NR_CH; i++)
		close(fds[i]);
	return r < 0 ? log_err_errno(-r, "cannot start a process") : 0;
}

static void local_destroy(struct machine *m)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct local_cleaned cleaned;
	bool started = m->priv;
	int fd, r;

	m->priv = NULL;
	machine_destroy(m);
	if (!started)
		return;
	/* The guard did it, unless it was killed. */
	r = local_lock(LOCAL_LOCK_FILE, &fd, &why);
	if (r == 0)
		r = local_clean(fd, false, &cleaned, &why);
	if (r < 0)
		log_warn("something is left behind: %s; try \"cgmark local "
			 "clean\"",
			 why.buf ? why.buf : "");
}

static void add_setting(struct strbuf *ret, const char *what, const char *path)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file(path, &text) == 0 && text.len)
		strbuf_addf(ret, ", %s %.*s", what,
			    (int)strcspn(text.buf, "\n"), text.buf);
}

static int local_describe(const char *arg, const char *boards,
			  struct strbuf *ret)
{
	struct local_steady steady;
	struct utsname uts;
	bool disturb;

	if (uname(&uts) < 0)
		return -errno;
	parse_arg(arg, &steady, &disturb);
	strbuf_addf(ret, "the running kernel %s %s", uts.release, uts.version);
	add_setting(ret, "clock",
		    "/sys/devices/system/clocksource/clocksource0/"
		    "current_clocksource");
	/* Otherwise status.ktap of each boot says which it was. */
	if (!steady.governor)
		add_setting(ret, "governor",
			    "/sys/devices/system/cpu/cpu0/cpufreq/"
			    "scaling_governor");
	return 0;
}

const struct machine_ops machine_local = {
	.name = "local",
	.usage = "local[:WORD,...]",
	.summary = "the kernel that runs, in real time; no boots",
	.process = "the process that measures",
	.takes = local_takes,
	.probe = local_probe,
	.boot = local_boot,
	.diagnose = machine_read_diag,
	.destroy = local_destroy,
	.describe = local_describe,
	.shared = true,
	.running = true,
	.max_parallel = 1,
};
