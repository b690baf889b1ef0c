/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines sim and kvm: QEMU's microvm with the ELF vmlinux (PVH entry), or its
 * pc for kernels that find no devices on microvm.
 *
 * microvm has no ACPI to power off with, so the guest ends with a reset, which
 * -no-reboot turns into exit status 0.  A triple fault looks the same; only the
 * end marker in the status stream tells the two apart (boot-ending.c).
 */
#include "alloc.h"
#include "file.h"
#include "find-program.h"
#include "guest-cpu.h"
#include "initramfs.h"
#include "kvm-probe.h"
#include "log.h"
#include "machine.h"
#include "objects.h"
#include "process.h"
#include "qemu-args.h"
#include "qemu-inputs.h"
#include "symbols.h"
#include "text.h"
#include "tmpdir.h"

#define QEMU_PROGRAM "qemu-system-x86_64"
#define QEMU_PACKAGE "qemu-system-x86"
#define VERSION_TIMEOUT_MS 30000

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
	r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = &out,
		.max_bytes = 64 * 1024,
		.timeout_ms = VERSION_TIMEOUT_MS,
	});
	if (r < 0 || !out.buf || strncmp(out.buf, head, strlen(head)) ||
	    sscanf(out.buf + strlen(head), "%u.%u", &major, &minor) != 2) {
		strbuf_addf(why, "%s --version does not look like QEMU", path);
		return r < 0 ? r : -ENOEXEC;
	}
	out.buf[strcspn(out.buf, "\n")] = '\0';
	strbuf_addstr(version, out.buf + strlen(head));
	/* 7.2 is the oldest version whose counts are known to repeat. */
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

/* As one would type it in a shell. */
static void record_command(struct strbuf *out, const struct qemu_args *a)
{
	_cleanup_free_ char *text =
		or_abort(shell_quote((const char *const *)a->v, a->nr));

	strbuf_addstr(out, text);
}

/* --- a boot --- */

static char *symbols_path(const struct machine *m)
{
	return xasprintf("%s/symbols", m->tmpdir);
}

static char *objects_path(const struct machine *m)
{
	return xasprintf("%s/objects", m->tmpdir);
}

static int write_list(char *path, const char *vmlinux,
		      int (*format)(const char *vmlinux, struct strbuf *ret))
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *owned = path;
	int r = format(vmlinux, &sb);

	if (r < 0)
		return r;
	r = write_file_atomic(owned, sb.buf ? sb.buf : "", sb.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", owned) : 0;
}

/* For the plugin. */
static int write_symbols(const struct machine *m, const struct boot_image *img)
{
	int r = write_list(symbols_path(m), img->vmlinux, symbols_format);

	if (r == 0 && boot_image_shows_memory(img))
		r = write_list(objects_path(m), img->vmlinux, objects_format);
	return r;
}

/* Channels and ports; that for diagnosis is stdout and stderr. */
static size_t list_kept(int keep[CH_DIAG + GUEST_PORTS_MAX], const int *fds,
			const struct boot_image *img)
{
	size_t nr = 0;

	for (int i = 0; i < CH_DIAG; i++)
		keep[nr++] = fds[i];
	for (size_t i = 0; i < img->nr_ports; i++)
		keep[nr++] = img->ports[i].fd;
	return nr;
}

/*
 * Each guest of sim gets a CPU of its own.
 *
 * QEMU's main thread skips the guest's idle time and sleeps otherwise.  When it
 * wakes late, it may find the guest halted, but its last instructions not yet
 * counted.  It then skips too far, and the counts of this boot differ from
 * those of others.  Pinned to the CPU of the vCPU thread, and with precedence
 * over it, it is never late.  Without the privilege for that, the repeat boots
 * reveal the difference.
 */
static int start_qemu(struct machine *m, const struct qemu_mode *mode,
		      const struct boot_image *img, const char *qemu,
		      const char *initrd)
{
	_cleanup_(qemu_args_release) struct qemu_args a = { .nr = 0 };
	int fds[NR_CH];
	int r;

	r = machine_open_channels(m, fds);
	if (r < 0)
		return r;
	qemu_args_build(&a, mode, img, qemu, initrd, fds,
			machine_vcpus(m->arg));
	if (img->tcg_plugin) {
		_cleanup_free_ char *symbols = symbols_path(m);
		_cleanup_free_ char *objects = objects_path(m);

		qemu_args_add_plugin(&a, img, symbols, objects,
				     machine_vcpus(m->arg));
	}
	record_command(&m->command, &a);

	/* stdout and stderr already are the channel for diagnosis. */
	int keep[CH_DIAG + GUEST_PORTS_MAX];
	struct process p = { PROCESS_INIT, .argv = a.v, .keep = keep };

	p.nr_keep = list_kept(keep, fds, img);

	cpu_set_t cpus;
	int cpu = mode == &qemu_sim ? guest_cpu_get(GUEST_CPU_NAME, &cpus) : -1;

	p.out_fd = p.err_fd = fds[CH_DIAG];
	if (cpu >= 0)
		p.cpus = &cpus;
	r = process_start(&p, &m->pid, &m->pidfd);
	if (r == 0 && cpu >= 0)
		guest_cpu_set_owner(cpu, m->pid);
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
		return tmpdir_full(r);
	return start_qemu(m, mode, img, qemu, initrd);
}

static int describe(const struct qemu_mode *mode, const char *arg,
		    const char *boards, struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT, version = STRBUF_INIT;
	_cleanup_free_ char *qemu = qemu_find(&why);
	int r = qemu ? qemu_version(qemu, &version, &why) : -ENOENT;

	if (r < 0) {
		log_err("%s", why.buf);
		return r;
	}
	strbuf_addf(ret, "QEMU %s, %s, %s, -cpu %s, %u vCPU%s", version.buf,
		    boards, mode->text, mode->cpu, machine_vcpus(arg),
		    machine_vcpus(arg) == 1 ? "" : "s");
	return 0;
}

static bool takes_vcpus(const char *arg)
{
	return machine_vcpus(arg) > 0;
}

static const struct known_end known_ends[] = {
	/* Its exit status is then 0. */
	{ "terminating on signal", BLAME_HOST, "was told to end" },
	{ "Error loading uncompressed kernel", BLAME_SUBJECT,
	  "cannot boot this vmlinux" },
	{ "Error while loading elf kernel", BLAME_SUBJECT,
	  "cannot boot this vmlinux" },
	{ "could not load kernel", BLAME_SUBJECT, "cannot boot this vmlinux" },
	{ NULL },
};

/* --- sim --- */

static int sim_probe(const char *arg, const struct run_kernel *kernel,
		     const char *initramfs, struct strbuf *why)
{
	_cleanup_free_ char *qemu = NULL;

	return qemu_get(&qemu, why);
}

static int sim_boot(struct machine *m, const struct boot_image *img)
{
	return qemu_boot(m, img->real_clock ? &qemu_real : &qemu_sim, img);
}

static int sim_describe(const char *arg, const char *boards, struct strbuf *ret)
{
	return describe(&qemu_sim, arg, boards, ret);
}

static int sim_identify(const char *arg, struct boot_inputs *ret)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT, version = STRBUF_INIT;
	_cleanup_free_ char *qemu = qemu_find(&why);
	int r = qemu ? qemu_version(qemu, &version, &why) : -ENOENT;

	return r < 0 ? r : qemu_inputs_program(ret, qemu, version.buf);
}

static int sim_inputs(const char *arg, const struct boot_image *img,
		      struct boot_inputs *ret)
{
	return qemu_inputs_boot(ret, &qemu_sim, img, machine_vcpus(arg));
}

const struct machine_ops machine_sim = {
	.name = "sim",
	.usage = "sim",
	.summary = "QEMU counts instructions: exact, says nothing of time",
	.process = "QEMU",
	.takes = takes_vcpus,
	.probe = sim_probe,
	.boot = sim_boot,
	.diagnose = machine_read_diag,
	.destroy = machine_destroy,
	.describe = sim_describe,
	.identify = sim_identify,
	.inputs = sim_inputs,
	.known_ends = known_ends,
	.exact = true,
	.pmu = "nhm",
};

/* --- kvm --- */

static int kvm_boot(struct machine *m, const struct boot_image *img)
{
	return qemu_boot(m, &qemu_kvm, img);
}

static int kvm_probe(const char *arg, const struct run_kernel *kernel,
		     const char *initramfs, struct strbuf *why)
{
	_cleanup_free_ char *qemu = NULL;
	int r;

	r = qemu_get(&qemu, why);
	if (r == 0)
		r = kvm_usable(why);
	/* A host may have all this and still fail to run an ordinary kernel. */
	if (r == 0 && kernel && initramfs)
		r = kvm_probe_boot(&machine_kvm, arg, kernel, initramfs, why);
	return r;
}

static int kvm_describe(const char *arg, const char *boards, struct strbuf *ret)
{
	return describe(&qemu_kvm, arg, boards, ret);
}

const struct machine_ops machine_kvm = {
	.name = "kvm",
	.usage = "kvm",
	.summary = "QEMU with KVM: time",
	.process = "QEMU",
	.takes = takes_vcpus,
	.probe = kvm_probe,
	.boot = kvm_boot,
	.diagnose = machine_read_diag,
	.destroy = machine_destroy,
	.describe = kvm_describe,
	.known_ends = known_ends,
	.probe_boots = true,
};
