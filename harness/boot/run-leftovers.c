/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "metal-config.h"
#include "metal-journal.h"
#include "run-leftovers.h"
#include "run.h"

int run_dir_lock(const char *dir)
{
	_cleanup_close_ int fd =
		open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	/* Not every file system has locks; nobody takes it for a leftover. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -ENOENT;
	if (fstat(fd, &st) < 0)
		return -errno;
	return st.st_nlink == 0 ? -ENOENT : steal_fd(&fd);
}

/* "20261130T100624Z-707e" */
static bool is_run_id(const char *name)
{
	static const char form[] = "ddddddddTddddddZ-xxxx";
	size_t i;

	for (i = 0; form[i] && name[i]; i++) {
		unsigned char c = name[i];

		if (form[i] == 'd'   ? !isdigit(c)
		    : form[i] == 'x' ? !isxdigit(c)
				     : form[i] != name[i])
			return false;
	}
	return !form[i] && !name[i];
}

static bool has_file(const char *dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	return access(path, F_OK) == 0;
}

/* Whether fn accepts each entry. */
static bool all_entries(const char *dir,
			bool (*fn)(const char *dir, const char *name))
{
	DIR *d = opendir(dir);
	struct dirent *de;
	bool all = d;

	while (d && all && (de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			all = fn(dir, de->d_name);
	if (d)
		closedir(d);
	return all;
}

static bool is_plan(const char *dir, const char *name)
{
	return strcmp(name, "plan.tsv") == 0;
}

static bool is_boot_ahead(const char *dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	return all_entries(path, is_plan);
}

/* What a run has before it begins; anything else may be somebody's data. */
static bool is_preparation(const char *dir, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	if (strncmp(name, INITRAMFS_FILE, strlen(INITRAMFS_FILE)) == 0)
		return true;
	return strcmp(name, "boots") == 0 && all_entries(path, is_boot_ahead);
}

/* As it is, but for the status. */
static int mark_interrupted(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_(json_decrefp) json_t *json = NULL;
	const char *status = NULL;

	if (json_file_load(path, RUN_FORMAT, &json, &why) == 0)
		status = json_string_value(json_object_get(json, "status"));
	if (!status || strcmp(status, "running") != 0)
		return 0;
	json_object_del(json, "crc32"); /* comes anew */
	json_object_set_new(json, "status", json_string("interrupted"));
	log_info("%s: the run was killed or could not write its end; it is "
		 "marked as interrupted",
		 dir);
	return json_file_save(path, json);
}

/* "boot.json.XXXXXX": a killed writer had just given it this name. */
static bool is_half_named(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && end - name > 5 && strncmp(end - 5, ".json", 5) == 0 &&
	       strlen(end + 1) == 6;
}

static void remove_half_named(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *de;

	while (d && (de = readdir(d)))
		if (is_half_named(de->d_name))
			unlinkat(fd, de->d_name, 0);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

static bool tidy_boot(const char *boots, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", boots, name);

	remove_half_named(path);
	return true;
}

/* Its files are whole or not there, but for names. */
static void tidy_files(const char *dir)
{
	_cleanup_free_ char *boots = xasprintf("%s/boots", dir);

	remove_half_named(dir);
	all_entries(boots, tidy_boot);
}

static void tidy(const char *dir)
{
	_cleanup_free_ char *initramfs = xasprintf("%s/" INITRAMFS_FILE, dir);

	if (has_file(dir, "run.json")) {
		tidy_files(dir);
		if (mark_interrupted(dir) == 0)
			unlink(initramfs);
	} else if (all_entries(dir, is_preparation)) {
		log_debug("removing %s, which did not begin", dir);
		rm_rf(dir);
	}
}

static void tidy_unless_used(int runs_fd, const char *runs, const char *name)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", runs, name);
	_cleanup_close_ int fd = -1;
	struct stat st;

	/* Runs that ended have no initramfs, if they could say so. */
	if (has_file(dir, "run.json") && !has_file(dir, INITRAMFS_FILE))
		return;
	fd = openat(runs_fd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return;
	/* One that waits for this machine to come back has no process. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    !metal_journal_names(metal_dir(), dir))
		tidy(dir);
}

void run_leftovers_tidy(const char *runs)
{
	DIR *d = opendir(runs);
	struct dirent *de;

	while (d && (de = readdir(d)))
		if (is_run_id(de->d_name))
			tidy_unless_used(dirfd(d), runs, de->d_name);
	if (d)
		closedir(d);
}
