"""Faults: struck are the requests that match, so often as was said, and in the way that was said."""

import json

import bootstraps
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from localcloud.client import LocalCloud, LocalCloudError
from localcloud.faults import Fault, Faults, Subject
from localcloud.testing import create_function, create_role


@pytest.fixture(scope="module")
def table(cloud: LocalCloud) -> str:
    cloud.client("dynamodb", "creator").create_table(
        TableName="facts",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return "facts"


@pytest.fixture(scope="module")
def function(cloud: LocalCloud, table: str) -> str:
    role = create_role(cloud, "creator", "writer", [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}])
    return create_function(cloud, "creator", "writer", bootstraps.BOTO3, role, Timeout=10)


def put(cloud: LocalCloud, table: str, identifier: str, **options: object) -> None:
    cloud.client("dynamodb", "creator", **options).put_item(TableName=table, Item={"id": {"S": identifier}})


def ids(cloud: LocalCloud, table: str) -> set[str]:
    return {item["id"] for item in cloud.tables("creator")[table]}


def test_matching_is_counted() -> None:
    faults = Faults()
    faults.add(Fault.parse({"effect": "error", "action": "dynamodb:Put*", "skip": 1, "times": 2}))
    faults.add(Fault.parse({"effect": "delay", "function": "1/r/*", "resource": "*table/t", "times": None}))
    put_item = Subject(["dynamodb:PutItem"], ["arn:table/t"], "1/r/f", "role")
    assert [len(faults.strike(put_item)) for _ in range(5)] == [1, 2, 2, 1, 1]
    assert faults.strike(Subject(["dynamodb:GetItem"], ["arn:table/u"], "1/r/f")) == []
    assert faults.strike(Subject(["ses:SendEmail"], ["arn:table/t"], "2/r/f")) == []
    faults.clear()
    faults.add(Fault.parse({"effect": "error", "action": "ses:*", "body": "*one@example.com*"}))
    assert faults.strike(Subject(["ses:SendEmail"], body='{"To": ["two@example.com"]}')) == []
    assert faults.strike(Subject(["ses:SendEmail"], body='{"To":\n ["one@example.com"]}'))
    # A transaction is also struck by faults of its members.
    faults.clear()
    faults.add(Fault.parse({"effect": "error", "action": "dynamodb:PutItem"}))
    assert faults.strike(Subject(["dynamodb:TransactWriteItems", "dynamodb:PutItem"]))


@pytest.mark.parametrize(
    "value", [{}, {"effect": "explode"}, {"effect": "error", "actoin": "x"}, {"effect": "error", "id": 3}]
)
def test_malformed_faults_are_refused(cloud: LocalCloud, value: dict) -> None:
    with pytest.raises(LocalCloudError):
        cloud.admin("POST", "faults", value)


def test_errors_have_the_shape_of_each_protocol(cloud: LocalCloud) -> None:
    calls = [
        ("dynamodb", "list_tables", {}),
        ("ssm", "describe_parameters", {}),
        ("ec2", "describe_images", {}),
        ("sns", "list_topics", {}),
        ("lambda", "list_functions", {}),
        ("sesv2", "get_account", {}),
        ("s3", "list_buckets", {}),
        ("sqs", "list_queues", {}),
        ("autoscaling", "describe_launch_configurations", {}),
    ]
    for service, name, parameters in calls:
        cloud.fault("error", status=400, code="ThrottlingException", message="Slow down, please.")
        with pytest.raises(ClientError) as caught:
            getattr(cloud.client(service, "creator"), name)(**parameters)
        error = caught.value.response
        assert error["Error"]["Code"] == "ThrottlingException", service
        assert error["Error"]["Message"] == "Slow down, please.", service
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 400, service
        assert error["ResponseMetadata"]["RequestId"], service


def test_errors_take_no_effect_and_stop_after_their_times(cloud: LocalCloud, table: str) -> None:
    cloud.fault("error", action="dynamodb:PutItem", status=500, code="InternalServerError", times=2)
    for _ in range(2):
        with pytest.raises(ClientError):
            put(cloud, table, "error")
    assert "error" not in ids(cloud, table)
    put(cloud, table, "error")
    assert "error" in ids(cloud, table)
    assert cloud.faults()[-1]["struck"] == 2


@pytest.mark.parametrize(("effect", "there"), [("reset-before", False), ("reset-after", True)])
def test_resets(cloud: LocalCloud, table: str, effect: str, there: bool) -> None:
    cloud.fault(effect, action="dynamodb:PutItem")
    with pytest.raises(ConnectionClosedError):
        put(cloud, table, effect)
    assert (effect in ids(cloud, table)) is there


def test_delays(cloud: LocalCloud, table: str) -> None:
    cloud.fault("delay", action="dynamodb:PutItem", seconds=2)
    with pytest.raises(ReadTimeoutError):
        put(cloud, table, "late", config=Config(read_timeout=0.2))


@pytest.mark.parametrize(("effect", "there"), [("kill-before", set()), ("kill-after", {"1"})])
def test_killing_a_function_at_its_second_call(
    cloud: LocalCloud, table: str, function: str, effect: str, there: set[str]
) -> None:
    steps = [
        {
            "service": "dynamodb",
            "call": "put_item",
            "with": {"TableName": table, "Item": {"id": {"S": f"{effect}-{n}"}}},
        }
        for n in range(3)
    ]
    cloud.fault(effect, function=function, skip=1)
    client = cloud.client("lambda", "creator")
    answer = client.invoke(FunctionName="writer", Payload=json.dumps({"calls": steps}).encode())
    assert json.loads(answer["Payload"].read())["errorType"] == "Runtime.ExitError"
    written = {identifier.rpartition("-")[2] for identifier in ids(cloud, table) if identifier.startswith(effect)}
    assert written == {"0"} | there
    # The next invocation starts cold and does it all.
    answer = client.invoke(FunctionName="writer", Payload=json.dumps({"calls": steps}).encode())
    assert "FunctionError" not in answer
    assert {f"{effect}-{n}" for n in range(3)} <= ids(cloud, table)


def test_what_was_struck_is_in_the_log(cloud: LocalCloud, table: str) -> None:
    before = len(cloud.requests())
    fault = cloud.fault("reset-after", action="dynamodb:PutItem")
    with pytest.raises(ConnectionClosedError):
        put(cloud, table, "logged")
    (entry,) = cloud.requests(before)
    assert entry["faults"] == [{"id": fault["id"], "effect": "reset-after"}]
    assert entry["status"] is None and entry["took_effect"] is True
