/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-entry.h"

#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "file.h"
#include "holds-names.h"
#include "json.h"
#include "log.h"
#include "profile.h"
#include "sha256.h"
#include "sharing-names.h"

/* As of the channels of a boot. */
#define FILE_BYTES_MAX (256ull << 20)
#define MANIFEST_BYTES_MAX (1 << 20)

const char *boot_entry_file_name(enum boot_entry_file file)
{
	static const char *const names[NR_ENTRY_FILES] = {
		[ENTRY_CONSOLE] = "console.log", [ENTRY_STATUS] = "status.ktap",
		[ENTRY_SAMPLES] = "samples.tsv", [ENTRY_PROFILE] = PROFILE_FILE,
		[ENTRY_SHARING] = SHARING_FILE,	 [ENTRY_HOLDS] = HOLDS_FILE,
	};

	return names[file];
}

void boot_entry_release(struct boot_entry *e)
{
	free(e->key);
	free(e->group);
	free(e->inputs);
	free(e->measured);
	free(e->run);
	free(e->boot);
	free(e->command_line);
	free(e->samples_crc);
	for (int i = 0; i < NR_ENTRY_FILES; i++)
		strbuf_release(&e->files[i].bytes);
	*e = (struct boot_entry){ .key = NULL };
}

static bool same_data(const struct boot_entry_data *a,
		      const struct boot_entry_data *b)
{
	return a->there == b->there && a->bytes.len == b->bytes.len &&
	       (a->bytes.len == 0 ||
		memcmp(a->bytes.buf, b->bytes.buf, a->bytes.len) == 0);
}

bool boot_entry_same(const struct boot_entry *a, const struct boot_entry *b)
{
	return same_data(&a->files[ENTRY_SAMPLES], &b->files[ENTRY_SAMPLES]) &&
	       same_data(&a->files[ENTRY_PROFILE], &b->files[ENTRY_PROFILE]) &&
	       same_data(&a->files[ENTRY_SHARING], &b->files[ENTRY_SHARING]) &&
	       same_data(&a->files[ENTRY_HOLDS], &b->files[ENTRY_HOLDS]);
}

/* ---- from and to runs ---- */

static char *iso_now(void)
{
	time_t now = time(NULL);
	char iso[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return xstrdup(iso);
}

static int read_data(const char *path, struct boot_entry_data *ret)
{
	int r = read_file(path, &ret->bytes);

	ret->there = r == 0;
	return r == -ENOENT ? 0 : r;
}

int boot_entry_from_run(const struct run *run, const struct boot_job *job,
			const struct boot_key *key, struct boot_entry *ret)
{
	const struct run_boot *b = job->boot;
	int r = 0;

	*ret = (struct boot_entry){
		.key = xstrdup(key->hex),
		.group = xstrdup(key->group),
		.inputs = xstrdup(key->inputs),
		.measured = iso_now(),
		.run = xstrdup(run->id),
		.boot = xstrdup(b->id),
		.wall_ms = b->wall_ms,
		.cpu_ms = b->cpu_ms,
		.command_line = xstrdup(b->command_line),
		.samples_crc = xstrdup(b->samples_crc),
		.samples_bytes = b->samples_bytes,
	};
	for (int i = 0; i < NR_ENTRY_FILES && r == 0; i++) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", job->dir, boot_entry_file_name(i));

		r = read_data(path, &ret->files[i]);
	}
	return r;
}

static void replace(char **slot, const char *text)
{
	free(*slot);
	*slot = xstrdup(text);
}

static void fill_boot(const struct boot_entry *e, struct run_boot *b)
{
	b->finished = true;
	b->ok = true;
	b->blame = BLAME_NONE;
	replace(&b->reason, "");
	replace(&b->splat, "");
	replace(&b->command_line, e->command_line);
	replace(&b->samples_crc, e->samples_crc);
	replace(&b->cached, e->measured);
	b->samples_bytes = e->samples_bytes;
	b->wall_ms = e->wall_ms;
	b->cpu_ms = e->cpu_ms;
}

static int copy_file(const struct boot_entry_data *d, const char *dir,
		     const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	int r;

	if (!d->there)
		return 0;
	/* The cache has it on disk; waiting takes longer than all the rest. */
	r = write_file_in_place(path, d->bytes.buf, d->bytes.len, false);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

int boot_entry_to_run(const struct boot_entry *e, const struct run *run,
		      const struct boot_job *job)
{
	int r = 0;

	for (int i = 0; i < NR_ENTRY_FILES && r == 0; i++)
		r = copy_file(&e->files[i], job->dir, boot_entry_file_name(i));
	if (r == 0) {
		fill_boot(e, job->boot);
		r = run_save_raw(run, job->boot);
	}
	if (r == 0)
		r = run_save_boot(run, job->boot);
	if (r < 0)
		job->boot->finished = false;
	return r;
}

/* ---- the folder ---- */

static void set_text(json_t *obj, const char *key, const char *value)
{
	json_object_set_new(obj, key, json_text(value));
}

static void set_int(json_t *obj, const char *key, uint64_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

static json_t *files_to_json(const struct boot_entry *e)
{
	json_t *obj = json_object();

	for (int i = 0; i < NR_ENTRY_FILES; i++) {
		const struct boot_entry_data *d = &e->files[i];
		json_t *file = json_object();
		char sha256[65];

		sha256_hex(d->bytes.len ? d->bytes.buf : "", d->bytes.len,
			   sha256);
		set_int(file, "bytes", d->bytes.len);
		set_text(file, "sha256", sha256);
		if (d->there)
			json_object_set(obj, boot_entry_file_name(i), file);
		json_decref(file);
	}
	return obj;
}

static json_t *entry_to_json(const struct boot_entry *e)
{
	json_t *obj = json_object();

	set_int(obj, "format", BOOT_ENTRY_FORMAT);
	set_text(obj, "key", e->key);
	set_text(obj, "group", e->group);
	set_text(obj, "inputs", e->inputs);
	set_text(obj, "measured", e->measured);
	set_text(obj, "run", e->run);
	set_text(obj, "boot", e->boot);
	set_int(obj, "wall_ms", e->wall_ms);
	set_int(obj, "cpu_ms", e->cpu_ms);
	set_text(obj, "command_line", e->command_line);
	set_text(obj, "samples_crc", e->samples_crc);
	set_int(obj, "samples_bytes", e->samples_bytes);
	json_object_set_new(obj, "files", files_to_json(e));
	return obj;
}

int boot_entry_write(const struct boot_entry *e, const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/" BOOT_ENTRY_MANIFEST, dir);
	json_t *obj;
	int r = 0;

	for (int i = 0; i < NR_ENTRY_FILES && r == 0; i++) {
		const struct boot_entry_data *d = &e->files[i];
		_cleanup_free_ char *file =
			xasprintf("%s/%s", dir, boot_entry_file_name(i));

		if (d->there)
			r = write_file_in_place(file, d->bytes.buf,
						d->bytes.len, true);
	}
	if (r < 0)
		return r;
	obj = entry_to_json(e);
	r = json_file_write(path, obj);
	json_decref(obj);
	return r;
}

/* A FIFO would be waited for, and a symlink leads out of the cache. */
static int check_file(const char *dir, const char *name, uint64_t max_bytes,
		      struct strbuf *why)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	struct stat st;

	if (lstat(path, &st) < 0)
		strbuf_addf(why, "%s: %s", name,
			    errno == ENOENT ? "missing" : strerror(errno));
	else if (!S_ISREG(st.st_mode))
		strbuf_addf(why, "%s: not a file", name);
	else if ((uint64_t)st.st_size > max_bytes)
		strbuf_addf(why, "%s: too large", name);
	return why->len ? -EBADMSG : 0;
}

static void read_manifest(struct json_fields *f, const char *key,
			  struct boot_entry *ret)
{
	json_field_str(f, "key", &ret->key);
	if (!f->err && strcmp(ret->key, key) != 0)
		json_field_fault(f, "key", "of another entry");
	json_field_str(f, "group", &ret->group);
	json_field_str(f, "inputs", &ret->inputs);
	json_field_str(f, "measured", &ret->measured);
	json_field_str(f, "run", &ret->run);
	json_field_str(f, "boot", &ret->boot);
	json_field_u64(f, "wall_ms", &ret->wall_ms);
	json_field_u64(f, "cpu_ms", &ret->cpu_ms);
	json_field_str(f, "command_line", &ret->command_line);
	json_field_str(f, "samples_crc", &ret->samples_crc);
	json_field_u64(f, "samples_bytes", &ret->samples_bytes);
	json_field_object(f, "files");
}

static int check_data(const struct boot_entry_data *d, const char *name,
		      json_t *said, struct strbuf *why)
{
	struct json_fields f = {
		.verbatim = true, .obj = said, .where = name, .why = why
	};
	char want[65] = "", is[65];
	uint64_t bytes = 0;

	json_field_u64(&f, "bytes", &bytes);
	json_field_buf(&f, "sha256", want, sizeof(want));
	if (f.err)
		return f.err;
	sha256_hex(d->bytes.len ? d->bytes.buf : "", d->bytes.len, is);
	if (d->bytes.len == bytes && strcmp(is, want) == 0)
		return 0;
	strbuf_addf(why, "%s: altered", name);
	return -EBADMSG;
}

static int read_entry_file(const char *dir, const char *name, json_t *said,
			   struct boot_entry_data *ret, struct strbuf *why)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	int r = check_file(dir, name, FILE_BYTES_MAX, why);

	if (r < 0)
		return r;
	r = read_data(path, ret);
	if (r == 0 && !ret->there)
		r = -ENOENT;
	if (r < 0) {
		strbuf_addf(why, "%s: %s", name, strerror(-r));
		return r;
	}
	return check_data(ret, name, said, why);
}

static int read_files(const char *dir, json_t *files, struct boot_entry *ret,
		      struct strbuf *why)
{
	int r = 0;

	for (int i = 0; i < NR_ENTRY_FILES && r == 0; i++) {
		const char *name = boot_entry_file_name(i);
		json_t *said = json_object_get(files, name);

		if (said)
			r = read_entry_file(dir, name, said, &ret->files[i],
					    why);
	}
	return r;
}

static int load_manifest(const char *dir, json_t **ret, struct strbuf *why)
{
	_cleanup_free_ char *path = xasprintf("%s/" BOOT_ENTRY_MANIFEST, dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = check_file(dir, BOOT_ENTRY_MANIFEST, MANIFEST_BYTES_MAX, why);

	if (r < 0)
		return r;
	r = json_file_load(path, BOOT_ENTRY_FORMAT, ret, &text);
	if (r < 0)
		strbuf_addf(why, BOOT_ENTRY_MANIFEST ": %s", text.buf);
	return r;
}

int boot_entry_read(const char *dir, const char *key, struct boot_entry *ret,
		    struct strbuf *why)
{
	struct json_fields f = { .verbatim = true, .where = "", .why = why };
	int r;

	*ret = (struct boot_entry){ .key = NULL };
	r = load_manifest(dir, &f.obj, why);
	if (r == 0) {
		read_manifest(&f, key, ret);
		r = f.err;
	}
	if (r == 0)
		r = read_files(dir, json_object_get(f.obj, "files"), ret, why);
	json_decref(f.obj);
	return r < 0 ? -EBADMSG : 0;
}
