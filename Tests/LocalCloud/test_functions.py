"""Functions run for real, with their role's permissions and nothing more."""

import json

import bootstraps
import pytest
from botocore.config import Config
from localcloud.client import LocalCloud
from localcloud.testing import create_function, create_role, trust

TABLE = "arn:aws:dynamodb:us-east-1:111111111111:table/things"
CREATOR, CONSUMER = "111111111111", "222222222222"


@pytest.fixture(scope="module")
def function(cloud: LocalCloud) -> str:
    cloud.client("dynamodb", "creator").create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "name", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "name", "KeyType": "RANGE"}],
    )
    role = create_role(
        cloud,
        "consumer-a",
        "tester",
        [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{CREATOR}:role/cross"},
            {"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "*",
            },
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:us-east-1:{CONSUMER}:failed"},
        ],
    )
    trusted = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"AWS": f"arn:aws:iam::{CONSUMER}:root"},
                    "Condition": {"ArnEquals": {"aws:PrincipalArn": role}},
                }
            ],
        }
    )
    create_role(
        cloud,
        "creator",
        "cross",
        [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
                "Resource": TABLE,
                "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [CONSUMER]}},
            },
            {
                "Effect": "Allow",
                "Action": "dynamodb:GetItem",
                "Resource": TABLE,
                "Condition": {
                    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["owner", "name", "state"]},
                    "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
                },
            },
        ],
        trusted,
    )
    create_role(
        cloud,
        "creator",
        "for-others",
        [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        trust("ec2.amazonaws.com"),
    )
    queue = cloud.client("sqs", "consumer-a").create_queue(QueueName="failed")
    assert queue["QueueUrl"]
    return create_function(
        cloud,
        "consumer-a",
        "tester",
        bootstraps.BOTO3,
        role,
        Timeout=10,
        MemorySize=256,
        Environment={"Variables": {"COLOUR": "blue"}},
        DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:{CONSUMER}:failed"},
    )


def invoke(cloud: LocalCloud, function: str, **event: object) -> dict:
    account, region, name = function.split("/")
    answer = cloud.client("lambda", account, region).invoke(FunctionName=name, Payload=json.dumps(event).encode())
    payload = json.loads(answer["Payload"].read())
    return {**payload, "function_error": answer.get("FunctionError")}


def call(
    cloud: LocalCloud, function: str, service: str, name: str, role: str | None = None, **parameters: object
) -> dict:
    step = {"service": service, "call": name, "with": parameters} | ({"role": role} if role else {})
    (result,) = invoke(cloud, function, calls=[step])["results"]
    return result


def cross(cloud: LocalCloud, function: str, name: str, **parameters: object) -> dict:
    return call(cloud, function, "dynamodb", name, f"arn:aws:iam::{CREATOR}:role/cross", **parameters)


def dead_letters(cloud: LocalCloud) -> list[dict]:
    queue = cloud.client("sqs", "consumer-a")
    url = queue.get_queue_url(QueueName="failed")["QueueUrl"]
    messages = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages", []
    )
    for message in messages:
        queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return messages


def test_environment_is_that_of_the_configuration(cloud: LocalCloud, function: str) -> None:
    environment = invoke(cloud, function)["environment"]
    assert environment["COLOUR"] == "blue"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "tester"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_REGION"] == "us-east-1"
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["AWS_SESSION_TOKEN"]
    assert "PYTHONPATH" not in environment


def test_a_function_is_told_its_own_arn(cloud: LocalCloud, function: str) -> None:
    account, region, name = function.split("/")
    assert invoke(cloud, function)["arn"] == f"arn:aws:lambda:{region}:{account}:function:{name}"


def test_invocations_are_warm_until_the_configuration_changes(cloud: LocalCloud, function: str) -> None:
    first = invoke(cloud, function)["pid"]
    assert invoke(cloud, function)["pid"] == first
    cloud.client("lambda", "consumer-a").update_function_configuration(
        FunctionName="tester", Environment={"Variables": {"COLOUR": "green"}}
    )
    changed = invoke(cloud, function)
    assert changed["pid"] != first and changed["environment"]["COLOUR"] == "green"
    cloud.set(recycle=True)
    assert invoke(cloud, function)["pid"] != changed["pid"]


def test_function_error_and_logs(cloud: LocalCloud, function: str) -> None:
    answer = invoke(cloud, function, fail="no such luck")
    assert answer["function_error"] == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("RuntimeError", "no such luck")
    assert "no such luck" in cloud.logs(function)
    groups = cloud.client("logs", "consumer-a").describe_log_groups()["logGroups"]
    assert "/aws/lambda/tester" in [group["logGroupName"] for group in groups]


def test_what_the_role_allows_works_and_nothing_else(cloud: LocalCloud, function: str) -> None:
    assert call(cloud, function, "ec2", "describe_images", Owners=["self"]) == {"ok": {"Images": []}}
    denied = call(cloud, function, "ec2", "describe_instances")
    assert denied["error"] == "UnauthorizedOperation"
    assert (
        f"arn:aws:sts::{CONSUMER}:assumed-role/tester/tester is not authorized to perform: ec2:DescribeInstances"
        in denied["message"]
    )
    assert call(cloud, function, "dynamodb", "scan", TableName="things")["error"] == "AccessDeniedException"
    assert (
        call(cloud, function, "sns", "publish", TopicArn=f"arn:aws:sns:us-east-1:{CONSUMER}:t", Message="m")["error"]
        == "AuthorizationError"
    )
    email = {
        "FromEmailAddress": "a@example.com",
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }
    assert call(cloud, function, "sesv2", "send_email", **email)["error"] == "AccessDeniedException"


def test_a_missing_permission_is_in_the_request_log(cloud: LocalCloud, function: str) -> None:
    before = len(cloud.requests())
    call(cloud, function, "ec2", "describe_instances")
    (entry,) = cloud.requests(before, function=function)
    assert (entry["action"], entry["verdict"], entry["status"]) == ("ec2:DescribeInstances", "denied", 403)
    assert entry["principal"] == f"arn:aws:iam::{CONSUMER}:role/tester"


def test_cross_account_role_is_confined_to_its_rows(cloud: LocalCloud, function: str) -> None:
    own = {"owner": {"S": CONSUMER}, "name": {"S": "x"}}
    other = {"owner": {"S": "333333333333"}, "name": {"S": "x"}}
    assert "ok" in cross(cloud, function, "put_item", TableName=TABLE, Item=own)
    assert cross(cloud, function, "put_item", TableName=TABLE, Item=other)["error"] == "AccessDeniedException"
    assert cloud.tables("creator")["things"] == [{"owner": CONSUMER, "name": "x"}]


def test_transactions_need_the_permissions_of_their_members(cloud: LocalCloud, function: str) -> None:
    key = {"owner": {"S": CONSUMER}, "name": {"S": "y"}}
    put = {"Put": {"TableName": TABLE, "Item": key}}
    check = {
        "ConditionCheck": {
            "TableName": TABLE,
            "Key": {**key, "name": {"S": "z"}},
            "ConditionExpression": "attribute_not_exists(#n)",
            "ExpressionAttributeNames": {"#n": "name"},
        }
    }
    delete = {"Delete": {"TableName": TABLE, "Key": key}}
    assert "ok" in cross(cloud, function, "transact_write_items", TransactItems=[put, check])
    refused = cross(cloud, function, "transact_write_items", TransactItems=[check, delete])
    assert refused["error"] == "AccessDeniedException" and "dynamodb:DeleteItem" in refused["message"]


def test_attributes_are_limited(cloud: LocalCloud, function: str) -> None:
    key = {"owner": {"S": CONSUMER}, "name": {"S": "x"}}
    names = {"#o": "owner", "#s": "state"}
    assert "ok" in cross(
        cloud,
        function,
        "get_item",
        TableName=TABLE,
        Key=key,
        ProjectionExpression="#o, #s",
        ExpressionAttributeNames=names,
    )
    assert cross(cloud, function, "get_item", TableName=TABLE, Key=key)["error"] == "AccessDeniedException"
    refused = cross(cloud, function, "get_item", TableName=TABLE, Key=key, ProjectionExpression="actor")
    assert refused["error"] == "AccessDeniedException"


def test_roles_that_do_not_trust_the_function_cannot_be_assumed(cloud: LocalCloud, function: str) -> None:
    for name in ("for-others", "missing"):
        step = {
            "service": "sts",
            "call": "assume_role",
            "with": {"RoleArn": f"arn:aws:iam::{CREATOR}:role/{name}", "RoleSessionName": "someone"},
        }
        (result,) = invoke(cloud, function, calls=[step])["results"]
        assert result["error"] == "AccessDenied"


def test_sessions_end(cloud: LocalCloud, function: str) -> None:
    cloud.set(session_seconds=0.001)
    key = {"owner": {"S": CONSUMER}, "name": {"S": "x"}}
    assert cross(cloud, function, "put_item", TableName=TABLE, Item=key)["error"] == "ExpiredTokenException"


def test_timeout(cloud: LocalCloud, function: str) -> None:
    cloud.client("lambda", "consumer-a").update_function_configuration(FunctionName="tester", Timeout=1)
    cloud.fault("delay", action="ec2:DescribeImages", seconds=3)
    answer = invoke(cloud, function, calls=[{"service": "ec2", "call": "describe_images"}])
    assert answer["errorType"] == "Sandbox.Timedout"
    cloud.client("lambda", "consumer-a").update_function_configuration(FunctionName="tester", Timeout=10)


def test_asynchronous_failure_is_retried_and_goes_to_the_dead_letters(cloud: LocalCloud, function: str) -> None:
    cloud.set(retry_seconds=0.01)
    cloud.client("lambda", "consumer-a").invoke(
        FunctionName="tester", InvocationType="Event", Payload=b'{"fail": "every time"}'
    )
    cloud.wait_until_idle()
    last = cloud.invocations()[-1]
    assert last["attempts"] == 3 and "every time" in last["error"]
    (letter,) = dead_letters(cloud)
    assert json.loads(letter["Body"]) == {"fail": "every time"}
    assert letter["MessageAttributes"]["RequestID"]["StringValue"] == last["request_id"]


def test_asynchronous_failure_that_passes_is_made_good(cloud: LocalCloud, function: str) -> None:
    cloud.set(retry_seconds=0.01)
    cloud.fault("kill-before", function=function, action="ec2:DescribeImages")
    event = json.dumps({"calls": [{"service": "ec2", "call": "describe_images"}]}).encode()
    cloud.client("lambda", "consumer-a").invoke(FunctionName="tester", InvocationType="Event", Payload=event)
    cloud.wait_until_idle()
    last = cloud.invocations()[-1]
    assert (last["attempts"], last["error"]) == (2, None)
    assert dead_letters(cloud) == []


def test_code_that_cannot_start(cloud: LocalCloud, function: str) -> None:
    role = f"arn:aws:iam::{CONSUMER}:role/tester"
    broken = create_function(cloud, "consumer-a", "broken", bootstraps.CRASH, role)
    answer = invoke(cloud, broken)
    assert answer["function_error"] == "Unhandled" and answer["errorType"] == "Runtime.ExitError"


def test_unknown_function(cloud: LocalCloud) -> None:
    client = cloud.client("lambda", "creator", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="nobody")
