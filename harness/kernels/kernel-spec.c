/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "alloc.h"
#include "exit-status.h"
#include "kernel-spec.h"
#include "kernel-words.h"
#include "kernels-ini.h"
#include "log.h"
#include "spec-split.h"
#include "suggest.h"

/* The context in which the words of a kernel are read. */
struct context {
	const char *kernel_dir;
	const char *word; /* as the user wrote it, for messages */
	const char *base; /* directory of relative paths */
};

bool kernel_spec_is_prebuilt(const struct kernel_spec *k)
{
	return strncmp(k->source, "image:", 6) == 0 ||
	       strncmp(k->source, "pkg:", 4) == 0;
}

void kernel_spec_release(struct kernel_spec *k)
{
	for (size_t i = 0; i < k->nr_config; i++)
		free(k->config[i]);
	free(k->config);
	free(k->name);
	free(k->source);
	free(k->patches);
	free(k->first);
	free(k->cmdline);
	memset(k, 0, sizeof(*k));
}

/* Absolute path of an existing file or directory, or NULL (logged). */
static char *resolve(const struct context *cx, const char *what,
		     const char *path)
{
	const char *home = getenv("HOME");
	_cleanup_free_ char *full = NULL;
	char *real;

	if (path[0] == '~' && path[1] == '/' && home)
		full = xasprintf("%s%s", home, path + 1);
	else if (path[0] == '/')
		full = xstrdup(path);
	else
		full = xasprintf("%s/%s", cx->base, path);
	real = realpath(full, NULL);
	if (!real)
		log_err("kernel '%s': %s %s: %s", cx->word, what, full,
			strerror(errno));
	return real;
}

/* A line of text must be able to hold the path. */
static enum exit_status check_path(const struct context *cx, const char *path)
{
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c < ' ') {
			log_err("kernel '%s': a path holds a control character",
				cx->word);
			return ST_USAGE;
		}
	}
	return ST_OK;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum exit_status set_deb(const struct context *cx, const char *package,
				char **ret)
{
	size_t len = strspn(package, "abcdefghijklmnopqrstuvwxyz0123456789.+-");

	if (!len || package[len]) {
		log_err("kernel '%s': '%s' is no name of a Debian package",
			cx->word, package);
		return ST_USAGE;
	}
	*ret = xasprintf("deb:%s", package);
	return ST_OK;
}

static enum exit_status set_dir(const struct context *cx, const char *path,
				char **ret)
{
	_cleanup_free_ char *real = resolve(cx, "source directory", path);
	_cleanup_free_ char *kbuild = NULL;

	if (!real || check_path(cx, real) != ST_OK)
		return ST_USAGE;
	kbuild = xasprintf("%s/Kbuild", real);
	if (access(kbuild, R_OK) < 0) {
		log_err("kernel '%s': %s is no kernel source: it has no "
			"readable Kbuild file",
			cx->word, real);
		return ST_USAGE;
	}
	*ret = xasprintf("dir:%s", real);
	return ST_OK;
}

const char *kernel_spec_git_ref(const char *text)
{
	const char *end = text + strlen(text);

	while (end > text) {
		if (*--end == '@' && end[1] && end[1] != '{')
			return end + 1;
	}
	return NULL;
}

static enum exit_status set_git(const struct context *cx, const char *text,
				char **ret)
{
	const char *ref = kernel_spec_git_ref(text);
	_cleanup_free_ char *path = NULL, *real = NULL;

	if (!ref || ref == text + 1) {
		log_err("kernel '%s': a git source is written git:PATH@REF",
			cx->word);
		return ST_USAGE;
	}
	path = xstrndup(text, ref - 1 - text);
	real = resolve(cx, "git repository", path);
	if (!real || check_path(cx, real) != ST_OK)
		return ST_USAGE;
	if (!is_dir(real)) {
		log_err("kernel '%s': %s is no directory", cx->word, real);
		return ST_USAGE;
	}
	*ret = xasprintf("git:%s@%s", real, ref);
	return ST_OK;
}

static enum exit_status set_image(const struct context *cx, const char *path,
				  char **ret)
{
	_cleanup_free_ char *real = resolve(cx, "image", path);

	if (!real || check_path(cx, real) != ST_OK)
		return ST_USAGE;
	*ret = xasprintf("image:%s", real);
	return ST_OK;
}

/* A package that apt knows, one version of it (=), or a file. */
static enum exit_status set_pkg(const struct context *cx, const char *text,
				char **ret)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.+-");
	_cleanup_free_ char *real = NULL;

	if (strchr(text, '/') || *text == '~') {
		real = resolve(cx, "package", text);
		if (!real || check_path(cx, real) != ST_OK)
			return ST_USAGE;
		text = real;
	} else if (!len ||
		   (text[len] && (text[len] != '=' || !text[len + 1]))) {
		log_err("kernel '%s': '%s' is no name of a Debian package; a "
			"file is written with its path, such as ./%s",
			cx->word, text, text);
		return ST_USAGE;
	}
	*ret = xasprintf("pkg:%s", text);
	return ST_OK;
}

static const struct kind {
	const char *prefix;
	enum exit_status (*set)(const struct context *cx, const char *text,
				char **ret);
	const char *prebuilt; /* what it is, if nothing is built */
} kinds[] = {
	{ "deb:", set_deb, NULL },
	{ "dir:", set_dir, NULL },
	{ "git:", set_git, NULL },
	{ "image:", set_image, "an image" },
	{ "pkg:", set_pkg, "a binary package" },
};

static const struct kind *find_kind(const char *source)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(source, kinds[i].prefix, strlen(kinds[i].prefix)) ==
		    0)
			return &kinds[i];
	return NULL;
}

static enum exit_status set_source(const struct context *cx, const char *source,
				   char **ret)
{
	const struct kind *kind = find_kind(source);

	if (!kind) {
		log_err("kernel '%s': source '%s' is none of deb:PACKAGE, "
			"dir:PATH, git:PATH@REF, image:PATH, pkg:PACKAGE",
			cx->word, source);
		return ST_USAGE;
	}
	return kind->set(cx, source + strlen(kind->prefix), ret);
}

/* A series file, or a directory with a file "series". */
static enum exit_status set_patches(const struct context *cx, const char *path,
				    char **ret)
{
	_cleanup_free_ char *real = NULL;
	char *series;

	if (!*path) {
		*ret = xstrdup("");
		return ST_OK;
	}
	real = resolve(cx, "patch series", path);
	if (!real || check_path(cx, real) != ST_OK)
		return ST_USAGE;
	series = is_dir(real) ? xasprintf("%s/series", real) : xstrdup(real);
	if (access(series, R_OK) < 0) {
		log_err("kernel '%s': patch series %s: %s", cx->word, series,
			strerror(errno));
		free(series);
		return ST_USAGE;
	}
	*ret = series;
	return ST_OK;
}

static enum exit_status set_first(const struct context *cx, const char *text,
				  char **ret)
{
	size_t len = strspn(text, "0123456789");

	if (!len || text[len] || len > 4) {
		log_err("kernel '%s': first=%s is no number of patches",
			cx->word, text);
		return ST_USAGE;
	}
	*ret = xstrdup(text);
	return ST_OK;
}

static void log_unknown_fragment(const char *dir, const char *name)
{
	const char *known[128];
	struct dirent **found = NULL;
	int nr = scandir(dir, &found, NULL, alphasort);
	size_t n = 0;

	for (int i = 0; i < nr; i++) {
		char *dot = strstr(found[i]->d_name, ".config");

		if (dot && dot != found[i]->d_name && !dot[7] &&
		    n < ARRAY_SIZE(known)) {
			*dot = '\0';
			known[n++] = found[i]->d_name;
		}
	}
	suggest_log("config fragment", name, known, n);
	for (int i = 0; i < nr; i++)
		free(found[i]);
	free(found);
}

static enum exit_status add_fragment(const struct context *cx, const char *name,
				     struct kernel_spec *k)
{
	_cleanup_free_ char *dir = xasprintf("%s/config.d", cx->kernel_dir);
	_cleanup_free_ char *file = xasprintf("%s/%s.config", dir, name);
	char *path;

	if (!strchr(name, '/') && access(file, F_OK) < 0) {
		log_unknown_fragment(dir, name);
		return ST_USAGE;
	}
	path = resolve(cx, "config fragment", strchr(name, '/') ? name : file);
	if (!path)
		return ST_USAGE;
	k->config =
		xreallocarray(k->config, k->nr_config + 1, sizeof(*k->config));
	k->config[k->nr_config++] = path;
	if (check_path(cx, path) != ST_OK)
		return ST_USAGE;
	if (access(path, R_OK) < 0 || is_dir(path)) {
		log_err("kernel '%s': config fragment %s cannot be read",
			cx->word, path);
		return ST_USAGE;
	}
	return ST_OK;
}

static enum exit_status set_config(const struct context *cx, const char *names,
				   const char *separators,
				   struct kernel_spec *k)
{
	_cleanup_free_ char *copy = xstrdup(names);
	char *save = NULL;

	for (char *name = strtok_r(copy, separators, &save); name;
	     name = strtok_r(NULL, separators, &save)) {
		enum exit_status r = add_fragment(cx, name, k);

		if (r != ST_OK)
			return r;
	}
	return ST_OK;
}

static enum exit_status set_cmdline(const struct context *cx, const char *text,
				    char **ret)
{
	for (const char *c = text; *c; c++) {
		if (*c < ' ' || *c > '~') {
			log_err("kernel '%s': cmdline is not printable ASCII",
				cx->word);
			return ST_USAGE;
		}
	}
	if (kernel_words_end(text)) {
		log_err("kernel '%s': cmdline has the word '--', behind which "
			"all is for init, also what cgmark appends",
			cx->word);
		return ST_USAGE;
	}
	if (strlen(text) > 1024) {
		log_err("kernel '%s': cmdline is longer than 1024 characters",
			cx->word);
		return ST_USAGE;
	}
	*ret = xstrdup(text);
	return ST_OK;
}

/* Sets those options of o that k does not have yet. */
static enum exit_status apply(const struct context *cx,
			      const struct kernel_opts *o,
			      const char *separators, bool *config_given,
			      struct kernel_spec *k)
{
	enum exit_status r = ST_OK;

	if (o->source && !k->source)
		r = set_source(cx, o->source, &k->source);
	if (r == ST_OK && o->patches && !k->patches)
		r = set_patches(cx, o->patches, &k->patches);
	if (r == ST_OK && o->first && !k->first)
		r = set_first(cx, o->first, &k->first);
	if (r == ST_OK && o->cmdline && !k->cmdline)
		r = set_cmdline(cx, o->cmdline, &k->cmdline);
	if (r == ST_OK && o->config && !*config_given) {
		*config_given = true;
		r = set_config(cx, o->config, separators, k);
	}
	return r;
}

static enum exit_status check_prebuilt(const struct context *cx,
				       const struct kernel_spec *k)
{
	const struct kind *kind = find_kind(k->source);

	if (!kind->prebuilt || (!*k->patches && !*k->first && !k->nr_config))
		return ST_OK;
	log_err("kernel '%s': %s is not built, so it takes neither patches= "
		"nor config=",
		cx->word, kind->prebuilt);
	return ST_USAGE;
}

/* Takes options from the command line, and the rest from kernels.ini. */
static enum exit_status fill_base(const char *word, const char *kernel_dir,
				  const struct kernel_opts *given,
				  const char *cwd, struct kernel_spec *k)
{
	struct context cx = { kernel_dir, word, cwd };
	const struct kind *direct = find_kind(given->source);
	bool config_given = false;
	struct kernel_opts first = *given;
	const struct kernels_ini_section *s;
	struct kernels_ini ini;
	enum exit_status r;

	/* Names are resolved below, after kernels.ini is read. */
	if (!direct) {
		if (strpbrk(given->source, ":/"))
			return set_source(&cx, given->source, &k->source);
		first.source = NULL;
	}
	r = apply(&cx, &first, ":", &config_given, k);
	if (r != ST_OK)
		return r;
	if (direct && (config_given || direct->prebuilt))
		return ST_OK;

	r = kernels_ini_load(kernel_dir, &ini);
	if (r != ST_OK)
		return r;
	cx.base = kernel_dir;
	s = kernels_ini_find(&ini, direct ? "baseline" : given->source);
	if (s && direct) {
		struct kernel_opts config = { .config = s->opts.config };

		r = apply(&cx, &config, " \t", &config_given, k);
	} else if (s) {
		r = apply(&cx, &s->opts, " \t", &config_given, k);
	} else if (!direct) {
		kernels_ini_log_unknown(&ini, given->source);
		r = ST_USAGE;
	}
	kernels_ini_release(&ini);
	return r;
}

/* The same; "config=+NAME" adds to the fragments that there are without it. */
static enum exit_status fill(const struct context *cx,
			     const struct kernel_opts *given,
			     struct kernel_spec *k)
{
	const char *config = given->config ? given->config : "";
	struct kernel_opts rest = *given;
	enum exit_status r;

	if (*config != '+')
		return fill_base(cx->word, cx->kernel_dir, given, cx->base, k);
	if (!config[1]) {
		log_err("kernel '%s': config=+ names no fragment", cx->word);
		return ST_USAGE;
	}
	rest.config = NULL;
	r = fill_base(cx->word, cx->kernel_dir, &rest, cx->base, k);
	return r == ST_OK ? set_config(cx, config + 1, ":", k) : r;
}

static enum exit_status parse(const char *word, const char *kernel_dir,
			      const char *cwd, struct kernel_spec *k)
{
	const struct context cx = { kernel_dir, word, cwd };
	struct kernel_opts given = { NULL };
	const char *eq = strchr(word, '=');
	enum exit_status r;

	k->name = eq ? xstrndup(word, eq - word) : xstrdup(word);
	if (!kernels_ini_name_ok(k->name)) {
		log_err("'%s' cannot name a kernel: at most %d letters, "
			"digits, '.', '_' and '-', neither '.' nor '-' first",
			k->name, KERNELS_INI_NAME_MAX);
		return ST_USAGE;
	}
	r = kernel_spec_split(word, eq ? eq + 1 : word, &given);
	if (r == ST_OK)
		r = fill(&cx, &given, k);
	kernel_opts_release(&given);
	if (r != ST_OK)
		return r;
	if (!k->patches)
		k->patches = xstrdup("");
	if (!k->first)
		k->first = xstrdup("");
	if (!k->cmdline)
		k->cmdline = xstrdup("");
	return check_prebuilt(&cx, k);
}

enum exit_status kernel_spec_parse(const char *word, const char *kernel_dir,
				   struct kernel_spec *ret)
{
	_cleanup_free_ char *cwd = getcwd(NULL, 0);
	enum exit_status r;

	memset(ret, 0, sizeof(*ret));
	if (!cwd) {
		log_err_errno(errno, "the current directory is gone");
		return ST_HOST;
	}
	r = parse(word, kernel_dir, cwd, ret);
	if (r != ST_OK)
		kernel_spec_release(ret);
	return r;
}

enum exit_status kernel_spec_add_flavour(struct kernel_spec *k,
					 const char *name,
					 const char *kernel_dir)
{
	const struct context cx = { kernel_dir, k->name, kernel_dir };
	enum exit_status r;

	if (strchr(name, '/')) {
		log_err("'%s' names no flavour: it is a fragment of %s/config.d",
			name, kernel_dir);
		return ST_USAGE;
	}
	r = add_fragment(&cx, name, k);
	return r == ST_OK ? check_prebuilt(&cx, k) : r;
}

enum exit_status kernel_spec_list(const char *kernel_dir,
				  struct kernel_spec **ret, size_t *nr)
{
	struct kernel_spec *list;
	struct kernels_ini ini;
	size_t n = 0;
	enum exit_status r;

	r = kernels_ini_load(kernel_dir, &ini);
	if (r != ST_OK)
		return r;
	list = xcalloc(ini.nr + 1, sizeof(*list));
	while (r == ST_OK && n < ini.nr) {
		r = kernel_spec_parse(ini.sections[n].name, kernel_dir,
				      &list[n]);
		if (r == ST_OK)
			n++;
	}
	kernels_ini_release(&ini);
	if (r != ST_OK) {
		while (n > 0)
			kernel_spec_release(&list[--n]);
		free(list);
		return r;
	}
	*ret = list;
	*nr = n;
	return ST_OK;
}

char *kernel_spec_text(const struct kernel_spec *k)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, k->source);
	if (*k->patches)
		strbuf_addf(&sb, ",patches=%s", k->patches);
	if (*k->first)
		strbuf_addf(&sb, ",first=%s", k->first);
	for (size_t i = 0; i < k->nr_config; i++) {
		const char *slash = strrchr(k->config[i], '/');

		strbuf_addf(&sb, "%s%s", i ? ":" : ",config=",
			    slash ? slash + 1 : k->config[i]);
	}
	if (*k->cmdline)
		strbuf_addf(&sb, ",cmdline=%s", k->cmdline);
	return strbuf_steal(&sb);
}
