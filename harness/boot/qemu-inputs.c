/* SPDX-License-Identifier: GPL-2.0-only */
#include <elf.h>
#include <fcntl.h>

#include "alloc.h"
#include "objects.h"
#include "process.h"
#include "qemu-inputs.h"
#include "symbols.h"
#include "text.h"

/* What microvm starts when it has no ACPI; the others are those of pc. */
static const char *const firmware[] = { "qboot.rom", "bios-256k.bin", "pvh.bin",
					"linuxboot_dma.bin" };
#define LIST_TIMEOUT_MS 30000
#define LIST_MAX_BYTES (64 * 1024)

static bool is_elf(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[SELFMAG];

	return fd >= 0 && read(fd, magic, SELFMAG) == SELFMAG &&
	       memcmp(magic, ELFMAG, SELFMAG) == 0;
}

/* In the first folder of those that QEMU searches; NULL: nowhere. */
static char *find_firmware(const char *dirs, const char *name)
{
	_cleanup_free_ char *copy = xstrdup(dirs);
	char *rest = copy, *dir;

	while ((dir = strsep(&rest, "\n"))) {
		char *path = xasprintf("%s/%s", dir, name);

		if (*dir && access(path, R_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static int add_firmware(struct boot_inputs *ret, const char *qemu)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *program = xstrdup(qemu);
	char option[] = "-L", help[] = "help";
	char *argv[] = { program, option, help, NULL };
	int r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = &out,
		.max_bytes = LIST_MAX_BYTES,
		.timeout_ms = LIST_TIMEOUT_MS,
	});

	if (r != 0)
		return r < 0 ? r : -EOPNOTSUPP;
	for (size_t i = 0; i < ARRAY_SIZE(firmware) && r == 0; i++) {
		_cleanup_free_ char *path =
			out.len ? find_firmware(out.buf, firmware[i]) : NULL;

		if (path)
			r = boot_inputs_add_file(ret, "firmware", path);
		else if (i == 0)
			r = -EOPNOTSUPP;
	}
	return r;
}

int qemu_inputs_program(struct boot_inputs *ret, const char *qemu,
			const char *version)
{
	int r;

	if (!is_elf(qemu))
		return -EOPNOTSUPP;
	boot_inputs_add(ret, "version", version);
	r = boot_inputs_add_file(ret, "program", qemu);
	return r < 0 ? r : add_firmware(ret, qemu);
}

static void add_arguments(struct boot_inputs *ret, const struct qemu_mode *mode,
			  const struct boot_image *img, unsigned vcpus)
{
	_cleanup_(qemu_args_release) struct qemu_args a = { .nr = 0 };
	_cleanup_free_ char *text = NULL;
	struct boot_image neutral = *img;
	static const int fds[NR_CH];

	neutral.vmlinux = "VMLINUX";
	neutral.profile = "PROFILE";
	neutral.tcg_plugin = "PLUGIN";
	qemu_args_build(&a, mode, &neutral, "QEMU", "INITRD", fds, vcpus);
	if (img->tcg_plugin)
		qemu_args_add_plugin(&a, &neutral, "SYMBOLS", "OBJECTS", vcpus);
	text = or_abort(shell_quote((const char *const *)a.v, a.nr));
	/* A kernel's command line may have anything in it. */
	boot_inputs_add_data(ret, "arguments", text, strlen(text));
}

static int add_plugin(struct boot_inputs *ret, const struct boot_image *img)
{
	_cleanup_strbuf_ struct strbuf symbols = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf objects = STRBUF_INIT;
	int r = boot_inputs_add_file(ret, "plugin", img->tcg_plugin);

	if (r == 0)
		r = symbols_format(img->vmlinux, &symbols);
	if (r == 0)
		boot_inputs_add_data(ret, "symbols", symbols.buf, symbols.len);
	if (r == 0 && boot_image_shows_memory(img))
		r = objects_format(img->vmlinux, &objects);
	if (r == 0 && boot_image_shows_memory(img))
		boot_inputs_add_data(ret, "objects", objects.buf, objects.len);
	return r;
}

int qemu_inputs_boot(struct boot_inputs *ret, const struct qemu_mode *mode,
		     const struct boot_image *img, unsigned vcpus)
{
	int r = 0;

	add_arguments(ret, mode, img, vcpus);
	if (img->modules && *img->modules)
		r = boot_inputs_add_file(ret, "modules", img->modules);
	return r == 0 && img->tcg_plugin ? add_plugin(ret, img) : r;
}
