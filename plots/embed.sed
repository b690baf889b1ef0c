# SPDX-License-Identifier: GPL-2.0-only
# Turns a text into the C strings of an initialiser.  Its first line, which names
# the licence, goes; a line that begins with blanks continues the one before.
1d
s/[\\"]/\\&/g
/^[[:blank:]]/!s/^/\\n/
s/^[[:blank:]]\{1,\}/ /
2s/^\\n//
s/.*/\t"&"/
$s/$/\n\t"\\n";/
