"""Parameters that name an image: what they name is known as soon as Systems Manager tells that they changed."""

import uuid
from typing import Any

import pytest
from story import Event, Stage, Story
from world import World, event_now


def event(story: Story, world: World, parameter: str, sample: str, ago: float = 0, **detail: Any) -> Event:
    """What EventBridge delivers of a parameter, given as the usage table names it."""
    told = event_now(story, f"parameter-store-change-{sample}", ago) | {"account": world.number}
    told["detail"] |= {"name": parameter.split()[1]} | detail
    return told


def put(world: World, parameter: str, image: str) -> None:
    world.ssm.put_parameter(
        Name=parameter.split()[1], Value=image, Type="String", DataType="aws:ec2:image", Overwrite=True
    )


def delete(world: World, parameter: str) -> None:
    world.ssm.delete_parameter(Name=parameter.split()[1])


def verdict(story: Story, world: World) -> str:
    answer, failed = story.stage.invoke("deregistration-checker", {"check": story.image, "accounts": [world.number]})
    assert not failed, answer
    return answer["verdict"]


def test_a_rollback(stage: Stage, story: Story, world: World) -> None:
    """The parameter names an older image again: that is in use at once, not at the next sweep."""
    newer = stage.story()
    for each in (story, newer):
        each.tell(each.share(world.account))
    parameter = world.parameter(story.image)
    world.sweep()
    put(world, parameter, newer.image)
    world.sweep()
    assert (world.used(story.image), world.used(newer.image)) == (set(), {parameter})
    assert (verdict(story, world), verdict(newer, world)) == ("clear", "in-use")

    put(world, parameter, story.image)
    told = event(story, world, parameter, "update")
    story.tell(told)
    assert world.used(story.image) == {parameter}
    assert verdict(story, world) == "in-use"
    # The newer one was first found a moment ago, and an answer may be from before that.
    assert world.used(newer.image) == {parameter}
    world.age()
    story.tell(told)
    assert (world.used(story.image), world.used(newer.image)) == ({parameter}, set())


def test_a_parameter_that_comes_and_goes(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    parameter = world.parameter(story.image)
    created = event(story, world, parameter, "create")
    story.tell(created)
    assert world.used() == {parameter}
    (row,) = world.rows()
    assert (row["source"], row["kind"], row["region"]) == ("sweep", "parameter", story.cloud.region)
    world.age()
    delete(world, parameter)
    deleted = event(story, world, parameter, "delete")
    story.tell(deleted)
    assert world.used() == set()
    # Told twice, and late: what counts is what is there.
    story.tell(created, deleted, event(story, world, parameter, "update", ago=3600))
    assert world.used() == set()
    put(world, parameter, story.image)
    story.tell(event(story, world, parameter, "create"), deleted)
    assert world.used() == {parameter}


def test_events_at_once(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    parameters = [world.parameter(story.image) for _ in range(3)]
    events = [event(story, world, each, "create") for each in parameters]
    story.tell_at_once(events + events + [event(story, world, parameters[0], "delete", ago=60)])
    assert world.used() == {*parameters}


def test_an_event_and_a_sweep_after_it(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    parameter = world.parameter(story.image)
    story.tell(event(story, world, parameter, "create"))
    world.sweep(later=False)
    assert world.used() == {parameter}
    put(world, parameter, world.foreign_image())
    assert world.sweep()["released"] == 1
    story.tell(event(story, world, parameter, "update", ago=600))
    assert world.used() == set()


def test_other_parameters_cost_one_question(story: Story, world: World) -> None:
    name = f"/settings/{uuid.uuid4()}"
    world.ssm.put_parameter(Name=name, Value=story.image, Type="String")
    before = story.cloud.count("requests")
    story.tell(event(story, world, f"parameter {name}", "create"))
    asked = story.cloud.requests(before, function=world.tracker)
    assert [request["action"] for request in asked] == ["ssm:GetParameters"]
    assert (world.used(), world.mappings()) == (set(), {})
    world.ssm.delete_parameter(Name=name)


@pytest.mark.parametrize(
    "detail",
    [
        {"type": "SecureString"}, {"type": "StringList"}, {"dataType": "text"}, {"operation": "LabelParameterVersion"},
        {"exception": "Unable to Describe Resource"},
    ],
)  # fmt: skip
def test_no_rule_takes_what_changes_no_image(story: Story, world: World, detail: dict[str, str]) -> None:
    (delivery,) = story.deliver(event(story, world, "parameter /golden", "update", **detail))
    assert (delivery.rules, delivery.invocations) == ([], [])


def test_an_event_that_tells_its_data_type(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    parameter = world.parameter(story.image)
    story.tell(event(story, world, parameter, "create", dataType="aws:ec2:image"))
    assert world.used() == {parameter}


def test_an_answer_that_fails_is_asked_for_again(story: Story, world: World) -> None:
    """By Lambda, which delivers the event again."""
    story.tell(story.share(world.account))
    parameter = world.parameter(story.image)
    story.cloud.fault("error", function=world.tracker, action="ssm:GetParameters", status=400, code="InternalServerError", times=1)
    story.tell(event(story, world, parameter, "create"))
    story.cloud.clear_faults()
    assert world.used() == {parameter}


def test_a_parameter_that_may_not_be_read(story: Story, world: World) -> None:
    story.tell(story.share(world.account))
    parameter = world.parameter(story.image)
    world.sweep()
    delete(world, parameter)
    world.age()
    story.cloud.fault(
        "error", function=world.tracker, action="ssm:GetParameters", status=400, code="AccessDeniedException", times=None
    )
    story.tell(event(story, world, parameter, "delete"))
    story.cloud.clear_faults()
    assert world.used() == {parameter}
