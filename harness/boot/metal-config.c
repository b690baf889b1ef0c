/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-config.h"

#include "alloc.h"
#include "file.h"
#include "inifile.h"
#include "log.h"
#include "metal-block.h"

#define WORDS_MAX (8 << 20)

const char *metal_dir(void)
{
	const char *dir = getenv("CGMARK_METAL_DIR");

	return dir && *dir ? dir : "/var/lib/cgmark/metal";
}

void metal_config_release(struct metal_config *c)
{
	free(c->scratch);
	c->scratch = NULL;
}

static char *config_path(const char *dir)
{
	return xasprintf("%s/metal.ini", dir);
}

static void take_seconds(struct inifile *f, const char *key, const char *value,
			 unsigned min, unsigned *ret)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n < min ||
	    n > METAL_SECONDS_MAX)
		inifile_fail(f, "%s is a number of seconds, %u to %d", key, min,
			     METAL_SECONDS_MAX);
	else
		*ret = n;
}

static void on_pair(struct inifile *f, const char *section, const char *key,
		    const char *value)
{
	static const char *const known[] = { "scratch", "deadline",
					     "watchdog" };
	struct metal_config *c = f->arg;

	if (strcmp(section, "metal") != 0) {
		inifile_fail(f, "section [%s] is not known: use [metal]",
			     section);
	} else if (strcmp(key, "scratch") == 0) {
		free(c->scratch);
		c->scratch = xstrdup(value);
	} else if (strcmp(key, "deadline") == 0) {
		take_seconds(f, key, value, 1, &c->deadline_s);
	} else if (strcmp(key, "watchdog") == 0) {
		take_seconds(f, key, value, 0, &c->watchdog_s);
	} else {
		inifile_fail_key(f, key, known, ARRAY_SIZE(known));
	}
}

int metal_config_load(const char *dir, struct metal_config *ret,
		      struct strbuf *why)
{
	_cleanup_free_ char *path = config_path(dir);

	*ret = (struct metal_config){ .scratch = NULL };
	if (access(path, F_OK) < 0) {
		strbuf_addf(why,
			    "%s is not there: run \"cgmark metal install\" "
			    "first",
			    path);
		return -ENOENT;
	}
	if (inifile_read(path, on_pair, ret) != ST_OK) {
		strbuf_addf(why, "%s is wrong", path);
		return -EINVAL;
	}
	if (ret->scratch && ret->deadline_s &&
	    (!ret->watchdog_s || ret->watchdog_s > ret->deadline_s))
		return 0;
	strbuf_addf(why,
		    "%s lacks scratch or deadline, or its watchdog is not "
		    "later than the deadline: run \"cgmark metal install\" "
		    "again",
		    path);
	return -EINVAL;
}

int metal_config_save(const char *dir, const struct metal_config *c)
{
	_cleanup_free_ char *path = config_path(dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = mkdir_p(dir, 0755);

	strbuf_addf(&text,
		    "[metal]\nscratch = %s\ndeadline = %u\nwatchdog = %u\n",
		    c->scratch, c->deadline_s, c->watchdog_s);
	if (r == 0)
		r = write_file_atomic(path, text.buf, text.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

bool metal_is_off(const char *dir, struct strbuf *why)
{
	_cleanup_free_ char *path = xasprintf("%s/off", dir);
	_cleanup_strbuf_ struct strbuf cmdline = STRBUF_INIT;

	if (access(path, F_OK) == 0) {
		strbuf_addf(why, "%s is there", path);
		return true;
	}
	if (read_file("/proc/cmdline", &cmdline) < 0 || !cmdline.buf ||
	    !strstr(cmdline.buf, "cgmark.metal=off"))
		return false;
	strbuf_addstr(why, "the kernel's command line has cgmark.metal=off");
	return true;
}

bool metal_remembers(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/remembers", dir);

	return access(path, F_OK) == 0;
}

void metal_set_remembers(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/remembers", dir);
	int r = 0;

	if (access(path, F_OK) < 0)
		r = write_file_atomic(path, "", 0);
	if (r < 0)
		log_warn("cannot write %s: %s", path, strerror(-r));
}

int metal_words_save(const char *dir, const char *nonce,
		     const struct strbuf *words)
{
	_cleanup_free_ char *path = xasprintf("%s/last-words", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r;

	strbuf_addf(&text, "%s\n", nonce);
	strbuf_add(&text, words->buf, words->len);
	r = write_file_atomic(path, text.buf, text.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

void metal_words_load(const char *dir, const char *nonce, struct strbuf *ret)
{
	_cleanup_free_ char *path = xasprintf("%s/last-words", dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	size_t len = strlen(nonce);

	if (len && read_regular(path, WORDS_MAX, &text) == 0 &&
	    text.len > len && text.buf[len] == '\n' &&
	    !memcmp(text.buf, nonce, len))
		strbuf_add(ret, text.buf + len + 1, text.len - len - 1);
}
