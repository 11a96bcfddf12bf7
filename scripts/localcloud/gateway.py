"""The front of the local cloud: authenticates, authorizes, injects faults, lets the action take effect, and logs."""

import base64
import datetime
import json
import re
import time
import traceback
import urllib.parse
from dataclasses import replace
from typing import Any

from moto.sts.models import sts_backends

from . import actions, errors
from .asynchronous import AsynchronousInvocations
from .authorization import ALLOWED, Circumstances, Verdict, decide
from .faults import Fault, Faults, Subject
from .functions import FunctionError, Functions, find_function
from .http_server import ConnectionReset, Request, Response
from .identities import Identities, Principal, find_role, partition_of
from .mail import Mailbox
from .moto_bridge import Moto
from .operations import Operation, identify
from .policies import Need
from .request_log import RequestLog
from .services import Services
from .signatures import Scope, SignatureError, scope_of, verify

_LARGEST_PAYLOAD = 6 * 1024 * 1024 + 100
_LONGEST_CHAINED_SESSION = 3600


class Gateway:
    """Answers AWS requests. `session_seconds` limits every session that AssumeRole gives, so that renewal can be
    tested."""

    def __init__(
        self, moto: Moto, identities: Identities, functions: Functions, invocations: AsynchronousInvocations,
        faults: Faults, mailbox: Mailbox, log: RequestLog, services: Services,
    ):  # fmt: skip
        self.session_seconds: float | None = None
        self._moto = moto
        self._identities = identities
        self._functions = functions
        self._invocations = invocations
        self._faults = faults
        self._mailbox = mailbox
        self._log = log
        self._services = services

    def answer(self, request: Request) -> Response:
        entry: dict[str, Any] = {
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "connection": request.connection,
            "request_bytes": len(request.body),
            "user_agent": request.header("User-Agent"),
            "sdk_request": request.header("amz-sdk-request"),
            "invocation_id": request.header("amz-sdk-invocation-id"),
        }
        started = time.monotonic()
        entry["started"] = round(started, 6)
        try:
            response = self._answer(request, entry)
        except ConnectionReset:
            entry["status"] = None
            raise
        except Exception as error:
            # A failure of the stand-in itself, mostly an operation that moto does not know. The server's log has the
            # traceback.
            # 501 is an error that no SDK retries: Terraform's provider would try anything else for minutes.
            traceback.print_exc()
            entry["failure"] = f"{type(error).__name__}: {error}"
            operation = Operation(entry.get("service", ""), "", entry.get("protocol", "json"), "")
            message = f"The local cloud failed at {entry.get('action')}: {entry['failure']}"
            response = errors.error_response(operation, "NotImplemented", 501, message)
        finally:
            entry["seconds"] = round(time.monotonic() - started, 6)
            if "status" in entry:
                self._log.add(entry)
        entry |= {"status": response.status, "response_bytes": len(response.body), "error": _error_code(response)}
        self._log.add(entry)
        return response

    def _answer(self, request: Request, entry: dict[str, Any]) -> Response:
        claimed = scope_of(request)
        operation = identify(request, claimed.service if claimed else "", claimed.region if claimed else "")
        entry |= {
            "service": operation.service,
            "action": operation.action,
            "protocol": operation.protocol,
            "region": operation.region,
        }
        try:
            scope = verify(request, self._identities.find_secret)
        except SignatureError as error:
            entry |= {
                "verdict": "unauthenticated",
                "reason": f"{error.failure.value}: {error.message.partition(chr(10))[0]}",
            }
            return errors.signature_error(operation, error.failure, error.message)
        principal = self._identities.principal(scope.access_key)
        assert principal is not None  # it has a secret
        needs = actions.needs(operation, principal.account)
        verdict, refused = self._decide(principal, needs, operation, request)
        entry |= {
            "principal": principal.arn,
            "session": principal.session_arn,
            "account": principal.account,
            "function": principal.function,
            "needs": [{"action": need.action, "resource": need.resource} for need in needs],
            "verdict": "administrator" if principal.is_administrator else "allowed" if verdict.allowed else "denied",
        }
        if not verdict.allowed:
            entry |= {"reason": verdict.reason, "refused": refused.action if refused else None}
            return errors.access_denied(operation, f"User: {principal.session_arn} {verdict.reason}")
        return self._with_faults(request, operation, scope, principal, needs, entry)

    def _decide(
        self, principal: Principal, needs: list[Need], operation: Operation, request: Request
    ) -> tuple[Verdict, Need | None]:
        if operation.action == "sts:AssumeRole" and principal.is_administrator:
            # An administrator reaches every account, with a role that exists or without one.
            return ALLOWED, None
        return decide(principal, needs, Circumstances(operation.region, request.header("User-Agent") or ""))

    def _with_faults(
        self,
        request: Request,
        operation: Operation,
        scope: Scope,
        principal: Principal,
        needs: list[Need],
        entry: dict[str, Any],
    ) -> Response:
        names = list(dict.fromkeys([operation.action, *(need.action for need in needs)]))
        body = request.body.decode("utf-8", "replace")
        subject = Subject(names, [need.resource for need in needs], principal.function, principal.arn, body)
        struck = self._faults.strike(subject)
        if struck:
            entry["faults"] = [{"id": fault.id, "effect": fault.effect} for fault in struck]
        effects: dict[str, Fault] = {fault.effect: fault for fault in struck}
        if "delay" in effects:
            time.sleep(effects["delay"].seconds)
        if "error" in effects:
            fault = effects["error"]
            return errors.error_response(operation, fault.code, fault.status, fault.message)
        if "kill-before" in effects:
            self._functions.kill(principal.function)
        if "kill-before" in effects or "reset-before" in effects:
            raise ConnectionReset
        response = self._take_effect(request, operation, scope, principal)
        entry["took_effect"] = response.status < 400
        if "kill-after" in effects:
            self._functions.kill(principal.function)
        if "kill-after" in effects or "reset-after" in effects:
            raise ConnectionReset
        return response

    def _take_effect(self, request: Request, operation: Operation, scope: Scope, principal: Principal) -> Response:
        if operation.action == "lambda:InvokeFunction":
            return self._invoke(request, operation, principal)
        if operation.action == "sts:AssumeRole":
            return self._assume_role(request, operation, scope, principal)
        played = self._services.answer(operation, principal.account)
        if played is not None:
            return played
        response = self._moto.call(request, _account_of_key(operation) or principal.account, scope)
        is_mail = operation.action in ("ses:SendEmail", "ses:SendRawEmail") and operation.protocol == "rest-json"
        if is_mail and response.status == 200:
            self._mailbox.keep(operation, principal.account, json.loads(response.body).get("MessageId", ""))
        return response

    def _assume_role(self, request: Request, operation: Operation, scope: Scope, principal: Principal) -> Response:
        parameters = operation.parameters
        try:
            wanted = int(parameters.get("DurationSeconds", 3600))
        except ValueError:
            return errors.error_response(operation, "ValidationError", 400, "DurationSeconds must be a number")
        arn = parameters.get("RoleArn", "")
        role = find_role(arn)
        longest = int(role.max_session_duration or 3600) if role else 43200
        if ":assumed-role/" in principal.session_arn and not principal.is_administrator:
            longest = min(longest, _LONGEST_CHAINED_SESSION)
        if not 900 <= wanted <= longest:
            message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            return errors.error_response(operation, "ValidationError", 400, message)
        seconds = min(float(wanted), self.session_seconds or float(wanted))
        form = {**parameters, "DurationSeconds": str(max(int(seconds), 1))}
        changed = replace(request, body=urllib.parse.urlencode(form).encode())
        with self._moto.lock:
            response = self._moto.call(changed, principal.account, scope)
            if response.status == 200:
                account = arn.split(":")[4]
                session = sts_backends[account][partition_of(operation.region)].assumed_roles[-1]
                self._identities.add_session(session, seconds, principal.is_administrator, principal.function)
        return response

    def _invoke(self, request: Request, operation: Operation, principal: Principal) -> Response:
        try:
            function = find_function(principal.account, operation.region, operation.parameters["FunctionName"])
        except FunctionError as error:
            return errors.error_response(operation, "ResourceNotFoundException", 404, str(error))
        kind = request.header("X-Amz-Invocation-Type") or "RequestResponse"
        if len(request.body) > _LARGEST_PAYLOAD:
            return errors.error_response(
                operation,
                "RequestTooLargeException",
                413,
                "Request must be smaller than 6291556 bytes for the InvokeFunction operation",
            )
        payload = request.body or b"{}"
        try:
            json.loads(payload)
        except ValueError:
            return errors.error_response(
                operation, "InvalidRequestContentException", 400, "Could not parse request body into json"
            )
        if kind == "DryRun":
            return Response(204)
        if kind == "Event":
            request_id = self._invocations.send(function, payload)
            return Response(202, b"", [("x-amzn-RequestId", request_id)])
        try:
            outcome = self._functions.invoke(function, payload)
        except FunctionError as error:
            return errors.error_response(operation, "InvalidRuntimeException", 502, str(error))
        headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
        if outcome.function_error:
            headers.append(("X-Amz-Function-Error", outcome.function_error))
        if request.header("X-Amz-Log-Type") == "Tail":
            headers.append(("X-Amz-Log-Result", base64.b64encode(outcome.log.encode()[-4096:]).decode()))
        return Response(200, outcome.payload, headers)


def _account_of_key(operation: Operation) -> str | None:
    """The account of the key that a request to KMS names by its ARN: moto looks in the caller's own account alone."""
    parts = str(operation.parameters.get("KeyId", "")).split(":")
    return parts[4] if operation.service == "kms" and len(parts) == 6 else None


def _error_code(response: Response) -> str | None:
    """The error code of an answer, whatever its protocol."""
    if response.status < 400:
        return None
    header = response.header("x-amzn-ErrorType")
    if header:
        return header.partition(":")[0]
    try:
        code = json.loads(response.body).get("__type", "")
    except (ValueError, AttributeError):
        match = re.search(rb"<Code>([^<]*)</Code>", response.body)
        code = match[1].decode() if match else ""
    return code.rpartition("#")[2] or None
