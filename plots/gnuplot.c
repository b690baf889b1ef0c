/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Script and output go through memory files: nothing is left behind however
 * the program ends, and no pipe can fill up.
 */
#include "gnuplot.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "colours.h"
#include "log.h"
#include "number.h"

/* What a shell says of a program that it does not find. */
#define EXIT_NOT_FOUND 127

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

static int memory_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return log_err_errno(errno, "cannot make a memory file");
	return fd;
}

static int write_all(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		s += n;
		len -= (size_t)n;
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int read_all(int fd, struct strbuf *out)
{
	char buf[8192];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		strbuf_add(out, buf, (size_t)n);
	}
	return 0;
}

/* -d: without the user's own settings, which could change every plot. */
static void exec_gnuplot(const int fd[3])
{
	for (int i = 0; i < 3; i++) {
		/* Close-on-exec stays set where dup2 has nothing to do. */
		if (dup2(fd[i], i) < 0 || fcntl(i, F_SETFD, 0) < 0)
			_exit(EXIT_FAILURE);
	}
	execlp("gnuplot", "gnuplot", "-d", "-", (char *)NULL);
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_FAILURE);
}

static int wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* gnuplot's message is the last line of several that show the place. */
static void log_failure(int status, int fd)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	const char *line = "";

	if (read_all(fd, &text) == 0 && text.len > 0) {
		while (text.len > 0 && (text.buf[text.len - 1] == '\n' ||
					text.buf[text.len - 1] == ' '))
			text.buf[--text.len] = '\0';
		line = strrchr(text.buf, '\n');
		line = line ? line + 1 : text.buf;
	}
	print_clean(&clean, line);
	if (WIFSIGNALED(status))
		log_err("gnuplot was killed by signal %d", WTERMSIG(status));
	else
		log_err("gnuplot failed: %s",
			clean.len ? clean.buf : "no message");
}

int gnuplot_run(const char *plots_dir, const char *script, struct strbuf *out)
{
	_cleanup_close_ int in = memory_file("script");
	_cleanup_close_ int svg = memory_file("svg");
	_cleanup_close_ int err = memory_file("stderr");
	const int fd[3] = { in, svg, err };
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r, status;
	pid_t pid;

	if (in < 0 || svg < 0 || err < 0)
		return -ENFILE;
	strbuf_addstr(&text, "plots = ");
	gp_string(&text, plots_dir, SIZE_MAX);
	strbuf_addf(&text, "\n%s", script);
	r = write_all(in, text.buf, text.len);
	if (r < 0)
		return log_err_errno(-r, "cannot write a gnuplot script");
	pid = fork();
	if (pid < 0)
		return log_err_errno(errno, "cannot start gnuplot");
	if (pid == 0)
		exec_gnuplot(fd);
	r = wait_for(pid, &status);
	if (r < 0)
		return log_err_errno(-r, "cannot wait for gnuplot");
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND) {
		log_err("gnuplot is not installed; on Debian: "
			"apt-get install gnuplot-nox");
		return -ENOENT;
	}
	if (status != 0) {
		log_failure(status, err);
		return -EIO;
	}
	r = read_all(svg, out);
	return r < 0 ? log_err_errno(-r, "cannot read a plot") : 0;
}
