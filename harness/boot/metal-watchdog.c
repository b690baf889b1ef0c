/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-watchdog.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>

#include "file.h"
#include "log.h"

#define DEVICE "/dev/watchdog0"
#define CLASS "/sys/class/watchdog/watchdog0/"
#define STOP_ON_REBOOT "/sys/module/watchdog/parameters/stop_on_reboot"

/* Unless told otherwise on its command line, home turns the watchdog off. */
static int check_kexec(struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf stop = STRBUF_INIT;

	read_first_line(STOP_ON_REBOOT, &stop);
	if (strcmp(stop.buf, "0") == 0)
		return 0;
	strbuf_addstr(why, "home stops its watchdog when it leaves: boot it "
			   "with watchdog.stop_on_reboot=0");
	return -EINVAL;
}

static int check_timeout(unsigned seconds, struct strbuf *why)
{
	_cleanup_strbuf_ struct strbuf max = STRBUF_INIT;
	unsigned long s;

	read_first_line(CLASS "max_timeout", &max);
	s = strtoul(max.buf, NULL, 10);
	/* Some drivers do not say. */
	if (!s || seconds <= s)
		return 0;
	strbuf_addf(why,
		    "the watchdog takes %lu s at most, and is to fire after "
		    "%u s: install again with a shorter --deadline",
		    s, seconds);
	return -ERANGE;
}

int metal_watchdog_check(unsigned seconds, struct strbuf *name,
			 struct strbuf *why)
{
	int r = 0;

	if (access(DEVICE, F_OK) < 0) {
		strbuf_addstr(why,
			      "there is no watchdog (" DEVICE "): load its "
			      "driver, or install with --no-watchdog");
		return -ENODEV;
	}
	read_first_line(CLASS "identity", name);
	r = check_kexec(why);
	return r < 0 ? r : check_timeout(seconds, why);
}

static int set_timeout(int fd, unsigned seconds)
{
	int got = seconds;

	if (ioctl(fd, WDIOC_SETTIMEOUT, &got) < 0)
		return log_err_errno(errno, "cannot set the watchdog to %u s",
				     seconds);
	if ((unsigned)got < seconds) {
		log_err("the watchdog takes %d s in place of %u s", got,
			seconds);
		return -ERANGE;
	}
	if (ioctl(fd, WDIOC_KEEPALIVE, 0) < 0)
		return log_err_errno(errno, "cannot start the watchdog");
	return 0;
}

int metal_watchdog_arm(unsigned seconds, int *fd)
{
	int r;

	*fd = open(DEVICE, O_WRONLY | O_CLOEXEC);
	if (*fd < 0)
		return log_err_errno(errno, "cannot open " DEVICE "%s",
				     errno == EBUSY ? " (systemd has it: see "
						      "RuntimeWatchdogSec=)"
						    : "");
	r = set_timeout(*fd, seconds);
	if (r < 0)
		metal_watchdog_disarm(*fd);
	return r;
}

void metal_watchdog_disarm(int fd)
{
	/* Without this letter it would fire. */
	if (write(fd, "V", 1) != 1)
		log_warn(
			"cannot stop the watchdog: this machine will be reset");
	close(fd);
}

/* Flags (linux/watchdog.h) of a file; 0 if there is none. */
static unsigned long read_flags(const char *path)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	read_first_line(path, &text);
	return strtoul(text.buf, NULL, 0);
}

/* Not by the device: to open it is to start it, and some cannot be stopped. */
int metal_watchdog_fired(void)
{
	if (read_flags(CLASS "bootstatus") & WDIOF_CARDRESET)
		return 1;
	return read_flags(CLASS "options") & WDIOF_CARDRESET ? 0 : -1;
}
