"""One function's execution environment: the packaged zip under the AWS Lambda Runtime Interface Emulator."""

import ctypes
import hashlib
import http.client
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .runtime_proxy import RuntimeProxy

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

# The death signal of a child is sent when the *thread* that started it ends, so one thread that never ends starts
# them all.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")

_START_SECONDS = 10
_INVOCATION_PATH = "/2015-03-31/functions/function/invocations"


@dataclass(frozen=True)
class Configuration:
    """What an execution environment is made of; a new one is needed when any of it changes."""

    name: str
    account: str
    region: str
    code_sha256: str
    handler: str
    timeout: int  # seconds
    memory: int  # MB
    environment: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended. `function_error` is Lambda's X-Amz-Function-Error, None when it went well."""

    payload: bytes
    function_error: str | None
    log: str


class RuntimeProcess:
    """An emulator and the bootstrap it runs. Serves one invocation after another; the caller serializes."""

    def __init__(
        self, configuration: Configuration, code: bytes, credentials: dict[str, str], emulator: str, directory: Path
    ):
        self.configuration = configuration
        self.log_path = directory / "log.txt"
        self._address = ("127.0.0.1", _free_port())
        # Functions may not write there, so that what was once unpacked serves the next process as well.
        task = directory / f"task-{hashlib.sha256(configuration.code_sha256.encode()).hexdigest()[:16]}"
        if not task.exists():
            partial = directory / "partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            _unzip(code, partial)
            partial.rename(task)
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": configuration.handler,
            "LAMBDA_TASK_ROOT": str(task),
            "LAMBDA_RUNTIME_DIR": str(task),
            "AWS_REGION": configuration.region,
            "AWS_DEFAULT_REGION": configuration.region,
            "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(configuration.timeout),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{configuration.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": time.strftime("%Y/%m/%d/[$LATEST]") + os.urandom(16).hex(),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            **dict(configuration.environment),
            **credentials,
        }
        self._proxy = RuntimeProxy(configuration.account, configuration.region)
        self._proxy.runtime_api_port = _free_port()
        command = [
            emulator, "--log-level", "info",
            "--runtime-interface-emulator-address", f"127.0.0.1:{self._address[1]}",
            "--runtime-api-address", f"127.0.0.1:{self._proxy.runtime_api_port}",
            "/usr/bin/env", f"AWS_LAMBDA_RUNTIME_API=127.0.0.1:{self._proxy.address[1]}", "./bootstrap",
        ]  # fmt: skip
        parent = os.getpid()
        with self.log_path.open("ab") as log:
            self._process = _spawner.submit(
                subprocess.Popen, command, cwd=task, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=lambda: _die_with(parent),
            ).result()  # fmt: skip
        self._wait_until_listening()

    def invoke(self, payload: bytes, request_id: str, trace_id: str) -> Outcome:
        offset = self.log_path.stat().st_size
        headers = {"Content-Type": "application/json", "X-Amzn-RequestId": request_id, "X-Amzn-Trace-Id": trace_id}
        connection = http.client.HTTPConnection(*self._address, timeout=self.configuration.timeout + 60)
        try:
            connection.request("POST", _INVOCATION_PATH, payload, headers)
            response = connection.getresponse()
            status, body = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            status, body = (
                502,
                _error("Runtime.ExitError", f"RequestId: {request_id} Error: the runtime is gone: {error}"),
            )
        finally:
            connection.close()
        payload, function_error = _classify(status, body, request_id, self.configuration.timeout)
        return Outcome(payload, function_error, self._log_since(offset, request_id))

    def kill_bootstrap(self) -> None:
        """Kills the function's process at once, as when its sandbox is lost, and waits until it is gone."""
        for child in _children(self._process.pid):
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
            deadline = time.monotonic() + 5
            while child in _children(self._process.pid) and time.monotonic() < deadline:
                time.sleep(0.002)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._proxy.close()
        children = _children(self._process.pid)
        for pid in (self._process.pid, *children):
            try:
                os.killpg(os.getpgid(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._process.wait()

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.is_alive:
            try:
                socket.create_connection(self._address, timeout=1).close()
                return
            except OSError:
                time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"the Runtime Interface Emulator did not start; see {self.log_path}")

    def _log_since(self, offset: int, request_id: str) -> str:
        # The emulator answers before it writes its last line.
        end = f"END RequestId: {request_id}".encode()
        for _ in range(50):
            with self.log_path.open("rb") as log:
                log.seek(offset)
                text = log.read()
            if end in text or b"Invoke DONE failed" in text:
                break
            time.sleep(0.002)
        return text.decode("utf-8", "replace")


def _die_with(parent: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


# Below those that the kernel gives to connections by itself (net.ipv4.ip_local_port_range, by default from 32,768 on): one
# of them might be taken between being found and being listened on, and the emulator then ends with a panic.
_PORTS = range(10_000, 32_000)


def _free_port() -> int:
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _unzip(code: bytes, directory: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, directory))
            mode = entry.external_attr >> 16
            if mode and path.is_file():
                path.chmod(mode & 0o777)


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _classify(status: int, body: bytes, request_id: str, timeout: int) -> tuple[bytes, str | None]:
    """Payload and function error from what the emulator answers: it says 200 also for errors and timeouts."""
    if status != 200:
        return body or _error(
            "Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited without providing a reason"
        ), "Unhandled"
    if body.startswith(b"Task timed out after "):
        return _error(
            "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds"
        ), "Unhandled"
    try:
        parsed = json.loads(body)
    except ValueError:
        return body, None
    is_error = isinstance(parsed, dict) and "errorType" in parsed and "errorMessage" in parsed
    return body, "Unhandled" if is_error else None
