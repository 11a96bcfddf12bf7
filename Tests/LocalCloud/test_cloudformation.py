"""CloudFormation's side of custom resources: what it takes at its response URLs, and what it finds wrong."""

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from localcloud.cloudformation import DeploymentFailed, Receiver, Request, Stack, scalars_as_text


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("cloudformation"))
    yield receiver
    receiver.close()


@pytest.fixture
def stack(receiver: Receiver) -> Stack:
    return Stack(receiver, lambda event: None, "111111111111", "us-east-1")


def put(receiver: Receiver, url: str, body: bytes | Any, method: str = "PUT", **headers: str) -> tuple[int, str]:
    """A PUT as it is given, checked against the receiver's own certificates."""
    authority, _, target = url.removeprefix("https://").partition("/")
    context = ssl.create_default_context(cafile=str(receiver.certificates))
    connection = http.client.HTTPSConnection(authority, context=context, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, "/" + target, body, named, encode_chunked="Transfer-Encoding" in named)
    response = connection.getresponse()
    return response.status, response.read().decode()


def answer(request: Request, **changes: Any) -> bytes:
    event = request.event
    document = {
        "Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "p"), "StackId": event["StackId"],
        "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"], **changes,
    }  # fmt: skip
    return json.dumps(document).encode()


def test_a_right_answer_is_taken(receiver: Receiver, stack: Stack) -> None:
    request = stack.request("Create", "R", {"A": True, "B": [1, {"C": None}]})
    assert request.event["ResourceProperties"]["A"] == "true" and request.event["ResourceProperties"]["B"][0] == "1"
    assert put(receiver, request.event["ResponseURL"], answer(request)) == (200, "")
    assert receiver.wait(request, 0) and not request.faults and request.answer["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [({"Content_Type": "application/json"}, 403, "SignatureDoesNotMatch"), ({"Transfer_Encoding": "chunked"}, 501, "NotImplemented")],
)
def test_what_s3_refuses(receiver: Receiver, stack: Stack, headers: dict[str, str], status: int, code: str) -> None:
    request = stack.request("Create", "R", {})
    body = iter([answer(request)]) if "Transfer_Encoding" in headers else answer(request)
    assert put(receiver, request.event["ResponseURL"], body, **headers)[0] == status
    assert not request.answers and request.attempts[0].status == status


def test_an_unknown_url_and_another_method(receiver: Receiver, stack: Stack) -> None:
    request = stack.request("Create", "R", {})
    url = request.event["ResponseURL"]
    assert put(receiver, url + "0", answer(request))[0] == 403
    assert put(receiver, url, answer(request), "POST")[0] == 405
    assert not request.answers


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"StackId": "other"}, "StackId is 'other'"),
        ({"RequestId": None}, "RequestId is None"),
        ({"Status": "OK"}, "Invalid Status"),
        ({"Status": "FAILED"}, "Reason is required"),
        ({"PhysicalResourceId": ""}, "Invalid PhysicalResourceId"),
        ({"PhysicalResourceId": "x" * 1025}, "Invalid PhysicalResourceId"),
        ({"Data": "text"}, "Data is no object"),
        ({"Extra": 1}, "unknown members: Extra"),
        ({"Reason": "x" * 4096}, "Response object is too long"),
    ],
)
def test_what_cloudformation_finds_wrong(receiver: Receiver, stack: Stack, changes: dict[str, Any], fault: str) -> None:
    request = stack.request("Create", "R", {})
    assert put(receiver, request.event["ResponseURL"], answer(request, **changes))[0] == 200
    assert any(found.startswith(fault) for found in request.faults)


def test_a_delete_keeps_the_physical_id(receiver: Receiver, stack: Stack) -> None:
    request = stack.request("Delete", "R", {}, PhysicalResourceId="p")
    put(receiver, request.event["ResponseURL"], answer(request, PhysicalResourceId="q"))
    assert request.faults == ["A Delete may not change the PhysicalResourceId"]


def test_refusals_come_first(receiver: Receiver, stack: Stack) -> None:
    request = stack.request("Create", "R", {}, refusals=[503, None])
    url = request.event["ResponseURL"]
    assert put(receiver, url, answer(request))[0] == 503
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected, ssl.SSLError)):
        put(receiver, url, answer(request))
    assert put(receiver, url, answer(request))[0] == 200


class Function:
    """A custom resource of a few lines, to see what CloudFormation sends it."""

    def __init__(self, receiver: Receiver, decide: Any):
        self.events: list[dict[str, Any]] = []
        self.receiver = receiver
        self.decide = decide

    def __call__(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        put(self.receiver, event["ResponseURL"], answer(Request(event), **self.decide(event)))

    @property
    def sent(self) -> list[tuple[str, str | None]]:
        return [(event["RequestType"], event.get("PhysicalResourceId")) for event in self.events]


def test_a_failed_create_is_rolled_back(receiver: Receiver) -> None:
    function = Function(receiver, lambda event: {"Status": "FAILED", "Reason": "no", "PhysicalResourceId": "marker"} if event["RequestType"] == "Create" else {})
    with pytest.raises(DeploymentFailed, match="no"):
        Stack(receiver, function, "111111111111", "us-east-1").create({})
    assert function.sent == [("Create", None), ("Delete", "marker")]


def test_a_replacement_deletes_the_old_one(receiver: Receiver) -> None:
    function = Function(receiver, lambda event: {} if event["RequestType"] == "Delete" else {"PhysicalResourceId": event["ResourceProperties"]["Id"]})
    resource = Stack(receiver, function, "111111111111", "us-east-1").create({"Id": "a"})
    resource.update({"Id": "b"})
    assert function.sent == [("Create", None), ("Update", "a"), ("Delete", "a")]
    assert function.events[2]["ResourceProperties"]["Id"] == "a" and resource.physical_id == "b"


def test_a_failed_update_goes_back(receiver: Receiver) -> None:
    def decide(event: dict[str, Any]) -> dict[str, Any]:
        return {"Status": "FAILED", "Reason": "no"} if event["ResourceProperties"].get("Id") == "bad" else {"PhysicalResourceId": "a"}

    function = Function(receiver, decide)
    resource = Stack(receiver, function, "111111111111", "us-east-1").create({"Id": "good"})
    with pytest.raises(DeploymentFailed):
        resource.update({"Id": "bad"})
    assert function.sent == [("Create", None), ("Update", "a"), ("Update", "a")]
    assert function.events[2]["ResourceProperties"]["Id"] == "good" and function.events[2]["OldResourceProperties"]["Id"] == "bad"


def test_scalars() -> None:
    assert scalars_as_text({"a": 1, "b": [True, 2.5, "x"], "c": {"d": False}}) == {"a": "1", "b": ["true", "2.5", "x"], "c": {"d": "false"}}


def test_certificates_are_its_own(receiver: Receiver, tmp_path: Path) -> None:
    other = Receiver(tmp_path)
    try:
        request = Stack(other, lambda event: None, "111111111111", "us-east-1").request("Create", "R", {})
        with pytest.raises(ssl.SSLCertVerificationError):
            put(receiver, request.event["ResponseURL"], answer(request))
    finally:
        other.close()
