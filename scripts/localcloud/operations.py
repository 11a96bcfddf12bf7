"""Names the service and operation of a request, from what the protocols put into it and botocore's service models."""

import functools
import json
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import botocore.session

from .http_server import Request

# Signing names (credential scopes) whose IAM prefix is another.
_IAM_PREFIXES = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "eventbridge": "events",
    "execute-api": "execute-api",
    "tagging": "tag",
}

# REST services: signing name to the botocore models it may mean.
_REST_MODELS = {
    "lambda": ["lambda"],
    "ses": ["sesv2"],
    "eks": ["eks"],
    "imagebuilder": ["imagebuilder"],
    "iotdata": ["iot-data"],
    "scheduler": ["scheduler"],
    "states": ["stepfunctions"],
}

# Operations whose IAM action has another name. https://docs.aws.amazon.com/service-authorization/latest/reference/
_ACTION_NAMES = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "sns:PublishBatch": "sns:Publish",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
}


@dataclass(frozen=True)
class Operation:
    """What a request asks for. `parameters` is the parsed JSON body or the query parameters, with path labels merged
    in."""

    service: str  # the IAM prefix
    name: str
    protocol: str  # "json", "rest-json", "query", "ec2", "s3"
    region: str
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        plain = f"{self.service}:{self.name}"
        return _ACTION_NAMES.get(plain, plain)


def identify(request: Request, signing_name: str, region: str) -> Operation:
    service = _IAM_PREFIXES.get(signing_name, signing_name)
    target = request.header("X-Amz-Target")
    if target is not None:
        return Operation(service, target.rpartition(".")[2], "json", region, _json(request.body))
    cbor = re.fullmatch(r"/service/[^/]+/operation/([^/]+)", request.path)
    if cbor:
        return Operation(service, cbor[1], "cbor", region)
    if signing_name == "s3":
        return Operation(service, _s3_name(request), "s3", region)
    if signing_name in _REST_MODELS and not (signing_name == "ses" and not request.path.startswith("/v2/")):
        for model in _REST_MODELS[signing_name]:
            found = _match_rest(model, request)
            if found:
                name, labels = found
                return Operation(
                    service, name, "rest-json", region, {**_query(request), **_json(request.body), **labels}
                )
        return Operation(service, f"{request.method} {request.path}", "rest-json", region, _json(request.body))
    form = dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True))
    if "x-www-form-urlencoded" in (request.header("Content-Type") or ""):
        form.update(urllib.parse.parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if "Action" in form:
        protocol = "ec2" if signing_name == "ec2" else "query"
        return Operation(service, form["Action"], protocol, region, form)
    return Operation(service, f"{request.method} {request.path}", "rest-json", region, _json(request.body))


def _query(request: Request) -> dict[str, Any]:
    """The parameters in the query; one that occurs several times is a list."""
    parameters = urllib.parse.parse_qs(request.query, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in parameters.items()}


def _json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


@functools.cache
def _rest_routes(model: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path expression and operation name; the most literal paths first."""
    operations = (
        botocore.session.get_session().get_component("data_loader").load_service_model(model, "service-2")["operations"]
    )
    routes = []
    for name, operation in operations.items():
        path = operation["http"]["requestUri"].partition("?")[0].rstrip("/")
        expression = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", path)
        expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", expression)
        routes.append((path.count("{"), -len(path), operation["http"]["method"], re.compile(expression + "/?"), name))
    routes.sort(key=lambda route: route[:2])
    return [route[2:] for route in routes]


def _match_rest(model: str, request: Request) -> tuple[str, dict[str, str]] | None:
    for method, expression, name in _rest_routes(model):
        match = expression.fullmatch(request.path) if method == request.method else None
        if match:
            return name, {label: urllib.parse.unquote(value) for label, value in match.groupdict().items()}
    return None


def _s3_name(request: Request) -> str:
    verb = {"GET": "Get", "HEAD": "Head", "PUT": "Put", "POST": "Post", "DELETE": "Delete"}.get(
        request.method, request.method
    )
    bucket, _, key = request.path.lstrip("/").partition("/")
    subresource = request.query.partition("&")[0].partition("=")[0]
    if key:
        return f"{verb}Object" + (f" ({subresource})" if subresource and not subresource.startswith("x-id") else "")
    return f"{verb}Bucket" + (f" ({subresource})" if subresource else "") if bucket else "ListAllMyBuckets"
