#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of build.sh on a tree with just the make targets that build.sh uses, so
# that a "kernel" builds in no time.

set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$here/../build.sh
work=$(mktemp -d) || exit 1
cache=$work/cache
out=$work/out
err=$work/err
nr=0
failed=0
pids=

# In a hook, git would work on the repository that is committed to.
if command -v git >/dev/null 2>&1; then
	# shellcheck disable=SC2046 # names of variables
	unset $(git rev-parse --local-env-vars)
fi

cleanup()
{
	for pid in $pids; do
		kill -TERM "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# report STATUS NAME: with what build.sh printed, if it failed.
report()
{
	nr=$((nr + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$nr" "$2"
		return
	fi
	failed=$((failed + 1))
	printf 'not ok %d - %s\n' "$nr" "$2"
	sed 's/^/# stdout: /' "$out"
	sed 's/^/# stderr: /' "$err"
}

# ok NAME COMMAND...: passes when the command succeeds.
ok()
{
	name=$1
	shift
	"$@"
	report $? "$name"
}

# Runs build.sh into $out and $err, and sets status.
run()
{
	"$build" -c "$cache" "$@" >"$out" 2>"$err"
	status=$?
}

# refuses_cache PATH: at once, as a fault of the host, and with nothing unpacked.
refuses_cache()
{
	"$build" -c "$1" build --source "dir:$work/linux" \
		--config "$work/a.config" >"$out" 2>"$err"
	status=$?
	exits 5 && says "no kernel can be built in $1" && ! has_line 'step.*'
}

run_build()
{
	run build --source "dir:$work/linux" "$@" --config "$work/a.config"
}

run_key()
{
	run key --source "dir:$work/linux" "$@"
	sed -n 's/^key //p' "$out"
}

entry()
{
	sed -n 's/^entry //p' "$out"
}

# comes_before LINE LINE
comes_before()
{
	[ "$(grep -xF -e "$1" -e "$2" "$out" | head -n 2 | tr '\n' ',')" = "$1,$2," ]
}

has_line()
{
	grep -qx "$1" "$out"
}

says()
{
	grep -qF "$1" "$err"
}

exits()
{
	[ "$status" -eq "$1" ]
}

empty_dir()
{
	[ -z "$(ls -A "$1")" ]
}

# It configures by copying the fragments, but knows the symbols A and B only.
# Like kbuild it goes by times: an object is made again if its source, or a
# header that a line "include FILE" of it names, is newer, but what scripts/gen
# has to do with it is not known.  It waits after the first object while there is
# a file "hold" in the cache, notes each build in the file "builds", and in
# "copied" what it found in the tree.
make_tree()
{
	mkdir -p "$work/linux/kernel" "$work/linux/scripts"
	echo gen >"$work/linux/scripts/gen"
	cat >"$work/linux/Makefile" <<-'MAKEFILE'
	# Here-documents lose their tabs.
	.RECIPEPREFIX = >
	cache = $(CURDIR)/../../..

	allnoconfig:
	> @grep -E '^(# )?CONFIG_[AB][= ]' $(KCONFIG_ALLCONFIG) >$(O)/new || :
	> @cmp -s $(O)/new $(O)/.config || mv $(O)/new $(O)/.config
	> @mkdir -p $(O)/include/config
	> @echo 6.0.0-fake >$(O)/include/config/kernel.release

	vmlinux:
	> @echo started >>$(cache)/builds
	> @find . -type f -printf '%P %m\n' -o -type l -printf '%P -> %l\n' | \
	>	sort >$(cache)/copied
	> @gcc --version
	> @echo $(PAHOLE) >$(cache)/pahole
	> @mkdir -p $(O)/kernel
	> @for f in kernel/*.c; do \
	>	o=$(O)/$${f%.c}.o; \
	>	deps="$$f $$(sed -n 's/^include //p' $$f)"; \
	>	if [ -e $$o ] && ls $$deps >/dev/null && \
	>	   [ -z "$$(find $$deps $(O)/.config -newer $$o)" ]; then \
	>		continue; \
	>	fi; \
	>	echo "  CC      $${f%.c}.o"; \
	>	if grep -q BROKEN $$f; then \
	>		echo "$(CURDIR)/$$f:1:2: error: 'BROKEN' undeclared" >&2; \
	>		exit 1; \
	>	fi; \
	>	cat $$deps scripts/gen | sed '/^include /d' >$$o; \
	>	grep A=y $(O)/.config | sed 's/[^A-Z]/_/g' >>$$o; \
	>	printf '../%s\n' $$deps >$(O)/kernel/.$$(basename $$o).cmd; \
	>	while [ -e $(cache)/hold ]; do sleep 0.1; done; \
	> done
	> @for f in kernel/*.c; do cat $(O)/$${f%.c}.o; done | \
	>	sed 's/.*/int x&;/' | gcc -w -x c -c -o $(O)/vmlinux -
	> @echo "0 T start" >$(O)/System.map

	modules:
	MAKEFILE
	printf 'one\ntwo\nthree\n' | sed 's/^/a_/' >"$work/linux/kernel/a.c"
	echo b >"$work/linux/kernel/b.c"
	printf 'CONFIG_A=y\n# CONFIG_B is not set\n' >"$work/a.config"
}

# make_patch NAME OLD NEW: one line of kernel/b.c.
make_patch()
{
	mkdir -p "$work/patches"
	cat >"$work/patches/$1" <<-PATCH
	--- a/kernel/b.c
	+++ b/kernel/b.c
	@@ -1 +1 @@
	-$2
	+$3
	PATCH
}

test_cache_path()
{
	# shellcheck disable=SC2016 # no variable
	for name in 'a blank' 'a:colon' "a'quote" 'a#hash' 'a$dollar' 'a\backslash'; do
		ok "a cache path that make cannot take: $name" \
			refuses_cache "$work/$name"
	done
	run key --source "dir:$work/linux" --config "$work/a.config"
	ok "an ordinary one" exits 0
}

test_key()
{
	run key --source "dir:$work/linux" --config "$work/a.config"
	key=$(sed -n 's/^key //p' "$out")
	ok "key is 64 hex digits" grep -qxE 'key [0-9a-f]{64}' "$out"
	ok "key is stable" [ "$key" = "$(run_key --config "$work/a.config")" ]
	cp "$work/a.config" "$work/same.config"
	ok "key does not depend on the name of a fragment" \
		[ "$key" = "$(run_key --config "$work/same.config")" ]
	echo 'CONFIG_B=y' >"$work/b.config"
	ok "key depends on the config" [ "$key" != \
		"$(run_key --config "$work/a.config" --config "$work/b.config")" ]
	echo '# nothing' >"$work/patches-empty"
	ok "an empty series is no series" [ "$key" = \
		"$(run_key --patches "$work/patches-empty" --config "$work/a.config")" ]
	make_patch one.patch b c
	echo one.patch >"$work/patches/series"
	patched=$(run_key --patches "$work/patches/series" --config "$work/a.config")
	ok "key depends on the series" [ "$key" != "$patched" ]
	{
		echo 'Why it is done.'
		echo 'diff --git a/kernel/b.c b/kernel/b.c'
		cat "$work/patches/one.patch"
	} >"$work/patches/two.patch"
	echo two.patch >"$work/patches/series2"
	with_message=$(run_key --patches "$work/patches/series2" --config "$work/a.config")
	sed -i 's/^Why.*/Why it really is done./' "$work/patches/two.patch"
	ok "key does not depend on what a patch says" [ "$with_message" = \
		"$(run_key --patches "$work/patches/series2" --config "$work/a.config")" ]
	printf '# two\none.patch\n\ntwo.patch\n' >"$work/patches/series3"
	ok "key of a prefix is that of its patches" [ "$patched" = \
		"$(run_key --patches "$work/patches/series3" --first 1 --config "$work/a.config")" ]
	ok "and without any patch that of the source" [ "$key" = \
		"$(run_key --patches "$work/patches/series3" --first 0 --config "$work/a.config")" ]
	ok "a patch is a series of itself" [ "$patched" = \
		"$(run_key --patches "$work/patches/one.patch" --config "$work/a.config")" ]
	printf '\t\n \r\none.patch\r\n\r\n' >"$work/patches/series3"
	ok "blank lines and CRLF are no patches" [ "$patched" = \
		"$(run_key --patches "$work/patches/series3" --config "$work/a.config")" ]
	printf 'one.patch  -p1 # quilt\none.patch\t-p1\r\n' >"$work/patches/series3"
	ok "-p1 is how all patches apply" [ "$patched" = \
		"$(run_key --patches "$work/patches/series3" --first 1 --config "$work/a.config")" ]
	for other in -R -p0 '-p1 -R' two.patch -p10; do
		printf 'one.patch\none.patch %s\n' "$other" >"$work/patches/series3"
		run key --source "dir:$work/linux" --patches "$work/patches/series3"
		ok "$other after a patch is refused" exits 2
		ok "and named" says "series $work/patches/series3: 'one.patch $other': "
	done
	mkdir "$work/patches/folder.patch"
	echo folder.patch >"$work/patches/series3"
	run key --source "dir:$work/linux" --patches "$work/patches/series3"
	ok "a folder is no patch" exits 2
	ok "and named" says "cannot read patch $work/patches/folder.patch"
	run key --source "dir:$work/linux" --patches "$work/patches"
	ok "nor a series" exits 2
	rmdir "$work/patches/folder.patch"
	make_patch one.patch b d
	ok "key depends on the patches" [ "$patched" != \
		"$(run_key --patches "$work/patches/series" --config "$work/a.config")" ]
	echo bb >>"$work/linux/kernel/b.c"
	ok "key depends on the source" \
		[ "$key" != "$(run_key --config "$work/a.config")" ]
	echo b >"$work/linux/kernel/b.c"
	ok "key is that of the content" \
		[ "$key" = "$(run_key --config "$work/a.config")" ]
}

test_git_key()
{
	cp -a "$work/linux" "$work/git"
	repo()
	{
		git -C "$work/git" -c user.name=t -c user.email=t@localhost "$@"
	}
	repo init -q && repo add . && repo commit -q -m one
	run key --source "git:$work/git@HEAD"
	first=$(cat "$out")
	repo commit -q --allow-empty -m two
	run key --source "git:$work/git@HEAD"
	ok "git: key is that of the tree" [ "$first" = "$(cat "$out")" ]
	run key --source "git:$work/git@HEAD@{0}"
	ok "git: a ref may have an @" [ "$first" = "$(cat "$out")" ]
	run key --source "git:$work/git@"
	ok "git: there has to be a ref" exits 2
	run key --source "git:$work/git@nowhere"
	ok "git: unknown ref is a bad spec" exits 2
	run key --source "dir:$work/git"
	first=$(cat "$out")
	echo c >>"$work/git/kernel/b.c"
	run key --source "dir:$work/git"
	ok "dir: key depends on uncommitted changes" \
		[ "$first" != "$(cat "$out")" ]
	repo checkout -q .
	echo c >"$work/git/kernel/c.c"
	run key --source "dir:$work/git"
	ok "dir: key depends on new files" [ "$first" != "$(cat "$out")" ]
	run build --source "git:$work/git@HEAD"
	ok "git: builds" exits 0
	run build --source "dir:$work/git"
	ok "dir: builds with new files" has_line 'progress 3 3'
}

tree_key()
{
	run key --source "dir:$work/tree"
	cat "$out"
}

# rekeys NAME COMMAND...: what the command does to the tree changes its key.
rekeys()
{
	name=$1 before=$(tree_key)
	shift
	(cd "$work/tree" && "$@") || name="$name: cannot $*"
	ok "dir: key depends on $name" [ "$before" != "$(tree_key)" ]
	ok "and is one ($name)" grep -qxE 'key [0-9a-f]{64}' "$out"
}

append()
{
	echo more >>"$1"
}

file_for_link()
{
	cat "$1" >same && rm "$1" && mv same "$1"
}

# Whatever git believes of a file, or does not look at.
test_tree_key()
{
	cp -a "$work/git" "$work/tree"
	git init -q "$work/tree/nested" && echo n >"$work/tree/nested/n.c"
	cp -a "$work/git" "$work/module"
	git -C "$work/tree" -c protocol.file.allow=always \
		submodule --quiet add "$work/module" sub
	(
		cd "$work/tree" || exit
		echo s >kernel/skipped.c
		echo u >kernel/unchanged.c
		echo '*.o' >.gitignore
		ln -s a.c kernel/link
		ln -s nowhere kernel/dangling
		git add kernel .gitignore
		git update-index --skip-worktree kernel/skipped.c
		git update-index --assume-unchanged kernel/unchanged.c
		git config core.fileMode false
	)
	rekeys "a nested repository" append nested/n.c
	rekeys "a submodule" append sub/kernel/b.c
	rekeys "a submodule that is dirty already" append sub/kernel/b.c
	rekeys "a skip-worktree file" append kernel/skipped.c
	rekeys "an assume-unchanged file" append kernel/unchanged.c
	rekeys "the x bit of a tracked file" chmod +x kernel/a.c
	echo new >"$work/tree/kernel/new.c"
	rekeys "the x bit of a new file" chmod +x kernel/new.c
	rekeys "file or link" file_for_link kernel/link
	ln -s a.c "$work/tree/kernel/newlink"
	rekeys "file or new link" file_for_link kernel/newlink
	rekeys "the target of a dangling link" \
		ln -sf elsewhere kernel/dangling
	ln -s nowhere "$work/tree/kernel/newdangling"
	rekeys "the target of a new dangling link" \
		ln -sf elsewhere kernel/newdangling

	before=$(tree_key)
	touch "$work/tree/kernel/b.c"
	chmod g+w "$work/tree/kernel/b.c"
	echo object >"$work/tree/kernel/b.o"
	ln "$work/tree/kernel/b.c" "$work/hard"
	ok "dir: key does not depend on what means nothing" \
		[ "$before" = "$(tree_key)" ]

	rm "$work/tree/kernel/unchanged.c"
	run build --source "dir:$work/tree"
	ok "dir: builds what git does not look at" exits 0
	for file in 'nested/n.c 644' 'sub/kernel/b.c 644' \
		    'kernel/skipped.c 644' 'kernel/new.c 755' \
		    'kernel/dangling -> elsewhere'; do
		ok "dir: $file is copied" grep -qxF "$file" "$cache/copied"
	done
	ok "dir: what git ignores, and git's own, is not" \
		[ -z "$(grep -E '\.o |\.git[ /]' "$cache/copied")" ]

	# As the package of the kernel's source has it.
	git init -q "$work/ignored"
	cp -a "$work/linux/." "$work/ignored"
	echo '/*' >"$work/ignored/.gitignore"
	run key --source "dir:$work/ignored"
	ok "dir: a tree that git ignores is none" exits 5
	ok "and git is named" says "git ignores its Makefile"

	# Without git all of it counts, and the same is the same.
	rm -rf "$work/plain"
	cp -a "$work/tree" "$work/plain"
	rm "$work/plain/kernel/b.o"
	find "$work/plain" -name .git -prune -exec rm -rf {} +
	before=$(tree_key)
	run key --source "dir:$work/plain"
	ok "dir: key is the same without git" [ "$before" = "$(cat "$out")" ]
	chmod +x "$work/plain/kernel/b.c"
	run key --source "dir:$work/plain"
	ok "dir: key depends on the x bit without git" \
		[ "$before" != "$(cat "$out")" ]
}

# What a link leads to, out of the tree, is in no key.
test_links_out()
{
	echo out >"$work/out.h"
	for target in "$work/out.h" ../../out.h "$work/tree/kernel/a.c"; do
		ln -s "$target" "$work/tree/kernel/out"
		run key --source "dir:$work/tree"
		ok "dir: a link to ${target#"$work/"} is refused" exits 5
		ok "and named" says "kernel/out (copy it in"
		rm "$work/tree/kernel/out"
	done
	ln -s .. "$work/tree/kernel/top"
	run key --source "dir:$work/tree"
	ok "dir: a link to the top of the tree is none" exits 0
	rm "$work/tree/kernel/top"
}

# A change between the key and the copy is in the one, but not in the other.
test_changing_tree()
{
	mkdir -p "$work/bin"
	cat >"$work/bin/mkfifo" <<-WRAPPER
	#!/bin/sh
	echo changed >>"$work/tree/kernel/a.c"
	exec $(command -v mkfifo) "\$@"
	WRAPPER
	chmod +x "$work/bin/mkfifo"
	saved=$PATH
	PATH=$work/bin:$PATH
	echo '# changing' >"$work/changing.config"
	run build --source "dir:$work/tree" --config "$work/changing.config"
	PATH=$saved
	ok "dir: a tree that changes while it is copied is not built" exits 5
	ok "and the cause is named" says "changed while it was read"
	ok "and nothing is left" empty_dir "$cache/tmp"
}

# tar leaves the end of the stream unread, and whoever writes that dies of it, if
# it is late.
test_slow_copy()
{
	cat >"$work/bin/tee" <<-'WRAPPER'
	#!/bin/sh
	cat >"$1.all"
	{
		head -c 20480 "$1.all"
		sleep 0.5
		tail -c +20481 "$1.all"
	} | /usr/bin/env -i PATH=/usr/bin:/bin tee "$1"
	WRAPPER
	chmod +x "$work/bin/tee"
	rm "$work/bin/mkfifo"
	saved=$PATH
	PATH=$work/bin:$PATH
	run build --source "dir:$work/linux" --config "$work/hold.config" --clean
	PATH=$saved
	ok "dir: a slow copy is a good one" exits 0
}

# As in a hook of another repository.
test_git_environment()
{
	cp -a "$work/git" "$work/other"
	(
		cd "$work/other" && echo other >>kernel/a.c &&
			git -c user.name=t -c user.email=t@localhost \
				commit -qam other
	)
	run key --source "git:$work/git@HEAD"
	from_git=$(cat "$out")
	run key --source "dir:$work/git"
	from_dir=$(cat "$out")
	for setting in "GIT_DIR=$work/other/.git" \
		       "GIT_INDEX_FILE=$work/none" "GIT_WORK_TREE=$work/other" \
		       "GIT_OBJECT_DIRECTORY=$work/other/.git/objects"; do
		export "${setting?}"
		run key --source "git:$work/git@HEAD"
		git_key=$(cat "$out")
		run key --source "dir:$work/git"
		dir_key=$(cat "$out")
		unset "${setting%%=*}"
		ok "git: key does not depend on ${setting%%=*}" \
			[ "$from_git" = "$git_key" ]
		ok "dir: key does not depend on ${setting%%=*}" \
			[ "$from_dir" = "$dir_key" ]
	done
	export GIT_DIR="$work/other/.git"
	printf 'CONFIG_A=y\n# environment\n' >"$work/environment.config"
	run build --source "git:$work/git@HEAD" \
		--config "$work/environment.config"
	unset GIT_DIR
	ok "git: builds in a hook of another repository" exits 0
}

test_build()
{
	run_build
	ok "builds" exits 0
	built=$(entry)
	ok "entry is the last line" \
		[ "$(tail -n 1 "$out")" = "entry $built" ]
	ok "progress ends with all done" has_line 'progress 2 2'
	for file in vmlinux config System.map meta build.log; do
		ok "entry has $file" [ -s "$built/$file" ]
	done
	ok "meta has the release" \
		grep -qx 'release=6.0.0-fake' "$built/meta"
	ok "no temporary directory is left" empty_dir "$cache/tmp"
	before=$(wc -l <"$cache/builds")
	run_build
	ok "second time is cached" has_line cached
	ok "cached is the same entry" [ "$(entry)" = "$built" ]
	ok "cached runs no make" [ "$(wc -l <"$cache/builds")" -eq "$before" ]
	sum=$(sha256sum <"$built/vmlinux")
	echo damage >>"$built/vmlinux"
	run_build
	ok "damaged entry is built again, with the same outcome" \
		[ "$sum" = "$(sha256sum <"$(entry)/vmlinux")" ]
	run -q build --source "dir:$work/linux" --config "$work/b.config"
	ok "-q prints key and entry only" \
		[ "$(cut -d ' ' -f 1 "$out" | tr '\n' ' ')" = 'key entry ' ]
}

# As under a test runner that puts /usr/lib, which has a directory gcc, first.
test_path()
{
	mkdir -p "$work/lib/gcc"
	printf 'CONFIG_A=y\nCONFIG_B=y\n# path\n' >"$work/path.config"
	saved=$PATH
	PATH=$work/lib:$PATH
	run build --source "dir:$work/linux" --config "$work/path.config"
	PATH=$saved
	ok "a directory named gcc in PATH is no compiler" exits 0
}

# A kernel without types is the same with and without pahole, whichever is there.
test_pahole()
{
	mkdir -p "$work/types"
	printf 'CONFIG_A=y\n# types\n' >"$work/plain.config"
	printf 'CONFIG_A=y\nCONFIG_DEBUG_INFO_BTF=y\n' >"$work/types.config"
	cat "$work/types.config" - >"$work/not.config" <<-'END'
	# CONFIG_DEBUG_INFO_BTF is not set
	END
	printf '#!/bin/sh\necho v0.1\n' >"$work/types/pahole"
	chmod +x "$work/types/pahole"
	saved=$PATH
	for config in plain types not; do
		was=$(run_key --config "$work/$config.config")
		PATH=$work/types:$PATH
		now=$(run_key --config "$work/$config.config")
		PATH=$saved
		[ "$was" = "$now" ]
		echo $? >"$work/$config.differs"
	done
	ok "the key has pahole's version if the kernel has types" \
		[ "$(cat "$work/plain.differs" "$work/types.differs" \
			"$work/not.differs" | tr '\n' ' ')" = "0 1 0 " ]

	run build --source "dir:$work/linux" --config "$work/plain.config"
	ok "without types, make does not see it" \
		[ "$(cat "$cache/pahole")" = none ]
	PATH=$work/types:$PATH
	run build --source "dir:$work/linux" --config "$work/types.config"
	PATH=$saved
	ok "with types, it does" [ "$(cat "$cache/pahole")" = pahole ]
}

test_no_home()
{
	(
		unset HOME XDG_CACHE_HOME
		"$build" key --source "dir:$work/linux"
	) >"$out" 2>"$err"
	status=$?
	ok "without HOME there is no cache" exits 5
	ok "and what to set is said" says 'set HOME or XDG_CACHE_HOME'
	(
		unset HOME
		cd "$work" && XDG_CACHE_HOME=relative "$build" key \
			--source "dir:$work/linux"
	) >"$out" 2>"$err"
	status=$?
	ok "nor in a folder that is not absolute" exits 5
	(
		unset XDG_CACHE_HOME
		HOME=$work/home "$build" key --source "dir:$work/linux"
	) >"$out" 2>"$err"
	ok "with HOME it is there" [ -d "$work/home/.cache/cgmark/kernels" ]
}

test_patch()
{
	make_patch one.patch b c
	make_patch two.patch c d
	printf '# comment\none.patch\n\ntwo.patch # why\n' >"$work/patches/series"
	run_build --patches "$work/patches/series"
	ok "series applies in order" exits 0
	ok "steps name the patches" has_line 'step patch two.patch'
	ok "meta names the patches" \
		grep -qx 'patches=one.patch two.patch' "$(entry)/meta"
	ok "source is untouched" [ "$(cat "$work/linux/kernel/b.c")" = b ]

	make_patch two.patch x d
	run_build --patches "$work/patches/series"
	ok "patch that does not apply is the subject's fault" exits 4
	ok "and the hunk is named" says "patch two.patch does not apply: hunk #1 at kernel/b.c:1 (series $work/patches/series)"
	make_patch two.patch x d
	sed -i 's|kernel/b.c|kernel/none.c|' "$work/patches/two.patch"
	run_build --patches "$work/patches/series"
	ok "and the missing file is named" says "patch two.patch does not apply: no file kernel/none.c"
	ok "failed patch leaves no temporary directory" empty_dir "$cache/tmp"
	echo none.patch >"$work/patches/series"
	run_build --patches "$work/patches/series"
	ok "missing patch is a bad argument" exits 2
}

test_errors()
{
	make_patch one.patch b BROKEN
	echo one.patch >"$work/patches/series"
	run_build --patches "$work/patches/series"
	ok "compile error is the subject's fault" exits 4
	ok "and the first error is named" says "kernel does not compile: kernel/b.c:1:2: error: 'BROKEN' undeclared (log: $cache/logs/"
	log=$(sed -n 's/.*(log: \(.*\))$/\1/p' "$err")
	ok "and the log is kept" [ -s "$log" ]
	ok "failed build leaves no entry" \
		[ ! -e "$cache/kernels/$(sed -n 's/^key //p' "$out")" ]

	printf '# why\nCONFIG_A=y\nCONFIG_C=m\n' >"$work/lost.config"
	run build --source "dir:$work/linux" --config "$work/lost.config"
	ok "symbol of another version is left out" exits 0
	ok "and named" has_line "note not in this source, left out: CONFIG_C"
	run build --source "dir:$work/linux" --config "$work/lost.config"
	ok "and named again where it is kept" \
		has_line "note not in this source, left out: CONFIG_C"
	ok "in meta as well" grep -qx 'unknown_symbols=CONFIG_C ' "$(entry)/meta"
	for line in 'config C' '	menuconfig C '; do
		printf '%s\n\tbool\n' "$line" >"$work/linux/Kconfig.x"
		run build --source "dir:$work/linux" --config "$work/lost.config"
		ok "lost symbol is the subject's fault ($line)" exits 4
		ok "and named with its origin" says "CONFIG_C=m wanted by $work/lost.config:3, final config has 'not set'"
	done
	rm "$work/linux/Kconfig.x"
	echo one.patch >"$work/patches/series"
	run build --source "dir:$work/linux" --patches "$work/patches/series" --first x
	ok "a number of patches is a number" exits 2
	make_patch one.patch b BROKEN
	printf '# CONFIG_C is not set\n' >"$work/later.config"
	run build --source "dir:$work/linux" --config "$work/lost.config" \
		--config "$work/later.config"
	ok "later fragment wins" exits 0

	run build --source "dir:$work/nowhere"
	ok "missing tree is the host's fault" exits 5
	run build --source deb:linux-source-0.0
	ok "missing package is the host's fault" exits 5
	ok "and the remedy is named" grep -qE \
		'apt-get install linux-source-0.0|dpkg-query is missing' "$err"
	run unpack --source deb:linux-source-0.0
	ok "for its unpacked source too" exits 5
	run unpack --source "dir:$work/linux"
	ok "a tree is not to be unpacked" exits 2
	run build --source ftp:x
	ok "unknown source is a bad argument" exits 2
	run build
	ok "no source is a bad argument" exits 2
	run build --source "dir:$work/linux" --config "$work/none.config"
	ok "missing fragment is a bad argument" exits 2
	run -j none build --source "dir:$work/linux"
	ok "jobs that are no number are a bad argument" exits 2
}

# wait_line FILE TEXT: for a process in the background to get there.
wait_line()
{
	tries=0
	until grep -qs "$2" "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 1200 ] || return 1
		sleep 0.05
	done
}

# hold_build NAME: starts a build that stays in its compile step.  The config
# makes it one that no other test has built.
hold_build()
{
	: >"$cache/hold"
	printf 'CONFIG_A=y\nCONFIG_B=y\n# %s\n' "$1" >"$work/hold.config"
	: >"$cache/builds"
	# Background processes of a shell ignore SIGINT, those of nohup SIGHUP.
	env --default-signal=INT,HUP "$build" -c "$cache" build \
		--source "dir:$work/linux" --config "$work/hold.config" \
		>"$out.1" 2>"$err.1" &
	first=$!
	pids="$pids $first"
	wait_line "$cache/builds" started
}

test_concurrent()
{
	hold_build concurrent
	"$build" -c "$cache" build --source "dir:$work/linux" \
		--config "$work/hold.config" >"$out" 2>"$err" &
	second=$!
	pids="$pids $second"
	ok "second build waits for the first" \
		wait_line "$out" "^waiting $first\$"
	rm "$cache/hold"
	wait "$first"
	ok "first build succeeds" [ $? -eq 0 ]
	wait "$second"
	ok "second build succeeds" [ $? -eq 0 ]
	ok "second build finds it cached" has_line cached
	ok "it was built once" \
		[ "$(wc -l <"$cache/builds")" -eq 1 ]
}

# clean_sum ARG...: of the vmlinux that a build from nothing makes.
clean_sum()
{
	rm -rf "$work/clean"
	"$build" -q -c "$work/clean" build "$@" >"$work/clean.out" 2>&1
	sha256sum <"$(sed -n 's/^entry //p' "$work/clean.out")/vmlinux"
}

# compiles OBJECT...: these, and no others.
compiles()
{
	[ "$(sed -n 's/^  CC *//p' "$(entry)/build.log" | tr '\n' ' ')" = "$*${1:+ }" ]
}

from_nothing()
{
	! grep -q '^base=.' "$(entry)/meta"
}

from_objects()
{
	! from_nothing
}

# As a build from nothing.
is_right()
{
	[ "$status" -eq 0 ] &&
		[ "$(sha256sum <"$(entry)/vmlinux")" = "$(clean_sum "$@")" ]
}

# A tree of its own, at the source "src".
objects_tree()
{
	rm -rf "$work/src" "$cache/objects" "$cache/kernels"
	cp -a "$work/linux" "$work/src"
	mkdir "$work/src/include"
	printf 'include include/h.h\na\n' >"$work/src/kernel/a.c"
	echo b >"$work/src/kernel/b.c"
	echo h >"$work/src/include/h.h"
	src="--source dir:$work/src --config $work/a.config"
	# shellcheck disable=SC2086 # words
	run build $src
}

# shellcheck disable=SC2086 # $src is words
test_objects()
{
	objects_tree
	ok "objects: the first kernel is from nothing" from_nothing
	ok "which is said before there is a source" comes_before \
		'base none' 'step copy source'
	first_sum=$(sha256sum <"$(entry)/vmlinux")
	ok "and has no objects in the cache's tmp" empty_dir "$cache/tmp"

	make_patch one.patch b c
	echo one.patch >"$work/patches/series"
	run build $src --patches "$work/patches/series"
	ok "objects: a patch of one file makes one object" \
		compiles kernel/b.o
	ok "and the same kernel" is_right $src --patches "$work/patches/series"
	ok "meta names the base" from_objects
	ok "as is said" has_line "base $(sed -n 's/^base=//p' "$(entry)/meta")"
	ok "and counts all objects" grep -qx objects=2 "$(entry)/meta"

	rm -rf "$cache"/kernels/*
	run build $src
	ok "objects: back without the patch" [ "$first_sum" = \
		"$(sha256sum <"$(entry)/vmlinux")" ]
	ok "its own objects are the nearest" compiles

	echo h2 >"$work/src/include/h.h"
	run build $src
	ok "objects: a header makes what names it" compiles kernel/a.o
	ok "and the same kernel" is_right $src

	echo c >"$work/src/kernel/c.c"
	run build $src
	ok "objects: a new file is made" compiles kernel/c.o
	ok "and the same kernel" is_right $src
	rm "$work/src/kernel/c.c"
	rm -rf "$cache"/kernels/* "$cache"/objects/$key
	sed -i 's/^b/d/' "$work/src/kernel/b.c"
	run build $src
	ok "objects: a file that is gone is left out" is_right $src
	ok "with the objects of before" from_objects
	for step in there gone back; do
		if [ $step = gone ]; then
			rm "$work/src/kernel/c.c" "$work/src/include/only.h"
		else
			echo only >"$work/src/include/only.h"
			printf 'c\ninclude include/only.h\n' \
				>"$work/src/kernel/c.c"
		fi
		echo "d$step" >"$work/src/kernel/b.c"
		run build $src
		ok "objects: a file with a header of its own, $step" from_objects
		ok "and the same kernel" is_right $src
	done
	rm "$work/src/kernel/c.c" "$work/src/include/only.h"
	echo d >"$work/src/kernel/b.c"
	run build $src

	run build --source "dir:$work/src" --config "$work/b.config"
	ok "objects: another config" is_right \
		--source "dir:$work/src" --config "$work/b.config"

	echo other >"$work/src/scripts/gen"
	run build $src
	ok "objects: a script makes it begin from nothing" from_nothing
	ok "which is said" has_line 'step build from nothing: scripts/gen differs'
	ok "in an event, too" has_line 'base none'
	ok "and the kernel is right" is_right $src

	mkdir "$work/src/include/first"
	echo hidden >"$work/src/include/first/h.h"
	run build $src
	ok "objects: a header that may hide another does, too" from_nothing
	ok "which is said" has_line 'step build from nothing: include/first/h.h differs'

	ln -s a.c "$work/src/kernel/link.c"
	run build $src
	ok "objects: so does a link" from_nothing

	echo b2 >"$work/src/kernel/b.c"
	run build $src --clean
	ok "objects: --clean takes none" from_nothing
	ok "which is said at once" comes_before 'base none' 'step copy source'
	run build $src --clean
	ok "and builds what is kept" exits 0
	echo x >>"$(entry)/vmlinux"
	run build $src --clean
	ok "and says when that differs" exits 5
	ok "in so many words" says "differs from one built from nothing"
	run build $src
	ok "and keeps the right one" is_right $src
}

# The same bytes in number, and the time that it had.
flip()
{
	touch -r "$1" "$work/stamp"
	printf '\377' | dd of="$1" bs=1 count=1 conv=notrunc 2>/dev/null
	touch -r "$work/stamp" "$1"
}

# shellcheck disable=SC2086 # $src is words
test_bad_objects()
{
	objects_tree
	tree=$(echo "$cache"/objects/*)
	flip "$tree/src/cgmark-objects/kernel/a.o"
	echo b3 >"$work/src/kernel/b.c"
	run build $src
	ok "objects: a byte that changed is found" says "are damaged: removed"
	ok "and the kernel is right" is_right $src
	ok "and the tree is gone" [ ! -e "$tree" ]

	objects_tree
	touch "$cache"/objects/*/src/cgmark-objects/kernel/a.o
	echo b3 >"$work/src/kernel/b.c"
	run build $src
	ok "objects: so is a time that changed" from_nothing

	objects_tree
	state=$(echo "$cache"/objects/*/state)
	sed -i '/^objects_b2/d' "$state"
	echo b3 >"$work/src/kernel/b.c"
	run build $src
	ok "objects: half a state is none" from_nothing

	objects_tree
	sed -i 's/^finished .*/finished 9999999999999999999/' \
		"$(echo "$cache"/objects/*/state)"
	echo b3 >"$work/src/kernel/b.c"
	run build $src
	ok "objects: nor is one from the future" from_nothing

	objects_tree
	sed -i 's/^cc .*/cc another/' "$(echo "$cache"/objects/*/state)"
	echo b3 >"$work/src/kernel/b.c"
	run build $src
	ok "objects: nor is that of another compiler" from_nothing

	# It has the time of its content, not that of the copy.
	objects_tree
	echo b4 >"$work/src/kernel/b.c"
	touch -d '2000-01-01' "$work/src/kernel/b.c"
	run build $src
	ok "objects: old times in the source mean nothing" is_right $src

	run check
	ok "check: all is well" exits 0
	set -- "$cache"/objects/*/src/cgmark-objects/kernel/a.o
	flip "$1"
	set -- "$cache"/kernels/*/vmlinux
	flip "$1"
	run check
	ok "check: damage is the host's fault" exits 5
	ok "and counted" grep -q ', 2 damaged$' "$out"
	run check
	ok "and gone then" exits 0
}

# Two at once, neither of which knows of the other.
# shellcheck disable=SC2086 # $src is words
test_slots()
{
	objects_tree
	hold_build slots
	echo b5 >"$work/src/kernel/b.c"
	"$build" -c "$cache" build $src >"$out" 2>"$err" &
	second=$!
	pids="$pids $second"
	ok "slots: a second build has its own" wait_line "$out" '^step compile'
	rm "$cache/hold"
	wait "$second"
	status=$?
	ok "and is right" is_right $src
	wait "$first"
	ok "as is the first" [ $? -eq 0 ]
	ok "and nothing is left" empty_dir "$cache/tmp"

	# Killed in the middle of its objects, with make still at work.
	hold_build killed
	kill -KILL "$first"
	wait "$first" 2>/dev/null
	tries=100
	until no_process_in "$cache/tmp" >/dev/null || [ "$tries" -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	ok "kill -9: make ends as well" [ "$tries" -gt 0 ]
	rm "$cache/hold"
	echo b6 >"$work/src/kernel/b.c"
	run build $src
	ok "kill -9: the next build is right" is_right $src
	cp "$work/a.config" "$work/again.config"
	run build --source "dir:$work/linux" --config "$work/hold.config"
	ok "and that which was killed, too" is_right \
		--source "dir:$work/linux" --config "$work/hold.config"
	ok "and nothing is left then" empty_dir "$cache/tmp"
}

# Two at once, both from nothing, beside each other from the first to the last.
# shellcheck disable=SC2086 # $src is words
test_two_from_nothing()
{
	objects_tree
	rm -rf "$cache"/objects "$cache"/kernels
	: >"$cache/hold"
	: >"$cache/builds"
	make_patch one.patch b c
	echo one.patch >"$work/patches/series"
	"$build" -c "$cache" build $src >"$out.1" 2>"$err.1" &
	first=$!
	"$build" -c "$cache" build $src --patches "$work/patches/series" \
		>"$out" 2>"$err" &
	second=$!
	pids="$pids $first $second"
	tries=1200
	until [ "$(wc -l <"$cache/builds")" -eq 2 ] || [ "$tries" -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.05
	done
	ok "two: both are at work" [ "$tries" -gt 0 ]
	rm "$cache/hold"
	wait "$second"
	status=$?
	ok "and the second is right" is_right $src --patches "$work/patches/series"
	ok "from nothing" from_nothing
	wait "$first"
	status=$?
	cp "$out.1" "$out"
	ok "as is the first" is_right $src
	ok "both have left their objects" [ "$(find "$cache/objects" -name state | wc -l)" -eq 2 ]
	ok "and nothing else" empty_dir "$cache/tmp"
	rm -rf "$cache"/kernels/*
	run build $src
	ok "and a third takes them" from_objects
}

# kill -9 of make, as by the kernel when memory is short, says nothing of the
# source.
test_make_killed()
{
	hold_build "make killed"
	for dir in /proc/[0-9]*; do
		# It may have ended meanwhile.
		{ tr '\0' ' ' <"$dir/cmdline"; } 2>/dev/null | grep -q '^make ' ||
			continue
		case $(readlink "$dir/cwd") in
		"$cache/tmp"/*)	kill -KILL "${dir#/proc/}" ;;
		esac
	done
	wait "$first"
	ok "make killed: the host's fault" [ $? -eq 5 ]
	cp "$err.1" "$err"
	ok "and the cause is named" says "was killed: is memory short?"
	rm -f "$cache/hold"
	ok "and nothing is left" empty_dir "$cache/tmp"
}

no_process_in()
{
	! readlink /proc/[0-9]*/cwd 2>/dev/null | grep -F "$1"
}

test_interrupt()
{
	for signal in INT TERM HUP; do
		hold_build "interrupt $signal"
		kill -$signal "$first"
		wait "$first"
		ok "SIG$signal ends with status 130" [ $? -eq 130 ]
		ok "SIG$signal leaves no temporary directory" \
			empty_dir "$cache/tmp"
		ok "SIG$signal leaves no entry" [ ! -e \
			"$cache/kernels/$(sed -n 's/^key //p' "$out.1")" ]
		ok "SIG$signal leaves no process" no_process_in "$cache/tmp"
		rm -f "$cache/hold"
	done

	# As after a power cut: no process of that id is alive.
	mkdir "$cache/tmp/stale.999999999"
	echo CONFIG_A=y >"$work/stale.config"
	run build --source "dir:$work/linux" --config "$work/stale.config"
	ok "next build removes what a killed one left" empty_dir "$cache/tmp"
}

echo 'TAP version 13'
make_tree
test_key
test_cache_path
test_git_key
test_tree_key
test_links_out
test_changing_tree
test_git_environment
test_build
test_path
test_pahole
test_no_home
test_patch
test_errors
test_concurrent
test_interrupt
test_objects
test_bad_objects
test_slots
test_two_from_nothing
test_make_killed
test_slow_copy
echo "1..$nr"
[ "$failed" -eq 0 ]
