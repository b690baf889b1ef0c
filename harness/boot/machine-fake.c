/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replays recorded streams, to test all that follows a boot.  A child process
 * plays the guest, so a boot starts, ends and dies like one in QEMU.
 *
 * Streams are taken from the first of these that exists below DIR:
 *   KERNEL/ROLE-pK/   KERNEL/   (DIR itself)
 * with console.log, status.ktap, samples.tsv (each may be missing: no output)
 * and "ending", one line:
 *   poweroff      the default
 *   hang          no more output, for ever
 *   spin          likewise, and deaf to SIGTERM
 *   stop          stopped, as by SIGSTOP
 *   die SIGNAL    killed by that signal number
 *   exit N        exits with N, saying so on stderr
 *   flood         console lines without end
 *   slow MS       that many milliseconds between two lines of status
 *
 * A file "profile.tsv" beside them is the profile of a boot that is to have one.
 *
 * Boots are kept only if there is a file DIR/kept.  A file "drift.tsv" beside
 * samples.tsv is sent in its place, unknown to those who ask what a boot depends
 * on: this machine is then less exact than it says.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "boot-inputs.h"
#include "file.h"
#include "log.h"
#include "machine.h"
#include "process.h"

struct ending {
	char word[16];
	unsigned arg;
};

struct replay {
	const char *dir;
	const char *profile; /* where it goes; NULL: none is wanted */
	int fds[NR_CH];	     /* write ends */
	struct ending ending;
};

static void sleep_ms(unsigned ms)
{
	struct timespec ts = { .tv_sec = ms / 1000,
			       .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

static void send_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			_exit(1); /* nobody listens any more */
		data += n;
		len -= n;
	}
}

static void send_lines(int fd, const struct strbuf *text, unsigned pause_ms)
{
	const char *p = text->buf, *end = p + text->len;

	while (p < end) {
		const char *lf = memchr(p, '\n', end - p);
		size_t len = lf ? lf - p + 1 : end - p;

		send_all(fd, p, len);
		p += len;
		sleep_ms(pause_ms);
	}
}

static bool send_file(const struct replay *rp, int channel, const char *name,
		      unsigned pause_ms)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", rp->dir, name);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file(path, &text) < 0 || !text.len)
		return false;
	if (pause_ms)
		send_lines(rp->fds[channel], &text, pause_ms);
	else
		send_all(rp->fds[channel], text.buf, text.len);
	return true;
}

static void flood(int fd)
{
	static const char line[] = "[    1.000000] the same line once more\n";

	for (;;)
		send_all(fd, line, sizeof(line) - 1);
}

static void write_profile(const struct replay *rp)
{
	_cleanup_free_ char *path = xasprintf("%s/profile.tsv", rp->dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (rp->profile && read_file(path, &text) == 0 && text.len)
		write_file_in_place(rp->profile, text.buf, text.len, false);
}

static int end_as(const struct replay *rp)
{
	const struct ending *e = &rp->ending;

	if (!strcmp(e->word, "hang"))
		for (;;)
			pause();
	if (!strcmp(e->word, "spin")) {
		signal(SIGTERM, SIG_IGN);
		/* Says that it is deaf from now on; tests wait for it. */
		send_all(rp->fds[CH_DIAG], "spinning\n", 9);
		for (;;)
			pause();
	}
	if (!strcmp(e->word, "stop"))
		for (;;)
			raise(SIGSTOP);
	if (!strcmp(e->word, "flood"))
		flood(rp->fds[CH_CONSOLE]);
	if (!strcmp(e->word, "die")) {
		kill(getpid(), e->arg);
		for (;;)
			pause();
	}
	if (!strcmp(e->word, "exit")) {
		fprintf(stderr, "replay: asked to fail\n");
		fflush(stderr);
		return e->arg;
	}
	return 0;
}

static int replay(void *arg)
{
	const struct replay *rp = arg;
	unsigned pause_ms =
		strcmp(rp->ending.word, "slow") ? 0 : rp->ending.arg;

	write_profile(rp);
	send_file(rp, CH_CONSOLE, "console.log", 0);
	send_file(rp, CH_STATUS, "status.ktap", pause_ms);
	if (!send_file(rp, CH_SAMPLES, "drift.tsv", 0))
		send_file(rp, CH_SAMPLES, "samples.tsv", 0);
	return end_as(rp);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Caller frees; NULL: nothing there. */
static char *find_streams(const char *dir, const struct boot_image *img)
{
	char *path = xasprintf("%s/%s/%s-p%u", dir, img->kernel_name, img->role,
			       img->perturbation);

	if (is_dir(path))
		return path;
	free(path);
	path = xasprintf("%s/%s", dir, img->kernel_name);
	if (is_dir(path))
		return path;
	free(path);
	return is_dir(dir) ? xstrdup(dir) : NULL;
}

static int read_ending(const char *dir, struct ending *e)
{
	static const char *const words[] = { "poweroff", "hang", "spin",
					     "stop",	 "die",	 "exit",
					     "flood",	 "slow" };
	_cleanup_free_ char *path = xasprintf("%s/ending", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	*e = (struct ending){ .word = "poweroff" };
	if (read_file(path, &text) < 0)
		return 0;
	if (sscanf(text.buf, "%15s %u", e->word, &e->arg) >= 1)
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (!strcmp(e->word, words[i]))
				return 0;
	log_err("%s: unknown ending '%s'", path, e->word);
	return -EINVAL;
}

static int fake_probe(const char *arg, const struct run_kernel *kernel,
		      const char *initramfs, struct strbuf *why)
{
	if (is_dir(arg))
		return 0;
	strbuf_addf(why, "%s is not a folder with recorded streams", arg);
	return -ENOENT;
}

static int fake_boot(struct machine *m, const struct boot_image *img)
{
	_cleanup_free_ char *dir = find_streams(m->arg, img);
	struct replay rp = { .dir = dir, .profile = img->profile };
	struct process p = { PROCESS_INIT, .fn = replay, .arg = &rp,
			     .keep = rp.fds, .nr_keep = NR_CH };
	int r;

	if (!dir)
		return log_err_errno(ENOENT, "recorded streams in %s", m->arg);
	r = read_ending(dir, &rp.ending);
	if (r == 0)
		r = machine_open_channels(m, rp.fds);
	if (r < 0)
		return r;
	strbuf_addf(&m->command, "replay %s", dir);
	p.out_fd = p.err_fd = rp.fds[CH_DIAG];
	r = process_start(&p, &m->pid, &m->pidfd);
	for (int i = 0; i < NR_CH; i++)
		close(rp.fds[i]);
	return r < 0 ? log_err_errno(-r, "cannot start the replay") : 0;
}

static int fake_describe(const char *arg, const char *boards,
			 struct strbuf *ret)
{
	strbuf_addf(ret, "recorded streams of %s", arg);
	return 0;
}

static int fake_identify(const char *arg, struct boot_inputs *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/kept", arg);

	return access(path, F_OK) == 0 ? 0 : -EOPNOTSUPP;
}

static int fake_inputs(const char *arg, const struct boot_image *img,
		       struct boot_inputs *ret)
{
	static const char *const names[] = { "console.log", "status.ktap",
					     "samples.tsv", "profile.tsv",
					     "ending" };
	_cleanup_free_ char *dir = find_streams(arg, img);
	int r = dir ? 0 : -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);

		if (access(path, F_OK) == 0)
			r = boot_inputs_add_file(ret, names[i], path);
	}
	return r;
}

static bool fake_takes(const char *arg)
{
	return *arg != '\0';
}

const struct machine_ops machine_fake = {
	.name = "fake",
	.usage = "fake:DIR",
	.summary = "replays recorded streams, for tests",
	.process = "replay",
	.takes = fake_takes,
	.probe = fake_probe,
	.boot = fake_boot,
	.diagnose = machine_read_diag,
	.destroy = machine_destroy,
	.describe = fake_describe,
	.identify = fake_identify,
	.inputs = fake_inputs,
	.exact = true,
};
