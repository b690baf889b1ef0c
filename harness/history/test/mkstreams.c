/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkstreams DIR NIGHT NIGHTS exact|time: recorded streams of one made-up night, for
 * --machine fake: DIR/today, POINTS points of benchmark "year".
 * mkstreams --list: what the benchmark program says of itself.
 * mkstreams --truth NIGHTS exact|time: a line for each step: params, and
 * the first night that measures it.
 * mkstreams --missing NIGHT: does it fail, as nobody measures then?
 *
 * Every third point has two steps, of three spreads or of 0.4%; those of time have
 * heavy tails, every second one; point 1 of time drifts by four spreads.
 */
#include "alloc.h"
#include "file.h"
#include "night-sim.h"
#include "record.h"

enum { POINTS = 40, SAMPLES = 5 };

static void set_point(struct point_id *id, unsigned i)
{
	strcpy(id->bench, "year");
	snprintf(id->params, sizeof(id->params), "series=%u", i);
	id->version = 1;
}

static struct night_sim model(bool exact, unsigned i)
{
	return (struct night_sim){
		.exact = exact,
		.level = 1000. * (i + 1),
		.spread = 0.01,
		.tails = i % 2,
		.slow = i % 4 == 2 ? 0.05 : 0,
		.drift = !exact && i == 1 ? 4 : 0,
		.blips = i % 5 == 4 ? 0.03 : 0,
		.steps = i % 3 == 0 ? 2 : 0,
		.step = exact ? 0.004 : 3,
	};
}

static void write_one(const char *dir, const char *name,
		      const struct strbuf *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	if (write_file_in_place(path, text->buf, text->len, false) < 0) {
		perror(path);
		exit(1);
	}
}

static void add_samples(struct strbuf *out, unsigned i, bool exact,
			size_t night, size_t nights, unsigned *count)
{
	const struct night_sim sim = model(exact, i);
	/* The same every time, so that a night that is cut is not another one. */
	uint64_t seed = night * 1000003 + i * 8191 + exact;
	struct sample s = { .nr_ops = 4 };
	double v = sim_value(&sim, night, nights, &seed);
	char line[REC_LINE_MAX];

	set_point(&s.id, i);
	strcpy(s.metric, exact ? "insns" : "elapsed_ns");
	for (; s.rep < SAMPLES; s.rep++, (*count)++) {
		s.value = (uint64_t)(v * 4);
		rec_format_sample(line, sizeof(line), &s);
		strbuf_addstr(out, line);
	}
}

static void write_samples(const char *dir, bool exact, size_t night,
			  size_t nights)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	char line[REC_LINE_MAX];
	unsigned count = 0;

	rec_format_head(line, sizeof(line), "cgmark-samples");
	strbuf_addstr(&out, line);
	for (unsigned i = 0; i < POINTS; i++)
		add_samples(&out, i, exact, night, nights, &count);
	rec_format_end(line, sizeof(line), count,
		       rec_crc32(0, out.buf, out.len));
	strbuf_addstr(&out, line);
	write_one(dir, "samples.tsv", &out);
}

static void write_status(const char *dir)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	strbuf_addf(&out,
		    "KTAP version 1\n1..1\n    KTAP version 1\n"
		    "    # Subtest: bench-year\n    1..%d\n",
		    POINTS);
	for (unsigned i = 0; i < POINTS; i++)
		strbuf_addf(&out,
			    "    # start year series=%u\n"
			    "    ok %u year series=%u\n",
			    i, i + 1, i);
	strbuf_addstr(&out, "ok 1 bench-year\n# cgmark: end\n");
	write_one(dir, "status.ktap", &out);
}

static int write_streams(const char *top, size_t night, size_t nights,
			 bool exact)
{
	_cleanup_free_ char *dir = xasprintf("%s/today", top);
	_cleanup_strbuf_ struct strbuf console = STRBUF_INIT;

	if (mkdir_p(dir, 0777) < 0)
		return 1;
	strbuf_addstr(&console, "[    0.000000] Linux version 6.12\n");
	write_one(dir, "console.log", &console);
	write_samples(dir, exact, night, nights);
	write_status(dir);
	return 0;
}

static int list(void)
{
	printf("B\tyear\t1\t\t%d\t4\t1\ta year of nights\nA\tyear\tseries\t",
	       SAMPLES);
	for (unsigned i = 0; i < POINTS; i++)
		printf("%s%u", i ? "," : "", i);
	printf("\t0\n");
	return 0;
}

static bool is_missing(size_t night)
{
	uint64_t seed = 77 + night;

	return (night >= 150 && night <= 156) || sim_uniform(&seed) < 0.05;
}

static int truth(size_t nights, bool exact)
{
	for (unsigned i = 0; i < POINTS; i++) {
		const struct night_sim sim = model(exact, i);

		unsigned before = 0;

		for (size_t n = 0; n < nights; n++) {
			unsigned now = sim_steps_at(&sim, n, nights);

			if (is_missing(n) || now == before)
				continue;
			printf("series=%u\t%zu\n", i, n);
			before = now;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc == 3 && strcmp(argv[1], "--missing") == 0)
		return !is_missing(strtoul(argv[2], NULL, 10));
	if (argc == 4 && strcmp(argv[1], "--truth") == 0)
		return truth(strtoul(argv[2], NULL, 10),
			     strcmp(argv[3], "exact") == 0);
	if (argc == 5)
		return write_streams(argv[1], strtoul(argv[2], NULL, 10),
				     strtoul(argv[3], NULL, 10),
				     strcmp(argv[4], "exact") == 0);
	return 2;
}
