/* SPDX-License-Identifier: GPL-2.0-only */
#include <argp.h>
#include <signal.h>

#include "alloc.h"
#include "cmd.h"
#include "event-names.h"
#include "exit-status.h"
#include "initramfs.h"
#include "interrupt.h"
#include "kernel-spec.h"
#include "log.h"
#include "machine.h"
#include "probe-events.h"
#include "strbuf.h"
#include "suggest.h"
#include "tmpdir.h"

struct probe_opts {
	bool quiet;
	const char *kernel;
	const char *events; /* NULL: do not probe events */
	char **machines;
	int nr_machines;
};

static const struct argp_option options[] = {
	{ "kernel", 'k', "KERNEL", 0,
	  "Kernel to boot on kvm, and for --events (default: baseline); builds "
	  "it if need be",
	  0 },
	{ "events", 'e', "EVENT[,EVENT]...", OPTION_ARG_OPTIONAL,
	  "Say which events this host counts and, by a boot, which ones each "
	  "machine counts (default: the usual events)",
	  0 },
	{ "quiet", 'q', NULL, 0, "No progress, only warnings and errors", 0 },
	{ NULL },
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct probe_opts *o = state->input;

	switch (key) {
	case 'k':
		o->kernel = arg;
		return 0;
	case 'e':
		o->events = arg ? arg : event_names_default;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->machines = state->argv + state->next;
		o->nr_machines = state->argc - state->next;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[MACHINE]...",
	.doc = "Say which machines (sim, kvm, fake:DIR; default: sim and kvm) "
	       "work here, or why they do not.  Boots kvm to find out."
	       "\vExit status: 0 if every named machine works, or any if you "
	       "named none; 5 otherwise.",
};

/* What a test boot needs. */
struct proof {
	struct machine machine; /* has the temporary folder; is not booted */
	struct run_kernel kernel;
	char *initramfs; /* owned */
};

static void proof_release(struct proof *p)
{
	machine_destroy(&p->machine);
	run_kernel_release(&p->kernel);
	free(p->initramfs);
}

static enum exit_status get_kernel(const struct env *env, const char *word,
				   struct run_kernel *ret)
{
	_cleanup_(kernel_spec_release) struct kernel_spec spec = { NULL };
	enum exit_status r = kernel_spec_parse(word, env->kernel_dir, &spec);

	if (r != ST_OK)
		return r;
	return kernel_build(&spec, env->kernel_dir, ret);
}

static enum exit_status proof_get(const struct env *env, const char *kernel,
				  struct proof *p)
{
	enum exit_status r = get_kernel(env, kernel, &p->kernel);

	if (r != ST_OK)
		return r;
	if (machine_make_tmpdir(&p->machine) < 0)
		return ST_HOST;
	p->initramfs = xasprintf("%s/initramfs", p->machine.tmpdir);
	if (initramfs_build(env->bench_dir, NULL, p->initramfs, NULL) < 0)
		return ST_HOST;
	return ST_OK;
}

/* Does not build a kernel if the machine is missing. */
static enum exit_status probe_one(const struct env *env, const char *kernel,
				  const struct machine_ops *ops,
				  const char *arg, struct strbuf *why)
{
	_cleanup_(proof_release) struct proof p = { .initramfs = NULL };
	enum exit_status r;

	machine_init(&p.machine, ops, arg);
	if (ops->probe(arg, NULL, NULL, why) < 0)
		return ST_HOST;
	if (!ops->probe_boots)
		return ST_OK;
	r = proof_get(env, kernel, &p);
	if (r != ST_OK) {
		strbuf_addstr(why, "no kernel and initramfs to boot it with");
		return r;
	}
	return ops->probe(arg, &p.kernel, p.initramfs, why) < 0 ? ST_HOST
								: ST_OK;
}

/* Signals wait until the clean-up is done: a few seconds. */
static void block_signals(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, old);
}

static enum exit_status print_events(const struct env *env,
				     const struct probe_opts *o,
				     const struct machine_ops *ops,
				     const char *arg, const char *spec)
{
	sigset_t old;
	enum exit_status r;

	if (!o->events)
		return ST_OK;
	/* Shows the output so far before a boot begins. */
	fflush(stdout);
	interrupt_block(&old);
	r = probe_events_machine(env, o->kernel, ops, arg, spec, o->events);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

static enum exit_status probe_and_print(const struct env *env,
					const struct probe_opts *o,
					const char *spec)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT, detail = STRBUF_INIT;
	const struct machine_ops *ops;
	const char *arg;
	sigset_t old;
	enum exit_status r;

	ops = machine_find(spec, &arg);
	block_signals(&old);
	r = probe_one(env, o->kernel, ops, arg, &why);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (r == ST_OK && ops->describe(arg, "microvm", &detail) < 0)
		r = ST_HOST;
	if (r == ST_OK)
		printf("%s: usable: %s\n", spec, detail.buf);
	else
		printf("%s: not usable: %s\n", spec, why.len ? why.buf : "?");
	return r == ST_OK ? print_events(env, o, ops, arg, spec) : r;
}

/* Not a machine, but counts events without a boot. */
#define HOST "host"

/* ST_OK, or ST_USAGE with the nearest names logged. */
static enum exit_status check_name(const struct probe_opts *o, const char *spec)
{
	const struct machine_ops *const *all;
	const char *names[8], *arg;
	size_t nr;

	if (machine_find(spec, &arg))
		return ST_OK;
	if (strcmp(spec, HOST) == 0) {
		if (o->events)
			return ST_OK;
		log_err("'" HOST "' is for events only: add --events");
		return ST_USAGE;
	}
	all = machine_all(&nr);
	for (size_t i = 0; i < nr && i < ARRAY_SIZE(names); i++)
		names[i] = all[i]->usage;
	suggest_log("machine", spec, names, nr);
	return ST_USAGE;
}

static enum exit_status probe_named(const struct env *env,
				    const struct probe_opts *o)
{
	enum exit_status r, worst = ST_OK;

	for (int i = 0; i < o->nr_machines; i++)
		if (check_name(o, o->machines[i]) != ST_OK)
			return ST_USAGE;
	for (int i = 0; i < o->nr_machines; i++) {
		if (strcmp(o->machines[i], HOST) == 0)
			r = probe_events_host(env, o->events);
		else
			r = probe_and_print(env, o, o->machines[i]);
		if (r == ST_USAGE || r == ST_INTERRUPTED)
			return r;
		if (r != ST_OK)
			worst = ST_HOST;
	}
	return worst;
}

static enum exit_status probe_default(const struct env *env,
				      const struct probe_opts *o)
{
	static const char *const machines[] = { "sim", "kvm" };
	enum exit_status r = ST_OK, best = ST_HOST;

	if (o->events)
		r = probe_events_host(env, o->events);
	if (r != ST_OK)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		r = probe_and_print(env, o, machines[i]);
		if (r == ST_USAGE || r == ST_INTERRUPTED)
			return r;
		if (r == ST_OK)
			best = ST_OK;
	}
	return best;
}

enum exit_status cmd_probe(const struct env *env, int argc, char **argv)
{
	struct probe_opts o = { .kernel = "baseline" };

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return ST_USAGE;
	if (o.quiet)
		log_set_level(LOG_WARNING);
	tmpdir_remove_stale();
	return o.nr_machines ? probe_named(env, &o) : probe_default(env, &o);
}
