/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>

#include "alloc.h"
#include "boot-cpus.h"
#include "boot-order.h"
#include "boots.h"
#include "exit-status.h"
#include "plan-format.h"
#include "plan-limits.h"
#include "points.h"
#include "strbuf.h"

static const char list_a[] =
	"B\tattach/self\t2\tCGROUPS\t31\t4\t1\tmove the caller\n"
	"A\tattach/self\tpace\tburst,200ms\t1\n"
	"A\tattach/self\tversion\t1,2\t0\n"
	"B\tattach/thread\t1\t\t15\t2\t0\tmove a thread\n"
	"T\tattach/thread\tsome-tool\n";
static const char list_b[] = "B\tnull\t1\t\t31\t4\t64\tnothing at all\n";

static struct catalog catalog;

static int add(struct catalog *c, const char *binary, const char *list)
{
	_cleanup_free_ char *text = xstrdup(list);

	return catalog_parse(c, binary, text);
}

static int set_up(void **state)
{
	int r = add(&catalog, "bench-attach", list_a);

	return r ? r : add(&catalog, "bench-null", list_b);
}

static int tear_down(void **state)
{
	catalog_release(&catalog);
	return 0;
}

/* Around tests that have benchmarks of their own. */
static struct catalog usual;

static int no_benches(void **state)
{
	usual = catalog;
	catalog = (struct catalog){ NULL, 0 };
	return 0;
}

static int usual_benches(void **state)
{
	catalog_release(&catalog);
	catalog = usual;
	return 0;
}

/* Keeps messages of intended failures out of the log. */
static int quiet_dup;

static void quiet(void)
{
	int fd = open("/dev/null", O_WRONLY);

	quiet_dup = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static void loud(void)
{
	dup2(quiet_dup, STDERR_FILENO);
	close(quiet_dup);
}

static void expect_points(const struct plan_wish *wish, const char *want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ struct run_point *points = NULL;
	size_t nr;

	assert_int_equal(plan_points(&catalog, wish, &points, &nr), ST_OK);
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(&got, "%s %s\n", points[i].plan.id.bench,
			    points[i].plan.id.params);
	assert_string_equal(got.buf, want);
}

static void expect_refused(const struct catalog *c,
			   const struct plan_wish *wish)
{
	struct run_point *points;
	size_t nr;
	int r;

	quiet();
	r = plan_points(c, wish, &points, &nr);
	loud();
	assert_int_equal(r, ST_USAGE);
}

static void catalog_holds_what_was_listed(void **state)
{
	const struct bench_info *b = &catalog.benches[0];

	assert_int_equal(catalog.nr, 3);
	assert_string_equal(b->binary, "bench-attach");
	assert_string_equal(b->name, "attach/self");
	assert_string_equal(b->kconfig, "CGROUPS");
	assert_string_equal(b->summary, "move the caller");
	assert_int_equal(b->version, 2);
	assert_int_equal(b->samples, 31);
	assert_int_equal(b->warmup, 4);
	assert_int_equal(b->nr_ops, 1);
	assert_int_equal(b->nr_keys, 2);
	assert_true(b->keys[0].variant);
	assert_false(b->keys[1].variant);
	assert_string_equal(b->keys[0].values[1], "200ms");
	assert_int_equal(b->nr_programs, 0);
	assert_int_equal(catalog.benches[1].nr_programs, 1);
	assert_string_equal(catalog.benches[1].programs[0], "some-tool");
	assert_string_equal(catalog.benches[2].binary, "bench-null");
	assert_int_equal(catalog.benches[2].nr_ops, 64);
}

static void catalog_refuses_nonsense(void **state)
{
	static const char *const bad[] = {
		"hello\n",
		"F\ta\tk=v\n",
		"B\ta\t1\t\t9\t1\t1\tx\nF\ta\t\n",
		"M\ta\tk\t1\t4\t\n",
		"B\ta\t1\t\t9\t1\t1\tx\nM\ta\tk\t1\t4\t\n",
		"B\ta\t1\t\t9\t1\t1\tx\nN\ta\tk\t4\n",
		"B\ta\t1\t\t9\t1\t1\tx\nA\ta\tk\t1\t0\nN\ta\tk\t4\nN\ta\tk\t5\n",
		"B\ta\t1\t\t9\t1\t1\tx\nA\ta\tk\t1\t0\nM\ta\tk\t1\n",
		"B\ta\t1\t\t9\t1\t1\tx\nA\ta\tk\t1\t0\nM\ta\tk\t1\t\t\n",
		"B\ta\t1\t\t9\t1\t1\tx\nA\ta\tk\t1,2\t0\nM\ta\tk\t1\t4\t\n",
		"B\ta\t1\t\t9\t1\t1\tx\nA\ta\tk\t1\t0\nM\ta\tk\t1\t4\tj\n",
		"B\n",
		"B\tx\t1\t\t31\t4\t1\n",
		"B\tx\tone\t\t31\t4\t1\tsum\n",
		"B\tx\t1\t\t0\t4\t1\tsum\n",
		"B\tx\t-1\t\t1\t4\t1\tsum\n",
		"B\tx\t99999999999999999999\t\t1\t4\t1\tsum\n",
		"B\tx\t1\t\t1\t4\t1\tsum\ttoo many\n",
		"A\tx\tkey\t1\t0\n",
		"B\tx\t1\t\t1\t4\t1\tsum\nA\tx\tkey\t\t0\n",
		"B\tx\t1\t\t1\t4\t1\tsum\nA\tx\tk\t1\t0\nA\tx\tk\t2\t0\n",
		"B\tx\t1\t\t1\t4\t1\ts\nB\tx\t1\t\t1\t4\t1\ts\n",
		"X\tx\n",
		"T\tx\ttool\n",
		"B\tx\t1\t\t1\t4\t1\tsum\nT\tx\n",
		"B\tx\t1\t\t1\t4\t1\tsum\nT\tx\t/bin/tool\n",
		"B\tx\t1\t\t1\t4\t1\tsum\nX\ty\n",
		"B\tx\t1\t\t1\t4\t1\tsum\nX\tx\t1\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct catalog c = { NULL, 0 };
		int r;

		quiet();
		r = add(&c, "bench-x", bad[i]);
		loud();
		catalog_release(&c);
		if (r != -EBADMSG)
			fail_msg("accepted: %s", bad[i]);
	}
}

static void points_are_the_product(void **state)
{
	/* Variants fastest, whatever their place; keys sorted. */
	expect_points(&(struct plan_wish){ .nr_benches = 0 },
		      "attach/self pace=burst,version=1\n"
		      "attach/self pace=200ms,version=1\n"
		      "attach/self pace=burst,version=2\n"
		      "attach/self pace=200ms,version=2\n"
		      "attach/thread \n"
		      "null \n");
}

static void globs_select(void **state)
{
	static const char *const globs[] = { "n*l", "*/thread" };

	expect_points(&(struct plan_wish){ .benches = globs, .nr_benches = 2 },
		      "attach/thread \nnull \n");
}

static void params_restrict_and_extend(void **state)
{
	static const char *const one[] = { "pace=burst" };
	static const char *const two[] = { "version=2", "pace=1s,burst" };
	static const char *const self[] = { "attach/self" };

	expect_points(&(struct plan_wish){ .params = one, .nr_params = 1 },
		      "attach/self pace=burst,version=1\n"
		      "attach/self pace=burst,version=2\n"
		      "attach/thread \n"
		      "null \n");
	expect_points(&(struct plan_wish){ .benches = self,
					   .nr_benches = 1,
					   .params = two,
					   .nr_params = 2 },
		      "attach/self pace=1s,version=2\n"
		      "attach/self pace=burst,version=2\n");
}

static void samples_can_be_set(void **state)
{
	struct run_point *points;
	size_t nr;

	assert_int_equal(plan_points(&catalog,
				     &(struct plan_wish){ .samples = 7 },
				     &points, &nr),
			 ST_OK);
	assert_int_equal(nr, 6);
	assert_int_equal(points[0].plan.samples, 7);
	assert_int_equal(points[4].plan.samples, 7);
	assert_int_equal(points[5].plan.nr_ops, 64);
	assert_int_equal(points[0].plan.id.version, 2);
	assert_string_equal(points[0].plan.binary, "bench-attach");
	free(points);
}

/* Along each axis, with the sweeps of the others, under one name each. */
static void values_beyond_the_sweep(void **state)
{
	static const char text[] = "B\tx/y\t1\t\t9\t1\t1\tdo it\n"
				   "A\tx/y\tfew\t1,2\t0\n"
				   "A\tx/y\tmany\t1\t0\n"
				   "A\tx/y\tload\tnone\t1\n"
				   "M\tx/y\tmany\t1\t4,16\tload=none\n"
				   "M\tx/y\tload\t1\tforks\tfew=2\n"
				   "M\tx/y\tfew\t0\t3\t\n";
	static const char *const xy[] = { "x/y" };
	static const char *const many[] = { "many=1,64", "few=2" };
	static const char along[] = "x/y few=1\n"
				    "x/y few=2\n"
				    "x/y few=3\n"
				    "x/y few=1,many=4\n"
				    "x/y few=1,many=16\n"
				    "x/y few=2,many=4\n"
				    "x/y few=2,many=16\n"
				    "x/y few=2,load=forks\n";
	static char star[] = "*";
	char *every[] = { star };
	const struct suite brief = { .globs = every,
				     .nr_globs = 1,
				     .no_extra = true };
	const struct suite whole = { .globs = every, .nr_globs = 1 };
	static char few[] = "few", five[] = "5", all[] = "";
	char *fives[] = { five };
	struct suite_rule rule = {
		.glob = star,
		.where = all,
		.key = few,
		.values = fives,
		.nr_values = 1,
	};
	const struct suite other = {
		.globs = every, .nr_globs = 1, .rules = &rule, .nr_rules = 1
	};

	assert_int_equal(add(&catalog, "bench-x", text), 0);
	expect_points(&(struct plan_wish){ .suite = &brief },
		      "x/y few=1\nx/y few=2\n");
	expect_points(&(struct plan_wish){ .suite = &whole }, along);
	expect_points(&(struct plan_wish){ .benches = xy, .nr_benches = 1 },
		      along);
	/* A suite replaces sweeps, not where an axis lies. */
	expect_points(&(struct plan_wish){ .suite = &other },
		      "x/y few=5\n"
		      "x/y few=5,many=4\n"
		      "x/y few=5,many=16\n"
		      "x/y few=2,load=forks\n");
	expect_points(&(struct plan_wish){ .benches = xy,
					   .nr_benches = 1,
					   .params = many,
					   .nr_params = 2 },
		      "x/y few=2\n"
		      "x/y few=2,many=64\n"
		      "x/y few=2,load=forks\n"
		      "x/y few=2,load=forks,many=64\n");
}

/* Values that take boots of their own are there for who names them. */
static void possible_cpus_are_asked_for(void **state)
{
	static const char text[] = "B\tx/y\t1\t\t9\t1\t1\tdo it\n"
				   "A\tx/y\t" BOOT_CPUS_PARAM "\treal\t1\n"
				   "M\tx/y\t" BOOT_CPUS_PARAM "\t1\t4,16\t\n";
	static const char *const xy[] = { "x/y" };
	static const char *const some[] = { BOOT_CPUS_PARAM "=real,16,63" };

	assert_int_equal(add(&catalog, "bench-x", text), 0);
	expect_points(&(struct plan_wish){ .benches = xy, .nr_benches = 1 },
		      "x/y \n");
	expect_points(&(struct plan_wish){ .benches = xy,
					   .nr_benches = 1,
					   .params = some,
					   .nr_params = 1 },
		      "x/y \n"
		      "x/y cpus_possible=16\n"
		      "x/y cpus_possible=63\n");
}

/* In no suite, nor because the benchmark is named. */
static void some_values_are_named(void **state)
{
	static const char text[] = "B\tx/y\t1\t\t9\t1\t1\tdo it\n"
				   "A\tx/y\tway\told,new\t1\n"
				   "N\tx/y\tway\trare\n";
	static const char *const xy[] = { "x/y" };
	static const char *const some[] = { "way=old,rare" };
	static char star[] = "*";
	char *every[] = { star };
	const struct suite whole = { .globs = every, .nr_globs = 1 };

	assert_int_equal(add(&catalog, "bench-x", text), 0);
	expect_points(&(struct plan_wish){ .benches = xy, .nr_benches = 1 },
		      "x/y way=old\nx/y way=new\n");
	expect_points(&(struct plan_wish){ .suite = &whole },
		      "x/y way=old\nx/y way=new\n");
	expect_points(&(struct plan_wish){ .suite = &whole,
					   .params = some,
					   .nr_params = 1 },
		      "x/y way=old\nx/y way=rare\n");
}

/* Those of all benchmarks first, then the others as usual. */
static void some_come_first(void **state)
{
	static const char first[] = "B\ta\t1\t\t9\t1\t1\tdo it\n"
				    "A\ta\tv\t1,2\t0\n"
				    "A\ta\tw\tx,xy\t0\n"
				    "F\ta\tv=1,w=x\n";
	static const char second[] = "B\tb\t1\t\t9\t1\t1\tdo it\n"
				     "A\tb\tv\t2,1\t0\n"
				     "F\tb\tv=1\n"
				     "B\tc\t1\t\t9\t1\t1\tdo it\n"
				     "B\td\t1\t\t9\t1\t1\tdo it\n"
				     "A\td\tv\t1,2\t0\n"
				     "F\td\t*\n";

	assert_int_equal(add(&catalog, "bench-a", first), 0);
	assert_int_equal(add(&catalog, "bench-b", second), 0);
	expect_points(&(struct plan_wish){ NULL }, "a v=1,w=x\n"
						   "b v=1\n"
						   "d v=1\n"
						   "d v=2\n"
						   "a v=1,w=xy\n"
						   "a v=2,w=x\n"
						   "a v=2,w=xy\n"
						   "b v=2\n"
						   "c \n");
}

/* What a kernel keeps until it is booted again comes after all else. */
static void some_come_last(void **state)
{
	static const char list[] = "B\ta\t1\t\t9\t1\t1\tdo it\n"
				   "A\ta\tfavordynmods\t1,0\t0\n"
				   "A\ta\tv\t1,2\t0\n"
				   "F\ta\tfavordynmods=1\n"
				   "B\tb\t1\t\t9\t1\t1\tdo it\n"
				   "A\tb\tdynmods\t1,10\t0\n"
				   "F\tb\t*\n";

	assert_int_equal(add(&catalog, "bench-a", list), 0);
	expect_points(&(struct plan_wish){ NULL }, "b dynmods=1\n"
						   "b dynmods=10\n"
						   "a favordynmods=0,v=1\n"
						   "a favordynmods=0,v=2\n"
						   "a favordynmods=1,v=1\n"
						   "a favordynmods=1,v=2\n");
}

static void bad_wishes_are_refused(void **state)
{
	static const char *const params[] = {
		"pase=burst",	 "pace",	"=burst",   "pace=",
		"pace=1s,,2s",	 "pace=1s,1s",	"pace=a b", "pace=a=b",
		"pace=\xc3\xa4", "pace=burst,",
	};
	static const char *const twice[] = { "pace=1s", "pace=2s" };
	static const char *const bench[] = { "null", "atach/self" };
	static const char *const null[] = { "null" };

	for (size_t i = 0; i < ARRAY_SIZE(params); i++)
		expect_refused(&catalog,
			       &(struct plan_wish){ .params = &params[i],
						    .nr_params = 1 });
	expect_refused(&catalog,
		       &(struct plan_wish){ .params = twice, .nr_params = 2 });
	expect_refused(&catalog, &(struct plan_wish){ .benches = bench,
						      .nr_benches = 2 });
	/* A param of a benchmark that is not selected is unknown here. */
	expect_refused(&catalog, &(struct plan_wish){ .benches = null,
						      .nr_benches = 1,
						      .params = twice,
						      .nr_params = 1 });
}

/* Every guest would skip it: a run of nothing that exits with 0. */
static void values_that_nobody_knows_are_refused(void **state)
{
	static const char *const bad[] = {
		"c/any controllers=bogus",
		"c/any controllers=cpu+bogus",
		"c/any controllers=",
		"c/any controllers=cpu+",
		"c/any controllers=7",
		"c/any sets=-1",
		"c/any sets=many",
		"c/any sets=1e9",
		"c/any way=nwe",
		"c/any way=cpu",
		"c/any way=1",
		"c/o* way=third",
	};
	static const char *const good[] = {
		"c/any controllers=cpu",
		"c/any controllers=pids+memory",
		"c/any controllers=all,every",
		"c/any sets=3,64K",
		"c/any way=new",
		"c/* way=third",
	};
	struct catalog c = { NULL, 0 };

	assert_int_equal(add(&c, "bench-c",
			     "B\tc/any\t1\t\t1\t1\t1\tsum\n"
			     "A\tc/any\tcontrollers\tnone,all\t0\n"
			     "A\tc/any\tsets\t0\t0\nA\tc/any\tway\told\t0\n"
			     "M\tc/any\tway\t1\tnew\t\n"
			     "B\tc/other\t1\t\t1\t1\t1\tsum\n"
			     "A\tc/other\tway\told\t0\n"
			     "B\tc/third\t1\t\t1\t1\t1\tsum\n"
			     "A\tc/third\tway\tthird\t0\n"),
			 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad) + ARRAY_SIZE(good); i++) {
		const char *text = i < ARRAY_SIZE(bad)
					   ? bad[i]
					   : good[i - ARRAY_SIZE(bad)];
		_cleanup_free_ char *copy = xstrdup(text);
		_cleanup_free_ struct run_point *points = NULL;
		const char *bench = strtok(copy, " ");
		const char *param = strtok(NULL, "");
		const struct plan_wish wish = { .benches = &bench,
						.nr_benches = 1,
						.params = &param,
						.nr_params = 1 };
		size_t nr;

		if (i < ARRAY_SIZE(bad))
			expect_refused(&c, &wish);
		else
			assert_int_equal(plan_points(&c, &wish, &points, &nr),
					 ST_OK);
	}
	catalog_release(&c);
}

static void a_suite_of_nothing_is_refused(void **state)
{
	static char star[] = "*";
	char *every[] = { star };
	const struct suite brief = { .globs = every,
				     .nr_globs = 1,
				     .no_extra = true };
	struct catalog c = { NULL, 0 };

	assert_int_equal(add(&c, "bench-c", "B\tx\t1\t\t1\t1\t1\tsum\nX\tx\n"),
			 0);
	expect_refused(&c, &(struct plan_wish){ .suite = &brief });
	catalog_release(&c);
}

static void limits_of_the_format_hold(void **state)
{
	struct catalog c = { NULL, 0 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	const char *words[1];

	/* Each value fits alone, but not both. */
	strbuf_addstr(&sb, "k1=");
	for (int i = 0; i < 150; i++)
		strbuf_addstr(&sb, "1");
	assert_int_equal(add(&c, "bench-x",
			     "B\tx\t1\t\t1\t1\t1\tsum\n"
			     "A\tx\tk1\t1\t0\nA\tx\tk2\t123456789\t0\n"),
			 0);
	words[0] = sb.buf;
	expect_refused(&c,
		       &(struct plan_wish){ .params = words, .nr_params = 1 });
	catalog_release(&c);
}

static void number_of_points_is_limited(void **state)
{
	struct catalog c = { NULL, 0 };
	struct strbuf values[2] = { STRBUF_INIT, STRBUF_INIT };
	struct run_point *points;
	const char *words[2];
	size_t nr;

	for (int k = 0; k < 2; k++) {
		strbuf_addf(&values[k], "k%d=0", k);
		for (int i = 1; i < 101; i++)
			strbuf_addf(&values[k], ",%d", i);
		words[k] = values[k].buf;
	}
	assert_int_equal(add(&c, "bench-x",
			     "B\tx\t1\t\t1\t1\t1\tsum\n"
			     "A\tx\tk0\t1\t0\nA\tx\tk1\t1\t0\n"),
			 0);
	/* 101 x 101 is over the limit of 10000, 101 x 1 is not. */
	expect_refused(&c,
		       &(struct plan_wish){ .params = words, .nr_params = 2 });
	assert_int_equal(plan_points(&c,
				     &(struct plan_wish){ .params = words,
							  .nr_params = 1 },
				     &points, &nr),
			 ST_OK);
	assert_int_equal(nr, 101);
	free(points);
	strbuf_release(&values[0]);
	strbuf_release(&values[1]);
	catalog_release(&c);
}

static struct run_kernel kernels[] = {
	{ .name = (char *)(uintptr_t) "base" },
	{ .name = (char *)(uintptr_t) "new" },
	{ .name = (char *)(uintptr_t) "old" },
};

static void expect_boots(size_t nr_kernels, const struct plan_boots *how,
			 const char *want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	size_t nr;
	struct run_boot *boots = plan_boots(kernels, nr_kernels, how, &nr);

	for (size_t i = 0; i < nr; i++) {
		strbuf_addf(&got, "%s%s", i ? " " : "", boots[i].id);
		free(boots[i].id);
	}
	free(boots);
	assert_string_equal(got.buf, want);
}

static void boots_are_interleaved(void **state)
{
	expect_boots(2,
		     &(struct plan_boots){
			     .perturbations = 3, .repeat = true, .null = true },
		     "base-p0 new-p0 base-p1 new-p1 base-p2 new-p2 "
		     "base-p0-repeat new-p0-repeat "
		     "base-p0-null base-p1-null base-p2-null");
	expect_boots(1, &(struct plan_boots){ .perturbations = 2 },
		     "base-p0 base-p1");
	/* Boots that count events come last and move no others. */
	expect_boots(2,
		     &(struct plan_boots){ .perturbations = 2,
					   .repeat = true,
					   .null = true,
					   .events = 1 },
		     "base-p0 new-p0 base-p1 new-p1 "
		     "base-p0-repeat new-p0-repeat "
		     "base-p0-null base-p1-null "
		     "base-p0-events new-p0-events");
}

static void boots_know_what_they_are(void **state)
{
	size_t nr;
	struct run_boot *b = plan_boots(
		kernels, 2,
		&(struct plan_boots){
			.perturbations = 2, .repeat = true, .null = true },
		&nr);

	assert_int_equal(nr, 8);
	assert_int_equal(b[3].kernel, 1);
	assert_int_equal(b[3].perturbation, 1);
	assert_int_equal(b[3].role, BOOT_MEASURE);
	assert_int_equal(b[5].kernel, 1);
	assert_int_equal(b[5].perturbation, 0);
	assert_int_equal(b[5].role, BOOT_REPEAT);
	assert_int_equal(b[7].kernel, 0);
	assert_int_equal(b[7].perturbation, 1);
	assert_int_equal(b[7].role, BOOT_NULL);
	assert_false(b[7].finished);
	for (size_t i = 0; i < nr; i++)
		free(b[i].id);
	free(b);
}

/* "base-p8-settle:02": its id and the points of its plan. */
static void expect_more(const struct run *run, const struct plan_more *how,
			const char *want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	struct run_boot *boots;
	size_t nr = plan_more_boots(run, how, &boots);

	for (size_t i = 0; i < nr; i++) {
		strbuf_addf(&got, "%s%s:", i ? " " : "", boots[i].id);
		for (size_t p = 0; p < run->nr_points; p++)
			if (boots[i].planned[p])
				strbuf_addf(&got, "%zu", p);
		assert_int_equal(boots[i].role, how->role);
		run_boot_release(&boots[i], run->nr_points);
	}
	free(boots);
	assert_string_equal(got.buf ? got.buf : "", want);
}

static void further_boots(void **state)
{
	static const bool kernels_of[] = { true, false, true };
	static const unsigned need[] = { 2, 0, 3 };
	static const unsigned none[] = { 0, 0, 0 };
	struct run_boot had[] = { { .perturbation = 11 },
				  { .perturbation = 3 } };
	struct run_point points[3] = { 0 };
	struct run run = {
		.perturbations = 8,
		.points = points,
		.kernels = kernels,
		.nr_kernels = 3,
		.nr_points = 3,
		.boots = had,
		.nr_boots = 2,
	};
	struct plan_more how = {
		.role = BOOT_SETTLE,
		.first = 8,
		.kernels = kernels_of,
		.need = need,
	};

	expect_more(&run, &how,
		    "base-p8-settle:02 old-p8-settle:02 "
		    "base-p9-settle:02 old-p9-settle:02 "
		    "base-p10-settle:2 old-p10-settle:2");
	/* Nothing beyond the last one that there can be. */
	how.role = BOOT_CONFIRM;
	how.first = PLAN_PERTURBATIONS_MAX - 1;
	expect_more(&run, &how, "base-p63-confirm:02 old-p63-confirm:02");
	how.first++;
	expect_more(&run, &how, "");
	how.need = none;
	how.first = 8;
	expect_more(&run, &how, "");
	assert_int_equal(plan_fresh_perturbation(&run), 12);
	run.nr_boots = 0;
	assert_int_equal(plan_fresh_perturbation(&run), 8);
}

static void set_params(struct run_point *p, const char *params)
{
	snprintf(p->plan.id.params, sizeof(p->plan.id.params), "%s", params);
}

/* "base-p0:03": its id and the points that it has; then the CPUs. */
static void expect_planned(struct run *run, const struct plan_boots *how,
			   const char *want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;

	plan_run_boots(run, how);
	for (size_t i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		strbuf_addf(&got, "%s%s:", i ? " " : "", b->id);
		for (size_t p = 0; p < run->nr_points; p++)
			if (boot_plans(b, p))
				strbuf_addf(&got, "%zu", p);
		strbuf_addf(&got, "/%u", boot_cpus_of(run, b));
		run_boot_release(&run->boots[i], run->nr_points);
	}
	free(run->boots);
	run->boots = NULL;
	assert_string_equal(got.buf, want);
}

/* A kernel has room for so many CPUs from its start. */
static void possible_cpus_have_boots(void **state)
{
	static const unsigned need[] = { 1, 2, 0, 1 };
	static const bool all[] = { true };
	struct run_point points[4] = { 0 };
	struct run run = {
		.kernels = kernels,
		.nr_kernels = 1,
		.points = points,
		.nr_points = 4,
	};
	const struct plan_boots how = { .perturbations = 2, .repeat = true };
	struct plan_more more = { .first = 6, .kernels = all, .need = need };

	set_params(&points[0], "a=1,cpus_possible=16");
	set_params(&points[1], "cpus_possible=64,version=2");
	set_params(&points[2], "controllers=all");
	set_params(&points[3], "a=2,cpus_possible=16,version=2");
	expect_planned(&run, &how,
		       "base-p0:2/0 base-p1:2/0 base-p0-repeat:2/0 "
		       "base-p2:03/16 base-p3:03/16 base-p2-repeat:03/16 "
		       "base-p4:1/64 base-p5:1/64 base-p4-repeat:1/64");
	assert_int_equal(boot_cpus_nr(&run), 3);
	/* Those of one boot have the same CPUs here as well. */
	expect_more(&run, &more, "base-p6:03 base-p7:1 base-p8:1");
	/* Where all have the same, no boot is without a point. */
	run.nr_points = 1;
	expect_planned(&run, &how,
		       "base-p0:0/16 base-p1:0/16 base-p0-repeat:0/16");
	assert_int_equal(boot_cpus_nr(&run), 1);
	run.nr_points = 0;
	expect_planned(&run, &how, "base-p0:/0 base-p1:/0 base-p0-repeat:/0");
}

static void possible_cpus_are_numbers(void **state)
{
	static const char *const good[] = { "", "cpus_possible=1",
					    "a=b,cpus_possible=255",
					    "cpus_possible=real" };
	static const char *const bad[] = {
		"cpus_possible=0",
		"cpus_possible=256",
		"a=b,cpus_possible=",
		"cpus_possible=x",
		"cpus_possible=16x,z=1",
		"cpus_possible=-1",
		"cpus_possible=99999999999999999999",
	};
	struct run_point point = { 0 };
	const struct run run = { .points = &point, .nr_points = 1 };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		set_params(&point, good[i]);
		assert_null(boot_cpus_bad(&run));
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		set_params(&point, bad[i]);
		assert_non_null(boot_cpus_bad(&run));
	}
	/* Another param whose name ends so. */
	set_params(&point, "no_cpus_possible=x");
	assert_null(boot_cpus_bad(&run));
}

static void boots_are_of_those_chosen(void **state)
{
	static const unsigned chosen[] = { 40, 7, 63, 7, 5 };

	expect_boots(2,
		     &(struct plan_boots){ .perturbations = 2,
					   .chosen = chosen,
					   .repeat = true,
					   .null = true },
		     "base-p40 new-p40 base-p7 new-p7 base-p40-repeat "
		     "new-p40-repeat base-p40-null base-p7-null");
	/* Nulls of the first four, or of all. */
	expect_boots(1,
		     &(struct plan_boots){ .perturbations = 5,
					   .chosen = chosen,
					   .null = true },
		     "base-p40 base-p7 base-p63 base-p7 base-p5 "
		     "base-p40-null base-p7-null base-p63-null base-p7-null");
	expect_boots(1,
		     &(struct plan_boots){ .perturbations = 5,
					   .chosen = chosen,
					   .null = true,
					   .all_null = true },
		     "base-p40 base-p7 base-p63 base-p7 base-p5 "
		     "base-p40-null base-p7-null base-p63-null base-p7-null "
		     "base-p5-null");
}

/* ABBA: two blocks of the same two kernels, in turn. */
static void further_boots_are_shuffled(void **state)
{
	static const bool kernels_of[] = { true, false, true };
	static const unsigned need[] = { 40 };
	struct run_point point = { 0 };
	struct run run = {
		.perturbations = 6,
		.points = &point,
		.kernels = kernels,
		.nr_kernels = 3,
		.nr_points = 1,
	};
	const struct plan_more how = {
		.role = BOOT_CONFIRM,
		.first = 6,
		.kernels = kernels_of,
		.need = need,
		.shuffle = true,
		.seed = 1,
	};
	unsigned old_first = 0;
	struct run_boot *boots;
	size_t nr = plan_more_boots(&run, &how, &boots);

	assert_int_equal(nr, 80);
	for (size_t i = 0; i < nr; i += 4) {
		old_first += boots[i].kernel == 2;
		assert_int_not_equal(boots[i].kernel, boots[i + 1].kernel);
		assert_int_equal(boots[i].kernel, boots[i + 3].kernel);
		assert_int_equal(boots[i + 1].kernel, boots[i + 2].kernel);
	}
	assert_in_range(old_first, 1, 19);
	for (size_t i = 0; i < nr; i++)
		run_boot_release(&boots[i], run.nr_points);
	free(boots);
}

/* Over an even number of blocks all kernels come equally early. */
static void expect_balance(size_t nr, size_t blocks, uint64_t seed)
{
	unsigned order[8 * 8], sum[8] = { 0 }, seen[8] = { 0 };

	boot_order(nr, blocks, seed, order);
	for (size_t i = 0; i < nr * blocks; i++) {
		assert_true(order[i] < nr);
		seen[order[i]]++;
		sum[order[i]] += i;
	}
	for (size_t k = 0; k < nr; k++) {
		assert_int_equal(seen[k], blocks);
		if (blocks % 2 == 0)
			assert_int_equal(sum[k], sum[0]);
	}
}

static void order_is_balanced(void **state)
{
	unsigned one[3] = { 7, 7, 7 }, nr_first[2] = { 0 };

	for (size_t nr = 1; nr <= 8; nr++)
		for (size_t blocks = 1; blocks <= 8; blocks++)
			expect_balance(nr, blocks, nr * 100 + blocks);
	boot_order(0, 3, 1, one);
	boot_order(2, 0, 1, one);
	assert_int_equal(one[0], 7);
	boot_order(1, 3, UINT64_MAX, one);
	assert_int_equal(one[2], 0);
	/* The seed draws who is first, at the start of each ABBA. */
	for (uint64_t seed = 0; seed < 1000; seed++) {
		unsigned order[8];

		boot_order(2, 4, seed, order);
		nr_first[order[4]]++;
	}
	assert_in_range(nr_first[0], 430, 570); /* 4.4 spreads */
}

/* Each perturbation has every kernel once; every second is reversed. */
static void shuffled_boots_are_abba(void **state)
{
	bool differ = false;
	unsigned first[4] = { 0 };

	for (uint64_t seed = 0; seed < 20; seed++) {
		const struct plan_boots how = { .perturbations = 4,
						.shuffle = true,
						.seed = seed };
		size_t nr;
		struct run_boot *b = plan_boots(kernels, 3, &how, &nr);
		struct run_boot *again = plan_boots(kernels, 3, &how, &nr);

		assert_int_equal(nr, 12);
		for (size_t i = 0; i < nr; i++)
			assert_string_equal(b[i].id, again[i].id);
		for (size_t i = 0, turns = 0; i < 4; i++) {
			unsigned p = b[i * 3].perturbation, seen = 0;

			for (size_t k = 0; k < 3; k++) {
				seen |= 1u << b[i * 3 + k].kernel;
				assert_int_equal(b[i * 3 + k].perturbation, p);
				if (i % 2)
					assert_int_equal(
						b[i * 3 + k].kernel,
						b[i * 3 - 1 - k].kernel);
			}
			assert_int_equal(seen, 7);
			turns |= 1u << p;
			if (i == 3)
				assert_int_equal(turns, 15);
		}
		differ |= b[0].kernel != 0;
		first[b[0].perturbation]++;
		for (size_t i = 0; i < nr; i++) {
			free(b[i].id);
			free(again[i].id);
		}
		free(b);
		free(again);
	}
	assert_true(differ);
	for (size_t p = 0; p < 4; p++)
		assert_in_range(first[p], 1, 12);
}

static void perturbations_differ(void **state)
{
	struct perturbation p0 = plan_perturbation(0, BOOT_MEASURE);
	struct perturbation p3 = plan_perturbation(3, BOOT_REPEAT);
	struct perturbation n3 = plan_perturbation(3, BOOT_NULL);

	assert_int_equal(p0.initrd_pad_bytes, 0);
	assert_int_equal(p0.mem_mib, 512);
	assert_int_equal(p0.phase_ns, 0);
	assert_int_equal(p3.initrd_pad_bytes, 3 * 12 * 1024);
	assert_int_equal(p3.mem_mib, 524);
	assert_int_equal(p3.holes, 3);
	assert_int_equal(p3.phase_ns, 411000);
	/* A null boot differs only by padding. */
	assert_int_equal(n3.initrd_pad_bytes, (3 * 12 + 68) * 1024);
	assert_int_equal(n3.mem_mib, p3.mem_mib);
	assert_int_equal(n3.holes, p3.holes);
	assert_int_equal(n3.phase_ns, p3.phase_ns);
}

static void plan_bytes_are_stable(void **state)
{
	static const char want[] =
		"V\t1\tcgmark-plan\n"
		"O\tclock\tinsns\n"
		"O\tholes\t2\n"
		"O\tphase_ns\t274000\n"
		"P\tbench-attach\tattach/thread\t1\t-\t15\t2\t0\t60000\n"
		"P\tbench-null\tnull\t1\t-\t31\t4\t64\t60000\n";
	static const char *const globs[] = { "null", "attach/thread" };
	const struct plan_wish wish = { .benches = globs, .nr_benches = 2 };
	struct perturbation p = plan_perturbation(2, BOOT_MEASURE);
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf full = STRBUF_INIT;
	_cleanup_free_ struct run_point *points = NULL;
	size_t nr;

	assert_int_equal(plan_points(&catalog, &wish, &points, &nr), ST_OK);
	assert_int_equal(plan_format(points, nr, "insns", &p, &got), 0);
	strbuf_addf(&full, "%sE\t2\t%08x\n", want,
		    rec_crc32(0, want, strlen(want)));
	assert_string_equal(got.buf, full.buf);
	assert_null(strstr(got.buf, REC_SETUP_ONLY));
	strbuf_reset(&got);
	p.setup_only = true;
	assert_int_equal(plan_format(points, nr, "insns", &p, &got), 0);
	assert_non_null(strstr(got.buf, "O\tsetup_only\t1\n"));
}

static void plan_has_events(void **state)
{
	static struct run_event events[] = {
		{ .ev = { .name = "page-faults", .type = 1, .config = 2 } },
		{ .ev = { .name = "skl::X:k",
			  .type = 4,
			  .config = 0x20d1,
			  .exclude = EVENT_NO_USER } },
	};
	static char find[] = "find_css_set", at_exit[] = "taskstats_exit";
	static char *const functions[] = { find, at_exit };
	static const char *const globs[] = { "null" };
	const struct plan_wish wish = { .benches = globs, .nr_benches = 1 };
	struct perturbation p = plan_perturbation(0, BOOT_EVENTS);
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ struct run_point *points = NULL;
	size_t nr;

	assert_int_equal(plan_points(&catalog, &wish, &points, &nr), ST_OK);
	p.events = events;
	p.nr_events = ARRAY_SIZE(events);
	assert_int_equal(plan_format(points, nr, "insns", &p, &got), 0);
	assert_non_null(strstr(got.buf, "O\tevent_scope\tmachine\n"
					"O\tevent\tpage-faults 0x1 0x2 0x0 0x0 "
					"-\n"
					"O\tevent\tskl::X:k 0x4 0x20d1 0x0 0x0 "
					"u\n"));
	strbuf_reset(&got);
	p.event_tasks = true;
	assert_int_equal(plan_format(points, nr, "insns", &p, &got), 0);
	assert_non_null(strstr(got.buf, "O\tevent_scope\ttask\n"));
	strbuf_reset(&got);
	p.nr_events = 0;
	p.latencies = functions;
	p.nr_latencies = 2;
	assert_int_equal(plan_format(points, nr, "insns", &p, &got), 0);
	assert_non_null(strstr(got.buf, "O\tlatency\tfind_css_set\n"
					"O\tlatency\ttaskstats_exit\n"));
	assert_null(strstr(got.buf, "event"));
}

static int count_point(const struct plan_point *p, void *arg)
{
	*(unsigned *)arg += 1;
	return 0;
}

static int ignore_option(const char *key, const char *value, void *arg)
{
	return 0;
}

static void plan_can_be_parsed(void **state)
{
	struct perturbation p = plan_perturbation(63, BOOT_NULL);
	_cleanup_strbuf_ struct strbuf plan = STRBUF_INIT;
	_cleanup_free_ struct run_point *points = NULL;
	struct rec_error err;
	unsigned count = 0;
	size_t nr;

	assert_int_equal(plan_points(&catalog, &(struct plan_wish){ NULL },
				     &points, &nr),
			 ST_OK);
	assert_int_equal(plan_format(points, nr, "ns", &p, &plan), 0);
	assert_int_equal(rec_parse_plan(plan.buf, plan.len, ignore_option,
					count_point, &count, &err),
			 0);
	assert_int_equal(count, nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalog_holds_what_was_listed),
		cmocka_unit_test(catalog_refuses_nonsense),
		cmocka_unit_test(points_are_the_product),
		cmocka_unit_test(globs_select),
		cmocka_unit_test(params_restrict_and_extend),
		cmocka_unit_test(samples_can_be_set),
		cmocka_unit_test_setup_teardown(values_beyond_the_sweep,
						no_benches, usual_benches),
		cmocka_unit_test_setup_teardown(possible_cpus_are_asked_for,
						no_benches, usual_benches),
		cmocka_unit_test_setup_teardown(some_values_are_named,
						no_benches, usual_benches),
		cmocka_unit_test_setup_teardown(some_come_first, no_benches,
						usual_benches),
		cmocka_unit_test_setup_teardown(some_come_last, no_benches,
						usual_benches),
		cmocka_unit_test(bad_wishes_are_refused),
		cmocka_unit_test(values_that_nobody_knows_are_refused),
		cmocka_unit_test(a_suite_of_nothing_is_refused),
		cmocka_unit_test(limits_of_the_format_hold),
		cmocka_unit_test(number_of_points_is_limited),
		cmocka_unit_test(boots_are_interleaved),
		cmocka_unit_test(boots_know_what_they_are),
		cmocka_unit_test(further_boots),
		cmocka_unit_test(possible_cpus_have_boots),
		cmocka_unit_test(possible_cpus_are_numbers),
		cmocka_unit_test(boots_are_of_those_chosen),
		cmocka_unit_test(further_boots_are_shuffled),
		cmocka_unit_test(order_is_balanced),
		cmocka_unit_test(shuffled_boots_are_abba),
		cmocka_unit_test(perturbations_differ),
		cmocka_unit_test(plan_bytes_are_stable),
		cmocka_unit_test(plan_has_events),
		cmocka_unit_test(plan_can_be_parsed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
