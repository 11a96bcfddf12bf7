"""Images and snapshots that one account shares with another: what the other sees, and whose tags."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud
from localcloud.testing import create_role

OWNER, OTHER = "666655554444", "777766665555"


@pytest.fixture(scope="module")
def image(cloud: LocalCloud) -> str:
    return cloud.client("ec2", OWNER).register_image(Name="shared", RootDeviceName="/dev/xvda")["ImageId"]


@pytest.fixture(scope="module")
def snapshot(cloud: LocalCloud) -> str:
    ec2 = cloud.client("ec2", OWNER)
    volume = ec2.create_volume(Size=8, AvailabilityZone="us-east-1a")["VolumeId"]
    return ec2.create_snapshot(VolumeId=volume)["SnapshotId"]


def code(call: Any, **parameters: Any) -> str:
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


def test_snapshots_are_seen_where_they_are_shared(cloud: LocalCloud, snapshot: str) -> None:
    ec2, other = cloud.client("ec2", OWNER), cloud.client("ec2", OTHER)
    assert code(other.describe_snapshots, SnapshotIds=[snapshot]) == "InvalidSnapshot.NotFound"
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", CreateVolumePermission={"Add": [{"UserId": OTHER}]}
    )
    permissions = ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
    assert permissions["CreateVolumePermissions"] == [{"UserId": OTHER}]
    (seen,) = other.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert seen["OwnerId"] == OWNER
    assert other.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    assert code(other.modify_snapshot_attribute, SnapshotId=snapshot, OperationType="add", UserIds=[OTHER]) != "ok"
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, OperationType="remove", UserIds=[OTHER])
    assert code(other.describe_snapshots, SnapshotIds=[snapshot]) == "InvalidSnapshot.NotFound"


def test_tags_are_each_accounts_own(cloud: LocalCloud, image: str) -> None:
    ec2, other = cloud.client("ec2", OWNER), cloud.client("ec2", OTHER)
    assert code(other.create_tags, Resources=[image], Tags=[{"Key": "Team", "Value": "theirs"}]) == "InvalidAMIID.NotFound"
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": OTHER}]})
    ec2.create_tags(Resources=[image], Tags=[{"Key": "Team", "Value": "ours"}])

    def tags(client: Any) -> dict[str, str]:
        (found,) = client.describe_images(ImageIds=[image])["Images"]
        return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}

    assert (tags(ec2), tags(other)) == ({"Team": "ours"}, {})
    other.create_tags(Resources=[image], Tags=[{"Key": "Team", "Value": "theirs"}])
    assert (tags(ec2), tags(other)) == ({"Team": "ours"}, {"Team": "theirs"})
    theirs = [{"Name": "tag:Team", "Values": ["theirs"]}]
    assert len(other.describe_images(Filters=theirs)["Images"]) == 1
    assert ec2.describe_images(Filters=theirs)["Images"] == []
    other.delete_tags(Resources=[image], Tags=[{"Key": "Team"}])
    assert (tags(ec2), tags(other)) == ({"Team": "ours"}, {})


def test_tagging_and_granting_can_be_narrowed(cloud: LocalCloud, image: str, snapshot: str) -> None:
    kms = cloud.client("kms", OWNER)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OWNER}:root"}, "Action": "sts:AssumeRole"}
    images, snapshots = "arn:aws:ec2:us-east-1::image/*", "arn:aws:ec2:us-east-1::snapshot/*"
    statements = [
        {
            "Effect": "Allow", "Action": ["ec2:CreateTags", "ec2:DeleteTags"], "Resource": [images],
            "Condition": {"ForAllValues:StringLike": {"aws:TagKeys": ["SharedWith-*"]}},
        },
        {
            "Effect": "Allow", "Action": "ec2:ModifySnapshotAttribute", "Resource": snapshots,
            "Condition": {"Null": {"ec2:Add/group": "true"}, "StringEqualsIfExists": {"ec2:Add/userId": [OTHER]}},
        },
        {
            "Effect": "Allow", "Action": "ec2:CreateTags", "Resource": snapshots,
            "Condition": {"StringEquals": {"ec2:Owner": OWNER}, "ForAllValues:StringEquals": {"aws:TagKeys": ["Copied"]}},
        },
        {
            "Effect": "Allow", "Action": "kms:CreateGrant", "Resource": key,
            "Condition": {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "CreateGrant"]}},
        },
    ]  # fmt: skip
    role = create_role(cloud, OWNER, "sharer", statements, json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    session = cloud.client("sts", OWNER).assume_role(RoleArn=role, RoleSessionName="sharing")["Credentials"]
    credentials = {
        "aws_access_key_id": session["AccessKeyId"], "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }  # fmt: skip
    ec2, kms = cloud.client("ec2", OWNER, **credentials), cloud.client("kms", OWNER, **credentials)

    def tag(key: str, resource: str) -> str:
        return code(ec2.create_tags, Resources=[resource], Tags=[{"Key": key, "Value": "true"}])

    assert tag("SharedWith-production", image) == "ok"
    assert tag("Team", image) == "UnauthorizedOperation"
    assert tag("SharedWith-production", snapshot) == "UnauthorizedOperation"
    assert tag("Copied", snapshot) == "ok"
    assert code(ec2.delete_tags, Resources=[image], Tags=[{"Key": "SharedWith-production"}]) == "ok"
    assert code(ec2.modify_snapshot_attribute, SnapshotId=snapshot, OperationType="add", UserIds=[OTHER]) == "ok"
    structured = {"SnapshotId": snapshot, "Attribute": "createVolumePermission"}
    for change, answer in (
        ({"Add": [{"UserId": OTHER}]}, "ok"), ({"Add": [{"UserId": "999988887777"}]}, "UnauthorizedOperation"),
        ({"Add": [{"Group": "all"}]}, "UnauthorizedOperation"), ({"Remove": [{"UserId": OTHER}]}, "ok"),
    ):  # fmt: skip
        assert code(ec2.modify_snapshot_attribute, CreateVolumePermission=change, **structured) == answer, change
    stranger = {"SnapshotId": snapshot, "OperationType": "add", "UserIds": ["999988887777"]}
    assert code(ec2.modify_snapshot_attribute, **stranger) == "UnauthorizedOperation"
    grant = {"KeyId": key, "GranteePrincipal": f"arn:aws:iam::{OTHER}:root"}
    assert code(kms.create_grant, Operations=["Decrypt"], **grant) == "ok"
    assert code(kms.create_grant, Operations=["Decrypt", "Encrypt"], **grant) == "AccessDeniedException"
