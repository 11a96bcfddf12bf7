"""amictl check: may an image be unshared or deregistered? What the tables know, what EC2 knows, and what neither does."""

import json
import signal
import subprocess
from subprocess import PIPE

import pytest
from amictl import FAILED, IN_USE, OK, PROGRAM, UNKNOWN, USAGE, World, environment
from localcloud.client import LocalCloud
from localcloud.testing import create_role, eventually

A, B = "222222222301", "222222222302"


@pytest.fixture(autouse=True)
def program() -> None:
    if not PROGRAM.exists():
        pytest.fail("dist/ lacks amictl; run scripts/package amictl first")


@pytest.fixture
def world(cloud: LocalCloud) -> World:
    """One image, which an account has that was swept since, as was the owner's."""
    world = World(cloud)
    world.ami = world.image("golden")
    world.share(world.ami, A)
    world.permit(world.ami, A)
    world.sweep(A)
    world.sweep(world.account)
    return world


def run(world: World, account: str, **parameters: object) -> list[str]:
    """Instances in an account, in EC2 alone."""
    answer = world.cloud.client("ec2", account).run_instances(
        ImageId=world.ami, MinCount=2, MaxCount=2, InstanceType="t3.micro", **parameters
    )
    return [instance["InstanceId"] for instance in answer["Instances"]]


def test_clear(world: World) -> None:
    world.write()
    answer = world.run("check", world.ami, "--output", "json").expect(OK)
    assert answer.err == ""
    check = answer.json
    assert (check["image_id"], check["image_name"], check["verdict"], check["in_use"]) == (world.ami, "golden", "clear", False)
    assert check["reasons"] == []
    assert check["owner_view"]["status"] == "available"
    assert {each["account_id"]: each["status"] for each in check["coverage"]}[A] == "swept"
    people = world.run("check", world.ami).expect(OK).out
    assert people.startswith(f"{world.ami} (golden) is clear: nothing uses it, and that is known well.\nNote: Auto Scaling groups")
    assert "It agrees with the tables." in people


def test_in_use(world: World) -> None:
    for instance in run(world, A):
        world.use(world.ami, A, instance)
    world.write()
    answer = world.run("check", world.ami, "--output", "yaml").expect(IN_USE)
    assert "verdict: in-use\nin_use: true\n" in answer.out
    people = world.run("check", world.ami).expect(IN_USE).out
    assert "is in use: 2 resources in 1 account." in people
    assert "2 instances" in people and "It agrees with the tables." in people


def test_what_only_ec2_knows_is_use_and_a_difference(world: World) -> None:
    run(world, A)
    world.write()
    check = world.run("check", world.ami, "--output", "json").expect(IN_USE).json
    assert check["resource_count"] == 0
    (gap,) = check["gaps"]
    assert (gap["account_id"], gap["kind"], gap["table"], gap["ec2"]) == (A, "instance", 0, 2)
    people = world.run("check", world.ami).expect(IN_USE).out
    assert "EC2 knows of use that the tables do not have" in people
    assert "It differs from the tables:" in people
    # From the tables alone it looks clear.
    assert "clear" in world.run("check", world.ami, "--no-ec2").expect(OK).out


def test_what_only_the_tables_know_is_a_difference(world: World) -> None:
    world.use(world.ami, A, "i-0aaa", first_seen="2020-01-01T00:00:00.000Z")
    world.write()
    check = world.run("check", world.ami, "--output", "json").expect(IN_USE).json
    (gap,) = check["gaps"]
    assert (gap["table"], gap["ec2"], gap["explained"]) == (1, 0, False)


def test_the_owners_own_use_counts_before_a_sweep(world: World) -> None:
    (first, second) = run(world, world.account)
    world.write()
    check = world.run("check", world.ami, "--output", "json").expect(IN_USE).json
    assert sorted(each["arn"].rpartition("/")[2] for each in check["image_references"]) == sorted([first, second])
    people = world.run("check", world.ami).expect(IN_USE).out
    assert "References in this account" in people and first in people


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda world: world.share(world.ami, B), f"account {B} has no usage tracker"),
        (lambda world: (world.share(world.ami, B), world.tracker(B)), f"account {B} has never been swept completely"),
        (
            lambda world: (world.share(world.ami, B), world.sweep(B, hours_ago=100)),
            f"the last complete sweep of account {B}",
        ),
        (
            lambda world: (world.share(world.ami, B), world.sweep(B, skipped="fleets")),
            f"the last sweep of account {B} had to leave out: fleets",
        ),
        (lambda world: world.permit(world.ami, B), f"account {B} has no usage tracker"),
        (lambda world: world.share(world.ami, "group#all"), "the image is public: EC2's report of "),
        (lambda world: world.share(world.ami, B, status="removed", hours_ago=71), f"account {B} has no usage tracker; it had"),
        (lambda world: world.share(world.ami, "group#all", status="removed", hours_ago=71), "the image was public until "),
    ],
    ids=[
        "no tracker", "never swept", "stale", "left out", "a share that was never recorded", "public", "lost it lately",
        "public until lately",
    ],
)
def test_not_known_well_enough(world: World, change: object, reason: str) -> None:
    change(world)
    world.write()
    check = world.run("check", world.ami, "--output", "json").expect(UNKNOWN).json
    assert check["verdict"] == "unknown"
    assert any(text.startswith(reason) for text in check["reasons"]), check["reasons"]
    people = world.run("check", world.ami).expect(UNKNOWN).out
    assert f"  - {reason}" in people
    # Of the account that is known the answer is known.
    world.run("check", world.ami, "--account", A).expect(OK)


def test_the_owners_account_has_to_be_known_as_well(cloud: LocalCloud) -> None:
    world = World(cloud)
    world.ami = world.image("golden")
    world.write()
    for ec2 in ([], ["--no-ec2"]):
        check = world.run("check", world.ami, *ec2, "--output", "json").expect(UNKNOWN).json
        assert (check["verdict"], check["reasons"]) == ("unknown", [f"account {world.account} has no usage tracker"])
    assert f"{world.account} (owner)  none       no tracker: not known" in world.run("check", world.ami).expect(UNKNOWN).out
    world.sweep(world.account)
    world.write()
    assert world.run("check", world.ami, "--output", "json").expect(OK).json["verdict"] == "clear"


def test_those_that_lost_it_are_settled_by_ec2(world: World) -> None:
    """Its report has what they began before they lost it, once that was long enough before the report."""
    world.share(world.ami, B, status="removed", hours_ago=80)
    world.share(world.ami, "group#all", status="removed", hours_ago=80)
    world.write()
    tables = world.run("check", world.ami, "--no-ec2", "--output", "json").expect(UNKNOWN).json
    assert len(tables["reasons"]) == 2 and tables["notes"] == []
    both = world.run("check", world.ami, "--output", "json").expect(OK).json
    assert both["reasons"] == [] and "does not count" in both["notes"][0]
    assert "Note: " in world.run("check", world.ami).expect(OK).out


def test_an_image_that_is_older_than_the_records(cloud: LocalCloud, world: World) -> None:
    (made,) = cloud.seed_images(world.account, [{"name": "old", "created": "2020-01-01T00:00:00.000Z"}])
    world.write()
    check = world.run("check", made["image_id"], "--output", "json").expect(UNKNOWN).json
    (reason,) = check["reasons"]
    assert reason.startswith("the image is of 2020-01-01 00:00:00 UTC, shares are recorded since ")
    # Nothing tells that this account never had it; its owner has it, and was swept.
    named = world.run("check", made["image_id"], "--account", A, "--output", "json").expect(UNKNOWN).json
    assert [text.split(";")[0] for text in named["reasons"]] == [reason.split(";")[0]]
    world.run("check", made["image_id"], "--account", world.account).expect(OK)


def test_a_mistyped_id_is_not_clear(world: World) -> None:
    world.write()
    answer = world.run("check", "ami-0123456789abcdef0").expect(UNKNOWN)
    assert "EC2 knows no such image" in answer.out
    assert "not available" in answer.out


def test_of_one_account(world: World) -> None:
    world.use(world.ami, B, "i-0bbb")
    world.write()
    world.run("check", world.ami, "--account", A).expect(OK)
    world.run("check", world.ami, "--account", A, "--account", B).expect(IN_USE)
    world.run("check", world.ami, "--account", "12").expect(USAGE)


def test_what_ec2_refuses_is_said_and_the_tables_answer(world: World) -> None:
    world.write()
    statement = {
        "Effect": "Allow",
        "Action": [
            "dynamodb:DescribeTable", "dynamodb:Query", "dynamodb:GetItem", "ec2:DescribeImageAttribute", "ec2:DescribeImages",
        ],
        "Resource": "*",
    }
    role = create_role(world.cloud, world.account, "asks", [statement], json.dumps(_trust(world)))
    answer = world.run("check", world.ami, "--role-arn", role, "--output", "json").expect(OK)
    assert answer.json["owner_view"]["status"] == "not-available"
    assert "UnauthorizedOperation" in answer.json["owner_view"]["reason"]
    assert "UnauthorizedOperation" in answer.json["image_references_reason"]
    people = world.run("check", world.ami, "--role-arn", role).expect(OK).out
    assert "not available: DescribeImageUsageReports: UnauthorizedOperation" in people
    assert "not available: DescribeImageReferences: UnauthorizedOperation" in people


def test_shares_that_ec2_does_not_tell_are_a_doubt(world: World) -> None:
    world.write()
    world.cloud.fault("error", action="ec2:DescribeImageAttribute", status=403, code="UnauthorizedOperation", times=None)
    answer = world.run("check", world.ami).expect(UNKNOWN)
    assert "EC2 does not tell whom the image is shared with" in answer.out


def test_reports_are_taken_away(world: World) -> None:
    world.write()
    world.run("check", world.ami).expect(OK)
    reports = world.cloud.client("ec2", world.account).describe_image_usage_reports()["ImageUsageReports"]
    assert reports == []


def test_an_interrupted_question_leaves_no_report(world: World) -> None:
    world.write()
    world.cloud.set(report_seconds=60)
    ec2 = world.cloud.client("ec2", world.account)
    settings = environment(world.cloud, world.account)
    process = subprocess.Popen([PROGRAM, "check", world.ami], env=settings, stdout=PIPE, stderr=PIPE, text=True)
    eventually(lambda: ec2.describe_image_usage_reports()["ImageUsageReports"])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 130
    assert ec2.describe_image_usage_reports()["ImageUsageReports"] == []


def test_throttling_and_a_report_that_takes_its_time(world: World) -> None:
    world.write()
    world.cloud.set(report_seconds=2)
    world.cloud.fault("error", action="ec2:*", status=503, code="RequestLimitExceeded", times=2)
    assert world.run("check", world.ami, "--output", "json").expect(OK).json["owner_view"]["status"] == "available"
    world.cloud.set(report_seconds=60)
    late = world.run("check", world.ami, "--wait", "12", "--output", "json").expect(OK).json
    assert (late["owner_view"]["status"], late["gaps"]) == ("pending", [])
    assert "ask again in a few minutes" in world.run("check", world.ami, "--wait", "12").expect(OK).out
    # The next check finds what EC2 has made meanwhile.
    world.cloud.set(report_seconds=1)
    found = world.run("check", world.ami, "--output", "json").expect(OK).json
    assert found["owner_view"]["report_time"][:19] == late["owner_view"]["report_time"][:19]
    assert world.cloud.client("ec2", world.account).describe_image_usage_reports()["ImageUsageReports"] == []


def test_the_tables_cannot_be_read(world: World) -> None:
    world.write()
    world.cloud.fault("error", action="dynamodb:Query", status=400, code="AccessDeniedException", times=None)
    answer = world.run("check", world.ami).expect(FAILED)
    assert "the caller needs dynamodb:Query" in answer.err and answer.out == ""


def _trust(world: World) -> dict[str, object]:
    principal = {"AWS": f"arn:aws:iam::{world.account}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
