/* SPDX-License-Identifier: GPL-2.0-only */
#include "gnuplot.h"

#include "colours.h"
#include "log.h"
#include "number.h"
#include "process.h"
#include "strbuf.h"

/* A plot takes some tenths of a second. */
unsigned gnuplot_timeout_ms = 60000;
#define MAX_BYTES (64 << 20)

/*
 * A single-quoted string knows one special character, the quote itself, and
 * what gnuplot makes of two of them depends on where they are.  So there is
 * none in it, nor a back-quote, which runs commands elsewhere in a script.
 */
void gp_string(struct strbuf *out, const char *s, size_t max)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	size_t width, seen = 0;
	const char *p;

	print_clean(&clean, s);
	p = clean.buf ? clean.buf : "";
	width = print_width(p);
	strbuf_addstr(out, "'");
	for (; *p; p++) {
		seen += ((unsigned char)*p & 0xc0) != 0x80;
		if (width > max && seen == max) {
			strbuf_addstr(out, "…");
			break;
		}
		if (*p == '\'' || *p == '`')
			strbuf_addstr(out, "’");
		else
			strbuf_add(out, p, 1);
	}
	strbuf_addstr(out, "'");
}

void gp_begin(struct strbuf *out, unsigned width, unsigned height)
{
	strbuf_addf(out, "width = %u\nheight = %u\n", width, height);
	strbuf_addf(out, "col_text = '%s'\ncol_muted = '%s'\n",
		    colour_hex(COL_TEXT), colour_hex(COL_MUTED));
	strbuf_addf(out, "col_grid = '%s'\ncol_band = '%s'\n",
		    colour_hex(COL_GRID), colour_hex(COL_BAND));
	strbuf_addf(out, "col_page = '%s'\n", colour_hex(COL_PAGE));
	gp_template(out, "common.gp");
}

void gp_title(struct strbuf *out, const char *title, unsigned width,
	      unsigned height)
{
	strbuf_addstr(out, "set label 9000 ");
	/* Bold type is some 8 pixels wide. */
	gp_string(out, title, (width - 12) / 8);
	strbuf_addf(out, " at screen %.5f, screen %.5f left font font_bold\n",
		    6.0 / width, 1 - 12.0 / height);
}

void gp_template(struct strbuf *out, const char *name)
{
	strbuf_addf(out, "load plots . '/%s'\n", name);
}

void gp_to_file(struct strbuf *out, const char *script, const char *path,
		bool png)
{
	strbuf_addf(out, "png = %d\ntarget = ", png);
	gp_string(out, path, SIZE_MAX);
	strbuf_addf(out, "\n%sunset output\nreset\n", script);
}

/* gnuplot's message is the last line of several that show the place. */
static void log_failure(int status, struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	const char *line = "";

	if (text->len > 0) {
		while (text->len > 0 && (text->buf[text->len - 1] == '\n' ||
					 text->buf[text->len - 1] == ' '))
			text->buf[--text->len] = '\0';
		line = strrchr(text->buf, '\n');
		line = line ? line + 1 : text->buf;
	}
	print_clean(&clean, line);
	if (status > 128)
		log_err("gnuplot was killed by signal %d", status - 128);
	else
		log_err("gnuplot failed: %s",
			clean.len ? clean.buf : "no message");
}

static int judge_end(int r, struct strbuf *err)
{
	switch (r) {
	case 0:
		return 0;
	case -ENOENT:
		log_err("gnuplot is not installed; on Debian: "
			"apt-get install gnuplot-nox");
		return r;
	case -ETIMEDOUT:
		log_err("gnuplot drew no plot within %u s and was killed; "
			"look at how busy the host is, try `gnuplot "
			"--version`, then run the report again",
			gnuplot_timeout_ms / 1000);
		return r;
	}
	if (r < 0)
		return log_err_errno(-r, "cannot run gnuplot");
	log_failure(r, err);
	return -EIO;
}

int gnuplot_run(const char *plots_dir, const char *script, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT, err = STRBUF_INIT;
	/*
	 * -d: without the user's own settings, which could change any plot.  Of "-" it
	 * reads each character by a call of its own, as if somebody typed.
	 */
	char program[] = "gnuplot", defaults[] = "-d", input[] = "/dev/stdin";
	char *argv[] = { program, defaults, input, NULL };

	strbuf_addstr(&text, "plots = ");
	gp_string(&text, plots_dir, SIZE_MAX);
	strbuf_addf(&text, "\n%s", script);
	return judge_end(process_run(&(struct process){
				 PROCESS_INIT,
				 .argv = argv,
				 .input = text.buf,
				 .input_len = text.len,
				 .out = out,
				 .err = &err,
				 .max_bytes = MAX_BYTES,
				 .timeout_ms = gnuplot_timeout_ms,
			 }),
			 &err);
}
