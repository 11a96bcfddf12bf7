"""The front of the local cloud: authentication, accounts, the log, what moto does wrong otherwise."""

import http.client
import json
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud
from localcloud.testing import create_role

ORGANIZATION_EMAIL = "member@example.com"
# Whose images these tests list: accounts that no other test uses.
OWNER, FRIEND, STRANGER = "414141414141", "424242424242", "434343434343"


def code(call, **parameters: object) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("service", "name", "wrong_secret", "wrong_key"),
    [
        ("dynamodb", "list_tables", "InvalidSignatureException", "UnrecognizedClientException"),
        ("ssm", "describe_parameters", "InvalidSignatureException", "UnrecognizedClientException"),
        ("lambda", "list_functions", "InvalidSignatureException", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        ("ec2", "describe_images", "AuthFailure", "AuthFailure"),
        ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidAccessKeyId"),
    ],
)
def test_bad_signatures(cloud: LocalCloud, service: str, name: str, wrong_secret: str, wrong_key: str) -> None:
    assert code(getattr(cloud.client(service, "creator", aws_secret_access_key="wrong"), name)) == wrong_secret
    assert code(getattr(cloud.client(service, "creator", aws_access_key_id="AKIDNOBODY"), name)) == wrong_key
    assert cloud.requests()[-1]["verdict"] == "unauthenticated"


def test_unsigned_requests_are_refused(cloud: LocalCloud) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{cloud.endpoint}/")
    assert caught.value.code == 403
    assert caught.value.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_connections_are_kept_alive(cloud: LocalCloud) -> None:
    before = len(cloud.requests())
    client = cloud.client("sts", "creator")
    client.get_caller_identity()
    client.get_caller_identity()
    first, second = cloud.requests(before)
    assert first["connection"] == second["connection"]
    connection = http.client.HTTPConnection("127.0.0.1", int(cloud.endpoint.rpartition(":")[2]))
    for _ in range(2):
        connection.request("POST", "/", b"x" * 100_000)
        assert connection.getresponse().read()


def test_accounts_are_apart(cloud: LocalCloud) -> None:
    for name, number in cloud.accounts.items():
        assert cloud.client("sts", name).get_caller_identity()["Account"] == number
    cloud.client("ssm", "creator").put_parameter(Name="/only/here", Value="1", Type="String")
    assert code(cloud.client("ssm", "consumer-a").get_parameter, Name="/only/here") == "ParameterNotFound"


def test_profiles_reach_their_accounts(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    for name, number in cloud.accounts.items():
        assert boto3.Session(profile_name=name).client("sts").get_caller_identity()["Account"] == number


def test_administrators_assume_roles_that_exist_and_roles_that_do_not(cloud: LocalCloud) -> None:
    reader = create_role(cloud, "consumer-b", "reader", [{"Effect": "Allow", "Action": "ssm:Get*", "Resource": "*"}])
    for arn, may in ((reader, False), ("arn:aws:iam::333333333333:role/deploy", True)):
        session = cloud.client("sts", "creator").assume_role(RoleArn=arn, RoleSessionName="someone")["Credentials"]
        client = cloud.client(
            "ssm",
            "consumer-b",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )
        assert code(client.get_parameter, Name="/nothing") == "ParameterNotFound"
        if may:
            client.put_parameter(Name="/something", Value="1", Type="String")
        else:
            assert code(client.put_parameter, Name="/something", Value="1", Type="String") == "AccessDeniedException"


def test_an_unknown_operation_says_so_at_once(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.client("ec2", "creator").describe_fast_snapshot_restores()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "ec2:DescribeFastSnapshotRestores" in caught.value.response["Error"]["Message"]


def image(cloud: LocalCloud, name: str) -> str:
    return cloud.client("ec2", OWNER).register_image(Name=name, RootDeviceName="/dev/xvda")["ImageId"]


def seen(cloud: LocalCloud, account: str, **parameters: object) -> list[str]:
    return [found["ImageId"] for found in cloud.client("ec2", account).describe_images(**parameters)["Images"]]


def test_images_are_visible_to_those_they_are_shared_with(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2", OWNER)
    ami = image(cloud, "shared")
    assert seen(cloud, OWNER, Owners=["self"], Filters=[{"Name": "name", "Values": ["shared"]}]) == [ami]
    assert code(cloud.client("ec2", FRIEND).describe_images, ImageIds=[ami]) == "InvalidAMIID.NotFound"
    ec2.modify_image_attribute(ImageId=ami, LaunchPermission={"Add": [{"UserId": FRIEND}]})
    assert seen(cloud, FRIEND, ImageIds=[ami]) == [ami]
    assert seen(cloud, FRIEND, Owners=[OWNER]) == [ami]
    assert seen(cloud, FRIEND, ExecutableUsers=["self"]) == [ami]
    assert seen(cloud, FRIEND, Owners=["self"]) == []
    assert seen(cloud, STRANGER, Owners=[OWNER]) == []
    (found,) = cloud.client("ec2", FRIEND).describe_images(ImageIds=[ami])["Images"]
    assert (found["OwnerId"], found["Name"]) == (OWNER, "shared")
    ec2.modify_image_attribute(ImageId=ami, Attribute="launchPermission", OperationType="add", UserGroups=["all"])
    assert seen(cloud, STRANGER, ImageIds=[ami]) == [ami]
    assert len(ec2.describe_image_attribute(ImageId=ami, Attribute="launchPermission")["LaunchPermissions"]) == 2
    ec2.reset_image_attribute(ImageId=ami, Attribute="launchPermission")
    assert code(cloud.client("ec2", STRANGER).describe_images, ImageIds=[ami]) == "InvalidAMIID.NotFound"


def test_one_image_that_cannot_be_seen_fails_the_whole_request(cloud: LocalCloud) -> None:
    ami = image(cloud, "alone")
    assert (
        code(cloud.client("ec2", OWNER).describe_images, ImageIds=[ami, "ami-00000000000000000"])
        == "InvalidAMIID.NotFound"
    )


def test_images_shared_with_an_organization_or_a_unit(cloud: LocalCloud) -> None:
    organizations = cloud.client("organizations", OWNER)
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="unit")["OrganizationalUnit"]
    member = organizations.create_account(AccountName="member", Email=ORGANIZATION_EMAIL)["CreateAccountStatus"][
        "AccountId"
    ]
    ec2 = cloud.client("ec2", OWNER)
    by_organization, by_unit = image(cloud, "by-organization"), image(cloud, "by-unit")
    ec2.modify_image_attribute(
        ImageId=by_organization, LaunchPermission={"Add": [{"OrganizationArn": organization["Arn"]}]}
    )
    ec2.modify_image_attribute(ImageId=by_unit, LaunchPermission={"Add": [{"OrganizationalUnitArn": unit["Arn"]}]})
    assert seen(cloud, member, Owners=[OWNER]) == [by_organization]
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit["Id"])
    assert seen(cloud, member, Owners=[OWNER]) == [by_organization, by_unit]
    assert seen(cloud, STRANGER, Owners=[OWNER]) == []


def test_disabled_and_deregistered_images(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2", OWNER)
    ami = image(cloud, "old")
    ec2.modify_image_attribute(ImageId=ami, LaunchPermission={"Add": [{"UserId": FRIEND}]})
    instance = cloud.client("ec2", FRIEND).run_instances(
        ImageId=ami, MinCount=1, MaxCount=1, InstanceType="t3.micro"
    )
    assert instance["Instances"][0]["ImageId"] == ami
    ec2.enable_image_deprecation(ImageId=ami, DeprecateAt="2030-01-01T00:00:00Z")
    ec2.disable_image(ImageId=ami)
    assert seen(cloud, OWNER, Owners=["self"], Filters=[{"Name": "name", "Values": ["old"]}]) == []
    (found,) = ec2.describe_images(ImageIds=[ami], IncludeDisabled=True)["Images"]
    assert found["State"] == "disabled"
    assert ec2.describe_image_attribute(ImageId=ami, Attribute="launchPermission")["LaunchPermissions"] == []
    ec2.enable_image(ImageId=ami)
    assert seen(cloud, OWNER, ImageIds=[ami]) == [ami]
    ec2.deregister_image(ImageId=ami)
    assert seen(cloud, OWNER, ImageIds=[ami]) == []
    assert code(cloud.client("ec2", STRANGER).describe_images, ImageIds=[ami]) == "InvalidAMIID.NotFound"


def test_images_that_cannot_be_seen_cannot_be_launched(cloud: LocalCloud) -> None:
    ami = image(cloud, "private")
    launch = cloud.client("ec2", STRANGER).run_instances
    assert code(launch, ImageId=ami, MinCount=1, MaxCount=1, InstanceType="t3.micro") == "InvalidAMIID.NotFound"


def test_launch_template_versions(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2", "creator")
    template = ec2.create_launch_template(
        LaunchTemplateName="template", LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro"}
    )
    identifier = template["LaunchTemplate"]["LaunchTemplateId"]
    version = ec2.create_launch_template_version(
        LaunchTemplateId=identifier, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.large"}
    )["LaunchTemplateVersion"]
    assert (version["VersionNumber"], version["LaunchTemplateData"]["ImageId"]) == (2, "ami-1")
    assert version["LaunchTemplateData"]["InstanceType"] == "t3.large"
    for _ in range(20):
        ec2.create_launch_template_version(LaunchTemplateId=identifier, LaunchTemplateData={"ImageId": "ami-2"})
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        LaunchTemplateId=identifier, PaginationConfig={"PageSize": 7}
    )
    assert [v["VersionNumber"] for page in pages for v in page["LaunchTemplateVersions"]] == list(range(1, 23))
    answer = ec2.delete_launch_template_versions(LaunchTemplateId=identifier, Versions=["1", "22", "99"])
    assert [v["VersionNumber"] for v in answer["SuccessfullyDeletedLaunchTemplateVersions"]] == [22]
    failed = {
        v["VersionNumber"]: v["ResponseError"]["Code"] for v in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    }
    assert failed == {1: "unexpectedError", 99: "launchTemplateVersionDoesNotExist"}
    # A number is never given twice.
    again = ec2.create_launch_template_version(LaunchTemplateName="template", LaunchTemplateData={"ImageId": "ami-3"})
    assert again["LaunchTemplateVersion"]["VersionNumber"] == 23


def test_mail_is_kept_whole(cloud: LocalCloud) -> None:
    ses = cloud.client("sesv2", "creator")
    content = {
        "Simple": {"Subject": {"Data": "Hällo"}, "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<b>rich</b>"}}}
    }
    message = {
        "FromEmailAddress": "Steward <s@example.com>",
        "Destination": {"ToAddresses": ["a@example.com", "b@example.com"]},
        "Content": content,
    }
    assert code(ses.send_email, **message) == "MessageRejected"
    before = len(cloud.mail())
    ses.create_email_identity(EmailIdentity="s@example.com")
    identifier = ses.send_email(**message)["MessageId"]
    (kept,) = cloud.mail()[before:]
    assert kept["message_id"] == identifier
    assert (kept["from"], kept["to"]) == ("Steward <s@example.com>", ["a@example.com", "b@example.com"])
    assert (kept["subject"], kept["text"], kept["html"]) == ("Hällo", "plain", "<b>rich</b>")


def test_command_line(cloud: LocalCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from localcloud.cli import main

    def run(*arguments: str) -> str:
        main(["--directory", str(cloud.directory), *arguments])
        return capsys.readouterr().out

    assert json.loads(run("status"))["endpoint"] == cloud.endpoint
    assert f"export AWS_ENDPOINT_URL='{cloud.endpoint}'" in run("env")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"source": "aws.ec2", "detail-type": "x"}))
    assert json.loads(run("put-event", "creator", str(event))) == []
    assert json.loads(run("fault", '{"effect": "delay"}'))["id"]
    assert len(json.loads(run("fault"))) == 1
    run("fault", "clear")
    assert json.loads(run("fault")) == []
    assert json.loads(run("tables", "consumer-a")) == {}
    assert json.loads(run("requests").splitlines()[-1])["number"]
    with pytest.raises(SystemExit, match="there is no account consumer-c; there are: creator, consumer-a"):
        run("tables", "consumer-c")
    with pytest.raises(SystemExit, match="there is no function creator/us-east-1/nothing; status lists them"):
        run("logs", "creator/us-east-1/nothing")
    with pytest.raises(SystemExit, match="a function is named <account>/<region>/<name>"):
        run("logs", "nothing")
    with pytest.raises(SystemExit, match="no local cloud runs"):
        main(["--directory", str(tmp_path), "status"])
