/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads one boot's directory and checks its files against boot.json. */
#include "alloc.h"
#include "boot-load.h"
#include "boot-settle.h"
#include "file.h"
#include "log.h"
#include "packed.h"
#include "sharing.h"
#include "status.h"

static const char *blame_name(unsigned i)
{
	return blame_str(i);
}

/* A file of another run is intact and its checksums match: only this tells. */
static void check_name(const struct boot_load *l, struct json_fields *f,
		       const char *key, const char *want)
{
	_cleanup_free_ char *is = NULL;

	/* Old runs lack this field; new ones must have it. */
	if (!l->run->boots_named && !json_object_get(f->obj, key))
		return;
	json_field_str(f, key, &is);
	if (f->err || !strcmp(is, want))
		return;
	json_field_fault(f, key, "the boot is of '%.80s', not of '%s'",
			 is_file_name(is) ? is : "?", want);
}

/* Not in every boot. */
static void read_optional(struct json_fields *f, const char *key, char **ret)
{
	if (json_object_get(f->obj, key))
		json_field_str(f, key, ret);
}

static int read_fields(struct boot_load *l, json_t *json, struct strbuf *why)
{
	struct json_fields f = { .obj = json, .where = "", .why = why };
	struct run_boot *b = l->boot;
	_cleanup_free_ char *id = NULL;
	unsigned blame = 0;

	json_field_str(&f, "id", &id);
	if (!f.err && strcmp(id, b->id))
		json_field_fault(&f, "id", "of another boot");
	check_name(l, &f, "run", l->run->id);
	check_name(l, &f, "kernel_key", l->run->kernels[b->kernel].key);
	json_field_bool(&f, "ok", &b->ok);
	json_field_enum(&f, "blame", blame_name, NR_BLAMES, &blame);
	json_field_str(&f, "reason", &b->reason);
	json_field_u64(&f, "wall_ms", &b->wall_ms);
	json_field_u64(&f, "cpu_ms", &b->cpu_ms);
	json_field_str(&f, "splat", &b->splat);
	json_field_str(&f, "samples_crc", &b->samples_crc);
	json_field_u64(&f, "samples_bytes", &b->samples_bytes);
	/* Not in old runs. */
	read_optional(&f, "command_line", &b->command_line);
	read_optional(&f, "cached", &b->cached);
	read_optional(&f, "confirms", &b->confirms);
	read_optional(&f, "contradicts", &b->contradicts);
	json_field_object(&f, "files");
	b->blame = blame;
	return f.err;
}

static void clear(char **text)
{
	free(*text);
	*text = NULL;
}

/* An altered boot.json says nothing about its boot. */
static void forget_fields(struct run_boot *b)
{
	clear(&b->cached);
	clear(&b->confirms);
	clear(&b->contradicts);
	b->ok = false;
	b->blame = BLAME_NONE;
	b->wall_ms = b->cpu_ms = b->samples_bytes = 0;
	b->splat[0] = b->command_line[0] = b->samples_crc[0] = '\0';
	free(b->reason);
	b->reason = xstrdup("boot.json is damaged");
}

static void load_boot_json(struct boot_load *l)
{
	struct run_boot *b = l->boot;
	_cleanup_free_ char *path = run_boot_path(l->run, b, "boot.json");
	_cleanup_(json_decrefp) json_t *json = NULL;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r;

	r = json_file_load(path, RUN_FORMAT, &json, &why);
	/* In a complete run every boot has ended. */
	if (r == -ENOENT && strcmp(l->run->status, "complete"))
		return;
	if (r == 0)
		r = read_fields(l, json, &why);
	if (r == 0) {
		b->finished = true;
		l->json = steal_ptr(json);
		return;
	}
	boot_fault(l, "boot.json", "%s", why.buf);
	forget_fields(b);
	b->damaged = true;
}

/* What boot.json records of a file; false if nothing. */
static bool recorded_sum(struct boot_load *l, const char *file,
			 struct file_sum *ret)
{
	json_t *obj = json_object_get(json_object_get(l->json, "files"), file);
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct json_fields f = { .obj = obj, .where = "files", .why = &why };

	if (!obj)
		return false;
	json_field_u64(&f, "bytes", &ret->bytes);
	json_field_buf(&f, "crc32", ret->crc, sizeof(ret->crc));
	if (!f.err)
		return true;
	boot_fault(l, "boot.json", "%s", why.buf);
	l->boot->damaged = true;
	return false;
}

/* *why explains the first difference. */
static bool same_sum(const struct file_sum *said, const struct file_sum *is,
		     struct strbuf *why)
{
	if (is->bytes == said->bytes && !strcmp(is->crc, said->crc))
		return true;
	if (why->len)
		return false;
	if (is->bytes < said->bytes)
		strbuf_addf(why, "truncated: %llu of %llu bytes are there",
			    (unsigned long long)is->bytes,
			    (unsigned long long)said->bytes);
	else
		strbuf_addf(
			why,
			"altered: %llu bytes with sum %s, boot.json says %llu with %s",
			(unsigned long long)is->bytes, is->crc,
			(unsigned long long)said->bytes, said->crc);
	return false;
}

/*
 * Compares a file with what boot.json records of it.  Returns 0, -ENOENT if the
 * file is missing, or -EBADMSG; *why explains.
 */
static int check_file(struct boot_load *l, const char *file, struct strbuf *why)
{
	_cleanup_free_ char *path = run_boot_path(l->run, l->boot, file);
	struct file_sum said = { 0 }, is = { 0 };
	int r;

	if (!recorded_sum(l, file, &said))
		return 0;
	r = file_sum(path, &is);
	if (r < 0) {
		strbuf_addstr(why, r == -ENOENT ? "missing" : read_error(-r));
		return r;
	}
	return same_sum(&said, &is, why) ? 0 : -EBADMSG;
}

/* The console, the plan and whatever a newer cgmark keeps beside them. */
static void check_other_files(struct boot_load *l)
{
	const char *file;
	json_t *v;

	json_object_foreach(json_object_get(l->json, "files"), file, v)
	{
		_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
		_cleanup_free_ char *path = NULL;

		if (!strcmp(file, "status.ktap") ||
		    !strcmp(file, "samples.tsv") || !is_file_name(file))
			continue;
		path = run_boot_path(l->run, l->boot, file);
		if (packed_is_gone(path))
			continue;
		if (check_file(l, file, &why) < 0)
			boot_fault(l, file, "%s", why.buf);
	}
}

/* Reads a stream.  Returns 0 or -errno, explained in *why. */
static int read_stream(struct boot_load *l, const char *file,
		       struct strbuf *ret, struct strbuf *why)
{
	_cleanup_free_ char *path = run_boot_path(l->run, l->boot, file);
	int r = packed_read(path, RUN_FILE_BYTES_MAX, ret);

	if (r < 0)
		strbuf_addstr(why, r == -ENOENT ? "missing" : read_error(-r));
	return r;
}

static void text_sum(const struct strbuf *text, struct file_sum *ret)
{
	ret->bytes = text->len;
	snprintf(ret->crc, sizeof(ret->crc), "%08lx",
		 (unsigned long)rec_crc32(0, text->buf, text->len));
}

/* A boot that does not have all points says nothing of the others. */
static void refuse_unplanned(struct boot_load *l, size_t point,
			     enum point_status st)
{
	_cleanup_free_ char *name = NULL;

	if (st == POINT_MISSING)
		return;
	name = status_point_name(&l->run->points[point].plan);
	boot_fault(l, "status.ktap", "%s is not in the plan of the boot", name);
	l->boot->damaged = true;
}

static void take_status(struct boot_load *l, struct status *st)
{
	struct run_boot *b = l->boot;

	for (size_t i = 0; i < l->run->nr_points; i++) {
		if (!boot_plans(b, i)) {
			refuse_unplanned(l, i, st->status[i]);
			continue;
		}
		b->status[i] = st->status[i];
		free(b->status_text[i]);
		b->status_text[i] = steal_ptr(st->text[i]);
	}
}

static void log_status_faults(struct boot_load *l, const struct status *st)
{
	_cleanup_free_ char *path =
		run_boot_path(l->run, l->boot, "status.ktap");

	for (size_t i = 0; i < st->nr_faults && i < STATUS_FAULTS_MAX; i++)
		log_warn("%s: %s", path, st->faults[i]);
	if (st->nr_faults > STATUS_FAULTS_MAX)
		log_warn("%s: %zu more such lines", path,
			 st->nr_faults - STATUS_FAULTS_MAX);
}

static void all_points(struct boot_load *l, enum point_status from,
		       enum point_status to, const char *text)
{
	struct run_boot *b = l->boot;

	for (size_t i = 0; i < l->run->nr_points; i++) {
		if (b->status[i] == from)
			boot_set_status(b, i, to, text);
	}
}

static void status_damage(struct boot_load *l, const char *why)
{
	_cleanup_free_ char *text = xasprintf("status.ktap: %s", why);

	boot_fault(l, "status.ktap", "%s", why);
	l->boot->damaged = true;
	all_points(l, POINT_MISSING, POINT_MISSING, text);
}

static void load_status(struct boot_load *l)
{
	_cleanup_(status_release) struct status st = { 0 };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	int r;

	r = check_file(l, "status.ktap", &why);
	if (r == 0)
		r = read_stream(l, "status.ktap", &text, &why);
	/* A boot that failed early may have none. */
	if (r == -ENOENT && !why.len)
		strbuf_addstr(&why, "missing");
	if (r == -ENOENT && !l->boot->ok &&
	    !json_object_get(json_object_get(l->json, "files"), "status.ktap"))
		return;
	if (r < 0) {
		status_damage(l, why.buf);
		return;
	}
	status_parse(text.buf, text.len, l->run->points, l->run->nr_points,
		     &st);
	log_status_faults(l, &st);
	l->boot->facts = st.facts;
	free(l->boot->unset);
	l->boot->unset = steal_ptr(st.unset);
	take_status(l, &st);
	if (l->boot->ok && !st.ended) {
		boot_fault(l, "status.ktap",
			   "truncated: the end line is missing");
		l->boot->damaged = true;
	}
}

static unsigned find_planned(struct boot_load *l, const struct point_id *id)
{
	size_t point = point_find(&l->find, id);

	if (point != NO_POINT)
		return (unsigned)point;
	if (!*l->unplanned.bench)
		l->unplanned = *id;
	return UNPLANNED;
}

static int on_sample(const struct sample *s, void *arg)
{
	struct boot_load *l = arg;
	struct run_sample *to;

	if (l->nr_samples == l->alloc_samples) {
		l->alloc_samples = l->alloc_samples * 2 + 256;
		l->samples = xreallocarray(l->samples, l->alloc_samples,
					   sizeof(*l->samples));
	}
	to = &l->samples[l->nr_samples++];
	to->point = find_planned(l, &s->id);
	strcpy(to->metric, s->metric);
	to->rep = s->rep;
	to->value = s->value;
	to->nr_ops = s->nr_ops;
	if (l->nr_samples > 1 && run_sample_cmp(to - 1, to) > 0)
		l->unsorted = true;
	return 0;
}

static int on_lack(const struct lack *lack, void *arg)
{
	struct boot_load *l = arg;

	l->lacks = xreallocarray(l->lacks, l->nr_lacks + 1, sizeof(*l->lacks));
	l->lacks[l->nr_lacks++] = (struct lack_entry){
		.point = point_find(&l->find, &lack->id),
		.l = *lack,
	};
	return 0;
}

static void samples_damage(struct boot_load *l, const char *why)
{
	_cleanup_free_ char *text = xasprintf("samples.tsv: %s", why);

	boot_fault(l, "samples.tsv", "%s", why);
	l->boot->damaged = true;
	l->nr_samples = 0;
	l->nr_lacks = 0;
	all_points(l, POINT_DONE, POINT_ERROR, text);
}

/* Compares with what the supervisor received, before it was on any disk. */
static bool same_as_received(const struct run_boot *b,
			     const struct file_sum *is, struct strbuf *why)
{
	struct file_sum said = { .bytes = b->samples_bytes };

	snprintf(said.crc, sizeof(said.crc), "%s", b->samples_crc);
	return !*b->samples_crc || same_sum(&said, is, why);
}

/* r and err are from the stream itself, why is from boot.json. */
static enum trust judge_stream(struct boot_load *l, int r, bool intact,
			       const struct rec_error *err,
			       const struct strbuf *why)
{
	_cleanup_free_ char *text = NULL;

	if (r == 0 && intact)
		return TRUST_ALL;
	if (r == -ENODATA && intact && !l->boot->ok)
		return TRUST_SOME;
	if (r == 0)
		text = xstrdup(why->buf);
	else if (r == -ENODATA)
		text = xasprintf("truncated: %s", err->text);
	else if (r == -EPROTONOSUPPORT && intact)
		text = xstrdup(err->text);
	else
		text = xasprintf("altered: %s", err->text);
	samples_damage(l, text);
	return TRUST_NONE;
}

static enum trust load_samples(struct boot_load *l)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct file_sum said = { 0 }, is = { 0 };
	bool recorded = recorded_sum(l, "samples.tsv", &said);
	struct rec_error err;
	bool intact;
	int r;

	r = read_stream(l, "samples.tsv", &text, &why);
	if (r == -ENOENT && !recorded && !l->boot->ok)
		return TRUST_SOME;
	if (r < 0) {
		samples_damage(l, why.buf);
		return TRUST_NONE;
	}
	/* Of what was read: the file may change meanwhile. */
	text_sum(&text, &is);
	intact = !recorded || same_sum(&said, &is, &why);
	intact = same_as_received(l->boot, &is, &why) && intact;
	r = rec_parse_samples(text.buf, text.len, on_sample, on_lack, l, &err);
	return judge_stream(l, r, intact, &err, &why);
}

/* Of a boot that recorded it. */
static void load_sharing(struct boot_load *l)
{
	_cleanup_(sharing_release) struct sharing sharing = { NULL };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct rec_error err;
	int r = read_stream(l, SHARING_FILE, &text, &why);

	if (r == -ENOENT)
		return;
	if (r == 0) {
		r = sharing_parse(text.buf ? text.buf : "", text.len, &sharing,
				  &err);
		if (r < 0)
			strbuf_addstr(&why, err.text);
	}
	if (r == 0)
		boot_take_sharing(l, &sharing);
	else if (l->boot->ok)
		boot_fault(l, SHARING_FILE, "%s", why.buf);
}

/* Likewise; who held what is kept beside the samples. */
static void load_holds(struct boot_load *l)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	struct holds *h = &l->boot->holds;
	struct rec_error err;
	int r = read_stream(l, HOLDS_FILE, &text, &why);

	if (r == -ENOENT)
		return;
	if (r == 0) {
		r = holds_parse(text.buf ? text.buf : "", text.len, h, &err);
		if (r < 0)
			strbuf_addstr(&why, err.text);
	}
	if (r == 0) {
		boot_take_holds(l, h);
		return;
	}
	holds_release(h);
	if (l->boot->ok)
		boot_fault(l, HOLDS_FILE, "%s", why.buf);
}

static bool boot_was_started(const struct boot_load *l)
{
	_cleanup_free_ char *status =
		run_boot_path(l->run, l->boot, "status.ktap");
	_cleanup_free_ char *samples =
		run_boot_path(l->run, l->boot, "samples.tsv");

	return l->json || access(status, F_OK) == 0 ||
	       access(samples, F_OK) == 0;
}

static void init_status(const struct run *run, struct run_boot *b)
{
	b->status = xcalloc(run->nr_points, sizeof(*b->status));
	b->status_text = xcalloc(run->nr_points, sizeof(*b->status_text));
	for (size_t i = 0; i < run->nr_points; i++) {
		b->status[i] =
			boot_plans(b, i) ? POINT_MISSING : POINT_UNPLANNED;
		b->status_text[i] = xstrdup("");
	}
}

static size_t nr_planned(const struct run *run, const struct run_boot *b)
{
	size_t nr = 0;

	for (size_t i = 0; i < run->nr_points; i++)
		nr += boot_plans(b, i);
	return nr;
}

void run_load_boot(const struct run *run, struct run_boot *boot,
		   unsigned *damaged)
{
	struct boot_load l = {
		.run = run,
		.boot = boot,
		.find = { .points = run->points, .nr_points = run->nr_points },
	};
	enum trust trust;
	size_t kept;

	init_status(run, boot);
	load_boot_json(&l);
	if (boot_was_started(&l)) {
		check_other_files(&l);
		load_status(&l);
		trust = load_samples(&l);
		kept = boot_settle(&l, trust);
		load_sharing(&l);
		load_holds(&l);
		if (!boot->finished && !boot->damaged)
			log_warn(
				"%s/boots/%s: did not finish; %zu of %zu points were measured",
				run->dir, boot->id, kept,
				nr_planned(run, boot));
	}
	*damaged += l.damaged;
	strbuf_release(&l.counted);
	json_decref(l.json);
	free(l.samples);
	free(l.lacks);
}
