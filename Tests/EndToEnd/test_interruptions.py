"""Services that throttle, fail, refuse and lose answers, and functions that are killed in the middle: in the end the
tables and the e-mails are as if nothing had happened."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from localcloud.deployment import ADDRESSES
from story import CONSUMER_A, CONSUMER_B, TIMEOUT, Event, Stage, Story

Events = Callable[[Story], list[Event]]


@dataclass(frozen=True)
class Scene:
    """What is told in peace, and the event that is then disturbed."""

    function: str
    before: Events
    event: Callable[[Story], Event]


def samples(*names: str) -> Events:
    return lambda story: [story.sample(name) for name in names]


def shared_and_used(story: Story) -> list[Event]:
    """Both consumers use the image, one of them in every way."""
    shared = story.permission_event([{"UserId": story.cloud.account(name)} for name in (CONSUMER_A, CONSUMER_B)])
    uses = samples("run-instances-several", "create-launch-template", "create-launch-configuration")(story)
    return [shared, *uses, story.run_event([story.instance(9)], CONSUMER_B)]


SCENES = {
    "share": Scene("share-recorder", samples(), lambda story: story.sample("modify-image-attribute-several")),
    "deregistration recorded": Scene(
        "share-recorder", samples("modify-image-attribute-several"), lambda story: story.sample("deregister-image")
    ),
    "instances": Scene("usage-tracker", samples(), lambda story: story.sample("run-instances-several")),
    "template by parameter": Scene(
        "usage-tracker", samples(), lambda story: story.sample("create-launch-template-resolve-ssm")
    ),
    "template deleted": Scene(
        "usage-tracker", samples("create-launch-template", "create-launch-template-version"),
        lambda story: story.sample("delete-launch-template"),
    ),
    "loss": Scene("deregistration-checker", shared_and_used, lambda story: story.sample("deregister-image")),
}  # fmt: skip


def told(stage: Stage, scene: Scene) -> Story:
    """A story up to the event that is to be disturbed."""
    story = stage.story()
    story.share(CONSUMER_A, CONSUMER_B)
    story.cloud.client("ssm", CONSUMER_A).put_parameter(Name=story.parameter, Value=story.image, Type="String")
    story.tell_at_once(scene.before(story))
    return story


@dataclass(frozen=True)
class End:
    """What a story ends with."""

    tables: dict[str, Any]
    letters: list[str]
    emails: int
    messages: set[tuple[str, str]]

    @classmethod
    def of(cls, story: Story) -> "End":
        messages = {(message["account_id"], message["email"]) for message in story.messages()}
        return cls(story.state(), story.letters(), len(story.mail()), messages)


_undisturbed: dict[str, End] = {}


def undisturbed(stage: Stage, name: str) -> End:
    """How the story ends when nothing happens."""
    if name not in _undisturbed:
        story = told(stage, SCENES[name])
        assert stage.invoke(SCENES[name].function, SCENES[name].event(story)) == (None, False)
        _undisturbed[name] = End.of(story)
    return _undisturbed[name]


def disturbed(stage: Stage, name: str, fault: dict[str, Any], retry_seconds: float = 0.05) -> tuple[Story, bool]:
    """The story with a fault, and whether it struck. The event is retried by Lambda as it is."""
    scene = SCENES[name]
    story = told(stage, scene)
    story.cloud.set(retry_seconds=retry_seconds)
    story.cloud.fault(function=stage.function(scene.function), **fault)
    (delivery,) = story.deliver(scene.event(story))
    struck = any(each["struck"] for each in story.cloud.faults())
    story.cloud.clear_faults()
    assert delivery.errors == [], (name, fault)
    return story, struck


def same_end(story: Story, peaceful: End, emails_more: int, what: object) -> None:
    end = End.of(story)
    assert end.tables == peaceful.tables, what
    assert (end.letters, end.messages) == (peaceful.letters, peaceful.messages), what
    assert peaceful.emails <= end.emails <= peaceful.emails + emails_more, what


@pytest.mark.parametrize("name", SCENES)
def test_killed_at_each_of_its_calls(stage: Stage, name: str) -> None:
    """Killed at its first call, at its second, and so on, before or after it takes effect, until there is none left; then
    the event is delivered again. What a killed function was about to tell is held until its time is over."""
    peaceful, scene = undisturbed(stage, name), SCENES[name]
    function = stage.function(scene.function)
    stories: dict[str, Story] = {}
    for effect in ("kill-before", "kill-after"):
        for call in itertools.count(1):
            story = told(stage, scene)
            stage.cloud.set(recycle=function)  # so that it has nothing cached
            stage.cloud.fault(effect, function=function, skip=call - 1)
            failed = stage.invoke(scene.function, scene.event(story))[1]
            struck = any(fault["struck"] for fault in stage.cloud.faults())
            stage.cloud.clear_faults()
            assert failed == struck
            if not struck:
                assert call > 3
                break
            stories[f"{name}: {effect} at call {call}"] = story
    if scene.function == "deregistration-checker":
        time.sleep(TIMEOUT)
    for what, story in stories.items():
        assert stage.invoke(scene.function, scene.event(story)) == (None, False), what
        same_end(story, peaceful, emails_more=1, what=what)


def test_lambda_delivers_the_event_of_a_killed_function_again(stage: Stage) -> None:
    peaceful = undisturbed(stage, "loss")
    story, struck = disturbed(stage, "loss", {"effect": "kill-after", "action": "ses:SendEmail"}, retry_seconds=TIMEOUT)
    assert struck
    same_end(story, peaceful, emails_more=1, what="retry")


@pytest.mark.parametrize("name", SCENES)
def test_connections_that_are_lost(stage: Stage, name: str) -> None:
    """At each call, before or after the request took effect: the client asks again, and one invocation is enough."""
    peaceful, scene = undisturbed(stage, name), SCENES[name]
    function = stage.function(scene.function)
    for effect, emails_more in (("reset-before", 0), ("reset-after", 1)):
        for call in itertools.count(1):
            story = told(stage, scene)
            stage.cloud.fault(effect, function=function, skip=call - 1)
            assert stage.invoke(scene.function, scene.event(story)) == (None, False), f"{effect} at call {call}"
            struck = any(fault["struck"] for fault in stage.cloud.faults())
            stage.cloud.clear_faults()
            same_end(story, peaceful, emails_more if struck else 0, what=f"{effect} at call {call}")
            if not struck:
                assert call > 3
                break


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "dynamodb:*", "status": 400, "code": "ProvisionedThroughputExceededException", "times": 2},
        {"action": "dynamodb:*", "status": 400, "code": "ThrottlingException", "times": 1},
        {"action": "dynamodb:*", "status": 500, "code": "InternalServerError", "times": 3},
        {"action": "dynamodb:*", "status": 503, "code": "ServiceUnavailable", "times": 2},
    ],
    ids=lambda fault: f"{fault['code']} {fault['times']}",
)
@pytest.mark.parametrize("name", ["share", "instances", "loss"])
def test_a_database_that_throttles_and_fails(stage: Stage, name: str, fault: dict[str, Any]) -> None:
    """The client tries again: one invocation is enough."""
    peaceful = undisturbed(stage, name)
    story, struck = disturbed(stage, name, {"effect": "error", **fault})
    assert struck
    assert story.cloud.invocations(story.cloud.count("invocations") - 1)[0]["attempts"] == 1
    same_end(story, peaceful, emails_more=0, what=(name, fault))


EXPIRED = {"status": 400, "code": "ExpiredTokenException", "message": "The security token included is expired"}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("instances", {"action": "sts:AssumeRole", "status": 500, "code": "InternalFailure", "times": 2}),
        ("instances", {"action": "sts:AssumeRole", "status": 400, "code": "Throttling"}),
        ("instances", {"action": "sts:AssumeRole", **EXPIRED}),
        ("instances", {"action": "dynamodb:PutItem", "principal": "*role/ami-steward-usage-*", **EXPIRED}),
        ("instances", {"action": "dynamodb:*", "principal": "*role/ami-steward-usage-tracker-*", **EXPIRED}),
        ("instances", {"action": "ec2:DescribeImages", "status": 503, "code": "RequestLimitExceeded", "times": 2}),
        ("loss", {"action": "ses:SendEmail", "status": 429, "code": "TooManyRequestsException", "times": 2}),
        ("loss", {"action": "ses:SendEmail", "status": 500, "code": "InternalFailure", "times": 2}),
        ("loss", {"action": "sns:Publish", "status": 500, "code": "InternalFailure", "times": 2}),
        ("loss", {"action": "sns:Publish", "status": 400, "code": "Throttled", "times": 1}),
        ("loss", {"action": "ssm:GetParameters", "status": 400, "code": "ThrottlingException", "times": 2}),
        ("loss", {"action": "dynamodb:*", **EXPIRED}),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value['action']} {value['code']}",
)
def test_services_that_fail_for_a_while(stage: Stage, name: str, fault: dict[str, Any]) -> None:
    peaceful = undisturbed(stage, name)
    stage.cloud.set(recycle=stage.function("usage-tracker"))
    story, struck = disturbed(stage, name, {"effect": "error", **fault})
    assert struck
    same_end(story, peaceful, emails_more=0, what=(name, fault))


@pytest.mark.parametrize(
    ("name", "status", "error_code"),
    [
        ("share", 400, "ThrottlingException"),
        ("instances", 500, "InternalServerError"),
        ("loss", 503, "ServiceUnavailable"),
    ],
)
def test_a_database_that_fails_for_long(stage: Stage, name: str, status: int, error_code: str) -> None:
    """Longer than Lambda tries: the event is kept, and does what it should once it is sent again."""
    peaceful, scene = undisturbed(stage, name), SCENES[name]
    story = told(stage, scene)
    fault = {"action": "dynamodb:*", "status": status, "code": error_code, "times": None}
    story.cloud.fault("error", function=stage.function(scene.function), **fault)
    (delivery,) = story.deliver(scene.event(story))
    story.cloud.clear_faults()
    (error,) = delivery.errors
    assert error_code in error["errorMessage"]
    (dead,) = story.dead_letters(scene.function)
    assert stage.invoke(scene.function, dead) == (None, False)
    same_end(story, peaceful, emails_more=0, what=name)


def test_another_report_of_a_loss_takes_over_from_a_killed_one(stage: Stage) -> None:
    """The first invocation is killed for good after its e-mail was sent, before that is written down; the other report of
    the same loss waits for the end of its time, and tells again rather than not at all."""
    peaceful, scene = undisturbed(stage, "loss"), SCENES["loss"]
    for action in ("ses:SendEmail", "dynamodb:PutItem"):
        story = told(stage, scene)
        function = stage.function(scene.function)
        story.cloud.fault("kill-after", function=function, action=action)
        assert stage.invoke("share-recorder", scene.event(story)) == (None, False)
        assert stage.invoke(scene.function, scene.event(story))[1]
        story.cloud.clear_faults()
        answer, failed = stage.invoke(scene.function, story.sample("ami-state-change-deregistered"))
        if failed:  # its own time ends too soon; Lambda would deliver it again
            assert "is being told by another invocation" in answer["errorMessage"]
            assert stage.invoke(scene.function, story.sample("ami-state-change-deregistered")) == (None, False)
        assert peaceful.emails <= len(story.mail()) <= peaceful.emails + 1
        assert {tuple(to) for to in story.mailed()} == {tuple(to) for to in ADDRESSES.values()}
        assert len(story.messages()) == len(peaceful.messages)


def test_an_answer_that_takes_too_long(stage: Stage) -> None:
    """Longer than the function has time: it gives up in time to say so, and the retry does the rest."""
    peaceful = undisturbed(stage, "loss")
    story, struck = disturbed(stage, "loss", {"effect": "delay", "action": "ses:SendEmail", "seconds": 7.0})
    assert struck
    same_end(story, peaceful, emails_more=1, what="delay")
