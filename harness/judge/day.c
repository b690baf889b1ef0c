/* SPDX-License-Identifier: GPL-2.0-only */
#include "day.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static unsigned digits(const char *text, unsigned nr)
{
	unsigned v = 0;

	while (nr-- > 0)
		v = v * 10 + (unsigned)(*text++ - '0');
	return v;
}

static unsigned days_of(unsigned year, unsigned month)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30,
					 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

bool day_parse(const char *text, unsigned *ret)
{
	static const char shape[] = "dddd-dd-dd";
	unsigned year, month, day;

	if (strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++) {
		if (shape[i] == 'd' ? !isdigit((unsigned char)text[i])
				    : text[i] != shape[i])
			return false;
	}
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of(year, month))
		return false;
	*ret = year * 10000 + month * 100 + day;
	return true;
}

unsigned day_today(void)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	return (unsigned)(tm.tm_year + 1900) * 10000 +
	       (unsigned)(tm.tm_mon + 1) * 100 + (unsigned)tm.tm_mday;
}

const char *day_text(char buf[DAY_TEXT], unsigned day)
{
	snprintf(buf, DAY_TEXT, "%04u-%02u-%02u", day / 10000 % 10000,
		 day / 100 % 100, day % 100);
	return buf;
}
