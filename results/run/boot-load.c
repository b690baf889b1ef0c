/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-load.h"
#include "alloc.h"
#include "log.h"

void boot_fault(struct boot_load *l, const char *file, const char *fmt, ...)
{
	_cleanup_free_ char *path = run_boot_path(l->run, l->boot, file);
	_cleanup_free_ char *key = xasprintf("/%s/", file);
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	log_err("%s: %s", path, text ? text : fmt);
	if (l->counted.len && strstr(l->counted.buf, key))
		return;
	strbuf_addstr(&l->counted, key);
	l->damaged++;
}

void boot_set_status(struct run_boot *b, size_t i, enum point_status status,
		     const char *text)
{
	b->status[i] = status;
	free(b->status_text[i]);
	b->status_text[i] = xstrdup(text);
}
