/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The modprobe of the guest: the test program itself, which the kernel runs as
 * "/init -q -- ALIAS".
 */
#ifndef MODPROBE_H
#define MODPROBE_H

#define MODULES "/lib/modules"
/*
 * What shall happen instead of loading ALIAS: "nothing", "corrupt", or a
 * parameter of the module that fails, such as "how=alloc".
 */
#define MODPROBE_DOES "/tmp/modprobe"

/* 0 or -errno */
int load_module(const char *file, const char *parameters);
/* The exit status of modprobe. */
int modprobe(const char *alias);

#endif
