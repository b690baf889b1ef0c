/* SPDX-License-Identifier: GPL-2.0-only */
/* Two made-up profiles, brought together. */
#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <jansson.h>
#include <cmocka.h>

#include "alloc.h"
#include "compare-formats.h"
#include "explain-flame.h"
#include "explain-folded.h"
#include "explain-json.h"
#include "explain-perf.h"
#include "explain-text.h"
#include "file.h"
#include "number.h"
#include "profiled.h"
#include "verdict-text.h"

/* A row that is not there is no 0, in text and JSON. */
static void test_rows_printed(void **state)
{
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	make(&p, row_nodes, old_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	explain_print_text(f, p.run, p.k, e, 2);
	assert_int_equal(explain_print_json(f, p.run, p.k, &e, 1), 0);
	fclose(f);
	assert_non_null(strstr(text, "\n css_set lookup"
				     "                  9.02          3"
				     "       -6.02"));
	assert_non_null(strstr(text, "\n attach: migration"
				     "                  -          -"
				     "           -\n"));
	assert_non_null(strstr(text, "\n  No symbol in base, as inlined or "
				     "not in it: cgroup_migrate,\n"
				     "  cgroup_migrate_execute\n"));
	assert_non_null(strstr(text, "\"row\": \"attach: migration\",\n"
				     "     \"base\": null"));
	free(text);
	explanation_free(e);
	release(&p);
}

static char *compare_text(const struct run *run)
{
	static const unsigned contender = 1;
	_cleanup_(findings_freep) struct findings *found =
		findings_new(run, 0, &contender, 1);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	compare_print_text(f, found, &(struct print_opts){ 0 });
	fclose(f);
	return text;
}

static void test_row_list_printed(void **state)
{
	struct run *run = profiled_run();
	_cleanup_free_ char *without = NULL, *text = NULL;

	save_profile(run, 0, ATTACHED("100"));
	without = compare_text(run);
	assert_non_null(strstr(without, "\n" PRINT_NO_PROFILE "\n"));
	assert_null(strstr(without, "css_set lookup  "));
	save_profile(run, 1, ATTACHED("300"));
	text = compare_text(run);
	assert_non_null(strstr(text, "\ncss_set lookup                       "
				     "2             6            +4\n"
				     "  at css_set/lookup sets=16\n"));
	assert_null(strstr(text, PRINT_NO_PROFILE));
	rm_rf(run->dir);
	run_free(run);
}

typedef void (*print_fn)(FILE *out, const struct pair *p,
			 struct explanation *e);

static void print_text(FILE *out, const struct pair *p, struct explanation *e)
{
	explain_print_text(out, p->run, p->k, e, 2);
}

static void print_json(FILE *out, const struct pair *p, struct explanation *e)
{
	assert_int_equal(explain_print_json(out, p->run, p->k, &e, 1), 0);
}

static void print_folded(FILE *out, const struct pair *p, struct explanation *e)
{
	explain_print_folded(out, e);
}

static void print_flame(FILE *out, const struct pair *p, struct explanation *e)
{
	explain_print_flame(out, p->run, p->k, e);
}

static void print_perf(FILE *out, const struct pair *p, struct explanation *e)
{
	explain_print_perf(out, p->run, p->k, e);
}

static char *print(print_fn fn)
{
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	make(&p, base_nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	fn(f, &p, e);
	fclose(f);
	explanation_free(e);
	release(&p);
	return text;
}

static void test_text(void **state)
{
	_cleanup_free_ char *text = print(print_text);

	assert_non_null(strstr(text, "v1 against base, insns per operation"));
	assert_non_null(strstr(text, "Mainly: find (102.9% inclusive, 88.6% "
				     "exclusive)"));
	assert_non_null(strstr(text, "\n find "));
	assert_non_null(strstr(text, "\n-memcmp "));
	/* new, old and the three that did not change: 40 - 20. */
	assert_non_null(strstr(text, "\n 5 more "));
	assert_null(strstr(text, "\n+new"));
	assert_non_null(strstr(text, "\n sum of functions "));
	assert_non_null(strstr(text, "\n remainder "));
	assert_null(strstr(text, " \n"));
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		assert_true(strcspn(line, "\n") <= 78);
	}
}

/* What cancels out: the sum is 1 of 30000. */
static const char there_nodes[] = SAMPLED "N\t1\t0\thidden\t1\t0\n"
					  "N\t2\t0\tswap\t50009\t0\n"
					  "N\t3\t0\tback\t8840\t0\n";

static const char swapped_nodes[] = SAMPLED "N\t1\t0\thidden\t1\t0\n"
					    "N\t2\t0\tswap\t15009\t0\n"
					    "N\t3\t0\tback\t8840\t0\n"
					    "N\t4\t0\tnew\t%u\t0\n";

/* The line of a function, for nr instructions in the new one. */
static char *line_of(const char *name, unsigned nr)
{
	_cleanup_free_ char *cont = xasprintf(swapped_nodes, nr);
	_cleanup_free_ char *text = NULL;
	struct explanation *e;
	struct pair p;
	size_t len;
	const char *at;
	FILE *f = open_memstream(&text, &len);

	make(&p, there_nodes, cont, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	/* By the profile. */
	memcpy(e->total, e->sum, sizeof(e->total));
	explain_print_text(f, p.run, p.k, e, 0);
	fclose(f);
	explanation_free(e);
	release(&p);
	at = strstr(text, name);
	assert_non_null(at++);
	return xstrndup(at, strcspn(at, "\n"));
}

/* Words of a line, which run together if a column has no room. */
static void check_line(const char *line, const char *diff, const char *share)
{
	char got_diff[64] = "", got_share[64] = "";

	sscanf(line, "%*s %*s %*s %63s %63s", got_diff, got_share);
	assert_string_equal(got_diff, diff);
	assert_string_equal(got_share, share);
	assert_true(strlen(line) <= PRINT_COLUMNS);
}

static void check_shares(unsigned nr, const char *share, const char *diff,
			 const char *new_share)
{
	_cleanup_free_ char *swap = line_of("\n swap ", nr);
	_cleanup_free_ char *new = line_of("\n+new ", nr);

	check_line(swap, "-700", share);
	check_line(new, diff, new_share);
}

static void test_wide_shares(void **state)
{
	check_shares(70000, "-100%", "+1,400", "200.0%");
	check_shares(35284, "-123x", "+706", "12424%");
	check_shares(34716, "12324%", "+694", "-122x");
	check_shares(35020, "<-999x", "+700", "1751x");
	check_shares(35002, "<-999x", "+700", ">9999x");
}

static void test_verdict(void **state)
{
	const struct effect effect = { .verdict = V_REGRESSION, .ratio = 1.25 };
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	make(&p, base_nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	e->effect = &effect;
	explain_print_text(f, p.run, p.k, e, 2);
	assert_int_equal(explain_print_json(f, p.run, p.k, &e, 1), 0);
	fclose(f);
	assert_non_null(strstr(text, "\nREGRESSION: +25.0"));
	assert_non_null(strstr(text, "\"verdict\": \"REGRESSION\""));
	free(text);
	explanation_free(e);
	release(&p);
}

/* One row that names both; each kernel by its own where they stand apart. */
static void test_renamed(void **state)
{
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	make(&p, SAMPLED "N\t1\t0\tentry\t10\t0\nN\t2\t1\tfind\t50000\t0\n",
	     SAMPLED "N\t1\t0\tentry\t10\t0\n"
		     "N\t2\t1\tfind.isra.0\t15000\t0\n",
	     "insns");
	explain_match(p.k);
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	explain_print_text(f, p.run, p.k, e, 0);
	assert_int_equal(explain_print_json(f, p.run, p.k, &e, 1), 0);
	explain_print_perf(f, p.run, p.k, e);
	fclose(f);
	assert_non_null(strstr(text,
			       "\n find.isra.0                    1,000"
			       "        300        -700 100.0%       -700\n"
			       "   was find\n"));
	assert_non_null(strstr(text, "\"function\": \"find.isra.0\",\n"
				     "     \"was\": \"find\",\n"));
	assert_null(strstr(text, "\"was\": null"));
	assert_non_null(strstr(text, " find ([kernel"));
	assert_non_null(strstr(text, " find.isra.0 ([kernel"));
	free(text);
	explanation_free(e);
	release(&p);
}

static void test_json(void **state)
{
	_cleanup_free_ char *text = print(print_json);
	json_t *obj = json_loads(text, 0, NULL), *point, *functions;
	double sum = 0, total;
	size_t i;
	json_t *f;

	assert_non_null(obj);
	point = json_array_get(json_object_get(obj, "points"), 0);
	assert_string_equal(json_string_value(json_object_get(point, "main")),
			    "find");
	functions = json_object_get(point, "functions");
	json_array_foreach(functions, i, f) sum += json_real_value(
		json_object_get(json_object_get(f, "exclusive"), "difference"));
	total = json_real_value(
		json_object_get(json_object_get(point, "total"), "difference"));
	assert_float_equal(sum, total, 1e-9);
	assert_float_equal(total, -700, 1e-9);
	f = json_array_get(functions, 1);
	assert_true(json_is_true(json_object_get(f, "gone")));
	json_decref(obj);
}

static void test_folded(void **state)
{
	_cleanup_free_ char *text = print(print_folded);

	assert_non_null(strstr(text, "[user] 20 20\n"));
	assert_non_null(strstr(text, "entry;attach;find 800 180\n"));
	assert_non_null(strstr(text, "entry;attach;find;memcmp 100 0\n"));
	assert_non_null(strstr(text, "entry;attach;new 0 40\n"));
}

/* Readers split stacks at ';' and the counts off at a blank. */
static void test_folded_names(void **state)
{
	static const char nodes[] = SAMPLED "N\t1\t0\ta b;c\t500\t0\n"
					    "N\t2\t1\t;x \t49510\t0\n";
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	make(&p, nodes, nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	print_folded(out, &p, e);
	fclose(out);
	assert_string_equal(text, "a_b_c 10 10\na_b_c;_x_ 990.2 990.2\n");
	free(text);
	explanation_free(e);
	release(&p);
}

/* One function below the other, each of one instruction an operation. */
static char *make_chain(unsigned depth)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addstr(&sb, SAMPLED);
	for (unsigned i = 0; i < depth; i++)
		strbuf_addf(&sb, "N\t%u\t%u\tf%u\t50\t0\n", i + 1, i, i);
	return strbuf_steal(&sb);
}

/* Size of what is printed of a chain; counts the lines that begin so. */
static size_t print_chain(unsigned depth, print_fn fn, const char *word,
			  unsigned *nr)
{
	_cleanup_free_ char *nodes = make_chain(depth);
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	make(&p, nodes, nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	fn(out, &p, e);
	fclose(out);
	*nr = 0;
	for (const char *s = text; (s = strstr(s, word)); s++)
		++*nr;
	free(text);
	explanation_free(e);
	release(&p);
	return len;
}

/* All of a very deep stack is there, but not in every line. */
static void test_deep(void **state)
{
	static const print_fn fns[] = { print_folded, print_perf, print_flame };

	for (size_t i = 0; i < ARRAY_SIZE(fns); i++) {
		unsigned few, many;
		size_t half = print_chain(500, fns[i], "f200", &few);
		size_t all = print_chain(1000, fns[i], "f200", &many);

		assert_true(few > 0);
		assert_true(all < 2.5 * half);
	}
}

/* Where a frame lies, by its tooltip. */
static void check_frame(const char *svg, const char *title, double x,
			unsigned y, double width)
{
	_cleanup_free_ char *want = xasprintf("<title>%s</title>", title);
	const char *at = strstr(svg, want);
	double got_x, got_width;
	unsigned got_y;

	if (!at)
		fail_msg("no frame '%s'", title);
	assert_int_equal(sscanf(at + strlen(want),
				"<rect x=\"%lf\" y=\"%u\" width=\"%lf\"",
				&got_x, &got_y, &got_width),
			 3);
	assert_float_equal(got_x, x, 0.01);
	assert_int_equal(got_y, y);
	assert_float_equal(got_width, width, 0.01);
}

static void test_flame(void **state)
{
	_cleanup_free_ char *text = print(print_flame);
	/* 1000.2 and 300.2 instructions are 1200 pixels. */
	const double pixel = 1200 / 1300.4;

	check_frame(text, "entry: 980 to 280, -700", 10, 44, 1260.4 * pixel);
	check_frame(text, "[user]: 20 to 20, 0", 10 + 1260.4 * pixel, 44,
		    40 * pixel);
	check_frame(text, "attach: 970 to 270, -700", 10, 62, 1240.4 * pixel);
	check_frame(text, "find: 900 to 180, -720", 10, 80, 1080 * pixel);
	check_frame(text, "memcmp: 100 to 0, -100", 10, 98, 100 * pixel);
	check_frame(text, "new: 0 to 40, +40", 10 + 1080 * pixel, 80,
		    40 * pixel);
	/* Gone is blue, new is orange, the same is grey. */
	assert_non_null(
		strstr(text, "class=\"l5\" fill=\"#56b4e9\"/><text x=\"12.00\" "
			     "y=\"111\">memcmp<"));
	assert_non_null(strstr(text, "class=\"m5\" fill=\"#ff9248\"/>"));
	assert_non_null(strstr(text, "class=\"l0\" fill=\"#f4f4f4\"/>"));
	assert_non_null(strstr(text, ": insns per operation, v1 against base"));
	/* In the dark: from grey to what is blue and orange there. */
	assert_non_null(strstr(text, "(prefers-color-scheme:dark){"));
	assert_non_null(strstr(text, ".flame .l0{fill:#323a44}"));
	assert_non_null(strstr(text, ".flame .l5{fill:#1d6fa5}"));
	assert_non_null(strstr(text, ".flame .m0{fill:#323a44}"));
	assert_non_null(strstr(text, ".flame .m5{fill:#b4511a}"));
}

/* --- a reader of what perf script prints --- */

/* "COMM PID [CPU] SEC.USEC: COUNT EVENT: " */
#define PERF_HEAD                                                   \
	"^([^ ]+) +([0-9]+) \\[[0-9]{3}\\] +([0-9]+\\.[0-9]{6}): +" \
	"([0-9]+) ([a-z0-9_:-]+): *$"
/* "<TAB>ADDRESS SYMBOL (MODULE)" */
#define PERF_FRAME "^\t *[0-9a-f]+ ([^ ]+) \\(([^ ]+)\\)$"

struct perf_reader {
	regex_t head, frame;
	struct strbuf folded; /* "COMM;CALLER;CALLEE COUNT" a line */
	char *stack;	      /* of the sample that is read; NULL: none */
	char *comm, *count;
	double last; /* time */
};

static char *group(const char *line, const regmatch_t *m)
{
	return xstrndup(line + m->rm_so, (size_t)(m->rm_eo - m->rm_so));
}

static void perf_end(struct perf_reader *r)
{
	strbuf_addf(&r->folded, "%s%s %s\n", r->comm, r->stack, r->count);
	free(r->comm);
	free(r->count);
	free(r->stack);
	r->stack = NULL;
}

static void perf_head(struct perf_reader *r, const char *line)
{
	_cleanup_free_ char *event = NULL, *when = NULL;
	regmatch_t m[6];

	if (regexec(&r->head, line, ARRAY_SIZE(m), m, 0))
		fail_msg("no head of a sample: '%s'", line);
	event = group(line, &m[5]);
	when = group(line, &m[3]);
	assert_string_equal(event, "insns");
	assert_true(strtod(when, NULL) > r->last);
	r->last = strtod(when, NULL);
	r->comm = group(line, &m[1]);
	r->count = group(line, &m[4]);
	r->stack = xstrdup("");
}

static void perf_frame(struct perf_reader *r, const char *line)
{
	_cleanup_free_ char *name = NULL, *callees = r->stack;
	regmatch_t m[3];

	if (regexec(&r->frame, line, ARRAY_SIZE(m), m, 0))
		fail_msg("no frame: '%s'", line);
	name = group(line, &m[1]);
	r->stack = xasprintf(";%s%s", name, callees);
}

static char *perf_fold(char *text)
{
	struct perf_reader r = { .last = -1 };
	char *line;

	assert_int_equal(regcomp(&r.head, PERF_HEAD, REG_EXTENDED), 0);
	assert_int_equal(regcomp(&r.frame, PERF_FRAME, REG_EXTENDED), 0);
	while ((line = strsep(&text, "\n"))) {
		if (*line == '#')
			continue;
		if (r.stack && !*line)
			perf_end(&r);
		else if (r.stack)
			perf_frame(&r, line);
		else if (*line)
			perf_head(&r, line);
	}
	/* The last sample has its blank line too. */
	assert_null(r.stack);
	regfree(&r.head);
	regfree(&r.frame);
	return strbuf_steal(&r.folded);
}

static void test_perf(void **state)
{
	_cleanup_free_ char *text = print(print_perf);
	_cleanup_free_ char *folded = NULL;

	assert_non_null(strstr(text, "# base 1: 50 operations\n"
				     "# v1 2: 50 operations\n"));
	folded = perf_fold(text);
	assert_string_equal(folded, "base;[user] 1000\n"
				    "base;entry 500\n"
				    "base;entry;attach 2510\n"
				    "base;entry;attach;find 40000\n"
				    "base;entry;attach;find;memcmp 5000\n"
				    "base;entry;attach;old 1000\n"
				    "v1;[user] 1000\n"
				    "v1;entry 500\n"
				    "v1;entry;attach 2510\n"
				    "v1;entry;attach;find 9000\n"
				    "v1;entry;attach;new 2000\n");
}

/* A name that no reader would take for one word. */
static void test_perf_names(void **state)
{
	_cleanup_free_ char *folded = NULL;
	struct explanation *e;
	char *text = NULL;
	struct pair p;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	make(&p, base_nodes, cont_nodes, "insns");
	free(p.run->kernels[1].name);
	p.run->kernels[1].name = xstrdup("a b\n(1): 7 x:;");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	explain_print_perf(f, p.run, p.k, e);
	fclose(f);
	folded = perf_fold(text);
	assert_non_null(strstr(folded, "\na_b__1___7_x__;entry 500\n"));
	free(text);
	explanation_free(e);
	release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_printed),
		cmocka_unit_test(test_row_list_printed),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_wide_shares),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_renamed),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_folded_names),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_flame),
		cmocka_unit_test(test_perf),
		cmocka_unit_test(test_perf_names),
	};

	return cmocka_run_group_tests_name("explain-print", tests, NULL, NULL);
}
