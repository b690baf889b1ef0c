/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>

#include "alloc.h"
#include "exit-status.h"
#include "log.h"
#include "objdump.h"
#include "process.h"
#include "sha256.h"
#include "strbuf.h"

/* A function of a few thousand instructions is a few hundred KiB of text. */
#define TIMEOUT_MS 60000
#define MAX_BYTES (64 << 20)
#define EXIT_NOT_FOUND 127

void insns_release(struct insns *in)
{
	for (size_t i = 0; i < in->nr; i++)
		free(in->list[i].text);
	free(in->list);
	memset(in, 0, sizeof(*in));
}

enum exit_status vmlinux_check(const struct run_kernel *k)
{
	char hex[65];
	int r = k->image && *k->image ? sha256_file(k->image, hex) : -ENOENT;

	if (r < 0) {
		log_err("kernel %s: cannot read its vmlinux (%s): %s; cgmark "
			"build makes it again from the same source and "
			"patches",
			k->name, k->image ? k->image : "", strerror(-r));
		return ST_HOST;
	}
	if (!k->vmlinux_sha256 || strcmp(hex, k->vmlinux_sha256) != 0) {
		log_err("kernel %s: %s is not the vmlinux that was measured "
			"(sha256 %.12s now, %.12s then); measure again",
			k->name, k->image, hex,
			k->vmlinux_sha256 ? k->vmlinux_sha256 : "?");
		return ST_HOST;
	}
	return ST_OK;
}

/* Runs a tool from PATH with English output. */
static int run_tool(char *const words[], size_t nr, struct strbuf *out)
{
	_cleanup_free_ char **argv = xcalloc(nr + 4, sizeof(*argv));
	char env[] = "/usr/bin/env", locale[] = "LC_ALL=C";
	int r;

	argv[0] = env;
	argv[1] = locale;
	for (size_t i = 0; i < nr; i++)
		argv[2 + i] = words[i];
	r = process_run(&(struct process){
		PROCESS_INIT,
		.argv = argv,
		.out = out,
		.max_bytes = MAX_BYTES,
		.timeout_ms = TIMEOUT_MS,
	});
	if (r == EXIT_NOT_FOUND) {
		log_err("%s is missing; install it: apt-get install binutils",
			words[0]);
		return -ENOENT;
	}
	if (r < 0)
		return log_err_errno(-r, "cannot run %s", words[0]);
	if (r > 0) {
		log_err("%s ended with status %d", words[0], r);
		return -EIO;
	}
	return 0;
}

bool disassemble_line(const char *line, struct insns *ret)
{
	uint64_t at;
	char *end;
	size_t len;

	line += strspn(line, " ");
	at = strtoull(line, &end, 16);
	if (end == line || end[0] != ':' || end[1] != '\t')
		return false;
	end += 2;
	len = strcspn(end, "\n");
	while (len && isspace((unsigned char)end[len - 1]))
		len--;
	if (ret->nr == ret->alloc) {
		ret->alloc = 2 * ret->alloc + 256;
		ret->list = xreallocarray(ret->list, ret->alloc,
					  sizeof(*ret->list));
	}
	ret->list[ret->nr++] = (struct insn){
		.at = at,
		.text = xstrndup(end, len),
	};
	return true;
}

static int disassemble_part(const char *vmlinux, const struct code_part *part,
			    struct insns *ret)
{
	_cleanup_free_ char *start = xasprintf("--start-address=%#llx",
					       (unsigned long long)part->start);
	_cleanup_free_ char *stop = xasprintf("--stop-address=%#llx",
					      (unsigned long long)part->end);
	_cleanup_free_ char *file = xstrdup(vmlinux);
	char tool[] = "objdump", what[] = "-d", bare[] = "--no-show-raw-insn";
	char *words[] = { tool, what, bare, start, stop, file };
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int r = run_tool(words, ARRAY_SIZE(words), &out);

	for (char *p = out.buf; r == 0 && p && *p; p += *p == '\n') {
		disassemble_line(p, ret);
		p += strcspn(p, "\n");
	}
	return r;
}

int disassemble(const char *vmlinux, const struct code_part *parts, size_t nr,
		struct insns *ret)
{
	int r = 0;

	for (size_t i = 0; i < nr && r == 0; i++)
		r = disassemble_part(vmlinux, &parts[i], ret);
	return r;
}
