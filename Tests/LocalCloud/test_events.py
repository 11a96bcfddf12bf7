"""EventBridge: the deployed rules' patterns and permissions decide who gets an event."""

import json

import bootstraps
import pytest
from localcloud.client import LocalCloud, LocalCloudError
from localcloud.testing import create_function, create_role

ACCOUNT = "111111111111"
PATTERN = {
    "source": ["aws.ec2"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": ["RunInstances"], "errorCode": [{"exists": False}]},
}


@pytest.fixture(scope="module")
def rule(cloud: LocalCloud) -> str:
    """A rule with a function that it may invoke, one that it may not, and a queue for what cannot be delivered."""
    role = create_role(cloud, "creator", "listener", [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}])
    events, functions, queues = (cloud.client(service, "creator") for service in ("events", "lambda", "sqs"))
    rule = events.put_rule(Name="listen", EventPattern=json.dumps(PATTERN))["RuleArn"]
    targets = []
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:undelivered"
    for name in ("listener", "stranger"):
        create_function(cloud, "creator", name, bootstraps.BOTO3, role)
        targets.append(
            {
                "Id": name,
                "Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}",
                "DeadLetterConfig": {"Arn": queue},
            }
        )
    functions.add_permission(
        FunctionName="listener",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
            }
        ],
    }
    queues.create_queue(QueueName="undelivered", Attributes={"Policy": json.dumps(policy)})
    events.put_targets(Rule="listen", Targets=targets)
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=targets[:1])
    return rule


def event(**detail: object) -> dict:
    return {
        "source": "aws.ec2",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventName": "RunInstances", **detail},
    }


def undelivered(cloud: LocalCloud) -> list[dict]:
    queue = cloud.client("sqs", "creator")
    url = queue.get_queue_url(QueueName="undelivered")["QueueUrl"]
    found = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
        "Messages", []
    )
    for message in found:
        queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_the_pattern_decides(cloud: LocalCloud, rule: str) -> None:
    before = len(cloud.invocations())
    assert cloud.put_event("creator", event()) == [rule]
    assert cloud.put_event("creator", event(errorCode="Client.DryRunOperation")) == []
    assert cloud.put_event("creator", event(eventName="StopInstances")) == []
    assert cloud.put_event("consumer-a", event()) == []
    (invocation,) = cloud.invocations()[before:]
    assert invocation["function"].endswith("/listener") and invocation["error"] is None
    undelivered(cloud)


def test_what_may_not_be_invoked_goes_to_the_rules_dead_letters(cloud: LocalCloud, rule: str) -> None:
    cloud.put_event("creator", {**event(), "id": "the-event"})
    (message,) = undelivered(cloud)
    assert json.loads(message["Body"])["id"] == "the-event"
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert attributes["RULE_ARN"] == rule and attributes["TARGET_ARN"].endswith(":stranger")
    note = [delivery for delivery in cloud.deliveries() if delivery["event_id"] == "the-event"]
    assert [delivery["error"] is None for delivery in note] == [True, False]


def test_put_events_delivers_with_the_account(cloud: LocalCloud, rule: str) -> None:
    entry = {"Source": "aws.ec2", "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(event()["detail"])}
    answer = cloud.client("events", "creator").put_events(Entries=[entry, {**entry, "Source": "mine"}])
    assert answer["FailedEntryCount"] == 0
    cloud.wait_until_idle()
    (message,) = undelivered(cloud)
    delivered = json.loads(message["Body"])
    assert delivered["account"] == ACCOUNT and delivered["region"] == "us-east-1"
    assert delivered["time"].endswith("Z") and delivered["detail"]["eventName"] == "RunInstances"


def test_a_disabled_rule_gets_nothing(cloud: LocalCloud, rule: str) -> None:
    cloud.client("events", "creator").disable_rule(Name="listen")
    assert cloud.put_event("creator", event()) == []
    cloud.client("events", "creator").enable_rule(Name="listen")


def test_schedules(cloud: LocalCloud, rule: str) -> None:
    before = len(cloud.invocations())
    assert cloud.fire_schedule("creator", "nightly") == [f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:listener"]
    # The permission is for the other rule only.
    assert cloud.invocations()[before:] == []
    assert "NO_PERMISSIONS" in cloud.deliveries()[-1]["error"]
    with pytest.raises(LocalCloudError):
        cloud.fire_schedule("creator", "listen")
