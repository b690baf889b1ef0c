/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkjobs FILE.ini...: turns job files into benchmark definitions for
 * bench-workload.c.  A wrong job fails the build, with its line.
 */
#include <ctype.h>
#include <libgen.h>

#include "alloc.h"
#include "exit-status.h"
#include "inifile.h"
#include "log.h"

#define OPS_MAX 1000000
#define SUMMARY_MAX 70
#define OPS_WORD "{ops}"

struct job {
	char *name; /* of the file */
	char *summary;
	char *command;
	char *programs; /* besides the first word of the command */
	char *kconfig;
	unsigned version;
	unsigned ops;
	bool network;
};

static const char *const keys[] = { "summary", "command", "programs", "kconfig",
				    "version", "ops",	  "network" };

static void job_release(struct job *j)
{
	free(j->name);
	free(j->summary);
	free(j->command);
	free(j->programs);
	free(j->kconfig);
}

/* Text that needs no escapes in a C string or a line of --list. */
static void take_text(struct inifile *f, char **member, const char *value)
{
	_cleanup_free_ char *old = steal_ptr(*member);

	for (const char *p = value; *p; p++)
		if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\')
			inifile_fail(f, "only printable ASCII, and neither "
					"'\"' nor '\\'");
	if (!*value)
		inifile_fail(f, "there is nothing behind the '='");
	if (old && !f->continued)
		inifile_fail(f, "the key is given twice");
	*member = old ? xasprintf("%s %s", old, value) : xstrdup(value);
}

static void take_number(struct inifile *f, unsigned *member, const char *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || errno || n < 1 ||
	    n > OPS_MAX)
		inifile_fail(f, "'%s': a number from 1 to %d", value, OPS_MAX);
	*member = n;
}

static void take_flag(struct inifile *f, bool *member, const char *value)
{
	*member = strcmp(value, "yes") == 0;
	if (!*member && strcmp(value, "no") != 0)
		inifile_fail(f, "'%s': yes or no", value);
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	struct job *j = f->arg;

	if (strcmp(section, "workload") != 0)
		inifile_fail(f, "[%s]: there is only [workload]", section);
	else if (strcmp(key, "summary") == 0)
		take_text(f, &j->summary, value);
	else if (strcmp(key, "command") == 0)
		take_text(f, &j->command, value);
	else if (strcmp(key, "programs") == 0)
		take_text(f, &j->programs, value);
	else if (strcmp(key, "kconfig") == 0)
		take_text(f, &j->kconfig, value);
	else if (strcmp(key, "version") == 0)
		take_number(f, &j->version, value);
	else if (strcmp(key, "ops") == 0)
		take_number(f, &j->ops, value);
	else if (strcmp(key, "network") == 0)
		take_flag(f, &j->network, value);
	else
		inifile_fail_key(f, key, keys, ARRAY_SIZE(keys));
}

/* Each quote begins or ends a word, and quotes come in pairs. */
static bool quotes_ok(const char *p)
{
	while ((p = strchr(p, '\''))) {
		const char *end = strchr(p + 1, '\'');

		if (!end || (end[1] && end[1] != ' ') || p[-1] != ' ')
			return false;
		p = end + 1;
	}
	return true;
}

static bool has_ops(const char *command)
{
	const char *p = command;

	while ((p = strstr(p, " " OPS_WORD))) {
		p += strlen(" " OPS_WORD);
		if (!*p || *p == ' ')
			return true;
	}
	return false;
}

/* What is missing or wrong, in words; NULL: nothing. */
static const char *find_fault(const struct job *j)
{
	if (!*j->name || strspn(j->name, "abcdefghijklmnopqrstuvwxyz"
					 "0123456789_") != strlen(j->name))
		return "the name of the file: lower-case letters, digits and "
		       "'_' before the .ini";
	if (!j->summary || strlen(j->summary) > SUMMARY_MAX)
		return "summary= is missing, or longer than 70 characters";
	if (!j->command ||
	    strchr(j->command, '/') == j->command + strcspn(j->command, " /"))
		return "command= is missing, or begins with a path: a "
		       "program's name";
	if (!has_ops(j->command))
		return "command= has no word " OPS_WORD
		       ": a job has a fixed number "
		       "of operations, never a time limit";
	if (*j->command == '\'' || !quotes_ok(j->command))
		return "command= has a \"'\" that does not enclose a word";
	if (!j->version || !j->ops)
		return "version= or ops= is missing";
	return NULL;
}

static enum exit_status load(const char *path, struct job *j)
{
	_cleanup_free_ char *copy = xstrdup(path);
	const char *fault;
	enum exit_status r;

	j->name = xstrdup(basename(copy));
	j->name[strcspn(j->name, ".")] = '\0';
	r = inifile_read(path, on_pair, j);
	if (r != ST_OK)
		return r;
	fault = find_fault(j);
	if (!fault)
		return ST_OK;
	log_err("%s: %s", path, fault);
	return ST_USAGE;
}

/* Blanks separate words, except within '...'. */
static void print_words(const struct job *j)
{
	const char *p = j->command + strspn(j->command, " ");

	printf("static const char *const %s_words[] = {\n", j->name);
	while (*p) {
		bool quoted = *p == '\'';
		size_t len = strcspn(p + quoted, quoted ? "'" : " ");

		printf("\t\"%.*s\",\n", (int)len, p + quoted);
		p += len + 2 * quoted;
		p += strspn(p, " ");
	}
	printf("\tNULL,\n};\n");
}

static void print_job(const struct job *j)
{
	print_words(j);
	printf("static const struct job %s_job = {\n"
	       "\t.words = %s_words,\n"
	       "\t.network = %s,\n"
	       "};\n",
	       j->name, j->name, j->network ? "true" : "false");
	printf("BENCH_DEFINE(workload_%s) = {\n"
	       "\tWORKLOAD,\n"
	       "\t.name = \"workload/%s\",\n"
	       "\t.summary = \"%s\",\n"
	       "\t.version = %u,\n"
	       "\t.kconfig = \"%s\",\n"
	       "\t.nr_ops = %u,\n"
	       "\t.programs = \"%.*s%s%s perf\",\n"
	       "\t.arg = &%s_job,\n"
	       "};\n\n",
	       j->name, j->name, j->summary, j->version,
	       j->kconfig ? j->kconfig : "CGROUPS SCHEDSTATS", j->ops,
	       (int)strcspn(j->command, " "), j->command,
	       j->programs ? " " : "", j->programs ? j->programs : "", j->name);
}

int main(int argc, char **argv)
{
	enum exit_status r = ST_OK;

	if (argc < 2) {
		fprintf(stderr, "Usage: %s FILE.ini...\n", argv[0]);
		return ST_USAGE;
	}
	printf("/* Made by mkjobs of workloads/jobs; do not edit. */\n\n");
	for (int i = 1; i < argc && r == ST_OK; i++) {
		_cleanup_(job_release) struct job j = { NULL };

		r = load(argv[i], &j);
		if (r == ST_OK)
			print_job(&j);
	}
	if (fflush(stdout) != 0) {
		log_err_errno(errno, "cannot write standard output");
		return ST_HOST;
	}
	return r;
}
