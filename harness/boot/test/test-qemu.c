/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cgmark asks of QEMU and makes of its answers, with a script in QEMU's
 * place: the command line, the channels, the initramfs, clean-up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "machine.h"

struct fixture {
	char *dir;
	char *tmp; /* TMPDIR while a test runs */
	char *qemu;
	char *vmlinux;
	char *initramfs;
	char *old_tmpdir;
	struct machine m;
	struct boot_image img;
};

static char *write_text(const struct fixture *f, const char *name,
			const char *text)
{
	char *path = xasprintf("%s/%s", f->dir, name);

	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
	return path;
}

/* The script's answer to --version, and what it does to boot. */
static void install(struct fixture *f, const char *version, const char *boot)
{
	_cleanup_free_ char *text = NULL;

	text = xasprintf("#!/bin/sh\n"
			 "if [ \"$1\" = --version ]; then\n"
			 "\techo '%s'\n"
			 "\texit\n"
			 "fi\n"
			 "for a; do\n"
			 "\tcase $a in\n"
			 "\tfile,id=console,path=*) console=${a##*path=} ;;\n"
			 "\tfile,id=status,path=*) status=${a##*path=} ;;\n"
			 "\tfile,id=samples,path=*) samples=${a##*path=} ;;\n"
			 "\tesac\n"
			 "\t[ \"$last\" != -initrd ] || initrd=$a\n"
			 "\tlast=$a\n"
			 "done\n"
			 "%s",
			 version, boot);
	free(f->qemu);
	f->qemu = write_text(f, "qemu", text);
	assert_int_equal(chmod(f->qemu, 0755), 0);
	setenv("CGMARK_QEMU", f->qemu, 1);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	f->dir = xasprintf("%s/cgmark-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	f->tmp = xasprintf("%s/tmp", f->dir);
	assert_int_equal(mkdir(f->tmp, 0755), 0);
	f->old_tmpdir = tmp ? xstrdup(tmp) : NULL;
	setenv("TMPDIR", f->tmp, 1);
	f->vmlinux = write_text(f, "vmlinux", "kernel");
	f->initramfs = write_text(f, "initramfs", "programs");
	f->img = (struct boot_image){
		.vmlinux = f->vmlinux,
		.initramfs = f->initramfs,
		.plan = "the plan\n",
		.plan_len = 9,
		.cmdline = "extra=1",
		.mem_mib = 516,
		.initrd_pad_bytes = 4096,
	};
	machine_init(&f->m, &machine_sim, "");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int r;

	f->m.ops->destroy(&f->m);
	/* No machine leaves anything behind. */
	r = rmdir(f->tmp);
	if (f->old_tmpdir)
		setenv("TMPDIR", f->old_tmpdir, 1);
	else
		unsetenv("TMPDIR");
	unsetenv("CGMARK_QEMU");
	if (rm_rf(f->dir) < 0)
		r = -1;
	free(f->old_tmpdir);
	free(f->dir);
	free(f->tmp);
	free(f->qemu);
	free(f->vmlinux);
	free(f->initramfs);
	free(f);
	return r;
}

static void read_all(int fd, struct strbuf *out)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[4096];
	ssize_t n = 1;

	while (n) {
		assert_int_equal(poll(&pfd, 1, -1), 1);
		n = read(fd, buf, sizeof(buf));
		assert_true(n >= 0);
		strbuf_add(out, buf, n);
	}
}

static void assert_says(int fd, const char *want)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	read_all(fd, &sb);
	assert_string_equal(sb.buf, want);
}

#define GOOD_VERSION "QEMU emulator version 7.2.22 (Debian 1:7.2)"

static void test_probe(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT, what = STRBUF_INIT;

	install(f, GOOD_VERSION, "exit 9");
	assert_int_equal(machine_sim.probe("", NULL, NULL, &why), 0);
	assert_int_equal(machine_sim.describe("", "microvm", &what), 0);
	assert_string_equal(what.buf,
			    "QEMU 7.2.22 (Debian 1:7.2), microvm, "
			    "TCG icount shift=0, -cpu Nehalem-v1, 1 vCPU");

	install(f, "QEMU emulator version 10.0.2", "");
	assert_int_equal(machine_sim.probe("", NULL, NULL, &why), 0);
}

static void test_bad_qemu(void **state)
{
	static const char *const versions[] = {
		"QEMU emulator version 7.1.90",
		"QEMU emulator version 5.2.0",
		"something else 8.0",
		"",
	};
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		install(f, versions[i], "");
		strbuf_reset(&why);
		assert_int_equal(machine_sim.probe("", NULL, NULL, &why),
				 -ENOEXEC);
		assert_non_null(
			strstr(why.buf, i < 2 ? "7.2 or newer"
					      : "does not look like QEMU"));
	}
	setenv("CGMARK_QEMU", "/nonexistent/qemu", 1);
	strbuf_reset(&why);
	assert_int_equal(machine_sim.probe("", NULL, NULL, &why), -ENOENT);
	assert_non_null(strstr(why.buf, "/nonexistent/qemu not found"));
	assert_non_null(strstr(why.buf, "qemu-system-x86"));
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), -ENOENT);
}

/* Each channel arrives where it belongs; nothing else is inherited. */
static void test_channels(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf diag = STRBUF_INIT;
	int status, leak = open(f->vmlinux, O_RDONLY);

	assert_true(leak >= 0);
	install(f, GOOD_VERSION,
		"echo c >$console; echo s >$status; echo v >$samples\n"
		"ls -l /proc/$$/fd | grep -c vmlinux >$status\n"
		"cat; echo oops >&2; exit 3");
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	assert_says(f->m.console_fd, "c\n");
	assert_says(f->m.status_fd, "s\n0\n");
	assert_says(f->m.samples_fd, "v\n");
	assert_int_equal(machine_reap(&f->m, &status, NULL), 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_int_equal(f->m.ops->diagnose(&f->m, &diag), 0);
	assert_string_equal(diag.buf, "oops\n");
	close(leak);
}

static void test_command(void **state)
{
	static const char *const words[] = {
		"-no-user-config",
		"-nodefaults",
		"-no-reboot",
		"-m 516M",
		"-icount shift=0,sleep=off",
		"-accel tcg",
		"clock=vm",
		"-cpu Nehalem-v1",
		"-smp 1",
		"tsc=reliable",
		"norandmaps",
		" extra=1'",
		"name=cgmark.status",
		"name=cgmark.samples",
	};
	struct fixture *f = *state;

	install(f, GOOD_VERSION, "for a; do echo \"$a\"; done >$console");
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strstr(f->m.command.buf, words[i]))
			fail_msg("no %s in: %s", words[i], f->m.command.buf);
	assert_null(strstr(f->m.command.buf, " quiet"));

	/* What is recorded is what was run, word by word. */
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	char *save, *word;

	read_all(f->m.console_fd, &got);
	for (word = strtok_r(got.buf, "\n", &save); word;
	     word = strtok_r(NULL, "\n", &save))
		if (!strstr(f->m.command.buf, word))
			fail_msg("not recorded: %s", word);
}

/* A WARN is a splat, whatever the user's words hide. */
static void test_quiet(void **state)
{
	struct fixture *f = *state;

	install(f, GOOD_VERSION, "exit 0");
	f->img.cmdline = "quiet x";
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	assert_non_null(strstr(f->m.command.buf, " quiet x loglevel=5'"));
	f->m.ops->destroy(&f->m);

	machine_init(&f->m, &machine_sim, "");
	f->img.cmdline = "loglevel=8";
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	assert_non_null(strstr(f->m.command.buf, " loglevel=8'"));
}

static void test_vcpus(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf what = STRBUF_INIT;

	install(f, GOOD_VERSION, "exit 0");
	f->m.ops->destroy(&f->m);
	machine_init(&f->m, &machine_sim, "2");
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	assert_non_null(strstr(f->m.command.buf, " -smp 2 "));
	assert_int_equal(machine_sim.describe("2", "microvm", &what), 0);
	assert_non_null(strstr(what.buf, ", 2 vCPUs"));
}

static void boot_with(struct fixture *f, const char *vcpus, unsigned possible)
{
	f->m.ops->destroy(&f->m);
	machine_init(&f->m, &machine_sim, vcpus);
	f->img.cpus_possible = possible;
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
}

/* Room for more CPUs than run. */
static void test_possible_cpus(void **state)
{
	struct fixture *f = *state;

	install(f, GOOD_VERSION, "exit 0");
	boot_with(f, "", 64);
	assert_non_null(strstr(f->m.command.buf, " -smp 64 "));
	assert_non_null(strstr(f->m.command.buf, " maxcpus=1"));
	boot_with(f, "2", 16);
	assert_non_null(strstr(f->m.command.buf, " -smp 16 "));
	assert_non_null(strstr(f->m.command.buf, " maxcpus=2"));
	/* Those that run are there in any case. */
	boot_with(f, "4", 2);
	assert_non_null(strstr(f->m.command.buf, " -smp 4 "));
	assert_null(strstr(f->m.command.buf, "maxcpus"));
	boot_with(f, "", 0);
	assert_non_null(strstr(f->m.command.buf, " -smp 1 "));
	assert_null(strstr(f->m.command.buf, "maxcpus"));
}

/* A socket for each port; without a count the clock is the host's. */
static void test_ports(void **state)
{
	struct fixture *f = *state;
	struct guest_port port = { .name = "in" };
	char byte;
	int fds[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	port.fd = fds[1];
	f->img.ports = &port;
	f->img.nr_ports = 1;
	f->img.real_clock = true;
	install(f, GOOD_VERSION,
		"for a; do case $a in socket,id=in,fd=*)"
		" eval \"echo x >&${a##*=}\";; esac; done");
	/* Shells redirect to one digit. */
	port.fd = fcntl(fds[1], F_DUPFD_CLOEXEC, 3);
	assert_in_range(port.fd, 3, 9);
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_non_null(strstr(f->m.command.buf,
			       "virtserialport,chardev=in,name=cgmark.in"));
	assert_null(strstr(f->m.command.buf, "icount"));
	assert_null(strstr(f->m.command.buf, "clock=vm"));
	close(port.fd);
	close(fds[0]);
	close(fds[1]);
}

static void test_initrd(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	install(f, GOOD_VERSION, "cat $initrd >$samples");
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	read_all(f->m.samples_fd, &got);
	assert_memory_equal(got.buf, "programs", 8);
	assert_non_null(memmem(got.buf, got.len, "the plan\n", 9));
	assert_int_equal(got.len % 512, 0);
	assert_true(got.len > f->img.initrd_pad_bytes + 512);
}

/* A kernel of a distribution: its board, its modules, and no random place. */
static void test_pc(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT, what = STRBUF_INIT;
	_cleanup_free_ char *modules = write_text(f, "m.cpio", "the modules");
	char pc[] = "pc", none[] = "";
	struct run_kernel ks[] = {
		{ .image = f->vmlinux, .board = pc, .modules = modules },
		{ .image = f->vmlinux, .board = none, .modules = none },
	};

	boot_image_set_kernel(&f->img, &ks[0]);
	install(f, GOOD_VERSION, "cat $initrd >$samples");
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), 0);
	read_all(f->m.samples_fd, &got);
	assert_memory_equal(got.buf, "programs", 8);
	assert_true(memmem(got.buf, got.len, "the plan\n", 9) <
		    memmem(got.buf, got.len, "the modules", 11));
	assert_int_equal(got.len % 512, 0);
	assert_non_null(strstr(f->m.command.buf, " -machine pc,"));
	assert_non_null(strstr(f->m.command.buf, " virtio-serial-pci "));
	assert_non_null(strstr(f->m.command.buf, " nokaslr"));

	assert_string_equal(boot_boards(ks, 1), "pc");
	assert_string_equal(boot_boards(ks, 2), "microvm and pc");
	assert_string_equal(boot_boards(ks + 1, 1), "microvm");
	assert_int_equal(machine_sim.describe("", "pc", &what), 0);
	assert_non_null(strstr(what.buf, ", pc, TCG icount"));
}

static void test_missing_modules(void **state)
{
	struct fixture *f = *state;

	install(f, GOOD_VERSION, "");
	f->img.modules = "/nonexistent/modules.cpio";
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), -ENOENT);
	assert_int_equal(f->m.pid, -1);
}

static void test_missing_kernel(void **state)
{
	struct fixture *f = *state;

	install(f, GOOD_VERSION, "");
	f->img.vmlinux = "/nonexistent/vmlinux";
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), -ENOENT);
	assert_int_equal(f->m.pid, -1);
}

static void test_not_executable(void **state)
{
	struct fixture *f = *state;

	install(f, GOOD_VERSION, "");
	free(f->qemu);
	f->qemu = write_text(f, "qemu", "neither script nor program");
	assert_int_equal(chmod(f->qemu, 0755), 0);
	assert_int_equal(f->m.ops->boot(&f->m, &f->img), -ENOEXEC);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* KVM proves itself: a QEMU that starts and dies, or says nothing, does not. */
static void test_kvm_probe(void **state)
{
	struct fixture *f = *state;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_close_ int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	const struct run_kernel k = { .image = f->vmlinux };

	install(f, GOOD_VERSION, "echo cannot set MSR >&2; exit 1");
	if (kvm < 0) {
		assert_true(machine_kvm.probe("", &k, f->initramfs, &why) < 0);
		assert_non_null(strstr(why.buf, "/dev/kvm"));
		return;
	}
	assert_int_equal(machine_kvm.probe("", &k, f->initramfs, &why),
			 -ENODEV);
	assert_string_equal(why.buf,
			    "QEMU ended with status 1 before the "
			    "guest said anything; stderr: cannot set MSR");

	install(f, GOOD_VERSION, "echo 'it begins' >$console; exec sleep 1000");
	strbuf_reset(&why);
	assert_int_equal(machine_kvm.probe("", &k, f->initramfs, &why),
			 -ENODEV);
	assert_non_null(strstr(why.buf, "said nothing within 5 s"));
	assert_non_null(strstr(why.buf, "last console line: it begins"));

	install(f, GOOD_VERSION, "echo KTAP >$status; exec sleep 1000");
	assert_int_equal(machine_kvm.probe("", &k, f->initramfs, &why), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_probe),		 T(test_bad_qemu),
		T(test_channels),	 T(test_command),
		T(test_quiet),		 T(test_vcpus),
		T(test_quiet),		 T(test_possible_cpus),
		T(test_ports),		 T(test_initrd),
		T(test_missing_kernel),	 T(test_not_executable),
		T(test_kvm_probe),	 T(test_pc),
		T(test_missing_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
