/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "alloc.h"
#include "elf-file.h"
#include "exit-status.h"
#include "kernel-image.h"
#include "log.h"
#include "sha256.h"

bool kernel_image_is_compressed(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char magic[4];

	return fd >= 0 && pread(fd, magic, 4, 0x202) == 4 &&
	       memcmp(magic, "HdrS", 4) == 0;
}

static enum exit_status check_elf(const char *name, const char *path,
				  const void *map, size_t size)
{
	enum elf_what what = elf_file_what(map, size);

	if (what == ELF_WHAT_NONE) {
		log_err("kernel %s: %s is no ELF file; an image is a vmlinux "
			"or a bzImage",
			name, path);
		return ST_USAGE;
	}
	if (what != ELF_WHAT_X86_64) {
		log_err("kernel %s: %s is no 64-bit x86 ELF file", name, path);
		return ST_USAGE;
	}
	if (!elf_file_is_whole(map, size)) {
		log_err("kernel %s: %s is truncated or damaged: its headers "
			"name more than the %zu bytes that it has",
			name, path, size);
		return ST_SUBJECT;
	}
	return ST_OK;
}

/* The release in the banner "Linux version ..." of the image, or "unknown". */
static char *find_release(const void *map, size_t size)
{
	static const char banner[] = "Linux version ";
	const char *end = (const char *)map + size, *at = map;

	for (;;) {
		size_t len = 0;

		at = memmem(at, end - at, banner, sizeof(banner) - 1);
		if (!at)
			return xstrdup("unknown");
		at += sizeof(banner) - 1;
		while (at + len < end && len < 64 && at[len] > ' ' &&
		       at[len] <= '~' && at[len] != '%')
			len++;
		if (len > 0 && at + len < end && at[len] == ' ')
			return xstrndup(at, len);
	}
}

static void fill_image(const struct kernel_spec *spec, const char *sha256,
		       char *release, struct run_kernel *k)
{
	k->name = xstrdup(spec->name);
	k->spec = kernel_spec_text(spec);
	k->key = xstrdup(sha256);
	k->vmlinux_sha256 = xstrdup(sha256);
	k->source_version = xstrdup("");
	k->release = release;
	k->patches = xstrdup("");
	k->series = xstrdup("");
	k->series_sha256 = xstrdup("");
	k->series_total = xstrdup("");
	k->config_sha256 = xstrdup("");
	k->toolchain = xstrdup("");
	k->cmdline = xstrdup(spec->cmdline);
	k->image = xstrdup(spec->source + strlen("image:"));
	k->board = xstrdup("");
	k->modules = xstrdup("");
}

enum exit_status kernel_image(const struct kernel_spec *spec,
			      struct run_kernel *ret)
{
	const char *path = spec->source + strlen("image:");
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char sha256[65], *release = NULL;
	struct stat st;
	void *map;
	enum exit_status r;

	if (fd < 0 || fstat(fd, &st) < 0) {
		return exit_status_unreadable(-log_err_errno(
			errno, "kernel %s: cannot read %s", spec->name, path));
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		log_err("kernel %s: %s is %s", spec->name, path,
			S_ISREG(st.st_mode) ? "empty" : "no file");
		return ST_USAGE;
	}
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		log_err_errno(errno, "kernel %s: cannot read %s", spec->name,
			      path);
		return ST_HOST;
	}
	r = check_elf(spec->name, path, map, st.st_size);
	if (r == ST_OK) {
		sha256_hex(map, st.st_size, sha256);
		release = find_release(map, st.st_size);
	}
	munmap(map, st.st_size);
	if (r == ST_OK)
		fill_image(spec, sha256, release, ret);
	return r;
}
