/* SPDX-License-Identifier: GPL-2.0-only */
#include "number.h"
#include "strbuf.h"

#include <math.h>

/* Digits of a whole number in groups of three. */
static void group_digits(char *buf, size_t size, double whole)
{
	char digits[PRINT_MAX];
	size_t len, at = 0;

	snprintf(digits, sizeof(digits), "%.0f", fabs(whole));
	len = strlen(digits);
	for (size_t i = 0; i < len && at + 2 < size; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
}

/* Not negative, below 1e15: grouped, with up to two decimals. */
static void plain_number(char buf[PRINT_MAX], double v)
{
	char frac[8] = "";
	double hundredths = round(v * 100);
	double whole = floor(hundredths / 100);
	double rest = hundredths - whole * 100;

	group_digits(buf, PRINT_MAX - sizeof(frac), whole);
	if (rest > 0) {
		snprintf(frac, sizeof(frac), ".%02.0f", rest);
		if (frac[2] == '0')
			frac[2] = '\0';
		strcat(buf, frac);
	}
}

static void short_number(char buf[PRINT_MAX], double v, int width)
{
	static const char suffix[] = "kMGTP";
	int step = -1;

	while (v >= 999.5 && step + 1 < (int)sizeof(suffix) - 1) {
		v /= 1000;
		step++;
	}
	for (int decimals = 2; decimals >= 0; decimals--) {
		int n;

		if (step < 0)
			n = snprintf(buf, PRINT_MAX, "%.*f", decimals, v);
		else
			n = snprintf(buf, PRINT_MAX, "%.*f%c", decimals, v,
				     suffix[step]);
		if (n <= width && v < 1e5)
			return;
	}
	snprintf(buf, PRINT_MAX, "%.1e", v * pow(1000, step + 1));
}

const char *print_value(char buf[PRINT_MAX], double v, int width)
{
	char text[PRINT_MAX];
	const char *sign = v < 0 ? "-" : "";

	if (!isfinite(v))
		return strcpy(buf, isnan(v) ? "-" : v > 0 ? "inf" : "-inf");
	if (fabs(v) >= 100) /* a fraction is noise */
		v = round(v);
	if (fabs(v) < 1e15)
		plain_number(text, fabs(v));
	if (fabs(v) >= 1e15 || strlen(text) + strlen(sign) > (size_t)width)
		short_number(text, fabs(v), width - (int)strlen(sign));
	snprintf(buf, PRINT_MAX, "%s%.40s", sign, text);
	return buf;
}

const char *print_difference(char buf[PRINT_MAX], double v)
{
	char text[PRINT_MAX];

	if (isnan(v))
		return strcpy(buf, "-");
	if (v == 0)
		return strcpy(buf, "0");
	if (fabs(v) >= 1e15)
		snprintf(text, sizeof(text), "%.6e", fabs(v));
	else if (fabs(v) < 0.005)
		snprintf(text, sizeof(text), "%.2g", fabs(v));
	else
		plain_number(text, fabs(v));
	snprintf(buf, PRINT_MAX, "%c%.40s", v < 0 ? '-' : '+', text);
	return buf;
}

/* Decimals for three significant figures. */
static int percent_decimals(double percent)
{
	double a = fabs(percent);

	if (percent < -99.9)
		return 3;
	if (a >= 1000)
		return 0;
	return a >= 100 ? 1 : 2;
}

const char *print_change(char buf[PRINT_MAX], double ratio)
{
	double percent = (ratio - 1) * 100;

	if (isnan(ratio))
		return strcpy(buf, "-");
	if (isinf(ratio))
		return strcpy(buf, "+inf");
	if (percent == 0)
		return strcpy(buf, "=");
	if (fabs(percent) < 0.005)
		snprintf(buf, PRINT_MAX, "%+.1g%%", percent);
	else if (percent >= 1e5)
		snprintf(buf, PRINT_MAX, "%+.1e%%", percent);
	else
		snprintf(buf, PRINT_MAX, "%+.*f%%", percent_decimals(percent),
			 percent);
	return buf;
}

const char *print_interval(char buf[PRINT_MAX], double lo, double hi)
{
	char a[PRINT_MAX], b[PRINT_MAX];

	if (isnan(lo) || isnan(hi))
		return strcpy(buf, "-");
	if (lo == 1 && hi == 1)
		return strcpy(buf, "=");
	print_change(a, lo);
	print_change(b, hi);
	snprintf(buf, PRINT_MAX, "%.20s..%.20s", *a == '=' ? "0%" : a,
		 *b == '=' ? "0%" : b);
	return buf;
}

size_t print_width(const char *s)
{
	size_t width = 0;

	for (; *s; s++)
		width += ((unsigned char)*s & 0xc0) != 0x80;
	return width;
}

/* Bytes of the first columns characters of s. */
static size_t bytes_of(const char *s, size_t columns)
{
	size_t i = 0, seen = 0;

	for (; s[i]; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80 && seen++ == columns)
			break;
	}
	return i;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The comma of "12,345", or of "16,64". */
static bool is_in_number(const char *s, size_t at)
{
	return at > 0 && is_digit(s[at - 1]) && is_digit(s[at + 1]);
}

/*
 * Where to break s: at a blank, behind a comma, rather not within a number, or
 * else anywhere.
 */
static size_t break_at(const char *s, size_t columns)
{
	size_t max = bytes_of(s, columns), number = 0;

	if (!s[max] || s[max] == ' ')
		return max;
	for (size_t i = max; i > max / 2; i--) {
		if (s[i - 1] == ' ' ||
		    (s[i - 1] == ',' && !is_in_number(s, i - 1)))
			return i;
		if (s[i - 1] == ',' && number == 0)
			number = i;
	}
	return number ? number : max;
}

void print_wrapped_at(FILE *out, const char *head, const char *text,
		      size_t columns)
{
	_cleanup_strbuf_ struct strbuf clean = STRBUF_INIT;
	size_t indent = print_width(head), len, end;
	const char *s;

	print_clean(&clean, text);
	s = clean.buf ? clean.buf : "";
	fputs(head, out);
	do {
		len = break_at(s, columns - indent);
		end = len;
		while (end > 0 && s[end - 1] == ' ')
			end--;
		fprintf(out, "%.*s\n", (int)end, s);
		s += len;
		while (*s == ' ')
			s++;
		if (*s)
			fprintf(out, "%*s", (int)indent, "");
	} while (*s);
}

void print_wrapped(FILE *out, const char *head, const char *text)
{
	print_wrapped_at(out, head, text, PRINT_COLUMNS);
}

char *print_point(const char *bench, const char *params)
{
	struct strbuf out = STRBUF_INIT;

	print_clean(&out, bench);
	if (*params) {
		strbuf_addstr(&out, " ");
		print_clean(&out, params);
	}
	return strbuf_steal(&out);
}
