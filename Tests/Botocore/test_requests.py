"""Our serialized requests say what botocore's say, for random inputs of every operation."""

import json
import random
import urllib.parse

import pytest

from generate import Generator, jsonable
from inputs import INPUTS
from models import PROTOCOLS, serialize

ROUNDS = 60


def form(body):
    return dict(urllib.parse.parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)))


def text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", INPUTS)
def test_request(probe, name):
    service, operation = name.split(".")
    generator = Generator(random.Random(name))
    for _ in range(ROUNDS):
        ours, theirs = INPUTS[name](generator)
        expected = serialize(service, operation, theirs)
        actual = probe.ask(service=service, operation=operation, input=jsonable(ours))

        assert actual["method"] == expected["method"]
        assert actual["path"] == expected["url_path"]
        assert actual["query"] == [[key, text(value)] for key, value in (expected["query_string"] or {}).items()]
        assert actual["headers"] == {key.lower(): value for key, value in expected["headers"].items()}
        if PROTOCOLS[service] in ("query", "ec2"):
            assert form(actual["body"]) == {key: text(value) for key, value in expected["body"].items()}
        elif not expected["body"]:
            assert actual["body"] == ""
        else:
            body = json.loads(actual["body"])
            # ReturnValues NONE is the default, which ours leaves out.
            wanted = json.loads(expected["body"])
            if wanted.get("ReturnValues") == "NONE":
                del wanted["ReturnValues"]
            assert body == wanted


def test_every_operation_is_compared():
    """Inputs are given for all the operations of the services the functions call, by name."""
    assert {name.split(".")[0] for name in INPUTS} == set(PROTOCOLS)
