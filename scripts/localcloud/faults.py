"""Faults as values: which requests they strike, how often, and what happens then."""

import itertools
import re
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any

# What a fault does. `before` the action takes effect, or `after` it, where both make sense.
EFFECTS = {
    "error",  # answer with `status` and `code`; the action does not take effect
    "delay",  # wait `seconds`, then go on
    "reset-before",  # drop the connection; the action does not take effect
    "reset-after",  # the action takes effect, and the connection is dropped instead of the answer
    "kill-before",  # kill the process of the function that asks; the action does not take effect
    "kill-after",  # the action takes effect, and the process is killed before it gets the answer
}


@dataclass
class Fault:
    """One fault. A request is struck when everything that is given matches, after `skip` matching ones were let
    through.

    `action` ("dynamodb:PutItem", "ses:*"), `function` (name of a Lambda function), `principal` (ARN) and `body` (of the
    request, whole) may hold `*`. An empty one matches every request. `times` is how many are struck; None: all.
    """

    effect: str
    action: str = "*"
    function: str = ""
    principal: str = ""
    resource: str = ""
    body: str = ""
    status: int = 500
    code: str = "InternalServerError"
    message: str = "Injected by the local cloud."
    seconds: float = 0.0
    skip: int = 0
    times: int | None = 1
    id: int = 0
    struck: int = 0
    matched: int = 0

    @staticmethod
    def parse(value: dict[str, Any]) -> "Fault":
        known = {item.name for item in fields(Fault)} - {"id", "struck", "matched"}
        unknown = set(value) - known
        if unknown:
            raise ValueError(f"unknown members of a fault: {', '.join(sorted(unknown))}")
        if value.get("effect") not in EFFECTS:
            raise ValueError(f"effect must be one of {', '.join(sorted(EFFECTS))}")
        return Fault(**value)


@dataclass(frozen=True)
class Subject:
    """What faults are matched with. `actions` holds the operation's own action and those of a transaction's members."""

    actions: list[str]
    resources: list[str] = field(default_factory=list)
    function: str = ""
    principal: str = ""
    body: str = ""


class Faults:
    """The faults in force. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            fault.id = next(self._ids)
            self._faults.append(fault)
        return fault

    def clear(self, identifier: int | None = None) -> None:
        with self._lock:
            self._faults = [fault for fault in self._faults if identifier is not None and fault.id != identifier]

    def all(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def strike(self, subject: Subject) -> list[Fault]:
        """The faults that strike this request, each counted as used."""
        struck = []
        with self._lock:
            for fault in self._faults:
                if not _matches(fault, subject):
                    continue
                fault.matched += 1
                if fault.matched > fault.skip and (fault.times is None or fault.struck < fault.times):
                    fault.struck += 1
                    struck.append(fault)
        return struck


def _matches(fault: Fault, subject: Subject) -> bool:
    return (
        any(_like(fault.action, action) for action in subject.actions)
        and (not fault.function or _like(fault.function, subject.function))
        and (not fault.principal or _like(fault.principal, subject.principal))
        and (not fault.body or _like(fault.body, subject.body))
        and (not fault.resource or any(_like(fault.resource, resource) for resource in subject.resources))
    )


def _like(pattern: str, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.IGNORECASE | re.DOTALL) is not None
