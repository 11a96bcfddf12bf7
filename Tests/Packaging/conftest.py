import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FUNCTIONS = ["share-recorder", "usage-tracker", "deregistration-checker", "image-distribution"]
PROGRAMS = ["amictl"]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


@pytest.fixture(scope="session")
def packages():
    """The zips of all functions and the executables of all programs by name, packaged from the sources as they are."""
    packaging = run(REPOSITORY / "scripts/package")
    assert packaging.returncode == 0, packaging.stderr
    files = {line.split()[0].removeprefix("dist/").removesuffix(".zip"): REPOSITORY / line.split()[0]
             for line in packaging.stdout.splitlines()}
    assert sorted(files) == sorted(FUNCTIONS + PROGRAMS), "the lists in conftest.py are not those of Package.swift"
    return files
