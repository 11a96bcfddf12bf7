"""What roles may do: no more than their function needs, and nothing of another account's."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from builder_images import shared_builder_image
from localcloud.client import LocalCloud
from localcloud.testing import create_role
from story import CONSUMER_A, CONSUMER_B, CREATOR, FUNCTIONS, Stage, Story
from world import World

Statement = dict[str, Any]


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code of a call, or "ok"."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


def credentials(cloud: LocalCloud, account: str, role: str, **session: str) -> dict[str, str]:
    """Credentials of a role, for `LocalCloud.client`; asked for by the account's administrator, or with a session's."""
    answer = cloud.client("sts", account, **session).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def role_of(cloud: LocalCloud, function: str) -> str:
    account, _, name = function.split("/")
    return cloud.client("lambda", account).get_function_configuration(FunctionName=name)["Role"]


def usage_role(cloud: LocalCloud, account: str) -> str:
    """The role of the creator account with which a consumer's tracker records its usage."""
    name = f"ami-steward-usage-{cloud.region}-{cloud.account(account)}"
    return f"arn:aws:iam::{cloud.account(CREATOR)}:role/{name}"


# MARK: The cross-account role


@pytest.fixture
def consumer(stage: Stage) -> dict[str, str]:
    """What the usage tracker of consumer A has in the creator account."""
    tracker = credentials(stage.cloud, CONSUMER_A, role_of(stage.cloud, stage.function("usage-tracker")))
    return credentials(stage.cloud, CONSUMER_A, usage_role(stage.cloud, CONSUMER_A), **tracker)


def test_a_consumer_touches_its_own_rows_only(stage: Stage, story: Story, consumer: dict[str, str]) -> None:
    cloud, denied = stage.cloud, "AccessDeniedException"
    dynamodb = cloud.client("dynamodb", CREATOR, **consumer)
    table = stage.deployment.terraform.outputs()["creator"]["usage_table"]

    def key(account: str) -> dict[str, Any]:
        return {"account_id": {"S": cloud.account(account)}, "resource": {"S": f"{story.image}#instance#i-1"}}

    def put(account: str) -> dict[str, Any]:
        return {"Put": {"TableName": table, "Item": key(account)}}

    own, other = key(CONSUMER_A), key(CONSUMER_B)
    everything, others = (
        {"KeyConditionExpression": "account_id = :a", "ExpressionAttributeValues": {":a": each["account_id"]}} for each in (own, other)
    )
    change = {"UpdateExpression": "SET seen = :s", "ExpressionAttributeValues": {":s": {"S": "now"}}}
    by_image = {"IndexName": "image", "KeyConditionExpression": "image_id = :a", "ExpressionAttributeValues": {":a": {"S": story.image}}}
    expected = [
        (dynamodb.put_item, {"TableName": table, "Item": own}, "ok"),
        (dynamodb.put_item, {"TableName": table, "Item": other}, denied),
        (dynamodb.delete_item, {"TableName": table, "Key": other}, denied),
        (dynamodb.transact_write_items, {"TransactItems": [put(CONSUMER_A)]}, "ok"),
        (dynamodb.transact_write_items, {"TransactItems": [put(CONSUMER_A), put(CONSUMER_B)]}, denied),
        (dynamodb.get_item, {"TableName": table, "Key": own}, denied),
        (dynamodb.query, {"TableName": table, **everything}, "ok"),
        (dynamodb.query, {"TableName": table, **others}, denied),
        (dynamodb.query, {"TableName": table, **by_image}, denied),
        (dynamodb.scan, {"TableName": table}, denied),
        (dynamodb.update_item, {"TableName": table, "Key": own, **change}, "ok"),
        (dynamodb.update_item, {"TableName": table, "Key": other, **change}, denied),
        (dynamodb.batch_write_item, {"RequestItems": {table: [{"DeleteRequest": {"Key": other}}]}}, denied),
        (dynamodb.delete_item, {"TableName": table, "Key": own}, "ok"),
    ]
    for call, parameters, answer in expected:
        assert code(call, **parameters) == answer, (call.__name__, parameters)


def test_a_consumer_reads_of_the_shares_whether_they_are(stage: Stage, story: Story, consumer: dict[str, str]) -> None:
    story.tell(story.share(CONSUMER_A, CONSUMER_B))
    cloud, denied = stage.cloud, "AccessDeniedException"
    dynamodb = cloud.client("dynamodb", CREATOR, **consumer)
    table = stage.deployment.terraform.outputs()["creator"]["shares_table"]
    key = {"image_id": {"S": story.image}, "principal": {"S": f"account#{cloud.account(CONSUMER_A)}"}}
    names = {"#s": "status"}
    one = {"TableName": table, "Key": key}
    expected = [
        (dynamodb.get_item, {**one, "ProjectionExpression": "image_id, principal, #s"}, names, "ok"),
        (dynamodb.get_item, {**one, "ProjectionExpression": "#s, actor"}, names, denied),
        (dynamodb.get_item, one, {}, denied),
        (dynamodb.put_item, {"TableName": table, "Item": key}, {}, denied),
        (dynamodb.delete_item, one, {}, denied),
        (dynamodb.scan, {"TableName": table}, {}, denied),
        (dynamodb.batch_get_item, {"RequestItems": {table: {"Keys": [key]}}}, {}, denied),
    ]
    for call, parameters, given, answer in expected:
        parameters |= {"ExpressionAttributeNames": given} if given else {}
        assert code(call, **parameters) == answer, (call.__name__, parameters)


def test_only_the_accounts_own_tracker_gets_its_role(stage: Stage) -> None:
    cloud = stage.cloud
    assume = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{cloud.account(CONSUMER_A)}:root"}}
    document = {"Version": "2012-10-17", "Statement": [trust | {"Action": "sts:AssumeRole"}]}
    stranger = create_role(cloud, CONSUMER_A, "stranger", assume, json.dumps(document))
    try:
        for account, role, answer in (
            (CONSUMER_A, role_of(cloud, stage.function("usage-tracker")), "ok"),
            (CONSUMER_A, stranger, "AccessDenied"),
            (CONSUMER_B, role_of(cloud, stage.function("usage-tracker", CONSUMER_B)), "AccessDenied"),
            (CREATOR, role_of(cloud, stage.function("share-recorder")), "AccessDenied"),
        ):
            sts = cloud.client("sts", account, **credentials(cloud, account, role))
            got = code(sts.assume_role, RoleArn=usage_role(cloud, CONSUMER_A), RoleSessionName="test")
            assert got == answer, role
    finally:
        iam = cloud.client("iam", CONSUMER_A)
        iam.delete_role_policy(RoleName="stranger", PolicyName="inline")
        iam.delete_role(RoleName="stranger")


# MARK: No permission too few, and none too many


def recorder_at_work(story: Story) -> list[tuple[str, Any]]:
    names = ("modify-image-attribute-several", "deregister-image")
    return [("share-recorder", story.sample(name)) for name in names]


def tracker_at_work(story: Story) -> list[tuple[str, Any]]:
    """Launches and releases; images that are looked up by every way there is, and one that is gone."""
    story.share(CONSUMER_A)
    story.cloud.client("ssm", CONSUMER_A).put_parameter(Name=story.parameter, Value=story.image, Type="String")
    story.cloud.client("autoscaling", CONSUMER_A).create_launch_configuration(
        LaunchConfigurationName=story.named("like-web-1"), ImageId=story.image, InstanceType="t3.micro"
    )
    story.tell(story.sample("modify-image-attribute-add-account"))
    names = (
        "run-instances-several", "terminate-instances-several", "create-launch-template",
        "create-launch-template-resolve-ssm", "create-launch-template-version-inherited",
        "create-launch-configuration-from-instance", "delete-launch-template",
    )  # fmt: skip
    gone = story.stage.story()
    gone.tell(gone.share(CONSUMER_A))
    gone.cloud.client("ec2", CREATOR).deregister_image(ImageId=gone.image)
    events = [*(story.sample(name) for name in names), gone.sample("run-instances")]
    return [("usage-tracker", event) for event in events]


def checker_at_work(story: Story) -> list[tuple[str, Any]]:
    """An image whose name was never recorded, an account that is told, and one for which no address is known; a question,
    and a schedule."""
    story.share(CONSUMER_A)
    story.tell(story.run(CONSUMER_A), story.run(CREATOR))
    story.cloud.set(report_seconds=0)
    names = ("modify-image-attribute-remove-account", "disable-image", "check-owner-view", "measure")
    return [("deregistration-checker", story.sample(name)) for name in names]


def sweep_at_work(stage: Stage) -> list[str]:
    """What two sweeps come to, of an account with one of everything, and with records of what is gone at the second one: what
    the function may not look at is missing from the counts, or named as skipped."""
    world, story = World(stage, CONSUMER_A), stage.story()
    world.empty()
    story.share(CONSUMER_A)
    made = {use.split()[0]: use.split()[1] for use in world.one_of_everything(story.image)}
    world.image_recipe(shared_builder_image(story, CONSUMER_A))
    first, _ = stage.invoke("usage-tracker", {"sweep": {"force": True}}, CONSUMER_A)
    world.builder.delete_image_recipe(imageRecipeArn=made["image-recipe"])
    world.builder.delete_container_recipe(containerRecipeArn=made["container-recipe"])
    world.release_lease()
    world.age()
    world.left_over(story.image, story.instance(7))
    second, _ = stage.invoke("usage-tracker", {"sweep": {"force": True}}, CONSUMER_A)
    world.empty()
    told = ("sweep", "resources", "released", "skipped", "errorType")
    return [json.dumps({name: answer.get(name) for name in told}) for answer in (first, second)]


def guard_at_work(stage: Stage) -> list[str]:
    """What the guard does while an image is in use, and once it is clear."""
    world, story = World(stage, CONSUMER_A), stage.story()
    ec2 = stage.cloud.client("ec2", CREATOR)
    tag = {"Resources": [story.image], "Tags": [{"Key": "ami-steward-guard", "Value": "true"}]}
    world.empty()
    World(stage, CREATOR).sweep()
    ec2.create_tags(**tag)
    story.tell(story.share(CONSUMER_A))
    world.instance(story.image)
    told = []
    for _ in range(2):
        world.sweep()
        answer, failed = stage.invoke("deregistration-checker", {"guard": {}})
        told.append(answer["errorType"] if failed else f"given {answer['given_count']}, taken {answer['taken_count']}")
        world.empty()
    ec2.delete_tags(**tag)
    return told


AT_WORK = {
    "share-recorder": recorder_at_work, "usage-tracker": tracker_at_work, "deregistration-checker": checker_at_work,
}  # fmt: skip


def permissions(cloud: LocalCloud, role: str) -> tuple[str, list[Statement]]:
    """The name and the statements of a role's only policy."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    iam = cloud.client("iam", account)
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    return policy, document["Statement"]


@contextmanager
def without(cloud: LocalCloud, role: str, sid: str, action: str) -> Iterator[None]:
    """Takes one action out of one statement of a role's policy."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    iam = cloud.client("iam", account)
    policy, statements = permissions(cloud, role)

    def put(changed: list[Statement]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": changed})
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document)

    left = []
    for statement in statements:
        remaining = [each for each in actions(statement) if statement["Sid"] != sid or each != action]
        left += [statement | {"Action": remaining}] if remaining else []
    put(left)
    try:
        yield
    finally:
        put(statements)


def actions(statement: Statement) -> list[str]:
    found = statement["Action"]
    return found if isinstance(found, list) else [found]


def granted(cloud: LocalCloud, role: str) -> list[tuple[str, str]]:
    return [(s["Sid"], a) for s in permissions(cloud, role)[1] if s["Effect"] == "Allow" for a in actions(s)]


# What Lambda does in the function's name, not the function.
LAMBDAS_OWN = {"Log", "KeepDeadLetters"}

# An alert is sent without the image's name rather than not at all; a check says what EC2 did not tell.
DISPENSABLE = {
    ("deregistration-checker", sid)
    for sid in ("NameImages", "ReadLaunchPermissions", "AskForUsageReport", "TagUsageReports", "DeleteUsageReports", "ReadUsageReports")
}


def failures(stage: Stage, name: str) -> list[str]:
    """The errors with which a function ends, doing everything it is there for; of the tracker also what sweeps come to,
    and of the checker what the guard does."""
    stage.cloud.set(recycle=stage.function(name))
    errors = []
    story = stage.story()
    for function, event in AT_WORK[name](story):
        answer, failed = stage.invoke(function, event)
        errors += [story.anonymous(answer["errorMessage"])] if failed else []
    more = {"usage-tracker": sweep_at_work, "deregistration-checker": guard_at_work}.get(name)
    return errors + (more(stage) if more else [])


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_fails_without_any_one_of_its_permissions(stage: Stage, name: str) -> None:
    cloud = stage.cloud
    roles = [role_of(cloud, stage.function(name))]
    if name == "usage-tracker":
        roles.append(usage_role(cloud, CONSUMER_A))
    usual = failures(stage, name)
    # The checker's first is for the account without an address.
    assert len(usual) == {"deregistration-checker": 3, "usage-tracker": 2}.get(name, 0), usual
    assert name != "deregistration-checker" or usual[1:] == ["given 1, taken 0", "given 0, taken 1"]
    assert all(json.loads(each)["skipped"] == [] for each in usual if name == "usage-tracker"), usual
    tried = 0
    for role in roles:
        for sid, action in granted(cloud, role):
            if sid in LAMBDAS_OWN:
                continue
            with without(cloud, role, sid, action):
                before = cloud.count("requests")
                errors = failures(stage, name)
                denied = [each for each in cloud.requests(before) if each.get("verdict") == "denied"]
            if (name, sid) not in DISPENSABLE:
                assert errors != usual, f"{name} does without {action} of {sid}"
            assert {request["refused"] for request in denied} == {action}, f"{name} without {action} of {sid}"
            tried += 1
    assert tried >= 5


@pytest.mark.parametrize("name", FUNCTIONS)
def test_events_that_are_given_up_need_the_functions_permission(stage: Stage, story: Story, name: str) -> None:
    role = role_of(stage.cloud, stage.function(name))
    event = story.event("deregister-image" if FUNCTIONS[name] == CREATOR else "run-instances")
    event["detail"]["requestParameters"] = event["detail"]["responseElements"] = {"of": story.image}
    with without(stage.cloud, role, "KeepDeadLetters", "sqs:SendMessage"):
        (delivery,) = story.deliver(event)
    mine = [each for each in delivery.invocations if each["function"] == stage.function(name)]
    assert [each["sent_to"][0].partition(":")[0] for each in mine] == ["nowhere"]
    story.deliver(event)
    assert story.dead_letters(name)
