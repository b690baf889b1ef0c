/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines sim and kvm: QEMU's microvm with the ELF vmlinux (PVH entry).
 *
 * The guest ends by a reset, which -no-reboot turns into exit status 0: microvm
 * has no ACPI to power off with.  So has a guest that triple faults; what tells
 * them apart is the end marker in the status stream (guest-end.c).
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "alloc.h"
#include "child.h"
#include "file.h"
#include "find-program.h"
#include "guest-cpu.h"
#include "initramfs.h"
#include "log.h"
#include "machine.h"
#include "monotonic.h"
#include "record.h"
#include "spawn.h"
#include "symbols.h"

#define QEMU_PROGRAM "qemu-system-x86_64"
#define QEMU_PACKAGE "qemu-system-x86"
#define VERSION_TIMEOUT_MS 30000
#define PROBE_DEADLINE_MS 5000

struct qemu_mode {
	const char *accel; /* words, separated by blanks */
	const char *cpu;
	const char *cmdline;
	const char *text; /* for the provenance */
};

/*
 * Guest time is the instruction count: 1 ns each, and idle time is skipped.
 * Nehalem has no fast string instructions: QEMU charges "rep movsb" one
 * instruction a byte, so that copies have to go through the unrolled loops.
 *
 * The kernel is told the clock that it has, since the loops that would measure
 * it spin on PAUSE, and each PAUSE leaves translated code: nolapic_timer and
 * no_timer_check avoid two more of them, rtc=on a wait for the CMOS clock.
 * "nolapic" would do too, but interrupts of the virtio devices are lost then.
 */
static const struct qemu_mode mode_sim = {
	.accel = "-accel tcg -icount shift=0,sleep=off",
	.cpu = "Nehalem-v1",
	.cmdline = "nolapic_timer no_timer_check tsc=reliable "
		   "tsc_early_khz=1000000 lpj=4000000",
	.text = "TCG icount shift=0",
};

static const struct qemu_mode mode_kvm = {
	.accel = "-accel kvm",
	.cpu = "host",
	.cmdline = "no_timer_check",
	.text = "KVM",
};

/*
 * Warnings are shown, which "quiet" would hide: a WARN is one.  panic=-1 and
 * reboot=t end a panic at once, by a triple fault.
 */
#define COMMON_CMDLINE "console=ttyS0 panic=-1 reboot=t norandmaps loglevel=5"
#define MICROVM                                                \
	"microvm,acpi=off,rtc=on,pit=on,pic=on,isa-serial=on," \
	"x-option-roms=off,auto-kernel-cmdline=on"

/* --- the program --- */

/* Path of QEMU, or NULL with the reason in why. */
static char *qemu_find(struct strbuf *why)
{
	const char *name = getenv("CGMARK_QEMU");
	char *path;

	if (!name || !*name)
		name = QEMU_PROGRAM;
	path = find_program(name);
	if (!path)
		strbuf_addf(why,
			    "%s not found: install the package " QEMU_PACKAGE
			    ", or set CGMARK_QEMU to the program",
			    name);
	return path;
}

/* "7.2.22 (Debian ...)" into version.  -errno with the reason in why. */
static int qemu_version(const char *path, struct strbuf *version,
			struct strbuf *why)
{
	static const char head[] = "QEMU emulator version ";
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *program = xstrdup(path);
	char *argv[] = { program, NULL, NULL };
	char option[] = "--version";
	unsigned major, minor;
	int r;

	argv[1] = option;
	r = child_capture(argv, VERSION_TIMEOUT_MS, 64 * 1024, &out);
	if (r < 0 || !out.buf || strncmp(out.buf, head, strlen(head)) ||
	    sscanf(out.buf + strlen(head), "%u.%u", &major, &minor) != 2) {
		strbuf_addf(why, "%s --version does not look like QEMU", path);
		return r < 0 ? r : -ENOEXEC;
	}
	out.buf[strcspn(out.buf, "\n")] = '\0';
	strbuf_addstr(version, out.buf + strlen(head));
	/* 7.2 is the oldest on which counts were found to repeat. */
	if (major < 7 || (major == 7 && minor < 2)) {
		strbuf_addf(why, "%s is QEMU %s; 7.2 or newer is needed", path,
			    version->buf);
		return -ENOEXEC;
	}
	return 0;
}

/* 0 and the path (caller frees), or -errno with the reason in why. */
static int qemu_get(char **ret, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf version = STRBUF_INIT;
	_cleanup_free_ char *path = qemu_find(why);
	int r;

	if (!path)
		return -ENOENT;
	r = qemu_version(path, &version, why);
	if (r == 0)
		*ret = steal_ptr(path);
	return r;
}

/* --- the command line --- */

#define MAX_ARGS 64

struct args {
	char *v[MAX_ARGS + 1];
	size_t nr;
};

static void args_release(struct args *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->v[i]);
}

__printf(2, 3) static void args_add(struct args *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0 || a->nr == MAX_ARGS)
		abort();
	a->v[a->nr++] = s;
}

/* Words without blanks inside, as the constants of this file are. */
static void args_add_words(struct args *a, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " ");

		args_add(a, "%.*s", (int)len, words);
		words += len + (words[len] == ' ');
	}
}

/* A channel: pipe fd -> character device -> where the guest finds it. */
static void args_add_port(struct args *a, const char *id, int fd)
{
	args_add_words(a, "-chardev");
	args_add(a, "file,id=%s,path=/dev/fd/%d", id, fd);
	args_add_words(a, "-device");
	args_add(a, "virtserialport,chardev=%s,name=cgmark.%s", id, id);
}

/* A path in a list of options, where a comma ends it and two are one. */
static void add_path(struct strbuf *sb, const char *name, const char *path)
{
	strbuf_addf(sb, ",%s=", name);
	for (; *path; path++)
		strbuf_addstr(sb, *path == ',' ? ",," : (char[]){ *path, 0 });
}

static void args_add_plugin(struct args *a, const struct boot_image *img,
			    const char *symbols)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	add_path(&sb, "file", img->tcg_plugin);
	add_path(&sb, "symbols", symbols);
	add_path(&sb, "out", img->profile);
	strbuf_addf(&sb, ",model=%s", img->profile_model ? "on" : "off");
	args_add_words(a, "-plugin");
	args_add(a, "%s", sb.buf + 1);
}

static void build_args(struct args *a, const struct qemu_mode *mode,
		       const struct boot_image *img, const char *qemu,
		       const char *initrd, const int *fds, unsigned vcpus)
{
	args_add(a, "%s", qemu);
	args_add_words(a, "-no-user-config -nodefaults -machine " MICROVM);
	args_add_words(a, mode->accel);
	args_add_words(a,
		       "-rtc base=2024-01-01T00:00:00,clock=vm -seed 1 -cpu");
	args_add(a, "%s", mode->cpu);
	args_add(a, "-smp");
	args_add(a, "%u", vcpus);
	args_add(a, "-m");
	args_add(a, "%uM", img->mem_mib);
	args_add_words(a, "-display none -monitor none -no-reboot -chardev");
	args_add(a, "file,id=console,path=/dev/fd/%d", fds[CH_CONSOLE]);
	args_add_words(a, "-serial chardev:console "
			  "-device virtio-serial-device");
	args_add_port(a, "status", fds[CH_STATUS]);
	args_add_port(a, "samples", fds[CH_SAMPLES]);
	args_add(a, "-kernel");
	args_add(a, "%s", img->vmlinux);
	args_add(a, "-initrd");
	args_add(a, "%s", initrd);
	args_add(a, "-append");
	args_add(a, COMMON_CMDLINE " %s%s%s", mode->cmdline,
		 img->cmdline && *img->cmdline ? " " : "",
		 img->cmdline ? img->cmdline : "");
}

/* As one would type it. */
static void record_command(struct strbuf *out, const struct args *a)
{
	for (size_t i = 0; i < a->nr; i++) {
		const char *quote =
			strpbrk(a->v[i], " \t\"$&;()<>|*?") ? "'" : "";

		strbuf_addf(out, "%s%s%s%s", i ? " " : "", quote, a->v[i],
			    quote);
	}
}

/* --- a boot --- */

static char *symbols_path(const struct machine *m)
{
	return xasprintf("%s/symbols", m->tmpdir);
}

static int write_symbols(const struct machine *m, const struct boot_image *img)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *path = symbols_path(m);
	int r = ksyms_format(img->vmlinux, &sb);

	if (r < 0)
		return r;
	r = write_file_atomic(path, sb.buf, sb.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

/*
 * A guest of sim has a CPU for itself.
 *
 * QEMU skips the idle time of a guest in its main thread, which sleeps but for
 * that.  If this thread is late it may look at the guest just when that has
 * halted but its last instructions are not yet counted: the skip is too long,
 * and the counts of this boot differ from those of others.  On the CPU of the
 * thread that executes the guest, and with precedence over it, it is never
 * late.  Without the privilege for that, the repeat boots tell.
 */
static int start_qemu(struct machine *m, const struct qemu_mode *mode,
		      const struct boot_image *img, const char *qemu,
		      const char *initrd)
{
	_cleanup_(args_release) struct args a = { .nr = 0 };
	int fds[NR_CH];
	int r;

	r = machine_open_channels(m, fds);
	if (r < 0)
		return r;
	build_args(&a, mode, img, qemu, initrd, fds, machine_vcpus(m->arg));
	if (img->tcg_plugin) {
		_cleanup_free_ char *symbols = symbols_path(m);

		args_add_plugin(&a, img, symbols);
	}
	record_command(&m->command, &a);
	log_debug("%s", m->command.buf);

	/* stdout and stderr are the channel for diagnosis already. */
	struct spawn sp = { .argv = a.v,
			    .out_fd = fds[CH_DIAG],
			    .keep = fds,
			    .nr_keep = CH_DIAG };

	cpu_set_t cpus;
	int cpu = mode == &mode_sim ? guestcpu_get(GUESTCPU_NAME, &cpus) : -1;

	if (cpu >= 0)
		sp.cpus = &cpus;
	r = spawn_start(&sp, &m->pid, &m->pidfd);
	if (r == 0 && cpu >= 0)
		guestcpu_set_owner(cpu, m->pid);
	for (int i = 0; i < NR_CH; i++)
		close(fds[i]);
	return r < 0 ? log_err_errno(-r, "cannot start %s", qemu) : 0;
}

static int qemu_boot(struct machine *m, const struct qemu_mode *mode,
		     const struct boot_image *img)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_free_ char *qemu = qemu_find(&why);
	_cleanup_free_ char *initrd = NULL;
	int r;

	if (!qemu) {
		log_err("%s", why.buf);
		return -ENOENT;
	}
	if (access(img->vmlinux, R_OK) < 0)
		return log_err_errno(errno, "cannot read %s", img->vmlinux);
	r = machine_make_tmpdir(m);
	if (r < 0)
		return r;
	initrd = xasprintf("%s/initrd", m->tmpdir);
	r = initramfs_for_boot(img, initrd);
	if (r == 0 && img->tcg_plugin)
		r = write_symbols(m, img);
	if (r < 0)
		return r;
	return start_qemu(m, mode, img, qemu, initrd);
}

static int describe(const struct qemu_mode *mode, const char *arg,
		    struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT, version = STRBUF_INIT;
	_cleanup_free_ char *qemu = qemu_find(&why);
	int r = qemu ? qemu_version(qemu, &version, &why) : -ENOENT;

	if (r < 0) {
		log_err("%s", why.buf);
		return r;
	}
	strbuf_addf(ret, "QEMU %s, microvm, %s, -cpu %s, %u vCPU%s",
		    version.buf, mode->text, mode->cpu, machine_vcpus(arg),
		    machine_vcpus(arg) == 1 ? "" : "s");
	return 0;
}

static bool takes_vcpus(const char *arg)
{
	return machine_vcpus(arg) > 0;
}

/* --- sim --- */

static int sim_probe(const char *arg, const char *vmlinux,
		     const char *initramfs, struct strbuf *why)
{
	_cleanup_free_ char *qemu = NULL;

	return qemu_get(&qemu, why);
}

static int sim_boot(struct machine *m, const struct boot_image *img)
{
	return qemu_boot(m, &mode_sim, img);
}

static int sim_describe(const char *arg, struct strbuf *ret)
{
	return describe(&mode_sim, arg, ret);
}

const struct machine_ops machine_sim = {
	.name = "sim",
	.summary = "QEMU counts instructions: exact, says nothing of time",
	.process = "QEMU",
	.takes = takes_vcpus,
	.probe = sim_probe,
	.boot = sim_boot,
	.diagnose = machine_read_diag,
	.destroy = machine_destroy,
	.describe = sim_describe,
	.exact = true,
	.pmu = "nhm",
};

/* --- kvm --- */

static int kvm_usable(struct strbuf *why)
{
	_cleanup_close_ int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int version, r = -errno;

	if (fd < 0) {
		strbuf_addf(why, "/dev/kvm: %s", strerror(-r));
		return r;
	}
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION) {
		strbuf_addf(why, "/dev/kvm speaks version %d, not %d", version,
			    KVM_API_VERSION);
		return -EPROTONOSUPPORT;
	}
	return 0;
}

/* What a guest under probe has said so far. */
struct probe {
	struct machine m;
	struct strbuf console;
	struct strbuf diag;
	bool hello;
	bool ended;
};

static void probe_release(struct probe *p)
{
	p->m.ops->destroy(&p->m);
	strbuf_release(&p->console);
	strbuf_release(&p->diag);
}

static void probe_read(struct probe *p)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(p->m.console_fd, buf, sizeof(buf))) > 0)
		if (p->console.len < 64 * 1024)
			strbuf_add(&p->console, buf, n);
	while ((n = read(p->m.status_fd, buf, sizeof(buf))) > 0)
		p->hello = true;
	machine_read_diag(&p->m, &p->diag);
}

static void probe_wait(struct probe *p)
{
	uint64_t end = now_ns() + PROBE_DEADLINE_MS * 1000000ULL, now;
	struct pollfd fds[] = {
		{ .fd = p->m.pidfd, .events = POLLIN },
		{ .fd = p->m.status_fd, .events = POLLIN },
	};

	while (!p->hello && !p->ended && (now = now_ns()) < end) {
		poll(fds, ARRAY_SIZE(fds), (end - now) / 1000000 + 1);
		p->ended = fds[0].revents != 0;
		/* The guest's end of the status port may be closed. */
		if (fds[1].revents & (POLLHUP | POLLERR))
			fds[1].fd = -1;
		probe_read(p);
	}
}

static const char *last_line(struct strbuf *sb)
{
	char *lf;

	while (sb->len && strchr("\r\n", sb->buf[sb->len - 1]))
		sb->buf[--sb->len] = '\0';
	if (!sb->len)
		return NULL;
	lf = strrchr(sb->buf, '\n');
	return lf ? lf + 1 : sb->buf;
}

static void probe_explain(struct probe *p, struct strbuf *why)
{
	const char *console = last_line(&p->console);
	const char *diag = last_line(&p->diag);
	struct rusage ru = { 0 };
	int status = 0;

	if (!p->ended)
		kill(-p->m.pid, SIGKILL);
	machine_reap(&p->m, &status, &ru);
	if (!p->ended)
		strbuf_addf(why,
			    "the guest said nothing within %u s (%ld.%ld s"
			    " of it in the host's kernel)",
			    PROBE_DEADLINE_MS / 1000, (long)ru.ru_stime.tv_sec,
			    (long)ru.ru_stime.tv_usec / 100000);
	else if (WIFSIGNALED(status))
		strbuf_addf(why, "QEMU died: killed by signal %d",
			    WTERMSIG(status));
	else
		strbuf_addf(why,
			    "QEMU ended with status %d before the guest"
			    " said anything",
			    WEXITSTATUS(status));
	if (diag)
		strbuf_addf(why, "; stderr: %s", diag);
	if (console)
		strbuf_addf(why, "; last console line: %s", console);
}

static int kvm_boot(struct machine *m, const struct boot_image *img)
{
	return qemu_boot(m, &mode_kvm, img);
}

/* The guest has nothing to do but to say hello. */
static int probe_boot(const char *arg, const char *vmlinux,
		      const char *initramfs, struct strbuf *why)
{
	_cleanup_(probe_release) struct probe p = { .hello = false };
	char plan[2 * REC_LINE_MAX];
	struct boot_image img = {
		.vmlinux = vmlinux,
		.initramfs = initramfs,
		.plan = plan,
		.cmdline = "",
		.mem_mib = 512,
	};
	int len, r;

	machine_init(&p.m, &machine_kvm, arg);
	len = rec_format_head(plan, sizeof(plan), "cgmark-plan");
	len += rec_format_end(plan + len, sizeof(plan) - len, 0,
			      rec_crc32(0, plan, len));
	img.plan_len = len;
	r = kvm_boot(&p.m, &img);
	if (r < 0) {
		strbuf_addf(why, "the guest could not be started: %s",
			    strerror(-r));
		return r;
	}
	probe_wait(&p);
	if (p.hello)
		return 0;
	probe_explain(&p, why);
	return -ENODEV;
}

static int kvm_probe(const char *arg, const char *vmlinux,
		     const char *initramfs, struct strbuf *why)
{
	_cleanup_free_ char *qemu = NULL;
	int r;

	r = qemu_get(&qemu, why);
	if (r == 0)
		r = kvm_usable(why);
	/* A host can have all this and still not run an ordinary kernel. */
	if (r == 0 && vmlinux && initramfs)
		r = probe_boot(arg, vmlinux, initramfs, why);
	return r;
}

static int kvm_describe(const char *arg, struct strbuf *ret)
{
	return describe(&mode_kvm, arg, ret);
}

const struct machine_ops machine_kvm = {
	.name = "kvm",
	.summary = "QEMU with KVM: time",
	.process = "QEMU",
	.takes = takes_vcpus,
	.probe = kvm_probe,
	.boot = kvm_boot,
	.diagnose = machine_read_diag,
	.destroy = machine_destroy,
	.describe = kvm_describe,
};
