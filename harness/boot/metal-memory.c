/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-memory.h"

#include <dirent.h>
#include <fcntl.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "metal-block.h"

#define RECORD_MAX (4 << 20)
#define SHOWN_BELOW 5 /* as in bench/init/kmsg.c: warnings and worse */
#define NONCE_WORD "cgmark.nonce="

const struct metal_memory_roots metal_memory_roots = {
	.live = "/sys/fs/pstore",
	.archive = "/var/lib/systemd/pstore",
	.ramoops = "/sys/module/ramoops/parameters",
};

void metal_memory_release(struct metal_memory *m)
{
	strbuf_release(&m->panic);
	strbuf_release(&m->console);
}

/* --- reading --- */

/* Behind what, which it has somewhere; NULL: it has not. */
static const char *find(const struct strbuf *text, const char *what)
{
	size_t len = strlen(what);
	const char *p =
		text->len ? memmem(text->buf, text->len, what, len) : NULL;

	return p ? p + len : NULL;
}

static bool has_mark(const struct strbuf *text, const char *mark,
		     const char *nonce)
{
	_cleanup_free_ char *line = xasprintf("%s%s", mark, nonce);

	return find(text, line);
}

/*
 * A record is the end of a log, so it may lack all that tells whose it is: then it
 * is ours if it can be that of no other kernel.
 */
static bool is_ours(const struct strbuf *text, const char *nonce, bool cleared)
{
	_cleanup_free_ char *word = xasprintf(NONCE_WORD "%s", nonce);

	if (find(text, word) || has_mark(text, METAL_MARK_INIT, nonce))
		return true;
	return cleared && !find(text, NONCE_WORD) &&
	       !find(text, "ommand line: ");
}

/* "<4>[    1.000000] text", "<12>..." : behind the level; NULL: none that shows. */
static const char *skip_level(const char *line)
{
	char *end;
	unsigned long n;

	if (*line != '<')
		return line;
	n = strtoul(line + 1, &end, 10);
	if (*end != '>')
		return line;
	return (n & 7) < SHOWN_BELOW ? end + 1 : NULL;
}

/* What is left to be read of a text. */
struct rest {
	const char *at;
	size_t len;
};

/* Sets *ret to the next line, without its end. */
static bool next_line(struct rest *rest, struct strbuf *ret)
{
	const char *lf;
	size_t n = rest->len;

	if (!n)
		return false;
	lf = memchr(rest->at, '\n', n);
	if (lf)
		n = lf - rest->at;
	strbuf_reset(ret);
	strbuf_add(ret, rest->at, n);
	n += lf != NULL;
	rest->at += n;
	rest->len -= n;
	return true;
}

/* "Panic#1 Part1", then the log. */
static void take_panic(const struct strbuf *text, const char *nonce,
		       bool cleared, struct metal_memory *m)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	struct rest rest = { text->buf, text->len };
	const char *shown;

	if (strncmp(text->buf, "Panic#", strlen("Panic#")) ||
	    !is_ours(text, nonce, cleared))
		return;
	next_line(&rest, &line);
	strbuf_reset(&m->panic);
	while (next_line(&rest, &line)) {
		shown = skip_level(line.buf);
		if (shown)
			strbuf_addf(&m->panic, "%s\n", shown);
	}
}

static void take_console(const struct strbuf *text, const char *nonce,
			 struct metal_memory *m)
{
	m->left |= has_mark(text, METAL_MARK_HOME, nonce);
	if (!has_mark(text, METAL_MARK_INIT, nonce))
		return;
	m->arrived = true;
	strbuf_reset(&m->console);
	strbuf_add(&m->console, text->buf, text->len);
}

static void take_file(const char *path, const char *name, const char *nonce,
		      bool cleared, struct metal_memory *m)
{
	static const char console[] = "console-ramoops", dmesg[] = "dmesg-";
	bool is_console = !strncmp(name, console, strlen(console));
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	if (!is_console && strncmp(name, dmesg, strlen(dmesg)) != 0)
		return;
	if (read_regular(path, RECORD_MAX, &text) < 0 || !text.len)
		return;
	if (is_console)
		take_console(&text, nonce, m);
	else
		take_panic(&text, nonce, cleared, m);
}

/* systemd's has a folder for each crash. */
static void take_folder(const char *dir, unsigned depth, const char *nonce,
			bool cleared, struct metal_memory *m)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, e->d_name);

		if (*e->d_name == '.')
			continue;
		if (e->d_type == DT_DIR && depth)
			take_folder(path, depth - 1, nonce, cleared, m);
		else
			take_file(path, e->d_name, nonce, cleared, m);
	}
	if (d)
		closedir(d);
}

void metal_memory_read(const struct metal_memory_roots *roots,
		       const char *nonce, struct metal_memory *ret)
{
	*ret = (struct metal_memory){ .left = false };
	take_folder(roots->archive, 2, nonce, false, ret);
	take_folder(roots->live, 0, nonce, true, ret);
}

bool metal_memory_bailed(const struct metal_memory *m)
{
	return find(&m->console, "Bail out! ");
}

/* --- what is new in it --- */

/* "[   12.345678] ...": in microseconds. */
static bool read_stamp(const char *line, uint64_t *ret)
{
	unsigned long long s, us;

	if (sscanf(line, "[%llu.%6llu]", &s, &us) != 2)
		return false;
	*ret = s * 1000000 + us;
	return true;
}

static uint64_t last_stamp(const struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	struct rest rest = { text->buf, text->len };
	uint64_t last = 0, us;

	while (next_line(&rest, &line))
		if (read_stamp(line.buf, &us) && us > last)
			last = us;
	return last;
}

void metal_memory_words(const struct metal_memory *m,
			const struct strbuf *console, struct strbuf *ret)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	const struct strbuf *text = m->panic.len ? &m->panic : &m->console;
	uint64_t known = last_stamp(console), us;
	struct rest rest = { text->buf, text->len };
	/* Lines without a stamp go with the one before. */
	bool is_new = !known;

	while (next_line(&rest, &line)) {
		if (read_stamp(line.buf, &us))
			is_new = us > known;
		if (is_new)
			strbuf_addf(ret, "%s\n", line.buf);
	}
}

/* --- before leaving --- */

/* What firmware keeps of home's own crashes is not ours. */
static bool is_of_memory(const char *name)
{
	return *name != '.' && strstr(name, "-ramoops-");
}

void metal_memory_clear(const struct metal_memory_roots *roots)
{
	DIR *d = opendir(roots->live);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		_cleanup_free_ char *path =
			xasprintf("%s/%s", roots->live, e->d_name);

		if (is_of_memory(e->d_name) && unlink(path) < 0)
			log_warn("cannot remove %s: %s", path, strerror(errno));
	}
	if (d)
		closedir(d);
}

static bool read_param(const struct metal_memory_roots *roots, const char *name,
		       struct strbuf *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", roots->ramoops, name);

	return read_first_line(path, ret) == 0 && ret->len;
}

static uint64_t read_number(const struct metal_memory_roots *roots,
			    const char *name)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	return read_param(roots, name, &text) ? strtoull(text.buf, NULL, 0) : 0;
}

/* As memparse() in the kernel; *p comes to lie behind it. */
static uint64_t parse_size(const char **p)
{
	static const char units[] = "kmgt";
	char *end;
	uint64_t n = strtoull(*p, &end, 0);
	const char *unit = *end ? strchr(units, *end | 0x20) : NULL;

	*p = unit ? end + 1 : end;
	return unit ? n << 10 * (unit - units + 1) : n;
}

/* Is all of this in a SIZE$ADDRESS[,...] at p? */
static bool reserves(const char *p, uint64_t at, uint64_t len)
{
	do {
		uint64_t size = parse_size(&p), from;

		if (*p++ != '$')
			return false;
		from = parse_size(&p);
		if (at >= from && len <= size && at - from <= size - len)
			return true;
	} while (*p++ == ',');
	return false;
}

static bool is_reserved(const char *cmdline, uint64_t at, uint64_t len)
{
	static const char key[] = "memmap=";

	while ((cmdline = strstr(cmdline, key))) {
		cmdline += strlen(key);
		if (reserves(cmdline, at, len))
			return true;
	}
	return false;
}

bool metal_memory_cmdline(const struct metal_memory_roots *roots,
			  const char *home, struct strbuf *ret)
{
	/* Where things lie depends on all of them. */
	static const char *const names[] = { "mem_address",  "mem_size",
					     "mem_type",     "record_size",
					     "console_size", "ftrace_size",
					     "pmsg_size",    "ecc" };
	uint64_t size = read_number(roots, "mem_size");

	if (!size ||
	    !is_reserved(home, read_number(roots, "mem_address"), size))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_strbuf_ struct strbuf value = STRBUF_INIT;

		if (read_param(roots, names[i], &value))
			strbuf_addf(ret, " ramoops.%s=%s", names[i], value.buf);
	}
	return true;
}

/* --- marks --- */

/* The level of messages that reach the console, which is that of errors at least. */
bool metal_memory_marks(void)
{
	_cleanup_strbuf_ struct strbuf consoles = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf level = STRBUF_INIT;

	return read_file("/proc/consoles", &consoles) == 0 &&
	       find(&consoles, "ramoops") &&
	       read_first_line("/proc/sys/kernel/printk", &level) == 0 &&
	       strtoul(level.buf, NULL, 10) > 3;
}

void metal_memory_mark(const char *nonce)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	_cleanup_free_ char *line =
		xasprintf("<3>" METAL_MARK_HOME "%s\n", nonce);

	/* Not by dprintf(), which seeks. */
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		log_warn("/dev/kmsg: %s", strerror(errno));
}
