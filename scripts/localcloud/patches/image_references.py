"""DescribeImageReferences, which moto does not know: the caller's own resources that name an image, whoever owns it.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, MalformedAMIIdError
from moto.ec2.responses.amis import AmisResponse
from moto.ssm.models import ssm_backends

from . import image_usage
from .pages import page

if TYPE_CHECKING:
    from ..cloud import Cloud

PARAMETER, IMAGE_RECIPE, CONTAINER_RECIPE = "ssm:Parameter", "imagebuilder:ImageRecipe", "imagebuilder:ContainerRecipe"
TYPES = (image_usage.INSTANCE, image_usage.LAUNCH_TEMPLATE, PARAMETER, IMAGE_RECIPE, CONTAINER_RECIPE)

_ALL_STATES = ["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]
_DEFAULT_DEPTH = 10


def install(cloud: "Cloud") -> None:
    def describe_image_references(self: AmisResponse) -> ActionResult:
        self.error_on_dryrun()
        images = self._get_param("ImageIds", [])
        if not 1 <= len(images) <= 10:
            raise EC2ClientError("InvalidParameterValue", "A request takes 1 to 10 images")
        malformed = [image for image in images if not image.startswith("ami-")]
        if malformed:
            raise MalformedAMIIdError(malformed)
        given = {each.get("ResourceType"): each for each in self._get_param("ResourceTypes", [])}
        if unknown := set(given) - set(TYPES):
            raise EC2ClientError("InvalidParameterValue", f"{', '.join(map(str, unknown))} is no resource type")
        everything = self._get_bool_param("IncludeAllResourceTypes")
        if not everything and not given:
            raise EC2ClientError("MissingParameter", "Either IncludeAllResourceTypes or ResourceTypes must be specified")
        wanted = {name: given.get(name, {}) for name in TYPES if everything or name in given}
        found = [
            {"ImageId": image, "ResourceType": name, "Arn": arn}
            for image in images
            for name, options in wanted.items()
            for arn in _references(cloud, self.current_account, self.region, image, name, options)
        ]
        items, token = page(self, found)
        return ActionResult({"ImageReferences": items, **({"NextToken": token} if token else {})})

    AmisResponse.describe_image_references = describe_image_references  # type: ignore[attr-defined]


def _references(
    cloud: "Cloud", account: str, region: str, image: str, resource_type: str, options: dict[str, Any]
) -> Iterator[str]:
    ec2 = f"arn:aws:ec2:{region}:{account}"
    match resource_type:
        case image_usage.INSTANCE:
            states = image_usage.option(options, "state-name") or _ALL_STATES
            for instance in image_usage.instances(account, region, image, states):
                yield f"{ec2}:instance/{instance.id}"
        case image_usage.LAUNCH_TEMPLATE:
            depth = int((image_usage.option(options, "version-depth") or [_DEFAULT_DEPTH])[0])
            for template in image_usage.templates(account, region, image, depth):
                yield f"{ec2}:launch-template/{template.id}"
        case "ssm:Parameter":
            for name, value in image_parameters(account, region).items():
                if value == image:
                    yield f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}"
        case "imagebuilder:ImageRecipe":
            for recipe in cloud.services.imagebuilder.recipes(account, region, "image-recipe"):
                if recipe["parentImage"] == image:
                    yield recipe["arn"]
        case "imagebuilder:ContainerRecipe":
            for recipe in cloud.services.imagebuilder.recipes(account, region, "container-recipe"):
                if recipe.get("instanceConfiguration", {}).get("image") == image:
                    yield recipe["arn"]


def image_parameters(account: str, region: str) -> dict[str, str]:
    """The values of an account's own parameters that hold images, by name."""
    backend = ssm_backends[account][region]
    own = [name for name in list(backend._parameters) if not name.startswith("/aws/")]
    newest = {name: backend.get_parameter(name) for name in own}
    return {name: found.value for name, found in newest.items() if found and found.data_type == "aws:ec2:image"}
