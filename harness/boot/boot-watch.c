/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "alloc.h"
#include "boot-priv.h"
#include "log.h"
#include "monotonic.h"
#include "record.h"
#include "strbuf.h"

#define KILL_AFTER_MS 2000 /* SIGTERM to SIGKILL */
#define CHUNK_BYTES (64 * 1024)

#define CONSOLE_MAX_BYTES (16 << 20)
#define STATUS_MAX_BYTES (16 << 20)
#define SAMPLES_MAX_BYTES (256 << 20)

__printf(3, 4) static void stop(struct guest *g, enum blame blame,
				const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (g->stop_reason)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = xstrdup(fmt);
	va_end(ap);
	g->stop_reason = text;
	g->stop_blame = blame;
	g->stop_ns = now_ns();
}

/* --- channels --- */

static int store(struct guest *g, struct channel *ch, const char *data,
		 size_t len)
{
	while (len) {
		ssize_t n = write(ch->out, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return log_err_errno(errno, "cannot write %s/%s",
					     g->job->dir, ch->file);
		/* Of what is in the file, also when more did not fit. */
		ch->crc = rec_crc32(ch->crc, data, n);
		ch->bytes += n;
		data += n;
		len -= n;
	}
	return 0;
}

static int cut_channel(struct guest *g, struct channel *ch)
{
	_cleanup_free_ char *note = NULL;

	note = xasprintf("\n# cgmark: cut here, over %llu MiB\n",
			 (unsigned long long)ch->max_bytes >> 20);
	stop(g, BLAME_SUBJECT, "%s flood: over %llu MiB", ch->file,
	     (unsigned long long)ch->max_bytes >> 20);
	return store(g, ch, note, strlen(note));
}

static int copy_chunk(struct guest *g, enum machine_channel channel,
		      const char *buf, size_t len)
{
	struct channel *ch = &g->ch[channel];
	size_t room;
	int r;

	if (ch->bytes > ch->max_bytes)
		return 0;
	room = ch->max_bytes - ch->bytes;
	guest_take_bytes(g, channel, buf, len);
	r = store(g, ch, buf, len < room ? len : room);
	if (r == 0 && len > room)
		r = cut_channel(g, ch);
	return r;
}

static int read_channel(struct guest *g, enum machine_channel channel)
{
	struct channel *ch = &g->ch[channel];
	static char buf[CHUNK_BYTES];
	ssize_t n;

	if (ch->eof)
		return 0;
	n = read(ch->in, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return log_err_errno(errno, "cannot read %s of boot %s",
				     ch->file, g->job->boot->id);
	if (n == 0) {
		ch->eof = true;
		if (ch->line_len)
			guest_flush_line(g, channel);
		return 0;
	}
	g->last_byte_ns = now_ns();
	return copy_chunk(g, channel, buf, n);
}

int guest_read(struct guest *g, enum machine_channel channel)
{
	if (channel == CH_DIAG)
		return g->m.ops->diagnose(&g->m, &g->diag);
	return read_channel(g, channel);
}

/* No writer is left: all there is is in the pipe. */
static int drain(struct guest *g)
{
	uint64_t before;
	int r = 0;

	for (int i = 0; i < CH_DIAG && r == 0; i++) {
		do {
			before = g->ch[i].bytes;
			r = read_channel(g, i);
		} while (r == 0 && !g->ch[i].eof && g->ch[i].bytes != before);
	}
	guest_read(g, CH_DIAG);
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

static struct due next_due(const struct guest *g)
{
	const struct deadlines *d = &g->limits;
	struct due due = { .at = UINT64_MAX };

	if (!g->hello)
		earlier(&due, g->started_ns + d->hello_ms * MS, DUE_HELLO);
	if (g->point_ns)
		earlier(&due, g->point_ns + d->point_ms * MS, DUE_POINT);
	earlier(&due, g->last_byte_ns + d->silence_ms * MS, DUE_SILENCE);
	earlier(&due, g->started_ns + d->boot_ms * MS, DUE_BOOT);
	return due;
}

static void give_up(struct guest *g, const struct due *due)
{
	const struct deadlines *d = &g->limits;
	unsigned ms[] = { d->hello_ms, d->point_ms, d->silence_ms, d->boot_ms };
	_cleanup_free_ char *time = duration(ms[due->what]);
	_cleanup_free_ char *point = guest_printable(g->point);

	switch (due->what) {
	case DUE_HELLO:
		stop(g, BLAME_SUBJECT, "no sign of userspace within %s", time);
		break;
	case DUE_POINT:
		stop(g, BLAME_SUBJECT, "point %s did not end within %s", point,
		     time);
		break;
	case DUE_SILENCE:
		stop(g, BLAME_SUBJECT, "no output for %s%s%s", time,
		     g->point_ns ? " in point " : "", g->point_ns ? point : "");
		break;
	case DUE_BOOT:
		stop(g, BLAME_SUBJECT, "the boot did not end within %s", time);
		break;
	}
}

uint64_t guest_next_deadline(const struct guest *g)
{
	if (g->kill_ns)
		return g->kill_ns;
	if (g->stop_ns)
		return g->stop_ns;
	return next_due(g).at;
}

static void signal_machine(const struct guest *g, int sig)
{
	/* The process has its own group, though the machine may not use it. */
	if (kill(-g->m.pid, sig) < 0)
		kill(g->m.pid, sig);
}

void guest_tick(struct guest *g, uint64_t now)
{
	struct due due;

	if (g->kill_ns) {
		if (now >= g->kill_ns) {
			signal_machine(g, SIGKILL);
			g->kill_ns = UINT64_MAX;
		}
		return;
	}
	if (!g->stop_ns) {
		due = next_due(g);
		if (now < due.at)
			return;
		give_up(g, &due);
	}
	if (now >= g->stop_ns || g->stop_reason) {
		/*
		 * A guest that hangs cannot be asked where: its serial port is
		 * one-way, so there is no sysrq to send.
		 */
		signal_machine(g, SIGTERM);
		g->kill_ns = now + KILL_AFTER_MS * MS;
	}
}

/* --- start and end --- */

static int open_file(struct guest *g, struct channel *ch)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", g->job->dir, ch->file);

	ch->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (ch->out < 0)
		return log_err_errno(errno, "cannot write %s", path);
	return 0;
}

/* It says that the boot has finished: not that of an earlier try. */
static int remove_verdict(const struct guest *g)
{
	_cleanup_free_ char *path = xasprintf("%s/boot.json", g->job->dir);

	if (unlink(path) < 0 && errno != ENOENT)
		return log_err_errno(errno, "cannot remove %s", path);
	return 0;
}

static int open_files(struct guest *g)
{
	static const char *const names[] = { "console.log", "status.ktap",
					     "samples.tsv" };
	static const uint64_t limits[] = { CONSOLE_MAX_BYTES, STATUS_MAX_BYTES,
					   SAMPLES_MAX_BYTES };
	int r;

	for (int i = 0; i < CH_DIAG; i++)
		g->ch[i].out = -1;
	r = remove_verdict(g);
	for (int i = 0; i < CH_DIAG && r == 0; i++) {
		g->ch[i].file = names[i];
		g->ch[i].max_bytes = limits[i];
		r = open_file(g, &g->ch[i]);
	}
	return r;
}

void guest_abort(struct guest *g)
{
	g->m.ops->destroy(&g->m);
	for (int i = 0; i < CH_DIAG; i++)
		if (g->ch[i].out >= 0)
			close(g->ch[i].out);
	for (int i = 0; i < GUEST_TAIL; i++)
		free(g->tail[i]);
	strbuf_release(&g->diag);
	free(g->bad_line);
	free(g->bail_line);
	free(g->panic_line);
	free(g->splat_line);
	free(g->stop_reason);
	memset(g, 0, sizeof(*g));
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

int guest_start(struct guest *g, const struct machine_ops *ops, const char *arg,
		struct boot_job *job, const struct deadlines *limits)
{
	int r;

	memset(g, 0, sizeof(*g));
	g->job = job;
	g->limits = stretch(limits, job->patience);
	machine_init(&g->m, ops, arg);
	r = open_files(g);
	if (r == 0)
		r = ops->boot(&g->m, &job->img);
	if (r < 0) {
		guest_abort(g);
		return r;
	}
	g->ch[CH_CONSOLE].in = g->m.console_fd;
	g->ch[CH_STATUS].in = g->m.status_fd;
	g->ch[CH_SAMPLES].in = g->m.samples_fd;
	g->started_ns = now_ns();
	g->last_byte_ns = g->started_ns;
	return 0;
}

/* Results have to be on the disk before boot.json says that they are. */
static int close_files(struct guest *g)
{
	int r = 0;

	for (int i = 0; i < CH_DIAG; i++) {
		struct channel *ch = &g->ch[i];

		/* Not every file can be synced: a pipe or device cannot. */
		if (fsync(ch->out) < 0 && errno != EINVAL && errno != EROFS &&
		    r == 0)
			r = log_err_errno(errno, "cannot write %s/%s",
					  g->job->dir, ch->file);
		if (close(ch->out) < 0 && r == 0)
			r = log_err_errno(errno, "cannot write %s/%s",
					  g->job->dir, ch->file);
		ch->out = -1;
	}
	return r;
}

int guest_finish(struct guest *g, unsigned *nr_measured)
{
	struct rusage ru = { 0 };
	int status = 0, r;

	r = machine_reap(&g->m, &status, &ru);
	if (r < 0)
		log_err_errno(-r, "boot %s: cannot wait for %s",
			      g->job->boot->id, g->m.ops->process);
	if (r == 0)
		r = drain(g);
	if (r == 0)
		r = close_files(g);
	if (r == 0) {
		guest_fill_boot(g, status, &ru);
		if (!g->job->boot->ok)
			guest_log_failure(g);
		*nr_measured = g->nr_measured;
	}
	guest_abort(g);
	return r;
}
