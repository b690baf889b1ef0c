/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs kernel/build.sh and follows its events, one per line of its stdout:
 *   key HEX64 | cached | waiting PID | step TEXT | progress DONE TOTAL |
 *   entry PATH | note TEXT
 * It reports its own errors, on the stderr that it shares with cgmark.
 */
#include <inttypes.h>
#include <poll.h>
#include <sys/signalfd.h>

#include "alloc.h"
#include "cache.h"
#include "exit-status.h"
#include "file.h"
#include "hostinfo.h"
#include "interrupt.h"
#include "kernel-image.h"
#include "kernel-spec.h"
#include "log.h"
#include "monotonic.h"
#include "process.h"
#include "progress.h"
#include "series.h"

#define NS_PER_S 1000000000ULL
/* build.sh gets this long to remove its half-made entry after a signal. */
#define KILL_AFTER_NS (20 * NS_PER_S)
#define EVENT_MAX 4096

struct build {
	const char *name;
	struct progress progress;
	struct strbuf line;
	struct series series; /* empty without patches= */
	size_t nr_patches;    /* of these, that are applied */
	size_t patches_done;
	char *key;
	char *entry;
	bool cached;
	bool prebuilt; /* by somebody else */
	pid_t pid;
	int signal; /* that stops the build; 0: none */
	uint64_t kill_ns;
};

static void build_release(struct build *b)
{
	progress_end(&b->progress);
	strbuf_release(&b->line);
	series_release(&b->series);
	free(b->key);
	free(b->entry);
}

/* Before build.sh looks for it: it must not be pruned between that and use. */
static void hold_kernel(const char *key)
{
	_cleanup_free_ char *dir = cache_dir();

	cache_hold(dir, "kernels", key);
}

/* One line for all patches; their names with -v. */
static void on_patch(struct build *b, const char *name)
{
	_cleanup_free_ char *text =
		xasprintf("apply series %.40s", b->series.name);

	log_debug("kernel %s: patch %s", b->name, name);
	progress_step(&b->progress, text);
	progress_set(&b->progress, ++b->patches_done, b->nr_patches);
}

static void on_event(struct build *b, const char *line)
{
	uint64_t done, total;
	char text[96];

	if (strncmp(line, "key ", 4) == 0) {
		free(b->key);
		b->key = xstrdup(line + 4);
		hold_kernel(b->key);
	} else if (strncmp(line, "entry ", 6) == 0) {
		free(b->entry);
		b->entry = xstrdup(line + 6);
	} else if (strcmp(line, "cached") == 0) {
		b->cached = true;
	} else if (strncmp(line, "waiting ", 8) == 0) {
		snprintf(text, sizeof(text),
			 "waiting for the build of process %.20s", line + 8);
		progress_step(&b->progress, text);
	} else if (strncmp(line, "note ", 5) == 0) {
		log_info("kernel %s: %s", b->name, line + 5);
	} else if (strncmp(line, "step patch ", 11) == 0 && b->series.name) {
		on_patch(b, line + 11);
	} else if (strncmp(line, "step ", 5) == 0) {
		progress_step(&b->progress, line + 5);
	} else if (sscanf(line, "progress %" SCNu64 " %" SCNu64, &done,
			  &total) == 2) {
		progress_set(&b->progress, done, total);
	} else {
		log_debug("kernel %s: build.sh says '%s'", b->name, line);
	}
}

static void on_bytes(struct build *b, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (buf[i] != '\n') {
			if (b->line.len < EVENT_MAX)
				strbuf_add(&b->line, &buf[i], 1);
			continue;
		}
		on_event(b, b->line.len ? b->line.buf : "");
		strbuf_reset(&b->line);
	}
}

/* Reads what is available; false at the end of the stream. */
static bool drain(struct build *b, int fd)
{
	char buf[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (n > 0)
			on_bytes(b, buf, n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return false;
		else if (errno == EAGAIN)
			return true;
	}
}

static void on_signal(struct build *b, int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info) || b->signal)
		return;
	b->signal = info.ssi_signo;
	b->kill_ns = now_ns() + KILL_AFTER_NS;
	progress_end(&b->progress);
	log_warn("interrupted: stopping the build of kernel %s", b->name);
	kill(-b->pid, b->signal);
}

/* Follows the build until the process ends. */
static int follow(struct build *b, int pidfd, int out_fd, int signal_fd)
{
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = out_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, ARRAY_SIZE(fds), b->signal ? 1000 : -1) < 0 &&
		    errno != EINTR)
			return -errno;
		if (fds[1].revents && !drain(b, out_fd))
			fds[1].fd = -1;
		if (fds[2].revents)
			on_signal(b, signal_fd);
		if (fds[0].revents) {
			drain(b, out_fd);
			return 0;
		}
		if (b->signal && now_ns() > b->kill_ns)
			kill(-b->pid, SIGKILL);
	}
}

static int start(struct build *b, char *const argv[], int *pidfd, int *out_fd)
{
	struct process p = {
		PROCESS_INIT,
		.argv = argv,
		/* Catchable, so that it can stop its children too. */
		.death_signal = SIGTERM,
	};
	int r = process_pipe(out_fd, &p.out_fd);

	if (r < 0)
		return r;
	r = process_start(&p, &b->pid, pidfd);
	close(p.out_fd);
	return r;
}

static int run_build(struct build *b, char *const argv[])
{
	_cleanup_close_ int pidfd = -1, out_fd = -1, signal_fd = -1;
	sigset_t mask, old;
	int r, status;

	interrupt_block(&old);
	interrupt_mask(&mask);
	signal_fd = signalfd(-1, &mask, SFD_CLOEXEC);
	r = signal_fd < 0 ? -errno : start(b, argv, &pidfd, &out_fd);
	if (r == 0) {
		r = follow(b, pidfd, out_fd, signal_fd);
		if (r < 0)
			kill(-b->pid, SIGKILL);
		if (process_reap(b->pid, &status, NULL) < 0)
			r = r < 0 ? r : -ECHILD;
		r = r < 0 ? r : process_exit_code(status);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

/* The exit status for that of build.sh, which logged the cause. */
static enum exit_status map_status(const struct build *b, const char *script,
				   int status)
{
	if (b->signal || status == ST_INTERRUPTED)
		return ST_INTERRUPTED;
	switch (status) {
	case ST_OK:
		if (b->entry)
			return ST_OK;
		log_err("kernel %s: %s succeeded but named no entry", b->name,
			script);
		return ST_HOST;
	case ST_USAGE:
		log_err("kernel %s: its spec cannot be %s", b->name,
			b->prebuilt ? "used" : "built");
		return ST_USAGE;
	case ST_SUBJECT:
		log_err("kernel %s: the kernel %s", b->name,
			b->prebuilt ? "cannot be used" : "does not build");
		return ST_SUBJECT;
	case ST_HOST:
		log_err("kernel %s: this host could not %s it", b->name,
			b->prebuilt ? "get" : "build");
		return ST_HOST;
	}
	if (status < 0)
		log_err_errno(-status, "kernel %s: cannot run %s", b->name,
			      script);
	else if (status > 128)
		log_err("kernel %s: %s was killed by signal %d", b->name,
			script, status - 128);
	else
		log_err("kernel %s: %s ended with status %d", b->name, script,
			status);
	return ST_HOST;
}

/* Value of KEY= in the text of a meta file; "" if there is none. */
static char *meta_get(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text && *text) {
		if (strncmp(text, key, len) == 0 && text[len] == '=')
			return xstrndup(text + len + 1,
					strcspn(text + len + 1, "\n"));
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return xstrdup("");
}

static char *meta_toolchain(const char *text)
{
	_cleanup_free_ char *cc = meta_get(text, "cc");
	_cleanup_free_ char *ld = meta_get(text, "ld");

	return xasprintf("%s%s%s", cc, *cc && *ld ? "; " : "", ld);
}

/* Checks the form only: build.sh vouches for the content of an entry. */
static enum exit_status check_entry(const struct build *b,
				    const struct run_kernel *k)
{
	if (*k->key && strlen(k->vmlinux_sha256) == 64 && *k->release &&
	    access(k->image, R_OK) == 0)
		return ST_OK;
	log_err("kernel %s: the entry %s is damaged (meta lacks a line, or "
		"there is no vmlinux); remove it and run again",
		b->name, b->entry);
	return ST_HOST;
}

/*
 * Before the build: a series that is edited meanwhile is not the one that is
 * built.
 */
static enum exit_status read_series(struct build *b,
				    const struct kernel_spec *spec,
				    struct run_kernel *k)
{
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	char hex[65] = "";
	enum exit_status r = ST_OK;

	if (*spec->patches)
		r = series_load(spec->patches, &b->series);
	b->nr_patches = b->series.nr;
	if (*spec->first && strtoul(spec->first, NULL, 10) < b->nr_patches)
		b->nr_patches = strtoul(spec->first, NULL, 10);
	for (size_t i = 0; i < b->nr_patches; i++)
		strbuf_addf(&names, "%s%s", i ? " " : "", b->series.patches[i]);
	if (r == ST_OK && *spec->patches)
		r = series_sha256(&b->series, b->nr_patches, hex);
	if (r != ST_OK) {
		log_err("kernel %s: its patches cannot be read", b->name);
		return r;
	}
	k->patches = strbuf_steal(&names);
	k->series = xstrdup(b->series.name ? b->series.name : "");
	k->series_sha256 = xstrdup(hex);
	k->series_total =
		b->series.name ? xasprintf("%zu", b->series.nr) : xstrdup("");
	return ST_OK;
}

/* A prebuilt kernel may have modules, and be booted as the bzImage it was. */
static void set_files(const struct build *b, const char *meta,
		      struct run_kernel *k)
{
	_cleanup_free_ char *boots = meta_get(meta, "boots");

	k->image = xasprintf("%s/%s", b->entry, *boots ? boots : "vmlinux");
	k->board = meta_get(meta, "board");
	k->modules = b->prebuilt ? xasprintf("%s/modules.cpio", b->entry)
				 : xstrdup("");
}

static enum exit_status fill_kernel(const struct build *b,
				    const struct kernel_spec *spec,
				    struct run_kernel *k)
{
	_cleanup_free_ char *meta = xasprintf("%s/meta", b->entry);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r;

	r = read_file(meta, &text);
	if (r < 0) {
		log_err_errno(-r, "kernel %s: cannot read %s", b->name, meta);
		return ST_HOST;
	}
	k->name = xstrdup(spec->name);
	k->spec = kernel_spec_text(spec);
	k->key = meta_get(text.buf, "key");
	k->vmlinux_sha256 = meta_get(text.buf, "vmlinux_sha256");
	k->source_version = meta_get(text.buf, "source_version");
	k->release = meta_get(text.buf, "release");
	k->config_sha256 = meta_get(text.buf, "config_sha256");
	k->toolchain = meta_toolchain(text.buf);
	k->cmdline = xstrdup(spec->cmdline);
	set_files(b, text.buf, k);
	return check_entry(b, k);
}

static char **build_argv(const struct kernel_spec *spec, char *script,
			 char *jobs, char *command)
{
	char **argv = xcalloc(13 + 2 * spec->nr_config, sizeof(*argv));
	static char opt_jobs[] = "-j", clean[] = "--clean";
	static char opt_source[] = "--source", opt_patches[] = "--patches";
	static char opt_first[] = "--first", opt_config[] = "--config";
	size_t n = 0;

	argv[n++] = script;
	argv[n++] = opt_jobs;
	argv[n++] = jobs;
	argv[n++] = command;
	argv[n++] = opt_source;
	argv[n++] = spec->source;
	if (spec->clean)
		argv[n++] = clean;
	if (*spec->patches) {
		argv[n++] = opt_patches;
		argv[n++] = spec->patches;
	}
	if (*spec->first) {
		argv[n++] = opt_first;
		argv[n++] = spec->first;
	}
	for (size_t i = 0; i < spec->nr_config; i++) {
		argv[n++] = opt_config;
		argv[n++] = spec->config[i];
	}
	return argv;
}

/* A new kernel may be one too many.  Failure is no reason to fail a build. */
static void keep_to_limit(void)
{
	_cleanup_free_ char *dir = cache_dir();
	struct cache_pruned pruned;
	struct cache c;
	uint64_t limit;

	if (cache_limit(&limit) < 0 || cache_scan(dir, &c) < 0)
		return;
	if (cache_prune(&c, limit, &pruned) == 0 && pruned.nr)
		log_info("cache: removed %zu entries, %.0f MiB, to keep to the "
			 "limit of %.0f MiB",
			 pruned.nr, pruned.bytes / 1048576.0,
			 limit / 1048576.0);
	cache_release(&c);
}

static void tell_built(const struct build *b, const struct run_kernel *k,
		       uint64_t ns)
{
	_cleanup_free_ char *patches = run_kernel_patches(k);

	log_info("kernel %s: %s, %.12s%s%s%s (%.1f s)", k->name, k->release,
		 k->key, b->series.name ? ", " : "",
		 b->series.name ? patches : "", b->cached ? ", cached" : "",
		 ns / 1e9);
	if (*k->patches)
		log_debug("kernel %s: patches %s", k->name, k->patches);
}

static enum exit_status get_built(const struct kernel_spec *spec,
				  const char *kernel_dir,
				  struct run_kernel *ret)
{
	_cleanup_free_ char *script = xasprintf("%s/build.sh", kernel_dir);
	_cleanup_free_ char *jobs = xasprintf("%u", host_cores());
	_cleanup_free_ char *what = xasprintf("kernel %s: ", spec->name);
	char command[] = "build";
	_cleanup_free_ char **argv = build_argv(spec, script, jobs, command);
	_cleanup_(build_release) struct build b = {
		.name = spec->name,
		.prebuilt = strncmp(spec->source, "image:", 6) == 0 ||
			    strncmp(spec->source, "pkg:", 4) == 0,
	};
	uint64_t start = now_ns();
	enum exit_status r;

	r = read_series(&b, spec, ret);
	if (r != ST_OK)
		return r;
	progress_init(&b.progress, what);
	r = map_status(&b, script, run_build(&b, argv));
	progress_end(&b.progress);
	if (r == ST_OK)
		r = fill_kernel(&b, spec, ret);
	if (r == ST_OK && !b.cached)
		keep_to_limit();
	if (r == ST_OK)
		tell_built(&b, ret, now_ns() - start);
	return r;
}

enum exit_status kernel_build(const struct kernel_spec *spec,
			      const char *kernel_dir, struct run_kernel *ret)
{
	enum exit_status r;

	memset(ret, 0, sizeof(*ret));
	if (strncmp(spec->source, "image:", 6) == 0 &&
	    !kernel_image_is_compressed(spec->source + 6))
		r = kernel_image(spec, ret);
	else
		r = get_built(spec, kernel_dir, ret);
	if (r != ST_OK)
		run_kernel_release(ret);
	return r;
}

enum exit_status kernel_key(const struct kernel_spec *spec,
			    const char *kernel_dir, char **ret)
{
	_cleanup_free_ char *script = xasprintf("%s/build.sh", kernel_dir);
	char jobs[] = "1", command[] = "key";
	_cleanup_free_ char **argv = build_argv(spec, script, jobs, command);
	_cleanup_(build_release) struct build b = { .name = spec->name };
	int status = run_build(&b, argv);

	if (status == ST_OK && b.key) {
		*ret = steal_ptr(b.key);
		return ST_OK;
	}
	if (status != ST_OK)
		return map_status(&b, script, status);
	log_err("kernel %s: %s succeeded but told no key", b.name, script);
	return ST_HOST;
}
