/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * functest-run [OPTION]... VMLINUX: boots a kernel with a test program as
 * PID 1 and passes on its results as TAP.  Exit status: 0 if all is well, 1 if
 * a test failed, the console shows a splat or the guest did not finish, 5 if
 * the host failed.
 */
#include <argp.h>
#include <poll.h>
#include <signal.h>

#include "alloc.h"
#include "cpio.h"
#include "exit-status.h"
#include "file.h"
#include "guest-cpu.h"
#include "log.h"
#include "machine.h"
#include "monotonic.h"
#include "oops.h"
#include "process.h"
#include "status-line.h"
#include "tmpdir.h"

#define QEMU "/usr/bin/qemu-system-x86_64"
#define TAIL_LINES 40
#define MAX_FILES 256

struct opts {
	const char *vmlinux;
	const char *init;
	const char *append;
	const char *console;
	const char *files[MAX_FILES]; /* "PATH=NAME", NAME as in the guest */
	size_t nr_files;
	unsigned vcpus; /* 0: one, and time is the instruction count */
	unsigned seconds;
	unsigned mem_mib;
	bool raw;
};

static struct opts o = { .seconds = 300, .mem_mib = 1024 };

/* Assembles the lines of a channel. */
struct lines {
	struct strbuf part;
	void (*fn)(char *line);
};

static unsigned nr_results, nr_failed;
static bool ended;
static FILE *console_file;
static char *tail[TAIL_LINES];
static unsigned tail_nr, splats;

/* --- what the guest says --- */

static void result(bool ok, const char *name)
{
	nr_results++;
	nr_failed += !ok;
	printf("%s %u - %s\n", ok ? "ok" : "not ok", nr_results, name);
}

static void on_result(const struct status_line *l)
{
	if (!l->name) {
		result(false, l->text);
		return;
	}
	if (l->ok) {
		result(true, l->name);
		return;
	}
	/* TAP has no directive for the reason of a failure. */
	_cleanup_free_ char *only = xstrndup(l->name, l->name_len);

	result(false, only);
	if (*l->directive)
		printf("# %s\n", l->directive);
}

/* Programs number their results; indented lines are not results of a test. */
static void pass_on(const struct status_line *l)
{
	switch (l->kind) {
	case STATUS_LINE_RESULT:
		on_result(l);
		break;
	case STATUS_LINE_BAIL:
		result(false, l->text);
		break;
	case STATUS_LINE_START:
	case STATUS_LINE_COMMENT:
		if (!ended)
			puts(l->text);
		break;
	default:
		break;
	}
}

static void on_status(char *line)
{
	struct status_line l;

	status_line_parse(line, &l);
	if (l.kind == STATUS_LINE_END && !l.nested)
		ended = true;
	if (o.raw)
		puts(line);
	else if (!l.nested)
		pass_on(&l);
	fflush(stdout);
}

static void on_console(char *line)
{
	const char *text;

	if (console_file) {
		fprintf(console_file, "%s\n", line);
		fflush(console_file);
	}
	free(tail[tail_nr % TAIL_LINES]);
	tail[tail_nr++ % TAIL_LINES] = xstrdup(line);
	if (oops_classify(line, &text) != SPLAT_NONE && splats++ < 5)
		printf("# console: %s\n", text);
}

static void take(struct lines *l, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n') {
			strbuf_add(&l->part, "", 0);
			l->fn(l->part.buf ? l->part.buf : xstrdup(""));
			strbuf_reset(&l->part);
		} else if (data[i] != '\r' && data[i] != '\0') {
			strbuf_add(&l->part, &data[i], 1);
		}
	}
}

/* --- the machine --- */

struct instant {
	uint64_t tsc, ns;
};

/* Both at once: the quickest of several tries. */
static struct instant look_at_clocks(void)
{
	struct instant best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < 32; i++) {
		uint64_t before = __builtin_ia32_rdtsc(), ns = now_ns();
		uint64_t took = __builtin_ia32_rdtsc() - before;

		if (took < shortest) {
			shortest = took;
			best = (struct instant){ before + took / 2, ns };
		}
	}
	return best;
}

/* In kHz, accurate to some 1e-5. */
static unsigned host_tsc_khz(void)
{
	struct instant a = look_at_clocks(), b;

	usleep(50000);
	b = look_at_clocks();
	return (b.tsc - a.tsc) * 1000000 / (b.ns - a.ns);
}

/*
 * Tells the guest the rate of the TSC.  It would calibrate the TSC by ticks,
 * which come late on a busy host, and then find no usable clock and not boot, or
 * take the TSC for unstable.  Without -icount it is the host's TSC.
 */
static char *clock_words(void)
{
	if (o.vcpus)
		return xasprintf("tsc_early_khz=%u", host_tsc_khz());
	return xstrdup("nolapic_timer tsc_early_khz=1000000 lpj=4000000");
}

/* Like qemu-args.c, but nothing is measured on this machine. */
static int start_qemu(struct machine *m, const char *initrd)
{
	static const char common[] =
		"console=ttyS0 panic=-1 reboot=t norandmaps loglevel=5 "
		"no_timer_check tsc=reliable";
	_cleanup_free_ char *mem = xasprintf("%uM", o.mem_mib);
	_cleanup_free_ char *smp = xasprintf("%u", o.vcpus ? o.vcpus : 1);
	_cleanup_free_ char *clock = clock_words();
	_cleanup_free_ char *append =
		xasprintf("%s %s %s", common, clock, o.append ? o.append : "");
	int fds[NR_CH], r = machine_open_channels(m, fds);
	_cleanup_free_ char *console =
		xasprintf("file,id=console,path=/dev/fd/%d", fds[CH_CONSOLE]);
	_cleanup_free_ char *status =
		xasprintf("file,id=status,path=/dev/fd/%d", fds[CH_STATUS]);
	const char *argv[] = {
		QEMU, "-no-user-config", "-nodefaults", "-machine",
		"microvm,acpi=off,rtc=on,pit=on,pic=on,isa-serial=on,"
		"x-option-roms=off,auto-kernel-cmdline=on",
		/*
		 * With a thread for each vCPU, one can still execute an INT3
		 * of a static branch after the kernel has patched it away.
		 */
		"-accel", o.vcpus ? "tcg,thread=single" : "tcg", "-rtc",
		"base=2024-01-01T00:00:00,clock=vm", "-seed", "1", "-cpu",
		"Nehalem-v1", "-smp", smp, "-m", mem, "-display", "none",
		"-monitor", "none", "-no-reboot", "-chardev", console,
		"-serial", "chardev:console", "-device", "virtio-serial-device",
		"-chardev", status, "-device",
		"virtserialport,chardev=status,name=cgmark.status", "-kernel",
		o.vmlinux, "-initrd", initrd, "-append", append,
		/* last, so that NULL can replace it */
		o.vcpus ? NULL : "-icount", "shift=0,sleep=off", NULL
	};
	struct process p = { PROCESS_INIT,
			     .argv = (char *const *)(uintptr_t)argv,
			     .keep = fds, .nr_keep = CH_DIAG };
	/* A CPU of its own, so that runs repeat: see machine-qemu.c. */
	cpu_set_t cpus;

	if (!o.vcpus && guest_cpu_get(GUEST_CPU_NAME, &cpus) >= 0)
		p.cpus = &cpus;
	p.out_fd = p.err_fd = fds[CH_DIAG];
	if (r == 0)
		r = process_start(&p, &m->pid, &m->pidfd);
	for (int i = 0; i < NR_CH; i++)
		close(fds[i]);
	return r < 0 ? log_err_errno(-r, "cannot start " QEMU) : 0;
}

static int add_file(struct cpio *c, const char *path, const char *name)
{
	_cleanup_strbuf_ struct strbuf data = STRBUF_INIT;
	int r = read_file(path, &data);

	if (r < 0)
		return log_err_errno(-r, "cannot read %s", path);
	cpio_file(c, name, 0755, data.buf, data.len);
	return 0;
}

static int make_initrd(const char *path)
{
	static const char *const dirs[] = { "dev", "proc",	  "sys",
					    "tmp", "cg",	  "sbin",
					    "lib", "lib/modules", "selftests" };
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		cpio_dir(&c, dirs[i], 0755);
	/* Without it PID 1 starts with no stdin, stdout and stderr. */
	cpio_chardev(&c, "dev/console", 0600, 5, 1);
	r = add_file(&c, o.init, "init");
	for (size_t i = 0; i < o.nr_files && r == 0; i++) {
		_cleanup_free_ char *from = xstrdup(o.files[i]);
		char *to = strchr(from, '=');

		*to++ = '\0';
		r = add_file(&c, from, to);
	}
	if (r < 0)
		return r;
	cpio_end(&c);
	r = write_file_atomic(path, c.out.buf, c.out.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

/* Returns false when the channel has ended. */
static bool read_channel(int fd, struct lines *l)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		take(l, buf, n);
	return n < 0;
}

/* Runs until QEMU exits or time is up; 0 or -ETIMEDOUT. */
static int watch(struct machine *m)
{
	struct lines status = { STRBUF_INIT, on_status };
	struct lines console = { STRBUF_INIT, on_console };
	uint64_t deadline = now_ns() + o.seconds * 1000000000ULL;
	struct pollfd fds[] = {
		{ .fd = m->pidfd, .events = POLLIN },
		{ .fd = m->status_fd, .events = POLLIN },
		{ .fd = m->console_fd, .events = POLLIN },
	};
	bool running = true, in_time = true;

	while (running && in_time) {
		poll(fds, ARRAY_SIZE(fds), 1000);
		running = !(fds[0].revents & POLLIN);
		if (!read_channel(m->status_fd, &status))
			fds[1].fd = -1;
		if (!read_channel(m->console_fd, &console))
			fds[2].fd = -1;
		in_time = now_ns() < deadline;
	}
	strbuf_release(&status.part);
	strbuf_release(&console.part);
	return running ? -ETIMEDOUT : 0;
}

static void show_tail(struct machine *m)
{
	_cleanup_strbuf_ struct strbuf diag = STRBUF_INIT;

	for (unsigned i = tail_nr > TAIL_LINES ? tail_nr - TAIL_LINES : 0;
	     i < tail_nr; i++)
		printf("# | %s\n", tail[i % TAIL_LINES]);
	machine_read_diag(m, &diag);
	if (diag.len)
		printf("# QEMU: %s\n", diag.buf);
}

static int boot(struct machine *m)
{
	_cleanup_free_ char *initrd = NULL;
	int r = machine_make_tmpdir(m);

	if (r < 0)
		return r;
	initrd = xasprintf("%s/initrd", m->tmpdir);
	r = make_initrd(initrd);
	if (r == 0)
		r = start_qemu(m, initrd);
	if (r < 0)
		return r;
	if (!o.raw)
		printf("TAP version 13\n");
	r = watch(m);
	if (r == -ETIMEDOUT) {
		printf("# stopped after %u s\n", o.seconds);
		kill(-m->pid, SIGKILL);
	}
	machine_reap(m, NULL, NULL);
	if (o.raw) {
		if (!ended || splats)
			show_tail(m);
		return 0;
	}
	result(splats == 0, "no splat on the console");
	result(ended, "the guest reached its end");
	if (!ended || splats)
		show_tail(m);
	printf("1..%u\n", nr_results);
	return 0;
}

/* --- options --- */

static const struct argp_option options[] = {
	{ "init", 'i', "PROGRAM", 0, "PID 1 of the guest", 0 },
	{ "file", 'f', "PATH=NAME", 0, "One more file for the guest", 0 },
	{ "smp", 's', "N", 0, "N vCPUs that take turns, not instruction count",
	  0 },
	{ "mem", 'm', "MIB", 0, "Memory [1024]", 0 },
	{ "timeout", 't', "SECONDS", 0, "Of the host's time [300]", 0 },
	{ "append", 'a', "TEXT", 0, "To the kernel command line (repeatable)",
	  0 },
	{ "console", 'c', "FILE", 0, "Write the console there", 0 },
	{ "raw", 'r', NULL, 0, "Pass lines on as they are", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'i':
		o.init = arg;
		return 0;
	case 'f':
		if (o.nr_files == MAX_FILES || !strchr(arg, '='))
			argp_error(state, "bad file %s", arg);
		o.files[o.nr_files++] = arg;
		return 0;
	case 's':
		o.vcpus = atoi(arg);
		return 0;
	case 'm':
		o.mem_mib = atoi(arg);
		return 0;
	case 't':
		o.seconds = atoi(arg);
		return 0;
	case 'a':
		o.append = o.append ? xasprintf("%s %s", o.append, arg) : arg;
		return 0;
	case 'c':
		console_file = fopen(arg, "we");
		return console_file ? 0 : errno;
	case 'r':
		o.raw = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o.vmlinux)
			argp_usage(state);
		o.vmlinux = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o.vmlinux || !o.init)
			argp_usage(state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

int main(int argc, char **argv)
{
	static const struct machine_ops ops = { .name = "functest" };
	static const struct argp argp = { .options = options,
					  .parser = parse_opt,
					  .args_doc = "VMLINUX" };
	struct machine m;
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	machine_init(&m, &ops, "");
	tmpdir_remove_stale();
	r = boot(&m);
	machine_destroy(&m);
	if (r < 0)
		return ST_HOST;
	return nr_failed || splats || !ended;
}
