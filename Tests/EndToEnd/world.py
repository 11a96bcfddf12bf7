"""What is really there in an account, as EC2 and the other services tell it: made, listed, and taken away again.

A sweep sees everything that its account has; a world is therefore emptied before and after it is used.
"""

import datetime
import json
import re
import uuid
from typing import Any

from story import CREATOR, Stage, Story

COMPONENT = "arn:aws:imagebuilder:us-east-1:aws:component/update-linux/x.x.x"


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z")


def _earlier(text: str, minutes: float) -> str:
    time = datetime.datetime.fromisoformat(text) - datetime.timedelta(minutes=minutes)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + text[-4:]


class World:
    """An account in the deployment's region."""

    usage_table, mapping_table = "ami-steward-usage", "ami-steward-mapping"

    def __init__(self, stage: Stage, account: str):
        self.stage = stage
        self.cloud = stage.cloud
        self.account = account
        self.number = stage.cloud.account(account)
        self.ec2 = self.client("ec2")
        self.autoscaling = self.client("autoscaling")
        self.eks = self.client("eks")
        self.builder = self.client("imagebuilder")
        self.ssm = self.client("ssm")
        self.role = f"arn:aws:iam::{self.number}:role/service"
        self.creator = stage.cloud.client("ec2", CREATOR)

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

    def left_over(self, image: str, instance: str) -> None:
        """A row of usage that nothing accounts for, as when a function was cut off long ago."""
        then = "2026-11-01T08:00:00.000Z"
        row = {
            "account_id": self.number, "resource": f"{image}#instance#{instance}", "kind": "instance", "image_id": image,
            "resource_id": instance, "region": self.cloud.region, "source": "event", "event_id": "e", "first_seen": then,
            "last_seen": then,
        }  # fmt: skip
        item = {name: {"S": value} for name, value in row.items()}
        self.cloud.client("dynamodb", CREATOR).put_item(TableName=self.usage_table, Item=item)

    # MARK: Emptying

    def empty(self) -> None:
        """Takes everything away, and what the tables know of the account."""
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
        self.forget()

    def forget(self) -> None:
        """As before the installation: nothing is known of the account, and it was never swept."""
        self._delete(self.account, self.mapping_table, ("resource_id", "part"), lambda row: True)
        self._delete(CREATOR, self.usage_table, ("account_id", "resource"), lambda row: row["account_id"] == self.number)

    def _delete(self, account: str, table: str, keys: tuple[str, str], wanted: Any) -> None:
        client = self.cloud.client("dynamodb", account)
        for row in self.cloud.tables(account, ends=table)[table]:
            if wanted(row):
                client.delete_item(TableName=table, Key={key: {"S": row[key]} for key in keys})

    # MARK: Sweeping

    @property
    def tracker(self) -> str:
        return self.stage.deployment.function(self.account, "usage-tracker")

    def tick(self) -> None:
        """What happens every five minutes: the deployed rule asks whether a sweep is due."""
        before = self.cloud.count("invocations")
        self.cloud.fire_schedule(self.account, "ami-steward-usage-tracker-sweep")
        assert [each["error"] for each in self.cloud.invocations(before) if each["error"]] == []

    def age(self, minutes: float = 20) -> None:
        """As if everything that the tracker noted had been so long ago: EC2's answers count only once they cannot be older than
        what they are about."""
        client = self.cloud.client("dynamodb", self.account)
        for row in self.stage.deployment.table(self.account, "mapping"):
            times = {name: value for name, value in row.items() if isinstance(value, str) and _TIME.fullmatch(value)}
            if row["resource_id"] == "sweep" or not times:
                continue
            item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in row.items()}
            item |= {name: {"S": _earlier(value, minutes)} for name, value in times.items()}
            client.put_item(TableName=self.mapping_table, Item=item)

    def sweep(self, force: bool = True, later: bool = True) -> dict[str, Any]:
        """Asks the tracker for a sweep, some time after everything before; returns its answer."""
        if later:
            self.age()
        answer, failed = self.stage.invoke("usage-tracker", {"sweep": {"force": True} if force else {}}, self.account)
        assert not failed, answer
        return answer

    def release_lease(self) -> None:
        """As if the time of an invocation that was cut off had passed."""
        if any(row["resource_id"] == "sweep" for row in self.stage.deployment.table(self.account, "mapping")):
            self.cloud.client("dynamodb", self.account).update_item(
                TableName=self.mapping_table, Key={"resource_id": {"S": "sweep"}, "part": {"S": "-"}},
                UpdateExpression="REMOVE held_until",
            )  # fmt: skip

    def backdate(self, hours: float) -> None:
        """As if the last sweep had been so long ago, and everything it saw been seen so long ago."""
        self.age(hours * 60)
        client = self.cloud.client("dynamodb", self.account)
        then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
        text = then.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        client.update_item(
            TableName=self.mapping_table, Key={"resource_id": {"S": "sweep"}, "part": {"S": "-"}},
            UpdateExpression="SET started = :t, completed = :t", ExpressionAttributeValues={":t": {"S": text}},
        )  # fmt: skip
        self.cloud.client("dynamodb", CREATOR).update_item(
            TableName=self.usage_table,
            Key={"account_id": {"S": self.number}, "resource": {"S": f"coverage#{self.cloud.region}"}},
            UpdateExpression="SET last_sweep_started = :t, last_sweep_completed = :t",
            ExpressionAttributeValues={":t": {"S": text}},
        )

    # MARK: What the tables say

    def rows(self) -> list[dict[str, Any]]:
        found = self.stage.deployment.table(CREATOR, "usage", containing=[self.number])
        return [row for row in found if row["account_id"] == self.number and not row["resource"].startswith("coverage#")]

    def used(self, image: str | None = None) -> set[str]:
        """What uses images, or one image: `<kind> <id>`."""
        return {f"{row['kind']} {row['resource_id']}" for row in self.rows() if image in (None, row["image_id"])}

    def coverage(self) -> dict[str, Any]:
        wanted = f"coverage#{self.cloud.region}"
        found = self.stage.deployment.table(CREATOR, "usage", containing=[wanted])
        return next((row for row in found if row["account_id"] == self.number and row["resource"] == wanted), {})

    def mappings(self) -> dict[str, dict[str, Any]]:
        rows = self.stage.deployment.table(self.account, "mapping")
        return {f"{row['resource_id']} {row['part']}": row for row in rows if row["resource_id"] != "sweep"}

    def metrics(self) -> list[dict[str, Any]]:
        """The lines that CloudWatch reads metrics from, of the account's tracker."""
        return metrics(self.cloud.logs(self.tracker))


def shared_builder_image(story: Story, account: str) -> str:
    """An Image Builder image that the creator built and shares with an account, and the AMI it gave; returns its ARN."""
    builder = story.cloud.client("imagebuilder", CREATOR)
    recipe = builder.create_image_recipe(
        name=f"golden-{uuid.uuid4()}", semanticVersion="1.0.0", parentImage=story.image, clientToken=str(uuid.uuid4())
    )["imageRecipeArn"]
    configuration = f"arn:aws:imagebuilder:us-east-1:{story.cloud.account(CREATOR)}:infrastructure-configuration/web"
    built = builder.create_image(
        imageRecipeArn=recipe, infrastructureConfigurationArn=configuration, clientToken=str(uuid.uuid4())
    )["imageBuildVersionArn"]
    builder.delete_image_recipe(imageRecipeArn=recipe)
    number = story.cloud.account(account)
    statement = {"Effect": "Allow", "Principal": {"AWS": number}, "Action": "imagebuilder:GetImage", "Resource": built}
    builder.put_image_policy(imageArn=built, policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    ec2 = story.cloud.client("ec2", CREATOR)
    ec2.modify_image_attribute(ImageId=output_image(story, built), LaunchPermission={"Add": [{"UserId": number}]})
    return built


def output_image(story: Story, built: str) -> str:
    """The AMI of an Image Builder image."""
    image = story.cloud.client("imagebuilder", CREATOR).get_image(imageBuildVersionArn=built)["image"]
    return image["outputResources"]["amis"][0]["image"]


def metrics(log: str) -> list[dict[str, Any]]:
    """The lines of a log that are in the embedded metric format."""
    found = []
    for line in log.splitlines():
        start = line.find('{"')
        if start < 0 or '"_aws"' not in line:
            continue
        found.append(json.loads(line[start:]))
    return found


def values(line: dict[str, Any]) -> dict[str, float]:
    """The metrics of a line, by name, checked against the format.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    assert isinstance(line["_aws"]["Timestamp"], int)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "AMISteward"
    assert ["FunctionName"] in directive["Dimensions"] and line["FunctionName"].startswith("ami-steward-")
    return {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}


def event_now(story: Story, sample: str, ago: float = 0) -> dict[str, Any]:
    """A sample as an event of `ago` seconds ago: samples are of another day."""
    event = story.sample(sample)
    time = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=ago)
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    event |= {"id": str(uuid.uuid4()), "time": text}
    if "eventTime" in event["detail"]:
        event["detail"] |= {"eventID": str(uuid.uuid4()), "eventTime": text}
    return event
