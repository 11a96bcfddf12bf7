"""Signature Version 4: what botocore signs is accepted, and every way to get it wrong is refused."""

import datetime
import random
import string
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from localcloud.http_server import Request
from localcloud.signatures import Failure, Secret, SignatureError, scope_of, verify

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/with+signs=="


def find(token: str | None = None, expiration: datetime.datetime | None = None):
    return lambda key: Secret(SECRET, token, expiration) if key == KEY else None


def signed(
    url: str = "http://localhost:4566/",
    method: str = "POST",
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
    service: str = "dynamodb",
    token: str | None = None,
    signer: type | None = None,
    secret: str = SECRET,
) -> Request:
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    chosen = signer or (S3SigV4Auth if service == "s3" else SigV4Auth)
    chosen(Credentials(KEY, secret, token), service, "us-east-1").add_auth(request)
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    sent = {
        "Host": parts.netloc,
        **{name: value if isinstance(value, str) else value.decode() for name, value in prepared.headers.items()},
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(method, target, list(sent.items()), body)


def failure(request: Request, token: str | None = None, **options: object) -> Failure:
    with pytest.raises(SignatureError) as caught:
        verify(request, find(token), **options)  # type: ignore[arg-type]
    return caught.value.failure


def replaced(request: Request, name: str, value: str) -> Request:
    return Request(
        request.method, request.target, [(k, value if k == name else v) for k, v in request.headers], request.body
    )


@pytest.mark.parametrize(
    "path", ["/", "/a/b", "/a%20b", "/a%2Fb", "/functions/arn%3Aaws%3Alambda/invocations", "/a//b", "/a/./b/../c", "/ü"]
)
@pytest.mark.parametrize("query", ["", "?b=2&a=1", "?a=x%20y&a=b", "?marker", "?a=%2F~-_.", "?Param=value%3D%26"])
@pytest.mark.parametrize("service", ["dynamodb", "lambda"])
def test_accepts_what_botocore_signs(path: str, query: str, service: str) -> None:
    assert verify(signed(f"http://localhost{path}{query}", "GET", b"", service=service), find()).service == service


def test_accepts_random_requests() -> None:
    numbers = random.Random(1)
    alphabet = string.ascii_letters + string.digits + " -_.~/+=&%:@!$'()*,;?#üµ€"
    from urllib.parse import quote

    for _ in range(300):

        def text() -> str:
            return quote("".join(numbers.choice(alphabet) for _ in range(numbers.randint(1, 8))), safe="")

        path = "/" + "/".join(text() for _ in range(numbers.randint(0, 4)))
        query = "&".join(f"{text()}={text()}" for _ in range(numbers.randint(0, 4)))
        headers = {
            "Content-Type": "application/json",
            "X-Amz-Target": f"Service.{numbers.randint(0, 9)}",
            "X-Spaces": "a   b",
        }
        body = numbers.randbytes(numbers.randint(0, 50))
        token = TOKEN if numbers.random() < 0.5 else None
        service = numbers.choice(["dynamodb", "lambda", "s3"])
        request = signed(f"http://localhost:8000{path}?{query}", "PUT", body, headers, service, token)
        verify(request, find(token))


def test_accepts_presigned_requests_until_they_expire() -> None:
    for signer, service in ((SigV4QueryAuth, "sts"), (S3SigV4QueryAuth, "s3")):
        request = signed("http://localhost/a%20b?x=1", "GET", b"", service=service, token=TOKEN, signer=signer)
        assert verify(request, find(TOKEN)).service == service
        late = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
        assert failure(request, TOKEN, now=late) is Failure.SKEWED


def test_refuses_another_secret_body_path_query_or_header() -> None:
    good = signed("http://localhost/a?b=1", headers={"X-Amz-Target": "T.A"})
    verify(good, find())
    assert failure(signed(secret="another")) is Failure.MISMATCH
    for changed in (
        Request("PUT", good.target, good.headers, good.body),
        Request(good.method, "/b?b=1", good.headers, good.body),
        Request(good.method, "/a?b=2", good.headers, good.body),
        Request(good.method, good.target, good.headers, b"{ }"),
        replaced(good, "X-Amz-Target", "T.B"),
        replaced(good, "Host", "elsewhere"),
    ):
        assert failure(changed) is Failure.MISMATCH


def test_refuses_a_path_that_is_encoded_once_too_little() -> None:
    # S3 signs the path as sent; everybody else encodes it once more.
    request = signed("http://localhost/a%20b", "GET", b"", service="lambda", signer=S3SigV4Auth)
    assert failure(request) is Failure.MISMATCH


def test_refuses_unsigned_amz_headers() -> None:
    request = signed()
    request.headers.append(("X-Amz-Target", "T.A"))
    assert failure(request) is Failure.MISMATCH
    traced = signed()
    traced.headers.append(("X-Amzn-Trace-Id", "Root=1"))
    verify(traced, find())


def test_refuses_a_wrong_content_hash() -> None:
    request = signed(service="s3")
    assert failure(Request(request.method, request.target, request.headers, b"other")) is Failure.MISMATCH


def test_refuses_skewed_clocks() -> None:
    request = signed()
    now = datetime.datetime.now(datetime.UTC)
    for minutes in (-16, 16):
        assert failure(request, now=now + datetime.timedelta(minutes=minutes)) is Failure.SKEWED
    for minutes in (-14, 14):
        verify(request, find(), now=now + datetime.timedelta(minutes=minutes))


def test_refuses_tokens_that_are_wrong_missing_or_expired() -> None:
    assert failure(signed(token=TOKEN), "another") is Failure.UNKNOWN_KEY
    assert failure(signed(), TOKEN) is Failure.UNKNOWN_KEY
    assert failure(signed(token=TOKEN)) is Failure.UNKNOWN_KEY
    with pytest.raises(SignatureError) as caught:
        verify(signed(token=TOKEN), find(TOKEN, datetime.datetime.now(datetime.UTC)))
    assert caught.value.failure is Failure.EXPIRED_TOKEN


def test_an_empty_token_is_none() -> None:
    request = signed(headers={"X-Amz-Security-Token": ""})
    verify(request, find())


def test_refuses_what_is_missing_or_malformed() -> None:
    assert failure(Request("POST", "/", [("Host", "localhost")], b"")) is Failure.MISSING
    for header in (
        "AWS4-HMAC-SHA256 nonsense",
        "Basic eDp5",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=" + "0" * 64,
    ):
        assert failure(replaced(signed(), "Authorization", header)) is Failure.INCOMPLETE
    unknown = AWSRequest(method="GET", url="http://localhost/", headers={})
    SigV4Auth(Credentials("NOBODY", SECRET), "sts", "us-east-1").add_auth(unknown)
    assert failure(Request("GET", "/", [("Host", "localhost"), *unknown.headers.items()], b"")) is Failure.UNKNOWN_KEY


def test_scope_is_read_without_verification() -> None:
    scope = scope_of(signed(secret="another"))
    assert scope is not None and (scope.region, scope.service) == ("us-east-1", "dynamodb")
    assert scope_of(Request("GET", "/", [], b"")) is None
