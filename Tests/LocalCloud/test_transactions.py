"""Transactions of DynamoDB: all or nothing."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud

Item = dict[str, dict[str, str]]


@pytest.fixture(scope="module", params=["hash", "hash and range"])
def table(cloud: LocalCloud, request: pytest.FixtureRequest) -> str:
    names = {"id": "HASH"} | ({"part": "RANGE"} if "range" in request.param else {})
    name = f"transactions-{len(names)}"
    cloud.client("dynamodb", "creator").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in names.items()],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in names],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    return name


def key(table: str, number: int) -> Item:
    return {"id": {"S": str(number)}} | ({"part": {"S": "-"}} if table.endswith("2") else {})


def write(cloud: LocalCloud, table: str, *writes: tuple[str, int, dict[str, Any]]) -> None:
    items = []
    for kind, number, members in writes:
        item = {"Item": key(table, number) | members.pop("item", {})} if kind == "Put" else {"Key": key(table, number)}
        items.append({kind: {"TableName": table, **item, **members}})
    cloud.client("dynamodb", "creator").transact_write_items(TransactItems=items)


def values(cloud: LocalCloud, table: str) -> dict[str, Any]:
    return {item["id"]: item.get("value") for item in cloud.tables("creator")[table]}


def put(number: int, value: str, **members: Any) -> tuple[str, int, dict[str, Any]]:
    return "Put", number, {"item": {"value": {"S": value}}, **members}


def update(number: int, value: str) -> tuple[str, int, dict[str, Any]]:
    expression = {"UpdateExpression": "SET #v = :v", "ExpressionAttributeNames": {"#v": "value"}}
    return "Update", number, {**expression, "ExpressionAttributeValues": {":v": {"S": value}}}


def test_all_or_nothing(cloud: LocalCloud, table: str) -> None:
    write(cloud, table, put(1, "one"), put(2, "two"), put(3, "three"))
    before = values(cloud, table)
    refused = ("ConditionCheck", 9, {"ConditionExpression": "attribute_exists(id)"})
    for changes in ([put(1, "other"), put(4, "four"), ("Delete", 2, {})], [update(1, "other"), put(3, "other")]):
        with pytest.raises(ClientError) as caught:
            write(cloud, table, *changes, refused)
        reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
        assert reasons == ["None"] * len(changes) + ["ConditionalCheckFailed"]
        assert values(cloud, table) == before
    write(cloud, table, update(1, "other"), put(4, "four"), ("Delete", 2, {}))
    assert values(cloud, table) == {"1": "other", "3": "three", "4": "four"}
