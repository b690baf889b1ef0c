/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "alloc.h"
#include "boot-ending.h"
#include "guest-shell.h"
#include "interrupt.h"
#include "log.h"
#include "monotonic.h"
#include "shell-session.h"
#include "tap.h"
#include "terminal.h"

#define PONG_MS 10000 /* for PID 1 to say that it lives, on a busy host */
#define PANIC_MS 2000 /* for the trace behind the panic line, and the reset */
#define CHUNK_BYTES (64 * 1024)

/* --- the end --- */

static void end(struct session *se, enum guest_shell_end how)
{
	if (!se->over)
		se->ret->end = how;
	se->over = true;
}

static void stop(struct session *se, char *reason)
{
	free(se->stop_reason);
	se->stop_reason = reason;
	end(se, SHELL_SUBJECT);
}

static void tell(const struct session *se, const char *reason)
{
	const struct boot_read *rd = &se->read;
	unsigned nr = rd->tail_nr < BOOT_TAIL ? rd->tail_nr : BOOT_TAIL;

	log_err("kernel %s: %s", se->sh->img.kernel_name, reason);
	for (unsigned i = rd->tail_nr - nr; i < rd->tail_nr; i++)
		log_err("console: %s", rd->tail[i % BOOT_TAIL]);
}

/* The guest has ended, or was ended: why, in the words of a boot. */
static void judge(struct session *se, int wait_status)
{
	const struct boot_evidence ev = {
		.read = &se->read,
		.process = se->m.ops->process,
		.known_ends = se->m.ops->known_ends,
		.diag = se->diag.buf,
		.wait_status = wait_status,
		.stop_reason = se->stop_reason,
		.stop_blame = BLAME_SUBJECT,
	};
	struct boot_ending e;

	/* A reset is what is left if nothing else explains it. */
	se->read.status_end = se->read.samples_end = true;
	e = boot_ending_judge(&ev);
	if (!e.reason) {
		e.blame = BLAME_SUBJECT;
		e.reason = xstrdup("the guest was reset before the command "
				   "ended");
	}
	tell(se, e.reason);
	se->ret->end = e.blame == BLAME_SUBJECT ? SHELL_SUBJECT : SHELL_HOST;
	free(e.reason);
}

/* --- what comes --- */

/* As on a real console, the kernel has its say on the terminal. */
static void show_console(const struct session *se, const char *data, size_t len)
{
	if (!se->sh->tty || !se->started)
		return;
	/* Lines end in CR LF already, as a serial port has it. */
	write_all(STDERR_FILENO, data, len);
}

static void keep_console(struct session *se, const char *data, size_t len)
{
	int r = se->console_fd < 0 ? 0 : write_all(se->console_fd, data, len);

	if (r == 0)
		return;
	log_warn("cannot keep the kernel log: %s", strerror(-r));
	se->console_fd = -1;
}

/* Returns whether there was something. */
static bool read_console(struct session *se)
{
	static char buf[CHUNK_BYTES];
	ssize_t n = read(se->m.console_fd, buf, sizeof(buf));

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			close(se->m.console_fd);
			se->m.console_fd = -1;
			boot_read_eof(&se->read, CH_CONSOLE);
		}
		return false;
	}
	boot_read_bytes(&se->read, CH_CONSOLE, buf, n);
	show_console(se, buf, n);
	keep_console(se, buf, n);
	return true;
}

static void read_status(struct session *se)
{
	static char buf[CHUNK_BYTES];
	ssize_t n = read(se->m.status_fd, buf, sizeof(buf));

	if (n > 0) {
		boot_read_bytes(&se->read, CH_STATUS, buf, n);
	} else if (n == 0) {
		close(se->m.status_fd);
		se->m.status_fd = -1;
	}
}

static void read_signal(struct session *se)
{
	struct signalfd_siginfo si;
	unsigned short rows, cols;

	if (read(se->signal_fd, &si, sizeof(si)) != sizeof(si))
		return;
	if (si.ssi_signo != SIGWINCH) {
		end(se, SHELL_INTERRUPTED);
		return;
	}
	if (!se->sh->tty)
		return;
	terminal_size(STDIN_FILENO, &rows, &cols);
	shell_say(se, "winsize %hu %hu\n", rows, cols);
}

/* --- streams --- */

static void close_sock(struct session *se, int which)
{
	if (se->socks[which] >= 0)
		close(se->socks[which]);
	se->socks[which] = -1;
}

/* A reader that has gone (EPIPE) is for the command to hear of. */
static void check_output(struct session *se, struct copier *c, int which,
			 const char *name)
{
	if (c->to >= 0 || se->socks[which] < 0)
		return;
	close_sock(se, which);
	c->from = -1;
	if (c->write_error == EPIPE)
		return;
	log_err_errno(c->write_error, "cannot write standard %s", name);
	end(se, SHELL_HOST);
}

static void check_streams(struct session *se)
{
	struct copier *in = &se->in;

	if (se->escape.quit)
		end(se, SHELL_LEFT);
	if (se->started && se->sh->tty && in->from < 0 && in->to >= 0)
		end(se, SHELL_INTERRUPTED);
	/* Not close(): QEMU would drop what it has not read. */
	if (se->started && copier_ended(in) && se->socks[SOCK_IN] >= 0 &&
	    in->to >= 0) {
		/* EIO: in the background, the terminal is not ours to read. */
		if (in->read_error && in->read_error != EIO)
			log_warn("cannot read standard input: %s",
				 strerror(in->read_error));
		shutdown(se->socks[SOCK_IN], SHUT_WR);
		in->to = -1;
	}
	check_output(se, &se->out, SOCK_OUT, "output");
	check_output(se, &se->err, SOCK_ERR, "error");
}

static bool has_all(const struct copier *c, uint64_t sent)
{
	return c->to < 0 || copier_ended(c) || c->bytes >= sent;
}

/* --- deadlines --- */

static char *seconds(unsigned ms)
{
	return ms % 1000 ? xasprintf("%u ms", ms)
			 : xasprintf("%u s", ms / 1000);
}

static void give_up(struct session *se)
{
	const struct guest_shell *sh = se->sh;
	_cleanup_free_ char *hello = seconds(sh->hello_ms);
	_cleanup_free_ char *timeout = seconds(sh->timeout_ms);

	if (!se->started)
		stop(se,
		     xasprintf("the guest did not get as far as the command "
			       "within %s",
			       hello));
	else
		stop(se, xasprintf("the command did not end within %s; the "
				   "kernel %s",
				   timeout,
				   se->pong ? "still runs"
					    : "does not answer, it hangs"));
}

static void check_deadlines(struct session *se)
{
	uint64_t now = now_ns();

	if (se->read.panic_ns && now >= se->read.panic_ns + PANIC_MS * MS) {
		end(se, SHELL_SUBJECT);
		return;
	}
	if (se->pong_deadline) {
		if (se->pong || now >= se->pong_deadline)
			give_up(se);
		return;
	}
	if (!se->deadline || now < se->deadline)
		return;
	if (!se->started) {
		give_up(se);
		return;
	}
	shell_say(se, "ping\n");
	se->pong_deadline = now + PONG_MS * MS;
}

static int ms_to_deadline(const struct session *se)
{
	uint64_t at = se->pong_deadline ? se->pong_deadline : se->deadline;
	uint64_t now = now_ns();

	if (se->read.panic_ns &&
	    (!at || se->read.panic_ns + PANIC_MS * MS < at))
		at = se->read.panic_ns + PANIC_MS * MS;
	if (!at)
		return -1;
	return at > now ? (int)((at - now) / MS) + 1 : 0;
}

/* --- the loop --- */

static void list_events(struct session *se, struct pollfd *fds)
{
	const int readers[] = {
		[AT_SIGNAL] = se->signal_fd,
		[AT_PROCESS] = se->m.pidfd,
		[AT_CONSOLE] = se->m.console_fd,
		[AT_STATUS] = se->m.status_fd,
		[AT_DIAG] = se->m.pid > 0 ? se->m.diag_fd : -1,
		[AT_CONTROL] = se->socks[SOCK_CONTROL],
	};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		fds[i] = (struct pollfd){ .fd = readers[i], .events = POLLIN };
	if (se->to_say.len)
		fds[AT_CONTROL].events |= POLLOUT;
	copier_wants(&se->in, &fds[AT_IN]);
	copier_wants(&se->out, &fds[AT_OUT]);
	copier_wants(&se->err, &fds[AT_ERR]);
}

static void read_diag(struct session *se)
{
	machine_read_diag(&se->m, &se->diag);
}

static void react(struct session *se, const struct pollfd *fds)
{
	if (fds[AT_SIGNAL].revents)
		read_signal(se);
	if (fds[AT_CONSOLE].revents)
		read_console(se);
	if (fds[AT_STATUS].revents)
		read_status(se);
	if (fds[AT_DIAG].revents & POLLIN)
		read_diag(se);
	if (fds[AT_CONTROL].revents & ~POLLOUT)
		shell_read_control(se);
	if (se->to_say.len)
		shell_send(se);
	copier_pump(&se->in, &fds[AT_IN]);
	copier_pump(&se->out, &fds[AT_OUT]);
	copier_pump(&se->err, &fds[AT_ERR]);
	check_streams(se);
	check_deadlines(se);
	if (se->exited && has_all(&se->out, se->out_bytes) &&
	    has_all(&se->err, se->err_bytes))
		se->over = true;
}

static void loop(struct session *se)
{
	struct pollfd fds[NR_AT];

	while (!se->over) {
		list_events(se, fds);
		if (poll(fds, NR_AT, ms_to_deadline(se)) < 0)
			continue;
		react(se, fds);
		if (fds[AT_PROCESS].revents)
			break;
	}
}

/*
 * The machine has ended by itself: take what it left in pipes and sockets.  Only
 * our own readers may be slow.
 */
static void drain(struct session *se)
{
	struct pollfd fds[NR_AT];
	int nr = 1;

	se->in.from = se->in.to = -1;
	se->deadline = se->pong_deadline = se->read.panic_ns = 0;
	while (!se->over && nr > 0) {
		list_events(se, fds);
		nr = poll(fds, NR_AT, se->out.len || se->err.len ? -1 : 0);
		if (nr > 0)
			react(se, fds);
		se->read.panic_ns = 0;
	}
}

/* --- start and end --- */

static int open_sockets(struct session *se, struct guest_port *ports)
{
	static const char *const names[NR_SOCKS] = { "control", "in", "out",
						     "err" };
	int fds[2];

	for (int i = 0; i < NR_SOCKS; i++)
		se->socks[i] = ports[i].fd = -1;
	for (int i = 0; i < NR_SOCKS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
			return log_err_errno(errno, "cannot make a socket");
		se->socks[i] = fds[0];
		/* Above stderr, as process_start() wants it. */
		ports[i].fd = fcntl(fds[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		ports[i].name = names[i];
		close(fds[1]);
		if (ports[i].fd < 0)
			return log_err_errno(errno, "cannot make a socket");
	}
	fcntl(se->socks[SOCK_IN], F_SETFL, O_RDWR | O_NONBLOCK);
	return 0;
}

static int boot(struct session *se)
{
	struct guest_port ports[NR_SOCKS];
	struct boot_image img = se->sh->img;
	int r = open_sockets(se, ports);

	img.ports = ports;
	img.nr_ports = NR_SOCKS;
	if (r == 0)
		r = se->sh->ops->boot(&se->m, &img);
	if (se->m.command.len)
		log_debug("%s: %s", img.kernel_name, se->m.command.buf);
	for (int i = 0; i < NR_SOCKS; i++)
		if (ports[i].fd >= 0)
			close(ports[i].fd);
	return r;
}

static int watch_signals(void)
{
	sigset_t set;
	int fd;

	interrupt_mask(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? log_err_errno(errno, "cannot watch signals") : fd;
}

static int prepare(struct session *se)
{
	int r = se->signal_fd = watch_signals();

	copier_init(&se->in, -1, -1);
	copier_init(&se->out, -1, STDOUT_FILENO);
	copier_init(&se->err, -1, STDERR_FILENO);
	se->out.may_block = se->err.may_block = true;
	if (r >= 0)
		r = boot(se);
	if (r < 0)
		return r;
	se->out.from = se->socks[SOCK_OUT];
	se->err.from = se->socks[SOCK_ERR];
	se->deadline = now_ns() + se->sh->hello_ms * MS;
	shell_ask(se);
	if (!se->sh->tty)
		return 0;
	r = terminal_raw(&se->terminal, STDIN_FILENO);
	return r < 0 ? log_err_errno(-r, "cannot use this terminal") : 0;
}

static void finish(struct session *se)
{
	bool by_itself = !se->over;
	int status = 0;

	if (!by_itself)
		kill(-se->m.pid, SIGKILL);
	machine_reap(&se->m, &status, NULL);
	if (by_itself)
		drain(se);
	while (se->m.console_fd >= 0 && read_console(se))
		;
	read_diag(se);
	terminal_restore(&se->terminal);
	if (!se->exited && (!se->over || se->ret->end == SHELL_SUBJECT))
		judge(se, status);
	else if (se->read.splat_line)
		log_warn("kernel %s: %s", se->sh->img.kernel_name,
			 se->read.splat_line);
	se->ret->splat = se->read.splat_line != NULL;
}

static void release(struct session *se)
{
	terminal_restore(&se->terminal);
	se->m.ops->destroy(&se->m);
	for (int i = 0; i < NR_SOCKS; i++)
		close_sock(se, i);
	if (se->signal_fd >= 0)
		close(se->signal_fd);
	shell_lines_release(&se->lines);
	strbuf_release(&se->to_say);
	strbuf_release(&se->diag);
	boot_read_release(&se->read);
	free(se->stop_reason);
	free(se);
}

void guest_shell_run(const struct guest_shell *sh,
		     struct guest_shell_result *ret)
{
	struct session *se = xcalloc(1, sizeof(*se));

	*ret = (struct guest_shell_result){ .end = SHELL_HOST };
	se->sh = sh;
	se->ret = ret;
	se->signal_fd = -1;
	se->console_fd = sh->console_fd;
	se->terminal = (struct terminal)TERMINAL_INIT;
	machine_init(&se->m, sh->ops, sh->machine_arg);
	if (prepare(se) == 0) {
		loop(se);
		finish(se);
	}
	release(se);
}
