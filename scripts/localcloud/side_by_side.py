"""Runs tests in several processes, each with a local cloud of its own, and then what is asked of the whole run.

The clouds belong to this process: they outlive those of the tests, and end with this one.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .client import LocalCloud
from .testing import find_emulator

_NO_TESTS = 5
"""pytest's status when there is nothing to run."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="end-to-end", add_help=False, allow_abbrev=False)
    parser.add_argument("-n", type=int, default=os.cpu_count() or 1, dest="processes")
    options, arguments = parser.parse_known_args()
    if not any(argument.split("::")[0].startswith("EndToEnd") for argument in arguments):
        arguments.append("EndToEnd")
    with tempfile.TemporaryDirectory(prefix="end-to-end-") as name, contextlib.ExitStack() as clouds:
        directory = Path(name)
        for number in range(options.processes):
            clouds.enter_context(LocalCloud.start(directory / f"gw{number}", find_emulator()))
        several = ["-n", str(options.processes), "--dist", "loadfile", "--no-loadscope-reorder"]
        statuses = [
            _pytest(directory, "apart", [*(several if options.processes > 1 else []), *arguments]),
            _pytest(directory, "only", arguments),
        ]
    if set(statuses) == {_NO_TESTS}:
        return _NO_TESTS
    return next((status for status in statuses if status not in (0, _NO_TESTS)), 0)


def _pytest(directory: Path, part: str, arguments: list[str]) -> int:
    environment = {**os.environ, "LOCAL_CLOUDS": str(directory), "AFTERWARDS": part}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
