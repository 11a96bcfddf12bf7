"""Every deployed function, run for real: one execution environment a function, warm between invocations."""

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.sts.models import sts_backends

from .authorization import Circumstances, decide
from .identities import Identities, partition_of
from .policies import Need
from .runtime_process import Configuration, Outcome, RuntimeProcess


class FunctionError(Exception):
    """A function that cannot be invoked: it does not exist, or its code is none."""


@dataclass
class _Environment:
    lock: threading.Lock
    process: RuntimeProcess | None = None
    expires: float = 0.0


def function_id(function: LambdaFunction) -> str:
    """The name a function goes by in the log, in faults and on the command line: `<account>/<region>/<name>`."""
    return f"{function.account_id}/{function.region}/{function.function_name}"


def find_function(account: str, region: str, name: str) -> LambdaFunction:
    """moto's function of a name or ARN."""
    if name.startswith("arn:"):
        parts = name.split(":")
        region, account, name = parts[3], parts[4], parts[6]
    elif name.count(":") >= 2:  # 123456789012:function:name
        account, name = name.split(":")[0], name.split(":")[2]
    name = name.partition(":")[0]
    for function in lambda_backends[account][region].list_functions():
        if function.function_name == name:
            return function
    raise FunctionError(f"Function not found: arn:aws:lambda:{region}:{account}:function:{name}")


class Functions:
    """Runs functions with their role's credentials. Safe to use from several threads."""

    def __init__(self, identities: Identities, emulator: str, directory: Path, endpoint: Callable[[], str]):
        self._identities = identities
        self._emulator = emulator
        self._directory = directory
        self._endpoint = endpoint
        self._environments: dict[str, _Environment] = {}
        self._lock = threading.Lock()
        self.credential_seconds = 3600.0
        """How long the credentials given to an execution environment are valid. It is replaced before they end."""
        self.extra_environment: dict[str, str] = {}
        """Variables that every function gets besides its own, such as the certificates of a test's own HTTPS server."""

    def invoke(self, function: LambdaFunction, payload: bytes, request_id: str | None = None) -> Outcome:
        environment = self._environment(function)
        request_id = request_id or str(uuid.uuid4())
        trace_id = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
        with environment.lock:
            outcome = self._process(environment, function).invoke(payload, request_id, trace_id)
        self._save_log(function, outcome.log)
        return outcome

    def kill(self, identifier: str) -> None:
        """Kills the process of a function in the middle of whatever it does."""
        environment = self._environments.get(identifier)
        if environment and environment.process:
            environment.process.kill_bootstrap()

    def recycle(self, identifier: str | None = None) -> None:
        """Gives up the warm execution environment of a function, or of all, once its invocation has ended."""
        for name, environment in list(self._environments.items()):
            if identifier not in (None, name):
                continue
            with environment.lock:
                if environment.process:
                    environment.process.stop()
                    environment.process = None

    def stop(self) -> None:
        for environment in list(self._environments.values()):
            if environment.process:
                environment.process.stop()

    def log(self, identifier: str) -> str:
        """Everything a function and its emulator wrote."""
        path = self._directory_of(identifier) / "log.txt"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def identifiers(self) -> list[str]:
        """The functions that exist, as `<account>/<region>/<name>`."""
        return sorted(
            function_id(function)
            for account in list(lambda_backends.keys())
            for region in list(lambda_backends[account].keys())
            for function in lambda_backends[account][region].list_functions()
        )

    def _environment(self, function: LambdaFunction) -> _Environment:
        with self._lock:
            return self._environments.setdefault(function_id(function), _Environment(threading.Lock()))

    def _directory_of(self, identifier: str) -> Path:
        return self._directory / identifier.replace("/", "-")

    def _process(self, environment: _Environment, function: LambdaFunction) -> RuntimeProcess:
        configuration = self._configuration(function)
        process = environment.process
        if process and (
            process.configuration != configuration or not process.is_alive or environment.expires < time.monotonic()
        ):
            process.stop()
            process = environment.process = None
        if process is None:
            if not getattr(function, "code_bytes", b""):
                raise FunctionError(f"{function.function_name} has no code")
            directory = self._directory_of(function_id(function))
            directory.mkdir(parents=True, exist_ok=True)
            credentials = self._credentials(function)
            process = RuntimeProcess(configuration, function.code_bytes, credentials, self._emulator, directory)
            environment.process = process
            # An invocation that starts just before the end still has valid credentials for its whole time.
            environment.expires = time.monotonic() + max(self.credential_seconds - configuration.timeout, 0)
        return process

    def _configuration(self, function: LambdaFunction) -> Configuration:
        variables = {
            "AWS_ENDPOINT_URL": self._endpoint(),
            **_logging_variables(function),
            **self.extra_environment,
            **{key: str(value) for key, value in (function.environment_vars or {}).items()},
        }
        return Configuration(
            function.function_name, function.account_id, function.region, function.code_sha_256, function.handler or "bootstrap",
            int(function.timeout), int(function.memory_size), tuple(sorted(variables.items())),
        )  # fmt: skip

    def _credentials(self, function: LambdaFunction) -> dict[str, str]:
        role = sts_backends[function.account_id][partition_of(function.region)].assume_role(
            region_name=function.region, role_session_name=function.function_name, role_arn=function.role,
            policy="", duration=int(self.credential_seconds), external_id="",
        )  # fmt: skip
        self._identities.add_session(role, self.credential_seconds, function=function_id(function))
        return {
            "AWS_ACCESS_KEY_ID": role.access_key_id,
            "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
            "AWS_SESSION_TOKEN": role.session_token,
        }

    def may(self, function: LambdaFunction, need: Need) -> bool:
        """Whether a function's role allows what Lambda itself does in its name (writing logs, sending to a queue)."""
        principal = self._identities.of_role(function.role, function.function_name, function_id(function))
        return decide(principal, [need], Circumstances(function.region))[0].allowed

    def _save_log(self, function: LambdaFunction, text: str) -> None:
        group = f"/aws/lambda/{function.function_name}"
        arn = f"arn:aws:logs:{function.region}:{function.account_id}:log-group:{group}:log-stream:any"
        if not self.may(function, Need("logs:PutLogEvents", arn)) or not self.may(
            function, Need("logs:CreateLogStream", arn)
        ):
            return
        if group not in function.logs_backend.groups:
            if not self.may(function, Need("logs:CreateLogGroup", arn)):
                return
            function.logs_backend.create_log_group(group, {})
        function.save_logs(text)


def _logging_variables(function: LambdaFunction) -> dict[str, str]:
    configuration = getattr(function, "logging_config", None) or {}
    names = {"LogFormat": "AWS_LAMBDA_LOG_FORMAT", "ApplicationLogLevel": "AWS_LAMBDA_LOG_LEVEL"}
    return {variable: configuration[key] for key, variable in names.items() if configuration.get(key)}
