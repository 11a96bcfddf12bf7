import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FUNCTIONS = ["share-recorder", "usage-tracker", "deregistration-checker", "image-distribution"]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


@pytest.fixture(scope="session")
def packages():
    """The zips of all functions by name, packaged from the sources as they are."""
    packaging = run(REPOSITORY / "scripts/package")
    assert packaging.returncode == 0, packaging.stderr
    zips = {line.split()[0].removeprefix("dist/").removesuffix(".zip"): REPOSITORY / line.split()[0]
            for line in packaging.stdout.splitlines()}
    assert sorted(zips) == sorted(FUNCTIONS), "the list of functions in conftest.py is not that of Package.swift"
    return zips
