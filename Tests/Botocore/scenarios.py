"""More of the scenario that `recordings` plays: what lists an account's resources, and what shares images."""

import contextlib

import botocore.exceptions


@contextlib.contextmanager
def refused():
    """A call that the service must refuse."""
    try:
        yield
    except botocore.exceptions.ClientError:
        return
    raise AssertionError("the call was not refused")


def fleets(recorder):
    ec2, scaling = recorder.client("ec2"), recorder.client("autoscaling")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    data = {"ImageId": image, "InstanceType": "t3.micro"}
    template = ec2.create_launch_template(LaunchTemplateName="fleet", LaunchTemplateData=data)["LaunchTemplate"]
    used = {"LaunchTemplateId": template["LaunchTemplateId"], "Version": "1"}
    ec2.describe_fleets()
    ec2.create_fleet(
        LaunchTemplateConfigs=[{"LaunchTemplateSpecification": used, "Overrides": [{"InstanceType": "t3.small"}]}],
        TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
        Type="maintain",
        SpotOptions={"AllocationStrategy": "lowest-price"},
        TagSpecifications=[{"ResourceType": "fleet", "Tags": [{"Key": "é", "Value": "<&>"}]}],
    )
    ec2.describe_fleets()
    ec2.describe_spot_fleet_requests()
    ec2.request_spot_fleet(
        SpotFleetRequestConfig={
            "TargetCapacity": 1, "IamFleetRole": "arn:aws:iam::123456789012:role/fleet", "SpotPrice": "0.1",
            "AllocationStrategy": "lowestPrice",
            "LaunchSpecifications": [{"ImageId": image, "InstanceType": "t3.micro"}],
        }
    )
    ec2.describe_spot_fleet_requests()
    group = {"MinSize": 0, "MaxSize": 1, "AvailabilityZones": ["eu-west-1a"]}
    scaling.describe_auto_scaling_groups()
    scaling.create_auto_scaling_group(AutoScalingGroupName="plain é", LaunchTemplate=used, **group)
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": used, "Overrides": [{"InstanceType": "t3.large"}]}}
    scaling.create_auto_scaling_group(AutoScalingGroupName="mixed <1>", MixedInstancesPolicy=policy, **group)
    scaling.describe_auto_scaling_groups()
    scaling.describe_auto_scaling_groups(MaxRecords=1)
    ssm = recorder.client("ssm")
    ssm.put_parameter(Name="/golden/image", Value=image, Type="String", DataType="aws:ec2:image")
    ssm.describe_parameters()
    ssm.describe_parameters(ParameterFilters=[{"Key": "Type", "Values": ["String"]}])


def clusters(recorder):
    eks = recorder.client("eks")
    eks.list_clusters()
    role = "arn:aws:iam::123456789012:role/eks"
    eks.create_cluster(name="one", roleArn=role, resourcesVpcConfig={})
    used = {"id": "lt-0123456789abcdef0", "version": "3"}
    common = {"clusterName": "one", "subnets": ["subnet-1"], "nodeRole": role}
    eks.create_nodegroup(nodegroupName="own", launchTemplate=used, **common)
    eks.create_nodegroup(nodegroupName="plain", **common)
    eks.list_clusters()
    eks.list_nodegroups(clusterName="one")
    eks.list_nodegroups(clusterName="one", maxResults=1)
    for name in ("own", "plain"):
        eks.describe_nodegroup(clusterName="one", nodegroupName=name)
    with refused():
        eks.describe_nodegroup(clusterName="one", nodegroupName="none")


def sharing(recorder):
    ec2, iam, kms = recorder.client("ec2"), recorder.client("iam"), recorder.client("kms")
    volume = ec2.create_volume(Size=1, AvailabilityZone="eu-west-1a", Encrypted=True)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.describe_snapshots(SnapshotIds=[snapshot])
    ec2.describe_snapshots(OwnerIds=["self"], MaxResults=5)
    ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission",
        CreateVolumePermission={"Add": [{"UserId": "111122223333"}, {"Group": "all"}]},
    )
    ec2.describe_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission")
    ec2.create_tags(Resources=[snapshot], Tags=[{"Key": "é", "Value": "<&>"}, {"Key": "empty", "Value": ""}])
    ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [snapshot]}])
    ec2.delete_tags(Resources=[snapshot], Tags=[{"Key": "empty"}])
    with refused():
        ec2.describe_snapshots(SnapshotIds=["snap-00000000"])
    with refused():
        ec2.modify_image_attribute(ImageId="ami-00000000", LaunchPermission={"Add": [{"Group": "all"}]})
    iam.list_account_aliases()
    iam.create_account_alias(AccountAlias="golden-images")
    iam.list_account_aliases()
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.list_grants(KeyId=key)
    grants = [
        kms.create_grant(KeyId=key, GranteePrincipal="arn:aws:iam::111122223333:root", Operations=["Decrypt"], Name=name)
        for name in ("one", "two")
    ]
    kms.list_grants(KeyId=key)
    kms.revoke_grant(KeyId=key, GrantId=grants[0]["GrantId"])
    kms.retire_grant(KeyId=key, GrantId=grants[1]["GrantId"])
