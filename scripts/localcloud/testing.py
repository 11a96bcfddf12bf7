"""What tests on the local cloud share: fixtures, and a function made by hand."""

import io
import json
import os
import platform
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .client import LocalCloud

REPOSITORY = Path(__file__).resolve().parents[2]


def find_emulator() -> Path:
    """The Runtime Interface Emulator that `ensure_rie` of scripts/lib/python.sh fetched."""
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    found = sorted(REPOSITORY.glob(f".cache/rie-*/aws-lambda-rie-{machine}"))
    if not found:
        raise FileNotFoundError(
            "the Runtime Interface Emulator is missing; `scripts/localcloud/localcloud start` fetches it"
        )
    return found[-1]


def worker() -> str:
    """The name of this test process, where pytest runs several of them; else the first one's."""
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def kept_clouds() -> Path | None:
    """Where the local clouds are that were started for the test processes, one for each, and outlive them: see
    scripts/end-to-end. None: each process starts its own."""
    directory = os.environ.get("LOCAL_CLOUDS")
    return Path(directory) if directory else None


@pytest.fixture(scope="session")
def running_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    if kept := kept_clouds():
        yield LocalCloud.attach(kept / worker())
        return
    with LocalCloud.start(tmp_path_factory.mktemp("localcloud"), find_emulator()) as running:
        yield running


@pytest.fixture(scope="session")
def cloud(running_cloud: LocalCloud) -> LocalCloud:
    """One local cloud for all tests of a process; what a test makes there has names of its own."""
    return running_cloud


@pytest.fixture(autouse=True)
def without_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """No fault and no setting of one test reaches the next."""
    yield
    if "cloud" in request.fixturenames:
        running: LocalCloud = request.getfixturevalue("cloud")
        running.clear_faults()
        running.set(session_seconds=None, credential_seconds=3600, retry_seconds=0.2, report_seconds=0.3)


def zip_of(**files: str) -> bytes:
    """A deployment package with executable files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, text)
    return buffer.getvalue()


def trust(*services: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def create_role(
    cloud: LocalCloud, account: str, name: str, statements: list[dict[str, Any]], trust_policy: str | None = None
) -> str:
    """A role with one inline policy; returns its ARN."""
    iam = cloud.client("iam", account)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy or trust("lambda.amazonaws.com"))
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document)
    return role["Role"]["Arn"]


def create_function(cloud: LocalCloud, account: str, name: str, bootstrap: str, role: str, **options: Any) -> str:
    """A function whose bootstrap is a script; returns its id (`<account>/<region>/<name>`)."""
    cloud.client("lambda", account).create_function(
        FunctionName=name, Runtime="provided.al2023", Handler="bootstrap", Role=role,
        Code={"ZipFile": zip_of(bootstrap=bootstrap)}, **options,
    )  # fmt: skip
    return f"{cloud.account(account)}/{cloud.region}/{name}"


def eventually(condition: Any, seconds: float = 5) -> Any:
    """The first true value of `condition()`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            assert value
            return value
        time.sleep(0.02)
