"""Grants of keys, keys of AWS's own, and images that are made by the thousand."""

import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud

OPERATIONS = ["Decrypt", "DescribeKey"]


def _root(account: int) -> str:
    return f"arn:aws:iam::{account:012d}:root"


def test_a_grant_of_the_same_name_is_the_same_grant(cloud: LocalCloud) -> None:
    kms = cloud.client("kms", "creator")
    key = kms.create_key()["KeyMetadata"]["Arn"]

    def grant(**changes: object) -> str:
        arguments = {"GranteePrincipal": _root(1), "Operations": OPERATIONS, "Name": "a", **changes}
        return kms.create_grant(KeyId=key, **arguments)["GrantId"]

    first = grant()
    assert grant() == first
    assert len({first, grant(Name="b"), grant(GranteePrincipal=_root(2)), grant(Operations=["Decrypt"])}) == 4
    kms.revoke_grant(KeyId=key, GrantId=first)
    assert first not in [each["GrantId"] for each in kms.list_grants(KeyId=key)["Grants"]]


def test_grants_are_listed_by_grantee_and_in_pages(cloud: LocalCloud) -> None:
    kms = cloud.client("kms", "creator")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    for number in range(7):
        kms.create_grant(KeyId=key, GranteePrincipal=_root(number % 2), Operations=OPERATIONS, Name=str(number))
    pages = list(kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 3}))
    assert [len(page["Grants"]) for page in pages] == [3, 3, 1]
    assert {grant["Name"] for page in pages for grant in page["Grants"]} == set("0123456")
    odd = kms.list_grants(KeyId=key, GranteePrincipal=_root(1))["Grants"]
    assert sorted(grant["Name"] for grant in odd) == ["1", "3", "5"]
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.list_grants(KeyId=key.replace(key[-8:], "00000000"))


def test_a_key_for_a_service_is_managed_by_aws(cloud: LocalCloud) -> None:
    kms = cloud.client("kms", "creator")
    own = kms.create_key()["KeyMetadata"]
    assert own["KeyManager"] == "CUSTOMER"
    assert kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["KeyManager"] == "AWS"


def test_seeded_images_are_what_was_asked_for(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2", "creator", "eu-west-1")
    made = cloud.seed_images(
        "creator",
        [
            {"name": "a", "created": "2026-01-02T03:04:05.000Z", "tags": {"os": "linux"}, "kms_key_id": "key-1"},
            {"name": "b", "id": "ami-0000000000000000b", "state": "failed"},
        ],
        region="eu-west-1",
    )
    assert made[1]["image_id"] == "ami-0000000000000000b"
    found = {image["Name"]: image for image in ec2.describe_images(Owners=["self"])["Images"]}
    assert found["a"]["CreationDate"] == "2026-01-02T03:04:05.000Z"
    assert found["a"]["Tags"] == [{"Key": "os", "Value": "linux"}]
    assert found["a"]["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert found["b"]["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is False
    assert found["b"]["State"] == "failed"
    [snapshot] = ec2.describe_snapshots(SnapshotIds=[made[0]["snapshot_id"]])["Snapshots"]
    assert (snapshot["Encrypted"], snapshot["KmsKeyId"]) == (True, "key-1")
