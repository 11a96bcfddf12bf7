"""When an image was last launched, which EC2 tells its owner and moto does not know.

EC2 is up to a day late with it (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html); here it
is known at once.
"""

import copy
import datetime
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.models.instances import InstanceBackend

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    # What DescribeImages shows.
    Ami.last_launched_time = None  # type: ignore[attr-defined]
    InstanceBackend.run_instances = _noting_the_time(InstanceBackend.run_instances)  # type: ignore[method-assign]


def _noting_the_time(original: Any) -> Any:
    def run_instances(self: Any, image_id: str, *arguments: Any, **options: Any) -> Any:
        reservation = original(self, image_id, *arguments, **options)
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        images = {instance.image_id for instance in reservation.instances}
        for account in list(ec2_backends.keys()):
            known = ec2_backends[account][self.region_name].amis
            for identifier in images & known.keys():
                known[identifier].last_launched_time = now
        return reservation

    return run_instances


def told_to(image: Ami, account: str) -> Ami:
    """The image without what only its owner is told."""
    if image.owner_id == account:
        return image
    seen = copy.copy(image)
    seen.last_launched_time = None  # type: ignore[attr-defined]
    return seen
