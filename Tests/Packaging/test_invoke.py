"""scripts/invoke runs a function once: what it prints and with which status it ends, for each way an invocation ends."""

import json
import sys

import pytest
from conftest import REPOSITORY, run

# A function in Python: the start of each; {base} is the Runtime API.
PRELUDE = f"""#!{sys.executable}
import http.client, json, os, signal, sys, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
base = "/2018-06-01/runtime/"
def post(path, body):
    api.request("POST", base + path, body)
    response = api.getresponse()
    response.read()
    return response.status
def next():
    api.request("GET", base + "invocation/next")
    response = api.getresponse()
    return response.headers, response.read()
"""

ECHO = """
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
headers, event = next()
print("a record", file=sys.stderr)
post("invocation/" + headers["Lambda-Runtime-Aws-Request-Id"] + "/response", event)
next()
"""


@pytest.fixture
def invoke(tmp_path):
    def invoke(source, event='{"a": 1}', *options):
        bootstrap = tmp_path / "bootstrap"
        bootstrap.write_text(PRELUDE + source)
        bootstrap.chmod(0o755)
        file = tmp_path / "event.json"
        file.write_text(event)
        return run(REPOSITORY / "scripts/invoke", "some-function", file, "--bootstrap", bootstrap, *options)
    return invoke


def test_response_log_and_status(invoke):
    result = invoke(ECHO)
    assert result.returncode == 0
    assert result.stdout == '{"a": 1}\n'
    record, summary = result.stderr.splitlines()
    assert record == "a record"
    assert summary.startswith("some-function succeeded after ") and summary.endswith(" ms, exit status 0")


def test_what_the_function_is_given(invoke):
    source = ECHO.replace("event)\n", "json.dumps([dict(headers), dict(os.environ)]))\n")
    result = invoke(source, "{}", "--env", "TABLE=a=b", "--tenant", "blue", "--client-context", '{"custom":{}}')
    headers, environment = json.loads(result.stdout)
    assert headers["Lambda-Runtime-Aws-Tenant-Id"] == "blue"
    assert headers["Lambda-Runtime-Client-Context"] == '{"custom":{}}'
    assert headers["Lambda-Runtime-Invoked-Function-Arn"].endswith(":function:some-function")
    assert environment["TABLE"] == "a=b"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "some-function"


def test_the_time_is_reckoned_from_when_the_event_is_given(invoke):
    """A function may have been built before, or take long to start."""
    source = "time.sleep(1.5)\n" + ECHO.replace("event)\n", "json.dumps([headers['Lambda-Runtime-Deadline-Ms'], time.time()]))\n")
    deadline, now = json.loads(invoke(source, "{}", "--timeout", "20").stdout)
    assert 19 < int(deadline) / 1000 - now < 20.1


def test_what_is_logged_after_the_answer(invoke):
    result = invoke(ECHO.replace("\nnext()\n", "\ntime.sleep(0.3)\nprint('later', file=sys.stderr)\nnext()\n"))
    record, later, summary = result.stderr.splitlines()
    assert (record, later) == ("a record", "later")
    assert summary.startswith("some-function succeeded after ")


@pytest.mark.parametrize("source, status, output, summary", [
    (ECHO.replace("/response", "/error"), 1, '{"a": 1}\n', "failed"),
    ('post("init/error", \'{"errorType":"X"}\'); sys.exit(1)', 2, '{"errorType":"X"}\n', "could not start"),
    ("next(); os._exit(7)", 3, "", "ended without an answer"),
    ("next(); os.kill(os.getpid(), signal.SIGSEGV)", 3, "", "ended without an answer"),
    ("sys.exit(0)", 3, "", "ended without an answer"),
    ("next(); time.sleep(60)", 4, "", "timed out"),
])
def test_every_end(invoke, source, status, output, summary):
    result = invoke(source, "{\"a\": 1}", "--timeout", "1" if status == 4 else "30")
    assert result.returncode == status
    assert result.stdout == output
    assert f"some-function {summary} after" in result.stderr


def test_an_answer_to_another_invocation_is_refused(invoke):
    result = invoke('next(); print(post("invocation/other/response", "{}"), file=sys.stderr); sys.exit(3)')
    assert result.returncode == 3
    assert result.stderr.splitlines()[0] == "400"


@pytest.mark.parametrize("arguments, message", [
    (["some-function", "nowhere.json"], "nowhere.json: No such file or directory"),
    (["some-function", "README.md"], "README.md: not JSON"),
    (["no-such-function", "{event}"], "there is no function named no-such-function"),
    (["no-such-function", "{event}", "--packaged"], "dist/no-such-function.zip is not there"),
    (["some-function", "{event}", "--bootstrap", "nowhere"], "No such file or directory"),
])
def test_mistakes_are_named(tmp_path, arguments, message):
    event = tmp_path / "event.json"
    event.write_text("{}")
    words = [argument.replace("{event}", str(event)) for argument in arguments]
    result = run(REPOSITORY / "scripts/invoke", *words, cwd=REPOSITORY)
    assert result.returncode == 64
    assert message in result.stderr
    assert result.stdout == ""


def test_a_function_is_built_and_run(tmp_path):
    event = tmp_path / "event.json"
    event.write_text('{"b":[2]}')
    result = run(REPOSITORY / "scripts/invoke", "echo", event)
    assert result.returncode == 0, result.stderr
    assert result.stdout == '{"b":[2]}\n'
