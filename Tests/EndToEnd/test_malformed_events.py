"""Events that cannot be understood: they fail with an error that names the field, and are kept."""

import json
from typing import Any

import pytest
from story import Event, Stage, Story

CALL = "detail.requestParameters"
ANSWER = "detail.responseElements"

MALFORMED: list[tuple[str, str, str, Any]] = [
    ("share-recorder", "modify-image-attribute-add-account", f"{CALL}.imageId", "ami-not-hexadecimal"),
    ("share-recorder", "modify-image-attribute-add-account", f"{CALL}.imageId", None),
    ("share-recorder", "modify-image-attribute-add-account", f"{CALL}.launchPermission.add.items[0].userId", "12345"),
    ("share-recorder", "modify-image-attribute-add-account", "detail.eventTime", "yesterday"),
    ("share-recorder", "deregister-image", f"{CALL}.imageId", ["ami"]),
    ("share-recorder", "ami-state-change-disabled", "detail.ImageId", "<script>"),
    ("share-recorder", "reset-image-attribute", "account", "me"),
    ("share-recorder", "reset-image-attribute", "region", "us east"),
    ("deregistration-checker", "modify-image-attribute-remove-account", f"{CALL}.imageId", 7),
    ("deregistration-checker", "disable-image", f"{CALL}.DisableImageRequest.ImageId", ""),
    ("deregistration-checker", "check", "check", "everything"),
    ("usage-tracker", "run-instances-several", f"{ANSWER}.instancesSet.items[1].instanceId", "i-"),
    ("usage-tracker", "run-instances-several", f"{ANSWER}.instancesSet.items[2].imageId", []),
    ("usage-tracker", "instance-terminated", "detail.instance-id", "../../etc/passwd"),
    ("usage-tracker", "create-launch-template",
     f"{ANSWER}.CreateLaunchTemplateResponse.launchTemplate.launchTemplateId", "web"),
    ("usage-tracker", "delete-launch-configuration", f"{CALL}.launchConfigurationName", None),
    ("usage-tracker", "parameter-store-change-update", "detail.name", "a name of two lines\nor more"),
    ("usage-tracker", "parameter-store-change-delete", "detail.operation", None),
]  # fmt: skip


def changed(event: Event, path: str, value: Any) -> Event:
    """The event with another value at a path; without it for None."""
    keys: list[Any] = []
    for part in path.split("."):
        name, _, index = part.partition("[")
        keys += [name] + ([int(index.rstrip("]"))] if index else [])
    place: Any = event
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return event


@pytest.mark.parametrize(("function", "sample", "field", "value"), MALFORMED)
def test_the_error_names_the_field(
    stage: Stage, story: Story, function: str, sample: str, field: str, value: Any
) -> None:
    event = changed(story.sample(sample), field, value)
    before = stage.cloud.count("requests")
    answer, failed = stage.invoke(function, event)
    assert failed
    assert answer["errorType"] == "MalformedEvent"
    assert answer["errorMessage"].startswith(f"malformed event: {field}: ")
    if isinstance(value, str) and value:
        assert f'"{value}"' not in answer["errorMessage"]
    assert stage.cloud.requests(before, function=stage.function(function)) == []


@pytest.mark.parametrize("payload", [b"null", b"[]", b'"text"', b"{}", b'{"check": null}', b'{"detail": {}}'])
@pytest.mark.parametrize("function", ["share-recorder", "usage-tracker", "deregistration-checker"])
def test_what_is_no_event(stage: Stage, function: str, payload: bytes) -> None:
    answer, failed = stage.invoke(function, payload)
    assert failed
    assert answer["errorType"] == "MalformedEvent"
    assert json.loads(json.dumps(answer))["requestId"]


def test_an_event_that_cannot_be_understood_is_kept(stage: Stage, story: Story) -> None:
    """After Lambda's retries, in each function's own queue, as it came."""
    event = story.event("modify-image-attribute-add-account")
    event["detail"]["requestParameters"]["launchPermission"]["add"]["items"] = [{"userId": "nobody"}]
    (delivery,) = story.deliver(event)
    assert [invocation["attempts"] for invocation in delivery.invocations] == [3, 3]
    for function in ("share-recorder", "deregistration-checker"):
        (dead,) = story.dead_letters(function)
        assert dead["detail"] == event["detail"]
    running = story.event("run-instances")
    del running["detail"]["responseElements"]["instancesSet"]
    story.deliver(running)
    (dead,) = story.dead_letters("usage-tracker")
    assert dead["detail"] == running["detail"]
    # Those that come after it are not held up.
    story.tell(story.share("consumer-a"))
    assert set(story.statuses().values()) == {"shared"}
