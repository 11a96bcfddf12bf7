"""What the deregistration checker answers and does without an event: checks with EC2's own count, measurements, the guard."""

import datetime
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from amictl import OK, amictl
from localcloud.deployment import ADMINISTRATOR
from story import CONSUMER_A, CONSUMER_B, CREATOR, Event, Stage, Story
from world import World

CHECKER = "deregistration-checker"
PROTECTION = ["ec2:EnableImageDeregistrationProtection", "ec2:DisableImageDeregistrationProtection"]


def tell(story: Story, *events: Event, minutes_ago: int = 60) -> None:
    """Delivers events of an hour ago, whatever day it is: sweeps go by the clock, and leave alone what has just begun."""
    for event in events:
        happened = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes_ago)
        event["time"] = event["detail"]["eventTime"] = happened.strftime("%Y-%m-%dT%H:%M:%SZ")
        story.tell(event)
        minutes_ago -= 1


def check(story: Story, **more: Any) -> dict[str, Any]:
    answer, failed = story.stage.invoke(CHECKER, {"check": story.image, **more})
    assert not failed, answer
    return answer


def sweep(stage: Stage, *accounts: str) -> None:
    """Lets these accounts' usage trackers look through everything there is now."""
    for account in accounts:
        event: dict[str, Any] = {"sweep": {"force": True}}
        for _ in range(20):
            answer, failed = stage.invoke("usage-tracker", event, account)
            assert not failed, answer
            if answer["sweep"] == "completed":
                break
            event = {"sweep": {}}
        assert answer["sweep"] == "completed", answer


def metrics(stage: Stage) -> list[dict[str, Any]]:
    """What the checker published, oldest first: the values of each record in the embedded metric format."""
    found = []
    for line in stage.cloud.logs(stage.function(CHECKER)).splitlines():
        if line.startswith("{") and '"_aws"' in line:
            record = json.loads(line)
            (directive,) = record["_aws"]["CloudWatchMetrics"]
            assert (directive["Namespace"], directive["Dimensions"]) == ("AMISteward", [["FunctionName"]])
            assert record["FunctionName"] == "ami-steward-deregistration-checker"
            assert abs(record["_aws"]["Timestamp"] / 1000 - time.time()) < 3600 * 24
            found.append({metric["Name"]: record[metric["Name"]] for metric in directive["Metrics"]})
    return found


@pytest.fixture
def quick_reports(stage: Stage) -> Iterator[None]:
    stage.cloud.set(report_seconds=0)
    yield
    stage.cloud.set(report_seconds=0.3)


def reports(story: Story) -> list[dict[str, Any]]:
    """EC2's usage reports of the image that are there."""
    return story.cloud.client("ec2", CREATOR).describe_image_usage_reports(ImageIds=[story.image])["ImageUsageReports"]


def test_an_image_is_clear_once_everybody_was_swept(stage: Stage, story: Story) -> None:
    tell(story, story.share(CONSUMER_A))
    assert check(story)["verdict"] == "unknown"
    sweep(stage, CREATOR, CONSUMER_A)
    answer = check(story)
    assert (answer["verdict"], answer["reasons"]) == ("clear", [])
    assert {found["status"] for found in answer["coverage"]} == {"swept"}
    (note,) = answer["notes"]
    oldest = min(found["last_sweep_started"] for found in answer["coverage"])
    assert note.endswith(f"as of the oldest sweep, at {oldest[:19].replace('T', ' ')} UTC")
    # Another account, of which nothing is known since it got the image.
    tell(story, story.share(CONSUMER_B), minutes_ago=0)
    answer = check(story)
    assert answer["verdict"] == "unknown"
    assert all(story.cloud.account(CONSUMER_B) in reason for reason in answer["reasons"])
    assert check(story, accounts=[story.cloud.account(CONSUMER_A)])["verdict"] == "clear"
    tell(story, story.run(CONSUMER_A))
    assert check(story)["verdict"] == "in-use"


def test_a_share_that_no_event_told_of(stage: Stage, story: Story) -> None:
    sweep(stage, CREATOR)
    story.share(CONSUMER_A)
    story.permit(add=[{"Group": "all"}])
    for answer in (check(story), check(story)):
        assert answer["shared_with"] == [f"account#{story.cloud.account(CONSUMER_A)}", "group#all"]
        assert answer["verdict"] == "unknown"
    assert story.statuses() == {principal: "shared" for principal in answer["shared_with"]}


def test_ec2_counts_what_no_event_told_of(stage: Stage, story: Story, quick_reports: None) -> None:
    World(stage, CONSUMER_B).forget()
    tell(story, story.share(CONSUMER_A, CONSUMER_B), story.run(CONSUMER_A, 2))
    story.run(CONSUMER_B, 3)
    assert "owner_view" not in check(story)
    answer = check(story, owner_view=True)
    assert answer["owner_view"]["status"] == "available"
    (gap,) = answer["gaps"]
    expected = {"account_id": story.cloud.account(CONSUMER_B), "kind": "instance", "table": 0, "ec2": 3, "explained": False}
    assert {name: gap[name] for name in expected} == expected
    assert metrics(stage)[-1] == {"Gaps": 1}
    # The sweep finds them; what ends after it is no gap, though EC2 counts it for a while.
    sweep(stage, CONSUMER_B)
    answer = check(story, owner_view=True)
    assert answer["gaps"] == []
    assert answer["resource_count"] == 5
    assert metrics(stage)[-1] == {"Gaps": 0}
    dynamodb = story.cloud.client("dynamodb", CREATOR)
    for row in story.usage():
        if row["account_id"] == story.cloud.account(CONSUMER_B):
            key = {name: {"S": row[name]} for name in ("account_id", "resource")}
            dynamodb.delete_item(TableName=World.usage_table, Key=key)
    (gap,) = check(story, owner_view=True)["gaps"]
    assert (gap["table"], gap["ec2"], gap["explained"]) == (0, 3, True)
    assert metrics(stage)[-1] == {"Gaps": 0}
    assert reports(story) == []


def test_ec2s_view_that_is_not_to_be_had(stage: Stage, story: Story) -> None:
    story.cloud.set(report_seconds=3600)
    first, second = check(story, owner_view=True), check(story, owner_view=True)
    story.cloud.set(report_seconds=0.3)
    for answer in (first, second):
        assert answer["owner_view"]["status"] == "pending"
        assert answer["owner_view"]["reason"].endswith("ask again in a few minutes")
        assert answer["gaps"] == []
    # It is one report, which is there for whoever asks once EC2 is done.
    assert first["owner_view"]["report_time"][:19] == second["owner_view"]["report_time"][:19]
    assert len(reports(story)) == 1
    time.sleep(0.5)
    answer = check(story, owner_view=True)
    assert answer["owner_view"]["status"] == "available"
    assert answer["owner_view"]["report_time"][:19] == first["owner_view"]["report_time"][:19]
    assert reports(story) == []
    story.cloud.fault("error", action="ec2:CreateImageUsageReport", status=403, code="UnauthorizedOperation", times=1)
    reason = check(story, owner_view=True)["owner_view"]["reason"]
    assert reason == "owner's view not available: CreateImageUsageReport: UnauthorizedOperation"
    assert reports(story) == []


def test_a_report_of_somebody_else_is_left_alone(stage: Stage, story: Story, quick_reports: None) -> None:
    """It may count less, and whoever made it wants it."""
    ec2 = story.cloud.client("ec2", CREATOR)
    theirs = ec2.create_image_usage_report(ImageId=story.image, ResourceTypes=[{"ResourceType": "ec2:Instance"}])["ReportId"]
    tell(story, story.share(CONSUMER_A))
    World(stage, CONSUMER_A).template(story.image)
    assert [gap["kind"] for gap in check(story, owner_view=True)["gaps"]] == ["launch-template"]
    assert [report["ReportId"] for report in reports(story)] == [theirs]


def test_alerts_and_coverage_are_measured(stage: Stage, story: Story) -> None:
    tell(story, story.share(CONSUMER_A), story.run(CONSUMER_A, 2), story.unshare(CONSUMER_A))
    assert metrics(stage)[-1] == {"AlertsSent": 1, "AlertsFailed": 0}
    (mail,), (message,) = story.mail(), story.messages()
    assert "Known from:  " in mail["text"] and "Known from" in mail["html"]
    assert "Last event:  " in mail["text"] and "Last event" in mail["html"]
    assert message["coverage"]["account_id"] == story.cloud.account(CONSUMER_A)
    assert message["coverage"]["status"] in ("swept", "stale", "never", "no-tracker")
    stage.search_all()
    sweep(stage, CREATOR, CONSUMER_A)
    answer, failed = stage.invoke(CHECKER, story.sample("measure"))
    assert not failed
    # Losses of other tests that are followed up may be told after it.
    measured = [found for found in metrics(stage) if "UnknownAccounts" in found][-1]
    assert set(measured) == {"UnknownAccounts", "AccountsAwaitingSweep", "UsageRows", "SweepAge"}
    table = stage.deployment.table(CREATOR, "usage")
    assert measured["UsageRows"] == answer["usage_rows"] == sum(row["image_id"] != "coverage" for row in table)
    assert measured["SweepAge"] >= 0
    assert measured["UnknownAccounts"] == answer["unknown_account_count"] == len(answer["unknown_accounts"])
    waiting = answer["accounts_awaiting_sweep"]
    assert measured["AccountsAwaitingSweep"] == answer["accounts_awaiting_sweep_count"] == len(waiting)
    assert story.cloud.account(CONSUMER_A) not in answer["unknown_accounts"] + waiting


def test_a_loss_names_accounts_of_which_nothing_is_known(stage: Stage, story: Story) -> None:
    untracked = "999999999999"
    permission = [{"UserId": untracked}, {"UserId": story.cloud.account(CONSUMER_A)}]
    sweep(stage, CONSUMER_A)
    loss = story.permit(add=permission), story.permit(remove=permission)
    tell(story, *loss)
    said = "accounts lost the image of which it is not known whether they use it"
    records = [
        json.loads(line) for line in stage.cloud.logs(stage.function(CHECKER)).splitlines() if story.image in line and said in line
    ]
    assert [(record["level"], record["count"], record["account_ids"]) for record in records] == [("WARN", 1, [untracked])]
    assert story.mail() == story.messages() == []
    # The administrator is told, once however often the loss is; nobody else can be.
    tell(story, loss[1], minutes_ago=59)
    (mail,), (message,) = story.notices(), story.notice_messages()
    assert mail["to"] == [ADMINISTRATOR]
    assert mail["subject"].startswith(f"AMI {story.image} was lost to account {untracked} in ")
    said = f"account {untracked} has no usage tracker; last event: none known"
    assert said in mail["text"] and said in mail["html"]
    assert message["accounts"] == [{"account_id": untracked, "skipped": [], "status": "no-tracker"}]
    assert (message["account_count"], message["attribute"]) == (1, story.cloud.account(CREATOR))
    listed = amictl(story.cloud, story.cloud.account(CREATOR), "alerts", story.image, "--output", "json").expect(OK).json
    assert [(alert["about"], [told["channel"] for told in alert["told"]]) for alert in listed["alerts"]] == [
        ("unknown-use", ["administrator", "topic"]),
    ]  # fmt: skip


def test_a_loss_before_the_next_sweep_is_no_mail(stage: Stage, story: Story) -> None:
    """The account's tracker is at work: its next sweep tells what no event did."""
    sweep(stage, CONSUMER_A)
    for event in (story.share(CONSUMER_A), story.unshare(CONSUMER_A)):
        time.sleep(1.1)  # events tell whole seconds
        tell(story, event, minutes_ago=0)
    assert story.notices() == story.mail() == []
    (message,) = story.notice_messages()
    assert [(each["account_id"], each["status"]) for each in message["accounts"]] == [(story.cloud.account(CONSUMER_A), "stale")]
    assert check(story)["verdict"] == "unknown"
    sweep(stage, CREATOR, CONSUMER_A)
    assert check(story)["verdict"] == "clear"


# MARK: The guard


@contextmanager
def guarded(stage: Stage, mode: str) -> Iterator[None]:
    """The checker with a guard, as `guard = …` deploys it."""
    functions, iam = stage.cloud.client("lambda", CREATOR), stage.cloud.client("iam", CREATOR)
    name = stage.function(CHECKER).rpartition("/")[2]
    configuration = functions.get_function_configuration(FunctionName=name)
    role, variables = configuration["Role"].rpartition("/")[2], configuration["Environment"]["Variables"]
    statement = {"Sid": "GuardImages", "Effect": "Allow", "Action": PROTECTION, "Resource": "arn:aws:ec2:*::image/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def deploy(variables: dict[str, str]) -> None:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        stage.cloud.set(recycle=stage.function(CHECKER))

    iam.put_role_policy(RoleName=role, PolicyName="guard", PolicyDocument=document)
    deploy(variables | {"GUARD": mode, "GUARD_TAG": "guarded=yes"})
    try:
        yield
    finally:
        deploy(variables)
        iam.delete_role_policy(RoleName=role, PolicyName="guard")


def guard(stage: Stage) -> dict[str, Any]:
    for _ in range(20):
        answer, failed = stage.invoke(CHECKER, {"guard": {}})
        assert not failed, answer
        if answer["complete"]:
            return answer
    raise AssertionError("the guard does not come to an end")


def protection(story: Story) -> str:
    (image,) = story.cloud.client("ec2", CREATOR).describe_images(ImageIds=[story.image])["Images"]
    return image["DeregistrationProtection"]


def record(story: Story) -> str | None:
    return story.principals().get("guard", {}).get("status")


def test_the_guard_protects_what_is_used_until_it_is_clear(stage: Stage, story: Story) -> None:
    untouched, theirs = stage.story(), stage.story()
    ec2 = story.cloud.client("ec2", CREATOR)
    for each in (story, theirs):
        ec2.create_tags(Resources=[each.image], Tags=[{"Key": "guarded", "Value": "yes"}])
        tell(each, each.share(CONSUMER_A), each.run(CONSUMER_A))
    tell(untouched, untouched.share(CONSUMER_A), untouched.run(CONSUMER_A))
    ec2.enable_image_deregistration_protection(ImageId=theirs.image, WithCooldown=True)
    with guarded(stage, "off"):
        assert guard(stage)["scope"] == "off"
    with guarded(stage, "tagged"):
        assert story.image in guard(stage)["given"]
        assert [protection(each) for each in (story, theirs, untouched)] == [
            "enabled-without-cooldown", "enabled-with-cooldown", "disabled",
        ]  # fmt: skip
        assert [record(each) for each in (story, theirs, untouched)] == ["given", None, None]
        assert guard(stage)["given"] == []
        # Nothing runs any more, as far as anybody has heard: that is not enough.
        instances = [row["resource_id"] for row in story.usage()]
        story.cloud.client("ec2", CONSUMER_A).terminate_instances(InstanceIds=instances)
        World(stage, CONSUMER_B).forget()
        story.share(CONSUMER_B)
        sweep(stage, CREATOR, CONSUMER_A)
        assert story.usage() == []
        assert story.image not in guard(stage)["taken"]
        assert protection(story) == "enabled-without-cooldown"
        sweep(stage, CONSUMER_B)
        assert story.image in guard(stage)["taken"]
        assert [protection(each) for each in (story, theirs)] == ["disabled", "enabled-with-cooldown"]
        assert record(story) == "unguarded"


def test_the_guard_is_cut_off_between_ec2_and_its_record(stage: Stage, story: Story) -> None:
    story.cloud.client("ec2", CREATOR).create_tags(
        Resources=[story.image], Tags=[{"Key": "guarded", "Value": "yes"}]
    )
    tell(story, story.share(CONSUMER_A), story.run(CONSUMER_A))
    with guarded(stage, "tagged"):
        story.cloud.fault("kill-after", action="ec2:EnableImageDeregistrationProtection", times=1)
        answer, failed = stage.invoke(CHECKER, {"guard": {}})
        story.cloud.clear_faults()
        assert failed
        assert (protection(story), record(story)) == ("enabled-without-cooldown", "giving")
        # Whose protection it is, nobody can tell: it is left, whatever comes.
        assert story.image in guard(stage)["left"]
        assert record(story) == "left"
        instances = [row["resource_id"] for row in story.usage()]
        story.cloud.client("ec2", CONSUMER_A).terminate_instances(InstanceIds=instances)
        sweep(stage, CREATOR, CONSUMER_A)
        guard(stage)
        assert protection(story) == "enabled-without-cooldown"
