"""Asynchronous invocation, as Lambda does it: a queue a function, two retries, then the dead-letter queue or a
destination.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

import datetime
import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from .functions import FunctionError, Functions, function_id
from .policies import Need
from .runtime_process import Outcome

MAXIMUM_RETRIES = 2


@dataclass(frozen=True)
class _Event:
    function: LambdaFunction
    payload: bytes
    request_id: str


class AsynchronousInvocations:
    """Delivers events to functions, each function's one after another, functions side by side."""

    def __init__(self, functions: Functions, moto_lock: "threading.RLock", retry_seconds: float = 0.2):
        self.retry_seconds = retry_seconds
        """How long a failed invocation waits before it is tried again (AWS: one minute, then two)."""
        self.history: list[dict[str, Any]] = []
        """Every event's end: function, request id, attempts, error (None when it went well), where the failed event
        went."""
        self._functions = functions
        self._moto_lock = moto_lock
        self._queues: dict[str, queue.Queue[_Event]] = {}
        self._pending = 0
        self._lock = threading.Lock()

    def send(self, function: LambdaFunction, payload: bytes) -> str:
        """Queues an event; returns its request id."""
        event = _Event(function, payload, str(uuid.uuid4()))
        name = function_id(function)
        with self._lock:
            self._pending += 1
            waiting = self._queues.get(name)
            if waiting is None:
                waiting = self._queues[name] = queue.Queue()
                threading.Thread(target=self._work, args=(waiting,), name=f"async {name}", daemon=True).start()
            waiting.put(event)
        return event.request_id

    @property
    def pending(self) -> int:
        """Events that are queued, running, or waiting for a retry."""
        with self._lock:
            return self._pending

    def _work(self, waiting: "queue.Queue[_Event]") -> None:
        while True:
            event = waiting.get()
            try:
                self._deliver(event)
            except Exception as error:  # one event's trouble must not end the queue
                self._note(event, 0, f"{type(error).__name__}: {error}", [])
            finally:
                with self._lock:
                    self._pending -= 1

    def _deliver(self, event: _Event) -> None:
        retries = int(_event_invoke_config(event.function).get("MaximumRetryAttempts", MAXIMUM_RETRIES))
        outcome, attempts = None, 0
        while attempts <= retries:
            if attempts:
                time.sleep(self.retry_seconds)
            attempts += 1
            try:
                outcome = self._functions.invoke(event.function, event.payload, event.request_id)
            except (FunctionError, RuntimeError, OSError) as error:
                outcome = Outcome(
                    json.dumps({"errorType": "Lambda.Failure", "errorMessage": str(error)}).encode(), "Unhandled", ""
                )
            if outcome.function_error is None:
                self._to_destination(event, outcome, attempts, "OnSuccess")
                self._note(event, attempts, None, [])
                return
        assert outcome is not None
        sent = [*self._to_dead_letters(event, outcome), *self._to_destination(event, outcome, attempts, "OnFailure")]
        self._note(event, attempts, outcome.payload.decode("utf-8", "replace"), sent)

    def _note(self, event: _Event, attempts: int, error: str | None, sent: list[str]) -> None:
        entry = {"function": function_id(event.function), "request_id": event.request_id, "attempts": attempts}
        self.history.append({**entry, "error": error, "sent_to": sent})

    def _to_dead_letters(self, event: _Event, outcome: Outcome) -> list[str]:
        target = (getattr(event.function, "dead_letter_config", None) or {}).get("TargetArn")
        if not target:
            return []
        message = json.loads(outcome.payload or b"{}").get("errorMessage", "") if outcome.payload else ""
        attributes = {"RequestID": event.request_id, "ErrorCode": "200", "ErrorMessage": message[:1024]}
        return self._send(event.function, target, event.payload.decode(), attributes)

    def _to_destination(self, event: _Event, outcome: Outcome, attempts: int, which: str) -> list[str]:
        target = _event_invoke_config(event.function).get("DestinationConfig", {}).get(which, {}).get("Destination")
        if not target:
            return []
        record = {
            "version": "1.0",
            "timestamp": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "requestContext": {
                "requestId": event.request_id,
                "functionArn": f"{event.function.function_arn}:$LATEST",
                "condition": "Success" if outcome.function_error is None else "RetriesExhausted",
                "approximateInvokeCount": attempts,
            },
            "requestPayload": json.loads(event.payload or b"null"),
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
            "responsePayload": json.loads(outcome.payload or b"null"),
        }
        if outcome.function_error:
            record["responseContext"]["functionError"] = outcome.function_error  # type: ignore[index]
        return self._send(event.function, target, json.dumps(record), {})

    def _send(self, function: LambdaFunction, target: str, body: str, attributes: dict[str, str]) -> list[str]:
        """Sends to a queue or topic with the permissions of the function's role; returns where it went."""
        service = target.split(":")[2]
        action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get(service)
        if action is None or not self._functions.may(function, Need(action, target)):
            return [f"nowhere: the role may not {action or 'send'} to {target}"]
        return [target] if send_to(target, body, attributes, self._moto_lock) else [f"nowhere: {target} does not exist"]


def send_to(target: str, body: str, attributes: dict[str, str], moto_lock: "threading.RLock") -> bool:
    """Puts a message into a queue or topic of moto; False when there is none of this ARN."""
    _, _, service, region, account, name = target.split(":", 5)
    with moto_lock:
        if service == "sqs":
            backend = sqs_backends[account][region]
            if name not in backend.queues:
                return False
            typed = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
            backend.send_message(name, body, message_attributes=typed)
            return True
        topic = sns_backends[account][region].topics.get(target)
        if topic is None:
            return False
        topic.publish(body, message_attributes={k: {"Type": "String", "Value": v} for k, v in attributes.items()})
        return True


def _event_invoke_config(function: LambdaFunction) -> dict[str, Any]:
    configured = function.event_invoke_config
    return configured[0].config if configured else {}
