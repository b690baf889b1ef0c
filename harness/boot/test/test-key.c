/* SPDX-License-Identifier: GPL-2.0-only */
/* The key of a boot: another one for all that matters, and nothing else. */
#include <sys/stat.h>

#include "scratch.h"

#include "alloc.h"
#include "boot-key.h"
#include "qemu-inputs.h"

#define GUEST "1111111111111111111111111111111111111111111111111111111111111111"

struct place {
	char *dir;
	char *streams;
	char *vmlinux;
	struct run_boot boot;
	struct boot_job job;
};

static struct place p;

static char *file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", p.dir, name);

	write_text(path, text);
	return path;
}

static int setup(void **state)
{
	_cleanup_free_ char *kept = NULL, *samples = NULL;

	if (scratch_setup(state))
		return -1;
	p = (struct place){ .dir = *state };
	p.streams = xasprintf("%s/streams", p.dir);
	if (mkdir(p.streams, 0755) < 0)
		return -1;
	kept = file("streams/kept", "");
	samples = file("streams/samples.tsv", "some");
	p.vmlinux = file("vmlinux", "kernel");
	p.job = (struct boot_job){
		.img = {
			.vmlinux = p.vmlinux,
			.initramfs = "/nowhere",
			.plan = "the plan\n",
			.plan_len = 9,
			.cmdline = "",
			.mem_mib = 512,
			.kernel_name = "base",
			.role = "measure",
		},
		.boot = &p.boot,
	};
	return 0;
}

static int teardown(void **state)
{
	free(p.streams);
	free(p.vmlinux);
	return scratch_teardown(state);
}

static void make_key(struct boot_key *ret)
{
	struct boot_keys ks;

	assert_int_equal(boot_keys_init(&ks, &machine_fake, p.streams, GUEST),
			 0);
	assert_int_equal(boot_key_make(&ks, &p.job, ret), 0);
	assert_int_equal(strlen(ret->hex), 64);
	assert_int_equal(strlen(ret->group), 64);
	boot_keys_release(&ks);
}

/* Whether key and group are still those of *old. */
static void assert_key(const struct boot_key *old, bool same, bool same_group)
{
	struct boot_key key;

	make_key(&key);
	if ((strcmp(key.hex, old->hex) == 0) != same ||
	    (strcmp(key.group, old->group) == 0) != same_group)
		fail_msg("%s", key.inputs);
	boot_key_release(&key);
}

static void test_what_matters(void **state)
{
	_cleanup_free_ char *other = file("other", "kernel");
	_cleanup_free_ char *patched = file("patched", "kernem");
	struct boot_key key;

	make_key(&key);
	assert_key(&key, true, true);
	/* Names and paths do not matter. */
	p.job.img.vmlinux = other;
	p.job.img.kernel_name = "elsewhere";
	p.job.img.initramfs = "/somewhere";
	p.job.dir = "/run/boots/x";
	assert_key(&key, true, true);
	p.job.img.vmlinux = patched;
	assert_key(&key, false, false);
	p.job.img.vmlinux = p.vmlinux;
	p.job.img.plan = "the plam\n";
	assert_key(&key, false, true);
	p.job.img.plan = "the plan\n";
	p.job.img.initrd_pad_bytes = 4096;
	assert_key(&key, false, true);
	p.job.img.initrd_pad_bytes = 0;
	/* A repeat boot that is taken from its own original shows nothing. */
	p.boot.role = BOOT_REPEAT;
	assert_key(&key, false, true);
	p.boot.role = BOOT_MEASURE;
	assert_key(&key, true, true);
	free(file("streams/samples.tsv", "same"));
	assert_key(&key, false, true);
	boot_key_release(&key);
}

static void test_guest(void **state)
{
	static const char guest[] = "1111111111111111111111111111111111111111"
				    "111111111111111111111112";
	struct boot_key key, other;
	struct boot_keys ks;

	make_key(&key);
	assert_int_equal(boot_keys_init(&ks, &machine_fake, p.streams, guest),
			 0);
	assert_int_equal(boot_key_make(&ks, &p.job, &other), 0);
	assert_string_not_equal(key.hex, other.hex);
	assert_string_not_equal(key.group, other.group);
	boot_keys_release(&ks);
	boot_key_release(&key);
	boot_key_release(&other);
}

/* What QEMU is told, for this image. */
static char *qemu_text(unsigned vcpus)
{
	struct input_files files = { .nr = 0 };
	struct boot_inputs in = { .files = &files };

	assert_int_equal(qemu_inputs_boot(&in, &qemu_sim, &p.job.img, vcpus),
			 0);
	input_files_release(&files);
	return strbuf_steal(&in.text);
}

static void assert_qemu_differs(const char *old, unsigned vcpus)
{
	_cleanup_free_ char *text = qemu_text(vcpus);

	assert_string_not_equal(text, old);
}

static void test_qemu(void **state)
{
	_cleanup_free_ char *old = qemu_text(1), *same = NULL;

	p.job.img.vmlinux = "/elsewhere/vmlinux";
	p.job.img.profile = "/run/profile.tsv";
	same = qemu_text(1);
	assert_string_equal(same, old);
	assert_qemu_differs(old, 2);
	p.job.img.mem_mib = 516;
	assert_qemu_differs(old, 1);
	p.job.img.mem_mib = 512;
	p.job.img.cmdline = "extra=1";
	assert_qemu_differs(old, 1);
	/* It ends no line of the text. */
	p.job.img.cmdline = "a\nplan 0";
	assert_qemu_differs(old, 1);
	free(same);
	same = qemu_text(1);
	assert_null(strstr(same, "plan"));
}

static void test_no_program(void **state)
{
	struct input_files files = { .nr = 0 };
	struct boot_inputs in = { .files = &files };
	_cleanup_free_ char *script = file("qemu", "#!/bin/sh\nexec qemu\n");

	/* Its content does not tell what it runs. */
	assert_int_equal(qemu_inputs_program(&in, script, "7.2"), -EOPNOTSUPP);
	assert_int_equal(qemu_inputs_program(&in, "/nowhere", "7.2"),
			 -EOPNOTSUPP);
	/* A program, but no QEMU. */
	assert_int_equal(qemu_inputs_program(&in, "/bin/true", "7.2"),
			 -EOPNOTSUPP);
	boot_inputs_release(&in);
	input_files_release(&files);
}

/* Machines that measure time, and those that do not say what they depend on. */
static void test_not_kept(void **state)
{
	_cleanup_free_ char *kept = xasprintf("%s/kept", p.streams);
	struct machine_ops time = machine_fake;
	struct boot_keys ks;

	assert_int_equal(boot_keys_init(&ks, &machine_kvm, "", GUEST),
			 -EOPNOTSUPP);
	boot_keys_release(&ks);
	time.exact = false;
	assert_int_equal(boot_keys_init(&ks, &time, p.streams, GUEST),
			 -EOPNOTSUPP);
	boot_keys_release(&ks);
	assert_int_equal(unlink(kept), 0);
	assert_int_equal(boot_keys_init(&ks, &machine_fake, p.streams, GUEST),
			 -EOPNOTSUPP);
	boot_keys_release(&ks);
}

static void test_unreadable(void **state)
{
	_cleanup_free_ char *fifo = xasprintf("%s/fifo", p.dir);
	struct boot_keys ks;
	struct boot_key key;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(boot_keys_init(&ks, &machine_fake, p.streams, GUEST),
			 0);
	p.job.img.vmlinux = fifo;
	assert_int_equal(boot_key_make(&ks, &p.job, &key), -EINVAL);
	boot_key_release(&key);
	p.job.img.vmlinux = "/nowhere/vmlinux";
	assert_int_equal(boot_key_make(&ks, &p.job, &key), -ENOENT);
	boot_key_release(&key);
	boot_keys_release(&ks);
}

/* A kernel that is built anew while it is being measured. */
static void test_changed(void **state)
{
	struct boot_keys ks;
	struct boot_key key;

	assert_int_equal(boot_keys_init(&ks, &machine_fake, p.streams, GUEST),
			 0);
	assert_int_equal(boot_key_make(&ks, &p.job, &key), 0);
	assert_null(input_files_changed(&ks.files));
	free(file("vmlinux.new", "kernel"));
	_cleanup_free_ char *new = xasprintf("%s/vmlinux.new", p.dir);

	assert_int_equal(rename(new, p.vmlinux), 0);
	assert_string_equal(input_files_changed(&ks.files), p.vmlinux);
	boot_key_release(&key);
	boot_keys_release(&ks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_matters, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_guest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_qemu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_program, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_changed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
