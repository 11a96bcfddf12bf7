"""The Image Builder distribution custom resource end to end: the packaged function as Terraform deploys it, under the Runtime
Interface Emulator, between a CloudFormation that keeps its rules and an Image Builder that keeps its own."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from localcloud import distribution_story
from localcloud.client import LocalCloud
from localcloud.cloudformation import DeploymentFailed, Receiver, Request, Resource, Stack
from localcloud.terraform import Terraform
from localcloud.testing import REPOSITORY, create_role

CREATOR, CONSUMER_A, CONSUMER_B = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
TIMEOUT = 15
FUNCTION = f"{CREATOR}/{REGION}/ami-steward-image-distribution"
NAME = "ami-steward-image-distribution"
ROLE = "EC2ImageBuilderDistributionCrossAccountRole"
PARAMETERS = "/ami-steward/distribution"

MAIN = f"""
provider "aws" {{
  region      = "{REGION}"
  max_retries = 1
}}

module "image_distribution" {{
  source = "./image_distribution"

  package_directory               = "{REPOSITORY}/dist"
  timeout                         = {TIMEOUT}
  distribution_configuration_arns = ["arn:aws:imagebuilder:{REGION}:{CREATOR}:distribution-configuration/test-*", "arn:aws:imagebuilder:{REGION}:{CREATOR}:distribution-configuration/base"]
  organizational_units            = true
  verify                          = true
  deletion_protection             = false
}}

output "service_token" {{
  value = module.image_distribution.service_token
}}
"""

# What is there before: much that no template speaks of.
BEFORE: list[dict[str, Any]] = [
    {
        "region": REGION,
        "amiDistributionConfiguration": {
            "name": "own {{ imagebuilder:buildDate }}", "description": "kept", "targetAccountIds": [CONSUMER_B],
            "amiTags": {"Owner": "them"}, "launchPermission": {"userGroups": ["all"]},
        },
        "launchTemplateConfigurations": [{"launchTemplateId": "lt-0123456789abcdef0", "setDefaultVersion": True}],
    },
    {
        "region": "eu-west-1",
        "containerDistributionConfiguration": {"targetRepository": {"service": "ECR", "repositoryName": "images"}},
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path_factory.mktemp("cloudformation"))
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def deployment(cloud: LocalCloud, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """The module, applied as it is; the function trusts the certificate of the receiver besides Amazon's."""
    cloud.set(function_environment={"AWS_CA_BUNDLE": str(receiver.certificates)})
    terraform = Terraform(cloud, REPOSITORY / "terraform" / "modules", tmp_path_factory.mktemp("terraform"))
    (terraform.directory / "main.tf").write_text(MAIN)
    terraform.init()
    terraform.apply()
    return terraform


@pytest.fixture
def stack(cloud: LocalCloud, receiver: Receiver, deployment: Terraform) -> Stack:
    function = cloud.client("lambda", "creator")

    def send(event: dict[str, Any]) -> None:
        function.invoke(FunctionName=NAME, InvocationType="Event", Payload=json.dumps(event).encode())

    return Stack(receiver, send, CREATOR, REGION)


_numbers = itertools.count(1)


def make_configuration(cloud: LocalCloud, prefix: str = "test") -> str:
    created = cloud.client("imagebuilder", "creator").create_distribution_configuration(
        name=f"{prefix}-{next(_numbers)}", description="of before", distributions=BEFORE, tags={"Team": "platform"}
    )
    return created["distributionConfigurationArn"]


@pytest.fixture
def arn(cloud: LocalCloud) -> str:
    return make_configuration(cloud)


def read(cloud: LocalCloud, arn: str) -> dict[str, Any]:
    found = cloud.client("imagebuilder", "creator").get_distribution_configuration(distributionConfigurationArn=arn)
    return found["distributionConfiguration"]


def image(cloud: LocalCloud, arn: str, region: str = REGION) -> dict[str, Any]:
    return next(d for d in read(cloud, arn)["distributions"] if d["region"] == region)["amiDistributionConfiguration"]


def is_as_before(cloud: LocalCloud, arn: str) -> bool:
    found = read(cloud, arn)
    return found["distributions"] == BEFORE and found["description"] == "of before" and found["tags"] == {"Team": "platform"}


def writes(cloud: LocalCloud, arn: str) -> int:
    """How many requests of the function changed a configuration."""
    return sum(
        entry.get("took_effect", False) and entry["needs"][0]["resource"] == arn
        for entry in cloud.requests(action="imagebuilder:UpdateDistributionConfiguration", function=FUNCTION)
    )


def records(cloud: LocalCloud, kind: str, arn: str = "") -> list[dict[str, Any]]:
    items = cloud.tables("creator")[NAME]
    return [item for item in items if item["kind"] == kind and arn in item["id"]]


def put_parameter(cloud: LocalCloud, name: str, value: str, kind: str = "StringList") -> str:
    cloud.client("ssm", "creator").put_parameter(Name=f"{PARAMETERS}/{name}", Value=value, Type=kind, Overwrite=True)
    return f"{PARAMETERS}/{name}"


def parameter_changed(cloud: LocalCloud, name: str, operation: str = "Update") -> list[str]:
    return cloud.put_event("creator", {
        "source": "aws.ssm", "detail-type": "Parameter Store Change",
        "resources": [f"arn:aws:ssm:{REGION}:{CREATOR}:parameter{name}"],
        "detail": {"name": name, "operation": operation, "type": "StringList"},
    })  # fmt: skip


def last_invocation(cloud: LocalCloud) -> dict[str, Any]:
    cloud.wait_until_idle()
    return [entry for entry in cloud.invocations() if entry["function"] == FUNCTION][-1]


def properties(arn: str, **others: Any) -> dict[str, Any]:
    return {"AmiDistributionArn": arn, "AwsDistributionRegions": [REGION], **others}


# MARK: The life of a resource


def test_create_update_and_delete(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    accounts = put_parameter(cloud, "life", f" {CONSUMER_A},,{CONSUMER_B}, {CONSUMER_A}")
    resource = stack.create(
        properties(
            arn, AwsDistributionRegions=[REGION, "eu-central-1"], PublishingAccountIds=accounts, SharingAccountIds=[CONSUMER_A],
            AmiDistributionName="base {{ imagebuilder:buildDate }}", ImageBuilderName="base", AmiTags={"Stage": "test"},
            KmsKeyIds={"eu-central-1": "alias/images"},
            SsmParameterConfigurations=[{"ParameterName": "/ami/base", "DataType": "aws:ec2:image"}],
        )
    )  # fmt: skip
    assert resource.physical_id == arn
    assert resource.data == {
        "AmiDistributionArn": arn, "AwsDistributionRegions": f"{REGION},eu-central-1",
        "PublishingAccountIds": f"{CONSUMER_A},{CONSUMER_B}", "PublishingAccountCount": "2",
        "SharingAccountIds": CONSUMER_A, "SharingAccountCount": "1",
    }  # fmt: skip
    found = {d["region"]: d for d in read(cloud, arn)["distributions"]}
    assert found[REGION]["amiDistributionConfiguration"] == {
        "name": "base {{ imagebuilder:buildDate }}", "description": "kept", "targetAccountIds": [CONSUMER_A, CONSUMER_B],
        "amiTags": {
            "Owner": "them", "Stage": "test", "PublishTargets": f"{CONSUMER_A},{CONSUMER_B}", "SharingTargets": f"{CONSUMER_A},all",
        },
        "launchPermission": {"userGroups": ["all"], "userIds": [CONSUMER_A]},
    }  # fmt: skip
    assert found[REGION]["launchTemplateConfigurations"] == BEFORE[0]["launchTemplateConfigurations"]
    assert found["eu-central-1"]["amiDistributionConfiguration"]["kmsKeyId"] == "alias/images"
    assert found["eu-central-1"]["ssmParameterConfigurations"] == [{"parameterName": "/ami/base", "dataType": "aws:ec2:image"}]
    assert found["eu-west-1"] == BEFORE[1]
    assert read(cloud, arn)["description"] == "AMI distribution settings for base"

    resource.update(properties(arn, PublishingAccountIds=[CONSUMER_B], RemoveOtherRegions=True))
    (only,) = read(cloud, arn)["distributions"]
    assert only["amiDistributionConfiguration"]["targetAccountIds"] == [CONSUMER_B]
    # What the template names no more is as it was.
    assert only["amiDistributionConfiguration"]["name"] == "own {{ imagebuilder:buildDate }}"
    assert only["amiDistributionConfiguration"]["amiTags"] == {"Owner": "them", "PublishTargets": CONSUMER_B, "SharingTargets": "all"}
    assert read(cloud, arn)["description"] == "of before"

    resource.delete()
    assert is_as_before(cloud, arn)
    assert not records(cloud, "configuration", arn) and not records(cloud, "original", arn) and not records(cloud, "lock", arn)


def test_only_differences_are_written(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A, CONSUMER_B]))
    assert writes(cloud, arn) == 1
    resource.update(properties(arn, PublishingAccountIds=f" {CONSUMER_A},,{CONSUMER_B}", RemoveOtherRegions=False))
    assert writes(cloud, arn) == 1
    resource.delete()
    assert writes(cloud, arn) == 2


def test_delete_of_a_configuration_that_is_gone(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    cloud.client("imagebuilder", "creator").delete_distribution_configuration(distributionConfigurationArn=arn)
    resource.delete()
    assert not records(cloud, "configuration", arn)


def test_others_changes_survive_a_delete(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    found = read(cloud, arn)["distributions"]
    found[0]["amiDistributionConfiguration"]["description"] = "theirs"
    cloud.client("imagebuilder", "creator").update_distribution_configuration(distributionConfigurationArn=arn, distributions=found)
    resource.delete()
    assert image(cloud, arn) == {**BEFORE[0]["amiDistributionConfiguration"], "description": "theirs"}


# MARK: Replacement and rollback


def test_replacement(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    other = make_configuration(cloud)
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    resource.update(properties(other, PublishingAccountIds=[CONSUMER_A]))
    assert resource.physical_id == other
    assert is_as_before(cloud, arn)
    assert image(cloud, other)["targetAccountIds"] == [CONSUMER_A]
    resource.delete()
    assert is_as_before(cloud, other)


def test_a_replacement_that_fails_leaves_the_old_one(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    with pytest.raises(DeploymentFailed, match="does not exist"):
        resource.update(properties(arn + "-missing", PublishingAccountIds=[CONSUMER_A]))
    assert resource.physical_id == arn
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    resource.delete()
    assert is_as_before(cloud, arn)


def test_rollback_of_a_replacement_that_succeeded(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    """Another resource of the stack failed after this one was replaced, and before the old one was deleted."""
    other = make_configuration(cloud)
    old, new = properties(arn, PublishingAccountIds=[CONSUMER_A]), properties(other, PublishingAccountIds=[CONSUMER_B])
    resource = stack.create(old)
    replaced = Resource(stack, resource.logical_id, old, arn, {})._update(new)
    assert replaced.answer["PhysicalResourceId"] == other
    back = Resource(stack, resource.logical_id, new, other, {})._update(old)
    assert back.answer["PhysicalResourceId"] == arn
    Resource(stack, resource.logical_id, new, other, {}).delete()
    assert is_as_before(cloud, other)
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    resource.delete()
    assert is_as_before(cloud, arn)


def test_rollback_of_a_replacement_whose_answer_was_lost(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    """CloudFormation waited in vain, so to it the physical id is still the old one."""
    other = make_configuration(cloud)
    old, new = properties(arn, PublishingAccountIds=[CONSUMER_A]), properties(other, PublishingAccountIds=[CONSUMER_B])
    resource = stack.create(old)
    stack.deliver(stack.request("Update", resource.logical_id, new, PhysicalResourceId=arn, OldResourceProperties=old))
    resource.roll_back(old, new)
    assert resource.physical_id == arn
    assert is_as_before(cloud, other)
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]


def test_an_update_that_fails_is_rolled_back(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    with pytest.raises(DeploymentFailed, match='PublishingAccountIds: there is no SSM parameter "/ami-steward/distribution/none"'):
        resource.update(properties(arn, PublishingAccountIds=f"{PARAMETERS}/none"))
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    resource.delete()
    assert is_as_before(cloud, arn)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"PublishAccounts": "1"}, "PublishAccounts: unknown property"),
        ({"AmiDistributionArn": "base"}, "AmiDistributionArn: \"base\" is not the ARN"),
        ({"AmiDistributionArn": None}, "AmiDistributionArn: is required"),
        ({"PublishingAccountIds": ["12345"]}, "PublishingAccountIds: \"12345\" is neither"),
        ({"LaunchTemplateConfigurations": [{"LaunchTemplateId": "lt-1"}]}, "LaunchTemplateConfigurations\\[0\\].LaunchTemplateId"),
    ],
)
def test_a_create_with_bad_properties(cloud: LocalCloud, stack: Stack, arn: str, change: dict[str, Any], reason: str) -> None:
    """It fails, names the property, and leaves a marker whose Delete, with the same properties, succeeds."""
    given = {key: value for key, value in {**properties(arn), **change}.items() if value is not None}
    with pytest.raises(DeploymentFailed, match=reason):
        stack.create(given)
    create, delete = stack.requests
    assert create.answer["PhysicalResourceId"] == f"create-failed/{create.event['RequestId']}"
    assert delete.answer["Status"] == "SUCCESS"
    assert last_invocation(cloud)["error"] is None
    assert is_as_before(cloud, arn) and writes(cloud, arn) == 0


def test_a_delete_never_fails_over_bad_properties(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    resource.properties = {"Nonsense": ["x"], "AmiDistributionArn": {"not": "a text"}}
    resource.delete()
    assert is_as_before(cloud, arn)


def test_two_resources_cannot_manage_one_configuration(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    with pytest.raises(DeploymentFailed, match=f"managed by the resource Distribution of the stack {stack.id} already"):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_B]), "Second")
    # The Delete that rolled the second back did not touch what the first one manages.
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    resource.delete()
    assert is_as_before(cloud, arn)


# MARK: Failures of services and permissions


def test_a_missing_permission_is_named(cloud: LocalCloud, stack: Stack) -> None:
    arn = make_configuration(cloud, "forbidden")
    with pytest.raises(DeploymentFailed, match="AccessDeniedException.*imagebuilder:GetDistributionConfiguration"):
        stack.create(properties(arn))
    assert is_as_before(cloud, arn)


def test_a_parameter_that_may_not_be_read(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    with pytest.raises(DeploymentFailed, match="ssm:GetParameters"):
        stack.create(properties(arn, PublishingAccountIds="/elsewhere/accounts"))


def test_a_secret_is_no_list(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    name = put_parameter(cloud, "secret", CONSUMER_A, "SecureString")
    with pytest.raises(DeploymentFailed, match="is no StringList but a SecureString"):
        stack.create(properties(arn, SharingAccountIds=name))


def test_a_refused_update_is_forgotten(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    cloud.fault("error", action="imagebuilder:Update*", status=400, code="InvalidParameterCombinationException", message="no such")
    with pytest.raises(DeploymentFailed, match="InvalidParameterCombinationException: no such"):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    assert is_as_before(cloud, arn)
    assert not records(cloud, "configuration", arn) and not records(cloud, "lock", arn)


def test_throttling_is_waited_out(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    for action in ("imagebuilder:Get*", "imagebuilder:Update*"):
        cloud.fault("error", action=action, status=429, code="CallRateLimitExceededException")
    cloud.fault("error", action="dynamodb:PutItem", status=400, code="ThrottlingException")
    stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]


# MARK: Time


def test_the_timer_answers_before_the_deadline(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    cloud.fault("delay", action="imagebuilder:Get*", seconds=TIMEOUT + 5)
    started = time.monotonic()
    with pytest.raises(DeploymentFailed, match=f"the function's time was over while reading {arn}"):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    assert time.monotonic() - started < TIMEOUT + 5
    assert last_invocation(cloud)["error"] is None
    create = stack.requests[0]
    assert create.answer["PhysicalResourceId"].startswith("create-failed/")
    assert is_as_before(cloud, arn)


def test_the_timer_answers_although_records_cannot_be_written(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    cloud.fault("delay", action="dynamodb:*", resource="*" + NAME, seconds=TIMEOUT + 3, times=3)
    with pytest.raises(DeploymentFailed, match="the function's time was over while taking the lock"):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    assert is_as_before(cloud, arn)


# MARK: Delivery of the answer


def test_a_refused_answer_is_sent_again(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    request = stack.request("Create", "Distribution", properties(arn, PublishingAccountIds=[CONSUMER_A]), refusals=[503, None, 500])
    stack.deliver(request)
    assert request.answer["Status"] == "SUCCESS"
    assert [attempt.status for attempt in request.attempts] == [503, None, 500, 200]
    assert writes(cloud, arn) == 1
    assert last_invocation(cloud)["attempts"] == 1


def test_an_answer_refused_for_good_fails_the_invocation(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    """Lambda then repeats it, the work is not done again, and the same answer is sent."""
    request = stack.request("Create", "Distribution", properties(arn, PublishingAccountIds=[CONSUMER_A]), refusals=[403])
    stack.deliver(request)
    assert [attempt.status for attempt in request.attempts] == [403, 200]
    assert request.attempts[0].body == request.attempts[1].body
    assert writes(cloud, arn) == 1
    assert last_invocation(cloud)["attempts"] == 2


def test_the_answer_has_no_content_type_and_an_exact_length(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    stack.create(properties(arn))
    (attempt,) = stack.requests[0].attempts
    assert attempt.headers.get("content-type", "") == ""
    assert int(attempt.headers["content-length"]) == len(attempt.body)
    assert "transfer-encoding" not in attempt.headers and "expect" not in attempt.headers


def test_a_long_list_is_cut_in_the_answer_and_nowhere_else(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    accounts = [f"{number:012}" for number in range(1, 1537)]
    resource = stack.create(properties(arn, PublishingAccountIds=accounts, SharingAccountIds=accounts[:900]))
    assert image(cloud, arn)["targetAccountIds"] == accounts
    for name, count in (("PublishingAccount", 1536), ("SharingAccount", 900)):
        assert resource.data[f"{name}Count"] == str(count)
        *whole, rest = resource.data[f"{name}Ids"].split(",")
        assert whole == accounts[: len(whole)] and rest == f"+{count - len(whole)} more"
    tag = image(cloud, arn)["amiTags"]["PublishTargets"]
    assert len(tag) <= 256 and tag.endswith(" more")
    resource.delete()
    assert is_as_before(cloud, arn)


def test_a_long_reason_is_cut_and_the_ids_are_not(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    cloud.fault("error", action="imagebuilder:Update*", status=400, code="InvalidRequestException", message='"ü\n' * 4000)
    with pytest.raises(DeploymentFailed):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    (attempt,) = stack.requests[0].attempts
    assert 4000 < len(attempt.body) <= 4096
    assert stack.requests[0].answer["Reason"].endswith("…")


def test_the_url_is_in_no_log(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    request = stack.request("Create", "Distribution", properties(arn), refusals=[503, None, 403])
    stack.deliver(request)
    cloud.wait_until_idle()
    log = cloud.logs(FUNCTION)
    assert "the response to CloudFormation is sent again" in log
    for secret in ("Signature=", "cloudformation-custom-resource-response", "Expires="):
        assert secret not in log
    items = json.dumps(cloud.tables("creator")[NAME])
    assert "Signature=" not in items


# MARK: Duplicates and interruptions


def again(cloud: LocalCloud, stack: Stack, request: Request) -> None:
    """Delivers the same event once more."""
    answers = len(request.answers)
    stack._send(request.event)
    cloud.wait_until_idle()
    assert len(request.answers) == answers + 1
    assert not request.faults


def test_a_duplicate_does_no_work(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    create = stack.requests[0]
    again(cloud, stack, create)
    assert create.answers[0] == create.answers[1] and writes(cloud, arn) == 1

    update = resource.update(properties(arn, PublishingAccountIds=[CONSUMER_B]))
    again(cloud, stack, create)
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_B]
    again(cloud, stack, update)

    delete = resource.delete()
    for late in (create, update, delete):
        again(cloud, stack, late)
    assert is_as_before(cloud, arn) and writes(cloud, arn) == 3
    assert not records(cloud, "configuration", arn)


def test_a_duplicate_of_a_failure_fails_alike(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    name = f"{PARAMETERS}/late"
    with pytest.raises(DeploymentFailed):
        stack.create(properties(arn, PublishingAccountIds=name))
    put_parameter(cloud, "late", CONSUMER_A)
    create = stack.requests[0]
    again(cloud, stack, create)
    assert create.answers[0] == create.answers[1] and is_as_before(cloud, arn)


@pytest.fixture
def twin(cloud: LocalCloud, deployment: Terraform) -> Iterator[str]:
    """Another execution environment of the function: Lambda may deliver one event to two at once."""
    functions = cloud.client("lambda", "creator")
    configuration = functions.get_function_configuration(FunctionName=NAME)
    functions.create_function(
        FunctionName=f"{NAME}-twin", Runtime="provided.al2023", Handler="bootstrap", Role=configuration["Role"], Timeout=TIMEOUT,
        MemorySize=256, Environment=configuration["Environment"],
        Code={"ZipFile": (REPOSITORY / "dist" / "image-distribution.zip").read_bytes()},
    )  # fmt: skip
    yield f"{NAME}-twin"
    functions.delete_function(FunctionName=f"{NAME}-twin")


def test_two_at_once_do_the_work_once(cloud: LocalCloud, stack: Stack, twin: str, arn: str) -> None:
    functions = cloud.client("lambda", "creator")
    cloud.fault("delay", action="imagebuilder:Update*", seconds=2)
    request = stack.request("Create", "Distribution", properties(arn, PublishingAccountIds=[CONSUMER_A]))
    for name in (NAME, twin):
        functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(request.event).encode())
    cloud.wait_until_idle()
    assert len(request.answers) == 2 and request.answers[0] == request.answers[1] and not request.faults
    made = [entry for entry in cloud.requests(action="imagebuilder:UpdateDistributionConfiguration") if entry["needs"][0]["resource"] == arn]
    assert len(made) == 1


@pytest.mark.parametrize("effect", ["kill-before", "kill-after"])
def test_killed_at_any_request(cloud: LocalCloud, stack: Stack, effect: str) -> None:
    """Lambda repeats the event: the outcome and the number of writes are as if nothing had happened."""
    for skip in range(40):
        arn = make_configuration(cloud)
        cloud.clear_faults()
        cloud.fault(effect, function=FUNCTION, skip=skip)
        resource = stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
        resource.update(properties(arn, SharingAccountIds=[CONSUMER_A]))
        assert image(cloud, arn)["launchPermission"] == {"userGroups": ["all"], "userIds": [CONSUMER_A]}
        assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_B]
        resource.delete()
        cloud.wait_until_idle()
        assert is_as_before(cloud, arn), f"{effect} {skip}"
        assert writes(cloud, arn) == 3, f"{effect} {skip}"
        assert not records(cloud, "configuration", arn)
        if not cloud.faults()[0]["struck"]:
            return
    pytest.fail("more requests than expected")


# MARK: Verification


@pytest.fixture
def verified_key(cloud: LocalCloud, deployment: Terraform) -> str:
    """Consumer A has the role; a key lets it in. Consumer B has neither."""
    trusted = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{CREATOR}:root"}, "Action": "sts:AssumeRole"},
    ]}  # fmt: skip
    iam = cloud.client("iam", "consumer-a")
    if ROLE not in [role["RoleName"] for role in iam.list_roles()["Roles"]]:
        create_role(cloud, "consumer-a", ROLE, [{"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}], json.dumps(trusted))
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{CREATOR}:root"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{CONSUMER_A}:root"}, "Resource": "*",
         "Action": ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"]},
    ]}  # fmt: skip
    key = cloud.client("kms", "creator").create_key(Policy=json.dumps(policy))
    return key["KeyMetadata"]["Arn"]


def test_verification_passes(cloud: LocalCloud, stack: Stack, arn: str, verified_key: str) -> None:
    stack.create(properties(arn, PublishingAccountIds=[CREATOR, CONSUMER_A], KmsKeyIds={REGION: verified_key}, Verify=True))
    assert image(cloud, arn)["targetAccountIds"] == [CREATOR, CONSUMER_A]


def test_verification_names_everything_that_is_missing(cloud: LocalCloud, stack: Stack, arn: str, verified_key: str) -> None:
    with pytest.raises(DeploymentFailed) as failure:
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A, CONSUMER_B], KmsKeyIds={REGION: verified_key}, Verify="true"))
    reason = failure.value.reason
    assert f"account {CONSUMER_B} has no role {ROLE} that trusts account {CREATOR}" in reason
    assert f"KMS key {verified_key} in {REGION} does not let account {CONSUMER_B} in (kms:CreateGrant, kms:Decrypt" in reason
    assert CONSUMER_A not in reason
    assert is_as_before(cloud, arn) and writes(cloud, arn) == 0


def test_verification_of_a_key_of_another_account(cloud: LocalCloud, stack: Stack, arn: str, verified_key: str) -> None:
    kms = cloud.client("kms", "consumer-b")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    with pytest.raises(DeploymentFailed, match=f"KMS key {key} in {REGION} does not let account {CONSUMER_A} in \\(kms:DescribeKey\\)"):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A], KmsKeyIds={REGION: key}, Verify=True))
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{CONSUMER_A}:root"}, "Action": "kms:*", "Resource": "*"},
    ]}  # fmt: skip
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A], KmsKeyIds={REGION: key}, Verify=True))


def test_verification_of_a_key_that_is_not_there(cloud: LocalCloud, stack: Stack, arn: str, verified_key: str) -> None:
    missing = f"arn:aws:kms:{REGION}:{CREATOR}:key/00000000-0000-4000-8000-000000000000"
    with pytest.raises(DeploymentFailed, match=f"KMS key {missing} in {REGION} does not exist"):
        stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A], KmsKeyIds={REGION: missing}, Verify=True))


# MARK: Organizations


def test_units_are_expanded_with_those_below(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    organizations = cloud.client("organizations", "creator")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
    below = organizations.create_organizational_unit(ParentId=unit, Name="production")["OrganizationalUnit"]["Id"]

    def account(name: str, parent: str) -> str:
        created = organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        organizations.move_account(AccountId=created, SourceParentId=root, DestinationParentId=parent)
        return created

    outer, inner, closed = account("outer", unit), account("inner", below), account("closed", below)
    organizations.close_account(AccountId=closed)
    outside = organizations.create_account(AccountName="outside", Email="o@example.com")["CreateAccountStatus"]["AccountId"]

    resource = stack.create(
        properties(arn, PublishingAccountIds=[CONSUMER_A, inner], PublishingOrganizationalUnitIds=[unit])
    )
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A, inner, outer]
    # A new account in the unit is reached with the next reconciliation.
    late = account("late", below)
    cloud.fire_schedule("creator", f"{NAME}-schedule")
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A, inner, outer, late]
    assert outside not in image(cloud, arn)["targetAccountIds"]
    resource.delete()


# MARK: Drift


def test_editing_a_list_is_enough(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    accounts, other = put_parameter(cloud, "drift", CONSUMER_A), make_configuration(cloud)
    stack.create(properties(arn, PublishingAccountIds=accounts))
    stack.create(properties(other, PublishingAccountIds=put_parameter(cloud, "other", CONSUMER_A)), "Other")
    put_parameter(cloud, "drift", f"{CONSUMER_A},{CONSUMER_B}")
    put_parameter(cloud, "other", CONSUMER_B)
    assert len(parameter_changed(cloud, accounts)) == 1
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A, CONSUMER_B]
    assert image(cloud, arn)["amiTags"]["PublishTargets"] == f"{CONSUMER_A},{CONSUMER_B}"
    # The other configuration does not name the parameter that changed.
    assert image(cloud, other)["targetAccountIds"] == [CONSUMER_A]


def test_parameters_of_others_invoke_nothing(cloud: LocalCloud, stack: Stack) -> None:
    assert parameter_changed(cloud, "/somebody/else") == []


def test_the_schedule_takes_back_what_others_changed(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    stack.create(properties(arn, PublishingAccountIds=[CONSUMER_A]))
    cloud.client("imagebuilder", "creator").update_distribution_configuration(
        distributionConfigurationArn=arn, distributions=BEFORE, description="changed"
    )
    cloud.fire_schedule("creator", f"{NAME}-schedule")
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    assert read(cloud, arn)["description"] == "changed"
    count = writes(cloud, arn)
    cloud.fire_schedule("creator", f"{NAME}-schedule")
    assert writes(cloud, arn) == count


def test_one_that_cannot_be_reconciled_does_not_hinder_the_others(cloud: LocalCloud, stack: Stack, arn: str) -> None:
    broken, whole = put_parameter(cloud, "broken", CONSUMER_A), make_configuration(cloud)
    first = stack.create(properties(arn, PublishingAccountIds=broken))
    stack.create(properties(whole, PublishingAccountIds=broken, SharingAccountIds=put_parameter(cloud, "whole", CONSUMER_A)), "Whole")
    put_parameter(cloud, "broken", "nonsense")
    parameter_changed(cloud, broken)
    invocation = last_invocation(cloud)
    assert '\\"nonsense\\" in the SSM parameter' in invocation["error"] and arn in invocation["error"] and invocation["sent_to"]
    # Nothing was changed by halves.
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    first.update(properties(arn, PublishingAccountIds=[CONSUMER_B]))
    put_parameter(cloud, "broken", CONSUMER_B)
    parameter_changed(cloud, broken)
    assert image(cloud, whole)["targetAccountIds"] == [CONSUMER_B]


# MARK: Behind the CDK's provider framework


@pytest.fixture
def framework(cloud: LocalCloud, deployment: Terraform) -> Iterator[Any]:
    function = cloud.client("lambda", "creator")
    before = function.get_function_configuration(FunctionName=NAME)["Environment"]
    variables = {**before["Variables"], "INVOCATION_MODE": "provider-framework"}
    function.update_function_configuration(FunctionName=NAME, Environment={"Variables": variables})

    def call(kind: str, arn: str, **members: Any) -> tuple[Any, bool]:
        event = {
            "RequestType": kind, "ResponseURL": "...", "StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/cdk/1",
            "RequestId": f"{kind}-{arn}-{time.monotonic_ns()}", "LogicalResourceId": "Distribution",
            "ResourceType": "Custom::ImageDistribution", "ResourceProperties": properties(arn, **members.pop("given", {})), **members,
        }  # fmt: skip
        answer = function.invoke(FunctionName=NAME, Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read()), "FunctionError" in answer

    yield call
    function.update_function_configuration(FunctionName=NAME, Environment=before)


def test_results_are_returned_and_failures_thrown(cloud: LocalCloud, framework: Any, arn: str) -> None:
    result, failed = framework("Create", arn, given={"PublishingAccountIds": [CONSUMER_A]})
    assert not failed
    assert result["PhysicalResourceId"] == arn and result["Data"]["PublishingAccountIds"] == CONSUMER_A
    result, failed = framework("Update", arn, PhysicalResourceId=arn, given={"Nonsense": "1"})
    assert failed and result["errorMessage"].startswith("Nonsense: unknown property")
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    result, failed = framework("Delete", arn, PhysicalResourceId=arn)
    assert not failed and result["PhysicalResourceId"] == arn
    assert is_as_before(cloud, arn)


def test_what_a_create_left_that_ran_out_of_time_is_taken_back_by_the_schedule(cloud: LocalCloud, framework: Any, arn: str) -> None:
    """The framework sends no Delete for a Create that failed."""
    # The record that says the Create has succeeded: lock, two originals and the record before it are let through.
    for effect in ("delay", "error"):
        cloud.fault(effect, action="dynamodb:PutItem", resource="*" + NAME, seconds=TIMEOUT, skip=4)
    result, failed = framework("Create", arn, given={"PublishingAccountIds": [CONSUMER_A]})
    assert failed and "the function's time was over" in result["errorMessage"]
    assert image(cloud, arn)["targetAccountIds"] == [CONSUMER_A]
    cloud.clear_faults()
    time.sleep(TIMEOUT / 4 + 1)  # until the lock has ended that the invocation may have left
    cloud.fire_schedule("creator", f"{NAME}-schedule")
    assert is_as_before(cloud, arn)


# MARK: Deployment


def test_the_demo_s_chapter(cloud: LocalCloud, receiver: Receiver, deployment: Terraform, tmp_path: Path) -> None:
    lines: list[str] = []
    try:
        distribution_story.tell(cloud, tmp_path, lines.append)
    finally:
        cloud.set(function_environment={"AWS_CA_BUNDLE": str(receiver.certificates)})
    states = [line.strip() for line in lines if line.strip().startswith(REGION)]
    assert states == [
        f"{REGION}: published to nobody; shared with nobody",
        f"{REGION}: published to {CONSUMER_A}; shared with {CONSUMER_B}",
        f"{REGION}: published to {CONSUMER_A}, {CONSUMER_B}; shared with {CONSUMER_B}",
        f"{REGION}: published to nobody; shared with nobody",
    ]


def test_events_it_does_not_know_are_errors(cloud: LocalCloud, stack: Stack) -> None:
    answer = cloud.client("lambda", "creator").invoke(FunctionName=NAME, Payload=b'{"RequestType": "Create"}')
    assert "FunctionError" in answer and "StackId is missing" in answer["Payload"].read().decode()


def test_a_second_plan_changes_nothing(deployment: Terraform) -> None:
    assert deployment.changes() == []


def test_no_permission_is_unused(cloud: LocalCloud, stack: Stack) -> None:
    """Runs last: every action of the function's role was needed by some test."""
    used = {need["action"] for entry in cloud.requests(function=FUNCTION) for need in entry["needs"]}
    granted = {
        action
        for document in cloud.policies(FUNCTION)
        for statement in document["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert granted - used - {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"} == set()
