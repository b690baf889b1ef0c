/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "alloc.h"
#include "boot-ending.h"
#include "boot-watch.h"
#include "clean.h"
#include "log.h"
#include "monotonic.h"
#include "process.h"
#include "record.h"
#include "strbuf.h"

#define MS 1000000ULL
#define KILL_AFTER_MS 2000  /* SIGTERM to SIGKILL */
#define PANIC_GRACE_MS 2000 /* for the trace behind the panic line */
#define CHUNK_BYTES (64 * 1024)

#define CONSOLE_MAX_BYTES (16 << 20)
#define STATUS_MAX_BYTES (16 << 20)
#define SAMPLES_MAX_BYTES (256 << 20)

__printf(3, 4) static void stop(struct boot_watch *w, enum blame blame,
				const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (w->stop_reason)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = xstrdup(fmt);
	va_end(ap);
	w->stop_reason = text;
	w->stop_blame = blame;
	w->stop_ns = now_ns();
}

/* After a panic the machine should end by itself; if not, it hangs. */
static void stop_after_panic(struct boot_watch *w)
{
	if (w->read.panic_ns && !w->stop_ns)
		w->stop_ns = w->read.panic_ns + PANIC_GRACE_MS * MS;
}

/* --- channels --- */

static int store(struct boot_watch *w, struct channel *ch, const char *data,
		 size_t len)
{
	while (len) {
		ssize_t n = write(ch->out, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return log_err_errno(errno, "cannot write %s/%s",
					     w->job->dir, ch->file);
		/* Covers what is in the file, even if the rest did not fit. */
		ch->crc = rec_crc32(ch->crc, data, n);
		ch->bytes += n;
		data += n;
		len -= n;
	}
	return 0;
}

static int cut_channel(struct boot_watch *w, struct channel *ch)
{
	_cleanup_free_ char *note = NULL;

	note = xasprintf("\n# cgmark: cut here, over %llu MiB\n",
			 (unsigned long long)ch->max_bytes >> 20);
	stop(w, BLAME_SUBJECT, "%s flood: over %llu MiB", ch->file,
	     (unsigned long long)ch->max_bytes >> 20);
	return store(w, ch, note, strlen(note));
}

static int copy_chunk(struct boot_watch *w, enum machine_channel channel,
		      const char *buf, size_t len)
{
	struct channel *ch = &w->ch[channel];
	size_t room;
	int r;

	if (ch->bytes > ch->max_bytes)
		return 0;
	room = ch->max_bytes - ch->bytes;
	boot_read_bytes(&w->read, channel, buf, len);
	stop_after_panic(w);
	r = store(w, ch, buf, len < room ? len : room);
	if (r == 0 && len > room)
		r = cut_channel(w, ch);
	return r;
}

static int read_channel(struct boot_watch *w, enum machine_channel channel)
{
	struct channel *ch = &w->ch[channel];
	static char buf[CHUNK_BYTES];
	ssize_t n;

	if (ch->eof)
		return 0;
	n = read(ch->in, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return log_err_errno(errno, "cannot read %s of boot %s",
				     ch->file, w->job->boot->id);
	if (n == 0) {
		ch->eof = true;
		boot_read_eof(&w->read, channel);
		stop_after_panic(w);
		return 0;
	}
	w->last_byte_ns = now_ns();
	return copy_chunk(w, channel, buf, n);
}

int boot_watch_read(struct boot_watch *w, enum machine_channel channel)
{
	if (channel == CH_DIAG)
		return w->m.ops->diagnose(&w->m, &w->diag);
	return read_channel(w, channel);
}

/* No writer is left: the pipe holds all there will be. */
static int drain(struct boot_watch *w)
{
	uint64_t before;
	int r = 0;

	for (int i = 0; i < CH_DIAG && r == 0; i++) {
		do {
			before = w->ch[i].bytes;
			r = read_channel(w, i);
		} while (r == 0 && !w->ch[i].eof && w->ch[i].bytes != before);
	}
	boot_watch_read(w, CH_DIAG);
	return r;
}

/* --- deadlines --- */

static char *duration(unsigned ms)
{
	return ms % 1000 ? xasprintf("%u ms", ms)
			 : xasprintf("%u s", ms / 1000);
}

struct due {
	uint64_t at;
	enum { DUE_HELLO, DUE_POINT, DUE_SILENCE, DUE_BOOT } what;
};

static void earlier(struct due *due, uint64_t at, int what)
{
	if (at < due->at)
		*due = (struct due){ .at = at, .what = what };
}

static struct due next_due(const struct boot_watch *w)
{
	const struct deadlines *d = &w->limits;
	struct due due = { .at = UINT64_MAX };

	if (!w->read.hello)
		earlier(&due, w->started_ns + d->hello_ms * MS, DUE_HELLO);
	if (w->read.point_ns)
		earlier(&due, w->read.point_ns + d->point_ms * MS, DUE_POINT);
	earlier(&due, w->last_byte_ns + d->silence_ms * MS, DUE_SILENCE);
	earlier(&due, w->started_ns + d->boot_ms * MS, DUE_BOOT);
	return due;
}

static void blame_guest(struct boot_watch *w, const struct due *due)
{
	const struct deadlines *d = &w->limits;
	unsigned ms[] = { d->hello_ms, d->point_ms, d->silence_ms, d->boot_ms };
	_cleanup_free_ char *time = duration(ms[due->what]);
	_cleanup_free_ char *point = clean_text(w->read.point);

	switch (due->what) {
	case DUE_HELLO:
		stop(w, BLAME_SUBJECT, "no sign of userspace within %s", time);
		break;
	case DUE_POINT:
		stop(w, BLAME_SUBJECT, "point %s did not end within %s", point,
		     time);
		break;
	case DUE_SILENCE:
		stop(w, BLAME_SUBJECT, "no output for %s%s%s", time,
		     w->read.point_ns ? " in point " : "",
		     w->read.point_ns ? point : "");
		break;
	case DUE_BOOT:
		stop(w, BLAME_SUBJECT, "the boot did not end within %s", time);
		break;
	}
}

static void give_up(struct boot_watch *w, const struct due *due)
{
	/* A guest cannot do that. */
	if (process_is_stopped(w->m.pid))
		stop(w, BLAME_HOST,
		     "%s was stopped by a signal or a debugger, and did not"
		     " go on",
		     w->m.ops->process);
	else
		blame_guest(w, due);
}

uint64_t boot_watch_next_deadline(const struct boot_watch *w)
{
	if (w->kill_ns)
		return w->kill_ns;
	if (w->stop_ns)
		return w->stop_ns;
	return next_due(w).at;
}

static void signal_machine(const struct boot_watch *w, int sig)
{
	/* The process leads a group, though the machine may not use it. */
	if (kill(-w->m.pid, sig) < 0)
		kill(w->m.pid, sig);
}

void boot_watch_tick(struct boot_watch *w, uint64_t now)
{
	struct due due;

	if (w->kill_ns) {
		if (now >= w->kill_ns) {
			signal_machine(w, SIGKILL);
			w->kill_ns = UINT64_MAX;
		}
		return;
	}
	if (!w->stop_ns) {
		due = next_due(w);
		if (now < due.at)
			return;
		give_up(w, &due);
	}
	if (now >= w->stop_ns || w->stop_reason) {
		/*
		 * There is no way to ask a guest where it hangs: its serial
		 * port is one-way, so it takes no sysrq.
		 */
		signal_machine(w, SIGTERM);
		w->kill_ns = now + KILL_AFTER_MS * MS;
	}
}

/* --- start and end --- */

static int open_file(struct boot_watch *w, struct channel *ch)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", w->job->dir, ch->file);

	ch->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (ch->out < 0)
		return log_err_errno(errno, "cannot write %s", path);
	return 0;
}

/* boot.json says that a boot finished; drop that of an earlier try. */
static int remove_verdict(const struct boot_watch *w)
{
	_cleanup_free_ char *path = xasprintf("%s/boot.json", w->job->dir);

	if (unlink(path) < 0 && errno != ENOENT)
		return log_err_errno(errno, "cannot remove %s", path);
	return 0;
}

static int open_files(struct boot_watch *w)
{
	static const char *const names[] = { "console.log", "status.ktap",
					     "samples.tsv" };
	static const uint64_t limits[] = { CONSOLE_MAX_BYTES, STATUS_MAX_BYTES,
					   SAMPLES_MAX_BYTES };
	int r;

	for (int i = 0; i < CH_DIAG; i++)
		w->ch[i].out = -1;
	r = remove_verdict(w);
	for (int i = 0; i < CH_DIAG && r == 0; i++) {
		w->ch[i].file = names[i];
		w->ch[i].max_bytes = limits[i];
		r = open_file(w, &w->ch[i]);
	}
	return r;
}

void boot_watch_abort(struct boot_watch *w)
{
	w->m.ops->destroy(&w->m);
	for (int i = 0; i < CH_DIAG; i++)
		if (w->ch[i].out >= 0)
			close(w->ch[i].out);
	boot_read_release(&w->read);
	strbuf_release(&w->diag);
	free(w->stop_reason);
	memset(w, 0, sizeof(*w));
}

static unsigned times(unsigned ms, unsigned nr)
{
	return ms > UINT_MAX / nr ? UINT_MAX : ms * nr;
}

static struct deadlines stretch(const struct deadlines *d, unsigned patience)
{
	unsigned nr = patience ? patience : 1;

	return (struct deadlines){
		.hello_ms = times(d->hello_ms, nr),
		.silence_ms = times(d->silence_ms, nr),
		.point_ms = times(d->point_ms, nr),
		.boot_ms = times(d->boot_ms, nr),
	};
}

int boot_watch_start(struct boot_watch *w, const struct machine_ops *ops,
		     const char *arg, struct boot_job *job,
		     const struct deadlines *limits)
{
	int r;

	memset(w, 0, sizeof(*w));
	w->job = job;
	w->limits = stretch(limits, job->patience);
	machine_init(&w->m, ops, arg);
	r = open_files(w);
	if (r == 0)
		r = ops->boot(&w->m, &job->img);
	if (w->m.command.len)
		log_debug("boot %s: %s", job->boot->id, w->m.command.buf);
	if (r < 0) {
		boot_watch_abort(w);
		return r;
	}
	w->ch[CH_CONSOLE].in = w->m.console_fd;
	w->ch[CH_STATUS].in = w->m.status_fd;
	w->ch[CH_SAMPLES].in = w->m.samples_fd;
	w->started_ns = now_ns();
	w->last_byte_ns = w->started_ns;
	return 0;
}

/* Results must be on disk before boot.json says so. */
static int close_files(struct boot_watch *w)
{
	int r = 0;

	for (int i = 0; i < CH_DIAG; i++) {
		struct channel *ch = &w->ch[i];

		/* Pipes and devices cannot be synced. */
		if (fsync(ch->out) < 0 && errno != EINVAL && errno != EROFS &&
		    r == 0)
			r = log_err_errno(errno, "cannot write %s/%s",
					  w->job->dir, ch->file);
		if (close(ch->out) < 0 && r == 0)
			r = log_err_errno(errno, "cannot write %s/%s",
					  w->job->dir, ch->file);
		ch->out = -1;
	}
	return r;
}

static struct boot_ending judge(const struct boot_watch *w, int wait_status)
{
	const struct boot_evidence ev = {
		.read = &w->read,
		.nr_points = w->job->nr_points,
		.process = w->m.ops->process,
		.known_ends = w->m.ops->known_ends,
		.diag = w->diag.buf,
		.wait_status = wait_status,
		.stop_reason = w->stop_reason,
		.stop_blame = w->stop_blame,
	};

	return boot_ending_judge(&ev);
}

static void replace(char **slot, char *text)
{
	free(*slot);
	*slot = text;
}

static void fill_boot(const struct boot_watch *w, struct boot_ending e,
		      const struct rusage *ru)
{
	struct run_boot *boot = w->job->boot;
	const char *splat = w->read.splat_line, *command = w->m.command.buf;
	uint64_t us = (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000ULL +
		      ru->ru_utime.tv_usec + ru->ru_stime.tv_usec;

	boot->finished = true;
	boot->ok = !e.reason;
	boot->blame = e.blame;
	replace(&boot->reason, e.reason ? e.reason : xstrdup(""));
	replace(&boot->splat, xstrdup(splat ? splat : ""));
	replace(&boot->command_line, xstrdup(command ? command : ""));
	boot->wall_ms = (now_ns() - w->started_ns) / MS;
	boot->cpu_ms = us / 1000;
	replace(&boot->samples_crc, xasprintf("%08x", w->ch[CH_SAMPLES].crc));
	boot->samples_bytes = w->ch[CH_SAMPLES].bytes;
}

static bool is_complete(const struct boot_watch *w)
{
	const struct boot_read *rd = &w->read;

	return w->job->boot->ok && rd->nr_bad == 0 &&
	       rd->nr_measured + rd->nr_skipped == w->job->nr_points;
}

int boot_watch_finish(struct boot_watch *w, unsigned *nr_measured)
{
	struct rusage ru = { 0 };
	int status = 0, r;

	r = machine_reap(&w->m, &status, &ru);
	if (r < 0)
		log_err_errno(-r, "boot %s: cannot wait for %s",
			      w->job->boot->id, w->m.ops->process);
	if (r == 0)
		r = drain(w);
	if (r == 0)
		r = close_files(w);
	if (r == 0) {
		fill_boot(w, judge(w, status), &ru);
		w->job->complete = is_complete(w);
		if (!w->job->boot->ok)
			boot_ending_log(w->job->boot, &w->read);
		*nr_measured = w->read.nr_measured;
	}
	boot_watch_abort(w);
	return r;
}
