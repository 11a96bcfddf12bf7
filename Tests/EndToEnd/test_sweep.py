"""Sweeps: what was there before, what events did not tell, and what happens in the middle of one."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from story import CONSUMER_A, CONSUMER_B, CREATOR, Stage, Story
from test_roles import role_of, without
from world import World, event_now, output_image, shared_builder_image, values


@pytest.fixture(scope="module")
def account(stage: Stage) -> Iterator[World]:
    """An account in which nothing is but what a test makes."""
    world = World(stage, CONSUMER_B)
    world.empty()
    yield world
    world.empty()


@pytest.fixture
def world(account: World) -> Iterator[World]:
    """The account, empty and never swept."""
    account.forget()
    yield account
    account.empty()


def old(story: Story, sample: str) -> dict[str, Any]:
    """An event of an hour ago: no list is behind it any more."""
    return event_now(story, sample, ago=3600)


# MARK: What was there before


def test_an_account_that_existed_before_the_installation(story: Story, world: World) -> None:
    """Everything that uses the image is found by the first tick of the rule, and nothing else."""
    story.share(world.account)
    expected = world.one_of_everything(story.image)
    assert world.used() == set() and world.coverage() == {}
    world.tick()
    assert world.used(story.image) == expected
    assert world.used() == expected
    for row in world.rows():
        assert (row["source"], row["region"]) == ("sweep", story.cloud.region)
        assert row["first_seen"] <= row["last_seen"]
    names = {row["resource_name"] for row in world.rows() if row["kind"] == "launch-template"}
    assert all(name.startswith("web-") for name in names)
    coverage = world.coverage()
    assert coverage["image_id"] == "coverage" and "skipped" not in coverage
    assert coverage["last_sweep_started"] <= coverage["last_sweep_completed"]
    assert coverage["resources"] == str(len(expected))

    # Until a day has passed, a tick only looks whether a sweep is due.
    before = story.cloud.count("requests")
    world.tick()
    assert [request["action"] for request in story.cloud.requests(before, function=world.tracker)] == ["dynamodb:BatchGetItem"]
    assert world.coverage() == coverage


def test_the_next_sweep(story: Story, world: World) -> None:
    """Due after a day: what is there is refreshed, what is gone is released, what came is added."""
    story.share(world.account)
    template = world.template(story.image)
    gone, stays = world.instance(story.image), world.instance(story.image)
    configuration, parameter, recipe = world.configuration(story.image), world.parameter(story.image), world.image_recipe(story.image)
    world.tick()
    first = {row["resource"]: row for row in world.rows()}
    assert len(first) == 6

    world.ec2.terminate_instances(InstanceIds=[gone.split()[1]])
    world.ec2.delete_launch_template(LaunchTemplateId=template)
    world.autoscaling.delete_launch_configuration(LaunchConfigurationName=configuration.split()[1])
    world.builder.delete_image_recipe(imageRecipeArn=recipe.split()[1])
    moved = world.foreign_image()
    world.ssm.put_parameter(Name=parameter.split()[1], Value=moved, Type="String", DataType="aws:ec2:image", Overwrite=True)
    came = world.container_recipe(story.image)
    world.backdate(hours=25)
    world.tick()
    assert world.used() == {stays, came}
    (row,) = [row for row in world.rows() if row["kind"] == "instance"]
    assert row["first_seen"] < first[row["resource"]]["first_seen"]  # what is noted was put back by a day
    assert row["last_seen"] > first[row["resource"]]["last_seen"]

    # A parameter may name the image again.
    world.ssm.put_parameter(Name=parameter.split()[1], Value=story.image, Type="String", DataType="aws:ec2:image", Overwrite=True)
    world.sweep()
    assert world.used() == {stays, came, parameter}


def test_the_creators_own_account(stage: Stage) -> None:
    """Without any share: an owner may launch what it owns."""
    story = stage.story()
    world = World(stage, CREATOR)
    used = world.instance(story.image)
    assert world.sweep()["sweep"] == "completed"
    assert world.used(story.image) == {used}
    world.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    world.sweep()
    assert world.used(story.image) == set()


def test_recipes_that_start_from_the_creators_image_builder_images(story: Story, world: World) -> None:
    """The image that such an image gave is what the recipe uses, once the creator shares both."""
    built = shared_builder_image(story, world.account)
    using = world.image_recipe(built)
    assert world.sweep()["sweep"] == "completed"
    assert world.used(output_image(story, built)) == {using}


# MARK: Events that are lost, late and doubled


def test_lost_events(story: Story, world: World) -> None:
    """Neither the launch of one instance nor the end of another was told."""
    story.tell(story.share(world.account))
    ended, lost = world.instance(story.image), world.instance(story.image)
    told = event_now(story, "run-instances", ago=3600)
    told["account"] = world.number
    told["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": ended.split()[1], "imageId": story.image}
    story.tell(told)
    assert world.used() == {ended}
    world.ec2.terminate_instances(InstanceIds=[ended.split()[1]])
    world.sweep()
    assert world.used() == {lost}

    # The launch told once more, and late: what a sweep found to be gone does not come back.
    story.tell(told)
    story.tell(told | {"id": story.identifiers})
    assert world.used() == {lost}


def test_an_event_after_the_sweep_that_saw_the_same(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    used = world.instance(story.image)
    world.sweep()
    late = event_now(story, "run-instances", ago=7200)
    late["account"] = world.number
    late["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": used.split()[1], "imageId": story.image}
    story.tell(late, late)
    assert world.used() == {used}
    ended = event_now(story, "instance-terminated")
    ended |= {"account": world.number}
    ended["detail"]["instance-id"] = used.split()[1]
    story.tell(ended)
    assert world.used() == set()


def test_a_sweep_never_undoes_a_newer_event(story: Story, world: World) -> None:
    """EC2's lists are eventually consistent: what an event told just now may be missing there."""
    story.tell(story.share(world.account))
    just_now, long_ago = event_now(story, "run-instances"), old(story, "run-instances")
    for number, event in enumerate((just_now, long_ago)):
        event["account"] = world.number
        event["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": story.instance(number), "imageId": story.image}
    story.tell(just_now, long_ago)
    assert world.used() == {f"instance {story.instance(number)}" for number in range(2)}
    world.sweep(later=False)
    assert world.used() == {f"instance {story.instance(0)}"}


def test_the_last_event_is_recorded(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    story.cloud.set(recycle=world.tracker)  # a warm function has written it a moment ago
    event = event_now(story, "run-instances")
    event["account"] = world.number
    story.tell(event)
    coverage = world.coverage()
    assert coverage["last_event"].startswith(event["detail"]["eventTime"].removesuffix("Z"))
    assert "last_sweep_completed" not in coverage


# MARK: In the middle of a sweep


def start_of(world: World, story: Story) -> set[str]:
    """An account with some of everything, and records of what is long gone; returns what a sweep has to end with."""
    world.forget()
    gone = old(story, "run-instances")
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
    assert len(ends) > 2 and set(ends) == {"suspended", "completed"}
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


# MARK: What a sweep tells


def test_metrics_and_answer(stage: Stage, story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    gone = old(story, "run-instances") | {"account": world.number}
    gone["detail"]["responseElements"]["instancesSet"]["items"][0] |= {"instanceId": story.instance(9), "imageId": story.image}
    story.tell(gone)
    used = {world.instance(story.image), world.parameter(story.image)}
    before = len(world.metrics())
    answer = world.sweep()
    assert world.used() == used
    assert (answer["sweep"], answer["resources"], answer["released"]) == ("completed", 2, 1)
    (line,) = world.metrics()[before:]
    found = values(line)
    assert (found["SweepResources"], found["SweepReleased"], found["SweepSkippedSections"]) == (2, 1, 0)
    assert 0 <= found["SweepDuration"] < 60
    assert line["FunctionName"] == "ami-steward-usage-tracker"


def test_a_sweep_logs_no_credentials(stage: Stage, world: World) -> None:
    world.sweep()
    log = stage.cloud.logs(world.tracker)
    assert stage.cloud.secret not in log and "ASIA" not in log
