/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether this host can run a guest under KVM: /dev/kvm alone does not tell. */
#ifndef CGMARK_KVM_PROBE_H
#define CGMARK_KVM_PROBE_H

#include "machine.h"

/* /dev/kvm is there and speaks our version.  -errno with the reason in why. */
int kvm_usable(struct strbuf *why);

/*
 * Boots the kernel on the machine `kvm` with an empty plan, and waits some seconds
 * for the guest to say hello.  -errno with the reason in why.
 */
int kvm_probe_boot(const struct machine_ops *kvm, const char *arg,
		   const struct run_kernel *kernel, const char *initramfs,
		   struct strbuf *why);

#endif
