"""Sweeps that are killed, throttled, refused and cut short, and what happens beside them."""

import itertools
from typing import Any

import pytest
from measures import values
from story import Stage, Story
from test_roles import role_of, without
from world import World, event_now, long_ago


# MARK: In the middle of a sweep


def start_of(world: World, story: Story) -> set[str]:
    """An account with some of everything, and records of what is long gone; returns what a sweep has to end with."""
    world.forget()
    gone = long_ago(story, "run-instances")
    gone["account"] = world.number
    gone["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": story.instance(9), "imageId": story.image}
    story.tell(gone)
    return {f"{row['kind']} {row['resource_id']}" for row in world.rows()}


def finish(world: World) -> None:
    """Ticks until the sweep has ended."""
    for _ in range(10):
        world.release_lease()
        world.tick()
        if "last_sweep_completed" in world.coverage():
            return
    raise AssertionError("the sweep does not end")


@pytest.mark.timeout(1200)
def test_killed_at_each_of_its_calls(stage: Stage, world: World) -> None:
    """Killed at its first call, at its second, and so on, before or after it takes effect, until there is none left; each time
    the next tick continues, and ends with what is really there."""
    story = stage.story()
    story.tell(story.share(world.account))
    expected = {
        world.instance(story.image), world.configuration(story.image), world.spot_fleet(story.image),
        world.parameter(story.image), f"launch-template {world.template(story.image)}/1",
    }  # fmt: skip
    for effect in ("kill-before", "kill-after"):
        for call in itertools.count(1):
            assert start_of(world, story) == {f"instance {story.instance(9)}"}
            stage.cloud.set(recycle=world.tracker)
            stage.cloud.fault(effect, function=world.tracker, skip=call - 1)
            answer, failed = stage.invoke("usage-tracker", {"sweep": {}}, world.account)
            struck = any(fault["struck"] for fault in stage.cloud.faults())
            stage.cloud.clear_faults()
            assert failed == struck, (effect, call, answer)
            if struck:
                finish(world)
            assert world.used() == expected, (effect, call)
            assert world.coverage()["resources"] == str(len(expected)), (effect, call)
            if not struck:
                assert call > 20
                break


def test_killed_once_a_tick_continues_where_it_was(stage: Stage, story: Story, world: World) -> None:
    """What was done before is not done again: the instances are not listed a second time."""
    story.share(world.account)
    used = {world.instance(story.image), world.parameter(story.image)}
    stage.cloud.fault("kill-before", function=world.tracker, action="ssm:DescribeParameters")
    assert stage.invoke("usage-tracker", {"sweep": {}}, world.account)[1]
    stage.cloud.clear_faults()

    # While the killed one might still be at work, a tick leaves it alone.
    before = stage.cloud.count("requests")
    world.tick()
    assert len(stage.cloud.requests(before, function=world.tracker)) == 1
    world.release_lease()
    before = stage.cloud.count("requests")
    world.tick()
    asked = [request["action"] for request in stage.cloud.requests(before, function=world.tracker)]
    assert "ssm:DescribeParameters" in asked and "ec2:DescribeInstances" not in asked
    assert world.used() == used and world.coverage()["resources"] == "2"


def test_a_sweep_that_needs_longer_than_the_function_has(stage: Stage, story: Story, world: World) -> None:
    """Slow answers: the invocation ends in time and says so; the next ones do the rest."""
    story.share(world.account)
    expected = world.one_of_everything(story.image)
    stage.cloud.fault("delay", function=world.tracker, action="*:Describe*", seconds=2.0, times=None)
    ends = [world.sweep(force=False, later=False)["sweep"]]
    while ends[-1] != "completed":
        assert len(ends) < 20
        ends.append(world.sweep(force=False, later=False)["sweep"])
    stage.cloud.clear_faults()
    assert set(ends) == {"suspended", "completed"}
    assert world.used() == expected


def test_two_sweeps_at_once_of_which_one_is_slow(stage: Stage, story: Story, world: World) -> None:
    """A second one is begun by force while the first is cut off in the middle: both end with what is really there."""
    story.share(world.account)
    used = {world.instance(story.image), world.parameter(story.image)}
    stage.cloud.fault("kill-after", function=world.tracker, action="ssm:DescribeParameters")
    assert stage.invoke("usage-tracker", {"sweep": {}}, world.account)[1]
    stage.cloud.clear_faults()
    world.release_lease()
    assert world.sweep(force=True)["sweep"] == "completed"
    world.tick()
    assert world.used() == used


# MARK: Services that throttle, fail and refuse


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "ec2:DescribeInstances", "status": 503, "code": "RequestLimitExceeded", "times": 2},
        {"action": "autoscaling:*", "status": 400, "code": "Throttling", "times": 2},
        {"action": "eks:ListClusters", "status": 429, "code": "TooManyRequestsException", "times": 2},
        {"action": "imagebuilder:*", "status": 429, "code": "CallRateLimitExceededException", "times": 2},
        {"action": "ssm:DescribeParameters", "status": 400, "code": "ThrottlingException", "times": 2},
        {"action": "dynamodb:*", "status": 400, "code": "ProvisionedThroughputExceededException", "times": 3},
        {"action": "dynamodb:*", "status": 500, "code": "InternalServerError", "times": 2},
        {"action": "sts:AssumeRole", "status": 400, "code": "Throttling", "times": 2},
    ],
    ids=lambda fault: f"{fault['action']} {fault['code']}",
)
def test_throttled_for_a_while(stage: Stage, story: Story, world: World, fault: dict[str, Any]) -> None:
    story.share(world.account)
    used = {world.instance(story.image), world.parameter(story.image), world.configuration(story.image)}
    stage.cloud.set(recycle=world.tracker)
    stage.cloud.fault("error", function=world.tracker, **fault)
    answer = world.sweep(force=False)
    assert any(each["struck"] for each in stage.cloud.faults())
    stage.cloud.clear_faults()
    if answer["sweep"] != "completed":  # it waits no longer than it has time
        finish(world)
    assert world.used() == used and "skipped" not in world.coverage()


def test_throttled_for_longer_than_the_function_has(stage: Stage, story: Story, world: World) -> None:
    story.share(world.account)
    used = {world.instance(story.image)}
    stage.cloud.fault(
        "error", function=world.tracker, action="ec2:DescribeInstances", status=503, code="RequestLimitExceeded", times=None
    )
    assert world.sweep(force=False)["sweep"] == "suspended"
    assert world.used() == set() and "last_sweep_completed" not in world.coverage()
    stage.cloud.clear_faults()
    world.tick()
    assert world.used() == used and "last_sweep_completed" in world.coverage()


@pytest.mark.parametrize(
    ("sid", "action", "section"),
    [
        ("ListWhatIsThere", "ec2:DescribeInstances", "instances"),
        ("ListWhatIsThere", "autoscaling:DescribeAutoScalingGroups", "auto-scaling-groups"),
        ("ListWhatIsThere", "eks:ListClusters", "node-groups"),
        ("ListWhatIsThere", "imagebuilder:ListImageRecipes", "image-recipes"),
        ("ListWhatIsThere", "ssm:DescribeParameters", "parameters"),
        ("ListWhatIsThere", "ec2:DescribeImageReferences", "image-references"),
    ],
)
def test_a_section_that_is_refused(stage: Stage, story: Story, world: World, sid: str, action: str, section: str) -> None:
    """The others are swept all the same; what is recorded of the section stays, and the answer says what is missing."""
    story.tell(story.share(world.account))
    expected = world.one_of_everything(story.image)
    world.sweep()
    (group,) = [used for used in expected if used.startswith("auto-scaling-group")]
    with without(stage.cloud, role_of(stage.cloud, world.tracker), sid, action):
        answer = world.sweep()
    assert answer["sweep"] == "completed"
    assert section in world.coverage()["skipped"].split(",")
    assert world.used() == expected, group
    # EC2's references name only what other sections list: no reason to alarm anybody, as they are no doubt.
    hidden = [name for name in world.coverage()["skipped"].split(",") if name != "image-references"]
    assert world.metrics() and values(world.metrics()[-1])["SweepSkippedSections"] == len(hidden)
    world.sweep()
    assert "skipped" not in world.coverage()


def test_a_single_resource_that_is_refused(stage: Stage, story: Story, world: World) -> None:
    """What stands beside it is swept, and the answer says of how much nothing is known."""
    story.tell(story.share(world.account))
    hidden, found = world.parameter(story.image), world.parameter(story.image)
    recipe = world.image_recipe(f"ssm:{hidden.split()[1]}")
    stage.cloud.fault(
        "error", function=world.tracker, action="ssm:GetParameters", body=f"*{hidden.split()[1]}*", status=400,
        code="AccessDeniedException", times=None,
    )  # fmt: skip
    answer = world.sweep()
    stage.cloud.clear_faults()
    assert answer["sweep"] == "completed"
    assert {"parameters": 1, "image-recipes": 1}.items() <= answer["left_out"].items()
    assert {"parameters=1", "image-recipes=1"} <= set(world.coverage()["left_out"].split(","))
    assert world.used() == {found}
    world.sweep()
    assert world.used() == {found, hidden, recipe}
    assert not {"skipped", "left_out"} & world.coverage().keys()


def test_a_service_that_is_not_there(stage: Stage, story: Story, world: World) -> None:
    """Nothing can use the image there: that is no gap."""
    story.tell(story.share(world.account))
    used = {world.instance(story.image), world.parameter(story.image)}
    stage.cloud.fault(
        "error", function=world.tracker, action="imagebuilder:List*", status=404, code="UnknownOperationException", times=None
    )
    answer = world.sweep()
    stage.cloud.clear_faults()
    absent = {"container-recipes", "image-recipes"}  # and what EC2 looks through in the caller's name
    assert answer["skipped"] == [] and absent <= set(answer["unavailable"])
    assert absent <= set(world.coverage()["unavailable"].split(",")) and "skipped" not in world.coverage()
    assert world.used() == used


# MARK: Side by side with events


def test_events_during_a_sweep(stage: Stage, story: Story, world: World) -> None:
    """While an invocation that is cut off again and again sweeps, instances come and go, and each event is told twice."""
    story.tell(story.share(world.account))
    running = {world.instance(story.image) for _ in range(5)}
    stage.cloud.fault("kill-after", function=world.tracker, action="ec2:*", times=None, skip=2)
    stage.invoke("usage-tracker", {"sweep": {}}, world.account)
    stage.cloud.clear_faults()

    ended = sorted(running)[:2]
    world.ec2.terminate_instances(InstanceIds=[each.split()[1] for each in ended])
    for each in ended:
        event = event_now(story, "instance-terminated") | {"account": world.number}
        event["detail"]["instance-id"] = each.split()[1]
        story.tell(event, event)
    started = world.instance(story.image)
    event = event_now(story, "run-instances") | {"account": world.number}
    event["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": started.split()[1], "imageId": story.image}
    story.tell(event, event)
    finish(world)
    assert world.used() == running - set(ended) | {started}
