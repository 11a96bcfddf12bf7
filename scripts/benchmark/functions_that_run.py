"""Lists the functions of the executables that run, for the linker: see scripts/order-functions. First those that run in each
invocation, then those of a start."""

import os
import re
import signal
import sys
import tempfile
from pathlib import Path

import measures
from function import Function, FunctionFailed

EVENTS = measures.REPOSITORY / "events"
# What each executable is invoked with, after its start. First the least, which the others have in common; then the function
# that has the most events.
WORK = {
    "echo": [b"{}"],
    "usage-tracker": sorted(EVENTS.glob("*instance*.json")) + sorted(EVENTS.glob("*launch*.json")),
    "share-recorder": sorted(EVENTS.glob("*image*.json")),
    "deregistration-checker": [measures.CHECK],
    "image-distribution": [b"{}"],
}


def run(executable, name, environment, rounds, output):
    """Runs the executable under valgrind, with its work so many times over."""
    command = [
        "/usr/bin/valgrind", "--tool=callgrind", "--quiet", "--demangle=no", f"--callgrind-out-file={output}", executable]
    with Function(command, {**measures.SETTINGS, **environment}) as function:
        for event in WORK[name] * rounds:
            try:
                function.invoke(event if isinstance(event, bytes) else event.read_bytes())
            except FunctionFailed:  # an answer that the stand-in does not have: what ran until then counts
                break
        os.kill(function.pid, signal.SIGTERM)
        os.waitid(os.P_PID, function.pid, os.WEXITED | os.WNOWAIT)


def costs(profile):
    """The instructions of each function in callgrind's output, those of the functions it calls left out; without functions
    that have no name. Names come with their first mention, later ones are numbers; "calls=" is followed by the cost of the
    called function."""
    names, result, function, is_call = {}, {}, None, False
    for line in profile.read_text(errors="replace").splitlines():
        if match := re.match(r"(c?)fn=\((\d+)\)(?: ([^\s']*))?", line):
            called, number, name = match.groups()
            if name is not None:
                names[number] = name
            if not called:
                function = names[number]
        elif line.startswith("calls="):
            is_call = True
        elif match := re.match(r"[-+*\d]\S* (\d+)$", line):
            if not is_call and function and re.match(r"[A-Za-z_$]", function):
                result[function] = result.get(function, 0) + int(match.group(1))
            is_call = False
    return result


def main():
    executables = Path(sys.argv[1])
    warm, others = {}, {}  # in order, each once
    with measures.AWS() as aws, tempfile.TemporaryDirectory() as directory:
        aws.reset(100)
        for name in WORK:
            executable = executables / "".join(word.capitalize() for word in name.split("-"))
            output = Path(directory) / name
            run(executable, name, aws.environment, 1, output)
            once = costs(output)
            run(executable, name, aws.environment, 3, output)
            thrice = costs(output)
            # What runs at the second time and the third, not at a start alone.
            warm |= dict.fromkeys(function for function in thrice if thrice[function] > once.get(function, 0) * 1.2)
            others |= dict.fromkeys(thrice)
            print(f"{name}: {len(others)} functions so far, {len(warm)} of them in each invocation", file=sys.stderr)
    print("\n".join(warm | others))


if __name__ == "__main__":
    main()
