"""Verification of AWS Signature Version 4, as the services do it: from the request as it was sent.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import datetime
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

from .http_server import Request

ALGORITHM = "AWS4-HMAC-SHA256"
MAXIMUM_SKEW = datetime.timedelta(minutes=15)
LONGEST_PRESIGNED = 7 * 24 * 3600

# Headers that intermediaries may add or change, which the services therefore accept unsigned.
_UNSIGNED_AMZ_HEADERS = {"x-amzn-trace-id"}

_AUTHORIZATION = re.compile(
    rf"^{ALGORITHM}\s+Credential=(?P<credential>[^,\s]+)\s*,\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[0-9a-f]{64})$"
)


class Failure(Enum):
    MISSING = "missing"  # nothing that authenticates
    INCOMPLETE = "incomplete"  # malformed, or a part is missing
    UNKNOWN_KEY = "unknown-key"  # no such access key, or its session token is wrong
    MISMATCH = "mismatch"  # the signature, the scope or the body hash is wrong
    SKEWED = "skewed"  # signed too long ago, or in the future
    EXPIRED_TOKEN = "expired-token"  # the session has ended


class SignatureError(Exception):
    def __init__(self, failure: Failure, message: str):
        super().__init__(message)
        self.failure = failure
        self.message = message


@dataclass(frozen=True)
class Secret:
    """What belongs to an access key. `token` and `expiration` only for sessions."""

    key: str
    token: str | None = None
    expiration: datetime.datetime | None = None


@dataclass(frozen=True)
class Scope:
    access_key: str
    date: str
    region: str
    service: str


@dataclass(frozen=True)
class _Parts:
    scope: Scope
    timestamp: str
    signed_headers: list[str]
    signature: str
    token: str | None
    presigned_seconds: int | None


def scope_of(request: Request) -> Scope | None:
    """The credential scope a request claims, unverified; None when it is unsigned or malformed."""
    try:
        return _parts(request).scope
    except SignatureError:
        return None


def verify(
    request: Request, find_secret: Callable[[str], Secret | None], now: datetime.datetime | None = None
) -> Scope:
    """Checks the signature of `request`; raises `SignatureError` when AWS would refuse it."""
    now = now or datetime.datetime.now(datetime.UTC)
    parts = _parts(request)
    scope = parts.scope
    secret = find_secret(scope.access_key)
    if secret is None:
        raise SignatureError(Failure.UNKNOWN_KEY, "The security token included in the request is invalid.")
    if (secret.token or None) != (parts.token or None):
        raise SignatureError(Failure.UNKNOWN_KEY, "The security token included in the request is invalid.")
    if secret.expiration is not None and secret.expiration <= now:
        raise SignatureError(Failure.EXPIRED_TOKEN, "The security token included in the request is expired")
    _check_time(parts, now)
    _check_signed_headers(request, parts)
    payload_hash = _payload_hash(request, parts)
    text = canonical_request(request, parts.signed_headers, payload_hash, scope.service)
    expected = signature(secret.key, scope, parts.timestamp, text)
    if not hmac.compare_digest(expected, parts.signature):
        raise SignatureError(
            Failure.MISMATCH,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            f"Access Key and signing method.\n\nThe Canonical String for this request should have been\n'{text}'\n",
        )
    return scope


def signature(secret_key: str, scope: Scope, timestamp: str, canonical: str) -> str:
    """The signature, in hexadecimal, of a canonical request."""
    scope_text = f"{scope.date}/{scope.region}/{scope.service}/aws4_request"
    to_sign = "\n".join([ALGORITHM, timestamp, scope_text, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret_key}".encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request", to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def canonical_request(request: Request, signed_headers: list[str], payload_hash: str, service: str) -> str:
    headers = "".join(f"{name}:{re.sub(' +', ' ', (request.header(name) or '').strip())}\n" for name in signed_headers)
    return "\n".join(
        [
            request.method,
            _canonical_path(request.path, service),
            _canonical_query(request.query),
            headers,
            ";".join(signed_headers),
            payload_hash,
        ]
    )


def _canonical_path(path: str, service: str) -> str:
    if service == "s3":  # neither normalized nor encoded again
        return path or "/"
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if segments:
                segments.pop()
        elif segment not in ("", "."):
            segments.append(segment)
    normalized = "/" + "/".join(segments)
    if segments and path.endswith(("/", "/.", "/..")):
        normalized += "/"
    return quote(normalized, safe="/-_.~")


def _canonical_query(query: str) -> str:
    pairs = []
    for piece in filter(None, query.split("&")):
        name, _, value = piece.partition("=")
        if unquote(name) != "X-Amz-Signature":
            pairs.append(tuple(quote(unquote(part), safe="-_.~") for part in (name, value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _query_values(query: str) -> dict[str, str]:
    pieces = (piece.partition("=") for piece in filter(None, query.split("&")))
    return {unquote(name): unquote(value) for name, _, value in pieces}


def _parts(request: Request) -> _Parts:
    authorization = request.header("Authorization")
    if authorization is not None:
        match = _AUTHORIZATION.match(authorization.strip())
        if not match:
            raise SignatureError(
                Failure.INCOMPLETE, "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'."
            )
        timestamp = request.header("X-Amz-Date")
        if timestamp is None:
            raise SignatureError(
                Failure.INCOMPLETE, "Authorization header requires existence of an 'X-Amz-Date' header."
            )
        credential, headers, given = match["credential"], match["headers"], match["signature"]
        token, seconds = request.header("X-Amz-Security-Token"), None
    else:
        values = _query_values(request.query)
        if "X-Amz-Signature" not in values:
            raise SignatureError(Failure.MISSING, "Request is missing Authentication Token")
        if values.get("X-Amz-Algorithm") != ALGORITHM:
            raise SignatureError(Failure.INCOMPLETE, "X-Amz-Algorithm is missing or not supported.")
        credential, headers = values.get("X-Amz-Credential", ""), values.get("X-Amz-SignedHeaders", "")
        given, timestamp = values["X-Amz-Signature"], values.get("X-Amz-Date", "")
        token = values.get("X-Amz-Security-Token")
        seconds = int(values["X-Amz-Expires"]) if values.get("X-Amz-Expires", "").isdigit() else 300
    pieces = credential.split("/")
    if len(pieces) != 5 or pieces[4] != "aws4_request" or not all(pieces):
        raise SignatureError(
            Failure.INCOMPLETE, f"Credential must have exactly 5 slash-delimited elements, got '{credential}'"
        )
    return _Parts(Scope(*pieces[:4]), timestamp, headers.split(";"), given, token, seconds)


def _check_time(parts: _Parts, now: datetime.datetime) -> None:
    try:
        signed = datetime.datetime.strptime(parts.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise SignatureError(
            Failure.INCOMPLETE, f"Date must be in ISO-8601 'basic format'. Got '{parts.timestamp}'."
        ) from None
    if parts.timestamp[:8] != parts.scope.date:
        raise SignatureError(
            Failure.MISMATCH, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
        )
    if parts.presigned_seconds is not None:
        latest = signed + datetime.timedelta(seconds=min(parts.presigned_seconds, LONGEST_PRESIGNED))
    else:
        latest = signed + MAXIMUM_SKEW
    if now > latest:
        raise SignatureError(
            Failure.SKEWED,
            f"Signature expired: {parts.timestamp} is now earlier than {now - MAXIMUM_SKEW:%Y%m%dT%H%M%SZ}",
        )
    if signed > now + MAXIMUM_SKEW:
        raise SignatureError(
            Failure.SKEWED,
            f"Signature not yet current: {parts.timestamp} is still later than {now + MAXIMUM_SKEW:%Y%m%dT%H%M%SZ}",
        )


def _check_signed_headers(request: Request, parts: _Parts) -> None:
    signed = parts.signed_headers
    if signed != sorted(signed) or signed != [name.lower() for name in signed]:
        raise SignatureError(Failure.MISMATCH, "SignedHeaders must be lower case and sorted")
    if "host" not in signed:
        raise SignatureError(Failure.MISMATCH, "'Host' must be a 'SignedHeader' in the AWS Authorization.")
    for name in {key.lower() for key, _ in request.headers}:
        if name.startswith("x-amz") and name not in signed and name not in _UNSIGNED_AMZ_HEADERS:
            raise SignatureError(
                Failure.MISMATCH, f"There were headers present in the request which were not signed: {name}"
            )


def _payload_hash(request: Request, parts: _Parts) -> str:
    actual = hashlib.sha256(request.body).hexdigest()
    claimed = request.header("X-Amz-Content-Sha256")
    if parts.scope.service != "s3":
        if claimed is not None and claimed != actual:
            raise SignatureError(
                Failure.MISMATCH, "The provided 'x-amz-content-sha256' header does not match what was computed."
            )
        return actual
    if parts.presigned_seconds is not None:
        return claimed or "UNSIGNED-PAYLOAD"
    if claimed is None:
        raise SignatureError(Failure.INCOMPLETE, "Missing required header for this request: x-amz-content-sha256")
    if re.fullmatch("[0-9a-f]{64}", claimed) and claimed != actual:
        raise SignatureError(
            Failure.MISMATCH, "The provided 'x-amz-content-sha256' header does not match what was computed."
        )
    return claimed  # UNSIGNED-PAYLOAD, or the seed of a STREAMING- payload
