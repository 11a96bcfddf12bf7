"""Runs the SigningProbe executable: one JSON object a line in, one out."""

import json
import os
import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class SigningProbe:
    def __init__(self):
        path = os.environ.get("SIGNING_PROBE", REPOSITORY / ".build/debug/SigningProbe")
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, question, **members):
        self.process.stdin.write(json.dumps({"ask": question, **members}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the probe ended with status {self.process.wait()}"
        answer = json.loads(line)
        assert "failure" not in answer, answer["failure"]
        return answer

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=10) == 0
