"""EventBridge delivers at least once and in no order: shuffled and doubled events end as the events in order do."""

import random

import pytest
from localcloud.deployment import ADDRESSES
from story import CONSUMER_A, Event, Stage, Story

# One image and what becomes of it and of everything that is made of it, in the order in which it happens.
LIFE = (
    "modify-image-attribute-add-account", "modify-image-attribute-several", "modify-image-attribute-public",
    "modify-image-attribute-flat", "modify-image-attribute-description",
    "run-instances", "run-instances-several", "run-instances-auto-scaling",
    "create-launch-template", "create-launch-template-resolve-ssm", "create-launch-template-version",
    "create-launch-template-version-resolve-ssm", "create-launch-configuration",
    "modify-image-attribute-remove-account", "reset-image-attribute",
    "disable-image", "ami-state-change-disabled", "enable-image", "ami-state-change-available",
    "deregister-image", "ami-state-change-deregistered",
    "terminate-instances", "instance-terminated", "terminate-instances-several",
    "delete-launch-template-versions", "delete-launch-template-versions-partly", "delete-launch-template-by-name",
    "delete-launch-configuration",
)  # fmt: skip

# While these are under way, who uses the image stays the same, so that who is told does not depend on the order.
USE = ("modify-image-attribute-add-account", "run-instances", "create-launch-template", "create-launch-configuration")
LOSSES = (
    "modify-image-attribute-remove-account", "disable-image", "ami-state-change-disabled",
    "deregister-image", "ami-state-change-deregistered",
)  # fmt: skip


def prepare(story: Story) -> None:
    story.share(CONSUMER_A)
    story.cloud.client("ssm", CONSUMER_A).put_parameter(Name=story.parameter, Value=story.image, Type="String")


def resolved(events: list[Event]) -> list[Event]:
    """The samples ask for the parameter's third version; there is one."""
    for event in events:
        given = event["detail"].get("requestParameters", {}).get("CreateLaunchTemplateVersionRequest", {})
        data = given.get("LaunchTemplateData", {})
        if data.get("ImageId", "").endswith(":3"):
            data["ImageId"] = data["ImageId"].removesuffix(":3")
    return events


def shuffled(events: list[Event], seed: int) -> list[Event]:
    generator = random.Random(seed)
    doubled = events + generator.sample(events, len(events) // 2)
    generator.shuffle(doubled)
    return doubled


def without_alerts(state: dict) -> dict:
    """Who is told depends on what is known at the time, so in any order other accounts may be told, or earlier."""
    return state | {"shares": [row for row in state["shares"] if not row["principal"].startswith("alert#")]}


@pytest.fixture(scope="module")
def life_in_order(stage: Stage) -> Story:
    story = stage.story()
    prepare(story)
    story.tell_at_once(resolved([story.sample(name) for name in LIFE]))
    assert {row["state"] for row in story.mappings().values()} == {"active", "released"}
    assert set(story.statuses().values()) == {"removed", "disabled", "deregistered"} - {"disabled"}
    return story


@pytest.mark.parametrize("seed", range(4))
def test_tables_do_not_depend_on_the_order(life_in_order: Story, story: Story, seed: int) -> None:
    prepare(story)
    story.tell_at_once(shuffled(resolved([story.sample(name) for name in LIFE]), seed))
    assert without_alerts(story.state()) == without_alerts(life_in_order.state()), f"seed {seed}"


@pytest.mark.parametrize("seed", range(4))
def test_emails_do_not_depend_on_the_order_of_losses(story: Story, seed: int) -> None:
    """One for each loss, however often and in whatever order it is reported."""
    prepare(story)
    story.tell(*(story.sample(name) for name in USE))
    story.tell_at_once(shuffled([story.sample(name) for name in LOSSES], seed))
    losses = sorted(row["principal"].split("#")[2] for row in story.alert_records())
    assert losses == ["deregistered", "disabled", "removed"], f"seed {seed}"
    assert story.mailed() == [ADDRESSES[CONSUMER_A]] * 3, f"seed {seed}"
    assert len(story.messages()) == 3
