"""What a sweep lists, as the local cloud plays it: pages, and what is not there."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localcloud.client import LocalCloud
from localcloud.testing import create_role

ACCOUNT = "444455556666"
"""An account of its own: lists show everything that an account has."""

ROLE = f"arn:aws:iam::{ACCOUNT}:role/service"


@pytest.fixture(scope="module")
def image(cloud: LocalCloud) -> str:
    return cloud.client("ec2", ACCOUNT).register_image(Name="golden", RootDeviceName="/dev/xvda")["ImageId"]


@pytest.fixture(scope="module")
def template(cloud: LocalCloud, image: str) -> str:
    """With two versions."""
    ec2 = cloud.client("ec2", ACCOUNT)
    data = {"ImageId": image, "InstanceType": "t3.micro"}
    found = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(LaunchTemplateId=found, LaunchTemplateData=data)
    return found


def pages(call: Any, member: str, size: dict[str, int], token: str = "NextToken", **parameters: Any) -> Iterator[list[Any]]:
    """Every page of a list."""
    sent = dict(parameters)
    while True:
        answer = call(**size, **sent)
        yield answer[member]
        if not answer.get(token):
            return
        sent[token] = answer[token]


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def test_instances_by_page(cloud: LocalCloud, image: str) -> None:
    """Pages count instances: one reservation is on several."""
    ec2 = cloud.client("ec2", ACCOUNT)
    launched = [
        instance["InstanceId"]
        for count in (7, 1, 4)
        for instance in ec2.run_instances(ImageId=image, MinCount=count, MaxCount=count, InstanceType="t3.micro")["Instances"]
    ]
    ec2.terminate_instances(InstanceIds=launched[:2])
    running = [{"Name": "instance-state-name", "Values": ["pending", "running"]}, {"Name": "image-id", "Values": [image]}]
    found = [
        [instance["InstanceId"] for reservation in page for instance in reservation["Instances"]]
        for page in pages(ec2.describe_instances, "Reservations", {"MaxResults": 5}, Filters=running)
    ]
    assert [len(page) for page in found] == [5, 5]
    assert sum(found, []) == launched[2:]
    together = {"MaxResults": 5, "InstanceIds": launched[:1]}
    assert code(ec2.describe_instances, **together) == "InvalidParameterCombination"
    assert code(ec2.describe_instances, InstanceIds=["i-0123456789abcdef0"]) == "InvalidInstanceID.NotFound"


def test_launch_templates_by_page(cloud: LocalCloud, image: str, template: str) -> None:
    ec2 = cloud.client("ec2", ACCOUNT)
    for number in range(20):
        ec2.create_launch_template(LaunchTemplateName=f"page-{number:02}", LaunchTemplateData={"ImageId": image})
    found = sum(pages(ec2.describe_launch_templates, "LaunchTemplates", {"MaxResults": 8}), [])
    assert sorted(each["LaunchTemplateName"] for each in found) == [*(f"page-{number:02}" for number in range(20)), "web"]
    (web,) = ec2.describe_launch_templates(LaunchTemplateIds=[template])["LaunchTemplates"]
    assert (web["DefaultVersionNumber"], web["LatestVersionNumber"]) == (1, 2)
    assert code(ec2.describe_launch_templates, LaunchTemplateIds=["lt-0123456789abcdef0"]) == "InvalidLaunchTemplateId.NotFound"


def test_launch_template_versions_by_page_and_image(cloud: LocalCloud, image: str, template: str) -> None:
    ec2 = cloud.client("ec2", ACCOUNT)
    other = {"ImageId": "ami-0fedcba9876543210"}
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=other)
    both = {"Versions": ["$Default", "$Latest"]}
    found = list(pages(ec2.describe_launch_template_versions, "LaunchTemplateVersions", {"MaxResults": 3}, **both))
    numbers = {(each["LaunchTemplateName"], each["VersionNumber"]) for page in found for each in page}
    assert {("web", 1), ("web", 3)} <= numbers and len(found) > 1
    with_image = [{"Name": "image-id", "Values": [image]}]
    answer = ec2.describe_launch_template_versions(LaunchTemplateId=template, Filters=with_image)
    assert [each["VersionNumber"] for each in answer["LaunchTemplateVersions"]] == [1, 2]
    ec2.delete_launch_template_versions(LaunchTemplateId=template, Versions=["3"])
    asked = {"LaunchTemplateId": template, "Versions": ["1", "3"]}
    assert code(ec2.describe_launch_template_versions, **asked) == "InvalidLaunchTemplateId.VersionNotFound"


def test_groups_with_overrides(cloud: LocalCloud, image: str, template: str) -> None:
    autoscaling = cloud.client("autoscaling", ACCOUNT)
    second = {"LaunchTemplateId": template, "LaunchTemplateName": "web", "Version": "2"}
    policy = {
        "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "$Default"},
        "Overrides": [
            {"InstanceType": "t3.large", "ImageId": image},
            {"InstanceType": "t3.small", "LaunchTemplateSpecification": second},
        ],
    }
    common = {"MinSize": 0, "MaxSize": 1, "AvailabilityZones": ["us-east-1a"]}
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="mixed", MixedInstancesPolicy={"LaunchTemplate": policy}, **common
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="plain", LaunchTemplate={"LaunchTemplateName": "web", "Version": "$Latest"}, **common
    )
    found = list(pages(autoscaling.describe_auto_scaling_groups, "AutoScalingGroups", {"MaxRecords": 1}))
    assert [[group["AutoScalingGroupName"] for group in page] for page in found] == [["mixed"], ["plain"]]
    mixed, plain = found[0][0]["MixedInstancesPolicy"]["LaunchTemplate"], found[1][0]["LaunchTemplate"]
    assert mixed["Overrides"] == policy["Overrides"]
    assert mixed["LaunchTemplateSpecification"]["Version"] == "$Default"
    assert plain == {"LaunchTemplateId": template, "LaunchTemplateName": "web", "Version": "$Latest"}
    asked = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["plain", "gone"])
    assert [group["AutoScalingGroupName"] for group in asked["AutoScalingGroups"]] == ["plain"]


def test_fleets(cloud: LocalCloud, image: str, template: str) -> None:
    ec2 = cloud.client("ec2", ACCOUNT)
    configs = [
        {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "2"},
            "Overrides": [{"InstanceType": "t3.small", "ImageId": image}],
        }
    ]
    capacity = {"TotalTargetCapacity": 0, "DefaultTargetCapacityType": "on-demand"}
    made = {
        kind: ec2.create_fleet(Type=kind, LaunchTemplateConfigs=configs, TargetCapacitySpecification=capacity)["FleetId"]
        for kind in ("maintain", "request", "instant")
    }
    found = list(pages(ec2.describe_fleets, "Fleets", {"MaxResults": 1}))
    assert [[fleet["FleetId"] for fleet in page] for page in found] == [[made["maintain"]], [made["request"]]]
    assert found[0][0]["LaunchTemplateConfigs"][0]["Overrides"][0]["ImageId"] == image
    assert found[0][0]["LaunchTemplateConfigs"][0]["LaunchTemplateSpecification"] == configs[0]["LaunchTemplateSpecification"]
    (instant,) = ec2.describe_fleets(FleetIds=[made["instant"]])["Fleets"]
    assert instant["Type"] == "instant"
    ec2.delete_fleets(FleetIds=[made["request"]], TerminateInstances=False)
    active = [{"Name": "fleet-state", "Values": ["active", "modifying"]}]
    assert [fleet["FleetId"] for fleet in ec2.describe_fleets(Filters=active)["Fleets"]] == [made["maintain"]]
    assert code(ec2.describe_fleets, FleetIds=[f"fleet-{uuid.uuid4()}"]) == "InvalidFleetId.NotFound"


def test_spot_fleet_requests(cloud: LocalCloud, image: str, template: str) -> None:
    ec2 = cloud.client("ec2", ACCOUNT)
    common = {"IamFleetRole": ROLE, "TargetCapacity": 1, "AllocationStrategy": "lowestPrice"}
    specifications = [{"ImageId": image, "InstanceType": "t3.micro"}]
    configs = [
        {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "1"},
            "Overrides": [{"InstanceType": "t3.large"}],
        }
    ]
    made = [
        ec2.request_spot_fleet(SpotFleetRequestConfig={**common, **given})["SpotFleetRequestId"]
        for given in ({"LaunchSpecifications": specifications}, {"LaunchTemplateConfigs": configs})
    ]
    assert all(len(identifier) == len("sfr-") + 36 for identifier in made)
    found = sum(pages(ec2.describe_spot_fleet_requests, "SpotFleetRequestConfigs", {"MaxResults": 1}), [])
    assert [request["SpotFleetRequestId"] for request in found] == made
    first, second = (request["SpotFleetRequestConfig"] for request in found)
    assert first["LaunchSpecifications"] == specifications and "LaunchTemplateConfigs" not in first
    assert second["LaunchTemplateConfigs"] == configs and "LaunchSpecifications" not in second
    ec2.cancel_spot_fleet_requests(SpotFleetRequestIds=made[:1], TerminateInstances=True)
    (cancelled,) = ec2.describe_spot_fleet_requests(SpotFleetRequestIds=made[:1])["SpotFleetRequestConfigs"]
    assert cancelled["SpotFleetRequestState"] == "cancelled_terminating"
    missing = f"sfr-{uuid.uuid4()}"
    assert code(ec2.describe_spot_fleet_requests, SpotFleetRequestIds=[missing]) == "InvalidSpotFleetRequestId.NotFound"


def test_node_groups(cloud: LocalCloud, template: str) -> None:
    eks = cloud.client("eks", ACCOUNT)
    for cluster in ("blue", "green"):
        eks.create_cluster(name=cluster, roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    for name in ("a", "b", "c"):
        eks.create_nodegroup(
            clusterName="blue", nodegroupName=name, subnets=["subnet-1"], nodeRole=ROLE,
            launchTemplate={"id": template, "version": "1"},
        )  # fmt: skip
    size = {"maxResults": 1}
    assert sum(pages(eks.list_clusters, "clusters", size, "nextToken"), []) == ["blue", "green"]
    assert sum(pages(eks.list_nodegroups, "nodegroups", size, "nextToken", clusterName="blue"), []) == ["a", "b", "c"]
    assert list(pages(eks.list_nodegroups, "nodegroups", size, "nextToken", clusterName="green")) == [[]]
    found = eks.describe_nodegroup(clusterName="blue", nodegroupName="a")["nodegroup"]
    assert found["launchTemplate"] == {"id": template, "name": "web", "version": "1"}
    for cluster, group in (("blue", "z"), ("red", "a")):
        assert code(eks.describe_nodegroup, clusterName=cluster, nodegroupName=group) == "ResourceNotFoundException"


def test_recipes(cloud: LocalCloud, image: str) -> None:
    builder = cloud.client("imagebuilder", ACCOUNT)
    arns = [
        builder.create_image_recipe(
            name="Base Image", semanticVersion=f"1.0.{number}", parentImage=image, clientToken=str(uuid.uuid4()),
            components=[{"componentArn": "arn:aws:imagebuilder:us-east-1:aws:component/update-linux/x.x.x"}],
        )["imageRecipeArn"]
        for number in range(3)
    ]  # fmt: skip
    assert arns[0] == f"arn:aws:imagebuilder:us-east-1:{ACCOUNT}:image-recipe/base-image/1.0.0"
    size = {"maxResults": 2}
    found = list(pages(builder.list_image_recipes, "imageRecipeSummaryList", size, "nextToken", owner="Self"))
    assert [[each["arn"] for each in page] for page in found] == [arns[:2], arns[2:]]
    assert {each["parentImage"] for each in sum(found, [])} == {image} and found[0][0]["owner"] == ACCOUNT
    assert builder.list_image_recipes(owner="Amazon")["imageRecipeSummaryList"] == []
    assert builder.get_image_recipe(imageRecipeArn=arns[1])["imageRecipe"]["version"] == "1.0.1"

    container = builder.create_container_recipe(
        name="runner", semanticVersion="1.0.0", containerType="DOCKER", parentImage="amazonlinux:2023",
        instanceConfiguration={"image": image}, clientToken=str(uuid.uuid4()),
        targetRepository={"service": "ECR", "repositoryName": "runner"},
    )["containerRecipeArn"]  # fmt: skip
    (summary,) = builder.list_container_recipes(owner="Self")["containerRecipeSummaryList"]
    assert (summary["arn"], summary["instanceImage"], summary["parentImage"]) == (container, image, "amazonlinux:2023")
    recipe = builder.get_container_recipe(containerRecipeArn=container)["containerRecipe"]
    assert recipe["instanceConfiguration"] == {"image": image}

    again = {"name": "Base Image", "parentImage": image, "clientToken": str(uuid.uuid4())}
    assert code(builder.create_image_recipe, semanticVersion="1.0.0", **again) == "ResourceAlreadyExistsException"
    builder.delete_image_recipe(imageRecipeArn=arns[0])
    assert code(builder.get_image_recipe, imageRecipeArn=arns[0]) == "ResourceNotFoundException"


def test_images_of_image_builder(cloud: LocalCloud, image: str) -> None:
    """Built at once; another account sees one when a policy of the image shares it."""
    builder = cloud.client("imagebuilder", ACCOUNT)
    recipe = builder.create_image_recipe(
        name="shared", semanticVersion="2.1.0", parentImage=image, clientToken=str(uuid.uuid4())
    )["imageRecipeArn"]
    infrastructure = f"arn:aws:imagebuilder:us-east-1:{ACCOUNT}:infrastructure-configuration/web"
    made = [
        builder.create_image(
            imageRecipeArn=recipe, infrastructureConfigurationArn=infrastructure, clientToken=str(uuid.uuid4())
        )["imageBuildVersionArn"]
        for _ in range(2)
    ]
    assert made == [f"{recipe.replace('image-recipe', 'image')}/{build}" for build in (1, 2)]
    outputs = [builder.get_image(imageBuildVersionArn=arn)["image"]["outputResources"]["amis"][0] for arn in made]
    assert len({output["image"] for output in outputs}) == 2 and outputs[0]["region"] == "us-east-1"
    owned = cloud.client("ec2", ACCOUNT).describe_images(ImageIds=[output["image"] for output in outputs])["Images"]
    assert len(owned) == 2
    any_patch = made[0].replace("/2.1.0/1", "/2.1.x")
    assert builder.get_image(imageBuildVersionArn=any_patch)["image"]["arn"] == made[1]
    assert code(builder.get_image, imageBuildVersionArn=f"{made[0]}7") == "ResourceNotFoundException"
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::777788889999:root"}, "Action": "sts:AssumeRole"}]})
    allowed = [{"Effect": "Allow", "Action": "imagebuilder:GetImage", "Resource": "*"}]
    role = create_role(cloud, "777788889999", "reader", allowed, trust)
    session = cloud.client("sts", "777788889999").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    other = cloud.client(
        "imagebuilder", "777788889999", aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"],
    )  # fmt: skip
    assert code(other.get_image, imageBuildVersionArn=made[0]) == "AccessDeniedException"
    policy = {"Effect": "Allow", "Principal": {"AWS": "777788889999"}, "Action": "imagebuilder:GetImage", "Resource": made[0]}
    builder.put_image_policy(imageArn=made[0], policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]}))
    assert other.get_image(imageBuildVersionArn=made[0])["image"]["arn"] == made[0]


def test_parameters_that_hold_images(cloud: LocalCloud, image: str) -> None:
    ssm = cloud.client("ssm", ACCOUNT)
    for number in range(12):
        ssm.put_parameter(Name=f"/golden/{number:02}", Value=image, Type="String", DataType="aws:ec2:image")
        ssm.put_parameter(Name=f"/text/{number:02}", Value=image, Type="String")
    wanted = [{"Key": "DataType", "Values": ["aws:ec2:image"]}]
    for size, count in (({"MaxResults": 5}, 3), ({}, 2), ({"MaxResults": 50}, 1)):
        found = list(pages(ssm.describe_parameters, "Parameters", size, ParameterFilters=wanted))
        assert len(found) == count
        assert [each["Name"] for each in sum(found, [])] == [f"/golden/{number:02}" for number in range(12)]
    assert {each["DataType"] for each in sum(found, [])} == {"aws:ec2:image"}
