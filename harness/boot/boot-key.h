/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The name of what a boot gives on an exact machine: the hash of all that it
 * depends on.
 */
#ifndef CGMARK_BOOT_KEY_H
#define CGMARK_BOOT_KEY_H

#include "boot-inputs.h"
#include "boot-job.h"

struct boot_key {
	char *inputs;	/* the text that is hashed, one input a line */
	char group[65]; /* hash of its first lines: machine, kernel, guest */
	char hex[65];	/* hash of the whole text */
};

void boot_key_release(struct boot_key *key);

/* Makes the keys of one run. */
struct boot_keys {
	const struct machine_ops *ops;
	const char *machine_arg;
	const char *guest_sha256; /* of the image without the plan */
	struct input_files files;
	struct strbuf machine; /* lines that all keys begin with */
};

/*
 * Strings have to outlive *ks.  -EOPNOTSUPP: what the machine gives does not
 * repeat, or nothing says what it depends on; another -errno: likewise, as
 * something could not be read.  Not logged; release it in every case.
 */
int boot_keys_init(struct boot_keys *ks, const struct machine_ops *ops,
		   const char *machine_arg, const char *guest_sha256);
void boot_keys_release(struct boot_keys *ks);
/* 0 or -errno, not logged; release *ret in both cases. */
int boot_key_make(struct boot_keys *ks, const struct boot_job *job,
		  struct boot_key *ret);

#endif
