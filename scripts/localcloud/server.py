"""The server process: a local cloud that ends with its parent, on a signal, or when it is told to."""

import ctypes
import gc
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .cloud import Cloud

_PR_SET_PDEATHSIG = 1

STATE_FILE = "state.json"
REGION = "us-east-1"


def serve(
    directory: Path, emulator: str, port: int, accounts: dict[str, str], regions: list[str], parent: int | None
) -> None:
    """Serves until SIGTERM or SIGINT, or, when `parent` is given, until that process ends.

    `accounts` names accounts (name → 12 digits); each becomes a profile of `directory/aws-config`.
    """
    if parent is not None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("the process this server belongs to is gone")
    cloud = Cloud(directory, emulator, port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    # What is there now stays: it need not be looked through again and again for what may be thrown away.
    gc.freeze()
    thread = threading.Thread(target=cloud.serve, name="server")
    thread.start()
    state = directory / STATE_FILE
    try:
        write_profiles(directory, cloud, accounts, regions[0])
        write_state(state, cloud, accounts, regions)
        stop.wait()
    finally:
        state.unlink(missing_ok=True)
        cloud.close()
        thread.join()
    # Requests may still hang in their threads; nothing of them is wanted any more.
    os._exit(0)


def write_state(path: Path, cloud: Cloud, accounts: dict[str, str], regions: list[str]) -> None:
    """Says that the server is ready, and how to reach it; written as a whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({
        "pid": os.getpid(),
        "endpoint": cloud.endpoint,
        "secret": cloud.identities.administrator_secret,
        "accounts": accounts,
        "regions": regions,
    }, indent=2))  # fmt: skip
    partial.chmod(0o600)
    partial.rename(path)


def write_profiles(directory: Path, cloud: Cloud, accounts: dict[str, str], region: str) -> None:
    """An AWS configuration file with a profile for each account, for Terraform's providers and the AWS CLI.

    `max_attempts`: the provider would otherwise try for minutes what the stand-in cannot do.
    """
    sections = []
    for name, account in accounts.items():
        sections.append(
            f"[profile {name}]\n"
            f"aws_access_key_id = {cloud.identities.administrator_key(account)}\n"
            f"aws_secret_access_key = {cloud.identities.administrator_secret}\n"
            f"region = {region}\n"
            f"endpoint_url = {cloud.endpoint}\n"
            "max_attempts = 2\n"
        )
    (directory / "aws-config").write_text("\n".join(sections))
    (directory / "aws-credentials").write_text("")
