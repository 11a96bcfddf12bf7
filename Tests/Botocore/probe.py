"""Runs a probe, an executable of the package that answers one JSON object a line with another."""

import json
import os
import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# The directory that `swift build` has put the probes in.
PROBES = pathlib.Path(os.environ.get("PROBES", REPOSITORY / ".build/debug"))


class Probe:
    def __init__(self, name):
        self.process = subprocess.Popen(
            [PROBES / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the probe ended with status {self.process.wait()}"
        answer = json.loads(line)
        assert "failure" not in answer, answer["failure"]
        return answer

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0
