"""Lists the functions of the executables that run, for the linker: see scripts/order-functions."""

import os
import re
import signal
import sys
import tempfile
from pathlib import Path

import measures
from function import Function, FunctionFailed

EVENTS = measures.REPOSITORY / "events"
# What each executable is invoked with, after its start.
WORK = {
    "echo": [b"{}"],
    "share-recorder": sorted(EVENTS.glob("*image*.json")),
    "usage-tracker": sorted(EVENTS.glob("*instance*.json")) + sorted(EVENTS.glob("*launch*.json")),
    "deregistration-checker": [measures.CHECK],
    "image-distribution": [b"{}"],
}


def run(executable, name, environment, output):
    command = [
        "/usr/bin/valgrind", "--tool=callgrind", "--quiet", "--demangle=no", f"--callgrind-out-file={output}", executable]
    with Function(command, {**measures.SETTINGS, **environment}) as function:
        for event in WORK[name]:
            try:
                function.invoke(event if isinstance(event, bytes) else event.read_bytes())
            except FunctionFailed:  # an answer that the stand-in does not have: what ran until then counts
                break
        os.kill(function.pid, signal.SIGTERM)
        os.waitid(os.P_PID, function.pid, os.WEXITED | os.WNOWAIT)


def names(profile):
    """Names of functions in callgrind's output, without the marks of recursion and those that have no name."""
    for line in profile.read_text(errors="replace").splitlines():
        if match := re.match(r"c?fn=\(\d+\) ([A-Za-z_$][^\s']*)", line):
            yield match.group(1)


def main():
    executables = Path(sys.argv[1])
    found = {}  # in order, each once
    with measures.AWS() as aws, tempfile.TemporaryDirectory() as directory:
        aws.reset(100)
        for name in WORK:
            executable = executables / "".join(word.capitalize() for word in name.split("-"))
            output = Path(directory) / name
            run(executable, name, aws.environment, output)
            found |= dict.fromkeys(names(output))
            print(f"{name}: {len(found)} functions so far", file=sys.stderr)
    print("\n".join(found))


if __name__ == "__main__":
    main()
