#!/usr/bin/env python3
"""Makes a folder of static libraries that are linked in before those of the toolchain.

usage: static_libraries.py DIRECTORY

It gets link.cfg, for `clang --config`, and:

libstdc++.a, the compiler's own: without the shared one beside it the linker takes this. It costs 0.08 MB, saves half of
the time that loading the library takes, and no system need have the C++ runtime.

libswiftCore.a, a copy of which the linker may leave out the functions nobody calls: 1 MB.
The toolchain marks every public function of the standard library SHF_GNU_RETAIN, because somebody could look it up by
name in a process; --gc-sections must then keep it and all it calls. Nobody can in libworkflow.so, which exports wf_*
only. The mark is cleared for code alone. Data keeps it: conformances, protocols and types are found at run time by
walking their sections, so whatever these refer to stays too. (`elfedit --output-osabi none` would make ld.gold drop
those records as well, and `as? CustomStringConvertible` would answer nil from then on.)
"""

import json
import struct
import subprocess
import sys
from pathlib import Path

SHF_EXECINSTR = 0x4
SHF_GNU_RETAIN = 0x200000
ARCHIVE, MEMBER_HEADER, ELF64_LITTLE = b"!<arch>\n", 60, b"\x7fELF\x02\x01"


def toolchain_library() -> Path:
    info = json.loads(subprocess.check_output(["swiftc", "-static-stdlib", "-print-target-info"]))
    places = [Path(place) / "libswiftCore.a" for place in info["paths"]["runtimeLibraryPaths"]]
    for place in places:
        if place.exists():
            return place
    sys.exit(f"static_libraries.py: the Swift toolchain has no static standard library; looked for {', '.join(map(str, places))}")


def unpin_object(data: bytearray, start: int) -> None:
    """Clears the mark in the section headers of the ELF object at `start`."""
    (headers,) = struct.unpack_from("<Q", data, start + 0x28)
    size, count = struct.unpack_from("<HH", data, start + 0x3A)
    if headers and not count:  # more than fit into 16 bits: then the first header has their number
        (count,) = struct.unpack_from("<Q", data, start + headers + 0x20)
    for index in range(count):
        at = start + headers + index * size + 8
        (flags,) = struct.unpack_from("<Q", data, at)
        if flags & SHF_EXECINSTR and flags & SHF_GNU_RETAIN:
            struct.pack_into("<Q", data, at, flags & ~SHF_GNU_RETAIN)


def unpin(archive: bytes) -> bytearray:
    data = bytearray(archive)
    if not data.startswith(ARCHIVE):
        sys.exit("static_libraries.py: the static standard library is not an ar archive")
    start = len(ARCHIVE)
    while start < len(data):
        length = int(data[start + 48 : start + 58])
        start += MEMBER_HEADER
        if data.startswith(ELF64_LITTLE, start):
            unpin_object(data, start)
        start += length + length % 2
    return data


def compiler_library() -> Path:
    place = Path(subprocess.check_output(["gcc", "-print-file-name=libstdc++.a"], text=True).strip())
    if not place.is_absolute():
        sys.exit("static_libraries.py: gcc has no libstdc++.a; on Debian it comes with g++, on Fedora with libstdc++-static")
    return place


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    linked = directory / "libstdc++.a"
    linked.unlink(missing_ok=True)
    linked.symlink_to(compiler_library())
    (directory / "libswiftCore.a").write_bytes(unpin(toolchain_library().read_bytes()))
    # A search path in a configuration file comes before those of the command line, where swiftc puts the toolchain's.
    (directory / "link.cfg").write_text("-L<CFGDIR>\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
