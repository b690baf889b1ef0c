/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What supervision understands of a guest and of QEMU while they run, and how
 * a boot is said to have ended.  Lines go to the console, or to status, samples
 * or QEMU's stderr if they begin with '1', '2' or '3'.
 */
#include <stdlib.h>

#include "alloc.h"
#include "boot-ending.h"
#include "fuzz.h"
#include "machine.h"

static const char *const numbers = "123";

static enum machine_channel channel_of(const char *line)
{
	static const enum machine_channel channels[] = { CH_STATUS, CH_SAMPLES,
							 CH_DIAG };
	const char *at = *line ? strchr(numbers, *line) : NULL;

	return at ? channels[at - numbers] : CH_CONSOLE;
}

/* In pieces of at most so many bytes. */
static void read_all(struct boot_read *rd, struct strbuf *diag,
		     const char *text, size_t len, size_t piece)
{
	const char *end = text + len;

	while (text < end) {
		const char *lf = memchr(text, '\n', end - text);
		const char *to = lf ? lf + 1 : end;
		enum machine_channel ch = channel_of(text);

		for (text += ch != CH_CONSOLE; text < to;) {
			size_t n =
				(size_t)(to - text) < piece ? to - text : piece;

			if (ch == CH_DIAG)
				strbuf_add(diag, text, n);
			else
				boot_read_bytes(rd, ch, text, n);
			text += n;
		}
	}
	for (int ch = 0; ch < NR_CH; ch++)
		if (ch != CH_DIAG)
			boot_read_eof(rd, ch);
}

static struct boot_ending judge(const char *text, size_t len, size_t piece)
{
	const char *arg;
	const struct machine_ops *ops = machine_find("sim", &arg);
	_cleanup_strbuf_ struct strbuf diag = STRBUF_INIT;
	struct boot_read rd = { 0 };
	struct boot_evidence ev = {
		.read = &rd,
		.nr_points = 3,
		.process = ops->process,
		.known_ends = ops->known_ends,
		.wait_status = len > 0 && *text == '4' ? 1 << 8 : 0,
	};
	struct boot_ending e;

	read_all(&rd, &diag, text, len, piece);
	ev.diag = diag.buf;
	e = boot_ending_judge(&ev);
	fuzz_check_clean(e.reason);
	fuzz_check((e.blame == BLAME_NONE) == (e.reason == NULL));
	for (int i = 0; i < BOOT_TAIL; i++)
		fuzz_check_clean(rd.tail[i]);
	boot_read_release(&rd);
	return e;
}

/* Where the kernel cut what it handed on says nothing. */
void fuzz_one(const char *text, size_t len)
{
	struct boot_ending whole = judge(text, len, len + 1);
	struct boot_ending cut = judge(text, len, 3);

	fuzz_check(whole.blame == cut.blame);
	fuzz_check(!whole.reason || !strcmp(whole.reason, cut.reason));
	free(whole.reason);
	free(cut.reason);
}
