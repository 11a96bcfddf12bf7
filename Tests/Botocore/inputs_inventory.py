"""Inputs of the operations by which an account's resources are listed; see `inputs`."""

from generate import TRUE, filters, same

RECIPE = "arn:aws:imagebuilder:eu-west-1:111122223333:{}-recipe/base/1.0.0"


def resource_types(g, **options):
    return [
        {
            "ResourceType": g.random.choice(["ec2:Instance", "ec2:LaunchTemplate"]),
            **g.some(
                ResourceTypeOptions=lambda: [
                    {"OptionName": g.random.choice(["state-name", "version-depth"]), "OptionValues": g.texts(1)}
                    for _ in range(g.random.randint(1, 2))
                ]
            ),
        }
        for _ in range(g.random.randint(1, 3))
    ]


def usage_report(g):
    ours = {
        "ImageId": g.text(), "ResourceTypes": resource_types(g), **g.nonempty(AccountIds=g.texts, ClientToken=g.token)
    }
    theirs = dict(ours)
    tags = {text: g.text() for text in g.texts(0, 2)}
    if tags:
        pairs = [{"Key": key, "Value": tags[key]} for key in sorted(tags, key=lambda key: key.encode())]
        ours["Tags"] = tags
        theirs["TagSpecifications"] = [{"ResourceType": "image-usage-report", "Tags": pairs}]
    return ours, theirs


def groups(g):
    ours = g.nonempty(
        AutoScalingGroupNames=g.texts, IncludeInstances=TRUE, MaxRecords=lambda: 100, NextToken=g.token
    )
    return ours, {"IncludeInstances": False, **ours}


def reports(g):
    return g.nonempty(
        ImageIds=g.texts, ReportIds=g.texts, Filters=lambda: filters(g), MaxResults=lambda: 5, NextToken=g.token
    )


def recipes(g):
    return g.some(owner=lambda: "Self", maxResults=lambda: 25, nextToken=g.token)


INPUTS = {
    "ec2.DescribeFleets": same(
        lambda g: g.nonempty(FleetIds=g.texts, Filters=lambda: filters(g), MaxResults=lambda: 9, NextToken=g.token)
    ),
    "ec2.DescribeSpotFleetRequests": same(
        lambda g: g.nonempty(SpotFleetRequestIds=g.texts, MaxResults=lambda: 9, NextToken=g.token)
    ),
    "ec2.DescribeImageReferences": same(
        lambda g: {
            "ImageIds": g.texts(1),
            **g.some(
                IncludeAllResourceTypes=TRUE, ResourceTypes=lambda: resource_types(g), MaxResults=lambda: 9,
                NextToken=g.token,
            ),
        }
    ),
    "ec2.CreateImageUsageReport": usage_report,
    "ec2.DescribeImageUsageReports": same(reports),
    "ec2.DescribeImageUsageReportEntries": same(reports),
    "ec2.DeleteImageUsageReport": same(lambda g: {"ReportId": g.text()}),
    "ec2.EnableImageDeregistrationProtection": same(lambda g: {"ImageId": g.text(), **g.some(WithCooldown=TRUE)}),
    "ec2.DisableImageDeregistrationProtection": same(lambda g: {"ImageId": g.text()}),
    "autoscaling.DescribeAutoScalingGroups": groups,
    "eks.ListClusters": same(lambda g: g.some(maxResults=lambda: 7, nextToken=g.token)),
    "eks.ListNodegroups": same(
        lambda g: {"clusterName": g.text(), **g.some(maxResults=lambda: 7, nextToken=g.token)}
    ),
    "eks.DescribeNodegroup": same(lambda g: {"clusterName": g.text(), "nodegroupName": g.text()}),
    "imagebuilder.ListImageRecipes": same(recipes),
    "imagebuilder.ListContainerRecipes": same(recipes),
    "imagebuilder.GetImageRecipe": same(lambda g: {"imageRecipeArn": RECIPE.format("image")}),
    "imagebuilder.GetContainerRecipe": same(lambda g: {"containerRecipeArn": RECIPE.format("container")}),
    "imagebuilder.GetImage": same(
        lambda g: {"imageBuildVersionArn": "arn:aws:imagebuilder:eu-west-1:111122223333:image/base/x.x.x"}
    ),
    "ssm.DescribeParameters": same(
        lambda g: {
            "ParameterFilters": [
                {"Key": g.random.choice(["DataType", "Type", "tag:x"]), **g.some(Option=lambda: "Equals"),
                 "Values": g.texts(1)}
                for _ in range(g.random.randint(0, 2))
            ],
            **g.some(MaxResults=lambda: 50, NextToken=g.token),
        }
    ),
}
