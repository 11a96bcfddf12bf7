"""How many AWS requests an event takes, how many of them one after another, and what a warm function saves."""

import time
from typing import Any

from story import CONSUMER_A, OTHERS_IMAGE, Event, Stage, Story
from world import World

# Every request takes this long, so that what is asked side by side is seen to overlap.
SECONDS = 0.2


def requests(stage: Stage, story: Story, name: str, event: Event, delayed: bool = False) -> list[dict[str, Any]]:
    """What a function asks for to handle an event."""
    function = stage.function(name)
    if delayed:
        story.cloud.fault("delay", function=function, seconds=SECONDS, times=None)
    before = story.cloud.count("requests")
    assert stage.invoke(name, event) == (None, False)
    story.cloud.clear_faults()
    return story.cloud.requests(before, function=function)


def one_after_another(requests: list[dict[str, Any]]) -> int:
    """The longest chain of requests of which each began after the one before had ended."""
    chains: list[tuple[float, int]] = []  # end of the last request, length
    for request in sorted(requests, key=lambda each: each["started"]):
        before = [length for end, length in chains if end <= request["started"]]
        chains.append((request["started"] + request["seconds"], 1 + max(before, default=0)))
    return max((length for _, length in chains), default=0)


def actions(found: list[dict[str, Any]]) -> list[str]:
    return [request["action"] for request in found]


def test_chains_are_measured() -> None:
    def request(started: float, seconds: float) -> dict[str, Any]:
        return {"started": started, "seconds": seconds}

    assert one_after_another([]) == 0
    assert one_after_another([request(0, 1), request(0.5, 1), request(0.9, 2)]) == 1
    assert one_after_another([request(0, 1), request(0.5, 1), request(1, 1), request(1.5, 1), request(2, 1)]) == 3


def test_fifty_instances_of_one_image(stage: Stage, story: Story) -> None:
    story.tell(story.share(CONSUMER_A))
    story.cloud.set(recycle=stage.function("usage-tracker"))
    cold = requests(
        stage, story, "usage-tracker", story.run_event([story.instance(n) for n in range(50)]), delayed=True
    )
    assert len(story.used_by()) == 50
    assert len(cold) <= 8, actions(cold)
    assert one_after_another(cold) <= 4, actions(cold)
    assert actions(cold).count("sts:AssumeRole") == 1

    warm = requests(
        stage, story, "usage-tracker", story.run_event([story.instance(n) for n in range(50, 100)]), delayed=True
    )
    assert len(story.used_by()) == 100
    assert len(warm) < len(cold)
    assert one_after_another(warm) < one_after_another(cold)
    assert {"sts:AssumeRole", "ec2:DescribeImages"}.isdisjoint(actions(warm))
    # All over the same few connections.
    assert len({request["connection"] for request in warm}) <= 2


def test_an_event_that_changes_nothing_costs_no_write(stage: Stage, story: Story) -> None:
    story.tell(story.share(CONSUMER_A))
    running = story.run_event([story.instance(1)])
    story.tell(running)
    again = requests(stage, story, "usage-tracker", running)
    assert actions(again) == ["dynamodb:BatchGetItem"]
    for name in ("modify-image-attribute-failed", "modify-image-attribute-description", "run-instances-failed"):
        for function in ("share-recorder", "usage-tracker", "deregistration-checker"):
            assert requests(stage, story, function, story.sample(name)) == [], (name, function)


def test_a_share_that_nobody_uses_is_checked_without_asking_for_addresses(stage: Stage, story: Story) -> None:
    story.tell(story.share(CONSUMER_A))
    World(stage, CONSUMER_A).sweep()  # else the administrator is told that the account's use is not known
    found = requests(stage, story, "deregistration-checker", story.unshare(CONSUMER_A))
    assert {"ssm:GetParameters", "ses:SendEmail", "sns:Publish"}.isdisjoint(actions(found))
    # Three of them record the loss, one reads the accounts' coverage, two note that it is followed up, and that it was told.
    assert len(found) <= 8, actions(found)
    assert actions(found).count("dynamodb:PutItem") == 3


def test_credentials_are_renewed_as_long_as_the_function_is_warm(stage: Stage, story: Story) -> None:
    """Sessions of the cross-account role that end between events."""
    story.tell(story.share(CONSUMER_A))
    function = stage.function("usage-tracker")
    story.cloud.set(recycle=function, session_seconds=2)
    before, starts = story.cloud.count("requests"), story.cloud.logs(function).count("INIT REPORT")
    for number in range(4):
        story.tell(story.run_event([story.instance(number)]))
        time.sleep(1)
    story.cloud.set(session_seconds=None, recycle=function)
    asked = story.cloud.requests(before, function=function)
    assert len(story.used_by()) == 4
    assert {request["verdict"] for request in asked} == {"allowed"}
    assert actions(asked).count("sts:AssumeRole") >= 2
    assert story.cloud.logs(function).count("INIT REPORT") == starts + 1


def test_a_thousand_instances_of_one_call(stage: Stage, story: Story) -> None:
    """Of three images: the creator's, of which one is the story's, and somebody else's."""
    second = stage.story()
    story.tell(story.share(CONSUMER_A), second.share(CONSUMER_A))
    running = story.run_event([])
    images = (story.image, second.image, OTHERS_IMAGE)
    running["detail"]["responseElements"]["instancesSet"]["items"] = [
        {"instanceId": story.instance(number), "imageId": images[number % 3]} for number in range(1000)
    ]
    story.tell(running)
    assert len(story.used_by()) == 334 + 333
    assert len(second.usage()) == 333
    story.tell(story.unshare(CONSUMER_A))
    assert "334 instances" in story.mail()[0]["text"]
    terminated = story.event("terminate-instances")
    items = [{"instanceId": story.instance(number)} for number in range(1000)]
    for member in ("requestParameters", "responseElements"):
        terminated["detail"][member]["instancesSet"]["items"] = items
    story.tell(terminated)
    assert story.usage() == []
