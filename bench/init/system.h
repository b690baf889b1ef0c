/* SPDX-License-Identifier: GPL-2.0-only */
/* What every PID 1 does for the system around it. */
#ifndef CGMARK_SYSTEM_H
#define CGMARK_SYSTEM_H

#define SYSTEM_V2 "/sys/fs/cgroup"

/* Where system_bail_out() writes; -1: to the kernel log. */
extern int system_status_fd;

/* To be done before the machine ends, if system_bail_out() ends it; or NULL. */
extern void (*system_before_end)(void);

/* Ends the machine.  Without ACPI there is no power-off, only a reset. */
void system_end(void) __attribute__((noreturn));
/* The same, after "Bail out!" with the reason. */
void system_bail_out(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

void system_mount(const char *type, const char *path);
/* /dev, /proc, /sys, /run, /tmp and the control groups. */
void system_mount_all(void);
/* The defaults depend on the size of memory, which would perturb results. */
void system_set_limits(void);
/* Those of /modules, which the ports may need. */
void system_load_modules(void);
/* Opens the port cgmark.status into system_status_fd and says hello. */
void system_open_status(void);
/* The same with a descriptor that is open. */
void system_take_status(int fd);

#endif
