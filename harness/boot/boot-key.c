/* SPDX-License-Identifier: GPL-2.0-only */
/*
 *	cgmark-boot 1
 *	machine sim
 *	... what the machine says of itself
 *	vmlinux SHA256
 *	guest SHA256
 *	... end of the group
 *	plan SHA256
 *	initrd-pad BYTES
 *	... what the machine says of this boot
 *	again yes		(repeat boots)
 */
#include "boot-key.h"
#include "alloc.h"
#include "initramfs.h"
#include "sha256.h"

/* Another layout of this text, or other files of an entry: other keys. */
#define KEY_HEAD "cgmark-boot 1\n"

void boot_key_release(struct boot_key *key)
{
	free(key->inputs);
	key->inputs = NULL;
}

int boot_keys_init(struct boot_keys *ks, const struct machine_ops *ops,
		   const char *machine_arg, const char *guest_sha256)
{
	struct boot_inputs in = { .files = &ks->files };
	int r;

	*ks = (struct boot_keys){
		.ops = ops,
		.machine_arg = machine_arg,
		.guest_sha256 = guest_sha256,
	};
	if (!ops->exact || !ops->identify || !ops->inputs)
		return -EOPNOTSUPP;
	strbuf_addstr(&in.text, KEY_HEAD);
	boot_inputs_add(&in, "machine", ops->name);
	r = ops->identify(machine_arg, &in);
	ks->machine = in.text;
	return r;
}

void boot_keys_release(struct boot_keys *ks)
{
	input_files_release(&ks->files);
	strbuf_release(&ks->machine);
}

static int add_group(struct boot_keys *ks, const struct boot_image *img,
		     struct boot_inputs *in)
{
	int r;

	strbuf_add(&in->text, ks->machine.buf, ks->machine.len);
	r = boot_inputs_add_file(in, "vmlinux", img->vmlinux);
	if (r == 0)
		boot_inputs_add(in, "guest", ks->guest_sha256);
	return r;
}

static int add_boot(struct boot_keys *ks, const struct boot_job *job,
		    struct boot_inputs *in)
{
	_cleanup_strbuf_ struct strbuf plan = STRBUF_INIT;
	int r;

	initramfs_plan(&job->img, &plan);
	boot_inputs_add_data(in, "plan", plan.buf, plan.len);
	boot_inputs_add_number(in, "initrd-pad", job->img.initrd_pad_bytes);
	r = ks->ops->inputs(ks->machine_arg, &job->img, in);
	/* Its own boot, or it would show nothing of the one that it repeats. */
	if (r == 0 && job->boot->role == BOOT_REPEAT)
		boot_inputs_add(in, "again", "yes");
	return r;
}

int boot_key_make(struct boot_keys *ks, const struct boot_job *job,
		  struct boot_key *ret)
{
	struct boot_inputs in = { .files = &ks->files };
	int r;

	*ret = (struct boot_key){ .inputs = NULL };
	r = add_group(ks, &job->img, &in);
	if (r == 0) {
		sha256_hex(in.text.buf, in.text.len, ret->group);
		r = add_boot(ks, job, &in);
	}
	if (r == 0) {
		sha256_hex(in.text.buf, in.text.len, ret->hex);
		ret->inputs = strbuf_steal(&in.text);
	}
	boot_inputs_release(&in);
	return r;
}
