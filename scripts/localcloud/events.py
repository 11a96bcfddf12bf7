"""EventBridge: who gets an event is decided by the deployed rules' own patterns, permissions and targets."""

import datetime
import json
import re
import threading
import uuid
from typing import Any

from moto.events.models import Rule, events_backends

from . import patterns
from .asynchronous import AsynchronousInvocations, send_to
from .authorization import service_may
from .functions import FunctionError, find_function
from .policies import Need

_SERVICE = "events.amazonaws.com"
_ACTIONS = {"lambda": "lambda:InvokeFunction", "sqs": "sqs:SendMessage", "sns": "sns:Publish"}


class EventBus:
    """Delivers events to the targets of the rules they match."""

    def __init__(self, invocations: AsynchronousInvocations, moto_lock: "threading.RLock"):
        self.deliveries: list[dict[str, Any]] = []
        """Every attempt to deliver: rule, target, event id, and `error` (None when it was delivered)."""
        self._invocations = invocations
        self._moto_lock = moto_lock

    def put(self, account: str, region: str, event: dict[str, Any], bus: str = "default") -> list[str]:
        """Puts a whole event on a bus of an account; returns the ARNs of the rules it matched.

        Envelope members that are missing are made up. `account` and `region` are those of the bus, as on AWS.
        """
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        envelope = {"version": "0", "id": str(uuid.uuid4()), "time": now, "resources": [], "detail": {}}
        complete = {**envelope, **event, "account": account, "region": region}
        matched = []
        found = events_backends[account][region].event_buses.get(bus)
        for rule in list(found.rules.values()) if found else []:
            pattern = rule.event_pattern.get_pattern()
            if rule.state == "ENABLED" and pattern and patterns.matches(pattern, complete):
                matched.append(rule.arn)
                self.deliver(rule, complete)
        return matched

    def fire_schedule(self, account: str, region: str, name: str) -> list[str]:
        """Runs a scheduled rule now; returns the ARNs of its targets."""
        rule = events_backends[account][region].event_buses["default"].rules.get(name)
        if rule is None or not rule.scheduled_expression:
            raise ValueError(f"there is no scheduled rule {name} in {account} {region}")
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": "Scheduled Event", "source": "aws.events",
            "account": account, "time": now, "region": region, "resources": [rule.arn], "detail": {},
        }  # fmt: skip
        self.deliver(rule, event)
        return [target["Arn"] for target in rule.targets]

    def deliver(self, rule: Rule, event: dict[str, Any]) -> None:
        for target in list(rule.targets):
            error = self._deliver_to(rule, target, event)
            note = {"rule": rule.arn, "target": target["Arn"], "event_id": event["id"], "error": error}
            if error:
                note["dead_letter"] = self._to_dead_letters(rule, target, event, error)
            self.deliveries.append(note)

    def _deliver_to(self, rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> str | None:
        arn = target["Arn"]
        _, _, service, region, account, _ = arn.split(":", 5)
        action = _ACTIONS.get(service)
        if action is None:
            return f"targets of {service} are not played by the local cloud"
        verdict = service_may(_SERVICE, Need(action, arn), rule.arn, rule.account_id)
        if not verdict.allowed:
            return f"NO_PERMISSIONS: {verdict.reason}"
        payload = target_input(target, event, rule.arn)
        if service != "lambda":
            return None if send_to(arn, payload, {}, self._moto_lock) else "NO_RESOURCE"
        try:
            function = find_function(account, region, arn)
        except FunctionError as error:
            return f"NO_RESOURCE: {error}"
        self._invocations.send(function, payload.encode())
        return None

    def _to_dead_letters(self, rule: Rule, target: dict[str, Any], event: dict[str, Any], error: str) -> str | None:
        arn = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not arn or not service_may(_SERVICE, Need("sqs:SendMessage", arn), rule.arn, rule.account_id).allowed:
            return None
        attributes = {
            "RULE_ARN": rule.arn,
            "TARGET_ARN": target["Arn"],
            "ERROR_CODE": error.partition(":")[0],
            "ERROR_MESSAGE": error,
        }
        return arn if send_to(arn, json.dumps(event), attributes, self._moto_lock) else None


def target_input(target: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """What a target is given: the event, a part of it, a constant, or a template filled from it."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        return json.dumps(_at(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {name: _at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.json": event,
        "aws.events.event": event,
        "aws.events.event.ingestion-time": event["time"],
    }

    def replacement(match: re.Match[str]) -> str:
        value = values.get(match[2])
        quoted = match[1] == '"' and match[3] == '"'
        if isinstance(value, str):
            return json.dumps(value) if quoted else json.dumps(value)[1:-1]
        return json.dumps(value)

    return re.sub(
        r'("?)<([\w.-]+)>("?)',
        lambda m: replacement(m) if m[1] == m[3] else m[1] + replacement(m) + m[3],
        transformer["InputTemplate"],
    )


def _at(event: Any, path: str) -> Any:
    """The value at a JSON path of the simple kind EventBridge takes (`$.detail.instances[0].id`)."""
    value = event
    for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            return None
    return value
