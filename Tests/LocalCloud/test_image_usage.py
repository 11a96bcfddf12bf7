"""What EC2 knows of an image's usage, and its protection from deregistration, as the local cloud plays them."""

import datetime
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud
from localcloud.testing import eventually

BOTH = [{"ResourceType": "ec2:Instance"}, {"ResourceType": "ec2:LaunchTemplate"}]


def code(call: Any, **parameters: Any) -> str:
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


@pytest.fixture
def image(cloud: LocalCloud) -> str:
    """Shared with consumer A and B."""
    ec2 = cloud.client("ec2", "creator")
    found = ec2.register_image(Name=f"golden-{uuid.uuid4()}", RootDeviceName="/dev/xvda", Architecture="x86_64")["ImageId"]
    users = [{"UserId": cloud.account(name)} for name in ("consumer-a", "consumer-b")]
    ec2.modify_image_attribute(ImageId=found, LaunchPermission={"Add": users})
    return found


def template(cloud: LocalCloud, account: str, *images: str) -> str:
    """A launch template with a version for each image."""
    ec2 = cloud.client("ec2", account)
    identifier = ec2.create_launch_template(
        LaunchTemplateName=f"web-{uuid.uuid4()}", LaunchTemplateData={"ImageId": images[0]}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for image in images[1:]:
        ec2.create_launch_template_version(LaunchTemplateId=identifier, LaunchTemplateData={"ImageId": image})
    return identifier


def run(cloud: LocalCloud, account: str, image: str, count: int) -> list[str]:
    answer = cloud.client("ec2", account).run_instances(ImageId=image, MinCount=count, MaxCount=count, InstanceType="t3.micro")
    return [instance["InstanceId"] for instance in answer["Instances"]]


# MARK: Usage reports


def entries(cloud: LocalCloud, report: str, **parameters: Any) -> set[tuple[str, str, int]]:
    ec2 = cloud.client("ec2", "creator")
    reports = lambda: ec2.describe_image_usage_reports(ReportIds=[report])["ImageUsageReports"]  # noqa: E731
    eventually(lambda: reports()[0]["State"] == "available")
    found = ec2.describe_image_usage_report_entries(ReportIds=[report], **parameters)["ImageUsageReportEntries"]
    return {(entry["AccountId"], entry["ResourceType"], entry["UsageCount"]) for entry in found}


def test_a_report_counts_what_all_accounts_use(cloud: LocalCloud, image: str) -> None:
    ec2 = cloud.client("ec2", "creator")
    gone = run(cloud, "consumer-a", image, 3)[0]
    cloud.client("ec2", "consumer-a").terminate_instances(InstanceIds=[gone])
    run(cloud, "consumer-b", image, 1)
    template(cloud, "consumer-a", image, image)
    a, b = cloud.account("consumer-a"), cloud.account("consumer-b")

    report = ec2.create_image_usage_report(ImageId=image, ResourceTypes=BOTH)["ReportId"]
    assert report.startswith("amiur-")
    everything = {(a, "ec2:Instance", 2), (a, "ec2:LaunchTemplate", 1), (b, "ec2:Instance", 1)}
    assert entries(cloud, report) == everything
    by_account = [{"Name": "account-id", "Values": [b]}]
    assert entries(cloud, report, Filters=by_account) == {(b, "ec2:Instance", 1)}
    by_type = [{"Name": "resource-type", "Values": ["ec2:LaunchTemplate"]}]
    assert entries(cloud, report, Filters=by_type) == {(a, "ec2:LaunchTemplate", 1)}

    only = ec2.create_image_usage_report(ImageId=image, ResourceTypes=BOTH[:1], AccountIds=[a])["ReportId"]
    assert entries(cloud, only) == {(a, "ec2:Instance", 2)}

    first = ec2.describe_image_usage_report_entries(ReportIds=[report], MaxResults=2)
    rest = ec2.describe_image_usage_report_entries(ReportIds=[report], MaxResults=2, NextToken=first["NextToken"])
    assert len(first["ImageUsageReportEntries"] + rest["ImageUsageReportEntries"]) == 3 and "NextToken" not in rest


def test_a_report_is_pending_first(cloud: LocalCloud, image: str) -> None:
    cloud.set(report_seconds=60)
    run(cloud, "consumer-a", image, 1)
    ec2 = cloud.client("ec2", "creator")
    report = ec2.create_image_usage_report(ImageId=image, ResourceTypes=BOTH, ClientToken=image)["ReportId"]
    (described,) = ec2.describe_image_usage_reports(ImageIds=[image])["ImageUsageReports"]
    assert (described["State"], described["ReportId"], described["ImageId"]) == ("pending", report, image)
    assert (described["ExpirationTime"] - described["CreationTime"]).days == 30
    assert ec2.describe_image_usage_report_entries(ReportIds=[report])["ImageUsageReportEntries"] == []
    assert ec2.create_image_usage_report(ImageId=image, ResourceTypes=BOTH, ClientToken=image)["ReportId"] == report
    cloud.set(report_seconds=0)
    assert entries(cloud, report) == {(cloud.account("consumer-a"), "ec2:Instance", 1)}


def test_a_report_looks_at_the_newest_versions(cloud: LocalCloud, image: str) -> None:
    ec2 = cloud.client("ec2", "creator")
    template(cloud, "consumer-a", image, *["ami-0fedcba9876543210"] * 20)

    def count(**options: Any) -> int:
        types = [{"ResourceType": "ec2:LaunchTemplate", **options}]
        return len(entries(cloud, ec2.create_image_usage_report(ImageId=image, ResourceTypes=types)["ReportId"]))

    assert count() == 0
    assert count(ResourceTypeOptions=[{"OptionName": "version-depth", "OptionValues": ["21"]}]) == 1


def test_reports_are_their_owners(cloud: LocalCloud, image: str) -> None:
    ec2, other = cloud.client("ec2", "creator"), cloud.client("ec2", "consumer-a")
    report = ec2.create_image_usage_report(ImageId=image, ResourceTypes=BOTH)["ReportId"]
    assert code(other.create_image_usage_report, ImageId=image, ResourceTypes=BOTH) == "InvalidAMIID.NotFound"
    for call in (other.describe_image_usage_reports, other.describe_image_usage_report_entries):
        assert code(call, ReportIds=[report]) == "InvalidImageUsageReportId.NotFound"
    assert code(other.delete_image_usage_report, ReportId=report) == "InvalidImageUsageReportId.NotFound"
    assert ec2.delete_image_usage_report(ReportId=report)["Return"]
    assert code(ec2.describe_image_usage_reports, ReportIds=[report]) == "InvalidImageUsageReportId.NotFound"


# MARK: References


def test_references_are_the_callers_own(cloud: LocalCloud, image: str) -> None:
    account = cloud.account("consumer-a")
    ec2, builder = cloud.client("ec2", "consumer-a"), cloud.client("imagebuilder", "consumer-a")
    (instance,) = run(cloud, "consumer-a", image, 1)
    run(cloud, "consumer-b", image, 1)
    found = template(cloud, "consumer-a", image)
    name = f"/golden/{uuid.uuid4()}"
    cloud.client("ssm", "consumer-a").put_parameter(Name=name, Value=image, Type="String", DataType="aws:ec2:image")
    recipe = builder.create_image_recipe(
        name=f"of-{image}", semanticVersion="1.0.0", parentImage=image, clientToken=str(uuid.uuid4())
    )["imageRecipeArn"]
    container = builder.create_container_recipe(
        name=f"of-{image}", semanticVersion="1.0.0", containerType="DOCKER", parentImage="amazonlinux:2023",
        instanceConfiguration={"image": image}, clientToken=str(uuid.uuid4()),
        targetRepository={"service": "ECR", "repositoryName": "golden"},
    )["containerRecipeArn"]  # fmt: skip

    everything = ec2.describe_image_references(ImageIds=[image], IncludeAllResourceTypes=True)["ImageReferences"]
    assert {(each["ResourceType"], each["Arn"]) for each in everything} == {
        ("ec2:Instance", f"arn:aws:ec2:us-east-1:{account}:instance/{instance}"),
        ("ec2:LaunchTemplate", f"arn:aws:ec2:us-east-1:{account}:launch-template/{found}"),
        ("ssm:Parameter", f"arn:aws:ssm:us-east-1:{account}:parameter{name}"),
        ("imagebuilder:ImageRecipe", recipe),
        ("imagebuilder:ContainerRecipe", container),
    }
    assert {each["ImageId"] for each in everything} == {image}

    running = [{"ResourceType": "ec2:Instance", "ResourceTypeOptions": [{"OptionName": "state-name", "OptionValues": ["running"]}]}]
    assert len(ec2.describe_image_references(ImageIds=[image], ResourceTypes=running)["ImageReferences"]) == 1
    ec2.terminate_instances(InstanceIds=[instance])
    assert ec2.describe_image_references(ImageIds=[image], ResourceTypes=running)["ImageReferences"] == []
    assert len(ec2.describe_image_references(ImageIds=[image], ResourceTypes=BOTH)["ImageReferences"]) == 2

    # A page has at least five.
    run(cloud, "consumer-a", image, 3)
    first = ec2.describe_image_references(ImageIds=[image], IncludeAllResourceTypes=True, MaxResults=5)
    rest = ec2.describe_image_references(
        ImageIds=[image], IncludeAllResourceTypes=True, MaxResults=5, NextToken=first["NextToken"]
    )
    assert (len(first["ImageReferences"]), len(rest["ImageReferences"])) == (5, 3)

    assert code(ec2.describe_image_references, ImageIds=[image]) == "MissingParameter"


# MARK: Protection


def test_a_protected_image_stays(cloud: LocalCloud, image: str) -> None:
    ec2 = cloud.client("ec2", "creator")

    def protection() -> str:
        return ec2.describe_images(ImageIds=[image])["Images"][0]["DeregistrationProtection"]

    assert protection() == "disabled"
    assert ec2.enable_image_deregistration_protection(ImageId=image)["Return"] == "enabled-without-cooldown"
    assert protection() == "enabled-without-cooldown"
    assert code(ec2.deregister_image, ImageId=image) == "OperationNotPermitted"
    assert ec2.disable_image_deregistration_protection(ImageId=image)["Return"] == "disabled"
    ec2.enable_image_deregistration_protection(ImageId=image, WithCooldown=True)
    assert protection() == "enabled-with-cooldown"
    ec2.disable_image_deregistration_protection(ImageId=image)
    assert (protection(), code(ec2.deregister_image, ImageId=image)) == ("disabled", "OperationNotPermitted")


def test_protection_is_the_owners(cloud: LocalCloud, image: str) -> None:
    other = cloud.client("ec2", "consumer-a")
    assert code(other.enable_image_deregistration_protection, ImageId=image) == "InvalidAMIID.NotFound"
    ec2 = cloud.client("ec2", "creator")
    ec2.enable_image_deregistration_protection(ImageId=image)
    ec2.disable_image_deregistration_protection(ImageId=image)
    assert code(ec2.deregister_image, ImageId=image) == "ok"


def test_the_owner_is_told_of_the_last_launch(cloud: LocalCloud, image: str) -> None:
    def last_launched(account: str) -> Any:
        (found,) = cloud.client("ec2", account).describe_images(ImageIds=[image])["Images"]
        return found.get("LastLaunchedTime")

    assert last_launched("creator") is None
    cloud.client("ec2", "consumer-a").run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
    told = last_launched("creator").replace("Z", "+00:00")
    assert datetime.datetime.fromisoformat(told) <= datetime.datetime.now(datetime.UTC)
    assert last_launched("consumer-a") is None


def test_attributes_are_those_of_an_own_image(cloud: LocalCloud, image: str) -> None:
    ask = {"Attribute": "launchPermission"}
    assert code(cloud.client("ec2", "creator").describe_image_attribute, ImageId=image, **ask) == "ok"
    unknown = {"ImageId": "ami-0123456789abcdef0", **ask}
    assert code(cloud.client("ec2", "creator").describe_image_attribute, **unknown) == "InvalidAMIID.NotFound"
