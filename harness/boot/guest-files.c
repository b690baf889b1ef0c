/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest-files.h"
#include "alloc.h"
#include "elf-file.h"
#include "exit-status.h"
#include "file.h"
#include "find-program.h"
#include "log.h"
#include "process.h"

#define LIST_TIMEOUT_MS 30000
#define LIST_MAX_BYTES (256 * 1024)

void guest_files_release(struct guest_files *files)
{
	for (size_t i = 0; i < files->nr; i++) {
		free(files->v[i].path);
		free(files->v[i].guest);
	}
	free(files->v);
	files->v = NULL;
	files->nr = 0;
}

/* Sorted, so that the archive does not depend on the order of calls. */
static void add_file(struct guest_files *files, const char *path,
		     const char *guest)
{
	size_t at = 0;

	while (at < files->nr && strcmp(files->v[at].guest, guest) < 0)
		at++;
	if (at < files->nr && strcmp(files->v[at].guest, guest) == 0)
		return;
	files->v = xreallocarray(files->v, files->nr + 1, sizeof(*files->v));
	memmove(&files->v[at + 1], &files->v[at],
		(files->nr - at) * sizeof(*files->v));
	files->nr++;
	files->v[at].path = xstrdup(path);
	files->v[at].guest = xstrdup(guest);
}

static void add_library(const char *path, void *arg)
{
	add_file(arg, path, path + strspn(path, "/"));
}

/*
 *	linux-vdso.so.1 (0x00007ffd)
 *	libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1a)
 *	/lib64/ld-linux-x86-64.so.2 (0x00007f1b)
 *	libgone.so.1 => not found
 */
static int parse_line(char *line, void (*fn)(const char *path, void *arg),
		      void *arg, char **missing)
{
	char *path = line + strspn(line, " \t");
	char *arrow = strstr(path, " => ");

	if (arrow) {
		*arrow = '\0';
		if (strncmp(arrow + 4, "not found", 9) == 0) {
			*missing = xstrdup(path);
			return -ENOENT;
		}
		path = arrow + 4;
	}
	path[strcspn(path, " \t")] = '\0';
	if (*path == '/')
		fn(path, arg);
	return 0;
}

int guest_files_parse_list(char *text, void (*fn)(const char *path, void *arg),
			   void *arg, char **missing)
{
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&text, "\n")))
		r = parse_line(line, fn, arg, missing);
	return r;
}

static enum exit_status add_libraries(struct guest_files *files, char *loader,
				      char *program)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *missing = NULL;
	char option[] = "--list";
	char *argv[] = { loader, option, program, NULL };
	int r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = &out,
		.max_bytes = LIST_MAX_BYTES,
		.timeout_ms = LIST_TIMEOUT_MS,
	});

	if (r < 0)
		log_err_errno(-r, "cannot run %s --list %s", loader, program);
	else if (r > 0)
		log_err("%s --list %s ended with status %d", loader, program,
			r);
	if (r != 0)
		return ST_HOST;
	add_library(loader, files);
	if (out.len &&
	    guest_files_parse_list(out.buf, add_library, files, &missing) < 0) {
		log_err("%s needs the library %s, which is not on this host",
			program, missing);
		return ST_HOST;
	}
	return ST_OK;
}

enum exit_status guest_files_add(struct guest_files *files, const char *name,
				 const char *who)
{
	_cleanup_free_ char *path = find_program(name);
	_cleanup_free_ char *guest = xasprintf("bin/%s", name);
	_cleanup_free_ char *loader = NULL;
	_cleanup_strbuf_ struct strbuf elf = STRBUF_INIT;
	int r;

	if (!path) {
		log_err("%s needs the program %s: install it, or leave the "
			"benchmark out by --suite or --bench",
			who, name);
		return ST_HOST;
	}
	r = read_file(path, &elf);
	if (r < 0) {
		log_err_errno(-r, "cannot read %s", path);
		return ST_HOST;
	}
	if (elf_file_loader(elf.buf, elf.len, &loader) < 0) {
		log_err("%s is not a 64-bit ELF program and cannot run in the "
			"guest",
			path);
		return ST_HOST;
	}
	add_file(files, path, guest);
	return loader ? add_libraries(files, loader, path) : ST_OK;
}
