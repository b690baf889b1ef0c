/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>

#include "alloc.h"
#include "annotate.h"
#include "exit-status.h"
#include "log.h"
#include "strbuf.h"
#include "suggest.h"

/* Maximum size of the table for the longest common sequence. */
#define MAX_CELLS (64u << 20)

void annotation_release(struct annotation *a)
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		insns_release(&a->code[i]);
	free(a->rows);
}

/* --- alignment --- */

/* "<find_css_set+0x1c>" of the function itself: without the offset. */
static size_t copy_symbol(struct strbuf *out, const char *p, const char *own,
			  const char *shown)
{
	size_t len = strcspn(p, ">"), own_len = strlen(own);

	if (strncmp(p + 1, own, own_len) == 0 &&
	    (p[1 + own_len] == '+' || p[1 + own_len] == '>'))
		strbuf_addf(out, "<%s", shown);
	else
		strbuf_add(out, p, len);
	return len;
}

/* own: the function's name; shown: the one in the key. */
static char *make_key(const char *text, const char *own, const char *shown)
{
	struct strbuf out = STRBUF_INIT;
	const char *relative = strstr(text, "(%rip)");

	for (const char *p = text; *p; p++) {
		size_t digits = strspn(p, "0123456789abcdefx");
		bool starts = p == text || !isalnum((unsigned char)p[-1]);

		/* A target's address, or how far away data lies. */
		if (starts && digits >= 8 && p[digits] == ' ' &&
		    p[digits + 1] == '<') {
			p += digits;
		} else if (starts && digits && p + digits == relative) {
			p += digits - 1;
			continue;
		}
		if (*p == '<')
			p += copy_symbol(&out, p, own, shown);
		strbuf_add(&out, p, 1);
	}
	return strbuf_steal(&out);
}

char *annotate_key(const char *text, const char *function)
{
	return make_key(text, function, function);
}

static const char *name_on(const struct annotation *a, unsigned side)
{
	return side == EX_BASE && a->was ? a->was : a->function;
}

static char **make_keys(const struct annotation *a, unsigned side)
{
	const struct insns *in = &a->code[side];

	char **keys = xcalloc(in->nr + 1, sizeof(*keys));

	for (size_t i = 0; i < in->nr; i++)
		keys[i] = make_key(in->list[i].text, name_on(a, side),
				   a->function);
	return keys;
}

static void free_keys(char **keys, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		free(keys[i]);
	free(keys);
}

static void add_row(struct annotation *a, size_t base, size_t cont)
{
	a->rows[a->nr_rows++] = (struct annotate_row){ { base, cont } };
}

/* best[i][j]: how many instructions base from i and cont from j share. */
static uint16_t *count_common(char **base, size_t nr_base, char **cont,
			      size_t nr_cont)
{
	size_t width = nr_cont + 1;
	uint16_t *best = xcalloc((nr_base + 1) * width, sizeof(*best));

	for (size_t i = nr_base; i-- > 0;)
		for (size_t j = nr_cont; j-- > 0;) {
			uint16_t skip_base = best[(i + 1) * width + j];
			uint16_t skip_cont = best[i * width + j + 1];

			if (strcmp(base[i], cont[j]) == 0)
				best[i * width + j] =
					best[(i + 1) * width + j + 1] + 1;
			else
				best[i * width + j] = skip_base > skip_cont
							      ? skip_base
							      : skip_cont;
		}
	return best;
}

static void walk(struct annotation *a, char **base, char **cont,
		 const uint16_t *best)
{
	size_t nr_base = a->code[EX_BASE].nr, nr_cont = a->code[EX_CONT].nr;
	size_t i = 0, j = 0, width = nr_cont + 1;

	while (i < nr_base || j < nr_cont) {
		if (best && i < nr_base && j < nr_cont &&
		    strcmp(base[i], cont[j]) == 0) {
			add_row(a, i++, j++);
		} else if (i < nr_base && (j == nr_cont || !best ||
					   best[(i + 1) * width + j] >=
						   best[i * width + j + 1])) {
			add_row(a, i++, ANNOTATE_NONE);
		} else {
			add_row(a, ANNOTATE_NONE, j++);
		}
	}
}

void annotate_align(struct annotation *a)
{
	size_t nr_base = a->code[EX_BASE].nr, nr_cont = a->code[EX_CONT].nr;
	char **base = make_keys(a, EX_BASE);
	char **cont = make_keys(a, EX_CONT);
	_cleanup_free_ uint16_t *best = NULL;

	/* Too large to align: lists one after the other. */
	if (nr_base < UINT16_MAX && nr_cont < UINT16_MAX &&
	    (nr_base + 1) * (nr_cont + 1) <= MAX_CELLS)
		best = count_common(base, nr_base, cont, nr_cont);
	a->rows = xcalloc(nr_base + nr_cont + 1, sizeof(*a->rows));
	a->nr_rows = 0;
	walk(a, base, cont, best);
	free_keys(base, nr_base);
	free_keys(cont, nr_cont);
}

/* --- counts --- */

static int compare_at(const void *pa, const void *pb)
{
	const struct insn *a = pa, *b = pb;

	return a->at < b->at ? -1 : a->at > b->at;
}

uint64_t annotate_count(struct insns *in, const struct profile_range *ranges,
			size_t nr, const char *function)
{
	uint64_t sum = 0;

	if (in->nr)
		qsort(in->list, in->nr, sizeof(*in->list), compare_at);
	for (size_t r = 0; r < nr; r++) {
		if (strcmp(ranges[r].function, function) != 0)
			continue;
		for (size_t i = 0; i < in->nr; i++) {
			struct insn *insn = &in->list[i];

			if (insn->at < ranges[r].at ||
			    insn->at - ranges[r].at >= ranges[r].bytes)
				continue;
			insn->count += ranges[r].count;
			sum += ranges[r].count;
		}
	}
	return sum;
}

/* The end of the part that an address lies in, or the address. */
static uint64_t behind_part(const struct code_part *parts, size_t nr,
			    uint64_t at)
{
	for (size_t i = 0; i < nr; i++)
		if (at >= parts[i].start && at < parts[i].end)
			return parts[i].end;
	return at;
}

/*
 * In assembly, code can continue behind the label that ends a function; it
 * belongs to the function all the same.
 */
static void add_ranges(struct code_part **parts, size_t *nr,
		       const struct profile_point *p, const char *function)
{
	for (size_t i = 0; i < p->nr_ranges; i++) {
		const struct profile_range *r = &p->ranges[i];
		uint64_t at = behind_part(*parts, *nr, r->at);

		if (strcmp(r->function, function) != 0 ||
		    at >= r->at + r->bytes)
			continue;
		*parts = xreallocarray(*parts, *nr + 1, sizeof(**parts));
		(*parts)[(*nr)++] = (struct code_part){
			.start = at,
			.end = r->at + r->bytes,
		};
	}
}

static enum exit_status fill_side(const struct run *run,
				  const struct explain_kernel *k, unsigned side,
				  struct annotation *a,
				  const struct plan_point *plan)
{
	const struct run_kernel *kernel = &run->kernels[k->index];
	const struct profile_point *p = profile_find(&k->profile, plan);
	_cleanup_free_ struct code_part *parts = NULL;
	const char *function = name_on(a, side);
	enum exit_status r = vmlinux_check(kernel);
	size_t nr;

	if (r != ST_OK)
		return r;
	if (symbols_parts(kernel->image, function, &parts, &nr) < 0)
		return ST_HOST;
	add_ranges(&parts, &nr, p, function);
	if (disassemble(kernel->image, parts, nr, &a->code[side]) < 0)
		return ST_HOST;
	a->listed[side] = annotate_count(&a->code[side], p->ranges,
					 p->nr_ranges, function);
	return ST_OK;
}

static const struct explain_function *find_function(const struct explanation *e,
						    const char *name)
{
	_cleanup_free_ const char **names =
		xcalloc(e->nr_functions + 1, sizeof(*names));
	_cleanup_strbuf_ struct strbuf near = STRBUF_INIT;

	for (size_t i = 0; i < e->nr_functions; i++) {
		if (explain_is_named(&e->functions[i], name))
			return &e->functions[i];
		names[i] = e->functions[i].name;
	}
	if (suggest(name, names, e->nr_functions, &near))
		log_err("function '%s' ran on neither kernel at this point; "
			"did you mean %s?",
			name, near.buf);
	else
		log_err("function '%s' ran on neither kernel at this point; "
			"explain --top 0 lists those that did",
			name);
	return NULL;
}

static bool has_ranges(const struct explanation *e,
		       const struct explain_kernel kernels[EX_BOTH])
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		if (!profile_find(&kernels[i].profile, e->point)->nr_ranges)
			return false;
	return true;
}

enum exit_status annotate(const struct run *run,
			  const struct explain_kernel kernels[EX_BOTH],
			  const struct explanation *e, const char *function,
			  struct annotation *ret)
{
	const struct explain_function *f = find_function(e, function);
	enum exit_status r = f ? ST_OK : ST_USAGE;

	*ret = (struct annotation){ .function = f ? f->name : function,
				    .was = f ? f->was : NULL };
	if (f && *function == '[') {
		log_err("%s is not a function of the kernel", function);
		r = ST_USAGE;
	} else if (f && !has_ranges(e, kernels)) {
		log_err("the profile does not say how often instructions ran: "
			"it is from an older cgmark; make a new one with: "
			"cgmark run --profile");
		r = ST_USAGE;
	}
	for (unsigned side = 0; side < EX_BOTH && r == ST_OK; side++) {
		ret->self[side] = f->self[side];
		r = fill_side(run, &kernels[side], side, ret, e->point);
	}
	if (r == ST_OK)
		annotate_align(ret);
	return r;
}
