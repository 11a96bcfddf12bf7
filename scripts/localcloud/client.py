"""The local cloud as tests, the demo and the command line use it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import botocore.config

from .server import STATE_FILE

ACCOUNTS = {"creator": "111111111111", "consumer-a": "222222222222", "consumer-b": "333333333333"}
"""The accounts of the demo and the tests, by the name of their profile."""

TEMPORARY_FILE = "temporary"
"""A local cloud whose directory has a file of this name takes the directory with it when it is stopped by hand."""

_START_SECONDS = 60


class LocalCloudError(Exception):
    pass


class LocalCloud:
    """A running local cloud."""

    def __init__(self, directory: Path, state: dict[str, Any]):
        self.directory = directory
        self.endpoint: str = state["endpoint"]
        self.secret: str = state["secret"]
        self.accounts: dict[str, str] = state["accounts"]
        self.regions: list[str] = state["regions"]
        self.pid: int = state["pid"]
        self.region = self.regions[0]
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[tuple[Any, ...], Any] = {}

    # MARK: Starting and stopping

    @classmethod
    def start(
        cls, directory: Path, emulator: str | Path, *, accounts: dict[str, str] | None = None,
        regions: list[str] | None = None, port: int = 0, detached: bool = False,
    ) -> "LocalCloud":  # fmt: skip
        """Starts a server and waits until it answers. It ends with this process, unless `detached`."""
        directory.mkdir(parents=True, exist_ok=True)
        state_file = directory / STATE_FILE
        if state_file.exists():
            raise LocalCloudError(f"{directory} belongs to a local cloud that runs already")
        command = [sys.executable, "-m", __package__, "serve", "--directory", str(directory), "--rie", str(emulator)]
        command += ["--port", str(port), "--regions", ",".join(regions or ["us-east-1"])]
        command += ["--accounts", ",".join(f"{name}={number}" for name, number in (accounts or ACCOUNTS).items())]
        command += [] if detached else ["--parent", str(os.getpid())]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        with (directory / "server.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while not state_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                tail = (directory / "server.log").read_text("utf-8", "replace")[-2000:]
                raise LocalCloudError(f"the local cloud did not start:\n{tail}")
            time.sleep(0.02)
        cloud = cls.attach(directory)
        cloud._process = process
        return cloud

    @classmethod
    def attach(cls, directory: Path) -> "LocalCloud":
        """The local cloud that runs in a directory."""
        try:
            state = json.loads((directory / STATE_FILE).read_text())
        except FileNotFoundError:
            raise LocalCloudError(f"no local cloud runs in {directory}") from None
        return cls(directory, state)

    def stop(self) -> None:
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            (self.directory / STATE_FILE).unlink(missing_ok=True)
            return
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._process is not None:
                self._process.poll()
            if not _is_running(self.pid):
                return
            time.sleep(0.02)
        os.killpg(self.pid, signal.SIGKILL)
        (self.directory / STATE_FILE).unlink(missing_ok=True)

    def __enter__(self) -> "LocalCloud":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # MARK: AWS

    def account(self, name: str) -> str:
        """The number of an account, by its name or number."""
        return self.accounts.get(name, name)

    def client(self, service: str, account: str, region: str | None = None, **options: Any) -> Any:
        """A boto3 client of an account's administrator; the same one when it is asked for again, for making one takes longer
        than most calls."""
        config = botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=120)
        if "config" in options:
            return self._new_client(service, account, region, config.merge(options.pop("config")), options)
        key = (service, self.account(account), region or self.region, *sorted(options.items()))
        if key not in self._clients:
            self._clients[key] = self._new_client(service, account, region, config, options)
        return self._clients[key]

    def _new_client(
        self, service: str, account: str, region: str | None, config: botocore.config.Config, options: dict[str, Any]
    ) -> Any:  # fmt: skip
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=region or self.region, config=config,
            **{
                "aws_access_key_id": f"AKIALOCL{self.account(account)}",
                "aws_secret_access_key": self.secret,
                **options,
            },
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """What Terraform and the AWS CLI need to reach the local cloud: a profile for each account, and nothing
        real."""
        return {
            "AWS_CONFIG_FILE": str(self.directory / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.directory / "aws-credentials"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_STS": self.endpoint,
            "AWS_PROFILE": next(iter(self.accounts)),
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
        }

    def seed_images(
        self, account: str, images: list[dict[str, Any]], region: str | None = None
    ) -> list[dict[str, str]]:
        """Makes images of an account, as many as wanted; see `seeding.seed_images`."""
        body = {"account": self.account(account), "region": region or self.region, "images": images}
        return self.admin("POST", "images", body)

    # MARK: Events

    def put_event(self, account: str, event: dict[str, Any], region: str | None = None, wait: bool = True) -> list[str]:
        """Puts an event on an account's default bus; returns the rules it matched. Waits until it has been dealt
        with."""
        body = {"account": self.account(account), "region": region or self.region, "event": event}
        matched = self.admin("POST", "events", body)["matched"]
        if wait:
            self.wait_until_idle()
        return matched

    def fire_schedule(self, account: str, rule: str, region: str | None = None, wait: bool = True) -> list[str]:
        """Runs a scheduled rule now; returns its targets."""
        body = {"account": self.account(account), "region": region or self.region, "rule": rule}
        targets = self.admin("POST", "schedules", body)
        if wait:
            self.wait_until_idle()
        return targets

    def wait_until_idle(self, seconds: float = 120) -> None:
        """Waits until no event is queued, running or waiting for a retry."""
        deadline = time.monotonic() + seconds
        while self.admin("GET", "status")["pending"]:
            if time.monotonic() > deadline:
                raise LocalCloudError(f"events are still being dealt with after {seconds} seconds")
            time.sleep(0.01)

    # MARK: What happened

    def mail(self, subject: str = "") -> list[dict[str, Any]]:
        """Every e-mail sent: from, to, subject, text, html and so on; only those whose subject contains `subject`."""
        return self.admin("GET", "mail", {"subject": subject})

    def requests(self, since: int = 0, **members: Any) -> list[dict[str, Any]]:
        """The log of requests after number `since`; only those whose members have the given values (`function="…"`)."""
        found = self.admin("GET", "requests", {"since": since})
        return [entry for entry in found if all(entry.get(name) == value for name, value in members.items())]

    def tables(
        self, account: str, region: str | None = None, *, ends: str = "", containing: Sequence[str] = ()
    ) -> dict[str, list[dict[str, Any]]]:  # fmt: skip
        """An account's DynamoDB tables, with their items as plain values; only those whose name `ends` so, and of their items
        only those of which some text contains one of these."""
        number, place = self.account(account), region or self.region
        parameters = {"account": number, "region": place, "ends": ends, "containing": json.dumps(list(containing))}
        return self.admin("GET", "tables", parameters).get(number, {}).get(place, {})

    def functions(self) -> list[str]:
        """The deployed functions, as `<account>/<region>/<name>`."""
        return self.admin("GET", "functions")

    def logs(self, function: str) -> str:
        """Everything a function (`<account>/<region>/<name>`) and its emulator wrote."""
        return self.admin("GET", "logs", {"function": function})["log"]

    def invocations(self, since: int = 0) -> list[dict[str, Any]]:
        """How each asynchronous invocation ended, after the first `since`."""
        return self.admin("GET", "invocations", {"since": since})

    def count(self, what: str) -> int:
        """How many `requests` or `invocations` there have been."""
        return self.admin("GET", "status")[what]

    def deliveries(self) -> list[dict[str, Any]]:
        """What EventBridge delivered, and what it could not."""
        return self.admin("GET", "deliveries")

    def policies(self, function: str) -> list[dict[str, Any]]:
        """The policy documents of a function's role."""
        return self.admin("GET", "policies", {"function": function})

    # MARK: Faults and settings

    def fault(self, effect: str, **members: Any) -> dict[str, Any]:
        """Adds a fault; see `faults.Fault`."""
        return self.admin("POST", "faults", {"effect": effect, **members})

    def faults(self) -> list[dict[str, Any]]:
        return self.admin("GET", "faults")

    def clear_faults(self) -> None:
        self.admin("DELETE", "faults")

    def set(self, **settings: Any) -> dict[str, Any]:
        """Changes settings: `session_seconds`, `credential_seconds`, `retry_seconds`, `recycle`; see
        `admin.Admin._settings`."""
        return self.admin("POST", "settings", settings)

    def admin(self, method: str, name: str, parameters: dict[str, Any] | None = None) -> Any:
        """A request to the local cloud's own endpoints."""
        url = f"{self.endpoint}/_localcloud/{name}"
        body = None
        if method == "POST":
            body = json.dumps(parameters or {}).encode()
        elif parameters:
            url += "?" + urllib.parse.urlencode(parameters)
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise LocalCloudError(json.load(error)["error"]) from None
        except urllib.error.URLError as error:
            raise LocalCloudError(f"the local cloud does not answer: {error.reason}") from None


def _is_running(pid: int) -> bool:
    """Whether a process exists and is more than an entry its parent has not collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
