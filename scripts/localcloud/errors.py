"""Errors in each protocol's own shape."""

import json
import uuid
from html import escape

from .http_server import Response
from .operations import Operation
from .signatures import Failure

# Per failure of authentication: code and status for JSON and REST services, for query services, and for EC2.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html and each service's "Common errors".
_SIGNATURE_ERRORS = {
    Failure.MISSING: (
        ("MissingAuthenticationTokenException", 400),
        ("MissingAuthenticationToken", 403),
        ("MissingParameter", 400),
    ),
    Failure.INCOMPLETE: (("IncompleteSignatureException", 400), ("IncompleteSignature", 400), ("AuthFailure", 401)),
    Failure.UNKNOWN_KEY: (("UnrecognizedClientException", 400), ("InvalidClientTokenId", 403), ("AuthFailure", 401)),
    Failure.MISMATCH: (("InvalidSignatureException", 400), ("SignatureDoesNotMatch", 403), ("AuthFailure", 401)),
    Failure.SKEWED: (("InvalidSignatureException", 400), ("SignatureDoesNotMatch", 403), ("RequestExpired", 400)),
    Failure.EXPIRED_TOKEN: (("ExpiredTokenException", 400), ("ExpiredToken", 403), ("RequestExpired", 400)),
}

_S3_CODES = {
    Failure.MISSING: "AccessDenied",
    Failure.INCOMPLETE: "AuthorizationHeaderMalformed",
    Failure.UNKNOWN_KEY: "InvalidAccessKeyId",
    Failure.MISMATCH: "SignatureDoesNotMatch",
    Failure.SKEWED: "RequestTimeTooSkewed",
    Failure.EXPIRED_TOKEN: "ExpiredToken",
}


def signature_error(operation: Operation, failure: Failure, message: str) -> Response:
    if operation.protocol == "s3":
        return error_response(operation, _S3_CODES[failure], 403, message)
    json_error, query_error, ec2_error = _SIGNATURE_ERRORS[failure]
    code, status = {"query": query_error, "ec2": ec2_error}.get(operation.protocol, json_error)
    if operation.protocol == "rest-json":
        status = 403
    return error_response(operation, code, status, message)


def access_denied(operation: Operation, message: str) -> Response:
    if operation.protocol == "ec2":
        return error_response(operation, "UnauthorizedOperation", 403, message)
    if operation.protocol in ("json", "cbor"):
        return error_response(operation, "AccessDeniedException", 400, message)
    if operation.protocol == "rest-json":
        return error_response(operation, "AccessDeniedException", 403, message)
    if operation.service == "sns":
        return error_response(operation, "AuthorizationError", 403, message)
    return error_response(operation, "AccessDenied", 403, message)


def error_response(operation: Operation, code: str, status: int, message: str) -> Response:
    """An error as `operation`'s service sends it."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    kind = "Sender" if status < 500 else "Receiver"
    if operation.protocol in ("json", "cbor"):
        namespace = (
            "com.amazonaws.dynamodb.v20120810#" if operation.service == "dynamodb" and not _is_common(code) else ""
        )
        namespace = "com.amazon.coral.service#" if operation.service == "dynamodb" and not namespace else namespace
        # DynamoDB spells the member "Message" for errors of the common layer, everyone else "message".
        member = "Message" if namespace.startswith("com.amazon.coral") else "message"
        body = json.dumps({"__type": namespace + code, member: message}).encode()
        version = "1.0" if operation.service in ("dynamodb", "states", "sqs") else "1.1"
        if operation.service == "sqs":
            headers.append(("x-amzn-query-error", f"{code};{kind}"))
        return Response(status, body, [*headers, ("Content-Type", f"application/x-amz-json-{version}")])
    if operation.protocol == "rest-json":
        body = json.dumps({"message": message}).encode()
        return Response(status, body, [*headers, ("x-amzn-ErrorType", code), ("Content-Type", "application/json")])
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if operation.protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    elif operation.protocol == "s3":
        text = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    else:
        text = f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    return Response(status, body, [*headers, ("Content-Type", "text/xml")])


def _is_common(code: str) -> bool:
    """Whether an error comes from the layer in front of every JSON service, not from DynamoDB itself."""
    return code in {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        "ServiceUnavailableException",
        "ThrottlingException",
    }
