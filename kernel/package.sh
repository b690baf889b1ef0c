# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034 # variables of build.sh
#
# package.sh - part of build.sh: a kernel that somebody else built, from a binary
# package (pkg:) or a bzImage (image:).  Nothing is compiled: the ELF kernel comes
# out of the bzImage, and the modules that the guest needs come along, with those
# that they depend on, in the order in which they load.

# Part of the key: to be raised when a change of this file changes what comes out
# of the same package.
PACKAGE_RECIPE=1

# Channels to the host, on each board: there is no boot without them.
MICROVM_MODULES='virtio_mmio virtio_console'
PC_MODULES='virtio_pci virtio_console'
# What benchmarks use and cannot load themselves: RAM disks and networks.
BENCH_MODULES='brd dummy veth ifb sch_htb sch_ingress cls_cgroup act_mirred'

# --- bzImage ----------------------------------------------------------------

# header OFFSET SIZE: a little-endian number of the setup header.
header()
{
	od -An -v -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '
}

# The boot flag and "HdrS".
is_bzimage()
{
	[ "$image_len" -gt 1024 ] && [ "$(header 510 2)" = 43605 ] &&
		[ "$(header 514 4)" = 1400005704 ]
}

# Sets release, payload_at and payload_len.  The setup header is that of
# Documentation/arch/x86/boot.rst.
read_header()
{
	if [ ! -f "$image" ] || [ ! -r "$image" ]; then
		die "$EX_HOST" "cannot read $image"
	fi
	image_len=$(stat -L -c %s "$image")
	is_bzimage || die "$EX_USAGE" \
		"$image is no bzImage (an image is a vmlinux or a bzImage, for x86-64)"
	[ "$(header 518 2)" -ge 524 ] || die "$EX_USAGE" \
		"$image is older than Linux 3.8: it does not say where its kernel is"
	[ $(($(header 566 2) & 1)) -eq 1 ] ||
		die "$EX_USAGE" "$image is a 32-bit kernel: cgmark boots x86-64"
	setup=$(header 497 1)
	[ "$setup" -gt 0 ] || setup=4
	payload_at=$(((setup + 1) * 512 + $(header 584 4)))
	payload_len=$(header 588 4)
	[ $((payload_at + payload_len)) -le "$image_len" ] ||
		die "$EX_SUBJECT" "$image is truncated: its kernel ends at byte $((payload_at + payload_len)), the file at $image_len"
	[ "$payload_len" -gt 8 ] ||
		die "$EX_SUBJECT" "$image is damaged: it has no kernel in it"
	release=$(tail -c +$(($(header 526 2) + 513)) "$image" |
		head -c 64 | tr '\0' ' ' | cut -d ' ' -f 1)
}

payload()
{
	tail -c +$((payload_at + 1)) "$image" | head -c "$1"
}

# Sets unpack to the program that reads the payload, and tail_len to what follows
# the compressed data: the size of the kernel, which gzip has as its own end.
find_unpacker()
{
	magic=$(payload 6 | od -An -v -t x1 | tr -d ' \n')
	tail_len=4
	case $magic in
	1f8b*)		unpack='gzip -dc' from=gzip tail_len=0 ;;
	fd377a585a00)	unpack='xz -dc' from=xz-utils ;;
	5d0000*)	unpack='xz -dc --format=lzma' from=xz-utils ;;
	28b52ffd*)	unpack='zstd -qdc' from=zstd ;;
	02214c18*)	unpack='lz4 -qdc' from=lz4 ;;
	425a68*)	unpack='bzip2 -dc' from=bzip2 ;;
	894c5a4f*)	unpack='lzop -qdc' from=lzop ;;
	*)		die "$EX_SUBJECT" "$image is compressed in a way that is not known, or damaged: its kernel begins with $magic" ;;
	esac
	need "${unpack%% *}" "$from"
}

# The kernel of $image as the file $1.
extract_vmlinux()
{
	find_unpacker
	kernel_len=$(payload "$payload_len" | tail -c 4 |
		od -An -v -t u4 | tr -d ' ')
	# shellcheck disable=SC2016 # for the inner shell
	run sh -c 'tail -c +"$1" "$2" | head -c "$3" | $4 >"$5"' sh \
		$((payload_at + 1)) "$image" $((payload_len - tail_len)) \
		"$unpack" "$1" 2>>"$log"
	[ "$(stat -c %s "$1" 2>/dev/null)" = "$kernel_len" ] || {
		die_if_full "$log"
		die "$EX_SUBJECT" "$image is damaged: ${unpack%% *} gives $(stat -c %s "$1") bytes of a kernel that has $kernel_len ($(tail -n 1 "$log"))"
	}
	readelf -h "$1" 2>/dev/null | grep -q 'Advanced Micro Devices X86-64' ||
		die "$EX_SUBJECT" "the kernel in $image is no 64-bit x86 ELF file"
}

# QEMU enters an ELF kernel where the Xen note PHYS32_ENTRY says.
has_pvh()
{
	readelf -nW "$1" 2>/dev/null | grep -q '0x00000012'
}

# A path in a package, without that of the temporary folder.
shown()
{
	printf '%s\n' "${1#"$tmp/unpacked"}"
}

# --- modules ----------------------------------------------------------------

# index_modules DIR: "NAME PATH" of each module, "-" for one that is built in.
index_modules()
{
	{
		[ ! -r "$1/modules.builtin" ] ||
			sed 's/$/ -/' "$1/modules.builtin"
		find "$1" \( -name '*.ko' -o -name '*.ko.[gxz]*' \) -printf '%p %p\n'
	} | awk '{
		name = $1
		sub(/.*\//, "", name)
		sub(/\.ko.*/, "", name)
		gsub(/-/, "_", name)
		print name, $2
	}'
}

# unpack_module PATH FILE
unpack_module()
{
	case $1 in
	*.ko)	cp "$1" "$2" ;;
	*.xz)	need xz xz-utils; xz -dc "$1" >"$2" ;;
	*.zst)	need zstd zstd; zstd -qdc "$1" >"$2" ;;
	*.gz)	gzip -dc "$1" >"$2" ;;
	*)	false ;;
	esac 2>>"$log" ||
		die "$EX_SUBJECT" "module $(shown "$1") cannot be unpacked: $(tail -n 1 "$log")"
}

# What a module depends on; fails if the file does not say.
module_depends()
{
	depends=$(tr '\0' '\n' <"$1" | sed -n 's/^depends=/&/p' | head -n 1)
	[ -n "$depends" ] || return
	printf '%s\n' "${depends#depends=}" | tr ',-' ' _'
}

# take_module NAME: with all that it depends on.  Fails if there is none.
take_module()
{
	case " $taken " in
	*" $1 "*) return ;;
	esac
	path=$(awk -v name="$1" '$1 == name { print $2; exit }' "$tmp/index")
	case $path in
	'')	return 1 ;;
	-)	return 0 ;;
	esac
	taken="$taken $1"
	unpack_module "$path" "$tmp/root/modules/$1.ko"
	depends=$(module_depends "$tmp/root/modules/$1.ko") ||
		die "$EX_SUBJECT" "module $(shown "$path") is damaged: it does not say what it depends on"
	for need in $depends; do
		take_module "$need" || die "$EX_SUBJECT" \
			"module $1 needs $need, which is not in $(shown "$modules_dir")"
	done
	case $1 in
	# As many and as large as in config.d/base.config.
	brd)	options=' rd_nr=2 rd_size=131072' ;;
	*)	options= ;;
	esac
	printf '%s.ko%s\n' "$1" "$options" >>"$tmp/root/modules/list"
}

# An archive for the guest; the same modules give the same bytes.
pack_modules()
{
	need cpio cpio
	find "$tmp/root" -exec touch -h -d @0 {} +
	(cd "$tmp/root" && find modules | sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet) >"$1" 2>>"$log"
}

# Takes what the guest needs from $modules_dir, which may be empty.
gather_modules()
{
	taken=
	lacks=
	mkdir -p "$tmp/root/modules" || die "$EX_HOST" "cannot write $tmp"
	: >"$tmp/root/modules/list"
	# Without modules, all that is needed has to be built in.
	[ -n "$modules_dir" ] || return 0
	index_modules "$modules_dir" >"$tmp/index"
	for name in $1; do
		take_module "$name" || die "$EX_SUBJECT" \
			"$release has no module $name, which the guest needs to reach its host (looked in $(shown "$modules_dir"))"
	done
	for name in $BENCH_MODULES; do
		take_module "$name" || lacks="$lacks $name"
	done
	[ -z "$lacks" ] || event "note no module$lacks: benchmarks that need one are skipped"
}

# --- where it comes from ----------------------------------------------------

# find_parts ROOT: sets image, config, map and modules_dir of the kernel there.
find_parts()
{
	image=
	for file in "$1"/boot/vmlinuz-* "$1"/lib/modules/*/vmlinuz \
		"$1"/usr/lib/modules/*/vmlinuz; do
		[ -f "$file" ] || continue
		[ -z "$image" ] || die "$EX_USAGE" \
			"$source has several kernels, $image and $file: give one as image:PATH"
		image=$file
	done
	[ -n "$image" ] || die "$EX_USAGE" \
		"$package has no kernel: no boot/vmlinuz-* (linux-image-... has one)"
	read_header
	find_beside "$1"
}

# find_beside ROOT: what else there is of $release.
find_beside()
{
	modules_dir='' config='' map=''
	for dir in "$1/lib/modules/$release" "$1/usr/lib/modules/$release"; do
		[ ! -d "$dir" ] || modules_dir=$dir
	done
	for file in "$1/boot/config-$release" "$modules_dir/config"; do
		[ ! -r "$file" ] || config=$file
	done
	file=$1/boot/System.map-$release
	# Debian puts a line there that says which package has it.
	[ ! -r "$file" ] || [ "$(stat -c %s "$file")" -lt 1024 ] || map=$file
}

start_package()
{
	remove_stale_tmp
	tmp=$cache/tmp/package.$$
	rm -rf "$tmp"
	mkdir "$tmp" || die "$EX_HOST" "cannot write $cache"
	log=$tmp/log
	: >"$log"
}

# A bzImage, with the modules in ../lib/modules: /boot, or an unpacked package.
source_id_image()
{
	start_package
	image=$source_path
	need readelf binutils
	read_header
	find_beside "$(dirname "$image")/.."
	version=$release
	id_of_parts
}

# What of the parts is taken, whatever else lies there.
id_of_parts()
{
	gather_modules "$PC_MODULES"
	id="parts $(sha256 <"$image") $(cd "$tmp/root" && find . -type f |
		sort | xargs sha256sum | sha256) $(sha256 <"${config:-/dev/null}")"
	rm -rf "$tmp/root"
}

source_id_pkg()
{
	start_package
	need readelf binutils
	need dpkg-deb dpkg
	case $source_path in
	*/*)	id_of_file "$source_path" ;;
	*)	id_of_name "$source_path" ;;
	esac
}

# check_package NAME ARCHITECTURE
check_package()
{
	case $1 in
	*-dbg)	die "$EX_USAGE" "package $1 has debug symbols, no kernel: use ${1%-dbg}" ;;
	esac
	case $2 in
	amd64 | all) ;;
	*)	die "$EX_USAGE" "package $1 is for $2: cgmark boots x86-64 kernels (amd64)" ;;
	esac
}

id_of_file()
{
	[ -r "$1" ] || die "$EX_HOST" "cannot read $1"
	dpkg-deb -f "$1" Package Version Architecture >"$tmp/fields" 2>"$log" ||
		die "$EX_SUBJECT" "$1 is no Debian package, or damaged: $(tail -n 1 "$log")"
	package=$(field Package) version=$(field Version)
	check_package "$package" "$(field Architecture)"
	deb=$1
	id="deb $package $version $(sha256 <"$1")"
}

field()
{
	sed -n "s/^$1: //p" "$tmp/fields" | head -n 1
}

# The package that a metapackage stands for, which has no kernel itself.
follow()
{
	printf '%s\n' "$1" | tr ',' '|' | tr '|' '\n' |
		sed -n 's/^ *\(linux-image-[^ (]*\).*/\1/p' | head -n 1
}

id_of_name()
{
	package=${1%%=*}
	wanted=
	[ "$package" = "$1" ] || wanted=${1#*=}
	hops=0
	while [ "$hops" -lt 4 ]; do
		case $package in
		*-dbg)	check_package "$package" amd64 ;;
		esac
		is_installed || is_offered
		next=$(follow "$(field Depends)")
		[ -n "$next" ] || break
		event "note $package is a metapackage: $next is taken"
		package=$next wanted=
		hops=$((hops + 1))
	done
	check_package "$package" "$(field Architecture)"
	version=$(field Version)
	if [ "$(field Status)" = installed ]; then
		find_parts ''
		id_of_parts
	else
		id="deb $package $version $(field SHA256)"
	fi
}

# Is it on this system, with files that may be read?
is_installed()
{
	# shellcheck disable=SC2016 # a format of dpkg-query
	dpkg-query -W -f 'Status: ${db:Status-Status}\nVersion: ${Version}\nArchitecture: ${Architecture}\nDepends: ${Depends}\n' \
		"$package" >"$tmp/fields" 2>/dev/null &&
		[ "$(field Status)" = installed ] || return
	[ -z "$wanted" ] || [ "$wanted" = "$(field Version)" ] || return
	[ -z "$(follow "$(field Depends)")" ] || return 0
	file=$(dpkg-query -L "$package" | grep -m 1 '/vmlinuz')
	[ -n "$file" ] && [ -r "$file" ]
}

# apt with package lists of its own, when those of the system do not do: that
# takes no root.
own_lists()
{
	set -- "$cache/apt"
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial" ||
		die "$EX_HOST" "cannot write $1"
	apt_options="-o Dir::State::Lists=$1/lists -o Dir::Cache=$1/cache"
}

apt()
{
	# shellcheck disable=SC2086 # options
	"$@" $apt_options -o APT::Sandbox::User="$(id -un)"
}

show_package()
{
	apt apt-cache show --no-all-versions "$package${wanted:+=$wanted}" \
		>"$tmp/fields" 2>"$tmp/apt.log" && [ -s "$tmp/fields" ]
}

# Do the lists name it?  Asks for new lists at most once an hour.
is_offered()
{
	need apt-cache apt
	apt_options=
	show_package && return
	own_lists
	if [ -z "$(find "$cache/apt/stamp" -mmin -60 2>/dev/null)" ]; then
		step "read package lists"
		if run_apt apt-get -q update; then
			: >"$cache/apt/stamp"
		else
			die_unknown "new package lists cannot be had: $(grep -m 1 '^[EW]: ' "$log")"
		fi
	fi
	show_package || die_unknown "$(nearest_packages)"
}

# Errors of single lists are warnings to apt.
run_apt()
{
	# shellcheck disable=SC2086 # options
	run "$@" $apt_options -o APT::Sandbox::User="$(id -un)" \
		>>"$log" 2>&1 && ! grep -q '^W: Failed to fetch' "$log"
}

die_unknown()
{
	case $package in
	*-arm64* | *-armmp* | *-riscv64* | *-686* | *-s390x* | *-powerpc64le*)
		die "$EX_USAGE" "no package $package for amd64: cgmark boots x86-64 kernels" ;;
	esac
	die "$EX_USAGE" "no package $package${wanted:+ $wanted}: $1"
}

# Names that begin like it, as far as any does.
nearest_packages()
{
	start=$package
	while [ "${#start}" -gt 12 ]; do
		names=$(apt apt-cache pkgnames "$start" | grep -v -e '-dbg$' \
			-e -unsigned -e -template | sort -rV | head -n 3)
		[ -z "$names" ] || break
		start=${start%?}
	done
	case $names in
	'')	echo "apt-cache search '^linux-image-' shows what there is" ;;
	*)	printf 'did you mean %s?\n' "$(printf '%s\n' "$names" |
			sed '$!s/$/,/' | tr '\n' ' ' | sed 's/ $//')" ;;
	esac
}

# --- into the cache ---------------------------------------------------------

fetch_package()
{
	need apt-get apt
	step "fetch $package $version"
	mkdir "$tmp/deb" || die "$EX_HOST" "cannot write $tmp"
	cd "$tmp/deb" || die "$EX_HOST" "cannot read $tmp"
	run_apt apt-get -q download "$package=$version" || {
		die_if_full "$log"
		die "$EX_HOST" "cannot fetch $package $version: $(grep -m 1 '^[EW]: ' "$log") (is there a network? are the package lists new: apt-get update?)"
	}
	deb=$(find "$tmp/deb" -name '*.deb')
	[ "$(sha256 <"$deb")" = "$(field SHA256)" ] || die "$EX_HOST" \
		"what was fetched as $package is not what the package lists name: fetch again"
}

source_get_image() { :; }

source_get_pkg()
{
	case $id in
	parts*)	return ;;
	esac
	[ -n "${deb-}" ] || fetch_package
	step "unpack $package $version"
	mkdir "$tmp/unpacked"
	run dpkg-deb -x "$deb" "$tmp/unpacked" >>"$log" 2>&1 || {
		die_if_full "$log"
		die "$EX_SUBJECT" "$deb cannot be unpacked: $(tail -n 1 "$log")"
	}
	find_parts "$tmp/unpacked"
}

# microvm for a kernel that takes virtio devices from its command line, which is
# where microvm names them.
find_board()
{
	board=pc boots=vmlinux
	if ! has_pvh "$tmp/entry/vmlinux"; then
		boots=vmlinuz
		cp "$image" "$tmp/entry/vmlinuz"
	elif grep -qs '^CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES=y' \
		"${config:-/dev/null}"; then
		board=
	fi
}

# quoted CONFIG: its value in the config.
config_text()
{
	sed -n "s/^CONFIG_$1=\"\(.*\)\"\$/\1/p" "${config:-/dev/null}"
}

write_package_meta()
{
	cat <<-META
	key=$key
	source=$source
	source_version=$version
	release=$release
	patches=
	config_sha256=$([ -z "$config" ] || sha256 <"$config")
	vmlinux_sha256=$(sha256 <"$tmp/entry/vmlinux")
	cc=$(config_text CC_VERSION_TEXT)
	board=$board
	boots=$boots
	modules=$(cut -d ' ' -f 1 "$tmp/root/modules/list" | tr '\n' ' ')
	modules_sha256=$(sha256 <"$tmp/entry/modules.cpio")
	META
}

fill_entry()
{
	entry=$tmp/entry
	mkdir "$entry"
	step "unpack kernel $release"
	extract_vmlinux "$entry/vmlinux"
	find_board
	if [ -n "$board" ]; then
		gather_modules "$PC_MODULES"
	else
		gather_modules "$MICROVM_MODULES"
	fi
	pack_modules "$entry/modules.cpio" && {
		{ [ -z "$config" ] || cp "$config" "$entry/config"; } &&
		{ [ -z "$map" ] || cp "$map" "$entry/System.map"; } &&
		write_package_meta >"$entry/meta" &&
		sync "$entry"/* "$entry" &&
		replace_entry && mv "$entry" "$final"
	} 2>>"$log"
}

# Like build(): a whole entry, or none.
take_package()
{
	differs=
	"source_get_$source_type"
	fill_entry || {
		die_if_full "$log"
		die "$EX_HOST" "cannot write $final: $(tail -n 1 "$log")"
	}
	rm -rf "$tmp"
	tmp=
	[ -z "$differs" ] || die "$EX_HOST" \
		"the kernel that was kept for $key differs from that of its package, which replaces it: measure again what was measured with it"
}

package_key_input()
{
	printf 'package recipe %s\nsource %s\n' "$PACKAGE_RECIPE" "$id"
}
