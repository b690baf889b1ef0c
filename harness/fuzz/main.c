/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between libFuzzer, which has main(), and a target.
 */
#include <stdlib.h>

#include "alloc.h"
#include "file.h"
#include "fuzz.h"
#include "record.h"

const char *fuzz_dir;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void remove_dir(void)
{
	rm_rf(fuzz_dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *tmp = getenv("TMPDIR");

	fuzz_dir = mkdtemp(
		xasprintf("%s/cgmark-fuzz-XXXXXX", tmp && *tmp ? tmp : "/tmp"));
	if (!fuzz_dir)
		abort();
	atexit(remove_dir);
	return 0;
}

/* A copy that ends with a NUL, and is as long as it says and no longer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	_cleanup_free_ char *text = xcalloc(len + 1, 1);

	if (len)
		memcpy(text, data, len);
	fuzz_one(text, len);
	return 0;
}

const char *fuzz_file(const char *name, const char *data, size_t len)
{
	static char *path;

	free(path);
	path = xasprintf("%s/%s", fuzz_dir, name);
	if (write_file_in_place(path, data, len, false) < 0)
		abort();
	return path;
}

void fuzz_check_clean(const char *text)
{
	for (; text && *text; text++)
		fuzz_check((unsigned char)*text >= ' ' && *text != 127);
}

void fuzz_add_record_end(struct strbuf *text, const char *counted)
{
	const char *line = text->buf, *end = text->buf + text->len;
	char record[REC_LINE_MAX];
	unsigned count = 0;

	if (!text->len || end[-1] != '\n' ||
	    memmem(text->buf, text->len, "\nE\t", 3))
		return;
	for (; line < end; line = (char *)memchr(line, '\n', end - line) + 1)
		count += *line && strchr(counted, *line) && line[1] == '\t';
	rec_format_end(record, sizeof(record), count,
		       rec_crc32(0, text->buf, text->len));
	strbuf_addstr(text, record);
}

void fuzz_add_json_end(struct strbuf *text)
{
	if (text->len && text->buf[text->len - 1] == '\n')
		return;
	strbuf_addf(text, ",\n  \"crc32\": \"%08lx\"\n}\n",
		    (unsigned long)rec_crc32(0, text->buf, text->len));
}
