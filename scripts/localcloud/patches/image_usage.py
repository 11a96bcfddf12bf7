"""Who uses an image, as EC2 itself knows it: instances and launch templates of every account.

Launch templates count once, however many of their newest versions name the image.
"""

from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate

INSTANCE, LAUNCH_TEMPLATE = "ec2:Instance", "ec2:LaunchTemplate"
GONE = ("shutting-down", "terminated")


def accounts(region: str) -> list[str]:
    """The accounts that have anything in a region's EC2."""
    return [account for account in list(ec2_backends.keys()) if region in ec2_backends[account]]


def instances(account: str, region: str, image: str, states: list[str] | None = None) -> list[Instance]:
    """Those in one of the `states`; without, those that are not terminated and not on the way there."""
    return [
        instance
        for instance in ec2_backends[account][region].all_instances()
        if instance.image_id == image and (instance.state in states if states else instance.state not in GONE)
    ]


def templates(account: str, region: str, image: str, depth: int) -> list[LaunchTemplate]:
    """Those of which one of the `depth` newest versions names the image."""
    return [
        template
        for template in ec2_backends[account][region].launch_templates.values()
        if any(version.data.get("ImageId") == image for version in template.versions[-depth:])
    ]


def option(resource_type: dict, name: str) -> list[str]:
    """The values of an option of a resource type, as both operations take it; empty where it is not given."""
    for given in resource_type.get("ResourceTypeOptions", []):
        if given.get("OptionName") == name:
            return list(given.get("OptionValues", []))
    return []
