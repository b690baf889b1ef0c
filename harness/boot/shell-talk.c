/* SPDX-License-Identifier: GPL-2.0-only */
#include <sys/socket.h>

#include "alloc.h"
#include "monotonic.h"
#include "shell-session.h"

void shell_say(struct session *se, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	strbuf_addstr(&se->to_say, text);
}

static void say_word(struct session *se, const char *what, const char *word)
{
	_cleanup_free_ char *text = or_abort(shell_escape(word));

	shell_say(se, "%s %s\n", what, text);
}

void shell_ask(struct session *se)
{
	const struct guest_shell *sh = se->sh;
	unsigned short rows, cols;

	if (sh->tty) {
		terminal_size(STDIN_FILENO, &rows, &cols);
		shell_say(se, "tty %hu %hu\n", rows, cols);
	}
	say_word(se, "cwd", sh->cwd);
	for (size_t i = 0; sh->envp[i]; i++)
		say_word(se, "env", sh->envp[i]);
	for (size_t i = 0; sh->argv[i]; i++)
		say_word(se, "arg", sh->argv[i]);
	shell_say(se, "start\n");
}

void shell_send(struct session *se)
{
	ssize_t n = send(se->socks[SOCK_CONTROL], se->to_say.buf,
			 se->to_say.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	/* What is wrong with it shows when the machine ends. */
	if (n <= 0)
		return;
	memmove(se->to_say.buf, se->to_say.buf + n, se->to_say.len - n);
	se->to_say.len -= n;
}

static void on_started(struct session *se)
{
	const struct guest_shell *sh = se->sh;

	se->started = true;
	se->deadline = sh->timeout_ms ? now_ns() + sh->timeout_ms * MS : 0;
	copier_init(&se->in, sh->no_stdin ? -1 : STDIN_FILENO,
		    se->socks[SOCK_IN]);
	if (!sh->tty)
		return;
	se->in.filter = escape_filter;
	se->in.arg = &se->escape;
}

static void take_line(struct session *se, const char *line)
{
	unsigned long long out, err;
	int status;

	if (strcmp(line, "started") == 0) {
		on_started(se);
	} else if (strcmp(line, "pong") == 0) {
		se->pong = true;
	} else if (sscanf(line, "exited %d %llu %llu", &status, &out, &err) ==
			   3 ||
		   sscanf(line, "killed %d %llu %llu", &status, &out, &err) ==
			   3) {
		se->ret->end = *line == 'e' ? SHELL_EXITED : SHELL_KILLED;
		se->ret->status = status;
		se->out_bytes = out;
		se->err_bytes = err;
		se->exited = true;
	}
}

void shell_read_control(struct session *se)
{
	char *line;
	int r = shell_lines_read(&se->lines, se->socks[SOCK_CONTROL]);

	/* Its end is that of the machine, which shows by itself. */
	if (r <= 0) {
		close(se->socks[SOCK_CONTROL]);
		se->socks[SOCK_CONTROL] = -1;
	}
	while ((line = shell_lines_next(&se->lines)))
		take_line(se, line);
}
