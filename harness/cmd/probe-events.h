/* SPDX-License-Identifier: GPL-2.0-only */
/* Which events a machine can count, found out by counting them. */
#ifndef CGMARK_PROBE_EVENTS_H
#define CGMARK_PROBE_EVENTS_H

#include "cmd.h"
#include "exit-status.h"
#include "machine.h"

/*
 * Boot KERNEL (built if need be) on a machine that was found usable, and print
 * for each event of a comma separated list whether it is counted there, or why
 * not: "MACHINE: EVENT: counted".  spec: what the lines begin with.
 */
enum exit_status probe_events_machine(const struct env *env, const char *kernel,
				      const struct machine_ops *ops,
				      const char *arg, const char *spec,
				      const char *events);
/* The same of the kernel that runs here, without a boot. */
enum exit_status probe_events_host(const struct env *env, const char *events);

#endif
