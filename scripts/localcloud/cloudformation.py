"""CloudFormation's side of custom resources: it sends requests, and takes answers at pre-signed HTTPS URLs by its own rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import datetime
import http.server
import ipaddress
import json
import secrets
import socket
import ssl
import struct
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LARGEST_RESPONSE = 4096
_IDS = ("StackId", "RequestId", "LogicalResourceId")


@dataclass
class Attempt:
    """One PUT as it came, and the status it was answered with (None: the connection was dropped)."""

    status: int | None
    headers: dict[str, str]
    body: bytes


@dataclass
class Request:
    """A request to a custom resource. `answers` are the documents accepted for it, `faults` what was wrong with them."""

    event: dict[str, Any]
    answers: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refusals: list[int | None] = field(default_factory=list)
    """Statuses with which the next attempts are refused, in order; None drops the connection."""

    @property
    def answer(self) -> dict[str, Any]:
        """The one answer that counts: the first."""
        return self.answers[0]


class Receiver:
    """The HTTPS server behind the response URLs, with a certificate authority of its own: `certificates` is its PEM file."""

    def __init__(self, directory: Path):
        directory.mkdir(parents=True, exist_ok=True)
        self.certificates = directory / "cloudformation-ca.pem"
        chain = directory / "cloudformation-server.pem"
        _make_certificates(self.certificates, chain)
        self._requests: dict[str, Request] = {}
        self._changed = threading.Condition()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        self._context = context
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def expect(self, event: dict[str, Any]) -> Request:
        """Gives the event a response URL of its own, as S3 signs them."""
        path = f"/cloudformation-custom-resource-response/{uuid.uuid4()}"
        query = f"AWSAccessKeyId=AKIALOCAL&Expires={int(time.time()) + 7200}&Signature={secrets.token_hex(20)}"
        url = f"https://127.0.0.1:{self._server.server_address[1]}{path}?{query}"
        request = Request({**event, "ResponseURL": url})
        with self._changed:
            self._requests[f"{path}?{query}"] = request
        return request

    def wait(self, request: Request, seconds: float) -> bool:
        """Whether an answer was accepted in time."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(request.answers), seconds)

    # MARK: The rules

    def _take(self, target: str, method: str, headers: dict[str, str], body: bytes | None) -> tuple[int | None, str]:
        """S3's status and error code for a PUT; what CloudFormation thinks of the document is noted with the request."""
        with self._changed:
            request = self._requests.get(target)
            if request is None:
                return 403, "SignatureDoesNotMatch"
            status, code = self._judge(request, method, headers, body)
            request.attempts.append(Attempt(status, headers, body or b""))
            if status == 200:
                assert body is not None
                request.faults += faults_of(body, request.event)
                try:
                    request.answers.append(json.loads(body))
                except ValueError:
                    request.answers.append({})
                self._changed.notify_all()
            return status, code

    @staticmethod
    def _judge(request: Request, method: str, headers: dict[str, str], body: bytes | None) -> tuple[int | None, str]:
        if request.refusals:
            status = request.refusals.pop(0)
            return status, {403: "AccessDenied", 503: "SlowDown", 500: "InternalError"}.get(status or 0, "Refused")
        if method != "PUT":
            return 405, "MethodNotAllowed"
        if headers.get("content-type", ""):
            # The signature covers an empty content type.
            return 403, "SignatureDoesNotMatch"
        if "transfer-encoding" in headers:
            return 501, "NotImplemented"
        if "content-length" not in headers or body is None:
            return 411, "MissingContentLength"
        return 200, ""

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def setup(self) -> None:
                # The handshake belongs to the connection's own thread.
                self.request = receiver._context.wrap_socket(self.request, server_side=True)
                super().setup()

            def answer(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                length = headers.get("content-length")
                body = self.rfile.read(int(length)) if length is not None and length.isdigit() else None
                if "transfer-encoding" in headers:
                    while self.rfile.readline(65536) not in (b"0\r\n", b""):
                        pass
                    self.close_connection = True
                status, code = receiver._take(self.path, self.command, headers, body)
                if status is None:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    return
                text = f"<Error><Code>{code}</Code><Resource>{self.path}</Resource></Error>".encode() if code else b""
                self.send_response_only(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_PUT = do_POST = do_GET = answer

            def log_message(self, *_: object) -> None: ...

        return Handler


def faults_of(body: bytes, event: dict[str, Any]) -> list[str]:
    """What CloudFormation would not take of a response."""
    faults = []
    if len(body) > LARGEST_RESPONSE:
        faults.append(f"Response object is too long: {len(body)} bytes")
    try:
        document = json.loads(body)
    except ValueError:
        return [*faults, "Invalid response: no JSON"]
    for name in _IDS:
        if document.get(name) != event[name]:
            faults.append(f"{name} is {document.get(name)!r}, not {event[name]!r}")
    if document.get("Status") not in ("SUCCESS", "FAILED"):
        faults.append(f"Invalid Status: {document.get('Status')!r}")
    if document.get("Status") == "FAILED" and not document.get("Reason"):
        faults.append("Reason is required where Status is FAILED")
    physical = document.get("PhysicalResourceId")
    if not isinstance(physical, str) or not physical or len(physical.encode()) > 1024:
        faults.append(f"Invalid PhysicalResourceId: {physical!r}")
    if event["RequestType"] == "Delete" and physical != event["PhysicalResourceId"]:
        faults.append("A Delete may not change the PhysicalResourceId")
    if not isinstance(document.get("Data", {}), dict):
        faults.append("Data is no object")
    unknown = set(document) - {"Status", "Reason", "PhysicalResourceId", "NoEcho", "Data", *_IDS}
    if unknown:
        faults.append(f"unknown members: {', '.join(sorted(unknown))}")
    return faults


class DeploymentFailed(Exception):
    """A resource failed; what CloudFormation then does to go back has been done. `requests` are all that were sent."""

    def __init__(self, reason: str, requests: list[Request]):
        super().__init__(reason)
        self.reason = reason
        self.requests = requests


class Stack:
    """A stack with custom resources of one function: what CloudFormation sends, and in which order, as it deploys.

    `send` hands an event to the function, as CloudFormation's asynchronous invocation does.
    """

    def __init__(self, receiver: Receiver, send: Callable[[dict[str, Any]], object], account: str, region: str, name: str = "images"):
        self.id = f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"
        self.receiver = receiver
        self.requests: list[Request] = []
        self.patience = 60.0
        """Seconds to wait for an answer; CloudFormation's own time-out is an hour."""
        self._send = send

    def request(
        self, kind: str, logical_id: str, properties: dict[str, Any], *, refusals: list[int | None] | None = None, **members: Any
    ) -> Request:
        """A request that has been made up but not sent."""
        event = {
            "RequestType": kind,
            "StackId": self.id,
            "RequestId": str(uuid.uuid4()),
            "ResourceType": "Custom::ImageDistribution",
            "LogicalResourceId": logical_id,
            "ServiceToken": "arn:aws:lambda:us-east-1:111111111111:function:image-distribution",
            "ResourceProperties": scalars_as_text(properties),
            **members,
        }
        event["ResourceProperties"] = {"ServiceToken": event["ServiceToken"], **event["ResourceProperties"]}
        request = self.receiver.expect(event)
        request.refusals = list(refusals or [])
        self.requests.append(request)
        return request

    def deliver(self, request: Request) -> Request:
        """Sends a request and waits for its answer, in which nothing may be wrong."""
        self._send(request.event)
        if not self.receiver.wait(request, self.patience):
            raise TimeoutError(f"CloudFormation did not receive a response from your Custom Resource ({request.event['RequestType']})")
        assert not request.faults, request.faults
        return request

    def create(self, properties: dict[str, Any], logical_id: str = "Distribution") -> "Resource":
        """Creates a resource; on failure the Delete that rolls back is sent with whatever physical id was answered."""
        first = len(self.requests)
        request = self.deliver(self.request("Create", logical_id, properties))
        resource = Resource(self, logical_id, properties, request.answer["PhysicalResourceId"], request.answer.get("Data", {}))
        if request.answer["Status"] == "FAILED":
            resource.delete()
            raise DeploymentFailed(request.answer["Reason"], self.requests[first:])
        return resource


@dataclass
class Resource:
    stack: Stack
    logical_id: str
    properties: dict[str, Any]
    physical_id: str
    data: dict[str, Any]

    def update(self, properties: dict[str, Any]) -> Request:
        """Updates; a new physical id is a replacement, whose predecessor is deleted in the end. A failure is rolled back."""
        first = len(self.stack.requests)
        before = (self.properties, self.physical_id)
        request = self._update(properties)
        answered = request.answer["PhysicalResourceId"]
        if request.answer["Status"] == "FAILED":
            reason = request.answer["Reason"]
            self.roll_back(before[0], properties)
            if answered not in (before[1], self.physical_id):
                self._delete(answered, properties)
            raise DeploymentFailed(reason, self.stack.requests[first:])
        self.properties, self.physical_id, self.data = properties, answered, request.answer.get("Data", {})
        if answered != before[1]:
            self._delete(before[1], before[0])
        return request

    def roll_back(self, properties: dict[str, Any], failed: dict[str, Any]) -> None:
        """The Update back to `properties`, after one to `failed` has not succeeded."""
        request = self._update(properties, failed)
        assert request.answer["Status"] == "SUCCESS", f"UPDATE_ROLLBACK_FAILED: {request.answer}"
        self.physical_id = request.answer["PhysicalResourceId"]

    def delete(self) -> Request:
        return self._delete(self.physical_id, self.properties)

    def _update(self, properties: dict[str, Any], old: dict[str, Any] | None = None) -> Request:
        members = {
            "PhysicalResourceId": self.physical_id,
            "OldResourceProperties": scalars_as_text(self.properties if old is None else old),
        }
        return self.stack.deliver(self.stack.request("Update", self.logical_id, properties, **members))

    def _delete(self, physical_id: str, properties: dict[str, Any]) -> Request:
        request = self.stack.deliver(self.stack.request("Delete", self.logical_id, properties, PhysicalResourceId=physical_id))
        assert request.answer["Status"] == "SUCCESS", f"DELETE_FAILED: {request.answer}"
        return request


def scalars_as_text(value: Any) -> Any:
    """Properties as CloudFormation sends them: every scalar is a string."""
    if isinstance(value, dict):
        return {key: scalars_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [scalars_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _make_certificates(authority_file: Path, server_file: Path) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)

    def builder(name: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
        )

    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = (
        builder("Local CloudFormation", "Local CloudFormation", authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        builder("127.0.0.1", "Local CloudFormation", key)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    authority_file.write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    server_file.touch(mode=0o600)
    server_file.write_bytes(private + certificate.public_bytes(pem))
