"""The local cloud's own endpoints, under `/_localcloud/`: JSON in, JSON out, no credentials (it listens on 127.0.0.1
only)."""

import json
import urllib.parse
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

from .authorization import identity_documents
from .faults import Fault
from .functions import find_function
from .http_server import Request, Response
from .seeding import seed_images

if TYPE_CHECKING:
    from .cloud import Cloud

Parameters = dict[str, Any]


class Admin:
    def __init__(self, cloud: "Cloud"):
        self._cloud = cloud
        self._routes: dict[tuple[str, str], Callable[[Parameters], Any]] = {
            ("GET", "status"): self._status,
            ("GET", "requests"): lambda p: cloud.log.since(int(p.get("since", 0))),
            ("GET", "mail"): lambda p: [m for m in cloud.mailbox.all() if p.get("subject", "") in (m["subject"] or "")],
            ("GET", "tables"): self._tables,
            ("GET", "functions"): lambda p: cloud.functions.identifiers(),
            ("GET", "logs"): lambda p: {"log": cloud.functions.log(p["function"])},
            ("GET", "invocations"): lambda p: cloud.invocations.history[int(p.get("since", 0)) :],
            ("GET", "deliveries"): lambda p: cloud.events.deliveries,
            ("GET", "policies"): lambda p: self._policies(p["function"]),
            ("GET", "faults"): lambda p: cloud.faults.all(),
            ("POST", "faults"): lambda p: asdict(cloud.faults.add(Fault.parse(p))),
            ("DELETE", "faults"): lambda p: cloud.faults.clear(int(p["id"]) if "id" in p else None),
            ("POST", "events"): self._put_event,
            ("POST", "images"): lambda p: seed_images(p["account"], p["region"], p["images"]),
            ("POST", "schedules"): lambda p: cloud.events.fire_schedule(p["account"], p["region"], p["rule"]),
            ("POST", "settings"): self._settings,
        }

    def answer(self, request: Request) -> Response:
        name = request.path.removeprefix("/_localcloud/").strip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            return _json(404, {"error": f"there is no {request.method} {name}"})
        parameters: Parameters = dict(urllib.parse.parse_qsl(request.query))
        try:
            if request.body:
                parameters |= json.loads(request.body)
            return _json(200, route(parameters))
        except Exception as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _status(self, parameters: Parameters) -> Any:
        return {
            "endpoint": self._cloud.endpoint,
            "pending": self._cloud.invocations.pending,
            "invocations": len(self._cloud.invocations.history),
            "requests": self._cloud.log.count,
        }

    def _put_event(self, parameters: Parameters) -> Any:
        event = parameters["event"]
        matched = self._cloud.events.put(
            parameters["account"], parameters["region"], event, parameters.get("bus", "default")
        )
        return {"matched": matched}

    def _settings(self, parameters: Parameters) -> Any:
        """`session_seconds`: how long sessions of AssumeRole last at most (null: as asked); `credential_seconds`: those
        given to functions; `retry_seconds`: the wait before an asynchronous invocation is tried again; `report_seconds`:
        how long an image usage report is pending; `recycle`:
        true starts every function cold at its next invocation, a function's id just that one; `function_environment`: variables that every function
        gets besides its own."""
        if "session_seconds" in parameters:
            self._cloud.gateway.session_seconds = parameters["session_seconds"]
        if "credential_seconds" in parameters:
            self._cloud.functions.credential_seconds = float(parameters["credential_seconds"])
        if "report_seconds" in parameters:
            self._cloud.image_usage_reports.pending_seconds = float(parameters["report_seconds"])
        if "retry_seconds" in parameters:
            self._cloud.invocations.retry_seconds = float(parameters["retry_seconds"])
        if "function_environment" in parameters:
            self._cloud.functions.extra_environment = dict(parameters["function_environment"] or {})
        if recycled := parameters.get("recycle"):
            self._cloud.functions.recycle(None if recycled is True else str(recycled))
        return {
            "session_seconds": self._cloud.gateway.session_seconds,
            "credential_seconds": self._cloud.functions.credential_seconds,
            "retry_seconds": self._cloud.invocations.retry_seconds,
        }

    def _tables(self, parameters: Parameters) -> Any:
        """Every table, or those of one `account`, one `region`, or whose name `ends` so, with its items as plain JSON values,
        in the order of their keys: account → region → table → items. `containing` (a JSON list) leaves only items of which
        some text holds one of these."""
        found: dict[str, Any] = {}
        account, region, end = (parameters.get(name) for name in ("account", "region", "ends"))
        wanted = json.loads(parameters.get("containing", "[]"))
        for number in [account] if account else list(dynamodb_backends.keys()):
            for place in [region] if region else list(dynamodb_backends[number].keys()):
                for name, table in list(dynamodb_backends[number][place].tables.items()):
                    if name.endswith(end or ""):
                        found.setdefault(number, {}).setdefault(place, {})[name] = _items(table, wanted)
        return found

    def _policies(self, identifier: str) -> Any:
        """The policy documents of a function's role, so that permissions that are never used can be found."""
        account, region, name = identifier.split("/")
        function = find_function(account, region, name)
        principal = self._cloud.identities.of_role(function.role, name)
        return [json.loads(document) for document in identity_documents(principal)]


def _items(table: Table, wanted: list[str]) -> list[dict[str, Any]]:
    items = [
        plain_item(item.to_json()["Attributes"])
        for part in list(table.items.values())
        for item in (list(part.values()) if table.range_key_attr else [part])
        if not wanted or _contains(item, wanted)
    ]
    keys = [key for key in (table.hash_key_attr, table.range_key_attr) if key]
    return sorted(items, key=lambda item: [item[key] for key in keys])


def _contains(item: Item, wanted: list[str]) -> bool:
    texts = [value.value for value in item.attrs.values() if value.type == "S"]
    return any(each in text for text in texts for each in wanted)


def plain_item(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: dict[str, Any]) -> Any:
    """A DynamoDB attribute value as plain JSON."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return float(content) if "." in content else int(content)
        case "L":
            return [_plain(element) for element in content]
        case "M":
            return plain_item(content)
        case "NS":
            return sorted(map(float, content))
        case "SS" | "BS":
            return sorted(content)
        case "NULL":
            return None
    return content


def _json(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value, default=str).encode(), [("Content-Type", "application/json")])
