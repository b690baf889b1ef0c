/* SPDX-License-Identifier: GPL-2.0-only */
#include "shell-image.h"
#include "tap.h"
#include <fcntl.h>

#include "alloc.h"
#include "cpio.h"
#include "find-program.h"
#include "guest-files.h"
#include "host-folder.h"
#include "initramfs.h"
#include "log.h"
#include "process.h"

#define LIST_TIMEOUT_MS 30000
#define LIST_MAX_BYTES (256 * 1024)

#define MIB (1024 * 1024ULL)
/* It stands in memory twice while the guest unpacks it. */
#define FOLDER_ASKED_MIB 512
#define FOLDER_MIB 64

/* As the benchmarks of workloads/ use them. */
static const char *const tools[] = { "stress-ng", "hyperfine", "perf" };

/* Names of busybox, a line each, into *ret. */
static enum exit_status list_applets(struct strbuf *ret)
{
	_cleanup_free_ char *path = find_program("busybox");
	char option[] = "--list";
	char *argv[] = { path, option, NULL };
	int r;

	if (!path) {
		log_err("a guest to work in needs busybox: install the package "
			"busybox-static");
		return ST_HOST;
	}
	r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = ret,
		.max_bytes = LIST_MAX_BYTES,
		.timeout_ms = LIST_TIMEOUT_MS,
	});
	if (r == 0 && ret->len)
		return ST_OK;
	log_err("%s --list does not list its names; the package busybox-static "
		"has one that does",
		path);
	return ST_HOST;
}

static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; (at = strstr(at, name)); at += len)
		if ((at == list || at[-1] == '\n') &&
		    (at[len] == '\n' || !at[len]))
			return true;
	return false;
}

static bool is_file(const struct guest_files *files, const char *guest)
{
	for (size_t i = 0; i < files->nr; i++)
		if (strcmp(files->v[i].guest, guest) == 0)
			return true;
	return false;
}

static void add_applets(struct cpio *c, char *list,
			const struct guest_files *files)
{
	char *name;

	while ((name = strsep(&list, "\n"))) {
		_cleanup_free_ char *guest = xasprintf("bin/%s", name);

		if (*name && !is_file(files, guest))
			cpio_link(c, guest, "busybox");
	}
}

/* Tools that are not there are not missed until somebody calls them. */
static enum exit_status add_tools(struct guest_files *files)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < ARRAY_SIZE(tools) && r == ST_OK; i++) {
		_cleanup_free_ char *path = find_program(tools[i]);

		if (path)
			r = guest_files_add(files, tools[i], "the guest");
		else
			log_debug("no %s on this host, none in the guest",
				  tools[i]);
	}
	return r;
}

static enum exit_status add_asked(struct guest_files *files,
				  const struct shell_image *img)
{
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < img->nr_programs && r == ST_OK; i++) {
		const char *name = img->programs[i];
		_cleanup_free_ char *path = find_program(name);

		if (strchr(name, '/') || !path) {
			log_err("program '%s' is not in $PATH of this host; "
				"--program takes names of programs that are",
				name);
			return ST_USAGE;
		}
		r = guest_files_add(files, name, "--program");
	}
	return r;
}

/* "strace ls": what the host has and the guest would not. */
static enum exit_status add_command(struct guest_files *files,
				    const struct shell_image *img,
				    const char *applets)
{
	const char *name = img->command;
	_cleanup_free_ char *path = NULL;

	if (!name || !*name || strchr(name, '/') ||
	    strncmp(name, "bench-", 6) == 0 || is_listed(applets, name))
		return ST_OK;
	path = find_program(name);
	return path ? guest_files_add(files, name, "the command") : ST_OK;
}

static enum exit_status find_files(struct guest_files *files,
				   const struct shell_image *img,
				   const char *applets)
{
	enum exit_status r = guest_files_add(files, "busybox", "the guest");

	if (r == ST_OK)
		r = add_tools(files);
	if (r == ST_OK)
		r = add_asked(files, img);
	return r == ST_OK ? add_command(files, img, applets) : r;
}

static enum exit_status add_folder(struct cpio *c,
				   const struct shell_image *img)
{
	unsigned max_mib = img->folder_asked ? FOLDER_ASKED_MIB : FOLDER_MIB;
	int r;

	cpio_dir(c, &SHELL_IMAGE_FOLDER[1], 0755);
	if (!img->folder)
		return ST_OK;
	r = host_folder_add(c, img->folder, &SHELL_IMAGE_FOLDER[1],
			    max_mib * MIB);
	if (r == 0)
		return ST_OK;
	if (r != -EFBIG) {
		log_err_errno(-r, "cannot read the folder %s", img->folder);
		return img->folder_asked ? ST_USAGE : ST_HOST;
	}
	log_msg(img->folder_asked ? LOG_ERROR : LOG_WARNING,
		"%s is too large for the guest, which gets a copy in memory: "
		"more than %u MiB or %u files%s",
		img->folder, max_mib, HOST_FOLDER_FILES_MAX,
		img->folder_asked ? "; name a smaller one"
				  : "; " SHELL_IMAGE_FOLDER
				    " is empty (-C DIR takes another folder)");
	return img->folder_asked ? ST_USAGE : ST_OK;
}

/* Scripts name their interpreters by these. */
static void add_places(struct cpio *c)
{
	cpio_dir(c, "root", 0700);
	cpio_dir(c, "usr", 0755);
	cpio_link(c, "sbin", "bin");
	cpio_link(c, "usr/bin", "../bin");
	cpio_link(c, "usr/sbin", "../bin");
}

/* Not to last: no time is spent on getting it to a disk. */
static enum exit_status write_image(const char *path, const struct strbuf *sb)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : write_all(fd, sb->buf, sb->len);

	if (r < 0)
		log_err_errno(-r, "cannot write %s", path);
	return r < 0 ? ST_HOST : ST_OK;
}

enum exit_status shell_image_build(const struct shell_image *img,
				   const char *path, uint64_t *size)
{
	_cleanup_(guest_files_release) struct guest_files files = { NULL, 0 };
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	_cleanup_strbuf_ struct strbuf applets = STRBUF_INIT;
	enum exit_status st = list_applets(&applets);

	if (st == ST_OK)
		st = find_files(&files, img, applets.buf);
	if (st != ST_OK)
		return st;
	if (initramfs_add(&c, img->bench_dir, "guest-shell", &files) < 0)
		return ST_HOST;
	add_applets(&c, applets.buf, &files);
	add_places(&c);
	st = add_folder(&c, img);
	if (st != ST_OK)
		return st;
	cpio_end(&c);
	*size = c.out.len;
	return write_image(path, &c.out);
}
