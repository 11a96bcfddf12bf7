"""What the commands say to who uses them wrongly, and what they leave behind."""

import os
import subprocess
from pathlib import Path

import pytest
from localcloud import cli
from localcloud.client import TEMPORARY_FILE, LocalCloud
from localcloud.deployment import REPOSITORY
from localcloud.testing import find_emulator


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["creator/eu-central-1/some-function", "events/check.json"], "the payload is not JSON text"),
        (["some-function", "{}"], "a function is named <account>/<region>/<name>"),
        (["creator/eu-central-1/no-function", "{}"], "Function not found"),
    ],
    ids=["file", "name", "unknown"],
)
def test_invoke_says_what_is_wrong(cloud: LocalCloud, arguments: list[str], complaint: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--directory", str(cloud.directory), "invoke", *arguments])
    assert str(ended.value.code).startswith("localcloud: ") and complaint in str(ended.value.code)


@pytest.mark.parametrize("is_temporary", [True, False])
def test_stop_removes_the_files_of_a_demo_alone(tmp_path: Path, is_temporary: bool) -> None:
    directory = tmp_path / "cloud"
    directory.mkdir()
    if is_temporary:
        (directory / TEMPORARY_FILE).touch()
    LocalCloud.start(directory, find_emulator(), detached=True)
    cli.main(["--directory", str(directory), "stop"])
    assert directory.exists() != is_temporary


def test_a_shell_that_points_at_a_cloud_that_is_gone(tmp_path: Path) -> None:
    """Its profile names nobody any more."""
    command = [REPOSITORY / "scripts/localcloud/localcloud", "--directory", tmp_path, "stop"]
    environment = {**os.environ, "AWS_PROFILE": "creator", "AWS_CONFIG_FILE": str(tmp_path / "aws-config")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith("localcloud: no local cloud runs in ")


@pytest.mark.parametrize("argument, status", [("--help", 0), ("--kep", 2)])
def test_the_demo_reads_its_options_before_anything_else(argument: str, status: int) -> None:
    """Where neither Terraform nor anything to build with is found, it still answers."""
    command = ["/bin/bash", REPOSITORY / "scripts/demo", argument]
    ended = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert ended.returncode == status
    assert "usage: scripts/demo [--keep]" in ended.stdout + ended.stderr
    assert argument == "--help" or f"unknown argument {argument}" in ended.stderr
