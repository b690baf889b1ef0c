/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab machine that cgmark runs on.  A boot leaves the running kernel, "home", by
 * kexec, and comes back by a reset, in another process: "cgmark metal resume" tries
 * the same boot again.  The journal then says that it was made, and a child process
 * plays what the kernel under test left on the scratch partition, as machine fake
 * does, and behind that what the kernel said last, if memory kept it.
 */
#include <fcntl.h>
#include <sys/random.h>
#include <time.h>

#include "alloc.h"
#include "file.h"
#include "initramfs.h"
#include "log.h"
#include "machine.h"
#include "metal-config.h"
#include "metal-journal.h"
#include "metal-kexec.h"
#include "metal-lab.h"
#include "metal-memory.h"
#include "metal-watchdog.h"
#include "process.h"

/* A boot under way. */
struct lab {
	struct metal_config config;
	struct metal_journal journal;
	struct metal_streams streams;
	bool overwritten; /* the scratch partition, since it was left */
	struct metal_memory memory;
	int scratch_fd;
	uint32_t nr_blocks;
	char home[METAL_UUID];
};

static void lab_release(struct lab *l)
{
	metal_config_release(&l->config);
	metal_journal_release(&l->journal);
	metal_streams_release(&l->streams);
	metal_memory_release(&l->memory);
	if (l->scratch_fd >= 0)
		close(l->scratch_fd);
}

static bool metal_takes(const char *arg)
{
	return !*arg;
}

/* --- can it be used? --- */

/* That of install, by which it is cgmark's; the caller closes *fd in any case. */
static int open_scratch(const struct metal_config *c, int *fd, uint32_t *nr,
			struct strbuf *why)
{
	int r = metal_open_scratch(c->scratch, fd, nr, why);

	if (r < 0 || metal_is_claimed(*fd))
		return r;
	strbuf_addstr(why, "the scratch partition is not cgmark's: run "
			   "\"cgmark metal install\" again");
	return -EBADMSG;
}

static int check_scratch(const struct metal_config *c, struct strbuf *why)
{
	_cleanup_close_ int fd = -1;
	uint32_t nr;

	return open_scratch(c, &fd, &nr, why);
}

static int check_watchdog(const struct metal_config *c, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;

	return c->watchdog_s ? metal_watchdog_check(c->watchdog_s, &name, why)
			     : 0;
}

/* A run at a time; one that is under way is not probed for. */
static int check_journal(struct strbuf *why)
{
	_cleanup_(metal_journal_release) struct metal_journal j;
	int r = metal_journal_load(metal_dir(), &j);

	if (r == -ENOENT)
		return 0;
	strbuf_addf(why,
		    "a run is under way (%s): \"cgmark metal resume\" goes on "
		    "with it, \"cgmark metal abort\" gives it up",
		    r == 0 ? j.run : "its journal cannot be read");
	return -EBUSY;
}

static int check_kernel(const struct run_kernel *kernel, struct strbuf *why)
{
	_cleanup_free_ char *path = metal_bzimage(kernel->image);

	if (access(path, R_OK) == 0)
		return 0;
	strbuf_addf(why,
		    "kernel %s has no %s: build it with "
		    "config=base:cgroup:net:metal",
		    kernel->name, path);
	return -ENOENT;
}

static int metal_probe(const char *arg, const struct run_kernel *kernel,
		       const char *initramfs, struct strbuf *why)
{
	_cleanup_(metal_config_release) struct metal_config c = { NULL };
	int r = metal_kexec_check(why);

	if (r == 0)
		r = metal_config_load(metal_dir(), &c, why);
	if (r == 0)
		r = check_scratch(&c, why);
	if (r == 0)
		r = check_watchdog(&c, why);
	if (r == 0)
		r = check_journal(why);
	if (r == 0 && kernel)
		r = check_kernel(kernel, why);
	return r;
}

static bool has_memory(void)
{
	_cleanup_strbuf_ struct strbuf home = STRBUF_INIT, words = STRBUF_INIT;

	return read_file("/proc/cmdline", &home) == 0 && home.len &&
	       metal_memory_cmdline(&metal_memory_roots, home.buf, &words);
}

static int metal_describe(const char *arg, const char *boards,
			  struct strbuf *ret)
{
	_cleanup_(metal_config_release) struct metal_config c = { NULL };
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT, name = STRBUF_INIT;
	int r = metal_config_load(metal_dir(), &c, &why);

	if (r < 0)
		return r;
	metal_describe_home(ret);
	if (c.watchdog_s &&
	    metal_watchdog_check(c.watchdog_s, &name, &why) == 0)
		strbuf_addf(ret, ", watchdog %s after %u s",
			    name.len ? name.buf : "without a name",
			    c.watchdog_s);
	else
		strbuf_addstr(ret, ", no watchdog");
	strbuf_addf(ret, ", deadline %u s, scratch %s, last words %s",
		    c.deadline_s, c.scratch,
		    has_memory() ? "in memory" : "not kept");
	return 0;
}

/* --- what the journal knows --- */

/* A boot of another run: that has to be brought to its end first. */
static int check_owner(const struct metal_journal *j, const char *run)
{
	if (strcmp(j->run, run) == 0)
		return 0;
	log_err("run %s is under way on this machine: \"cgmark metal resume\" "
		"goes on with it, \"cgmark metal abort\" gives it up",
		j->run);
	return -EBUSY;
}

static int load_journal(struct lab *l, const char *run, const char *boot)
{
	int r = metal_journal_need(metal_dir(), &l->journal);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0) {
		r = check_owner(&l->journal, run);
		if (r < 0)
			return r;
		if (strcmp(l->journal.boot, boot) == 0)
			return 0;
	}
	metal_journal_begin(&l->journal, run, boot, l->home);
	return 0;
}

static int open_lab(struct lab *l, const struct boot_image *img)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_free_ char *run = realpath(img->run_dir, NULL);
	int r = metal_config_load(metal_dir(), &l->config, &why);

	if (r == 0)
		r = open_scratch(&l->config, &l->scratch_fd, &l->nr_blocks,
				 &why);
	if (r < 0) {
		log_err("%s", why.buf ? why.buf : strerror(-r));
		return r;
	}
	if (!run)
		return log_err_errno(errno, "%s", img->run_dir);
	r = metal_home_id(l->home, sizeof(l->home));
	if (r < 0)
		return log_err_errno(-r, "cannot tell this boot from others");
	return load_journal(l, run, img->id);
}

/* What the kernel under test wrote, if it is that of the journal. */
static int read_streams(struct lab *l)
{
	unsigned char nonce[METAL_NONCE_BYTES];
	int r;

	if (metal_nonce_parse(l->journal.nonce, nonce) < 0)
		return 0;
	metal_streams_release(&l->streams);
	r = metal_read(l->scratch_fd, l->nr_blocks, nonce, &l->streams);
	l->overwritten = r == -ENOENT;
	if (r == -ENOENT)
		return 0;
	return r < 0 ? log_err_errno(-r, "cannot read the scratch partition")
		     : 0;
}

static enum metal_ending judge(struct lab *l)
{
	const struct metal_journal *j = &l->journal;
	uint64_t began = metal_home_began_s();
	const struct metal_evidence ev = {
		.streams = &l->streams,
		.overwritten = l->overwritten,
		.memory = &l->memory,
		.remembers =
			metal_remembers(metal_dir()) && metal_memory_marks(),
		.armed = l->config.watchdog_s > 0,
		.fired = l->config.watchdog_s ? metal_watchdog_fired() : -1,
		.away_s = began > j->left_s ? began - j->left_s : 0,
		.watchdog_s = l->config.watchdog_s,
	};

	return metal_ending_judge(&ev);
}

/* Did home leave and come back, so that there is something to be read? */
static bool is_back(const struct lab *l)
{
	return l->journal.state == METAL_LEAVING &&
	       strcmp(l->journal.home, l->home) != 0;
}

static void read_memory(struct lab *l)
{
	struct metal_memory *m = &l->memory;

	metal_memory_release(m);
	metal_memory_read(&metal_memory_roots, l->journal.nonce, m);
	if (m->left || m->arrived || m->panic.len)
		metal_set_remembers(metal_dir());
}

/* What is new in memory goes to a file, as it is gone with the next reset. */
static int keep_words(const struct lab *l)
{
	_cleanup_strbuf_ struct strbuf words = STRBUF_INIT;

	metal_memory_words(&l->memory, &l->streams.console, &words);
	return words.len
		       ? metal_words_save(metal_dir(), l->journal.nonce, &words)
		       : 0;
}

static void tell_attempt(const struct lab *l, enum metal_ending ending)
{
	log_info("boot %s, attempt %u: %s; %u blocks", l->journal.boot,
		 l->journal.attempt, metal_ending_str(ending),
		 l->streams.nr_blocks);
}

static int next_step(struct lab *l, enum metal_step *ret)
{
	enum metal_ending ending = METAL_ENDED;
	int r = read_streams(l);

	if (r < 0)
		return r;
	if (is_back(l)) {
		read_memory(l);
		ending = judge(l);
		tell_attempt(l, ending);
		/* A good boot has nothing to say but that it resets. */
		r = ending == METAL_ENDED ? 0 : keep_words(l);
		if (r < 0)
			return r;
	}
	*ret = metal_journal_step(&l->journal, l->home, ending);
	return metal_journal_save(metal_dir(), &l->journal);
}

/* --- leaving --- */

static int make_nonce(struct metal_journal *j, unsigned char *nonce)
{
	if (getrandom(nonce, METAL_NONCE_BYTES, 0) != METAL_NONCE_BYTES)
		return log_err_errno(EIO, "no random numbers");
	metal_nonce_format(nonce, j->nonce);
	return 0;
}

static int load_kernel(const struct lab *l, const struct machine *m,
		       const struct boot_image *img)
{
	_cleanup_strbuf_ struct strbuf home = STRBUF_INIT, line = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf memory = STRBUF_INIT;
	_cleanup_free_ char *initrd = xasprintf("%s/initrd", m->tmpdir);
	_cleanup_free_ char *bzimage = metal_bzimage(img->vmlinux);
	struct metal_words words = {
		.scratch = l->config.scratch,
		.nonce = l->journal.nonce,
		.deadline_s = l->config.deadline_s,
		.cpus_possible = img->cpus_possible,
		.own = img->cmdline ? img->cmdline : "",
		.home = read_file("/proc/cmdline", &home) == 0 ? home.buf : "",
	};
	int r = initramfs_for_boot(img, initrd);

	if (r < 0)
		return r;
	words.memory =
		metal_memory_cmdline(&metal_memory_roots, words.home, &memory)
			? memory.buf
			: "";
	metal_cmdline(&words, &line);
	r = metal_kexec_load(bzimage, initrd, line.buf);
	unlink(initrd);
	return r;
}

static int save_state(struct lab *l, enum metal_state state)
{
	l->journal.state = state;
	return metal_journal_save(metal_dir(), &l->journal);
}

/* From here on a reset comes at the latest when the watchdog fires. */
static int arm_and_go(struct lab *l)
{
	int watchdog_fd = -1, r = 0;

	l->journal.left_s = time(NULL);
	r = save_state(l, METAL_ARMED);
	if (r == 0 && l->config.watchdog_s)
		r = metal_watchdog_arm(l->config.watchdog_s, &watchdog_fd);
	if (r < 0)
		return r;
	r = save_state(l, METAL_LEAVING);
	if (r == 0) {
		metal_kexec_go(metal_dir());
		/* File systems are read-only, so this is the way back. */
		log_err("kexec failed; resetting");
		metal_reset();
	}
	if (watchdog_fd >= 0)
		metal_watchdog_disarm(watchdog_fd);
	return r;
}

/* Returns only if it could not leave. */
static int leave(struct lab *l, struct machine *m, const struct boot_image *img)
{
	unsigned char nonce[METAL_NONCE_BYTES];
	int r = make_nonce(&l->journal, nonce);

	if (r == 0)
		r = machine_make_tmpdir(m);
	if (r == 0)
		r = load_kernel(l, m, img);
	if (r == 0)
		r = metal_begin_scratch(l->scratch_fd, nonce);
	if (r < 0)
		return r;
	log_info("boot %s, attempt %u: leaving for kernel %s", l->journal.boot,
		 l->journal.attempt, img->kernel_name);
	metal_memory_clear(&metal_memory_roots);
	if (metal_memory_marks())
		metal_memory_mark(l->journal.nonce);
	r = arm_and_go(l);
	metal_kexec_unload();
	return r;
}

static int stop(const struct lab *l)
{
	log_err("%u resets in a row that nobody expected, the last in boot %s: "
		"see what is wrong with this machine, then go on with "
		"\"cgmark metal resume --again\", or give up with \"cgmark "
		"metal abort\"",
		l->journal.resets, l->journal.boot);
	return -ECANCELED;
}

/* --- telling --- */

struct replay {
	const struct metal_streams *streams;
	enum metal_ending ending;
	int fds[NR_CH];
};

static void send_all(int fd, const struct strbuf *sb)
{
	size_t done = 0;

	while (done < sb->len) {
		ssize_t n = write(fd, sb->buf + done, sb->len - done);

		if (n < 0)
			_exit(1); /* nobody listens any more */
		done += n;
	}
}

static int replay(void *arg)
{
	const struct replay *rp = arg;

	send_all(rp->fds[CH_CONSOLE], &rp->streams->console);
	send_all(rp->fds[CH_STATUS], &rp->streams->status);
	send_all(rp->fds[CH_SAMPLES], &rp->streams->samples);
	if (rp->ending != METAL_ENDED)
		dprintf(rp->fds[CH_DIAG], "ending: %s\n",
			metal_ending_str(rp->ending));
	return 0;
}

static int tell(struct lab *l, struct machine *m)
{
	struct replay rp = { .streams = &l->streams,
			     .ending = l->journal.ending };
	struct process p = { PROCESS_INIT, .fn = replay, .arg = &rp,
			     .keep = rp.fds, .nr_keep = NR_CH };
	int r = machine_open_channels(m, rp.fds);

	if (r < 0)
		return r;
	metal_words_load(metal_dir(), l->journal.nonce, &l->streams.console);
	strbuf_addf(&m->command, "kexec, nonce %s, attempt %u",
		    l->journal.nonce, l->journal.attempt);
	p.out_fd = p.err_fd = rp.fds[CH_DIAG];
	r = process_start(&p, &m->pid, &m->pidfd);
	for (int i = 0; i < NR_CH; i++)
		close(rp.fds[i]);
	return r < 0 ? log_err_errno(-r, "cannot start the replay") : 0;
}

static int metal_boot(struct machine *m, const struct boot_image *img)
{
	_cleanup_(lab_release) struct lab l = { .scratch_fd = -1 };
	enum metal_step step = METAL_STOP;
	int r = open_lab(&l, img);

	if (r == 0)
		r = next_step(&l, &step);
	if (r < 0)
		return r;
	switch (step) {
	case METAL_LEAVE:
		return leave(&l, m, img);
	case METAL_TELL:
		return tell(&l, m);
	case METAL_STOP:
		break;
	}
	return stop(&l);
}

static int metal_forget(const char *run_dir)
{
	return metal_journal_names(metal_dir(), run_dir)
		       ? metal_journal_remove(metal_dir())
		       : 0;
}

const struct machine_ops machine_metal = {
	.name = "metal",
	.usage = "metal",
	.summary = "this machine, by kexec: time",
	.process = "the lab machine",
	.takes = metal_takes,
	.probe = metal_probe,
	.boot = metal_boot,
	.diagnose = machine_read_diag,
	.destroy = machine_destroy,
	.describe = metal_describe,
	.forget = metal_forget,
	.known_ends = metal_known_ends,
	.leaves = true,
	.max_parallel = 1,
};
