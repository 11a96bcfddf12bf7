"""What the whole run has left: logs that tell what happened and no secret, and permissions that were all used."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from localcloud.client import LocalCloud
from localcloud.deployment import ADDRESSES, ADMINISTRATOR, SENDER
from story import CONSUMER_A, CREATOR, FUNCTIONS, Stage, Story
from test_roles import LAMBDAS_OWN, actions, permissions, role_of, usage_role

pytestmark = pytest.mark.afterwards

# What the emulator writes itself, and Lambda's own lines.
EMULATOR = re.compile(
    r"\d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2},\d{3} \[\w+\] "
    r"|(START|END|REPORT|INIT REPORT|INIT_REPORT|INIT_START|XRAY|EXTENSION)\b|RequestId: |\s*$"
)

# An e-mail address; an access key; a session token as STS makes them; what a signed request or URL holds.
SECRETS = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|A[SK]IA[A-Z0-9]{8,}|FwoGZXIv|X-Amz-(Security-Token|Signature)|Signature=|aws4_request"
    r"|SecretAccessKey|SessionToken|<script",
    re.IGNORECASE,
)

# Permissions that no test uses, and why they are there.
UNUSED = {
    ("usage-tracker", "ResolveImageParameters", "ssm:GetParameters", "parameter of the creator account"):
        "moto has no parameters shared between accounts",
    ("deregistration-checker", "SendAsSender", "ses:SendEmail", "identity/example.com"):
        "used where SES has verified the domain and not the address",
}  # fmt: skip


def lines(clouds: list[LocalCloud]) -> Iterator[tuple[str, str]]:
    for cloud in clouds:
        for function in cloud.functions():
            if function.endswith(tuple(FUNCTIONS)):
                for line in cloud.logs(function).splitlines():
                    yield function, line


def entries(clouds: list[LocalCloud]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the functions logged themselves; everything else is the emulator's."""
    for function, line in lines(clouds):
        if not EMULATOR.match(line):
            yield function, json.loads(line)


def test_logs_hold_no_address_and_no_secret(clouds: list[LocalCloud], stage: Stage, story: Story) -> None:
    story.tell(story.share(CONSUMER_A), story.run(CONSUMER_A), story.unshare(CONSUMER_A))
    secrets = [cloud.secret for cloud in clouds]
    known = [*(a for found in ADDRESSES.values() for a in found), ADMINISTRATOR, SENDER, *secrets]
    checked = 0
    for function, line in lines(clouds):
        assert not SECRETS.search(line), f"{function}: {line}"
        assert not any(text in line for text in known), f"{function}: {line}"
        checked += 1
    assert checked > 20


def test_logs_are_json_that_names_the_request_and_the_image(clouds: list[LocalCloud], stage: Stage, story: Story) -> None:
    story.tell(story.share(CONSUMER_A), story.run(CONSUMER_A), story.unshare(CONSUMER_A))
    stage.invoke("deregistration-checker", story.sample("check"))
    found = list(entries(clouds))
    for function, entry in found:
        assert {"timestamp", "level", "message"} <= set(entry), f"{function}: {entry}"
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", entry["timestamp"])
        assert entry["level"] in ("INFO", "WARN", "ERROR", "FATAL"), f"{function}: {entry}"
        # Outside an invocation: its process outlived the emulator for a moment.
        is_outside = entry.get("errorType") == "RuntimeAPIError"
        assert entry.get("requestId") or is_outside, f"{function}: {entry}"
    own = [(function, entry) for function, entry in found if entry.get("image_id") == story.image]
    mine = [(function.rpartition("/")[2], entry["message"]) for function, entry in own]
    assert set(mine) == {
        ("ami-steward-share-recorder", "recorded"), ("ami-steward-usage-tracker", "recorded"),
        ("ami-steward-deregistration-checker", "assessed"), ("ami-steward-deregistration-checker", "checked"),
        ("ami-steward-deregistration-checker", "metrics"),
    }  # fmt: skip


def resources(statement: dict[str, Any]) -> list[str]:
    found = statement["Resource"]
    return found if isinstance(found, list) else [found]


def kind(cloud: LocalCloud, resource: str, account: str) -> str:
    """A resource of a policy, the same for every account that has the function."""
    name = resource.rpartition(":")[2]
    if name == "parameter/*":
        return "parameter of its own account" if f":{account}:" in resource else "parameter of the creator account"
    return name.replace(account, "ACCOUNT")


def test_every_permission_was_used(clouds: list[LocalCloud], stage: Stage, story: Story) -> None:
    """By some function of its kind, in some account, somewhere in the run; together with the tests that take single
    permissions away, no role has one too many."""
    if {"test_samples.py", "test_alarms.py"} - set(stage.modules):
        pytest.skip("only the whole run uses all permissions")
    # A parameter of AWS's own.
    created = story.sample("create-launch-template-resolve-ssm")
    public = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    request = created["detail"]["requestParameters"]["CreateLaunchTemplateRequest"]
    request["LaunchTemplateData"]["ImageId"] = public
    story.tell(created)
    assert story.usage() == []

    used, granted = set(), set()
    for cloud in clouds:
        of_cloud = permissions_of(cloud)
        used |= of_cloud[0]
        granted |= of_cloud[1]
    assert granted - used == set(UNUSED)


def permissions_of(cloud: LocalCloud) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """The permissions that functions used, and all that they have: function, statement, action, resource."""
    used, granted = set(), set()
    allowed = [entry for entry in cloud.requests() if entry.get("verdict") == "allowed"]
    for identifier in cloud.functions():
        account, name = identifier.split("/")[0], identifier.rpartition("/")[2].removeprefix("ami-steward-")
        if name not in FUNCTIONS:
            continue
        roles = [role_of(cloud, identifier)]
        if name == "usage-tracker":
            roles.append(usage_role(cloud, account))
        for role in roles:
            needs = {
                (need["action"], need["resource"])
                for entry in allowed
                if entry["principal"] == role
                for need in entry["needs"]
            }
            for statement in permissions(cloud, role)[1]:
                if statement["Effect"] == "Deny" or statement["Sid"] in LAMBDAS_OWN:
                    continue
                for action in actions(statement):
                    for resource in resources(statement):
                        one = (name, statement["Sid"], action, kind(cloud, resource, account))
                        granted.add(one)
                        pattern = ".*".join(map(re.escape, resource.split("*")))
                        if any(a == action and re.fullmatch(pattern, r) for a, r in needs):
                            used.add(one)
    return used, granted
