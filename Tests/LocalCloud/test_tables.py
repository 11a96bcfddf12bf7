"""DynamoDB: values of every kind come back as they were put, queries answer the items of their partition in order, and tables
can be looked into."""

from decimal import Decimal
from typing import Any

import pytest
from localcloud.client import LocalCloud

VALUES: list[dict[str, Any]] = [
    {"S": "text"}, {"S": ""}, {"N": "12.50"}, {"BOOL": True}, {"BOOL": False}, {"NULL": True}, {"B": b"\x00\xff"},
    {"SS": ["a", "b"]}, {"NS": ["1", "2"]}, {"BS": [b"\x01"]}, {"L": []}, {"M": {}},
    {"L": [{"S": "S"}, {"M": {"N": {"N": "1"}}}, {"L": [{"B": b"x"}]}]},
    {"M": {"S": {"S": "1"}, "L": {"L": [{"BOOL": False}]}, "M": {"M": {"NULL": {"NULL": True}}}}},
]  # fmt: skip


@pytest.fixture(scope="module")
def things(cloud: LocalCloud) -> str:
    """A table of things, by owner and number, with an index by colour."""
    keys = [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}]
    index = [{"AttributeName": "colour", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}]
    types = {"owner": "S", "number": "N", "colour": "S"}
    dynamodb = cloud.client("dynamodb", "creator")
    dynamodb.create_table(
        TableName="many-things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
        GlobalSecondaryIndexes=[{"IndexName": "colour", "KeySchema": index, "Projection": {"ProjectionType": "ALL"}}],
    )
    for number in (10, 9, 2, 1):
        for owner in ("b", "a"):
            item = {"owner": {"S": owner}, "number": {"N": str(number)}, "colour": {"S": "red" if number > 2 else "blue"}}
            dynamodb.put_item(TableName="many-things", Item=item)
    return "many-things"


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_value_comes_back_as_it_was_put(cloud: LocalCloud, things: str, value: dict[str, Any]) -> None:
    dynamodb = cloud.client("dynamodb", "creator")
    key = {"owner": {"S": "c"}, "number": {"N": "1"}}
    item = {**key, "value": value}
    dynamodb.put_item(TableName=things, Item=item)
    assert dynamodb.get_item(TableName=things, Key=key)["Item"] == item
    asked = {"KeyConditionExpression": "#o = :o", "ExpressionAttributeNames": {"#o": "owner"}}
    found = dynamodb.query(TableName=things, **asked, ExpressionAttributeValues={":o": {"S": "c"}})["Items"]
    assert found == [item]
    assert item in dynamodb.scan(TableName=things)["Items"]
    assert dynamodb.delete_item(TableName=things, Key=key, ReturnValues="ALL_OLD")["Attributes"] == item


@pytest.mark.parametrize(
    ("name", "value", "options", "expected"),
    [
        ("owner", "a", {}, ["a1", "a2", "a9", "a10"]),
        ("owner", "a", {"ScanIndexForward": False}, ["a10", "a9", "a2", "a1"]),
        ("owner", "a", {"Limit": 2}, ["a1", "a2"]),
        ("owner", "a", {"ExclusiveStartKey": {"owner": {"S": "a"}, "number": {"N": "2"}}}, ["a9", "a10"]),
        ("owner", "nobody", {}, []),
        ("colour", "red", {"IndexName": "colour"}, ["a9", "b9", "a10", "b10"]),
        ("colour", "green", {"IndexName": "colour"}, []),
    ],
)
def test_a_query(
    cloud: LocalCloud, things: str, name: str, value: str, options: dict[str, Any], expected: list[str]
) -> None:
    answer = cloud.client("dynamodb", "creator").query(
        TableName=things, KeyConditionExpression="#k = :k", ExpressionAttributeNames={"#k": name},
        ExpressionAttributeValues={":k": {"S": value}}, **options,
    )  # fmt: skip
    found = [item["owner"]["S"] + item["number"]["N"] for item in answer["Items"]]
    assert (found if "IndexName" not in options else sorted(found, key=lambda text: (int(text[1:]), text))) == expected
    assert answer["Count"] == len(expected)


def test_what_a_query_answered_is_not_changed_by_a_later_update(cloud: LocalCloud, things: str) -> None:
    """Nor does an answer's copy reach the table: a list is added to, and a set."""
    dynamodb = cloud.client("dynamodb", "creator")
    key = {"owner": {"S": "d"}, "number": {"N": "1"}}
    dynamodb.put_item(TableName=things, Item={**key, "list": {"L": [{"S": "a"}]}, "set": {"SS": ["a"]}})
    change = {
        "UpdateExpression": "SET #l = list_append(#l, :l) ADD #s :s", "ExpressionAttributeNames": {"#l": "list", "#s": "set"},
        "ExpressionAttributeValues": {":l": {"L": [{"S": "b"}]}, ":s": {"SS": ["b"]}},
    }  # fmt: skip
    old = dynamodb.update_item(TableName=things, Key=key, ReturnValues="ALL_OLD", **change)["Attributes"]
    assert old["list"] == {"L": [{"S": "a"}]} and old["set"] == {"SS": ["a"]}
    new = dynamodb.get_item(TableName=things, Key=key)["Item"]
    assert new["list"] == {"L": [{"S": "a"}, {"S": "b"}]} and sorted(new["set"]["SS"]) == ["a", "b"]
    dynamodb.delete_item(TableName=things, Key=key)


def test_a_look_into_tables(cloud: LocalCloud, things: str) -> None:
    """In the order of the keys; as much of them as is asked for."""

    def look(**options: Any) -> list[str]:
        return [f"{item['owner']}{item['number']}" for item in cloud.tables("creator", **options)[things]]

    everything = [f"{owner}{number}" for owner in "ab" for number in (1, 2, 9, 10)]
    assert look() == everything
    assert look(ends="many-things", containing=["re", "nothing"]) == ["a9", "a10", "b9", "b10"]
    assert set(cloud.tables("creator", ends="-things")) == {things}
    assert cloud.tables("creator", "eu-central-1") == {}


def test_numbers_are_told_apart_by_their_value(cloud: LocalCloud, things: str) -> None:
    key = {"owner": {"S": "a"}, "number": {"N": "1.0"}}
    found = cloud.client("dynamodb", "creator").get_item(TableName=things, Key=key)["Item"]
    assert Decimal(found["number"]["N"]) == 1
