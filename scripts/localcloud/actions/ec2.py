"""Permissions of EC2: on the images and reports that a request names; everything else is asked on every resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from collections.abc import Iterator

from moto.ec2.models import ec2_backends
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE

from ..operations import Operation
from ..patches.image_references import CONTAINER_RECIPE, IMAGE_RECIPE, PARAMETER, TYPES, image_parameters
from ..patches.image_usage import INSTANCE, LAUNCH_TEMPLATE
from ..policies import Need
from . import kms

_ON_AN_IMAGE = {
    "CreateImageUsageReport", "DeregisterImage", "DescribeImageAttribute", "DisableImage", "DisableImageDeprecation",
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
    if operation.name in ("CreateTags", "DeleteTags"):
        found += _of_tags(operation, account)
    if operation.name in ("DescribeSnapshotAttribute", "ModifySnapshotAttribute"):
        need = _resource(operation.action, parameters.get("SnapshotId", ""), account, region)
        found.append(Need(need.action, need.resource, {**need.context, **_permission_changes(parameters)}))
    if operation.name in _ON_AN_IMAGE:
        found.append(_image(operation, account))
    if operation.name == "CreateImageUsageReport":
        report = f"arn:aws:ec2:{region}:{account}:image-usage-report/*"
        found.append(Need(operation.action, report))
        if any(name.startswith("TagSpecification.") for name in parameters):
            found.append(Need("ec2:CreateTags", report, {"ec2:CreateAction": [operation.name]}))
    if operation.name == "DeleteImageUsageReport":
        found.append(Need(operation.action, f"arn:aws:ec2:{region}:{account}:image-usage-report/{parameters.get('ReportId', '')}"))
    if operation.name == "DescribeImageReferences":
        found += [Need(operation.action, "*"), *_of_references(operation, account)]
    return found or None


# Whose ARNs have no account: anybody's may be meant.
_SHARED = {"ami": "image", "snap": "snapshot"}


def _of_tags(operation: Operation, account: str) -> Iterator[Need]:
    members = {name: value for name, value in operation.parameters.items() if name.startswith("Tag.")}
    tags = {value: members.get(name.removesuffix("Key") + "Value", "") for name, value in members.items() if name.endswith(".Key")}
    context = {f"aws:RequestTag/{key}": [value] for key, value in tags.items()}
    context |= {"aws:TagKeys": list(tags)} if tags else {}
    for name, identifier in operation.parameters.items():
        if name.startswith("ResourceId."):
            need = _resource(operation.action, identifier, account, operation.region)
            yield Need(need.action, need.resource, {**need.context, **context})


def _permission_changes(parameters: dict[str, str]) -> dict[str, list[str]]:
    """Whom a request lets make volumes of a snapshot, in either of its two forms."""
    context: dict[str, list[str]] = {}
    operation = parameters.get("OperationType", "").capitalize()
    for name, value in parameters.items():
        parts = name.split(".")
        if parts[0] == "CreateVolumePermission" and len(parts) == 4:
            kind, key = parts[1], {"UserId": "userId", "Group": "group"}[parts[3]]
        elif parts[0] in ("UserId", "UserGroup") and operation:
            kind, key = operation, {"UserId": "userId", "UserGroup": "group"}[parts[0]]
        else:
            continue
        context.setdefault(f"ec2:{kind}/{key}", []).append(value)
    return context


def _owner(identifier: str, region: str) -> str | None:
    """The account that owns an image or a snapshot."""
    for account in list(ec2_backends.keys()):
        if region in ec2_backends[account]:
            backend = ec2_backends[account][region]
            found = backend.amis.get(identifier) or backend.snapshots.get(identifier)
            if found is not None:
                return found.owner_id
    return None


def _resource(action: str, identifier: str, account: str, region: str) -> Need:
    """What an identifier names, with the tags that the caller's account gave it."""
    prefix = identifier.partition("-")[0]
    tags = ec2_backends[account][region].tags.get(identifier, {})
    context = {f"{key}:ResourceTag/{tag}": [value] for tag, value in tags.items() for key in ("aws", "ec2")}
    kind = _SHARED.get(prefix)
    owner = _owner(identifier, region) if kind else None
    if owner and not action.endswith("DeleteTags"):
        context["ec2:Owner"] = [owner]
    if kind:
        return Need(action, f"arn:aws:ec2:{region}::{kind}/{identifier}", context)
    return Need(action, f"arn:aws:ec2:{region}:{account}:{EC2_PREFIX_TO_RESOURCE.get(prefix, prefix)}/{identifier}", context)


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
