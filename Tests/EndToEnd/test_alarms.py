"""Who is told when an image is taken away, and how often."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from localcloud.deployment import ADDRESSES
from story import CONSUMER_A, CONSUMER_B, CREATOR, ORGANIZATION, UNIT, Stage, Story

OTHER_UNIT = UNIT.replace("11111111", "22222222")
OTHER_ORGANIZATION = ORGANIZATION.replace("o-exampleorgid", "o-otherorgid")
EVERYONE = {"Group": "all"}
NOTE = "It is not known to which organization and organizational units this account belongs."


@contextmanager
def belonging(stage: Stage, account: str, *arns: str) -> Iterator[None]:
    """Makes known what an account belongs to."""
    ssm = stage.cloud.client("ssm", CREATOR)
    name = f"/ami-steward/memberships/{stage.cloud.account(account)}"
    ssm.put_parameter(Name=name, Value=",".join(arns), Type="StringList")
    try:
        yield
    finally:
        ssm.delete_parameter(Name=name)


def lose_own_share(story: Story, *remaining: dict[str, str]) -> None:
    """Consumer A loses its own share of an image that it runs on, while others remain."""
    own = {"UserId": story.cloud.account(CONSUMER_A)}
    story.tell(story.permit(add=[own, *remaining]), story.run(CONSUMER_A), story.permit(remove=[own]))


def organization(arn: str) -> dict[str, str]:
    return {"OrganizationArn": arn}


def unit(arn: str) -> dict[str, str]:
    return {"OrganizationalUnitArn": arn}


@pytest.mark.parametrize(
    ("remaining", "memberships", "told", "noted"),
    [
        (EVERYONE, [], False, False),
        (organization(ORGANIZATION), [ORGANIZATION], False, False),
        (organization(ORGANIZATION), [UNIT], False, False),  # who belongs to a unit belongs to its organization
        (unit(UNIT), [ORGANIZATION, OTHER_UNIT, UNIT], False, False),
        (unit(UNIT), [ORGANIZATION, OTHER_UNIT], True, False),
        (organization(ORGANIZATION), [OTHER_ORGANIZATION], True, False),
        (organization(ORGANIZATION), [], True, True),
        (unit(UNIT), [], True, True),
    ],
)
def test_an_account_that_another_share_reaches_is_not_alarmed(
    stage: Stage, story: Story, remaining: dict[str, str], memberships: list[str], told: bool, noted: bool
) -> None:
    if memberships:
        with belonging(stage, CONSUMER_A, *memberships):
            lose_own_share(story, remaining)
    else:
        lose_own_share(story, remaining)
    assert story.mailed() == ([ADDRESSES[CONSUMER_A]] if told else [])
    assert [message["membership_unknown"] for message in story.messages()] == [noted] * told
    for mail in story.mail():
        assert (NOTE in mail["text"], NOTE in mail["html"]) == (noted, noted)


def test_whoever_loses_the_last_share_is_told_and_whoever_has_its_own_is_not(stage: Stage, story: Story) -> None:
    story.tell(
        story.permit(add=[organization(ORGANIZATION), unit(UNIT), {"UserId": story.cloud.account(CONSUMER_B)}]),
        story.run_event([story.instance(1)]), story.run_event([story.instance(2)], CONSUMER_B),
    )  # fmt: skip
    with belonging(stage, CONSUMER_A, ORGANIZATION, UNIT):
        story.tell(story.permit(remove=[unit(UNIT)]))
        assert story.mail() == []
        story.tell(story.permit(remove=[organization(ORGANIZATION)]))
    (mail,) = story.mail()
    assert mail["to"] == ADDRESSES[CONSUMER_A]
    assert f"no longer shared with the organization {ORGANIZATION}" in mail["text"]


def test_what_others_belong_to_does_not_alarm_an_account(stage: Stage, story: Story) -> None:
    """An account that uses a public image loses nothing when an organization does."""
    story.tell(story.permit(add=[EVERYONE, organization(ORGANIZATION)]), story.run(CONSUMER_A))
    story.tell(story.permit(remove=[organization(ORGANIZATION)]))
    assert story.mail() == []
    story.tell(story.permit(remove=[EVERYONE]))
    assert story.mailed() == [ADDRESSES[CONSUMER_A]]
    assert "no longer shared publicly" in story.mail()[0]["text"]


@pytest.mark.parametrize(
    ("call", "state"),
    [("deregister-image", "ami-state-change-deregistered"), ("disable-image", "ami-state-change-disabled")],
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 1, 0, 0, 1)])
def test_two_reports_of_one_loss_make_one_email(story: Story, call: str, state: str, order: tuple[int, ...]) -> None:
    story.tell(story.share(CONSUMER_A, CONSUMER_B), story.run(CONSUMER_A), story.run(CONSUMER_B, 2))
    reports = [story.sample(call), story.sample(state)]
    for which in order:
        story.cloud.put_event(CREATOR, reports[which], wait=False)
    story.cloud.wait_until_idle()
    assert story.mailed() == sorted(ADDRESSES.values())
    assert len(story.messages()) == 2
    assert set(story.statuses().values()) == {story.principals()["image"]["status"]}


def test_a_second_loss_is_another_one(story: Story) -> None:
    """Taken away, shared again, taken away again: told twice. Disabled and then deregistered: told of both."""
    story.tell(story.share(CONSUMER_A), story.run(CONSUMER_A))
    story.tell(story.unshare(CONSUMER_A), story.share(CONSUMER_A), story.unshare(CONSUMER_A))
    assert len(story.mail()) == 2
    story.tell(story.sample("disable-image"), story.sample("deregister-image"))
    assert len(story.mail()) == 4


def test_who_is_done_with_an_image_is_not_told(story: Story) -> None:
    story.tell(story.share(CONSUMER_A), *map(story.sample, ("run-instances", "create-launch-template")))
    story.tell(*map(story.sample, ("instance-terminated", "delete-launch-template", "deregister-image")))
    assert story.mail() == story.messages() == []


def test_sixty_instances_are_told_as_fifty_and_ten(story: Story) -> None:
    story.tell(story.share(CONSUMER_A), story.run(CONSUMER_A, 60), story.sample("create-launch-template"))
    assert len(story.used_by()) == 61
    story.tell(story.sample("deregister-image"))
    (mail,), (message,) = story.mail(), story.messages()
    for body in (mail["text"], mail["html"]):
        assert "60 instances" in body
        assert "and 10 more" in body
        assert body.count("#InstanceDetails:") == 50
        assert body.count("#LaunchTemplateDetails:") == 1
    instances, templates = message["resources"]
    assert (instances["count"], len(instances["first"])) == (60, 50)
    assert (templates["count"], len(templates["first"])) == (1, 1)
    assert message["resource_count"] == 61


def test_accounts_are_told_side_by_side(stage: Stage, story: Story) -> None:
    """More accounts than one look-up of parameters takes; usage written by consumers that the test plays."""
    accounts = [f"5555000000{number:02d}" for number in range(23)]
    ssm, dynamodb = story.cloud.client("ssm", CREATOR), story.cloud.client("dynamodb", CREATOR)
    for account in accounts:
        name = f"/ami-steward/emails/{account}"
        ssm.put_parameter(Name=name, Value=f"owner-{account}@example.com", Type="SecureString", Overwrite=True)
    story.tell(story.permit(add=[EVERYONE]))
    table = stage.deployment.terraform.outputs()["creator"]["usage_table"]
    for account in accounts:
        row = {
            "account_id": account, "resource": f"{story.image}#instance#{story.instance(1)}", "kind": "instance",
            "image_id": story.image, "resource_id": story.instance(1), "region": story.cloud.region, "source": "event",
            "event_id": "e", "first_seen": "2026-11-20T08:00:00.000Z", "last_seen": "2026-11-20T08:00:00.000Z",
        }  # fmt: skip
        dynamodb.put_item(TableName=table, Item={name: {"S": value} for name, value in row.items()})
    story.tell(story.permit(remove=[EVERYONE]))
    assert story.mailed() == [[f"owner-{account}@example.com"] for account in accounts]
    assert sorted(message["account_id"] for message in story.messages()) == accounts
    for account in accounts:
        ssm.delete_parameter(Name=f"/ami-steward/emails/{account}")
