/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of operations, and how a call of one is written. */
#include "fuzz.h"

/* Set by the linker. */
extern const struct op *const __start_fuzz_ops[];
extern const struct op *const __stop_fuzz_ops[];

const struct op *ops[MAX_OPS];
unsigned nr_ops;

static int compare(const void *a, const void *b)
{
	return strcmp((*(const struct op *const *)a)->name,
		      (*(const struct op *const *)b)->name);
}

/* Sorted: the order of the files must not matter for a seed. */
void ops_init(void)
{
	nr_ops = __stop_fuzz_ops - __start_fuzz_ops;
	check(nr_ops <= MAX_OPS);
	memcpy(ops, __start_fuzz_ops, nr_ops * sizeof(*ops));
	qsort(ops, nr_ops, sizeof(*ops), compare);
}

int op_by_name(const char *name)
{
	for (unsigned i = 0; i < nr_ops; i++)
		if (!strcmp(ops[i]->name, name))
			return i;
	return -1;
}

static bool chosen[MAX_OPS];

static bool is_listed(const char *name, const char *list)
{
	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (strlen(name) == strcspn(list, ",") &&
		    !strncmp(name, list, strlen(name)))
			return true;
	return false;
}

void choose_ops(const char *only, const char *without)
{
	for (unsigned i = 0; i < nr_ops; i++)
		chosen[i] = (!only || is_listed(ops[i]->name, only)) &&
			    !is_listed(ops[i]->name, without);
}

bool is_chosen(unsigned op)
{
	return chosen[op];
}

void call_format(const struct call *c, char *buf, size_t size)
{
	const struct op *op = ops[c->op];
	size_t len = snprintf(buf, size, "%c %s", c->worker == ROOT ? 'r' : 'u',
			      op->name);

	for (unsigned i = 0; i < NR_ARGS && op->args[i]; i++) {
		char arg[256];

		arg_format(op->args[i], c->args[i], arg, sizeof(arg));
		len += snprintf(buf + len, size - len, " %s", arg);
		check(len < size);
	}
}

/* What follows the arguments is a comment. */
bool call_parse(struct call *c, const char *line)
{
	char worker, name[32], args[NR_ARGS][200] = { "" };
	int nr;

	memset(c, 0, sizeof(*c));
	if (sscanf(line, " %c %31s %199s %199s %199s %199s", &worker, name,
		   args[0], args[1], args[2], args[3]) < 2)
		return false;
	nr = op_by_name(name);
	if (nr < 0 || !strchr("ru", worker))
		return false;
	c->worker = worker == 'u' ? USER : ROOT;
	c->op = nr;
	for (unsigned i = 0; i < NR_ARGS && ops[nr]->args[i]; i++)
		if (!arg_parse(ops[nr]->args[i], args[i], &c->args[i]))
			return false;
	return true;
}
