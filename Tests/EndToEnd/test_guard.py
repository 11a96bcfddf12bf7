"""The guard: images in use get deregistration protection, and lose it once they are clear."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from story import CONSUMER_A, CREATOR, Stage, Story
from world import World

TAG = [{"Key": "ami-steward-guard", "Value": "true"}]


@pytest.fixture
def world(stage: Stage) -> Iterator[World]:
    """An account that uses images; what their owner itself uses is known."""
    World(stage, CREATOR).sweep()
    world = World(stage, CONSUMER_A)
    world.empty()
    yield world
    world.empty()


def protection(story: Story) -> str:
    return story.cloud.client("ec2", CREATOR).describe_images(ImageIds=[story.image])["Images"][0]["DeregistrationProtection"]


def tag(story: Story) -> None:
    story.cloud.client("ec2", CREATOR).create_tags(Resources=[story.image], Tags=TAG)


def untag(story: Story) -> None:
    story.cloud.client("ec2", CREATOR).delete_tags(Resources=[story.image], Tags=TAG)


def run(story: Story) -> None:
    """What happens each hour, by the deployed rule."""
    before = story.cloud.count("invocations")
    story.cloud.fire_schedule(CREATOR, "ami-steward-deregistration-checker-guard")
    assert [each["error"] for each in story.cloud.invocations(before) if each["error"]] == []


def deregister(story: Story) -> str:
    try:
        story.cloud.client("ec2", CREATOR).deregister_image(ImageId=story.image)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


def test_protected_while_in_use(story: Story, world: World) -> None:
    tag(story)
    story.tell(story.share(CONSUMER_A))
    run(story)
    assert protection(story) == "disabled"  # unknown, and not known to be in use

    used = world.instance(story.image)
    world.sweep()
    run(story)
    assert protection(story) == "enabled-without-cooldown"
    assert deregister(story) == "OperationNotPermitted"
    run(story)
    assert protection(story) == "enabled-without-cooldown"

    # No longer known to be in use, and not known to be clear: it stays as it is.
    world.ec2.terminate_instances(InstanceIds=[used.split()[1]])
    world.sweep()
    world.backdate(hours=100)
    run(story)
    assert protection(story) == "enabled-without-cooldown"

    world.sweep()
    run(story)
    assert protection(story) == "disabled"
    assert deregister(story) == "ok"


def test_only_tagged_images(stage: Stage, world: World) -> None:
    plain, tagged = stage.story(), stage.story()
    tag(tagged)
    for story in (plain, tagged):
        story.tell(story.share(CONSUMER_A))
        world.instance(story.image)
    world.sweep()
    run(tagged)
    assert (protection(plain), protection(tagged)) == ("disabled", "enabled-without-cooldown")
    world.empty()
    world.sweep()
    World(stage, CREATOR).sweep()  # which has the images from when they were made
    run(tagged)
    assert protection(tagged) == "disabled"


@pytest.mark.parametrize("cooldown", [False, True])
def test_the_protection_of_others_is_left_alone(story: Story, world: World, cooldown: bool) -> None:
    tag(story)
    story.tell(story.share(CONSUMER_A))
    story.cloud.client("ec2", CREATOR).enable_image_deregistration_protection(ImageId=story.image, WithCooldown=cooldown)
    given = protection(story)
    world.instance(story.image)
    world.sweep()
    run(story)
    world.empty()
    world.sweep()
    run(story)
    assert protection(story) == given
    untag(story)


@pytest.mark.parametrize("effect", ["kill-before", "kill-after"])
def test_killed_while_it_protects(story: Story, world: World, effect: str) -> None:
    """Protection that may be somebody else's meanwhile is never taken away; protection that is missing is given."""
    tag(story)
    story.tell(story.share(CONSUMER_A))
    world.instance(story.image)
    world.sweep()
    function = story.stage.function("deregistration-checker")
    story.cloud.fault(effect, function=function, action="ec2:EnableImageDeregistrationProtection")
    assert story.stage.invoke("deregistration-checker", {"guard": {}})[1]
    story.cloud.clear_faults()
    run(story)
    assert protection(story) == "enabled-without-cooldown"
    world.empty()
    world.sweep()
    run(story)
    assert protection(story) == ("disabled" if effect == "kill-before" else "enabled-without-cooldown")
    untag(story)


@contextmanager
def configured(stage: Stage, **variables: str) -> Iterator[None]:
    """The deployed checker with other variables, as another `guard` deploys it, and its role without the tag's condition."""
    functions, iam = stage.cloud.client("lambda", CREATOR), stage.cloud.client("iam", CREATOR)
    name = stage.function("deregistration-checker").rpartition("/")[2]
    configuration = functions.get_function_configuration(FunctionName=name)
    role, before = configuration["Role"].rpartition("/")[2], configuration["Environment"]["Variables"]
    action = "ec2:DisableImageDeregistrationProtection"
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:ec2:*::image/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def deploy(environment: dict[str, str]) -> None:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": environment})
        stage.cloud.set(recycle=stage.function("deregistration-checker"))

    iam.put_role_policy(RoleName=role, PolicyName="release", PolicyDocument=document)
    deploy(before | variables)
    try:
        yield
    finally:
        deploy(before)
        iam.delete_role_policy(RoleName=role, PolicyName="release")


def test_nothing_is_left_when_the_guard_is_released(stage: Stage, world: World) -> None:
    """Used or not, with its tag or without; what somebody else protects stays."""
    used, untagged, theirs = stage.story(), stage.story(), stage.story()
    for story in (used, untagged):
        tag(story)
        story.tell(story.share(CONSUMER_A))
        world.instance(story.image)
    tag(theirs)
    theirs.cloud.client("ec2", CREATOR).enable_image_deregistration_protection(ImageId=theirs.image, WithCooldown=False)
    world.sweep()
    run(used)
    untag(untagged)
    everybody = (used, untagged, theirs)
    assert [protection(story) for story in everybody] == ["enabled-without-cooldown"] * 3
    with configured(stage, GUARD="release"):
        run(used)
        run(used)
    assert [protection(story) for story in everybody] == ["disabled", "disabled", "enabled-without-cooldown"]
    for story in everybody:
        untag(story)


def test_what_the_guard_answers(story: Story, world: World) -> None:
    tag(story)
    story.tell(story.share(CONSUMER_A))
    world.instance(story.image)
    world.sweep()
    answer, failed = story.stage.invoke("deregistration-checker", {"guard": {}})
    assert not failed
    assert (answer["scope"], answer["complete"]) == ("tagged", True) and answer["given"] == [story.image]
    untag(story)
