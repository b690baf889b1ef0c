/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "event.h"
#include "record.h"
#include "scratch.h"
#include "strbuf.h"

static int count_sample(const struct sample *s, void *arg)
{
	++*(unsigned *)arg;
	return 0;
}

static int parse(const char *buf, size_t len, struct rec_error *err)
{
	_cleanup_free_ char *copy = xmalloc(len);
	unsigned nr = 0;

	/* A block of just this size: reading past it is seen by ASan. */
	memcpy(copy, buf, len);
	return rec_parse_samples(copy, len, count_sample, NULL, &nr, err);
}

static int parse_text(const char *text, struct rec_error *err)
{
	return parse(text, strlen(text), err);
}

/* A stream of the lines given with an end that fits them. */
static void make_stream(struct strbuf *sb, const char *lines, unsigned count)
{
	char line[REC_LINE_MAX];

	strbuf_addstr(sb, "V\t1\tcgmark-samples\n");
	strbuf_addstr(sb, lines);
	rec_format_end(line, sizeof(line), count,
		       rec_crc32(0, sb->buf, sb->len));
	strbuf_addstr(sb, line);
}

static void small_stream(struct strbuf *sb)
{
	make_stream(sb,
		    "S\tnull\t1\t-\tinsns\t0\t123\t10\n"
		    "S\tnull\t1\t-\tinsns\t1\t124\t10\n"
		    "S\tattach/self\t2\tpace=burst,version=1\tguest_ns\t0\t"
		    "18446744073709551615\t1\n",
		    3);
}

static void test_crc32(void **state)
{
	char byte[256];

	assert_int_equal(rec_crc32(0, "", 0), 0);
	assert_int_equal(rec_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(rec_crc32(0, "a", 1), 0xe8b7be43);
	assert_int_equal(rec_crc32(rec_crc32(0, "1234", 4), "56789", 5),
			 0xcbf43926);
	for (int i = 0; i < 256; i++)
		byte[i] = i;
	assert_int_equal(rec_crc32(0, byte, 256), 0x29058c73);
	/* Wherever it is cut, and however it is aligned. */
	for (int i = 0; i <= 40; i++)
		assert_int_equal(
			rec_crc32(rec_crc32(0, byte, i), byte + i, 256 - i),
			0x29058c73);
}

static int keep_sample(const struct sample *s, void *arg)
{
	struct sample **next = arg;

	*(*next)++ = *s;
	return 0;
}

static void test_sample_round_trip(void **state)
{
	struct sample in[3] = {
		{ { "null", 1, "" }, "insns", 0, 0, 1 },
		{ { "css_set/lookup", UINT32_MAX, "hit=1,sets=4096" },
		  "guest_ns",
		  UINT32_MAX,
		  UINT64_MAX,
		  UINT64_MAX },
		{ { "a", 0, "k=v" }, "m", 1, 2, 3 },
	};
	struct sample out[3] = { 0 }, *next = out;
	_cleanup_strbuf_ struct strbuf lines = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char line[REC_LINE_MAX];
	struct rec_error err;

	/* The longest that fits has to go through as well. */
	memset(in[2].id.bench, 'b', sizeof(in[2].id.bench) - 1);
	memset(in[2].id.params, 'p', sizeof(in[2].id.params) - 1);
	memset(in[2].metric, 'm', sizeof(in[2].metric) - 1);
	for (int i = 0; i < 3; i++) {
		assert_true(rec_format_sample(line, sizeof(line), &in[i]) > 0);
		strbuf_addstr(&lines, line);
	}
	make_stream(&sb, lines.buf, 3);
	assert_int_equal(rec_parse_samples(sb.buf, sb.len, keep_sample, NULL,
					   &next, &err),
			 0);
	assert_ptr_equal(next, out + 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(in[i].id.bench, out[i].id.bench);
		assert_string_equal(in[i].id.params, out[i].id.params);
		assert_string_equal(in[i].metric, out[i].metric);
		assert_int_equal(in[i].id.version, out[i].id.version);
		assert_int_equal(in[i].rep, out[i].rep);
		assert_true(in[i].value == out[i].value);
		assert_true(in[i].nr_ops == out[i].nr_ops);
	}
	assert_int_equal(err.line, 0);
	assert_string_equal(err.text, "");
}

static void check_line(const char *line, int ret, const char *text)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	make_stream(&sb, line, 1);
	assert_int_equal(parse(sb.buf, sb.len, &err), ret);
	if (!strstr(err.text, text))
		fail_msg("'%s' instead of '%s'", err.text, text);
}

static int keep_lack(const struct lack *l, void *arg)
{
	*(struct lack *)arg = *l;
	return 7;
}

static void test_lack_round_trip(void **state)
{
	const struct lack in = { { "fork/exit", 3, "controllers=all" },
				 "cycles",
				 "ENOENT: no such counter" };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char line[REC_LINE_MAX];
	struct lack out;

	assert_true(rec_format_lack(line, sizeof(line), &in) > 0);
	make_stream(&sb, line, 1);
	assert_int_equal(
		rec_parse_samples(sb.buf, sb.len, NULL, keep_lack, &out, NULL),
		7);
	assert_string_equal(out.id.bench, in.id.bench);
	assert_int_equal(out.id.version, 3);
	assert_string_equal(out.id.params, in.id.params);
	assert_string_equal(out.metric, in.metric);
	assert_string_equal(out.why, in.why);
	/* It counts: a stream with one less is truncated. */
	assert_int_equal(
		rec_parse_samples(sb.buf, sb.len, NULL, NULL, NULL, NULL), 0);
	check_line("N\tnull\t1\t-\tcycles\t\n", -EBADMSG,
		   "no reason of 1 to 99 letters");
	check_line("N\tnull\t1\t-\tcycles\n", -EBADMSG,
		   "5 fields instead of 6");
}

static void check_event(const struct event *ev, const char *text)
{
	char line[REC_LINE_MAX];
	struct event out;

	assert_int_equal(event_format(line, sizeof(line), ev), 0);
	assert_string_equal(line, text);
	assert_int_equal(event_parse(line, &out), 0);
	assert_string_equal(out.name, ev->name);
	assert_int_equal(out.type, ev->type);
	assert_true(out.config == ev->config && out.config1 == ev->config1 &&
		    out.config2 == ev->config2);
	assert_int_equal(out.exclude, ev->exclude);
}

static void test_event(void **state)
{
	static const char *const bad[] = {
		"",
		"cycles",
		"cycles 0x0 0x0 0x0 0x0",
		"cycles 0 0x0 0x0 0x0 -",
		"cycles 0x0 0x0 0x0 0x0 - ",
		"cycles 0x0 0x0 0x0 0x0 x",
		"cycles 0x100000000 0x0 0x0 0x0 -",
		"a,b 0x0 0x0 0x0 0x0 -",
		"cycles 0x0 0x10000000000000000 0x0 0x0 -",
		"c 0x 0x0 0x0 0x0 -",
		"c 0x00 0x0 0x0 0x0 -",
		"c 0x0 0x01 0x0 0x0 -",
		"c 0x0 0x0 0xAB 0x0 -",
	};
	const struct event cycles = { .name = "cycles" };
	const struct event full = {
		.name = "skl::MEM_LOAD_RETIRED:L3_MISS",
		.type = 4,
		.config = 0x20d1,
		.config1 = UINT64_MAX,
		.config2 = 1,
		.exclude = EVENT_NO_USER | EVENT_NO_KERNEL | EVENT_NO_HV |
			   EVENT_NO_GUEST | EVENT_NO_HOST,
	};
	struct event out;

	check_event(&cycles, "cycles 0x0 0x0 0x0 0x0 -");
	check_event(&full, "skl::MEM_LOAD_RETIRED:L3_MISS 0x4 0x20d1 "
			   "0xffffffffffffffff 0x1 ukhGH");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (event_parse(bad[i], &out) != -EINVAL)
			fail_msg("taken: '%s'", bad[i]);
}

struct plan_seen {
	char options[64];
	struct plan_point point[4];
	unsigned nr;
};

static int on_option(const char *key, const char *value, void *arg)
{
	struct plan_seen *seen = arg;

	strcat(seen->options, key);
	strcat(seen->options, "=");
	strcat(seen->options, value);
	strcat(seen->options, ";");
	return 0;
}

static int on_point(const struct plan_point *p, void *arg)
{
	struct plan_seen *seen = arg;

	seen->point[seen->nr++] = *p;
	return 0;
}

static void make_plan(struct strbuf *sb, const struct plan_point *p)
{
	char line[REC_LINE_MAX];

	rec_format_head(line, sizeof(line), "cgmark-plan");
	strbuf_addstr(sb, line);
	assert_true(rec_format_option(line, sizeof(line), "clock", "insns") >
		    0);
	strbuf_addstr(sb, line);
	assert_true(rec_format_option(line, sizeof(line), "note", "") > 0);
	strbuf_addstr(sb, line);
	assert_true(rec_format_point(line, sizeof(line), p) > 0);
	strbuf_addstr(sb, line);
	rec_format_end(line, sizeof(line), 1, rec_crc32(0, sb->buf, sb->len));
	strbuf_addstr(sb, line);
}

/*
 * Parses a line with these numbers behind a line that begins alike or otherwise, and
 * with many more behind it.
 */
static int parse_numbers(const char *before, const char *numbers,
			 struct sample out[], struct rec_error *err)
{
	_cleanup_strbuf_ struct strbuf lines = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct sample *next = out;

	strbuf_addf(&lines, "S\t%s\t1\t-\tinsns\t0\t5\t1\n", before);
	strbuf_addf(&lines, "S\tnull\t1\t-\tinsns\t%s", numbers);
	for (int i = 0; i < 60; i++)
		strbuf_addf(&lines, "S\tnull\t1\t-\tinsns\t%d\t77\t3\n", i);
	make_stream(&sb, lines.buf, 62);
	return rec_parse_samples(sb.buf, sb.len, keep_sample, NULL, &next, err);
}

/* What is read without being split is read as the rest is. */
static void test_alike(void **state)
{
	static const char *const numbers[] = {
		"1\t2\t3\n",
		"0\t0\t1\n",
		"4294967295\t999999999999999999\t999999999999999999\n",
		"7\t1000000000000000000\t1\n",
		"7\t18446744073709551615\t18446744073709551615\n",
		"7\t18446744073709551616\t1\n",
		"7\t99999999999999999999999999999\t1\n",
		"4294967296\t1\t1\n",
		"00\t1\t1\n",
		"1\t01\t1\n",
		"1\t1\t01\n",
		"1\t1\t0\n",
		"\t1\t1\n",
		"1\t\t1\n",
		"1\t1\t\n",
		"1\t1\n",
		"1\t1\t1\t\n",
		"1\t1\t1\t1\n",
		"-1\t1\t1\n",
		"1\t+1\t1\n",
		"1\t1 \t1\n",
		"1\t1\t1\r\n",
		"1\t1\t1x\n",
		"\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct sample a[62] = { 0 }, b[62] = { 0 };
		struct rec_error err_a, err_b;
		int r = parse_numbers("null", numbers[i], a, &err_a);

		assert_int_equal(parse_numbers("nulL", numbers[i], b, &err_b),
				 r);
		assert_int_equal(err_a.line, err_b.line);
		assert_string_equal(err_a.text, err_b.text);
		assert_memory_equal(&a[1], &b[1], sizeof(a) - sizeof(a[0]));
		assert_int_equal(r, i < 5 ? 0 : -EBADMSG);
		assert_int_equal(a[61].rep, r == 0 ? 59 : 0);
	}
}

static void test_plan_round_trip(void **state)
{
	struct plan_point p = {
		"bench-attach", { "attach/self", 4, "a=1,b=2" }, 31, 4, 0, 60000
	};
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct plan_seen seen = { .nr = 0 };

	make_plan(&sb, &p);
	assert_int_equal(rec_parse_plan(sb.buf, sb.len, on_option, on_point,
					&seen, NULL),
			 0);
	assert_string_equal(seen.options, "clock=insns;note=;");
	assert_int_equal(seen.nr, 1);
	assert_memory_equal(&seen.point[0], &p, sizeof(p));
	/* Each kind of stream is refused where the other is wanted. */
	assert_int_equal(parse(sb.buf, sb.len, NULL), -EBADMSG);
}

static void test_point_same(void **state)
{
	const struct point_id a = { "attach/self", 3, "pace=burst" };
	struct point_id b;

	assert_true(point_same(&a, &a));
	b = a, b.version = 2;
	assert_false(point_same(&a, &b));
	b = a, strcpy(b.bench, "attach/sel");
	assert_false(point_same(&a, &b));
	b = a, b.params[0] = '\0';
	assert_false(point_same(&a, &b));
	/* What lies behind the ends does not count. */
	b = a, b.bench[REC_BENCH_MAX - 1] = 'x';
	assert_true(point_same(&a, &b));
}

static void test_format_refuses(void **state)
{
	struct sample good = { { "null", 1, "" }, "insns", 0, 1, 1 }, s;
	struct plan_point p = { .binary = "b", .id.bench = "b", .samples = 0 };
	char line[REC_LINE_MAX];

	assert_true(rec_format_sample(line, sizeof(line), &good) > 0);
	assert_int_equal(rec_format_sample(line, 8, &good), -EINVAL);
	s = good, s.nr_ops = 0;
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	s = good, s.id.bench[0] = '\0';
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	s = good, strcpy(s.id.bench, "a\tb");
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	s = good, strcpy(s.metric, "a\nb");
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	s = good, strcpy(s.id.params, "-");
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	s = good, strcpy(s.id.params, "k=\xc3\xa9");
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	s = good, strcpy(s.id.params, "k=\x7f");
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	/* No NUL within the array. */
	s = good, memset(s.metric, 'm', sizeof(s.metric));
	assert_int_equal(rec_format_sample(line, sizeof(line), &s), -EINVAL);
	assert_int_equal(rec_format_point(line, sizeof(line), &p), -EINVAL);
	assert_int_equal(rec_format_head(line, sizeof(line), ""), -EINVAL);
	assert_int_equal(rec_format_option(line, sizeof(line), "k", "a\tb"),
			 -EINVAL);
	assert_int_equal(rec_format_option(line, sizeof(line), "", "v"),
			 -EINVAL);
}

static void test_every_cut(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	small_stream(&sb);
	assert_int_equal(parse(sb.buf, sb.len, &err), 0);
	for (size_t len = 0; len < sb.len; len++) {
		assert_int_equal(parse(sb.buf, len, &err), -ENODATA);
		assert_true(err.text[0]);
	}
}

static void test_every_flip(void **state)
{
	static const unsigned char masks[] = { 0x01, 0x02, 0x04, 0x08, 0x10,
					       0x20, 0x40, 0x80, 0xff, 0x03 };
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;
	unsigned nr = 0;

	small_stream(&sb);
	for (size_t i = 0; i < sb.len; i++) {
		for (size_t m = 0; m < ARRAY_SIZE(masks); m++) {
			int r;

			sb.buf[i] ^= masks[m];
			r = parse(sb.buf, sb.len, &err);
			assert_true(r == -EBADMSG || r == -ENODATA ||
				    r == -EPROTONOSUPPORT);
			assert_true(err.text[0]);
			sb.buf[i] ^= masks[m];
			nr++;
		}
	}
	assert_int_equal(nr, sb.len * ARRAY_SIZE(masks));
	assert_int_equal(parse(sb.buf, sb.len, &err), 0);
}

/* A line lost, doubled or swapped leaves each line good in itself. */
static void test_lines_moved(void **state)
{
	const char *a = "S\tnull\t1\t-\tinsns\t0\t1\t1\n";
	const char *b = "S\tnull\t1\t-\tinsns\t1\t2\t1\n";
	const char *head = "V\t1\tcgmark-samples\n";
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *both = xasprintf("%s%s", a, b), *end = NULL;
	struct rec_error err;
	_cleanup_free_ char *lost = NULL, *twice = NULL, *swapped = NULL;

	make_stream(&sb, both, 2);
	end = xstrdup(strstr(sb.buf, "E\t"));
	lost = xasprintf("%s%s%s", head, a, end);
	assert_int_equal(parse_text(lost, &err), -ENODATA);
	assert_string_equal(err.text, "line 3: 1 of 2 records are there");
	twice = xasprintf("%s%s%s%s%s", head, a, b, b, end);
	assert_int_equal(parse_text(twice, &err), -EBADMSG);
	assert_string_equal(err.text, "line 5: 3 records, but 2 were written");
	swapped = xasprintf("%s%s%s%s", head, b, a, end);
	assert_int_equal(parse_text(swapped, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "line 4: the sum of the bytes is"));
}

static void test_malformed(void **state)
{
	check_line("S\tn\t1\t-\tinsns\t0\t1\t1\n", 0, "");
	check_line("S\tn\t1\t-\tinsns\t0\t1\n", -EBADMSG,
		   "line 2: 7 fields instead of 8");
	check_line("S\tn\t1\t-\tinsns\t0\t1\t1\t1\n", -EBADMSG, "9 fields");
	check_line("S\tn\t1\t-\tinsns\t0\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\n",
		   -EBADMSG, "more than 16 fields");
	check_line("S\t\t1\t-\tinsns\t0\t1\t1\n", -EBADMSG, "field 2");
	check_line("S\tn\t01\t-\tinsns\t0\t1\t1\n", -EBADMSG,
		   "field 3 is not a number: '01'");
	check_line("S\tn\t+1\t-\tinsns\t0\t1\t1\n", -EBADMSG, "not a number");
	check_line("S\tn\t-1\t-\tinsns\t0\t1\t1\n", -EBADMSG, "not a number");
	check_line("S\tn\t1\t-\tinsns\t0\t\t1\n", -EBADMSG, "not a number");
	check_line("S\tn\t1\t-\tinsns\t0\t1x\t1\n", -EBADMSG, "not a number");
	check_line("S\tn\t4294967296\t-\tinsns\t0\t1\t1\n", -EBADMSG,
		   "field 3 is too large");
	check_line("S\tn\t1\t-\tinsns\t0\t18446744073709551616\t1\n", -EBADMSG,
		   "field 7 is too large");
	check_line("S\tn\t1\t-\tinsns\t0\t99999999999999999999999\t1\n",
		   -EBADMSG, "field 7 is too large");
	check_line("S\tn\t1\t-\tinsns\t0\t1\t0\n", -EBADMSG,
		   "a sample of no operation");
	check_line("S\tn\t1\t\tinsns\t0\t1\t1\n", -EBADMSG, "field 4");
	check_line("S\tn n\t1\t-\tinsns\t0\t1\t1\n", -EBADMSG, "field 2");
	check_line("S\tn\t1\t-\tinsns\t0\t1\t1\r\n", -EBADMSG,
		   "byte 0x0d in column 20 is not text");
	check_line("S\tn\t1\t-\tin\xffns\t0\t1\t1\n", -EBADMSG, "byte 0xff");
	check_line("X\tn\n", -EBADMSG, "unknown record 'X'");
	check_line("\n", -EBADMSG, "unknown record ''");
	check_line("V\t1\tcgmark-samples\n", -EBADMSG, "unknown record 'V'");
}

static void test_overlong(void **state)
{
	_cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
	char name[REC_BENCH_MAX + 1];

	memset(name, 'n', sizeof(name));
	name[REC_BENCH_MAX] = '\0';
	strbuf_addf(&line, "S\t%s\t1\t-\tinsns\t0\t1\t1\n", name);
	check_line(line.buf, -EBADMSG, "no name of 1 to 47 letters");
	strbuf_reset(&line);
	for (int i = 0; i < 5000; i++)
		strbuf_addstr(&line, "S");
	strbuf_addstr(&line, "\n");
	check_line(line.buf, -EBADMSG, "line 2: 5000 bytes long, at most 511");
}

static void test_heads_and_ends(void **state)
{
	struct rec_error err;

	assert_int_equal(parse_text("V\t2\tcgmark-samples\n", &err),
			 -EPROTONOSUPPORT);
	assert_string_equal(err.text,
			    "line 1: version 2 is newer than this program's 1");
	assert_int_equal(parse_text("V\t0\tcgmark-samples\n", &err), -EBADMSG);
	assert_int_equal(parse_text("V\t1\tother\n", &err), -EBADMSG);
	assert_int_equal(parse_text("hello\n", &err), -EBADMSG);
	assert_int_equal(
		parse_text("V\t1\tcgmark-samples\nE\t0\tABCDEF01\n", &err),
		-EBADMSG);
	assert_string_equal(
		err.text,
		"line 2: checksum is not eight hex digits: 'ABCDEF01'");
	assert_int_equal(parse_text("V\t1\tcgmark-samples\nE\t0\t7\n", &err),
			 -EBADMSG);
	check_line("E\t0\t00000000\n", -EBADMSG, "the sum of the bytes is");
}

static void test_bytes_after_end(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	small_stream(&sb);
	strbuf_addstr(&sb, "S");
	assert_int_equal(parse(sb.buf, sb.len, &err), -EBADMSG);
	assert_string_equal(err.text, "line 5: 1 more bytes after the end");
}

static int stop_second(const struct sample *s, void *arg)
{
	return ++*(int *)arg == 2 ? 42 : 0;
}

static void test_callback_stops(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	int nr = 0;

	small_stream(&sb);
	assert_int_equal(
		rec_parse_samples(sb.buf, sb.len, stop_second, NULL, &nr, NULL),
		42);
	assert_int_equal(nr, 2);
	assert_int_equal(
		rec_parse_samples(sb.buf, sb.len, NULL, NULL, NULL, NULL), 0);
}

static void check_sort(const char *in, const char *out)
{
	char buf[REC_PARAMS_MAX + 8];
	int r;

	strcpy(buf, in);
	r = rec_params_sort(buf, sizeof(buf));
	if (!out) {
		assert_int_equal(r, -EINVAL);
		out = in;
	} else {
		assert_int_equal(r, 0);
	}
	assert_string_equal(buf, out);
}

static void test_params_sort(void **state)
{
	char many[REC_PARAMS_MAX + 8] = "";

	check_sort("", "");
	check_sort("a=1", "a=1");
	check_sort("version=1,pace=burst", "pace=burst,version=1");
	check_sort("c=3,b=2,a=1,d=", NULL);
	check_sort("c=3,b=2,a=1,d=4", "a=1,b=2,c=3,d=4");
	check_sort("a-b=1,a=2", "a=2,a-b=1");
	check_sort("ab=1,a=2", "a=2,ab=1");
	check_sort("b=x=y,a=1", "a=1,b=x=y");
	check_sort("a=1,a=2", NULL);
	check_sort("a", NULL);
	check_sort("=1", NULL);
	check_sort("a=1,", NULL);
	check_sort(",a=1", NULL);
	check_sort("a=1,,b=2", NULL);
	check_sort("a=1 2", NULL);
	check_sort("-", NULL);
	/* As many items as there is room for, and one more byte than that. */
	for (int i = 39; i >= 0; i--)
		sprintf(many + strlen(many), "%s%c=1", i < 39 ? "," : "",
			"0123456789abcdefghijklmnopqrstuvwxyzABCD"[i]);
	assert_int_equal(strlen(many), REC_PARAMS_MAX - 1);
	assert_int_equal(rec_params_sort(many, sizeof(many)), 0);
	assert_memory_equal(many, "0=1,1=1,", 8);
	strcat(many, "1");
	check_sort(many, NULL);
}

static void test_param_get(void **state)
{
	const char *params = "a=1,ab=22,b=,c=x=y";
	char buf[8];

	assert_int_equal(rec_param_get(params, "a", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "1");
	assert_int_equal(rec_param_get(params, "ab", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "22");
	assert_int_equal(rec_param_get(params, "b", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	assert_int_equal(rec_param_get(params, "c", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "x=y");
	assert_int_equal(rec_param_get(params, "x", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(rec_param_get("", "a", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(rec_param_get(params, "ab", buf, 2), -ENAMETOOLONG);
	assert_int_equal(rec_param_get(params, "ab", buf, 3), 0);
}

/* Bytes of the stream changed, cut out, doubled or moved, by fixed dice. */
static void mutate(struct strbuf *sb, uint64_t *dice)
{
	size_t at, len;

	for (unsigned n = 1 + next_random(dice) % 4; n > 0 && sb->len; n--) {
		at = next_random(dice) % sb->len;
		len = 1 + next_random(dice) % 40;
		if (len > sb->len - at)
			len = sb->len - at;
		switch (next_random(dice) % 4) {
		case 0:
			sb->buf[at] = next_random(dice);
			break;
		case 1:
			memmove(sb->buf + at, sb->buf + at + len,
				sb->len - at - len);
			sb->len -= len;
			break;
		case 2: {
			_cleanup_free_ char *copy = xmalloc(len);

			memcpy(copy, sb->buf + at, len);
			strbuf_add(sb, copy, len);
			break;
		}
		default:
			sb->buf[at] = "\t\n0E-V"[next_random(dice) % 6];
		}
	}
}

static void test_fuzz(void **state)
{
	struct plan_point p = { "bench-a", { "a", 1, "a=1" }, 31, 4, 0, 60000 };
	_cleanup_strbuf_ struct strbuf samples = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf plan = STRBUF_INIT;
	uint64_t dice = 0x9e3779b97f4a7c15;
	unsigned refused = 0;

	small_stream(&samples);
	make_plan(&plan, &p);
	for (int i = 0; i < 20000; i++) {
		const struct strbuf *good = i % 2 ? &samples : &plan;
		_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
		struct rec_error err;
		int r;

		strbuf_add(&sb, good->buf, good->len);
		mutate(&sb, &dice);
		r = i % 2 ? rec_parse_samples(sb.buf, sb.len, NULL, NULL, NULL,
					      &err)
			  : rec_parse_plan(sb.buf, sb.len, NULL, NULL, NULL,
					   &err);
		assert_true(r <= 0);
		if (r == 0) {
			assert_int_equal(sb.len, good->len);
			assert_memory_equal(sb.buf, good->buf, sb.len);
			continue;
		}
		assert_true(err.text[0] &&
			    memchr(err.text, 0, sizeof(err.text)));
		refused++;
	}
	assert_true(refused > 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc32),
		cmocka_unit_test(test_sample_round_trip),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_plan_round_trip),
		cmocka_unit_test(test_lack_round_trip),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_point_same),
		cmocka_unit_test(test_format_refuses),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_flip),
		cmocka_unit_test(test_lines_moved),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_heads_and_ends),
		cmocka_unit_test(test_bytes_after_end),
		cmocka_unit_test(test_callback_stops),
		cmocka_unit_test(test_params_sort),
		cmocka_unit_test(test_param_get),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
