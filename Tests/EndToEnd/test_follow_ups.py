"""Losses are told again each hour: an account of whose use nothing was known when it lost an image is told once it is found."""

import datetime
import json
import time
from typing import Any

import pytest
from amictl import OK, amictl
from localcloud.deployment import ADDRESSES, ADMINISTRATOR
from measures import metrics, values
from story import CONSUMER_A, CONSUMER_B, CREATOR, TIMEOUT, Event, Row, Stage, Story
from world import World

CHECKER = "deregistration-checker"
LATE = "This comes late: the loss was told at "


@pytest.fixture(autouse=True)
def alone(stage: Stage) -> None:
    """No search for shares is due, and no loss of another test is followed up, which would take of the run's time."""
    stage.search_all()
    dynamodb, table = stage.cloud.client("dynamodb", CREATOR), stage.deployment.terraform.outputs()["creator"]["shares_table"]
    for row in stage.deployment.table(CREATOR, "shares", containing=["loss-follow-up"]):
        if row["image_id"] == "loss-follow-up" and row["follow_up"] == "pending":
            dynamodb.update_item(
                TableName=table, Key={name: {"S": row[name]} for name in ("image_id", "principal")},
                UpdateExpression="SET follow_up = :s", ExpressionAttributeValues={":s": {"S": "settled"}},
            )  # fmt: skip


@pytest.fixture
def worlds(stage: Stage) -> dict[str, World]:
    """The accounts, swept before anything happens."""
    worlds = {name: World(stage, name) for name in (CREATOR, CONSUMER_A, CONSUMER_B)}
    for world in worlds.values():
        world.sweep()
    return worlds


def ago(event: Event, minutes: float) -> Event:
    """The event as one of so long ago."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes)
    text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return event | {"time": text, "detail": event["detail"] | ({"eventTime": text} if "eventTime" in event["detail"] else {})}


def share(story: Story, *accounts: str) -> None:
    story.tell(ago(story.share(*accounts), 90))


def follow_up(story: Story) -> Row:
    """What is noted of the story's one loss."""
    rows = story.stage.deployment.table(CREATOR, "shares", containing=["loss-follow-up", story.image])
    (row,) = (row for row in rows if row["image_id"] == "loss-follow-up" and row["principal"].startswith(f"{story.image}#"))
    return row


def told(story: Story) -> list[list[str]]:
    """To whom e-mails went by the end of an hourly run."""
    story.stage.measure()
    return story.mailed()


def test_a_lost_launch_is_told_once_it_is_found(stage: Stage, story: Story, worlds: dict[str, World]) -> None:
    """Neither the launch nor the sweep before it told of the use: the sweep after the loss does."""
    share(story, CONSUMER_A, CONSUMER_B)
    story.tell(ago(story.run(CONSUMER_B), 80))
    story.run(CONSUMER_A)
    story.tell(ago(story.unshare(CONSUMER_A, CONSUMER_B), 60))
    assert story.mailed() == [ADDRESSES[CONSUMER_B]]
    assert told(story) == [ADDRESSES[CONSUMER_B]]
    noted = follow_up(story)
    assert (noted["follow_up"], noted["looked_at"], "status" in noted) == ("pending", noted["told_at"], False)

    worlds[CONSUMER_A].sweep()
    assert story.mailed() == [ADDRESSES[CONSUMER_B]]
    before = len(metrics(stage.cloud.logs(stage.function(CHECKER))))
    answer = stage.measure()["follow_ups"]
    assert (answer["told"], answer["complete"]) == (1, True)
    assert answer["looked_at"] > answer["pending"]
    published = [values(line) for line in metrics(stage.cloud.logs(stage.function(CHECKER)))[before:]]
    assert {"AlertsSent": 1, "AlertsFailed": 0} in published
    assert follow_up(story)["follow_up"] == "settled"
    assert story.mailed() == sorted([ADDRESSES[CONSUMER_A], ADDRESSES[CONSUMER_B]])
    (late,) = (mail for mail in story.mail() if mail["to"] == ADDRESSES[CONSUMER_A])
    (early,) = (mail for mail in story.mail() if mail["to"] == ADDRESSES[CONSUMER_B])
    assert LATE in late["text"] and LATE in late["html"] and LATE not in early["text"]
    assert "Known from:         Events, and a sweep of everything there at " in late["text"]
    messages = {message["account_id"]: message for message in story.messages()}
    assert messages[worlds[CONSUMER_A].number]["found_after"] == noted["told_at"]
    assert "found_after" not in messages[worlds[CONSUMER_B].number]

    assert told(story) == sorted([ADDRESSES[CONSUMER_A], ADDRESSES[CONSUMER_B]])
    assert len(story.messages()) == 2
    assert story.statuses() == {f"account#{worlds[name].number}": "removed" for name in (CONSUMER_A, CONSUMER_B)}
    number = story.cloud.account(CREATOR)
    listed = amictl(story.cloud, number, "alerts", story.image, "--output", "json").expect(OK).json
    about = [alert["account_id"] for alert in listed["alerts"] if alert["about"] == "use"]
    assert sorted(about) == sorted(messages)
    assert amictl(story.cloud, number, "shares", "--output", "json").expect(OK).err == ""


@pytest.mark.parametrize("loss", ["public", "deregistered"])
def test_a_launch_that_is_told_late(stage: Stage, story: Story, worlds: dict[str, World], loss: str) -> None:
    launch = ago(story.run_event([story.instance(0)]), 80)
    if loss == "public":
        public = [{"Group": "all"}]
        story.tell(ago(story.permit(add=public), 90), ago(story.permit(remove=public), 60))
    else:
        share(story, CONSUMER_A)
        story.tell(ago(story.sample("deregister-image"), 60), ago(story.sample("ami-state-change-deregistered"), 59.9))
    assert told(story) == []
    story.tell(launch)
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    # What is launched since is no use of before the loss.
    story.tell(ago(story.run_event([story.instance(1)], CONSUMER_B), 5))
    assert told(story) == [ADDRESSES[CONSUMER_A]]


def test_who_uses_nothing_is_never_told(stage: Stage, story: Story, worlds: dict[str, World]) -> None:
    world = worlds[CONSUMER_A]
    share(story, CONSUMER_A)
    story.tell(ago(story.unshare(CONSUMER_A), 60))
    assert story.notices() == []
    world.sweep()
    # The index may be behind the sweep for a minute.
    assert (told(story), follow_up(story)["follow_up"]) == ([], "pending")
    world.backdate(hours=0.1)
    assert (told(story), follow_up(story)["follow_up"]) == ([], "settled")
    assert story.notices() == story.messages() == []
    # Settled ones cost one request of all runs.
    before = story.cloud.count("requests")
    stage.measure()
    asked = story.cloud.requests(before, function=stage.function(CHECKER))
    assert not any(story.image in str(request) for request in asked)


def test_who_has_it_again_is_not_alarmed(stage: Stage, story: Story, worlds: dict[str, World]) -> None:
    share(story, CONSUMER_A)
    story.run(CONSUMER_A)
    story.tell(ago(story.unshare(CONSUMER_A), 60), ago(story.share(CONSUMER_A), 30))
    worlds[CONSUMER_A].sweep()
    assert (told(story), follow_up(story)["follow_up"]) == ([], "settled")
    # What it loses next, it is told by the event.
    story.tell(ago(story.unshare(CONSUMER_A), 20))
    assert story.mailed() == told(story) == [ADDRESSES[CONSUMER_A]]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("ses:SendEmail", "kill-before"), ("sns:Publish", "kill-after"), ("dynamodb:Query", "kill-after"),
        ("ssm:GetParameters", "kill-before"),
    ],
)  # fmt: skip
def test_a_run_that_is_cut_off(stage: Stage, story: Story, worlds: dict[str, World], action: str, kind: str) -> None:
    share(story, CONSUMER_A)
    story.run(CONSUMER_A)
    story.tell(ago(story.unshare(CONSUMER_A), 60))
    worlds[CONSUMER_A].sweep()
    story.cloud.fault(kind, function=stage.function(CHECKER), action=action, times=1)
    assert stage.invoke(CHECKER, {"measure": {}})[1]
    story.cloud.clear_faults()
    time.sleep(TIMEOUT + 1)  # the claim of whoever was cut off ends with its time
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    (mail,) = story.mail()
    assert LATE in mail["text"]
    assert len(story.messages()) == (2 if action == "sns:Publish" else 1)


def test_an_event_that_is_given_up(stage: Stage, story: Story, worlds: dict[str, World]) -> None:
    """Each delivery is cut off before anybody is told: the hourly run goes on with it. Nothing was known late."""
    share(story, CONSUMER_A)
    story.tell(ago(story.run(CONSUMER_A), 80))
    story.cloud.fault("kill-before", function=stage.function(CHECKER), action="ssm:GetParameters", times=None)
    (delivery,) = story.deliver(ago(story.unshare(CONSUMER_A), 60))
    story.cloud.clear_faults()
    assert (len(delivery.errors), story.mailed()) == (1, [])
    assert "told_at" not in follow_up(story)
    time.sleep(TIMEOUT + 1)
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    assert LATE not in story.mail()[0]["text"]
    (dead,) = story.dead_letters(CHECKER)
    assert stage.invoke(CHECKER, dead) == (None, False)
    assert told(story) == [ADDRESSES[CONSUMER_A]]


def test_an_owner_without_an_address(stage: Stage, story: Story, worlds: dict[str, World]) -> None:
    """The administrator is told in its place, which is a failure once; the owner is told once there is an address."""
    share(story, CONSUMER_A)
    story.run(CONSUMER_A)
    story.tell(ago(story.unshare(CONSUMER_A), 60))
    worlds[CONSUMER_A].sweep()
    ssm = story.cloud.client("ssm", CREATOR)
    name = f"/ami-steward/emails/{worlds[CONSUMER_A].number}"
    ssm.delete_parameter(Name=name)
    try:
        answer, failed = stage.invoke(CHECKER, {"measure": {}})
        assert (failed, answer["errorType"]) == (True, "IncompleteMeasurement")
        assert "no valid address is configured" in json.dumps(answer)
        assert "@" not in json.dumps(answer)
        assert told(story) == [[ADMINISTRATOR]]
    finally:
        ssm.put_parameter(Name=name, Value=",".join(ADDRESSES[CONSUMER_A]), Type="SecureString", Overwrite=True)
    assert told(story) == sorted([[ADMINISTRATOR], ADDRESSES[CONSUMER_A]])
    assert told(story) == sorted([[ADMINISTRATOR], ADDRESSES[CONSUMER_A]])


def test_the_end_of_a_share_that_was_found(stage: Stage, story: Story, worlds: dict[str, World]) -> None:
    """No event told of the end, and none of the use: the one is found by the search, the other by a later sweep."""
    world = worlds[CONSUMER_A]
    # Before the share has ended: a sweep since then would have told what there was to tell.
    world.backdate(hours=30)
    story.tell(ago(story.share(CONSUMER_A), 60 * 24 * 3))
    story.run(CONSUMER_A)
    story.unshare(CONSUMER_A)
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=25)
    table = stage.deployment.terraform.outputs()["creator"]["shares_table"]
    dynamodb = story.cloud.client("dynamodb", CREATOR)
    dynamodb.update_item(
        TableName=table, Key={"image_id": {"S": story.image}, "principal": {"S": f"account#{world.number}"}},
        UpdateExpression="SET unlisted_since = :t",
        ExpressionAttributeValues={":t": {"S": yesterday.strftime("%Y-%m-%dT%H:%M:%S.000Z")}},
    )  # fmt: skip
    dynamodb.delete_item(TableName=table, Key={name: {"S": "share-search"} for name in ("image_id", "principal")})
    stage.search_all()
    assert (story.statuses(), story.mailed()) == ({f"account#{world.number}": "removed"}, [])
    world.sweep()
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    assert told(story) == [ADDRESSES[CONSUMER_A]]
    (mail,) = story.mail()
    assert LATE in mail["text"] and "no event told of it" in mail["text"]


def answered(stage: Stage) -> dict[str, Any]:
    return stage.measure()["follow_ups"]


def test_what_is_answered_where_nothing_is_followed_up(stage: Stage, story: Story) -> None:
    table = stage.deployment.terraform.outputs()["creator"]["shares_table"]
    for row in stage.deployment.table(CREATOR, "shares", containing=["loss-follow-up"]):
        if row["image_id"] == "loss-follow-up":
            key = {name: {"S": row[name]} for name in ("image_id", "principal")}
            story.cloud.client("dynamodb", CREATOR).delete_item(TableName=table, Key=key)
    assert answered(stage) == {"looked_at": 0, "told": 0, "pending": 0, "complete": True}
