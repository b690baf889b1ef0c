# SPDX-License-Identifier: GPL-2.0-only
# Turns schema.sql into a C array with one string a version.  Comments go, so
# that the text which SQLite keeps of a table does not depend on them.
1i static const char *const schema_steps[] = {\n""
/^-- version /{
s/.*/,/
n
}
/^ *--/d
s/[\\"]/\\&/g
s/ -- .*//
s/^\(.*\)$/"\1\\n"/
$a };
