"""The main story: an image is shared, used in another account, and taken away while it is in use."""

from typing import Any

from localcloud.deployment import ADDRESSES, SENDER
from story import CONSUMER_A, CONSUMER_B, CREATOR, Stage, Story

KINDS = (
    "instance", "launch-template", "launch-configuration", "auto-scaling-group", "ec2-fleet", "spot-fleet-request",
    "image-recipe", "container-recipe", "parameter",
)  # fmt: skip


def console(story: Story, fragment: str) -> str:
    return f"https://{story.cloud.region}.console.aws.amazon.com/ec2/home?region={story.cloud.region}#{fragment}"


def use_everywhere(story: Story) -> tuple[list[str], str]:
    """Consumer A uses the image in every way; returns its instances and its launch template."""
    account = story.cloud.account(CONSUMER_A)
    running = story.run(CONSUMER_A, 2)
    instances = [i["instanceId"] for i in running["detail"]["responseElements"]["instancesSet"]["items"]]
    name = story.named("web")
    template = story.cloud.client("ec2", CONSUMER_A).create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": story.image, "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    created = story.event("create-launch-template")
    created["detail"]["responseElements"]["CreateLaunchTemplateResponse"]["launchTemplate"] |= {
        "launchTemplateId": template, "launchTemplateName": name,
    }  # fmt: skip
    configuration = story.named("web-2026-11")
    story.cloud.client("autoscaling", CONSUMER_A).create_launch_configuration(
        LaunchConfigurationName=configuration, ImageId=story.image, InstanceType="t3.micro"
    )
    story.tell(running, created, story.event("create-launch-configuration"))
    assert {row["account_id"] for row in story.usage()} == {account}
    return instances, template


def test_the_owner_of_exactly_the_account_that_loses_the_image_is_told(story: Story) -> None:
    account, other = story.cloud.account(CONSUMER_A), story.cloud.account(CONSUMER_B)
    shared = story.share(CONSUMER_A, CONSUMER_B)
    story.tell(shared)
    assert story.statuses() == {f"account#{account}": "shared", f"account#{other}": "shared"}
    row = story.principals()[f"account#{account}"]
    assert row["event_id"] == shared["detail"]["eventID"]
    assert row["event_time"] == "2026-11-20T08:00:00.000Z"
    assert row["actor"] == shared["detail"]["userIdentity"]["arn"]
    assert story.principals()["image"]["image_name"] == story.image_name

    instances, template = use_everywhere(story)
    configuration = story.named("web-2026-11")
    assert set(story.used_by()) == {
        *(f"instance {instance}" for instance in instances),
        f"launch-template {template}/1",
        f"launch-configuration {configuration}",
    }
    story.tell(story.run(CONSUMER_B))

    lost = story.unshare(CONSUMER_A)
    story.tell(lost)
    assert story.statuses() == {f"account#{account}": "removed", f"account#{other}": "shared"}

    (mail,) = story.mail()
    assert (mail["from"], mail["to"]) == (SENDER, ADDRESSES[CONSUMER_A])
    facts = [
        account, story.cloud.region, story.image, story.image_name, f"no longer shared with account {account}",
        "ModifyImageAttribute", lost["detail"]["userIdentity"]["arn"], lost["time"].replace("T", " ").strip("Z") + " UTC",
        "2 instances", "1 launch template version", "1 launch configuration",
        f"{template} version 1 ({story.named('web')})", configuration,
    ]  # fmt: skip
    links = [
        console(story, f"ImageDetails:imageId={story.image}"),
        *(console(story, f"InstanceDetails:instanceId={instance}") for instance in instances),
        console(story, f"LaunchTemplateDetails:launchTemplateId={template};version=1"),
        console(story, f"LaunchConfigurations:id={configuration}"),
    ]
    for body in (mail["text"], mail["html"]):
        assert [fact for fact in facts if fact not in body] == []
        assert other not in body
    assert [link for link in links if link not in mail["text"]] == []
    assert [link for link in links if f'href="{link}"' not in mail["html"]] == []

    (message,) = story.messages()
    assert message["attribute"] == account
    expected: dict[str, Any] = {
        "type": "image_lost", "account_id": account, "region": story.cloud.region, "image_id": story.image,
        "image_name": story.image_name, "image_owner": story.cloud.account(CREATOR), "status": "removed",
        "principals": [f"account#{account}"], "actor": lost["detail"]["userIdentity"]["arn"],
        "event_id": lost["detail"]["eventID"], "event_name": "ModifyImageAttribute", "email": "sent",
        "membership_unknown": False, "resource_count": 4,
    }  # fmt: skip
    assert {name: message.get(name) for name in expected} == expected
    listed = {found["kind"]: [each["id"] for each in found["first"]] for found in message["resources"]}
    assert {kind: set(ids) for kind, ids in listed.items()} == {
        "instance": set(instances), "launch-template": {f"{template}/1"}, "launch-configuration": {configuration},
    }  # fmt: skip
    assert not any(address in str(message) for address in ADDRESSES[CONSUMER_A])

    # The same event again, and the same usage again: nobody is told twice.
    story.tell(lost, lost)
    assert len(story.mail()) == len(story.messages()) == 1


def test_a_check_answers_and_alerts_nobody(stage: Stage, story: Story) -> None:
    question = story.sample("check")
    answer, failed = stage.invoke("deregistration-checker", question)
    assert not failed
    expected = {
        "image_id": story.image, "in_use": False, "account_count": 0, "resource_count": 0, "accounts": [],
        "resource_counts": [{"kind": k, "count": 0} for k in KINDS],
        "shared_with": [], "shared_with_count": 0, "gaps": [], "gap_count": 0,
    }  # fmt: skip
    assert {name: answer.get(name) for name in expected} == expected
    assert answer["verdict"] != "in-use"
    # The owner's, if anybody's.
    assert {found["account_id"] for found in answer["coverage"]} == {story.cloud.account(CREATOR)}

    story.tell(story.share(CONSUMER_A, CONSUMER_B))
    account, other = story.cloud.account(CONSUMER_A), story.cloud.account(CONSUMER_B)
    # Whatever was swept before, it was not since the share.
    answer, failed = stage.invoke("deregistration-checker", question)
    assert not failed
    assert (answer["verdict"], answer["in_use"]) == ("unknown", False)
    assert {account, other} <= {found["account_id"] for found in answer["coverage"] if found["status"] != "swept"}
    assert all(any(each in reason for reason in answer["reasons"]) for each in (account, other))
    narrowed, failed = stage.invoke("deregistration-checker", question | {"accounts": [other]})
    assert not failed
    assert [found["account_id"] for found in narrowed["coverage"]] == [other]
    assert len(narrowed["reasons"]) == 1

    instances, template = use_everywhere(story)
    story.tell(story.run(CONSUMER_B, 3))
    answer, failed = stage.invoke("deregistration-checker", question)
    assert not failed
    assert (answer["verdict"], answer["reasons"]) == ("in-use", [])
    assert answer["image_name"] == story.image_name
    assert (answer["in_use"], answer["account_count"], answer["resource_count"]) == (True, 2, 7)
    assert answer["shared_with"] == [f"account#{account}", f"account#{other}"]
    by_account = {found["account_id"]: found for found in answer["accounts"]}
    assert {number: found["resource_count"] for number, found in by_account.items()} == {account: 4, other: 3}
    first = by_account[account]["resources"][0]
    assert (first["kind"], first["count"]) == ("instance", 2)
    assert {resource["id"] for resource in first["first"]} == set(instances)
    assert first["first"][0]["console_url"] == console(story, f"InstanceDetails:instanceId={first['first'][0]['id']}")
    assert story.mail() == story.messages() == story.alert_records() == []


def test_the_creator_is_a_user_of_its_own_images(story: Story) -> None:
    running = story.run(CREATOR)
    story.tell(running, story.share(CONSUMER_A), story.unshare(CONSUMER_A))
    assert len(story.used_by(CREATOR)) == 1
    assert story.mail() == []  # it still owns the image

    story.cloud.client("ec2", CREATOR).deregister_image(ImageId=story.image)
    (delivery,) = story.deliver(story.event("deregister-image"))
    (error,) = delivery.errors  # for the creator account no address is configured
    assert error["errorType"] == "UndeliveredAlerts"
    (message,) = story.messages()
    assert (message["account_id"], message["email"]) == (story.cloud.account(CREATOR), "no_address")
