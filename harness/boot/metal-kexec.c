/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-kexec.h"

#include <fcntl.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>

#include "alloc.h"
#include "file.h"
#include "kernel-words.h"
#include "log.h"

/* "none [integrity] confidentiality" */
static bool is_locked_down(void)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	return read_file("/sys/kernel/security/lockdown", &text) == 0 &&
	       text.buf && !strstr(text.buf, "[none]");
}

int metal_kexec_check(struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf off = STRBUF_INIT;

	if (geteuid() != 0) {
		strbuf_addstr(why, "it starts other kernels, which takes root: "
				   "run cgmark as root");
		return -EPERM;
	}
	if (access("/sys/kernel/kexec_loaded", F_OK) < 0) {
		strbuf_addstr(why, "this kernel was built without kexec "
				   "(CONFIG_KEXEC_FILE): boot one that has it");
		return -ENOSYS;
	}
	if (read_file("/proc/sys/kernel/kexec_load_disabled", &off) == 0 &&
	    off.buf && *off.buf == '1') {
		strbuf_addstr(why, "kernel.kexec_load_disabled is set: boot "
				   "again without it");
		return -EPERM;
	}
	if (is_locked_down()) {
		strbuf_addstr(why, "the kernel is locked down, as with secure "
				   "boot, and starts no kernel without a "
				   "signature: turn that off in the firmware");
		return -EPERM;
	}
	return 0;
}

char *metal_bzimage(const char *vmlinux)
{
	const char *slash = strrchr(vmlinux, '/');

	return xasprintf("%.*sbzImage", slash ? (int)(slash + 1 - vmlinux) : 0,
			 vmlinux);
}

int metal_kexec_load(const char *bzimage, const char *initrd,
		     const char *cmdline)
{
	_cleanup_close_ int kernel_fd = open(bzimage, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);

	if (kernel_fd < 0)
		return log_err_errno(
			errno,
			"cannot read %s: kernels for machine metal are built "
			"with config=base:cgroup:net:metal",
			bzimage);
	if (initrd_fd < 0)
		return log_err_errno(errno, "cannot read %s", initrd);
	if (strlen(cmdline) >= METAL_CMDLINE_MAX) {
		log_err("the kernel's command line has more than %d bytes: %s",
			METAL_CMDLINE_MAX - 1, cmdline);
		return -E2BIG;
	}
	if (syscall(SYS_kexec_file_load, kernel_fd, initrd_fd,
		    strlen(cmdline) + 1, cmdline, 0UL) < 0)
		return log_err_errno(errno, "cannot load %s by kexec", bzimage);
	return 0;
}

void metal_kexec_unload(void)
{
	syscall(SYS_kexec_file_load, -1, -1, 0UL, NULL, KEXEC_FILE_UNLOAD);
}

static void sysrq(const char *letter)
{
	_cleanup_close_ int fd =
		open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, letter, 1) != 1)
		log_warn("sysrq %s: %s", letter, strerror(errno));
}

/* Journals would be replayed otherwise; but nothing is lost, so do not insist. */
static void wait_for_read_only(const char *dir)
{
	const struct timespec pause_ts = { .tv_nsec = 50000000L };
	struct statvfs st;

	for (int i = 0; i < 200; i++) {
		if (statvfs(dir, &st) < 0 || (st.f_flag & ST_RDONLY))
			return;
		nanosleep(&pause_ts, NULL);
	}
}

void metal_kexec_go(const char *dir)
{
	sync();
	sysrq("u");
	wait_for_read_only(dir);
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
}

void metal_reset(void)
{
	for (;;) {
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			LINUX_REBOOT_CMD_RESTART, NULL);
		sysrq("b");
		sleep(1);
	}
}

/* --- the command line --- */

/*
 * Resets are for real hardware: after a panic ten seconds later, so that it can be
 * read.  The drivers of watchdogs would take home's from it.
 */
#define NETS                                                        \
	"panic=10 oops=panic softlockup_panic=1 hung_task_panic=1 " \
	"initcall_blacklist=esb_driver_init,iTCO_wdt_driver_init "  \
	"norandmaps nokaslr"

/* Words of home that say what the machine is like. */
static bool is_of_machine(const char *word)
{
	static const char *const heads[] = { "console=", "earlyprintk=",
					     "acpi_rsdp=", "memmap=", "mem=" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (strncmp(word, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

static void add_home_words(const char *p, struct strbuf *ret)
{
	while (*(p += strspn(p, " \n"))) {
		size_t len = strcspn(p, " \n");

		if (is_of_machine(p)) {
			strbuf_addstr(ret, " ");
			strbuf_add(ret, p, len);
		}
		p += len;
	}
}

void metal_cmdline(const struct metal_words *w, struct strbuf *ret)
{
	/* PID 1 takes those that come first. */
	strbuf_addf(ret,
		    "cgmark.scratch=%s cgmark.nonce=%s cgmark.deadline=%u " NETS
			    KERNEL_SHOW_WARNINGS,
		    w->scratch, w->nonce, w->deadline_s);
	add_home_words(w->home, ret);
	strbuf_addstr(ret, w->memory);
	if (w->cpus_possible)
		strbuf_addf(ret, " possible_cpus=%u", w->cpus_possible);
	if (*w->own)
		strbuf_addf(ret, " %s%s", w->own,
			    kernel_words_hide_warnings(w->own)
				    ? KERNEL_SHOW_WARNINGS
				    : "");
}
