/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-copy.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "run-files.h"

struct copy {
	char *from; /* directories of the boot */
	char *to;
	int fd; /* of from */
	json_t *json;
};

static void copy_release(struct copy *c)
{
	free(c->from);
	free(c->to);
	cleanup_close(&c->fd);
	json_decref(c->json);
}

/* Logs what is wrong with a file of the source. */
static int refuse(const struct copy *c, const char *file, const char *why)
{
	log_err("%s/%s: %s; the boot is left out", c->from, file, why);
	return -EBADMSG;
}

static const char *cause(int err)
{
	return err == ELOOP || err == ENOTDIR ? "a symbolic link in place of it"
					      : strerror(err);
}

/* RUN/boots/ID, and neither of the two elsewhere by a link. */
static int open_source(struct copy *c, const struct run *from,
		       const struct run_boot *boot)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	_cleanup_free_ char *boots = xasprintf("%s/boots", from->dir);
	_cleanup_close_ int fd = open(boots, flags);

	c->fd = fd < 0 ? -1 : openat(fd, boot->id, flags);
	return c->fd < 0 ? refuse(c, ".", cause(errno)) : 0;
}

/*
 * A file of the source; *path is that of the file itself, whatever has its name by
 * now.  The caller closes what is returned.
 */
static int open_file(const struct copy *c, const char *file, char **path)
{
	int fd = openat(c->fd, file,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return refuse(c, file, cause(errno));
	*path = xasprintf("/proc/self/fd/%d", fd);
	return fd;
}

static int read_source(const struct copy *c, const char *file,
		       struct strbuf *ret)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = open_file(c, file, &path);
	int r;

	if (fd < 0)
		return fd;
	r = read_regular(path, RUN_FILE_BYTES_MAX, ret);
	return r < 0 ? refuse(c, file, read_error(-r)) : 0;
}

static int check_sum(const struct copy *c, const char *file, json_t *said,
		     const struct strbuf *text)
{
	const char *crc = json_string_value(json_object_get(said, "crc32"));
	json_int_t bytes = json_integer_value(json_object_get(said, "bytes"));
	char is[9];

	snprintf(is, sizeof(is), "%08lx",
		 (unsigned long)rec_crc32(0, text->buf, text->len));
	if (crc && !strcmp(crc, is) && bytes == (json_int_t)text->len)
		return 0;
	return refuse(c, file, "not what boot.json says that it was");
}

static int not_written(const struct copy *c, const char *file, int err)
{
	return log_err_errno(-err, "cannot write '%s/%s'", c->to, file);
}

/* -EBADMSG: the source is to blame. */
static int copy_file(const struct copy *c, const char *file, json_t *said)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *path = xasprintf("%s/%s", c->to, file);
	int r;

	if (!is_file_name(file) || !strcmp(file, "boot.json"))
		return refuse(c, "boot.json", "names a file that none can be");
	r = read_source(c, file, &text);
	if (r == 0)
		r = check_sum(c, file, said, &text);
	if (r < 0)
		return r;
	r = write_file_in_place(path, text.buf, text.len, true);
	return r < 0 ? not_written(c, file, r) : 0;
}

static int load_json(struct copy *c)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = open_file(c, "boot.json", &path);

	if (fd < 0)
		return fd;
	if (json_file_load(path, RUN_FORMAT, &c->json, &why) < 0)
		return refuse(c, "boot.json", why.buf);
	return 0;
}

static int copy_files(const struct copy *c)
{
	json_t *files = json_object_get(c->json, "files"), *said;
	const char *file;
	int r = 0;

	json_object_foreach(files, file, said)
	{
		r = copy_file(c, file, said);
		if (r < 0)
			break;
	}
	return r;
}

/* It makes the boot one of that run, so it comes last. */
static int write_json(const struct copy *c, const struct run *to)
{
	_cleanup_free_ char *path = xasprintf("%s/boot.json", c->to);

	json_object_set_new(c->json, "run", json_text(to->id));
	json_object_del(c->json, "crc32"); /* comes anew */
	return json_file_save(path, c->json);
}

static int make_target(const struct copy *c)
{
	int r = rm_rf(c->to);

	if (r == 0)
		r = mkdir_p(c->to, 0777);
	return r < 0 ? not_written(c, "", r) : 0;
}

static int carry_out(struct copy *c, const struct run *from,
		     const struct run_boot *boot, const struct run *to)
{
	int r = open_source(c, from, boot);

	if (r == 0)
		r = load_json(c);
	if (r == 0)
		r = make_target(c);
	if (r == 0)
		r = copy_files(c);
	return r == 0 ? write_json(c, to) : r;
}

int boot_copy(const struct run *from, const struct run_boot *boot,
	      const struct run *to)
{
	_cleanup_(copy_release) struct copy c = {
		.from = xasprintf("%s/boots/%s", from->dir, boot->id),
		.to = xasprintf("%s/boots/%s", to->dir, boot->id),
		.fd = -1,
	};
	int r = carry_out(&c, from, boot, to);

	if (r == 0)
		return 1;
	if (r != -EBADMSG)
		return r;
	/* A part of it would look as if it were still going on. */
	rm_rf(c.to);
	return 0;
}
