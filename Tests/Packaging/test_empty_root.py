"""A packaged function needs nothing of the system it starts on, and reaches AWS from there by name and over TLS."""

import json
import os
import pathlib
import sys
import zipfile

import pytest
from conftest import REPOSITORY, run

# A function, an event that makes it call AWS, and the services it then calls.
CASES = [
    ("share-recorder", "modify-image-attribute-add-account.json", {"dynamodb"}),
    ("usage-tracker", "run-instances.json", {"sts", "ec2"}),
    ("deregistration-checker", "check.json", {"dynamodb", "ec2"}),
]


def start_in_empty_root(packages, function, event, tmp_path, *arguments):
    with zipfile.ZipFile(packages[function]) as archive:
        bootstrap = pathlib.Path(archive.extract("bootstrap", tmp_path))
    bootstrap.chmod(0o755)
    namespaces = ["--net", "--mount", "--pid", "--fork"]
    if os.geteuid() != 0:
        namespaces += ["--user", "--map-root-user"]
    run_ = run("unshare", *namespaces, sys.executable, pathlib.Path(__file__).with_name("empty_root.py"), bootstrap,
               REPOSITORY / "events" / event, *arguments)
    assert run_.returncode == 0, run_.stderr
    return json.loads(run_.stdout)


@pytest.mark.parametrize("function, event, services", CASES, ids=[case[0] for case in CASES])
def test_it_answers_and_calls_aws(packages, tmp_path, function, event, services):
    report = start_in_empty_root(packages, function, event, tmp_path)
    assert report["files"] == ["bootstrap", "etc", "etc/resolv.conf", "proc", "tmp", "tmp/authority.pem"]
    assert report["exitStatus"] is None, report["log"]
    (answer,) = report["answers"]
    assert answer["path"].endswith("/response"), (answer, report["log"])
    hosts = {request["host"] for request in report["requests"]}
    assert hosts >= {f"{service}.eu-central-1.amazonaws.com" for service in services}
    assert all(request["isSigned"] for request in report["requests"])
    assert {request["tls"] for request in report["requests"]} == {"TLSv1.3"}


def test_it_answers_an_event_of_another_kind(packages, tmp_path):
    report = start_in_empty_root(packages, "image-distribution", "check.json", tmp_path)
    assert report["exitStatus"] is None, report["log"]
    assert report["answers"][0]["path"].endswith("/error"), report
    assert "RequestType" in report["answers"][0]["body"]


def test_it_speaks_tls_1_2(packages, tmp_path):
    report = start_in_empty_root(packages, "deregistration-checker", "check.json", tmp_path, "--old-tls")
    assert report["answers"][0]["path"].endswith("/response"), report["log"]
    assert {request["tls"] for request in report["requests"]} == {"TLSv1.2"}


def test_it_trusts_no_server_but_those_of_amazon(packages, tmp_path):
    report = start_in_empty_root(packages, "deregistration-checker", "check.json", tmp_path, "--trust-nothing")
    assert "tmp/authority.pem" not in report["files"]
    assert report["requests"] == []
    (answer,) = report["answers"]
    assert answer["path"].endswith("/error")
    assert "certificate" in answer["body"]
