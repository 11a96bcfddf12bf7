"""Outputs of the operations by which an account's resources are listed; see `outputs`."""

from shown import members, paged, tags, time

TEMPLATE = ("LaunchTemplateId", "LaunchTemplateName", "Version")


def template(source):
    return source and members(source, *TEMPLATE)


def configurations(source):
    return [
        {
            "LaunchTemplateSpecification": template(entry.get("LaunchTemplateSpecification")),
            "Overrides": [override["ImageId"] for override in entry.get("Overrides", []) if override.get("ImageId")],
        }
        for entry in source.get("LaunchTemplateConfigs", [])
    ]


def fleet(source):
    return {
        **members(source, "FleetId", "FleetState", "Type"),
        "CreateTime": time(source.get("CreateTime")),
        "LaunchTemplateConfigs": configurations(source),
        "Tags": tags(source),
    }


def spot_fleet(source):
    request = source.get("SpotFleetRequestConfig", {})
    return {
        **members(source, "SpotFleetRequestId", "SpotFleetRequestState"),
        "CreateTime": time(source.get("CreateTime")),
        "LaunchSpecifications": [entry["ImageId"] for entry in request.get("LaunchSpecifications", []) if entry.get("ImageId")],
        "LaunchTemplateConfigs": configurations(request),
        "Tags": tags(source),
    }


def report(source):
    return {
        **members(source, "ReportId", "ImageId", "State", "StateReason"),
        "CreationTime": time(source.get("CreationTime")),
        "ExpirationTime": time(source.get("ExpirationTime")),
        "AccountIds": source.get("AccountIds", []),
        "ResourceTypes": [each["ResourceType"] for each in source.get("ResourceTypes", [])],
        "Tags": tags(source),
    }


def report_entry(source):
    return {
        **members(source, "ReportId", "ImageId", "AccountId", "ResourceType", "UsageCount"),
        "ReportCreationTime": time(source.get("ReportCreationTime")),
    }


def group(source):
    policy = source.get("MixedInstancesPolicy")
    return {
        **members(source, "AutoScalingGroupName", "AutoScalingGroupARN", "LaunchConfigurationName", "Status"),
        "CreatedTime": time(source.get("CreatedTime")),
        "LaunchTemplate": template(source.get("LaunchTemplate")),
        "MixedInstancesPolicy": policy
        and {
            "LaunchTemplate": template(policy.get("LaunchTemplate", {}).get("LaunchTemplateSpecification")),
            "Overrides": [
                {
                    **members(override, "InstanceType", "ImageId"),
                    "LaunchTemplateSpecification": template(override.get("LaunchTemplateSpecification")),
                }
                for override in policy.get("LaunchTemplate", {}).get("Overrides", [])
            ],
        },
    }


def node_group(output):
    source = output["nodegroup"]
    launched = source.get("launchTemplate")
    return {
        **members(source, "nodegroupName", "clusterName", "nodegroupArn", "status", "amiType"),
        "launchTemplate": launched and members(launched, "id", "name", "version"),
    }


def image_recipe(source):
    return members(source, "arn", "name", "owner", "parentImage")


def container_recipe(source):
    image = source.get("instanceImage") or source.get("instanceConfiguration", {}).get("image")
    return {**members(source, "arn", "name", "owner"), "instanceImage": image}


def description(source):
    return {
        **members(source, "Name", "ARN", "Type", "DataType", "Version"),
        "LastModifiedDate": time(source.get("LastModifiedDate")),
    }


OUTPUTS = {
    "ec2.DescribeFleets": paged("Fleets", fleet),
    "ec2.DescribeSpotFleetRequests": paged("SpotFleetRequestConfigs", spot_fleet),
    "ec2.DescribeImageReferences": paged("ImageReferences", lambda entry: members(entry, "ImageId", "ResourceType", "Arn")),
    "ec2.CreateImageUsageReport": lambda output: members(output, "ReportId"),
    "ec2.DescribeImageUsageReports": paged("ImageUsageReports", report),
    "ec2.DescribeImageUsageReportEntries": paged("ImageUsageReportEntries", report_entry),
    "ec2.DeleteImageUsageReport": lambda output: {},
    "ec2.EnableImageDeregistrationProtection": lambda output: {},
    "ec2.DisableImageDeregistrationProtection": lambda output: {},
    "autoscaling.DescribeAutoScalingGroups": paged("AutoScalingGroups", group),
    "eks.ListClusters": paged("clusters", lambda name: name, "nextToken"),
    "eks.ListNodegroups": paged("nodegroups", lambda name: name, "nextToken"),
    "eks.DescribeNodegroup": node_group,
    "imagebuilder.ListImageRecipes": paged("imageRecipeSummaryList", image_recipe, "nextToken"),
    "imagebuilder.ListContainerRecipes": paged("containerRecipeSummaryList", container_recipe, "nextToken"),
    "imagebuilder.GetImageRecipe": lambda output: image_recipe(output["imageRecipe"]),
    "imagebuilder.GetContainerRecipe": lambda output: container_recipe(output["containerRecipe"]),
    "imagebuilder.GetImage": lambda output: {
        "amis": [
            members(image, "region", "image", "name", "accountId")
            for image in output["image"].get("outputResources", {}).get("amis", [])
        ]
    },
    "ssm.DescribeParameters": paged("Parameters", description),
}
