/* SPDX-License-Identifier: GPL-2.0-only */
#include "running-kernel.h"

#include <sys/utsname.h>

#include "alloc.h"
#include "file.h"
#include "kernels-ini.h"
#include "log.h"
#include "sha256.h"

static enum exit_status check_name(const char *name,
				   const struct run_kernel *before, size_t nr)
{
	if (strchr(name, '=')) {
		log_err("--kernel '%s': machine local measures the kernel that "
			"runs, and boots none; give it a name alone",
			name);
		return ST_USAGE;
	}
	if (!kernels_ini_name_ok(name)) {
		log_err("'%s' cannot name a kernel: at most %d letters, "
			"digits, '.', '_' and '-', neither '.' nor '-' first",
			name, KERNELS_INI_NAME_MAX);
		return ST_USAGE;
	}
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(before[i].name, name) != 0)
			continue;
		log_err("two kernels have the name '%s'; give one another name",
			name);
		return ST_USAGE;
	}
	return ST_OK;
}

/* What linker and build left in it says which one it is. */
static char *identity(const struct utsname *uts)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char sha256[65];

	strbuf_addf(&text, "%s\n%s\n%s\n", uts->release, uts->version,
		    uts->machine);
	read_file("/sys/kernel/notes", &text);
	sha256_hex(text.buf, text.len, sha256);
	return xstrdup(sha256);
}

/* "Linux version 6.12 (a@b) (gcc ...) #1 ...", without its end of line. */
static char *toolchain(void)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (read_file("/proc/version", &text) < 0 || !text.len)
		return xstrdup("");
	return xstrndup(text.buf, strcspn(text.buf, "\n"));
}

static void fill(struct run_kernel *k, const char *name,
		 const struct utsname *uts)
{
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		*kernel_field(k, &kernel_fields[i]) = NULL;
	k->name = xstrdup(name);
	k->spec = xstrdup("running");
	k->key = identity(uts);
	k->vmlinux_sha256 = xstrdup(k->key);
	k->source_version = xstrdup(uts->release);
	k->release = xstrdup(uts->release);
	k->toolchain = toolchain();
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++) {
		char **field = kernel_field(k, &kernel_fields[i]);

		if (!*field)
			*field = xstrdup("");
	}
}

/* "6.1.0-rc1~x" and the like, as a name. */
static char *own_name(const struct utsname *uts)
{
	char *name = xstrndup(uts->release, KERNELS_INI_NAME_MAX);

	for (char *p = name; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && !strchr("._-", *p))
			*p = '_';
	return name;
}

enum exit_status running_kernels(const struct words *names,
				 struct run_kernel **ret, size_t *nr)
{
	_cleanup_free_ char *own = NULL;
	const char *const *list = names->v;
	size_t wanted = names->nr;
	struct utsname uts;

	*nr = 0;
	if (uname(&uts) < 0) {
		log_err_errno(errno, "cannot tell which kernel runs");
		return ST_HOST;
	}
	own = own_name(&uts);
	if (wanted == 0) {
		list = (const char *const *)&own;
		wanted = 1;
	}
	*ret = xcalloc(wanted, sizeof(**ret));
	for (size_t i = 0; i < wanted; i++) {
		enum exit_status r = check_name(list[i], *ret, i);

		if (r != ST_OK)
			return r;
		fill(&(*ret)[(*nr)++], list[i], &uts);
	}
	return ST_OK;
}
