/* SPDX-License-Identifier: GPL-2.0-only */
#include "metal-journal.h"

#include <fcntl.h>
#include <inttypes.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "record.h"

#define JOURNAL_BYTES_MAX 8192

static const char *const states[] = { "planned", "armed", "leaving", "read" };

void metal_journal_release(struct metal_journal *j)
{
	free(j->run);
	free(j->boot);
	j->run = j->boot = NULL;
}

/* --- the file --- */

void metal_journal_format(const struct metal_journal *j, struct strbuf *ret)
{
	strbuf_addf(ret,
		    "cgmark-metal 1\nstate %s\nrun %s\nboot %s\nattempt %u\n"
		    "resets %u\nnonce %s\nhome %s\nleft %" PRIu64
		    "\nending %s\nstopped %d\n",
		    states[j->state], j->run, j->boot, j->attempt, j->resets,
		    *j->nonce ? j->nonce : "-", j->home, j->left_s,
		    metal_ending_str(j->ending), j->stopped);
	strbuf_addf(ret, "crc %08" PRIx32 "\n",
		    rec_crc32(0, ret->buf, ret->len));
}

/* The value of the line at *p, which has this key; NULL: it has not. */
static char *take_line(char **p, const char *key)
{
	size_t len = strlen(key);
	char *value = *p + len + 1, *lf;

	if (strncmp(*p, key, len) || (*p)[len] != ' ')
		return NULL;
	lf = strchr(value, '\n');
	if (!lf || lf == value)
		return NULL;
	*lf = '\0';
	*p = lf + 1;
	return value;
}

static bool take_number(char **p, const char *key, uint64_t max, uint64_t *ret)
{
	char *text = take_line(p, key), *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	*ret = strtoull(text, &end, 10);
	return !*end && *ret <= max;
}

static bool take_fixed(char **p, const char *key, char *ret, size_t size)
{
	char *text = take_line(p, key);

	if (!text || strlen(text) >= size)
		return false;
	strcpy(ret, text);
	return true;
}

static bool take_text(char **p, const char *key, char **ret)
{
	char *text = take_line(p, key);

	if (text)
		*ret = xstrdup(text);
	return text;
}

static bool take_state(char **p, enum metal_state *ret)
{
	char *text = take_line(p, "state");

	for (size_t i = 0; text && i < ARRAY_SIZE(states); i++) {
		if (strcmp(text, states[i]))
			continue;
		*ret = i;
		return true;
	}
	return false;
}

static bool take_ending(char **p, enum metal_ending *ret)
{
	char *text = take_line(p, "ending");

	return text && metal_ending_parse(text, ret) == 0;
}

static bool take_all(char *p, struct metal_journal *j)
{
	uint64_t version, attempt, resets, stopped;
	bool ok = take_number(&p, "cgmark-metal", 1, &version) &&
		  version == 1 && take_state(&p, &j->state) &&
		  take_text(&p, "run", &j->run) &&
		  take_text(&p, "boot", &j->boot) &&
		  take_number(&p, "attempt", METAL_ATTEMPTS_MAX, &attempt) &&
		  take_number(&p, "resets", UINT32_MAX, &resets) &&
		  take_fixed(&p, "nonce", j->nonce, sizeof(j->nonce)) &&
		  take_fixed(&p, "home", j->home, sizeof(j->home)) &&
		  take_number(&p, "left", UINT64_MAX, &j->left_s) &&
		  take_ending(&p, &j->ending) &&
		  take_number(&p, "stopped", 1, &stopped) && !*p;

	if (!ok || !attempt || *j->run != '/')
		return false;
	j->attempt = attempt;
	j->resets = resets;
	j->stopped = stopped;
	return true;
}

int metal_journal_parse(const char *text, size_t len, struct metal_journal *ret)
{
	static const size_t crc_len = sizeof("crc 01234567\n") - 1;
	_cleanup_free_ char *copy = NULL;
	char crc[16];

	*ret = (struct metal_journal){ .state = METAL_PLANNED };
	if (len < crc_len || memchr(text, '\0', len))
		return -EBADMSG;
	len -= crc_len;
	snprintf(crc, sizeof(crc), "crc %08" PRIx32 "\n",
		 rec_crc32(0, text, len));
	if (memcmp(text + len, crc, crc_len))
		return -EBADMSG;
	copy = xstrndup(text, len);
	return take_all(copy, ret) ? 0 : -EBADMSG;
}

static char *journal_path(const char *dir)
{
	return xasprintf("%s/journal", dir);
}

int metal_journal_load(const char *dir, struct metal_journal *ret)
{
	_cleanup_free_ char *path = journal_path(dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r = read_regular(path, JOURNAL_BYTES_MAX, &text);

	*ret = (struct metal_journal){ .state = METAL_PLANNED };
	return r < 0 ? r
		     : metal_journal_parse(text.buf ? text.buf : "", text.len,
					   ret);
}

int metal_journal_need(const char *dir, struct metal_journal *ret)
{
	int r = metal_journal_load(dir, ret);

	if (r == -EBADMSG)
		log_err("%s/journal is damaged: \"cgmark metal abort\" removes "
			"it",
			dir);
	else if (r < 0 && r != -ENOENT)
		log_err_errno(-r, "cannot read %s/journal", dir);
	return r;
}

int metal_journal_save(const char *dir, const struct metal_journal *j)
{
	_cleanup_free_ char *path = journal_path(dir);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	int r;

	metal_journal_format(j, &text);
	r = write_file_atomic(path, text.buf, text.len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

int metal_journal_remove(const char *dir)
{
	_cleanup_free_ char *path = journal_path(dir);
	_cleanup_close_ int fd = -1;

	if (unlink(path) < 0)
		return errno == ENOENT
			       ? 0
			       : log_err_errno(errno, "cannot remove %s", path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return log_err_errno(errno, "cannot write %s", dir);
	return 0;
}

bool metal_journal_names(const char *dir, const char *run_dir)
{
	_cleanup_(metal_journal_release) struct metal_journal j;
	_cleanup_free_ char *run = realpath(run_dir, NULL);

	return metal_journal_load(dir, &j) == 0 && run &&
	       strcmp(j.run, run) == 0;
}

/* --- what comes next --- */

void metal_journal_begin(struct metal_journal *j, const char *run,
			 const char *boot, const char *home)
{
	unsigned resets = j->resets;

	metal_journal_release(j);
	*j = (struct metal_journal){
		.state = METAL_PLANNED,
		.run = xstrdup(run),
		.boot = xstrdup(boot),
		.attempt = 1,
		.resets = resets,
	};
	snprintf(j->home, sizeof(j->home), "%s", home);
}

static void begin_attempt(struct metal_journal *j, const char *home)
{
	j->state = METAL_PLANNED;
	*j->nonce = '\0';
	j->left_s = 0;
	j->ending = METAL_ENDED;
	snprintf(j->home, sizeof(j->home), "%s", home);
}

static void conclude(struct metal_journal *j, enum metal_ending ending)
{
	j->state = METAL_READ;
	j->ending = ending;
	if (metal_ending_unexpected(ending))
		j->resets++;
	else if (ending != METAL_STAYED)
		j->resets = 0;
}

/* An attempt that ended: is that the end of the boot? */
static enum metal_step after(struct metal_journal *j, const char *home)
{
	if (j->resets >= METAL_RESETS_MAX) {
		j->stopped = true;
		return METAL_STOP;
	}
	if (!metal_ending_repeats(j->ending) ||
	    j->attempt >= METAL_ATTEMPTS_MAX)
		return METAL_TELL;
	j->attempt++;
	begin_attempt(j, home);
	return METAL_LEAVE;
}

/* Nothing was armed, so it was no attempt. */
static enum metal_step replan(struct metal_journal *j, const char *home,
			      bool same_home)
{
	j->resets += !same_home;
	if (j->resets >= METAL_RESETS_MAX) {
		j->stopped = true;
		return METAL_STOP;
	}
	begin_attempt(j, home);
	return METAL_LEAVE;
}

enum metal_step metal_journal_step(struct metal_journal *j, const char *home,
				   enum metal_ending ending)
{
	bool same_home = strcmp(j->home, home) == 0;

	if (j->stopped)
		return METAL_STOP;
	switch (j->state) {
	case METAL_PLANNED:
		return replan(j, home, same_home);
	case METAL_ARMED:
		conclude(j, same_home ? METAL_STAYED : METAL_HOME_RESET);
		break;
	case METAL_LEAVING:
		conclude(j, same_home ? METAL_STAYED : ending);
		break;
	case METAL_READ:
		break;
	}
	return after(j, home);
}
