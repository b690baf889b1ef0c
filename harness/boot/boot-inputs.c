/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-inputs.h"
#include "alloc.h"
#include "sha256.h"

void input_files_release(struct input_files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		free(files->v[i].path);
	free(files->v);
	*files = (struct input_files){ .nr = 0 };
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_unchanged(const struct input_file *f)
{
	struct stat st;

	return stat(f->path, &st) == 0 && st.st_dev == f->st.st_dev &&
	       st.st_ino == f->st.st_ino && st.st_size == f->st.st_size &&
	       same_time(&st.st_mtim, &f->st.st_mtim) &&
	       same_time(&st.st_ctim, &f->st.st_ctim);
}

const char *input_files_changed(const struct input_files *files)
{
	for (size_t i = 0; i < files->nr; i++)
		if (!is_unchanged(&files->v[i]))
			return files->v[i].path;
	return NULL;
}

static int read_hash(const char *path, struct input_file *ret)
{
	if (stat(path, &ret->st) < 0)
		return -errno;
	/* Reading a FIFO would wait for ever. */
	if (!S_ISREG(ret->st.st_mode))
		return -EINVAL;
	return sha256_file(path, ret->sha256);
}

static int find_hash(struct input_files *files, const char *path,
		     const char **ret)
{
	struct input_file f = { .path = NULL };
	int r;

	for (size_t i = 0; i < files->nr; i++) {
		if (strcmp(files->v[i].path, path) == 0) {
			*ret = files->v[i].sha256;
			return 0;
		}
	}
	r = read_hash(path, &f);
	if (r < 0)
		return r;
	f.path = xstrdup(path);
	files->v = xreallocarray(files->v, files->nr + 1, sizeof(*files->v));
	files->v[files->nr] = f;
	*ret = files->v[files->nr++].sha256;
	return 0;
}

void boot_inputs_release(struct boot_inputs *in)
{
	strbuf_release(&in->text);
}

void boot_inputs_add(struct boot_inputs *in, const char *name,
		     const char *value)
{
	strbuf_addf(&in->text, "%s %s\n", name, value);
}

void boot_inputs_add_number(struct boot_inputs *in, const char *name,
			    uint64_t value)
{
	strbuf_addf(&in->text, "%s %llu\n", name, (unsigned long long)value);
}

void boot_inputs_add_data(struct boot_inputs *in, const char *name,
			  const void *data, size_t len)
{
	char sha256[65];

	sha256_hex(data, len, sha256);
	boot_inputs_add(in, name, sha256);
}

int boot_inputs_add_file(struct boot_inputs *in, const char *name,
			 const char *path)
{
	const char *sha256;
	int r = find_hash(in->files, path, &sha256);

	if (r == 0)
		boot_inputs_add(in, name, sha256);
	return r;
}
