"""What an account has that can use an image: made, and taken away again."""

import uuid
from typing import Any

from story import Stage

COMPONENT = "arn:aws:imagebuilder:us-east-1:aws:component/update-linux/x.x.x"


class Resources:
    """Of an account in the deployment's region."""

    def __init__(self, stage: Stage, account: str):
        self.cloud = stage.cloud
        self.account = account
        self.number = stage.cloud.account(account)
        self.ec2 = self.client("ec2")
        self.autoscaling = self.client("autoscaling")
        self.eks = self.client("eks")
        self.builder = self.client("imagebuilder")
        self.ssm = self.client("ssm")
        self.role = f"arn:aws:iam::{self.number}:role/service"

    def client(self, service: str) -> Any:
        return self.cloud.client(service, self.account)

    # MARK: One of everything. Each returns how the usage table names it: `<kind> <id>`.

    def instance(self, image: str) -> str:
        answer = self.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
        return f"instance {answer['Instances'][0]['InstanceId']}"

    def template(self, *images: str) -> str:
        """A launch template with a version for each image; returns its id."""
        made = None
        for image in images:
            data = {"ImageId": image, "InstanceType": "t3.micro"}
            if made is None:
                answer = self.ec2.create_launch_template(LaunchTemplateName=f"web-{uuid.uuid4()}", LaunchTemplateData=data)
                made = answer["LaunchTemplate"]["LaunchTemplateId"]
            else:
                self.ec2.create_launch_template_version(LaunchTemplateId=made, LaunchTemplateData=data)
        assert made
        return made

    def configuration(self, image: str) -> str:
        name = f"web-{uuid.uuid4()}"
        self.autoscaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image, InstanceType="t3.micro")
        return f"launch-configuration {name}"

    def group(self, template: str, version: str, override: str | None = None) -> str:
        """A group that launches a version, and with an override another image."""
        name = f"group-{uuid.uuid4()}"
        launched = {"LaunchTemplateId": template, "Version": version}
        common = {"AutoScalingGroupName": name, "MinSize": 0, "MaxSize": 1, "AvailabilityZones": [f"{self.cloud.region}a"]}
        if override is None:
            self.autoscaling.create_auto_scaling_group(LaunchTemplate=launched, **common)
        else:
            overrides = [{"InstanceType": "t3.large", "ImageId": override}]
            policy = {"LaunchTemplate": {"LaunchTemplateSpecification": launched, "Overrides": overrides}}
            self.autoscaling.create_auto_scaling_group(MixedInstancesPolicy=policy, **common)
        return f"auto-scaling-group {name}"

    def fleet(self, template: str, version: str, override: str) -> str:
        config = {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": version},
            "Overrides": [{"InstanceType": "t3.large", "ImageId": override}],
        }
        capacity = {"TotalTargetCapacity": 0, "DefaultTargetCapacityType": "on-demand"}
        made = self.ec2.create_fleet(Type="maintain", LaunchTemplateConfigs=[config], TargetCapacitySpecification=capacity)
        return f"ec2-fleet {made['FleetId']}"

    def spot_fleet(self, image: str) -> str:
        config = {
            "IamFleetRole": self.role, "TargetCapacity": 0, "AllocationStrategy": "lowestPrice",
            "LaunchSpecifications": [{"ImageId": image, "InstanceType": "t3.micro"}],
        }  # fmt: skip
        made = self.ec2.request_spot_fleet(SpotFleetRequestConfig=config)
        return f"spot-fleet-request {made['SpotFleetRequestId']}"

    def node_group(self, template: str, version: str) -> None:
        cluster = f"cluster-{uuid.uuid4()}"
        self.eks.create_cluster(name=cluster, roleArn=self.role, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
        self.eks.create_nodegroup(
            clusterName=cluster, nodegroupName="workers", subnets=["subnet-1"], nodeRole=self.role,
            launchTemplate={"id": template, "version": version},
        )  # fmt: skip

    def image_recipe(self, parent: str) -> str:
        made = self.builder.create_image_recipe(
            name=f"base-{uuid.uuid4()}", semanticVersion="1.0.0", parentImage=parent, clientToken=str(uuid.uuid4()),
            components=[{"componentArn": COMPONENT}],
        )  # fmt: skip
        return f"image-recipe {made['imageRecipeArn']}"

    def container_recipe(self, image: str) -> str:
        made = self.builder.create_container_recipe(
            name=f"runner-{uuid.uuid4()}", semanticVersion="1.0.0", containerType="DOCKER", parentImage="amazonlinux:2023",
            instanceConfiguration={"image": image}, clientToken=str(uuid.uuid4()),
            targetRepository={"service": "ECR", "repositoryName": "runner"},
        )  # fmt: skip
        return f"container-recipe {made['containerRecipeArn']}"

    def parameter(self, image: str) -> str:
        name = f"/images/{uuid.uuid4()}"
        self.ssm.put_parameter(Name=name, Value=image, Type="String", DataType="aws:ec2:image")
        return f"parameter {name}"

    def one_of_everything(self, image: str) -> set[str]:
        """What uses the image, and beside it what uses somebody else's, or nothing any more."""
        other = self.foreign_image()
        self.instance(other)
        self.template(other, other)
        self.image_recipe("arn:aws:imagebuilder:us-east-1:aws:image/amazon-linux-2023-x86/x.x.x")
        gone = self.instance(image)
        self.ec2.terminate_instances(InstanceIds=[gone.split()[1]])

        # Versions: 1 is the default, 5 the latest, 2, 3 and 4 are named by a group, a fleet and a node group.
        template = self.template(image, image, image, image, image)
        # Its version 2 is neither default nor latest, and nobody names it: EC2's own check of references tells of the template.
        unnamed = self.template(image, image, image)
        by_parameter = f"/golden/{uuid.uuid4()}"
        self.ssm.put_parameter(Name=by_parameter, Value=image, Type="String")
        resolved = self.template(f"resolve:ssm:{by_parameter}")
        self.group(template, "2")
        self.node_group(template, "4")
        return {
            self.instance(image), self.configuration(image), self.group(template, "1", override=image),
            self.fleet(template, "3", override=image), self.spot_fleet(image), self.image_recipe(image),
            self.container_recipe(image), self.parameter(image),
            *(f"launch-template {template}/{version}" for version in range(1, 6)),
            *(f"launch-template {unnamed}/{version}" for version in (1, 2, 3)),
            f"launch-template {resolved}/1",
        }  # fmt: skip

    def foreign_image(self) -> str:
        """An image of this account's own, which is nothing to the creator."""
        return self.ec2.register_image(Name=f"own-{uuid.uuid4()}", RootDeviceName="/dev/xvda")["ImageId"]

    # MARK: Emptying

    def take_away(self) -> None:
        """Takes everything away."""
        reservations = self.ec2.describe_instances()["Reservations"]
        instances = [one["InstanceId"] for each in reservations for one in each["Instances"] if one["State"]["Name"] != "terminated"]
        if instances:
            self.ec2.terminate_instances(InstanceIds=instances)
        for group in self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]:
            self.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=group["AutoScalingGroupName"], ForceDelete=True)
        for found in self.autoscaling.describe_launch_configurations()["LaunchConfigurations"]:
            self.autoscaling.delete_launch_configuration(LaunchConfigurationName=found["LaunchConfigurationName"])
        for fleet in self.ec2.describe_fleets()["Fleets"]:
            if fleet["FleetState"] == "active":
                self.ec2.delete_fleets(FleetIds=[fleet["FleetId"]], TerminateInstances=False)
        for request in self.ec2.describe_spot_fleet_requests()["SpotFleetRequestConfigs"]:
            if request["SpotFleetRequestState"] == "active":
                identifiers = [request["SpotFleetRequestId"]]
                self.ec2.cancel_spot_fleet_requests(SpotFleetRequestIds=identifiers, TerminateInstances=False)
        for cluster in self.eks.list_clusters()["clusters"]:
            for name in self.eks.list_nodegroups(clusterName=cluster)["nodegroups"]:
                self.eks.delete_nodegroup(clusterName=cluster, nodegroupName=name)
            self.eks.delete_cluster(name=cluster)
        for template in self.ec2.describe_launch_templates()["LaunchTemplates"]:
            self.ec2.delete_launch_template(LaunchTemplateId=template["LaunchTemplateId"])
        for recipe in self.builder.list_image_recipes(maxResults=100)["imageRecipeSummaryList"]:
            self.builder.delete_image_recipe(imageRecipeArn=recipe["arn"])
        for recipe in self.builder.list_container_recipes(maxResults=100)["containerRecipeSummaryList"]:
            self.builder.delete_container_recipe(containerRecipeArn=recipe["arn"])
        images = [{"Key": "DataType", "Values": ["aws:ec2:image"]}]
        while found := self.ssm.describe_parameters(ParameterFilters=images, MaxResults=50)["Parameters"]:
            for parameter in found:
                self.ssm.delete_parameter(Name=parameter["Name"])
