"""Permissions of EC2: on the images and reports that a request names; everything else is asked on every resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from collections.abc import Iterator

from moto.ec2.models import ec2_backends

from ..operations import Operation
from ..patches.image_references import CONTAINER_RECIPE, IMAGE_RECIPE, PARAMETER, TYPES, image_parameters
from ..patches.image_usage import INSTANCE, LAUNCH_TEMPLATE
from ..policies import Need
from . import kms

_ON_AN_IMAGE = {
    "CreateImageUsageReport", "DeregisterImage", "DisableImage", "DisableImageDeprecation",
    "DisableImageDeregistrationProtection", "EnableImage", "EnableImageDeprecation",
    "EnableImageDeregistrationProtection", "ModifyImageAttribute", "ResetImageAttribute",
}  # fmt: skip

# What DescribeImageReferences looks into in the caller's name.
_LISTS = {
    INSTANCE: ["ec2:DescribeInstances"],
    LAUNCH_TEMPLATE: ["ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"],
    PARAMETER: ["ssm:DescribeParameters"],
    IMAGE_RECIPE: ["imagebuilder:ListImageRecipes"],
    CONTAINER_RECIPE: ["imagebuilder:ListContainerRecipes"],
}


def needs(operation: Operation, account: str) -> list[Need] | None:
    parameters, region = operation.parameters, operation.region
    found = []
    if operation.name in _ON_AN_IMAGE:
        found.append(_image(operation, account))
    if operation.name == "CreateImageUsageReport":
        found.append(Need(operation.action, f"arn:aws:ec2:{region}:{account}:image-usage-report/*"))
    if operation.name == "DeleteImageUsageReport":
        found.append(Need(operation.action, f"arn:aws:ec2:{region}:{account}:image-usage-report/{parameters.get('ReportId', '')}"))
    if operation.name == "DescribeImageReferences":
        found += [Need(operation.action, "*"), *_of_references(operation, account)]
    return found or None


def _image(operation: Operation, account: str) -> Need:
    identifier = operation.parameters.get("ImageId", "")
    context = {"ec2:Region": [operation.region], "ec2:ImageID": [identifier]}
    image = ec2_backends[account][operation.region].amis.get(identifier)
    if image is not None:
        context |= {"ec2:Owner": [image.owner_id], "ec2:Public": [str(image.is_public).lower()]}
        for tag in image.get_tags():
            context[f"aws:ResourceTag/{tag['key']}"] = context[f"ec2:ResourceTag/{tag['key']}"] = [tag["value"]]
    return Need(operation.action, f"arn:aws:ec2:{operation.region}::image/{identifier}", context)


def _of_references(operation: Operation, account: str) -> Iterator[Need]:
    parameters, region = operation.parameters, operation.region
    asked = {value for name, value in parameters.items() if name.startswith("ResourceType.") and name.count(".") == 2}
    everything = str(parameters.get("IncludeAllResourceTypes", "")).lower() == "true"
    via = {"aws:CalledVia": ["ec2-images.amazonaws.com"], "aws:CalledViaFirst": ["ec2-images.amazonaws.com"]}
    for name in TYPES:
        if not everything and name not in asked:
            continue
        for action in _LISTS[name]:
            yield Need(action, "*", via)
        if name == PARAMETER:
            for parameter in image_parameters(account, region):
                yield Need("ssm:GetParameters", kms.parameter_arn(parameter, account, region), via)
        if name == CONTAINER_RECIPE:
            yield Need("imagebuilder:GetContainerRecipe", f"arn:aws:imagebuilder:{region}:{account}:container-recipe/*", via)
