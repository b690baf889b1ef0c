/* SPDX-License-Identifier: GPL-2.0-only */
#include "local-steady.h"

#include <fcntl.h>
#include <glob.h>

#include "alloc.h"
#include "file.h"
#include "steady-saved.h"

#define CPU_DIR "/sys/devices/system/cpu"
#define IRQ_DIR "/proc/irq"
#define SAVED "/run/cgmark-local.steady"
/* Of a setting: lists of CPUs are the longest. */
#define VALUE_BYTES_MAX 4096

/* --- what is asked for --- */

static bool take_number(const char **p, const char *end, unsigned *ret)
{
	unsigned n = 0;

	if (*p == end || **p < '0' || **p > '9')
		return false;
	for (; *p < end && **p >= '0' && **p <= '9'; ++*p) {
		n = n * 10 + (unsigned)(**p - '0');
		if (n >= CPU_SETSIZE)
			return false;
	}
	*ret = n;
	return true;
}

bool local_steady_cpus(const char *text, size_t len, cpu_set_t *ret)
{
	const char *p = text, *end = text + len;

	CPU_ZERO(ret);
	do {
		unsigned first, last;

		if (!take_number(&p, end, &first))
			return false;
		last = first;
		if (p < end && *p == '-' && (p++, !take_number(&p, end, &last)))
			return false;
		if (last < first)
			return false;
		for (unsigned i = first; i <= last; i++)
			CPU_SET(i, ret);
	} while (p < end && (*p == ',' || *p == '+') && ++p);
	return p == end;
}

bool local_steady_word(const char *word, size_t len, struct local_steady *ret)
{
	const struct {
		const char *name;
		bool *what;
	} words[] = { { "governor", &ret->governor },
		      { "turbo", &ret->turbo },
		      { "smt", &ret->smt },
		      { "irqs", &ret->irqs } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].name) != len ||
		    strncmp(words[i].name, word, len) != 0)
			continue;
		*words[i].what = true;
		return true;
	}
	if (len <= 5 || strncmp(word, "cpus=", 5) != 0)
		return false;
	ret->has_cpus = local_steady_cpus(word + 5, len - 5, &ret->cpus);
	return ret->has_cpus;
}

bool local_steady_wanted(const struct local_steady *s)
{
	return s->governor || s->turbo || s->smt || s->irqs || s->has_cpus;
}

/* Away from where? */
bool local_steady_sound(const struct local_steady *s)
{
	return !s->irqs || s->has_cpus;
}

const char *local_steady_root(void)
{
	const char *root = getenv("CGMARK_STEADY_ROOT");

	return root ? root : "";
}

/* --- files of the kernel --- */

/* The first line; -errno, also of one that is longer than any such is. */
static int read_setting(const char *root, const char *path, struct strbuf *ret)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path);
	char buf[VALUE_BYTES_MAX];
	_cleanup_close_ int fd = open(full, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (n < 0)
		return -errno;
	if (n == (ssize_t)sizeof(buf) - 1)
		return -EFBIG;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	strbuf_reset(ret);
	strbuf_addstr(ret, buf);
	return 0;
}

/* In one piece, as the kernel takes it. */
static int write_setting(const char *root, const char *path, const char *value)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path);
	_cleanup_close_ int fd = open(full, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(value);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, value, len);
	if (n < 0)
		return -errno;
	/* For made-up files; later, so that no kill leaves one without a value. */
	if (*root && ftruncate(fd, n) < 0 && errno != EINVAL)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/* Writes it, and looks whether it is there: some take a value and keep theirs. */
static int set_value(const char *root, const char *path, const char *value)
{
	_cleanup_strbuf_ struct strbuf now = STRBUF_INIT;
	int r = write_setting(root, path, value);

	if (r == 0)
		r = read_setting(root, path, &now);
	return r < 0 ? r : strcmp(now.buf, value) == 0 ? 0 : -EBUSY;
}

/* --- which settings --- */

struct plan {
	const char *root;
	struct steady_settings settings;
	struct steady_settings irqs; /* as they were at first */
	struct strbuf *set, *unset;
};

__printf(2, 3) static void add_words(struct strbuf *sb, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strbuf_addf(sb, "%s%s", sb->len ? "; " : "", text);
}

/* Paths below the root that match; caller frees by globfree(). */
static bool find_all(const struct plan *p, const char *pattern, glob_t *g)
{
	_cleanup_free_ char *full = xasprintf("%s%s", p->root, pattern);

	return glob(full, 0, NULL, g) == 0;
}

/* One whose value is to be another; false: it cannot be read. */
static bool plan_value(struct plan *p, const char *path, const char *value)
{
	_cleanup_strbuf_ struct strbuf old = STRBUF_INIT;

	if (read_setting(p->root, path, &old) < 0)
		return false;
	if (strcmp(old.buf, value) == 0)
		return true;
	return steady_settings_add(&p->settings, path, old.buf, value);
}

static void plan_governor(struct plan *p)
{
	glob_t g;

	if (!find_all(p, CPU_DIR "/cpufreq/policy*/scaling_governor", &g)) {
		add_words(p->unset, "governor: this system has none");
		return;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		if (!plan_value(p, g.gl_pathv[i] + strlen(p->root),
				"performance"))
			add_words(p->unset, "governor: %s cannot be read",
				  g.gl_pathv[i] + strlen(p->root));
	globfree(&g);
}

static void plan_turbo(struct plan *p)
{
	if (!plan_value(p, CPU_DIR "/intel_pstate/no_turbo", "1") &&
	    !plan_value(p, CPU_DIR "/cpufreq/boost", "0"))
		add_words(p->unset, "turbo: this system has no switch for it");
}

static void plan_smt(struct plan *p)
{
	static const char *const without[] = { "off", "forceoff",
					       "notsupported" };
	_cleanup_strbuf_ struct strbuf now = STRBUF_INIT;

	if (read_setting(p->root, CPU_DIR "/smt/control", &now) < 0 ||
	    strcmp(now.buf, "notimplemented") == 0) {
		add_words(p->unset, "smt: this system has no switch for it");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		if (strcmp(now.buf, without[i]) == 0)
			return;
	steady_settings_add(&p->settings, CPU_DIR "/smt/control", now.buf,
			    "off");
}

static void format_cpus(const cpu_set_t *set, struct strbuf *ret)
{
	for (int i = 0, last; i < CPU_SETSIZE; i = last + 1) {
		last = i;
		if (!CPU_ISSET(i, set))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set))
			last++;
		strbuf_addf(ret, "%s%d", ret->len ? "," : "", i);
		if (last > i)
			strbuf_addf(ret, "-%d", last);
	}
}

static void take_away(cpu_set_t *set, const cpu_set_t *others)
{
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, others))
			CPU_CLR(i, set);
}

/* Where all of them may be; CPUs that go take some along elsewhere. */
static void read_irqs(struct plan *p)
{
	_cleanup_strbuf_ struct strbuf now = STRBUF_INIT;
	glob_t g;

	if (!find_all(p, IRQ_DIR "/[0-9]*/smp_affinity_list", &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *path = g.gl_pathv[i] + strlen(p->root);

		if (read_setting(p->root, path, &now) == 0)
			steady_settings_add(&p->irqs, path, now.buf, now.buf);
	}
	globfree(&g);
}

/* From where it may be now; or to any other, if it could be nowhere else. */
static void plan_irq(struct plan *p, const struct steady_setting *first,
		     const cpu_set_t *measured, const cpu_set_t *others)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT, new = STRBUF_INIT;
	cpu_set_t now, both;

	if (read_setting(p->root, first->path, &text) < 0 ||
	    !local_steady_cpus(text.buf, text.len, &now))
		return;
	CPU_AND(&both, &now, measured);
	if (CPU_COUNT(&both) > 0) {
		take_away(&now, measured);
		format_cpus(CPU_COUNT(&now) ? &now : others, &new);
	} else {
		strbuf_addstr(&new, text.buf);
	}
	if (strcmp(first->old, new.buf) != 0)
		steady_settings_add(&p->settings, first->path, first->old,
				    new.buf);
}

static void plan_irqs(struct plan *p, const cpu_set_t *measured)
{
	_cleanup_strbuf_ struct strbuf online = STRBUF_INIT;
	cpu_set_t others;

	if (read_setting(p->root, CPU_DIR "/online", &online) < 0 ||
	    !local_steady_cpus(online.buf, online.len, &others)) {
		add_words(p->unset, "irqs: it is not known which CPUs there "
				    "are");
		return;
	}
	take_away(&others, measured);
	if (CPU_COUNT(&others) == 0)
		add_words(p->unset, "irqs: there is no other CPU");
	else if (p->irqs.nr == 0)
		add_words(p->unset, "irqs: none can be found");
	else
		for (size_t i = 0; i < p->irqs.nr; i++)
			plan_irq(p, &p->irqs.list[i], measured, &others);
}

/* --- setting --- */

/* What a setting is called, by its path. */
static const char *name_of(const char *path)
{
	if (strncmp(path, IRQ_DIR, strlen(IRQ_DIR)) == 0)
		return "irqs";
	if (strstr(path, "/smt/"))
		return "smt";
	return strstr(path, "scaling_governor") ? "governor" : "turbo";
}

/* Of one kind, all of which were tried. */
struct tally {
	unsigned nr, failed;
	int err; /* of the last that failed */
	const char *old;
};

static void tell(const struct plan *p, const char *name, const struct tally *t)
{
	if (t->nr > t->failed)
		add_words(p->set, "%s %u of %u, the first was %s", name,
			  t->nr - t->failed, t->nr, t->old);
	if (t->failed)
		add_words(p->unset, "%s: %u of %u stay as they are (%s)", name,
			  t->failed, t->nr,
			  t->err == -EBUSY ? "the kernel keeps its value"
					   : strerror(-t->err));
}

static void set_all(const struct plan *p, const char *name)
{
	struct tally t = { .old = NULL };

	for (size_t i = 0; i < p->settings.nr; i++) {
		const struct steady_setting *s = &p->settings.list[i];
		int r;

		if (strcmp(name_of(s->path), name) != 0)
			continue;
		r = set_value(p->root, s->path, s->new);
		t.nr++;
		if (r < 0) {
			t.failed++;
			t.err = r;
		}
		if (!t.old)
			t.old = s->old;
	}
	tell(p, name, &t);
}

/* What nobody has put back yet stays what has to be put back. */
static int write_down(const struct plan *p)
{
	_cleanup_free_ char *path = xasprintf("%s" SAVED, p->root);
	_cleanup_(steady_settings_release) struct steady_settings all;
	int r = steady_saved_load(path, &all);

	if (r < 0)
		return r;
	for (size_t i = 0; i < p->settings.nr; i++) {
		const struct steady_setting *s = &p->settings.list[i];
		struct steady_setting *old =
			steady_settings_find(&all, s->path);

		if (!old) {
			steady_settings_add(&all, s->path, s->old, s->new);
			continue;
		}
		free(old->new);
		old->new = xstrdup(s->new);
	}
	return steady_saved_save(path, &all);
}

static void note_isolation(const struct plan *p, const cpu_set_t *cpus)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT, list = STRBUF_INIT;
	cpu_set_t isolated, bare = *cpus;

	CPU_ZERO(&isolated);
	if (read_setting(p->root, CPU_DIR "/isolated", &text) == 0 && text.len)
		local_steady_cpus(text.buf, text.len, &isolated);
	take_away(&bare, &isolated);
	if (CPU_COUNT(&bare) == 0)
		return;
	format_cpus(&bare, &list);
	add_words(p->unset,
		  "cpus: the scheduler uses %s for others, too "
		  "(isolcpus=)",
		  list.buf);
}

/* First of all, as CPUs that go take their settings along. */
static int set_smt(struct plan *p)
{
	int r;

	plan_smt(p);
	r = p->settings.nr ? write_down(p) : 0;
	if (r == 0)
		set_all(p, "smt");
	steady_settings_release(&p->settings);
	return r;
}

static int set_others(struct plan *p, const struct local_steady *s)
{
	int r;

	if (s->governor)
		plan_governor(p);
	if (s->turbo)
		plan_turbo(p);
	if (s->irqs)
		plan_irqs(p, &s->cpus);
	if (s->has_cpus)
		note_isolation(p, &s->cpus);
	r = p->settings.nr ? write_down(p) : 0;
	if (r == 0) {
		set_all(p, "governor");
		set_all(p, "turbo");
		set_all(p, "irqs");
	}
	steady_settings_release(&p->settings);
	return r;
}

int local_steady_set(const char *root, const struct local_steady *s,
		     struct strbuf *set, struct strbuf *unset)
{
	struct plan p = { .root = root, .set = set, .unset = unset };
	int r = 0;

	if (s->irqs)
		read_irqs(&p);
	if (s->smt)
		r = set_smt(&p);
	if (r == 0)
		r = set_others(&p, s);
	steady_settings_release(&p.irqs);
	return r;
}

void local_steady_bind(const struct local_steady *s, struct strbuf *unset)
{
	if (s->has_cpus && sched_setaffinity(0, sizeof(s->cpus), &s->cpus) < 0)
		add_words(unset, "cpus: %s", strerror(errno));
}

/* --- putting back --- */

/* 1: it was; 0: there is nothing to do; -errno: it is still to be done. */
static int put_back(const char *root, const struct steady_setting *s)
{
	_cleanup_strbuf_ struct strbuf now = STRBUF_INIT;
	int r = read_setting(root, s->path, &now);

	if (r < 0)
		return r;
	/* It never got so far; or somebody else has set it since. */
	if (strcmp(now.buf, s->new) != 0)
		return 0;
	r = set_value(root, s->path, s->old);
	return r < 0 ? r : 1;
}

struct restore {
	const char *root, *saved;
	struct steady_settings left; /* what could not be put back */
	unsigned nr;
	int err; /* the first */
	struct strbuf *why;
};

static void restore_one(struct restore *rs, const struct steady_setting *s)
{
	int r = put_back(rs->root, s);

	rs->nr += r > 0;
	/* A device that went takes its interrupts along, and a CPU its clock. */
	if (r >= 0 || (r == -ENOENT && rs->err == 0))
		return;
	steady_settings_add(&rs->left, s->path, s->old, s->new);
	if (rs->err < 0)
		return;
	rs->err = r;
	strbuf_addf(rs->why,
		    "cannot put %s%s back to \"%s\": %s; %s has what is left",
		    rs->root, s->path, s->old,
		    r == -EBUSY ? "the kernel keeps its value" : strerror(-r),
		    rs->saved);
}

/* SMT first: CPUs that come back bring along what else is to be put back. */
static void restore_all(struct restore *rs, const struct steady_settings *all)
{
	for (int smt = 1; smt >= 0; smt--)
		for (size_t i = 0; i < all->nr; i++)
			if ((strcmp(name_of(all->list[i].path), "smt") == 0) ==
			    smt)
				restore_one(rs, &all->list[i]);
}

int local_steady_restore(const char *root, unsigned *nr, struct strbuf *why)
{
	_cleanup_free_ char *path = xasprintf("%s" SAVED, root);
	_cleanup_(steady_settings_release) struct steady_settings all;
	struct restore rs = { .root = root, .saved = path, .why = why };
	int r = steady_saved_load(path, &all);

	*nr = 0;
	if (r < 0) {
		strbuf_addf(why, "%s: %s; what it would put back is not known",
			    path, r == -EBADMSG ? "damaged" : read_error(-r));
		return r;
	}
	if (all.nr == 0)
		return 0;
	restore_all(&rs, &all);
	*nr = rs.nr;
	r = steady_saved_save(path, &rs.left);
	steady_settings_release(&rs.left);
	if (r < 0 && rs.err == 0)
		strbuf_addf(why, "cannot write %s: %s", path, strerror(-r));
	return rs.err < 0 ? rs.err : r;
}
