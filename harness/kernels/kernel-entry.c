/* SPDX-License-Identifier: GPL-2.0-only */
/* What an entry of the cache tells of its kernel. */
#include "alloc.h"
#include "build-script.h"
#include "exit-status.h"
#include "file.h"
#include "log.h"

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
		b->spec->name, b->entry);
	return ST_HOST;
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

enum exit_status build_read_entry(const struct build *b, struct run_kernel *k)
{
	const struct kernel_spec *spec = b->spec;
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_free_ char *meta = NULL;
	int r;

	if (!b->entry) {
		log_err("kernel %s: %s succeeded but named no entry",
			spec->name, b->script);
		return ST_HOST;
	}
	meta = xasprintf("%s/meta", b->entry);
	r = read_file(meta, &text);
	if (r < 0) {
		log_err_errno(-r, "kernel %s: cannot read %s", b->spec->name,
			      meta);
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
