/* SPDX-License-Identifier: GPL-2.0-only */
/* Subcommands: one cmd-*.c each; argv[0] is "cgmark NAME", for argp's help. */
#ifndef CGMARK_CMD_H
#define CGMARK_CMD_H

#include "exit-status.h"

struct run;

/* Paths, which main() takes from the environment or the build. */
struct env {
	const char *kernel_dir;	 /* CGMARK_KERNEL_DIR */
	const char *bench_dir;	 /* CGMARK_BENCH_DIR: built guest programs */
	const char *suites_dir;	 /* CGMARK_SUITES_DIR */
	const char *results_dir; /* CGMARK_RESULTS_DIR */
	const char *tcg_plugin;	 /* CGMARK_TCG_PLUGIN: for QEMU */
	const char *plots_dir;	 /* CGMARK_PLOTS_DIR: gnuplot templates */
	const char *boots_dir;	 /* CGMARK_BOOTS_DIR; NULL: keep none */
};

struct cmd {
	const char *name;
	const char *summary;
	enum exit_status (*run)(const struct env *env, int argc, char **argv);
};

enum exit_status cmd_run(const struct env *env, int argc, char **argv);
enum exit_status cmd_compare(const struct env *env, int argc, char **argv);
/* With --bisect its status is one for git. */
enum exit_status cmd_gate(const struct env *env, int argc, char **argv);
enum exit_status cmd_bisect(const struct env *env, int argc, char **argv);
enum exit_status cmd_calibrate(const struct env *env, int argc, char **argv);
enum exit_status cmd_report(const struct env *env, int argc, char **argv);
enum exit_status cmd_trend(const struct env *env, int argc, char **argv);
enum exit_status cmd_nightly(const struct env *env, int argc, char **argv);
enum exit_status cmd_mail(const struct env *env, int argc, char **argv);
enum exit_status cmd_site(const struct env *env, int argc, char **argv);
enum exit_status cmd_import(const struct env *env, int argc, char **argv);
enum exit_status cmd_list(const struct env *env, int argc, char **argv);
enum exit_status cmd_build(const struct env *env, int argc, char **argv);
enum exit_status cmd_cache(const struct env *env, int argc, char **argv);
enum exit_status cmd_probe(const struct env *env, int argc, char **argv);
enum exit_status cmd_explain(const struct env *env, int argc, char **argv);
enum exit_status cmd_shell(const struct env *env, int argc, char **argv);
enum exit_status cmd_metal(const struct env *env, int argc, char **argv);
enum exit_status cmd_queue(const struct env *env, int argc, char **argv);
enum exit_status cmd_local(const struct env *env, int argc, char **argv);
/* Its status is that of the command, if that ran. */
enum exit_status cmd_exec(const struct env *env, int argc, char **argv);
enum exit_status cmd_verify(const struct env *env, int argc, char **argv);

/*
 * Imports a run into the database, and all others too if the database had to be
 * made again; 0 or -errno, logged.
 */
int import_run(const struct env *env, const struct run *run);

#endif
