/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of machines, and what their implementations share. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "alloc.h"
#include "log.h"
#include "machine.h"
#include "process.h"
#include "tmpdir.h"

/* The most that an unprivileged process may request (pipe-max-size). */
#define PIPE_BYTES (1024 * 1024)
#define DIAG_MAX_BYTES (64 * 1024)

static const struct machine_ops *const machines[] = {
	&machine_sim,	&machine_kvm,  &machine_metal,
	&machine_local, &machine_fake,
};

const struct machine_ops *const *machine_all(size_t *nr)
{
	*nr = ARRAY_SIZE(machines);
	return machines;
}

unsigned machine_vcpus(const char *arg)
{
	unsigned long n;
	char *end;

	if (!*arg)
		return 1;
	n = strtoul(arg, &end, 10);
	/* No sign, blank or leading zero, and no more than kernels support. */
	return *arg >= '1' && *arg <= '9' && !*end && n <= MACHINE_VCPUS_MAX
		       ? n
		       : 0;
}

void boot_image_set_kernel(struct boot_image *img, const struct run_kernel *k)
{
	img->vmlinux = k->image;
	img->board = k->board;
	img->modules = k->modules;
	img->cmdline = k->cmdline;
	img->kernel_name = k->name;
}

const char *boot_boards(const struct run_kernel *kernels, size_t nr)
{
	size_t on_pc = 0;

	for (size_t i = 0; i < nr; i++)
		on_pc += kernels[i].board && *kernels[i].board;
	if (!on_pc)
		return "microvm";
	return on_pc == nr ? "pc" : "microvm and pc";
}

const struct machine_ops *machine_find(const char *spec, const char **arg)
{
	size_t len = strcspn(spec, ":");

	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		const char *name = machines[i]->name;

		if (strlen(name) != len || strncmp(name, spec, len))
			continue;
		*arg = spec[len] ? spec + len + 1 : "";
		/* "sim:" announces an argument. */
		if (spec[len] && !**arg)
			return NULL;
		return machines[i]->takes(*arg) ? machines[i] : NULL;
	}
	return NULL;
}

void machine_init(struct machine *m, const struct machine_ops *ops,
		  const char *arg)
{
	*m = (struct machine){
		.ops = ops,
		.pid = -1,
		.pidfd = -1,
		.console_fd = -1,
		.status_fd = -1,
		.samples_fd = -1,
		.diag_fd = -1,
		.tmpdir_fd = -1,
		.arg = xstrdup(arg ? arg : ""),
	};
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int machine_reap(struct machine *m, int *status, struct rusage *usage)
{
	int r;

	if (m->pid <= 0)
		return -ESRCH;
	r = process_reap(m->pid, status, usage);
	if (r < 0)
		return r;
	m->pid = -1;
	close_fd(&m->pidfd);
	return 0;
}

static int open_pipe(int *reader, int *writer)
{
	int r = process_pipe(reader, writer);

	if (r < 0)
		return log_err_errno(-r, "cannot make a pipe");
	if (fcntl(*writer, F_SETPIPE_SZ, PIPE_BYTES) < 0)
		log_debug("pipe stays small: %s", strerror(errno));
	return 0;
}

int machine_open_channels(struct machine *m, int writers[NR_CH])
{
	int *readers[NR_CH] = { &m->console_fd, &m->status_fd, &m->samples_fd,
				&m->diag_fd };
	int r;

	for (int i = 0; i < NR_CH; i++)
		writers[i] = -1;
	for (int i = 0; i < NR_CH; i++) {
		r = open_pipe(readers[i], &writers[i]);
		if (r < 0) {
			for (int k = 0; k <= i; k++)
				close_fd(&writers[k]);
			return r;
		}
	}
	return 0;
}

int machine_make_tmpdir(struct machine *m)
{
	return tmpdir_make(&m->tmpdir, &m->tmpdir_fd);
}

int machine_read_diag(struct machine *m, struct strbuf *ret)
{
	char buf[4096];
	ssize_t n;

	if (m->diag_fd < 0)
		return 0;
	/* Read past the limit, too, so that nobody blocks. */
	while ((n = read(m->diag_fd, buf, sizeof(buf))) > 0)
		if (ret->len < DIAG_MAX_BYTES)
			strbuf_add(ret, buf, n);
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

void machine_destroy(struct machine *m)
{
	if (m->pid > 0) {
		kill(-m->pid, SIGKILL);
		/* Before setpgid() took effect there is no such group. */
		kill(m->pid, SIGKILL);
		machine_reap(m, NULL, NULL);
	}
	close_fd(&m->pidfd);
	close_fd(&m->console_fd);
	close_fd(&m->status_fd);
	close_fd(&m->samples_fd);
	close_fd(&m->diag_fd);
	tmpdir_remove(&m->tmpdir, &m->tmpdir_fd);
	cleanup_free(&m->arg);
	m->arg = NULL;
	strbuf_release(&m->command);
}
