"""The stand-in for EC2 Image Builder, asked by boto3: what it takes, refuses, keeps, and in which shape."""

import json
from typing import Any

import botocore.exceptions
import pytest
from botocore.config import Config
from localcloud.client import LocalCloud

UNIT = "arn:aws:organizations::111111111111:ou/o-exampleorgid/ou-exam-pleouid01"


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> Any:
    # botocore's own validation would keep some of the faults from being sent.
    return cloud.client("imagebuilder", "creator", config=Config(parameter_validation=False))


@pytest.fixture
def arn(client: Any, request: pytest.FixtureRequest) -> str:
    name = request.node.name.replace("[", "-").replace("]", "")[:60]
    distributions = [{"region": "us-east-1", "amiDistributionConfiguration": {"name": "base {{ imagebuilder:buildDate }}"}}]
    created = client.create_distribution_configuration(
        name=name, description="of before", distributions=distributions, tags={"Team": "platform"}, clientToken=name
    )
    return created["distributionConfigurationArn"]


def refused(call: Any, **parameters: Any) -> tuple[str, int, str]:
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Message"]


def test_what_is_created_can_be_read(client: Any, arn: str) -> None:
    answer = client.get_distribution_configuration(distributionConfigurationArn=arn)
    found = answer["distributionConfiguration"]
    assert answer["requestId"]
    assert found["arn"] == arn and found["description"] == "of before" and found["tags"] == {"Team": "platform"}
    assert found["timeoutMinutes"] == 720 and found["dateCreated"]
    assert found["distributions"][0]["amiDistributionConfiguration"]["name"] == "base {{ imagebuilder:buildDate }}"


def test_an_update_replaces_distributions_and_keeps_the_rest(client: Any, arn: str) -> None:
    image = {
        "targetAccountIds": ["222222222222"], "kmsKeyId": "alias/images", "amiTags": {"PublishTargets": "222222222222"},
        "launchPermission": {"userIds": ["333333333333"], "organizationalUnitArns": [UNIT]},
    }
    distribution = {
        "region": "eu-central-1", "amiDistributionConfiguration": image,
        "launchTemplateConfigurations": [{"launchTemplateId": "lt-0123456789abcdef0", "setDefaultVersion": True}],
        "fastLaunchConfigurations": [{"enabled": True, "maxParallelLaunches": 6}],
        "ssmParameterConfigurations": [{"parameterName": "/ami/base", "dataType": "aws:ec2:image"}],
        "s3ExportConfiguration": {"roleName": "export", "diskImageFormat": "RAW", "s3Bucket": "images"},
    }
    answer = client.update_distribution_configuration(
        distributionConfigurationArn=arn, distributions=[distribution], clientToken="t1"
    )
    assert answer["clientToken"] == "t1" and answer["distributionConfigurationArn"] == arn
    found = client.get_distribution_configuration(distributionConfigurationArn=arn)["distributionConfiguration"]
    assert found["distributions"] == [distribution]
    assert found["description"] == "of before" and found["tags"] == {"Team": "platform"}


def test_a_client_token_makes_a_repeated_request_one(client: Any, arn: str) -> None:
    def update(name: str, token: str) -> dict[str, Any]:
        return dict(
            distributionConfigurationArn=arn, clientToken=token,
            distributions=[{"region": "us-east-1", "amiDistributionConfiguration": {"name": name}}],
        )

    client.update_distribution_configuration(**update("first", "a"))
    client.update_distribution_configuration(**update("second", "b"))
    client.update_distribution_configuration(**update("first", "a"))
    found = client.get_distribution_configuration(distributionConfigurationArn=arn)["distributionConfiguration"]
    assert found["distributions"][0]["amiDistributionConfiguration"]["name"] == "second"
    code, status, _ = refused(client.update_distribution_configuration, **update("third", "a"))
    assert (code, status) == ("IdempotentParameterMismatchException", 400)


IMAGE = "distributions[0].amiDistributionConfiguration"
FAULTS: list[tuple[Any, str, str]] = [
    (None, "InvalidParameterException", "'distributions'"),
    ([{"region": "us-east-1"}], "InvalidParameterValueException", "One or more outputs should be provided"),
    ([{"amiDistributionConfiguration": {}}], "InvalidParameterException", "'distributions[0].region'"),
    ([{"region": "a", "amiDistributionConfiguration": {}}] * 2, "InvalidParameterValueException", "occurs twice"),
    ([{"region": "a", "amiDistributionConfiguration": {"name": "-"}}], "InvalidParameterValueException", f"'{IMAGE}.name'"),
    ([{"region": "a", "amiDistributionConfiguration": {"targetAccountIds": []}}], "InvalidParameterValueException", "length is 0"),
    ([{"region": "a", "amiDistributionConfiguration": {"targetAccountIds": ["1"]}}], "InvalidParameterValueException", f"'{IMAGE}.targetAccountIds[0]'"),
    ([{"region": "a", "amiDistributionConfiguration": {"targetAccountIds": ["222222222222"] * 1537}}], "InvalidParameterValueException", "1537"),
    ([{"region": "a", "amiDistributionConfiguration": {"amiTags": {"a": "x" * 257}}}], "InvalidParameterValueException", "257"),
    ([{"region": "a", "amiDistributionConfiguration": {"amiTags": {"aws:a": "x"}}}], "InvalidParameterValueException", "amiTags"),
    ([{"region": "a", "amiDistributionConfiguration": {"launchPermission": {"organizationArns": ["o-1"]}}}], "InvalidParameterValueException", "organizationArns[0]"),
    ([{"region": "a", "launchTemplateConfigurations": [{"launchTemplateId": "lt-1"}]}], "InvalidParameterValueException", "launchTemplateId"),
    ([{"region": "a", "launchTemplateConfigurations": [{"accountId": "222222222222"}]}], "InvalidParameterException", "launchTemplateId"),
    ([{"region": "a", "fastLaunchConfigurations": [{"enabled": "true"}]}], "SerializationException", "enabled"),
    ([{"region": "a", "fastLaunchConfigurations": [{"enabled": True, "maxParallelLaunches": 0}]}], "InvalidParameterValueException", "maxParallelLaunches"),
    ([{"region": "a", "s3ExportConfiguration": {"roleName": "r", "diskImageFormat": "ISO", "s3Bucket": "b"}}], "InvalidParameterValueException", "diskImageFormat"),
    ([{"region": "a", "ssmParameterConfigurations": [{"parameterName": "a b"}]}], "InvalidParameterValueException", "parameterName"),
]


@pytest.mark.parametrize(("distributions", "expected", "named"), FAULTS)
def test_faults_are_refused_and_change_nothing(client: Any, arn: str, distributions: Any, expected: str, named: str) -> None:
    before = client.get_distribution_configuration(distributionConfigurationArn=arn)["distributionConfiguration"]
    parameters = {"distributionConfigurationArn": arn, "clientToken": "t"}
    if distributions is not None:
        parameters["distributions"] = distributions
    code, status, message = refused(client.update_distribution_configuration, **parameters)
    assert (code, status) == (expected, 400)
    assert named in message
    assert client.get_distribution_configuration(distributionConfigurationArn=arn)["distributionConfiguration"] == before


def test_arns(client: Any) -> None:
    code, status, _ = refused(client.get_distribution_configuration, distributionConfigurationArn="base")
    assert (code, status) == ("InvalidParameterValueException", 400)
    missing = "arn:aws:imagebuilder:us-east-1:111111111111:distribution-configuration/missing"
    code, status, message = refused(client.get_distribution_configuration, distributionConfigurationArn=missing)
    assert (code, status) == ("ResourceNotFoundException", 404) and missing in message
    code, _, _ = refused(client.get_distribution_configuration)
    assert code == "InvalidParameterException"


def test_deletion_listing_and_tags(client: Any, arn: str) -> None:
    client.tag_resource(resourceArn=arn, tags={"Stage": "test"})
    client.untag_resource(resourceArn=arn, tagKeys=["Team"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"Stage": "test"}
    listed = client.list_distribution_configurations()["distributionConfigurationSummaryList"]
    assert any(summary["arn"] == arn and summary["regions"] == ["us-east-1"] for summary in listed)
    client.delete_distribution_configuration(distributionConfigurationArn=arn)
    code, _, _ = refused(client.get_distribution_configuration, distributionConfigurationArn=arn)
    assert code == "ResourceNotFoundException"


def test_accounts_and_regions_are_apart(cloud: LocalCloud, arn: str) -> None:
    for account, region in (("consumer-a", "us-east-1"), ("creator", "eu-west-1")):
        other = cloud.client("imagebuilder", account, region)
        assert refused(other.get_distribution_configuration, distributionConfigurationArn=arn)[0] == "ResourceNotFoundException"


def test_permissions_are_on_the_configuration(cloud: LocalCloud, arn: str) -> None:
    iam = cloud.client("iam", "creator")
    iam.create_user(UserName="builder")
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "imagebuilder:GetDistributionConfiguration", "Resource": arn},
    ]}
    iam.put_user_policy(UserName="builder", PolicyName="p", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="builder")["AccessKey"]
    builder = cloud.client(
        "imagebuilder", "creator", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    assert builder.get_distribution_configuration(distributionConfigurationArn=arn)["requestId"]
    code, status, _ = refused(
        builder.update_distribution_configuration, distributionConfigurationArn=arn, clientToken="t",
        distributions=[{"region": "a", "amiDistributionConfiguration": {}}],
    )
    assert (code, status) == ("AccessDeniedException", 403)


def test_injected_faults_have_the_service_s_shape(cloud: LocalCloud, client: Any, arn: str) -> None:
    cloud.fault("error", action="imagebuilder:Get*", status=429, code="CallRateLimitExceededException", message="slow")
    assert refused(client.get_distribution_configuration, distributionConfigurationArn=arn)[:2] == ("CallRateLimitExceededException", 429)
