"""What scripts/package makes, and what it refuses."""

import os
import shutil
import stat
import struct
import subprocess
import zipfile

import pytest
from conftest import FUNCTIONS, PROGRAMS, REPOSITORY, run

PROGRAM_HEADER_DYNAMIC, PROGRAM_HEADER_INTERPRETER = 2, 3
CHECK = REPOSITORY / "scripts/lib/check-bootstrap"


def program_header_types(elf):
    offset, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    return [struct.unpack_from("<I", elf, offset + index * size)[0] for index in range(count)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_zip_holds_one_static_executable(packages, function):
    with zipfile.ZipFile(packages[function]) as archive:
        (entry,) = archive.infolist()
        elf = archive.read(entry)
    assert entry.filename == "bootstrap"
    assert stat.S_IMODE(entry.external_attr >> 16) == 0o755
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert elf[:5] == b"\x7fELF\x02"
    assert not {PROGRAM_HEADER_DYNAMIC, PROGRAM_HEADER_INTERPRETER} & set(program_header_types(elf))
    assert str(REPOSITORY).encode() not in elf
    assert packages[function].stat().st_size <= 7_500_000


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_one_static_executable(packages, program):
    elf = packages[program].read_bytes()
    assert stat.S_IMODE(packages[program].stat().st_mode) == 0o755
    assert not {PROGRAM_HEADER_DYNAMIC, PROGRAM_HEADER_INTERPRETER} & set(program_header_types(elf))
    assert str(REPOSITORY).encode() not in elf
    answer = run(packages[program], "version", env={})
    assert (answer.returncode, answer.stdout.split()[0], answer.stderr) == (0, program, "")


# A release build from nothing, beside another stage of scripts/test.
@pytest.mark.timeout(1800)
def test_another_directory_gives_the_same_bytes(packages, tmp_path):
    copy = tmp_path / "a directory of another name"
    tracked = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=REPOSITORY).stdout
    for name in filter(None, tracked.split("\0")):
        if (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, copy / name)
    (copy / ".cache").symlink_to(REPOSITORY / ".cache")
    function = FUNCTIONS[0]
    packaging = run(copy / "scripts/package", function, PROGRAMS[0])
    assert packaging.returncode == 0, packaging.stderr
    assert (copy / f"dist/{function}.zip").read_bytes() == packages[function].read_bytes()
    assert (copy / f"dist/{PROGRAMS[0]}").read_bytes() == packages[PROGRAMS[0]].read_bytes()


def test_an_unknown_function_is_named_with_those_there_are():
    packaging = run(REPOSITORY / "scripts/package", "share-recoder")
    assert packaging.returncode == 1
    assert "share-recoder" in packaging.stderr
    assert all(function in packaging.stderr for function in FUNCTIONS)


@pytest.fixture
def small_zip(tmp_path):
    (tmp_path / "small.zip").write_bytes(b"PK")
    return tmp_path / "small.zip"


def compile_swift(tmp_path, source):
    (tmp_path / "main.swift").write_text(source)
    path = f"{os.environ['PATH']}:/opt/swift/usr/bin:/usr/local/swift/usr/bin"
    subprocess.run(["swiftc", "-static-executable", "-o", "program", "main.swift"],
                   cwd=tmp_path, check=True, capture_output=True, env={**os.environ, "PATH": path})
    subprocess.run(["strip", "--strip-all", "-o", "bootstrap", "program"], cwd=tmp_path, check=True)
    return tmp_path / "program", tmp_path / "bootstrap"


def test_a_good_executable_passes_the_check(tmp_path, small_zip):
    assert run(CHECK, *compile_swift(tmp_path, "print(1)"), small_zip).returncode == 0


def test_a_dynamic_executable_is_refused(small_zip):
    check = run(CHECK, "/bin/true", "/bin/true", small_zip)
    assert check.returncode == 1 and "not fully static" in check.stderr


def test_an_executable_with_symbols_is_refused(tmp_path, small_zip):
    program, _ = compile_swift(tmp_path, "print(1)")
    check = run(CHECK, program, program, small_zip)
    assert check.returncode == 1 and "not stripped" in check.stderr


def test_an_executable_with_icu_is_refused(tmp_path, small_zip):
    check = run(CHECK, *compile_swift(tmp_path, "import Foundation\nprint(Date().formatted())"), small_zip)
    assert check.returncode == 1 and "links ICU" in check.stderr


@pytest.mark.parametrize("size, status", [(7_500_000, 0), (7_500_001, 1)])
def test_a_zip_has_a_largest_size(tmp_path, size, status):
    (tmp_path / "large.zip").write_bytes(bytes(size))
    check = run(CHECK, *compile_swift(tmp_path, "print(1)"), tmp_path / "large.zip")
    assert check.returncode == status
    assert ("large.zip has" in check.stderr) == bool(status)


def test_the_embedded_roots_are_compared_with_the_system(tmp_path):
    (tmp_path / "scripts/lib").mkdir(parents=True)
    for name in ("common.sh", "amazon-root-certificates"):
        shutil.copy(REPOSITORY / "scripts/lib" / name, tmp_path / "scripts/lib" / name)
    file = tmp_path / "Sources/Transport/AmazonRootCertificates.swift"
    file.parent.mkdir(parents=True)
    command = tmp_path / "scripts/lib/amazon-root-certificates"

    assert run(command).returncode == 0
    assert file.read_text() == (REPOSITORY / file.relative_to(tmp_path)).read_text()
    assert file.read_text().count("-----BEGIN CERTIFICATE-----") == 5
    assert run(command, "--check").returncode == 0

    file.write_text(file.read_text().replace("Amazon Root CA 3", "Another"))
    check = run(command, "--check")
    assert check.returncode == 1 and "-    # Another" in check.stderr


def test_libcurls_printf_is_glibcs(tmp_path):
    sources = [REPOSITORY / "scripts/lib/libcurl-printf.c", REPOSITORY / "Tests/Packaging/libcurl_printf.c"]
    compilation = run("gcc", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
                      "-Wno-format-truncation", "-o", tmp_path / "compare", *sources)
    assert compilation.returncode == 0, compilation.stderr
    comparison = run(tmp_path / "compare")
    assert comparison.returncode == 0, comparison.stdout + comparison.stderr
