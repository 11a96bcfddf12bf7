"""The command line of the local cloud."""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .client import ACCOUNTS, TEMPORARY_FILE, LocalCloud, LocalCloudError

_DEFAULT_DIRECTORY = Path(__file__).resolve().parents[2] / ".cache" / "localcloud"

_REMOVALS = 50
"""How often the files of a demo are removed: functions that are ending may still write some."""


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (LocalCloudError, ValueError, ClientError, BotoCoreError) as error:
        sys.exit(f"localcloud: {error}")
    except BrokenPipeError:
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="localcloud", description="A local cloud: moto, real functions, enforced IAM."
    )
    parser.add_argument(
        "--directory", type=Path, default=_DEFAULT_DIRECTORY, help="where its files are (.cache/localcloud)"
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help)
        added.set_defaults(run=run)
        return added

    for name, run, text in (
        ("start", _start, "start it in the background"),
        ("serve", _serve, "run it in the foreground"),
    ):
        added = command(name, run, text)
        added.add_argument("--directory", type=Path, default=argparse.SUPPRESS)
        added.add_argument("--rie", required=True, help="the Lambda Runtime Interface Emulator")
        added.add_argument("--port", type=int, default=0, help="0: a free one")
        added.add_argument("--accounts", default=",".join(f"{name}={number}" for name, number in ACCOUNTS.items()))
        added.add_argument("--regions", default="us-east-1", help="comma-separated; the first is the default")
        if name == "serve":
            added.add_argument("--parent", type=int, help="end with this process")
    command("stop", _stop, "stop it and every function; the files of a demo go with it")
    command("status", _status, "say whether it runs, where, and what is deployed")
    command("env", _env, "print what Terraform and the AWS CLI need, for eval in a shell")
    event = command("put-event", _put_event, "put an event on an account's bus; its rules decide who gets it")
    event.add_argument("account", help="name or number")
    event.add_argument("file", type=argparse.FileType("r"), help="the event as JSON, - for standard input")
    event.add_argument("--region")
    schedule = command("schedule", _schedule, "run a scheduled rule now")
    schedule.add_argument("account")
    schedule.add_argument("rule")
    schedule.add_argument("--region")
    command("mail", lambda o: _print(_cloud(o).mail()), "print the e-mails that were sent")
    tables = command("tables", _tables, "print an account's tables")
    tables.add_argument("account")
    tables.add_argument("--region")
    logs = command("logs", _logs, "print what a function wrote")
    logs.add_argument("function", help="<account>/<region>/<name>")
    requests = command("requests", _requests, "print the log of requests, one JSON line each")
    requests.add_argument("--function")
    requests.add_argument("--since", type=int, default=0)
    fault = command("fault", _fault, "add a fault, list the faults, or clear them")
    fault.add_argument(
        "fault", nargs="?", help='JSON, such as {"effect": "error", "action": "dynamodb:*", "times": 2}; or "clear"'
    )
    invoke = command("invoke", _invoke, "invoke a function and print its answer")
    invoke.add_argument("function", help="<account>/<region>/<name>")
    invoke.add_argument(
        "payload", nargs="?", default="{}",
        help='the request as JSON text, such as {"check": "ami-0abc"}; {} if left out; of a file: "$(cat FILE)"',
    )  # fmt: skip
    return parser


def _cloud(options: argparse.Namespace) -> LocalCloud:
    return LocalCloud.attach(options.directory)


def _print(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split(",") if pair)


def _start(options: argparse.Namespace) -> None:
    cloud = LocalCloud.start(
        options.directory, options.rie, accounts=_pairs(options.accounts), regions=options.regions.split(","),
        port=options.port, detached=True,
    )  # fmt: skip
    print(cloud.endpoint)


def _serve(options: argparse.Namespace) -> None:
    from .server import serve

    serve(
        options.directory,
        options.rie,
        options.port,
        _pairs(options.accounts),
        options.regions.split(","),
        options.parent,
    )


def _stop(options: argparse.Namespace) -> None:
    _cloud(options).stop()
    is_temporary = (options.directory / TEMPORARY_FILE).exists()
    for _ in range(_REMOVALS):
        if not is_temporary or not options.directory.exists():
            return
        shutil.rmtree(options.directory, ignore_errors=True)
        time.sleep(0.1)
    if options.directory.exists():
        raise LocalCloudError(f"{options.directory} could not be removed")


def _status(options: argparse.Namespace) -> None:
    cloud = _cloud(options)
    _print(
        {**cloud.admin("GET", "status"), "pid": cloud.pid, "accounts": cloud.accounts, "functions": cloud.functions()}
    )


def _env(options: argparse.Namespace) -> None:
    for name, value in _cloud(options).environment().items():
        print(f"export {name}='{value}'")


def _put_event(options: argparse.Namespace) -> None:
    _print(_cloud(options).put_event(options.account, json.load(options.file), options.region))


def _schedule(options: argparse.Namespace) -> None:
    _print(_cloud(options).fire_schedule(options.account, options.rule, options.region))


def _tables(options: argparse.Namespace) -> None:
    cloud = _cloud(options)
    if cloud.account(options.account) not in cloud.accounts.values():
        raise LocalCloudError(f"there is no account {options.account}; there are: {', '.join(cloud.accounts)}")
    _print(cloud.tables(options.account, options.region))


def _logs(options: argparse.Namespace) -> None:
    cloud = _cloud(options)
    account, region, name = _function(options.function)
    function = f"{cloud.account(account)}/{region}/{name}"
    # A function that was removed leaves its log.
    log = cloud.logs(function)
    if not log and function not in cloud.functions():
        raise LocalCloudError(f"there is no function {options.function}; status lists them")
    print(log, end="")


def _requests(options: argparse.Namespace) -> None:
    filters = {"function": options.function} if options.function else {}
    for entry in _cloud(options).requests(options.since, **filters):
        print(json.dumps(entry))


def _fault(options: argparse.Namespace) -> None:
    cloud = _cloud(options)
    if options.fault == "clear":
        cloud.clear_faults()
    elif options.fault:
        _print(cloud.admin("POST", "faults", json.loads(options.fault)))
    else:
        _print(cloud.faults())


def _function(text: str) -> list[str]:
    parts = text.split("/")
    if len(parts) != 3:
        raise LocalCloudError(f"a function is named <account>/<region>/<name>, as status lists them, not {text}")
    return parts


def _invoke(options: argparse.Namespace) -> None:
    account, region, name = _function(options.function)
    try:
        json.loads(options.payload)
    except ValueError as error:
        raise LocalCloudError(f'the payload is not JSON text ({error}): {options.payload}; of a file: "$(cat FILE)"') from None
    answer = (
        _cloud(options).client("lambda", account, region).invoke(FunctionName=name, Payload=options.payload.encode())
    )
    print(answer["Payload"].read().decode())
    if "FunctionError" in answer:
        sys.exit(f"localcloud: the function failed ({answer['FunctionError']})")
