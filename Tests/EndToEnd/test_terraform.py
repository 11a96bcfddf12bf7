"""The Terraform configuration over its life: applied, planned again, applied to a second region, destroyed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from localcloud.client import LocalCloud
from localcloud.deployment import Deployment
from localcloud.testing import find_emulator, zip_of
from story import FUNCTIONS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REGIONS = ["eu-central-1", "us-east-1"]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with nothing in it, so that what is left after a destroy is all that anybody left."""
    with LocalCloud.start(tmp_path_factory.mktemp("localcloud"), find_emulator(), regions=REGIONS) as running:
        yield running


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages that are never run."""
    directory = tmp_path_factory.mktemp("packages")
    for name in (*FUNCTIONS, "image-distribution"):
        (directory / f"{name}.zip").write_bytes(zip_of(bootstrap="#!/bin/sh\n"))
    return directory


def everything(cloud: LocalCloud) -> dict[str, Any]:
    """Variables that switch on all that is optional, with a KMS key in each account."""

    def account(name: str) -> dict[str, Any]:
        key = cloud.client("kms", name, REGIONS[0]).create_key(Description="given by the installer")
        topic = f"arn:aws:sns:{REGIONS[0]}:{cloud.account(name)}:on-call"
        return {
            "account_id": cloud.account(name), "profile": name,
            "kms_key_arn": key["KeyMetadata"]["Arn"], "alarm_actions": [topic],
        }  # fmt: skip

    creator = cloud.account("creator")
    return {
        "creator": account("creator"),
        "consumers": {"production": account("consumer-a"), "development": account("consumer-b")},
        "consumer": True,
        "create_trail": True,
        "account_memberships": [
            {
                "account": cloud.account("consumer-a"),
                "arns": [
                    f"arn:aws:organizations::{creator}:organization/o-abcdefghij",
                    f"arn:aws:organizations::{creator}:ou/o-abcdefghij/ou-ab12-cdefghij",
                ],
            }
        ],
        "alert_subscriptions": {"chat": {"protocol": "https", "endpoint": "https://chat.example.com/ami-steward"}},
        "ses_identities": ["example.com"],
        "image_distribution": {"verify": True},
        "log_level": "DEBUG",
        "tags": {"project": "ami-steward", "owner": "platform"},
    }


def left_behind(cloud: LocalCloud) -> dict[str, list[str]]:
    """What accounts hold of the kinds that the modules make, by account and kind; kinds without any are left out."""
    found: dict[str, list[str]] = {}
    for account in cloud.accounts:
        names = {
            "role": [role["RoleName"] for role in cloud.client("iam", account).list_roles()["Roles"]],
            "bucket": [bucket["Name"] for bucket in cloud.client("s3", account).list_buckets()["Buckets"]],
        }
        for region in REGIONS:
            names |= {f"{kind} in {region}": values for kind, values in regional(cloud, account, region).items()}
        found |= {f"{account}: {kind}": values for kind, values in names.items() if values}
    return found


def regional(cloud: LocalCloud, account: str, region: str) -> dict[str, list[str]]:
    def listed(service: str, operation: str, member: str, name: str | None = None) -> list[str]:
        answer = getattr(cloud.client(service, account, region), operation)().get(member, [])
        return [entry[name] if name else entry for entry in answer]

    return {
        "function": listed("lambda", "list_functions", "Functions", "FunctionName"),
        "log group": listed("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "table": listed("dynamodb", "list_tables", "TableNames"),
        "queue": listed("sqs", "list_queues", "QueueUrls"),
        "topic": listed("sns", "list_topics", "Topics", "TopicArn"),
        "subscription": listed("sns", "list_subscriptions", "Subscriptions", "Endpoint"),
        "rule": listed("events", "list_rules", "Rules", "Name"),
        "alarm": listed("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "parameter": listed("ssm", "describe_parameters", "Parameters", "Name"),
        "trail": listed("cloudtrail", "describe_trails", "trailList", "Name"),
        "identity": listed("ses", "list_identities", "Identities"),
    }


def test_life_of_two_regions(cloud: LocalCloud, packages: Path, tmp_path: Path) -> None:
    full = Deployment.apply(cloud, tmp_path / "full", packages, everything(cloud))
    assert full.terraform.changes() == [], "a second plan changes something"

    plain = Deployment.apply(cloud, tmp_path / "plain", packages, {"region": REGIONS[1], "consumer": True, "create_trail": True})
    assert plain.terraform.changes() == [], "a second plan changes something"
    assert full.terraform.changes() == [], "a deployment in another region changes this one"

    full.terraform.destroy()
    assert full.terraform.resources() == []
    assert plain.terraform.changes() == [], "destroying a deployment in another region changes this one"

    plain.terraform.destroy()
    assert left_behind(cloud) == {}
