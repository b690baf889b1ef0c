/* SPDX-License-Identifier: GPL-2.0-only */
#include "slurm.h"

#include <limits.h>

#include "alloc.h"
#include "clean.h"
#include "find-program.h"
#include "log.h"
#include "process.h"
#include "text.h"

#define OUTPUT_MAX (16u << 20)
/* A controller that is busy answers late; one that is gone, after its own timeout. */
#define TIMEOUT_MS (120 * 1000)

static int run_program(char *const *argv, struct strbuf *out,
		       struct strbuf *err)
{
	const struct process p = {
		PROCESS_INIT,
		.argv = argv,
		.out = out,
		.err = err,
		.max_bytes = OUTPUT_MAX,
		.timeout_ms = TIMEOUT_MS,
	};

	return process_run(&p);
}

/* The last line that a program said, or why it could not be run; caller frees. */
static char *last_words(int r, struct strbuf *err)
{
	const char *line;

	if (r < 0)
		return xstrdup(strerror(-r));
	line = strbuf_last_line(err);
	return line ? clean_text(line) : xasprintf("exit status %d", r);
}

int slurm_check(void)
{
	static const char *const names[] = { "sbatch", "squeue", "scancel" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = find_program(names[i]);

		if (path)
			continue;
		log_err("--slurm: there is no %s here: install the package "
			"slurm-client (or slurm-wlm), or run on a host of the "
			"cluster that has it",
			names[i]);
		return -ENOENT;
	}
	return 0;
}

int slurm_submit(const struct slurm_array *a, unsigned *job)
{
	_cleanup_free_ char *name = xasprintf("--job-name=%s", a->name);
	_cleanup_free_ char *part = xasprintf("--partition=%s", a->partition);
	_cleanup_free_ char *tasks = xasprintf("--array=1-%u", a->nr);
	_cleanup_free_ char *cpus = xasprintf("--cpus-per-task=%u", a->cpus);
	_cleanup_free_ char *log = xasprintf("--output=%s", a->log);
	_cleanup_free_ char *script = xstrdup(a->script);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	_cleanup_free_ char *why = NULL;
	char sbatch[] = "sbatch", parsable[] = "--parsable",
	     once[] = "--no-requeue", all[] = "--export=ALL",
	     alone[] = "--exclusive";
	char *const argv[] = {
		sbatch,
		parsable,
		once,
		all,
		name,
		part,
		tasks,
		cpus,
		log,
		a->exclusive ? alone : script,
		a->exclusive ? script : NULL,
		NULL,
	};
	uint64_t number;
	int r;

	r = run_program(argv, &out, &err);
	/* "1234", or "1234;CLUSTER" */
	if (r == 0 && out.len)
		out.buf[strcspn(out.buf, ";\n")] = '\0';
	if (r == 0 && out.len && text_u64(out.buf, UINT_MAX, &number) == 0) {
		*job = (unsigned)number;
		return 0;
	}
	why = last_words(r, &err);
	log_err("Slurm does not take the job array: %s", why);
	return err.len && strstr(err.buf, "nvalid partition") ? -EINVAL : -EIO;
}

/* A state in which a task does nothing any more, although Slurm still lists it. */
static bool has_ended(const char *state)
{
	static const char *const ended[] = {
		"BOOT_FAIL", "CANCELLED", "COMPLETED",	  "COMPLETING",
		"DEADLINE",  "FAILED",	  "NODE_FAIL",	  "OUT_OF_MEMORY",
		"PREEMPTED", "REVOKED",	  "SPECIAL_EXIT", "TIMEOUT",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ended); i++)
		if (!strcmp(state, ended[i]))
			return true;
	return false;
}

/* "3 RUNNING" */
static void take_line(char *line, unsigned nr, bool *alive)
{
	char *state = strchr(line, ' ');
	uint64_t task;

	if (!state)
		return;
	*state++ = '\0';
	if (text_u64(line, nr, &task) == 0 && task > 0)
		alive[task - 1] = !has_ended(state);
}

int slurm_alive(unsigned job, unsigned nr, bool *alive, bool *told)
{
	_cleanup_free_ char *jobs = xasprintf("--jobs=%u", job);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT, err = STRBUF_INIT;
	_cleanup_free_ char *why = NULL;
	char squeue[] = "squeue", head[] = "--noheader", array[] = "--array",
	     format[] = "--format=%K %T";
	char *const argv[] = { squeue, head, array, format, jobs, NULL };
	int r = run_program(argv, &out, &err);

	memset(alive, 0, nr * sizeof(*alive));
	/* It forgets jobs some minutes after their end. */
	if (r > 0 && err.len && strstr(err.buf, "nvalid job id"))
		return 0;
	if (r != 0) {
		why = last_words(r, &err);
		if (!*told)
			log_warn("Slurm does not say how the job array %u is: "
				 "%s; trying again",
				 job, why);
		*told = true;
		return -EIO;
	}
	*told = false;
	if (!out.len)
		return 0;
	for (char *save = NULL, *line = strtok_r(out.buf, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(line, nr, alive);
	return 0;
}

void slurm_cancel(unsigned job)
{
	_cleanup_free_ char *number = xasprintf("%u", job);
	_cleanup_strbuf_ struct strbuf err = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	char scancel[] = "scancel";
	char *const argv[] = { scancel, number, NULL };
	int r = run_program(argv, &out, &err);

	if (r != 0) {
		_cleanup_free_ char *why = last_words(r, &err);

		log_warn("scancel %u: %s; cancel the job array yourself", job,
			 why);
	}
}
