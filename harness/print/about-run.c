/* SPDX-License-Identifier: GPL-2.0-only */
#include "about-run.h"

#include "alloc.h"
#include "strbuf.h"

static bool has(const char *text)
{
	return text && *text;
}

char *about_kernel(const struct run_kernel *k)
{
	_cleanup_free_ char *patches = run_kernel_patches(k);
	struct strbuf text = STRBUF_INIT;

	strbuf_addstr(&text, has(k->release)	 ? k->release
			     : k->source_version ? k->source_version
						 : "?");
	if (has(k->source_version))
		strbuf_addf(&text, ", source %s", k->source_version);
	if (has(k->key))
		strbuf_addf(&text, ", key %.12s", k->key);
	strbuf_addf(&text, ", %s", patches);
	if (has(k->cmdline))
		strbuf_addf(&text, ", cmdline %s", k->cmdline);
	if (has(k->toolchain))
		strbuf_addf(&text, ", %s", k->toolchain);
	return strbuf_steal(&text);
}

char *about_machine(const struct run *r)
{
	return xasprintf("%s: %s", r->machine ? r->machine : "?",
			 r->machine_detail ? r->machine_detail : "");
}

char *about_plan(const struct run *r)
{
	return xasprintf("suite %s, %u perturbations, seed %llu, guest %.12s",
			 r->suite ? r->suite : "?", r->perturbations,
			 (unsigned long long)r->seed,
			 r->guest_sha256 ? r->guest_sha256 : "?");
}
