/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <signal.h>

#include "alloc.h"
#include "build-script.h"
#include "cache.h"
#include "exit-status.h"
#include "log.h"
#include "monotonic.h"
#include "process.h"

#define EVENT_MAX 4096

void build_init(struct build *b, const struct kernel_spec *spec,
		const char *kernel_dir)
{
	_cleanup_free_ char *what = xasprintf("kernel %s: ", spec->name);

	*b = (struct build){
		.spec = spec,
		.start_ns = now_ns(),
		.script = xasprintf("%s/build.sh", kernel_dir),
		.prebuilt = kernel_spec_is_prebuilt(spec),
		.pidfd = -1,
		.out_fd = -1,
	};
	progress_init(&b->progress, what);
}

void build_release(struct build *b)
{
	progress_end(&b->progress);
	strbuf_release(&b->line);
	series_release(&b->series);
	free(b->script);
	free(b->key);
	free(b->entry);
	if (b->pidfd >= 0)
		close(b->pidfd);
	if (b->out_fd >= 0)
		close(b->out_fd);
}

/* --- events --- */

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

	log_debug("kernel %s: patch %s", b->spec->name, name);
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
	} else if (strncmp(line, "base ", 5) == 0) {
		b->from_nothing = strcmp(line + 5, "none") == 0;
	} else if (strncmp(line, "waiting ", 8) == 0) {
		snprintf(text, sizeof(text),
			 "waiting for the build of process %.20s", line + 8);
		progress_step(&b->progress, text);
	} else if (strncmp(line, "note ", 5) == 0) {
		log_info("kernel %s: %s", b->spec->name, line + 5);
	} else if (strncmp(line, "step patch ", 11) == 0 && b->series.name) {
		on_patch(b, line + 11);
	} else if (strncmp(line, "step ", 5) == 0) {
		progress_step(&b->progress, line + 5);
	} else if (sscanf(line, "progress %" SCNu64 " %" SCNu64, &done,
			  &total) == 2) {
		progress_set(&b->progress, done, total);
	} else {
		log_debug("kernel %s: build.sh says '%s'", b->spec->name, line);
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

void build_read_events(struct build *b)
{
	char buf[4096];

	while (b->out_fd >= 0) {
		ssize_t n = read(b->out_fd, buf, sizeof(buf));

		if (n > 0) {
			on_bytes(b, buf, n);
		} else if (n < 0 && errno == EAGAIN) {
			return;
		} else if (n == 0 || errno != EINTR) {
			close(b->out_fd);
			b->out_fd = -1;
		}
	}
}

/* --- the process --- */

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

int build_start(struct build *b, const char *command, unsigned jobs)
{
	_cleanup_free_ char *number = xasprintf("%u", jobs);
	_cleanup_free_ char *word = xstrdup(command);
	_cleanup_free_ char **argv =
		build_argv(b->spec, b->script, number, word);
	struct process p = {
		PROCESS_INIT,
		.argv = argv,
		/* Catchable, so that it can stop its children too. */
		.death_signal = SIGTERM,
	};
	int r = process_pipe(&b->out_fd, &p.out_fd);

	if (r < 0)
		return r;
	r = process_start(&p, &b->pid, &b->pidfd);
	close(p.out_fd);
	return r;
}

/* The exit status for that of build.sh, which logged the cause. */
enum exit_status build_status(const struct build *b)
{
	const char *script = b->script;
	int status = b->status;

	if (status == ST_INTERRUPTED || (b->stopped && status > 128))
		return ST_INTERRUPTED;
	switch (status) {
	case ST_OK:
		return ST_OK;
	case ST_USAGE:
		log_err("kernel %s: its spec cannot be %s", b->spec->name,
			b->prebuilt ? "used" : "built");
		return ST_USAGE;
	case ST_SUBJECT:
		log_err("kernel %s: the kernel %s", b->spec->name,
			b->prebuilt ? "cannot be used" : "does not build");
		return ST_SUBJECT;
	case ST_HOST:
		log_err("kernel %s: this host could not %s it", b->spec->name,
			b->prebuilt ? "get" : "build");
		return ST_HOST;
	}
	if (status < 0)
		log_err_errno(-status, "kernel %s: cannot run %s",
			      b->spec->name, script);
	else if (status > 128)
		log_err("kernel %s: %s was killed by signal %d", b->spec->name,
			script, status - 128);
	else
		log_err("kernel %s: %s ended with status %d", b->spec->name,
			script, status);
	return ST_HOST;
}
