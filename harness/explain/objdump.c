/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <fcntl.h>
#include <gelf.h>

#include "alloc.h"
#include "child.h"
#include "exit-status.h"
#include "log.h"
#include "objdump.h"
#include "sha256.h"
#include "strbuf.h"

/* A function of a few thousand instructions is a few hundred KiB of text. */
#define TIMEOUT_MS 60000
#define MAX_BYTES (64 << 20)
#define EXIT_NOT_FOUND 127
/* Addresses on one command line. */
#define BATCH 2000

void insns_release(struct insns *in)
{
	for (size_t i = 0; i < in->nr; i++)
		free(in->list[i].text);
	free(in->list);
	memset(in, 0, sizeof(*in));
}

int vmlinux_check(const struct run_kernel *k)
{
	char hex[65];
	int r = k->image && *k->image ? sha256_file(k->image, hex) : -ENOENT;

	if (r < 0) {
		log_err("kernel %s: its vmlinux (%s) is not there any more: "
			"%s; cgmark build makes it again from the same source "
			"and patches",
			k->name, k->image ? k->image : "", strerror(-r));
		return ST_HOST;
	}
	if (!k->vmlinux_sha256 || strcmp(hex, k->vmlinux_sha256) != 0) {
		log_err("kernel %s: %s is not the vmlinux that was measured "
			"(sha256 %.12s, then %.12s); measure again",
			k->name, k->image, hex,
			k->vmlinux_sha256 ? k->vmlinux_sha256 : "?");
		return ST_HOST;
	}
	return ST_OK;
}

/* Found in PATH, and in English. */
static int run_tool(char *const words[], size_t nr, struct strbuf *out)
{
	_cleanup_free_ char **argv = xcalloc(nr + 4, sizeof(*argv));
	char env[] = "/usr/bin/env", locale[] = "LC_ALL=C";
	int r;

	argv[0] = env;
	argv[1] = locale;
	for (size_t i = 0; i < nr; i++)
		argv[2 + i] = words[i];
	r = child_capture(argv, TIMEOUT_MS, MAX_BYTES, out);
	if (r == EXIT_NOT_FOUND) {
		log_err("%s is missing: apt-get install binutils", words[0]);
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

/* --- disassembly --- */

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

/* --- lines of source --- */

int vmlinux_has_lines(const char *vmlinux)
{
	_cleanup_close_ int fd = open(vmlinux, O_RDONLY | O_CLOEXEC);
	Elf_Scn *scn = NULL;
	size_t strings;
	int found = 0;
	GElf_Shdr sh;
	Elf *elf;

	if (fd < 0)
		return log_err_errno(errno, "cannot read %s", vmlinux);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_getshdrstrndx(elf, &strings) < 0) {
		log_err("%s: %s", vmlinux, elf_errmsg(-1));
		elf_end(elf);
		return -ENOEXEC;
	}
	while ((scn = elf_nextscn(elf, scn))) {
		const char *name =
			gelf_getshdr(scn, &sh)
				? elf_strptr(elf, strings, sh.sh_name)
				: NULL;

		if (name && !strcmp(name, ".debug_line") && sh.sh_size)
			found = 1;
	}
	elf_end(elf);
	return found;
}

/* "FILE:LINE", "FILE:LINE (discriminator N)", "??:0" or "??:?". */
static void parse_place(const char *text, size_t len, struct source_line *ret)
{
	_cleanup_free_ char *copy = xstrndup(text, len);
	char *note = strstr(copy, " (discriminator"), *colon;

	if (note)
		*note = '\0';
	colon = strrchr(copy, ':');
	free(ret->file);
	*ret = (struct source_line){ NULL };
	if (!colon || copy[0] == '?' || !isdigit((unsigned char)colon[1]))
		return;
	ret->line = (unsigned)strtoul(colon + 1, NULL, 10);
	*colon = '\0';
	if (ret->line)
		ret->file = xstrdup(copy);
}

/* The last line of an address is the outermost: what was inlined comes first. */
int source_parse(const char *text, size_t nr, struct source_line *ret)
{
	size_t seen = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (strncmp(text, "0x", 2) == 0) {
			if (++seen > nr)
				return -EBADMSG;
			ret[seen - 1] = (struct source_line){ NULL };
		} else if (!seen) {
			return -EBADMSG;
		} else {
			parse_place(text, len, &ret[seen - 1]);
		}
		text += len + (text[len] == '\n');
	}
	return seen == nr ? 0 : -EBADMSG;
}

static int ask_lines(const char *vmlinux, const uint64_t *at, size_t nr,
		     struct source_line *ret)
{
	_cleanup_free_ char **words = xcalloc(nr + 5, sizeof(*words));
	_cleanup_free_ char *file = xstrdup(vmlinux);
	char tool[] = "addr2line", addresses[] = "-a", inlines[] = "-i";
	char exe[] = "-e";
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	char *fixed[] = { tool, addresses, inlines, exe, file };
	int r;

	memcpy(words, fixed, sizeof(fixed));
	for (size_t i = 0; i < nr; i++)
		words[5 + i] = xasprintf("%llx", (unsigned long long)at[i]);
	r = run_tool(words, nr + 5, &out);
	for (size_t i = 0; i < nr; i++)
		free(words[5 + i]);
	if (r == 0 && source_parse(out.buf ? out.buf : "", nr, ret) < 0) {
		log_err("cannot make sense of what addr2line says of %s",
			vmlinux);
		r = -EBADMSG;
	}
	return r;
}

int source_lines(const char *vmlinux, const uint64_t *at, size_t nr,
		 struct source_line *ret)
{
	int r = 0;

	memset(ret, 0, nr * sizeof(*ret));
	for (size_t i = 0; i < nr && r == 0; i += BATCH)
		r = ask_lines(vmlinux, at + i, nr - i < BATCH ? nr - i : BATCH,
			      ret + i);
	return r;
}
