"""Random requests signed by us and by botocore have the same signatures, byte for byte."""

import datetime
import random
import string
import urllib.parse

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from signing_probe import SigningProbe

ROUNDS = 1500

TEXT = string.ascii_letters + string.digits + "-._~/=&+%?#:;@!$'()*,[]{}|\\^`\"<> " + "é\u1234\U0001f642"
HEADER_TEXT = string.ascii_letters + string.digits + "-._~/=&+%:;@!$'()*,[]{}|^`\"<> \t"
HEADER_NAMES = ["X-Amz-Target", "Content-Type", "x-amz-meta-A", "My-Header", "zz", "Range", "X-Amz-Client-Context"]
NEVER_SIGNED = [("User-Agent", "agent/1"), ("X-Amzn-Trace-Id", "Root=1"), ("Expect", "100-continue")]


@pytest.fixture(scope="module")
def signing():
    probe = SigningProbe()
    yield probe
    probe.close()


class Requests:
    """Random requests, as botocore and the probe take them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, alphabet, longest):
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randint(0, longest)))

    def path(self):
        labels = []
        for _ in range(self.random.randint(0, 5)):
            kind = self.random.random()
            labels.append("" if kind < 0.1 else "." if kind < 0.2 else ".." if kind < 0.3 else self.text(TEXT, 8))
        encoded = [label if label in ("", ".", "..") else urllib.parse.quote(label, safe="-_.~") for label in labels]
        return "/" + "/".join(encoded)

    def query(self, unique):
        items = [[self.text(TEXT, 6) or "k", self.text(TEXT, 6)] for _ in range(self.random.randint(0, 5))]
        if not unique and items and self.random.random() < 0.5:
            items.append([items[0][0], self.text(TEXT, 6)])
        return list({item[0]: item for item in items}.values()) if unique else items

    def headers(self, host):
        headers = [["Host", host]]
        for name in self.random.sample(HEADER_NAMES, self.random.randint(0, 4)):
            for _ in range(self.random.choice([1, 1, 1, 2])):
                headers.append([name, self.text(HEADER_TEXT, 12)])
        if self.random.random() < 0.3:
            headers.append(list(self.random.choice(NEVER_SIGNED)))
        return headers

    def question(self, is_s3, unique_query=False):
        host = self.random.choice(["example.amazonaws.com", "127.0.0.1:4566", "bucket.s3.eu-west-1.amazonaws.com"])
        return {
            "service": "s3" if is_s3 else self.random.choice(["dynamodb", "ec2", "ses", "sts"]),
            "region": self.random.choice(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"]),
            "method": self.random.choice(["GET", "POST", "PUT", "DELETE"]),
            "path": self.path(),
            "query": self.query(unique_query),
            "headers": self.headers(host),
            "body": self.text(TEXT, 40),
            "isS3": is_s3,
            "accessKeyID": "AKIA" + self.text(string.ascii_uppercase, 16),
            "secretAccessKey": self.text(string.ascii_letters + string.digits + "/+", 40) or "s",
            "sessionToken": self.random.choice([None, self.text(string.ascii_letters + "/+=", 60) or "t"]),
            "time": self.random.randint(1_000_000_000, 4_000_000_000),
        }


def botocore_request(question, scheme="https"):
    host = question["headers"][0][1]
    url = f"{scheme}://{host}{question['path']}"
    if question["query"]:
        quote = lambda text: urllib.parse.quote(text, safe="-_.~")  # noqa: E731
        url += "?" + "&".join(f"{quote(name)}={quote(value)}" for name, value in question["query"])
    request = AWSRequest(method=question["method"], url=url, data=question["body"].encode())
    for name, value in question["headers"]:
        request.headers.add_header(name, value)
    return request


def at(monkeypatch, question):
    time = datetime.datetime.fromtimestamp(question["time"], datetime.timezone.utc).replace(tzinfo=None)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: time)


def credentials(question):
    return Credentials(question["accessKeyID"], question["secretAccessKey"], question["sessionToken"])


def headers_of(request):
    names = ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256"]
    return {name: request.headers[name] for name in names if name in request.headers}


@pytest.mark.parametrize("is_s3", [False, True])
def test_header_signatures(signing, monkeypatch, is_s3):
    requests = Requests(f"headers {is_s3}")
    for _ in range(ROUNDS):
        question = requests.question(is_s3)
        at(monkeypatch, question)
        request = botocore_request(question)
        signer = botocore.auth.S3SigV4Auth if is_s3 else botocore.auth.SigV4Auth
        signer(credentials(question), question["service"], question["region"]).add_auth(request)
        assert signing.ask("sign", **question) == headers_of(request), question


@pytest.mark.parametrize("is_s3", [False, True])
def test_unsigned_payloads(signing, monkeypatch, is_s3):
    requests = Requests(f"unsigned {is_s3}")
    for _ in range(ROUNDS // 5):
        question = requests.question(is_s3) | {"isUnsigned": True}
        at(monkeypatch, question)
        request = botocore_request(question)
        request.context["payload_signing_enabled"] = False
        if is_s3:
            request.context["has_streaming_input"] = True
            request.headers["Content-MD5"] = "checksum"
            question["headers"].append(["Content-MD5", "checksum"])
        signer = botocore.auth.S3SigV4Auth if is_s3 else botocore.auth.SigV4Auth
        signer(credentials(question), question["service"], question["region"]).add_auth(request)
        expected = headers_of(request)
        assert expected["X-Amz-Content-SHA256"] == "UNSIGNED-PAYLOAD"
        assert signing.ask("sign", **question) == expected, question


@pytest.mark.parametrize("is_s3", [False, True])
def test_presigned_urls(signing, monkeypatch, is_s3):
    requests = Requests(f"presign {is_s3}")
    for _ in range(ROUNDS):
        question = requests.question(is_s3, unique_query=True)
        question |= {"body": "", "isUnsigned": is_s3, "expires": requests.random.randint(1, 604800)}
        at(monkeypatch, question)
        request = botocore_request(question)
        signer = botocore.auth.S3SigV4QueryAuth if is_s3 else botocore.auth.SigV4QueryAuth
        signer(
            credentials(question), question["service"], question["region"], expires=question["expires"]
        ).add_auth(request)
        assert signing.ask("presign", **question)["query"] == request.url.split("?", 1)[1], question
