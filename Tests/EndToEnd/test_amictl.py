"""amictl as people use it: answers, forms of output, errors and exit statuses, against the local cloud."""

import json
import os
import pty
import re
import signal
import subprocess
import time as clock
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from amictl import FAILED, OK, PROGRAM, USAGE, World, amictl, environment, time
from localcloud.client import LocalCloud
from localcloud.testing import create_role

A, B, C = "222222222201", "222222222202", "222222222203"


@pytest.fixture(scope="module", autouse=True)
def program() -> None:
    if not PROGRAM.exists():
        pytest.fail("dist/ lacks amictl; run scripts/package amictl first")


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    """Three images: one in use, one that nobody uses and whose accounts are known, one of an account without tracker."""
    world = World(cloud)
    world.used, world.clear, world.unclear = (world.image(name) for name in ("used", "clear", "unclear"))
    world.share(world.used, A)
    world.share(world.used, B)
    world.share(world.used, C, status="removed")
    world.use(world.used, A, "i-0aaa")
    world.use(world.used, A, "i-0bbb", first_seen=time(30))
    world.use(world.used, A, "lt-0ccc/3", kind="launch-template", resource_name="web")
    world.share(world.clear, A)
    world.share(world.unclear, C)
    for image, accounts in ((world.used, [A, B]), (world.clear, [A]), (world.unclear, [C])):
        world.permit(image, *accounts)
    world.sweep(A, hours_ago=1)
    world.sweep(B, hours_ago=200)
    world.alert(world.used, C, "removed#event-9")
    return world.write()


# MARK: usage


def test_usage_lists_resources_and_what_the_accounts_coverage_is(world: World) -> None:
    answer = world.run("usage", world.used, "--output", "json").expect(OK)
    assert answer.err == ""
    usage = answer.json
    assert {name: usage[name] for name in ("image_id", "image_name", "image_status", "account_count", "resource_count")} == {
        "image_id": world.used,
        "image_name": "used",
        "image_status": "available",
        "account_count": 1,
        "resource_count": 3,
    }
    accounts = {account["account_id"]: account for account in usage["accounts"]}
    assert {number: account["coverage"]["status"] for number, account in accounts.items()} == {
        A: "swept",
        B: "stale",
        C: "no-tracker",
        world.account: "no-tracker",
    }
    assert {number: (account["owner"], account["shared"]) for number, account in accounts.items()} == {
        A: (False, True),
        B: (False, True),
        C: (False, False),
        world.account: (True, None),
    }
    assert (usage["recorded"], usage["owner"], usage["unknown_account_count"]) == (True, world.account, 3)
    assert [each["resource_id"] for each in accounts[A]["resources"]] == ["i-0aaa", "i-0bbb", "lt-0ccc/3"]
    template = accounts[A]["resources"][2]
    assert (template["kind"], template["resource_name"], template["source"]) == ("launch-template", "web", "sweep")
    assert accounts[B]["resources"] == []

    table = world.run("usage", world.used).expect(OK).out
    assert "3 resources in 1 account" in table
    assert re.search(rf"{A}\s+yes\s+2 instances, 1 launch template version\s+swept 60 min ago", table)
    assert re.search(rf"{B}\s+yes\s+none recorded\s+swept 8 days ago: too long ago", table)


def test_usage_says_what_is_not_known(world: World) -> None:
    unclear = world.run("usage", world.unclear).expect(OK).out
    assert re.search(rf"{C}\s+yes\s+none recorded\s+no tracker: not known", unclear)
    assert re.search(rf"{world.account}\s+owner\s+none recorded\s+no tracker: not known", unclear)
    assert re.search(r"Known use:\s+none that is recorded; whether there is any is not known\n", unclear)
    nobody = world.run("usage", "ami-0123456789abcdef0", "--output", "json").expect(OK).json
    assert (nobody["image_status"], nobody["recorded"], nobody["resource_count"]) == (None, False, 0)
    # Every account that may have it: those with a usage tracker, and its owner.
    assert [(each["account_id"], each["shared"]) for each in nobody["accounts"]] == [
        (A, None),
        (B, None),
        (world.account, None),
    ]
    text = world.run("usage", "ami-0123456789abcdef0").expect(OK).out
    assert re.search(rf"{A}\s+not recorded\s+none\s+swept", text)
    assert "older than the installation, or there is no such image" in text
    assert "amictl check ami-0123456789abcdef0 asks EC2 as well" in text


# MARK: shares, accounts, alerts


def test_shares(world: World) -> None:
    shares = world.run("shares", world.used, "--output", "json").expect(OK).json["shares"]
    assert [(each["principal_type"], each["principal"], each["status"]) for each in shares] == [
        ("account", A, "shared"),
        ("account", B, "shared"),
    ]
    everything = world.run("shares", "--all", "--output", "json").json["shares"]
    assert len(everything) == 5
    assert {each["status"] for each in everything} == {"shared", "removed"}
    mine = world.run("shares", "--account", C, "--output", "json").json["shares"]
    assert [each["image_id"] for each in mine] == [world.unclear]
    assert "assumed-role/pipeline/build-1" in world.run("shares").out


def test_accounts(world: World) -> None:
    accounts = world.run("accounts", "--output", "json").expect(OK).json["accounts"]
    assert [(each["account_id"], each["images_shared"], each["images_used"], each["resource_count"]) for each in accounts] == [
        (A, 2, 1, 3),
        (B, 1, 0, 0),
        (C, 1, 0, 0),
    ]
    assert [each["coverage"]["status"] for each in accounts] == ["swept", "stale", "no-tracker"]
    assert accounts[0]["resource_counts"] == {"instance": 2, "launch-template": 1}
    assert "3 accounts; the use by 2 of them is not known well" in world.run("accounts").out


def test_a_sweep_counts_as_long_as_asked_for(world: World) -> None:
    accounts = world.run("accounts", "--max-sweep-age", "300", "--output", "json").json["accounts"]
    assert [each["coverage"]["status"] for each in accounts] == ["swept", "swept", "no-tracker"]


def test_alerts_name_accounts_and_times_and_no_address(world: World) -> None:
    (alert,) = world.run("alerts", "--output", "json").expect(OK).json["alerts"]
    assert (alert["account_id"], alert["image_id"], alert["loss"], alert["complete"]) == (C, world.used, "removed", True)
    assert [told["channel"] for told in alert["told"]] == ["owner", "topic"]
    assert all(told["time"] for told in alert["told"])
    assert "@" not in world.run("alerts").expect(OK).out
    assert world.run("alerts", world.clear).expect(OK).out == "no alerts\n"


# MARK: Output


def test_every_form_says_the_same(world: World) -> None:
    for command in (["usage", world.used], ["shares"], ["accounts"], ["alerts"], ["version"]):
        as_json = world.run(*command, "--output", "json").expect(OK).json
        assert yaml.safe_load(world.run(*command, "--output=yaml").expect(OK).out) == as_json
        assert world.run(*command, AWS_DEFAULT_OUTPUT="json").out.startswith("{")
        assert not world.run(*command, AWS_DEFAULT_OUTPUT="text").out.startswith("{")


def on_a_terminal(world: World, *arguments: str, columns: int = 100, **variables: str) -> tuple[int, str]:
    """Runs amictl with a terminal for output and errors; returns what was drawn."""
    terminal, end = pty.openpty()
    settings = environment(world.cloud, world.account, **{"TERM": "xterm", "COLUMNS": str(columns), **variables})
    process = subprocess.Popen([PROGRAM, *arguments], stdin=end, stdout=end, stderr=end, env=settings)
    os.close(end)
    drawn = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        drawn += chunk
    os.close(terminal)
    return process.wait(timeout=30), drawn.decode()


def test_colours_are_for_terminals(world: World) -> None:
    assert "\x1b" not in world.run("accounts").out
    assert "\x1b[32m" in world.run("accounts", "--color", "always").out
    status, drawn = on_a_terminal(world, "accounts")
    assert status == OK and "\x1b[32m" in drawn
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        pieces = on_a_terminal(world, "accounts", **variables)[1]
        assert "\x1b[32m" not in pieces and "\x1b[1m" not in pieces
    assert "\x1b[" not in on_a_terminal(world, "version", "--output", "json")[1]


def test_progress_is_drawn_and_taken_away(world: World) -> None:
    world.cloud.fault("delay", action="dynamodb:Scan", principal="*", seconds=0.3, times=2)
    status, drawn = on_a_terminal(world, "accounts")
    assert status == OK
    assert "\r\x1b[Kreading shares:" in drawn
    assert drawn.rindex("\r\x1b[K") < drawn.index("ACCOUNT")


def test_tables_fit_the_terminal(world: World, cloud: LocalCloud) -> None:
    narrow = World(cloud)
    image = narrow.image("a-name-" + "x" * 100)
    narrow.share(image, A)
    narrow.write()
    lines = re.sub(r"\x1b\[[0-9;]*[mK]", "", on_a_terminal(narrow, "shares", columns=110)[1]).splitlines()
    assert all(len(line) <= 110 for line in lines), lines
    assert any("…" in line and image in line for line in lines)
    assert "x" * 100 in narrow.run("shares").out


def test_names_cannot_draw_on_the_terminal(cloud: LocalCloud) -> None:
    world = World(cloud)
    image = "ami-0123456789abcdef1"
    world.record(image, "\x1b[2J\nevil\u202e")
    world.share(image, A)
    world.write()
    out = world.run("shares").expect(OK).out
    assert "\x1b" not in out and "\u202e" not in out
    assert "␛[2J␊evil\\u{202E}" in out
    assert json.loads(world.run("shares", "--output", "json").out)["shares"][0]["image_name"] == "\x1b[2J\nevil\u202e"


def test_a_row_that_cannot_be_read_keeps_nothing_else_from_being_told(cloud: LocalCloud) -> None:
    world = World(cloud)
    image = world.image("one")
    world.use(image, A, "i-0aaa")
    world.use(image, B, "i-0bbb", first_seen="yesterday")
    world.write()
    answer = world.run("usage", image, "--output", "json").expect(OK)
    assert (answer.json["resource_count"], answer.json["unreadable_rows"]) == (1, 1)
    assert f"warning: an item of {B} in the usage table has no valid first_seen" in answer.err
    assert "1 row cannot be read" in world.run("usage", image).out
    assert "warning" in world.run("accounts").expect(OK).err


# MARK: Command lines


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ([], "a command is missing"),
        (["usge"], 'there is no command "usge"; is it usage?'),
        (["usage"], "<image> is missing"),
        (["usage", "ami-1", "ami-2"], '"ami-2" is one argument too many'),
        (["usage", "i-0abc"], '<image> is "i-0abc", and not an image id (ami- and 8 or 17 hexadecimal digits)'),
        (["check", "ami-xyz"], '<image> is "ami-xyz", and not an image id (ami- and 8 or 17 hexadecimal digits)'),
        (["shares", "--acount", A], "there is no option --acount; is it --account?"),
        (["shares", "--account", "12"], '--account is "12", and not an account id (12 digits)'),
        (["shares", "--output", "xml"], '--output is "xml", and not one of table, json, yaml'),
        (["shares", "--region", "nowhere"], '--region is "nowhere", and not a region'),
        (["accounts", "--max-sweep-age", "0"], '--max-sweep-age is "0", and not a whole number from 1 to 8760'),
        (["accounts", "--external-id", "x"], "--external-id is of use only with --role-arn"),
        (
            ["accounts", "--role-arn", "foo"],
            '--role-arn is "foo", and not the ARN of a role (arn:aws:iam::111122223333:role/name)',
        ),
        (["report"], "--html is needed"),
        (["forget", "12"], '<account> is "12", and not an account id (12 digits)'),
        (["--nope", "shares"], "there is no option --nope"),
    ],
)
def test_a_wrong_command_line_does_nothing(world: World, arguments: list[str], complaint: str) -> None:
    before = world.cloud.count("requests")
    answer = world.run(*arguments).expect(USAGE)
    assert answer.out == ""
    assert answer.err.startswith(f"amictl: error: {complaint}\n"), answer.err
    assert "see: amictl help" in answer.err
    assert world.cloud.count("requests") == before


def test_help_comes_from_the_same_table(world: World) -> None:
    overview = world.run("help").expect(OK).out
    for command in ("usage", "check", "shares", "accounts", "alerts", "report", "forget", "completion"):
        assert re.search(rf"^    {command} ", overview, re.MULTILINE), command
        text = world.run("help", command).expect(OK).out
        assert text == world.run(command, "--help").expect(OK).out == world.run("--help", command).out
        assert f"usage: amictl {command}" in text
    assert world.run("--help").out == overview == world.run("-h").out
    assert world.run("--version").out == world.run("version").out
    world.run("help", "nothing").expect(USAGE)


def test_bash_completes(world: World) -> None:
    def complete(line: str) -> set[str]:
        words = line.split(" ")
        script = f"""
            source <({PROGRAM} completion bash)
            COMP_WORDS=({" ".join(f"'{word}'" for word in words)}) COMP_CWORD={len(words) - 1}
            _amictl 2>/dev/null
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        return set(subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split())

    assert {"usage", "check", "shares", "report", "help"} <= complete("amictl ")
    assert complete("amictl us") == {"usage"}
    assert complete("amictl --output ") == {"table", "json", "yaml"}
    assert complete("amictl --output json accounts --o") == {"--output"}
    assert {"--account", "--all", "-a", "--profile"} <= complete("amictl shares -")
    assert complete("amictl shares --acc") == {"--account"}
    assert complete("amictl completion ") == {"bash", "zsh", "fish"}
    assert complete("amictl help sh") == {"share", "shares"}
    assert complete("amictl help share pl") == {"plan"}
    # The words of --output=j with and without the equals sign among COMP_WORDBREAKS.
    assert complete("amictl shares --output = j") == {"json"}
    assert complete("amictl shares --output =") == {"table", "json", "yaml"}
    assert complete("amictl shares --output=j") == {"--output=json"}
    assert complete("amictl --profile = x sha") == {"share", "shares"}


# MARK: Credentials, refusals, faults


def test_settings_of_aws_are_heeded(world: World, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"[profile owner]\nregion = {world.cloud.region}\nendpoint_url = {world.cloud.endpoint}\n"
        f"aws_access_key_id = AKIALOCL{world.account}\naws_secret_access_key = {world.cloud.secret}\n"
        f"[profile through]\nregion = {world.cloud.region}\nsource_profile = owner\n"
        f"role_arn = arn:aws:iam::{world.account}:role/administers\nendpoint_url = {world.cloud.endpoint}\n"
    )
    bare = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_REGION": "", "AWS_ENDPOINT_URL": ""}
    settings = {**bare, "AWS_CONFIG_FILE": str(config)}
    for arguments, variables in (
        (["--profile", "owner", "shares"], {}),
        (["shares"], {"AWS_PROFILE": "owner"}),
        (["shares"], {"AWS_DEFAULT_PROFILE": "owner"}),
        (["shares"], {"AWS_PROFILE": "owner", "AWS_DEFAULT_PROFILE": "nobody"}),
        (["shares", "--profile", "through"], {}),
        (["shares", "--profile", "owner"], {"AWS_REGION": "eu-west-9"} | {"AWS_DEFAULT_REGION": "x"}),
    ):
        answer = world.run(*arguments, "--region", world.cloud.region, "--output", "json", **{**settings, **variables})
        assert len(answer.expect(OK).json["shares"]) == 4
    answer = world.run("shares", "--profile", "nobody", **settings).expect(FAILED)
    assert "profile nobody: neither the config nor the credentials file has it" in answer.err
    answer = world.run("shares", AWS_REGION="").expect(FAILED)
    assert "region" in answer.err
    answer = world.run("shares", **bare, AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "none")).expect(FAILED)
    assert "error" in answer.err


def test_a_role_is_assumed_with_its_external_id(world: World) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{world.account}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "a secret handshake"}},
            }
        ],
    }
    statement = {"Effect": "Allow", "Action": ["dynamodb:Scan", "dynamodb:Query"], "Resource": "*"}
    role = create_role(world.cloud, world.account, "reader", [statement], json.dumps(trust))
    # Administrators of the local cloud may do anything: the role is assumed by somebody else.
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    person = create_role(world.cloud, world.account, "person", [statement], json.dumps(trust).replace("secret ", ""))
    session = world.cloud.client("sts", world.account).assume_role(
        RoleArn=person, RoleSessionName="person", ExternalId="a handshake"
    )["Credentials"]
    keys = {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
    arguments = ["shares", "--role-arn", role, "--output", "json", "--external-id"]
    assert len(world.run(*arguments, "a secret handshake", **keys).expect(OK).json["shares"]) == 4
    refused = world.run(*arguments, "wrong", **keys).expect(FAILED)
    assert "STS.AssumeRole" in refused.err and "AccessDenied" in refused.err
    assert "sts:AssumeRole" in refused.err.splitlines()[1]
    assert "a secret handshake" not in refused.err


def test_a_refusal_names_the_permission(world: World) -> None:
    world.cloud.fault("error", action="dynamodb:Scan", status=400, code="AccessDeniedException", times=None)
    answer = world.run("accounts").expect(FAILED)
    assert answer.out == ""
    assert "DynamoDB.Scan: AccessDeniedException" in answer.err
    assert "the caller needs dynamodb:Scan" in answer.err
    assert world.cloud.secret not in answer.err


def test_tables_that_are_not_there_are_told_with_what_to_do(world: World) -> None:
    answer = world.run("shares", "--prefix", "elsewhere").expect(FAILED)
    assert "ResourceNotFoundException" in answer.err and "--prefix" in answer.err
    named = {"AMI_STEWARD_SHARES_TABLE": "ami-steward-shares", "AMI_STEWARD_PREFIX": "elsewhere"}
    assert len(world.run("shares", "--output", "json", **named).expect(OK).json["shares"]) == 4


def test_throttling_is_waited_for_and_given_up_in_the_end(world: World) -> None:
    code = "ProvisionedThroughputExceededException"
    world.cloud.fault("error", action="dynamodb:Scan", status=400, code=code, times=2)
    assert len(world.run("shares", "--output", "json").expect(OK).json["shares"]) == 4
    world.cloud.fault("error", action="dynamodb:Scan", status=400, code=code, times=None)
    answer = world.run("shares", AWS_MAX_ATTEMPTS="2").expect(FAILED)
    assert code in answer.err and "2 attempts" in answer.err


def test_nothing_answers(world: World) -> None:
    answer = world.run("shares", "--endpoint-url", "http://127.0.0.1:9", AWS_MAX_ATTEMPTS="1").expect(FAILED)
    assert "couldNotConnect" in answer.err


# MARK: Ends


@pytest.fixture
def slow(world: World) -> Iterator[subprocess.Popen[str]]:
    """A command that waits for an answer."""
    world.cloud.fault("delay", action="dynamodb:Scan", seconds=5, times=1)
    before = world.cloud.count("requests")
    process = subprocess.Popen(
        [PROGRAM, "shares"],
        env=environment(world.cloud, world.account),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = clock.monotonic() + 10
    while not world.cloud.faults()[0]["struck"] and clock.monotonic() < deadline:
        clock.sleep(0.02)
    assert world.cloud.count("requests") >= before
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_and_quietly(slow: subprocess.Popen[str], number: int, status: int) -> None:
    slow.send_signal(number)
    out, err = slow.communicate(timeout=3)
    assert (slow.returncode, out, err) == (status, "", "")


def test_a_reader_that_goes_away_is_no_error(world: World) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [PROGRAM, "help"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environment(world.cloud, world.account),
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


def test_a_full_disk_is_told(world: World) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "help"], stdout=full, stderr=subprocess.PIPE, env={}, check=False)
    assert (done.returncode, done.stderr) == (FAILED, b"amictl: standard output: No space left on device\n")


def test_amictl_needs_no_home(cloud: LocalCloud) -> None:
    assert amictl(cloud, "creator", "version", HOME="").expect(OK).out.startswith("amictl ")
