#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels that somebody else built, on bzImages and packages made here: each
# compression, what is damaged, missing or no kernel at all, and apt as a script.

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$here/../build.sh
# shellcheck source=harness/test/tap.sh
. "$here/../../harness/test/tap.sh"
cache=$work/cache
out=$work/out
err=$work/err

# run STATUS NAME SOURCE [OPTION]...
run()
{
	want=$1 name=$2 from=$3
	shift 3
	"$build" -c "$cache" build --source "$from" "$@" >"$out" 2>"$err"
	status=$?
	is "$status" "$want" "$name" || sed 's/^/# /' "$err"
	entry=$(sed -n 's/^entry //p' "$out")
}

# refused STATUS NAME MESSAGE SOURCE [OPTION]...
refused()
{
	want=$1 what=$2 message=$3
	shift 3
	run "$want" "$what" "$@"
	has "$err" "$message" "$what: says why"
	[ "$(wc -l <"$err")" -le 1 ] || [ "$want" -eq 2 ]
	ok $? "$what: in one line"
	[ -z "$(ls -A "$cache/tmp")" ]
	ok $? "$what: leaves nothing behind"
}

# --- a kernel, which is any 64-bit ELF file with the note ---------------------
cat >"$work/k.c" <<'END'
__attribute__((section(".notes"), aligned(4), used)) static const struct {
	unsigned name_size, size, type;
	char name[4];
	unsigned at;
} note = { 4, 4, NOTE, "Xen", 1 };
void _start(void) { for (;;); }
END
# make_elf NOTE FILE
make_elf()
{
	sed "s/NOTE/$1/" "$work/k.c" >"$work/note.c"
	printf 'SECTIONS { .text : { *(.text) } :t .notes : { *(.notes) } :t :n }\nPHDRS { t PT_LOAD; n PT_NOTE; }\n' \
		>"$work/note.ld"
	gcc -c -ffreestanding -fno-pic -fno-asynchronous-unwind-tables \
		-o "$work/note.o" "$work/note.c" &&
		ld -T "$work/note.ld" -e _start -o "$2" "$work/note.o"
}
# ld makes a note header of a section of that type only.
check 'a kernel is made' make_elf 18 "$work/vmlinux"

# le VALUE BYTES: a little-endian number.
le()
{
	v=$1 n=$2
	while [ "$n" -gt 0 ]; do
		# shellcheck disable=SC2059 # an escape
		printf "\\$(printf %03o $((v & 255)))"
		v=$((v >> 8)) n=$((n - 1))
	done
}

put()
{
	dd of="$image" bs=1 seek="$1" conv=notrunc status=none
}

# make_image FILE RELEASE PAYLOAD: three setup sectors, the payload 100 bytes into
# the protected-mode kernel.
make_image()
{
	image=$1
	head -c $((4 * 512 + 100)) /dev/zero >"$image"
	le 3 1 | put 497
	le 43605 2 | put 510
	printf HdrS | put 514
	le 527 2 | put 518
	le 1024 2 | put 526
	le 63 2 | put 566
	le 100 4 | put 584
	le "$(stat -c %s "$3")" 4 | put 588
	printf '%s (somebody) #1' "$2" | put 1536
	cat "$3" >>"$image"
	printf 'what follows' >>"$image"
}

# compress HOW: the payload of $work/vmlinux, as the kernel's own rules make it.
compress()
{
	case $1 in
	gzip)	gzip -9c "$work/vmlinux" ;;
	xz)	xz --check=crc32 --x86 --lzma2=dict=1MiB -c "$work/vmlinux" ;;
	lzma)	xz --format=lzma -c "$work/vmlinux" ;;
	bzip2)	bzip2 -c "$work/vmlinux" ;;
	zstd)	zstd -qc "$work/vmlinux" ;;
	lz4)	lz4 -qlc "$work/vmlinux" ;;
	esac >"$work/payload" || return
	[ "$1" = gzip ] ||
		le "$(stat -c %s "$work/vmlinux")" 4 >>"$work/payload"
}

release=6.1.0-test-amd64
for how in gzip xz lzma bzip2 zstd lz4; do
	compress "$how"
	make_image "$work/$how.bzimage" "$release" "$work/payload"
	run 0 "$how" "image:$work/$how.bzimage"
	check "$how: the kernel is the one that was packed" \
		cmp "$entry/vmlinux" "$work/vmlinux"
done
has "$entry/meta" "^release=$release\$" 'its release is in the header'
has "$entry/meta" '^board=pc$' 'nothing says that it takes devices by command line'
has "$entry/meta" '^boots=vmlinux$' 'it has a PVH entry'
run 0 'again' "image:$work/lz4.bzimage"
has "$out" '^cached$' 'it is kept'
touch "$work/lz4.bzimage"
printf x | dd of="$entry/vmlinux" bs=1 seek=500 conv=notrunc status=none
run 0 'damaged in the cache' "image:$work/lz4.bzimage"
has "$err" 'is damaged' 'it is made again'
check 'and is whole' cmp "$entry/vmlinux" "$work/vmlinux"
make_elf 17 "$work/nopvh" && cp "$work/vmlinux" "$work/kept" &&
	cp "$work/nopvh" "$work/vmlinux"
compress gzip
make_image "$work/nopvh.bzimage" "$release" "$work/payload"
run 0 'no PVH entry' "image:$work/nopvh.bzimage"
has "$entry/meta" '^boots=vmlinuz$' 'the bzImage itself is booted then'
check 'it is there' cmp "$entry/vmlinuz" "$work/nopvh.bzimage"
cp "$work/kept" "$work/vmlinux"

# --- damage -------------------------------------------------------------------
compress gzip
make_image "$work/good" "$release" "$work/payload"
size=$(stat -c %s "$work/good")
for len in 600 1500 2100 $((size - 40)); do
	head -c "$len" "$work/good" >"$work/cut"
	run_status=4
	[ "$len" -gt 1024 ] || run_status=2
	refused "$run_status" "truncated at $len" 'is truncated|is no bzImage' \
		"image:$work/cut"
done
# altered AT VALUE BYTES
altered()
{
	cp "$work/good" "$work/altered"
	image=$work/altered
	le "$2" "$3" | put "$1"
}
altered 514 0 1
refused 2 'no signature' 'is no bzImage' "image:$work/altered"
altered 518 515 2
refused 2 'old boot protocol' 'older than Linux 3.8' "image:$work/altered"
altered 566 62 2
refused 2 '32 bits' 'is a 32-bit kernel' "image:$work/altered"
altered 588 4294967295 4
refused 4 'payload beyond the end' 'is truncated' "image:$work/altered"
altered 588 0 4
refused 4 'no payload' 'has no kernel in it' "image:$work/altered"
altered 584 104 4
refused 4 'payload elsewhere' 'not known, or damaged' "image:$work/altered"
altered 2300 0 4
refused 4 'altered payload' 'gzip gives .* bytes of a kernel that has|64-bit' \
	"image:$work/altered"
printf 'neither' >"$work/text"
refused 2 'no image' 'is no bzImage' "image:$work/text"
refused 5 'no file' 'cannot read' "image:$work/nowhere"
head -c 3000 /dev/zero >"$work/vmlinux"
compress gzip
make_image "$work/noelf" "$release" "$work/payload"
refused 4 'no ELF file in it' 'is no 64-bit x86 ELF' "image:$work/noelf"
cp "$work/kept" "$work/vmlinux"
refused 2 'config for an image' 'takes no patches and no config' \
	"image:$work/good" --config "$work/k.c"

# --- modules --------------------------------------------------------------------
# make_package NAME RELEASE
make_package()
{
	tree=$work/tree/$1
	mods=$tree/lib/modules/$2
	mkdir -p "$tree/boot" "$mods/kernel/x" "$tree/DEBIAN"
	compress zstd
	make_image "$tree/boot/vmlinuz-$2" "$2" "$work/payload"
	printf 'CONFIG_PVH=y\nCONFIG_CC_VERSION_TEXT="gcc 12"\n' \
		>"$tree/boot/config-$2"
	echo 'kernel/x/dummy.ko' >"$mods/modules.builtin"
	module brd ''
	module virtio-ring ''
	module virtio virtio-ring
	module virtio_pci virtio,virtio-ring
	module virtio_console virtio
	module veth ''
	module not_needed ''
	cat >"$tree/DEBIAN/control" <<-END
	Package: $1
	Version: 6.1.1-1
	Architecture: ${arch-amd64}
	Maintainer: nobody <nobody@example.org>
	Depends: kmod
	Description: a kernel
	END
}

module()
{
	printf 'ELF\0license=GPL\0depends=%s\0vermagic=1\0' "$2" \
		>"$mods/kernel/x/$1.ko"
}

make_deb()
{
	dpkg-deb --root-owner-group -b "$work/tree/$1" "$work/$1.deb" >/dev/null
}

pkg=linux-image-$release
make_package "$pkg" "$release"
xz "$mods/kernel/x/virtio.ko"
zstd -q --rm "$mods/kernel/x/veth.ko"
make_deb "$pkg"
run 0 'a package' "pkg:$work/$pkg.deb"
has "$entry/meta" '^source_version=6.1.1-1$' 'its version'
has "$entry/meta" '^cc=gcc 12$' 'its compiler is in its config'
has "$entry/meta" '^modules=virtio_ring.ko virtio.ko virtio_pci.ko virtio_console.ko brd.ko veth.ko $' \
	'modules in the order of their dependencies, none that is built in'
has "$out" '^note no module ifb ' 'what it lacks is noted'
(cd "$work" && cpio -i --quiet <"$entry/modules.cpio")
has "$work/modules/list" '^brd.ko rd_nr=2 rd_size=131072$' 'RAM disks as benchmarks need them'
has "$work/modules/virtio.ko" 'depends=virtio-ring' 'modules are unpacked'
cp "$entry/modules.cpio" "$work/first.cpio"
rm -rf "$cache/kernels"
run 0 'once more' "pkg:$work/$pkg.deb"
check 'the same bytes' cmp "$work/first.cpio" "$entry/modules.cpio"
printf x | dd of="$entry/modules.cpio" bs=1 seek=700 conv=notrunc status=none
run 0 'modules damaged in the cache' "pkg:$work/$pkg.deb"
check 'are made again' cmp "$work/first.cpio" "$entry/modules.cpio"
run 0 'the image of an unpacked package' "image:$work/tree/$pkg/boot/vmlinuz-$release"
check 'has its modules' cmp "$work/first.cpio" "$entry/modules.cpio"
echo 'CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES=y' >>"$work/tree/$pkg/boot/config-$release"
module virtio_mmio virtio
make_deb "$pkg"
run 0 'devices by command line' "pkg:$work/$pkg.deb"
has "$entry/meta" '^board=$' 'microvm will do'
has "$entry/meta" 'virtio_mmio.ko' 'with its own module'

rm "$mods/kernel/x/virtio-ring.ko"
make_deb "$pkg"
refused 4 'a module lacks what it needs' \
	'module virtio needs virtio_ring, which is not in /lib' "pkg:$work/$pkg.deb"
module virtio-ring ''
rm "$mods/kernel/x/virtio_console.ko"
make_deb "$pkg"
refused 4 'no channel' 'has no module virtio_' "pkg:$work/$pkg.deb"
printf 'cut off' >"$mods/kernel/x/virtio_console.ko"
module virtio_mmio virtio
make_deb "$pkg"
refused 4 'a damaged module' 'does not say what it depends on' \
	"pkg:$work/$pkg.deb"
rm "$mods/kernel/x/virtio_console.ko"
printf 'no xz' >"$mods/kernel/x/virtio_console.ko.xz"
make_deb "$pkg"
refused 4 'a module that cannot be unpacked' 'cannot be unpacked: xz' \
	"pkg:$work/$pkg.deb"

# --- packages that are none ------------------------------------------------------
printf 'no archive' >"$work/bad.deb"
refused 4 'no package' 'is no Debian package, or damaged' "pkg:$work/bad.deb"
head -c 3000 "$work/$pkg.deb" >"$work/bad.deb"
refused 4 'half a package' 'cannot be unpacked|is no Debian package' \
	"pkg:$work/bad.deb"
arch=arm64 make_package other 6.1.0-other
make_deb other
refused 2 'arm64' 'is for arm64: cgmark boots x86-64' "pkg:$work/other.deb"
make_package empty 6.1.0-empty
rm -r "$work/tree/empty/boot"
make_deb empty
refused 2 'no kernel in it' 'empty has no kernel: no boot/vmlinuz' \
	"pkg:$work/empty.deb"
make_package two 6.1.0-two
cp "$tree/boot/vmlinuz-6.1.0-two" "$tree/boot/vmlinuz-6.1.0-three"
make_deb two
refused 2 'two kernels in it' 'several kernels' "pkg:$work/two.deb"

# --- by name -----------------------------------------------------------------------
# apt knows what lies in $work/apt, and fetches $work/NAME.deb.
mkdir "$work/bin" "$work/apt"
cat >"$work/bin/apt-cache" <<END
#!/bin/sh
case \$1 in
show)	cat "$work/apt/\$3" 2>/dev/null ;;
pkgnames) cd "$work/apt" && ls | grep "^\$2" ;;
esac
END
cat >"$work/bin/apt-get" <<END
#!/bin/sh
echo "\$*" >>"$work/apt.calls"
case \$2 in
update)	[ ! -e "$work/offline" ] || { echo "W: Failed to fetch lists"; exit 0; } ;;
download)
	[ ! -e "$work/offline" ] || { echo "E: no network"; exit 100; }
	cp "$work/\${3%%=*}.deb" . ;;
esac
END
cat >"$work/bin/dpkg-query" <<'END'
#!/bin/sh
exit 1
END
chmod +x "$work/bin/"*
PATH=$work/bin:$PATH
# offer NAME DEPENDS [SHA256]
offer()
{
	printf 'Package: %s\nVersion: 6.1.1-1\nArchitecture: amd64\nDepends: %s\nSHA256: %s\n' \
		"$1" "$2" "${3-}" >"$work/apt/$1"
}
pkg=linux-image-6.1.0-2-amd64
make_package "$pkg" 6.1.0-2-amd64
make_deb "$pkg"
offer "$pkg" kmod "$(sha256sum <"$work/$pkg.deb" | cut -d ' ' -f 1)"
offer linux-image-amd64 "$pkg (= 6.1.1-1)"
run 0 'a package by name' "pkg:$pkg"
is "$(cat "$work/apt.calls")" "-q download $pkg=6.1.1-1 -o APT::Sandbox::User=$(id -un)" \
	'is fetched once'
: >"$work/offline"
run 0 'a metapackage' pkg:linux-image-amd64
has "$out" "note linux-image-amd64 is a metapackage: $pkg is taken" 'is followed'
has "$out" '^cached$' 'without network, as the kernel is kept'
refused 2 'unknown, without network' 'new package lists cannot be had' \
	pkg:linux-image-6.1.0-3-amd64
rm "$work/offline"
refused 2 'a typo' "no package linux-image-6.1.0-3-amd64: did you mean $pkg\?" \
	pkg:linux-image-6.1.0-3-amd64
refused 2 'another architecture' 'no package linux-image-6.1.0-2-arm64 for amd64' \
	pkg:linux-image-6.1.0-2-arm64
offer linux-image-amd64-dbg "$pkg-dbg (= 6.1.1-1)"
refused 2 'debug symbols' "linux-image-amd64-dbg has debug symbols, no kernel: use linux-image-amd64\$" \
	pkg:linux-image-amd64-dbg
offer "$pkg" kmod 0123
refused 5 'not what the lists name' 'is not what the package lists name' \
	"pkg:$pkg"
: >"$work/offline"
refused 5 'no network' "cannot fetch $pkg 6.1.1-1: E: no network" "pkg:$pkg"
tap_done
