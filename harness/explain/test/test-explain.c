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
#include "compare-text.h"
#include "explain.h"
#include "file.h"
#include "number.h"
#include "synth.h"

#define SAMPLED "P\tcss_set/lookup\t1\tsets=16\t10\t5\n"

/* Over the 50 operations of a synthetic boot: 50010 instructions. */
static const char base_nodes[] = SAMPLED "N\t1\t0\t[user]\t1000\t7\n"
					 "N\t2\t0\tentry\t500\t0\n"
					 "N\t3\t2\tattach\t2510\t0\n"
					 "N\t4\t3\tfind\t40000\t150\n"
					 "N\t5\t4\tmemcmp\t5000\t50\n"
					 "N\t6\t3\told\t1000\t0\n";

/* 15010. */
static const char cont_nodes[] = SAMPLED "N\t1\t0\t[user]\t1000\t7\n"
					 "N\t2\t0\tentry\t500\t0\n"
					 "N\t3\t2\tattach\t2510\t0\n"
					 "N\t4\t3\tnew\t2000\t0\n"
					 "N\t5\t3\tfind\t9000\t100\n";

struct pair {
	struct run *run;
	struct values *values;
	struct explain_kernel k[EX_BOTH];
};

#define METRICS "insns\tloads"

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	return kernel ? 300 : 1000;
}

static void parse(struct profile *p, const char *nodes)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	synth_profile(&sb, METRICS, nodes);
	assert_int_equal(profile_parse(sb.buf, sb.len, p, &err), 0);
}

static void make(struct pair *p, const char *base, const char *cont,
		 const char *metric)
{
	static const char *const kernels[] = { "base", "v1" };
	const struct synth_point point = { "css_set/lookup", "sets=16",
					   metric };
	const struct synth s = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = &point,
		.nr_points = 1,
		.perturbations = 1,
		.fn = cost,
		.no_null = true,
	};

	p->run = synth_run(&s);
	p->values = values_new(p->run);
	for (unsigned i = 0; i < EX_BOTH; i++) {
		p->k[i] = (struct explain_kernel){
			.index = i,
			.boot = run_find_boot(p->run, i, 0, BOOT_REPEAT),
		};
		parse(&p->k[i].profile, i ? cont : base);
	}
}

static void release(struct pair *p)
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		explain_kernel_release(&p->k[i]);
	values_free(p->values);
	run_free(p->run);
}

static void check_function(const struct explanation *e, size_t i,
			   const char *name, double self, double below)
{
	assert_string_equal(e->functions[i].name, name);
	assert_float_equal(e->functions[i].self_diff, self, 1e-9);
	assert_float_equal(e->functions[i].below_diff, below, 1e-9);
}

static void test_differs(void **state)
{
	struct explanation *e;
	struct pair p;
	double sum = 0;

	make(&p, base_nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_non_null(e);
	assert_int_equal(e->ops[EX_BASE], 50);
	assert_float_equal(e->total[EX_BASE], 1000.2, 1e-9);
	assert_float_equal(explain_diff(e), -700, 1e-9);
	assert_float_equal(e->remainder, 0, 0);
	assert_int_equal(e->nr_functions, 7);
	check_function(e, 0, "find", -620, -720);
	check_function(e, 1, "memcmp", -100, -100);
	check_function(e, 2, "new", 40, 40);
	check_function(e, 3, "old", -20, -20);
	check_function(e, 4, "attach", 0, -700);
	assert_true(e->functions[1].seen[EX_BASE]);
	assert_false(e->functions[1].seen[EX_CONT]);
	assert_false(e->functions[2].seen[EX_BASE]);
	for (size_t i = 0; i < e->nr_functions; i++)
		sum += e->functions[i].self_diff;
	assert_float_equal(sum, explain_diff(e), 1e-9);
	/* The lowest that has 90% with its callees. */
	assert_string_equal(e->main->name, "find");
	assert_true(e->identical);
	assert_false(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
}

static void test_other_event(void **state)
{
	struct explanation *e;
	struct pair p;

	make(&p, base_nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_LOADS);
	/* 207 and 107 loads over 50 operations. */
	assert_float_equal(e->total[EX_BASE], 4.14, 1e-9);
	assert_float_equal(explain_diff(e), -2, 1e-9);
	check_function(e, 0, "find", -1, -2);
	check_function(e, 1, "memcmp", -1, -1);
	explanation_free(e);
	release(&p);
}

static void test_same(void **state)
{
	struct explanation *e;
	struct pair p;

	make(&p, base_nodes, base_nodes, "insns");
	p.k[EX_CONT].index = p.k[EX_BASE].index;
	p.k[EX_CONT].boot = p.k[EX_BASE].boot;
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_float_equal(explain_diff(e), 0, 0);
	assert_null(e->main);
	assert_false(explain_in_doubt(e));
	for (size_t i = 0; i < e->nr_functions; i++)
		assert_float_equal(e->functions[i].self_diff, 0, 0);
	explanation_free(e);
	release(&p);
}

/* f calls itself by way of g: its callees count once. */
static void test_recursion(void **state)
{
	static const char nodes[] = SAMPLED "N\t1\t0\tf\t100\t0\n"
					    "N\t2\t1\tg\t200\t0\n"
					    "N\t3\t2\tf\t300\t0\n"
					    "N\t4\t0\tg\t49410\t0\n";
	struct explanation *e;
	struct pair p;

	make(&p, nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	for (size_t i = 0; i < e->nr_functions; i++) {
		const struct explain_function *f = &e->functions[i];

		if (!strcmp(f->name, "f")) {
			assert_int_equal(f->self[EX_BASE], 400);
			assert_int_equal(f->below[EX_BASE], 600);
		} else if (!strcmp(f->name, "g")) {
			assert_int_equal(f->below[EX_BASE], 49410 + 500);
		}
	}
	explanation_free(e);
	release(&p);
}

static void test_remainder(void **state)
{
	/* 1000 instructions of 50010 are nobody's: 20 an operation. */
	static const char nodes[] = SAMPLED "N\t1\t0\tf\t49010\t0\n";
	struct explanation *e;
	struct pair p;

	make(&p, nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_float_equal(e->remainder, -20, 1e-9);
	assert_true(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
	/* Of a point that idles, the rest is idle time. */
	make(&p, nodes, cont_nodes, "guest_ns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_float_equal(e->remainder, -20, 1e-9);
	assert_false(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
}

static void test_not_repeated(void **state)
{
	struct explanation *e;
	struct pair p;

	make(&p, base_nodes, cont_nodes, "insns");
	values_free(p.values);
	synth_find(p.run, "v1-p0")->samples[2].value++;
	p.values = values_new(p.run);
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_false(e->identical);
	assert_true(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
}

static void test_not_measured(void **state)
{
	static const char other[] = "P\tnull\t1\t-\t10\t5\n"
				    "N\t1\t0\t[user]\t1000\t7\n";
	struct pair p;

	make(&p, base_nodes, other, "insns");
	assert_null(explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS));
	release(&p);
}

/* --- rows --- */

#define SYMBOLS                                            \
	"S\tfind_css_set\t1\nS\tcgroup_migrate\t0\n"       \
	"S\tcgroup_migrate_execute\t0\nS\tfill_stats\t1\n" \
	"S\tnetlink_unicast\t1\nS\ttaskstats_user_cmd\t1\n"

/*
 * netlink_unicast sends the request as well as the reply; find_css_set is there
 * twice, once below itself.
 */
static const char row_nodes[] =
	SYMBOLS SAMPLED "N\t1\t0\tnetlink_unicast\t1000\t0\n"
			"N\t2\t1\ttaskstats_user_cmd\t200\t0\n"
			"N\t3\t2\tfill_stats\t50\t0\n"
			"N\t4\t3\tmemset\t150\t0\n"
			"N\t5\t2\tnetlink_unicast\t400\t0\n"
			"N\t6\t0\tfill_stats\t7\t0\n"
			"N\t7\t0\tattach\t10\t0\n"
			"N\t8\t7\tfind_css_set\t100\t0\n"
			"N\t9\t8\tmemcmp\t300\t0\n"
			"N\t10\t9\tfind_css_set\t50\t0\n"
			"N\t11\t7\tfind_css_set\t1\t0\n";

/* Made before there were S lines; the lookup is all that it ran. */
static const char old_nodes[] = SAMPLED "N\t1\t0\tfind_css_set\t150\t0\n";

static void check_row(const struct explain_row *row, const char *name,
		      double base, double cont)
{
	const double want[] = { base, cont };

	assert_string_equal(row->row->name, name);
	for (unsigned i = 0; i < EX_BOTH; i++) {
		assert_int_equal(row->there[i], !isnan(want[i]));
		if (isnan(want[i]))
			assert_true(isnan(row->value[i]));
		else
			assert_float_equal(row->value[i], want[i], 1e-9);
	}
	if (isnan(base) || isnan(cont))
		assert_true(isnan(row->diff));
	else
		assert_float_equal(row->diff, cont - base, 1e-9);
}

static void test_rows(void **state)
{
	struct explain_row rows[NR_PROFILE_ROWS];
	_cleanup_free_ char *lacking = NULL, *none = NULL;
	struct explanation *e;
	struct pair p;

	make(&p, row_nodes, old_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	explain_rows(e, p.k, rows);
	check_row(&rows[0], "css_set lookup", 451 / 50., 3);
	check_row(&rows[1], "attach: migration", NAN, NAN);
	check_row(&rows[2], "taskstats: reply built", 4, NAN);
	check_row(&rows[3], "taskstats: reply sent", 8, NAN);
	lacking = explain_lacking(&p.k[EX_BASE].profile);
	assert_string_equal(lacking, "cgroup_migrate, cgroup_migrate_execute");
	none = explain_lacking(&p.k[EX_CONT].profile);
	assert_null(none);
	explanation_free(e);
	release(&p);
}

/* Each function of a row is one that the plugin asks for, and no other. */
static void test_row_functions(void **state)
{
	unsigned nr = 0, asked = 0;

	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++)
		for (const char *const *f = profile_rows[i].functions; *f; f++)
			assert_string_equal(profile_row_function(nr++), *f);
	for (const char *const *f = profile_rows[2].within; *f; f++)
		assert_string_equal(profile_row_function(nr++), *f);
	assert_null(profile_row_function(nr));
	assert_ptr_equal(profile_rows[2].within, profile_rows[3].within);
	while (profile_row_function(asked))
		asked++;
	assert_int_equal(asked, nr);
}

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

/* --- rows of a run --- */

static const struct synth_point two_points[] = {
	{ "css_set/lookup", "sets=16", "insns" },
	{ "attach/self", "", "insns" },
};

/* The lookup costs more in the attach, but that is not what it is about. */
#define ATTACHED(_lookup)                                    \
	"S\tfind_css_set\t1\nS\tcgroup_migrate\t1\n" SAMPLED \
	"N\t1\t0\tfind_css_set\t" _lookup "\t0\n"            \
	"P\tattach/self\t1\t-\t10\t5\n"                      \
	"N\t1\t0\tcgroup_migrate\t500\t0\n"                  \
	"N\t2\t0\tfind_css_set\t9" _lookup "\t0\n"

static void save_profile(const struct run *run, unsigned kernel,
			 const char *nodes)
{
	assert_int_equal(synth_save_profile(run, kernel, METRICS, nodes), 0);
}

static struct run *profiled_run(void)
{
	static const char *const kernels[] = { "base", "v1" };
	const struct synth s = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = two_points,
		.nr_points = 2,
		.perturbations = 1,
		.fn = cost,
		.no_null = true,
	};
	struct run *run = synth_run(&s);
	const char *tmp = getenv("TMPDIR");

	free(run->dir);
	run->dir = xasprintf("%s/cgmark-explain-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(run->dir));
	return run;
}

static char *compare_text(const struct run *run)
{
	static const unsigned contender = 1;
	_cleanup_(findings_freep) struct findings *found =
		findings_new(run, 0, &contender, 1);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	compare_print_text(f, found);
	fclose(f);
	return text;
}

static void test_row_list(void **state)
{
	struct run *run = profiled_run();
	struct values *v = values_new(run);
	_cleanup_free_ char *text = NULL;
	struct row_list *l;

	save_profile(run, 0, ATTACHED("100"));
	save_profile(run, 1, ATTACHED("300"));
	l = row_list_new(v, run, 0, 1);
	assert_true(l->profiled);
	assert_int_equal(l->nr, 2 * NR_PROFILE_ROWS);
	assert_string_equal(row_list_most(l, 0)->point->bench,
			    "css_set/lookup");
	assert_float_equal(row_list_most(l, 0)->v.diff, 4, 1e-9);
	assert_string_equal(row_list_most(l, 1)->point->bench, "attach/self");
	assert_true(row_list_shows(l, row_list_most(l, 0)));
	assert_false(row_list_shows(l, &l->list[NR_PROFILE_ROWS]));
	/* No benchmark of its own: the point where it is most. */
	assert_true(row_list_shows(l, row_list_most(l, 2)));
	row_list_free(l);
	values_free(v);
	text = compare_text(run);
	assert_non_null(strstr(text, "\ncss_set lookup                       "
				     "2             6            +4\n"
				     "  at css_set/lookup sets=16\n"));
	assert_null(strstr(text, PRINT_NO_PROFILE));
	rm_rf(run->dir);
	run_free(run);
}

/* One of two, or none. */
static void test_row_list_without(void **state)
{
	struct run *run = profiled_run();
	struct values *v = values_new(run);
	_cleanup_free_ char *text = NULL;
	struct row_list *l;

	save_profile(run, 0, ATTACHED("100"));
	l = row_list_new(v, run, 0, 1);
	assert_false(l->profiled);
	assert_int_equal(l->nr, 0);
	assert_null(row_list_most(l, 0));
	row_list_free(l);
	values_free(v);
	text = compare_text(run);
	assert_non_null(strstr(text, "\n" PRINT_NO_PROFILE "\n"));
	assert_null(strstr(text, "css_set lookup  "));
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

static void print_perf(FILE *out, const struct pair *p, struct explanation *e)
{
	explain_print_perf(out, p->run, p->k, e);
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
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_other_event),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_recursion),
		cmocka_unit_test(test_remainder),
		cmocka_unit_test(test_not_repeated),
		cmocka_unit_test(test_not_measured),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_row_functions),
		cmocka_unit_test(test_rows_printed),
		cmocka_unit_test(test_row_list),
		cmocka_unit_test(test_row_list_without),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_flame),
		cmocka_unit_test(test_perf),
		cmocka_unit_test(test_perf_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
