/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "alloc.h"
#include "kvm-probe.h"
#include "log.h"
#include "monotonic.h"
#include "record.h"

#define PROBE_DEADLINE_MS 5000

int kvm_usable(struct strbuf *why)
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

static void probe_explain(struct probe *p, struct strbuf *why)
{
	const char *console = strbuf_last_line(&p->console);
	const char *diag = strbuf_last_line(&p->diag);
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

int kvm_probe_boot(const struct machine_ops *kvm, const char *arg,
		   const struct run_kernel *kernel, const char *initramfs,
		   struct strbuf *why)
{
	_cleanup_(probe_release) struct probe p = { .hello = false };
	char plan[2 * REC_LINE_MAX];
	struct boot_image img = {
		.initramfs = initramfs,
		.plan = plan,
		.mem_mib = 512,
	};
	int len, r;

	boot_image_set_kernel(&img, kernel);
	machine_init(&p.m, kvm, arg);
	len = rec_format_head(plan, sizeof(plan), "cgmark-plan");
	len += rec_format_end(plan + len, sizeof(plan) - len, 0,
			      rec_crc32(0, plan, len));
	img.plan_len = len;
	r = kvm->boot(&p.m, &img);
	if (p.m.command.len)
		log_debug("probe: %s", p.m.command.buf);
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
