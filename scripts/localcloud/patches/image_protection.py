"""Deregistration protection of images, which moto does not know.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html
"""

import datetime
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models.amis import Ami
from moto.ec2.responses.amis import AmisResponse

if TYPE_CHECKING:
    from ..cloud import Cloud

WITHOUT_COOLDOWN, WITH_COOLDOWN, DISABLED = "enabled-without-cooldown", "enabled-with-cooldown", "disabled"
_COOLDOWN = datetime.timedelta(hours=24)


def install(cloud: "Cloud") -> None:
    # Also what DescribeImages shows.
    Ami.deregistration_protection = DISABLED  # type: ignore[attr-defined]
    Ami.cooldown_until = None  # type: ignore[attr-defined]
    AmisResponse.enable_image_deregistration_protection = _enable  # type: ignore[attr-defined]
    AmisResponse.disable_image_deregistration_protection = _disable  # type: ignore[attr-defined]
    AmisResponse.deregister_image = _unless_protected(AmisResponse.deregister_image)  # type: ignore[method-assign]


def _own(self: AmisResponse) -> Any:
    self.error_on_dryrun()
    identifier = self._get_param("ImageId")
    image = self.ec2_backend.amis.get(identifier)
    if image is None:
        raise InvalidAMIIdError([identifier])
    return image


def _enable(self: AmisResponse) -> ActionResult:
    image = _own(self)
    image.deregistration_protection = WITH_COOLDOWN if self._get_bool_param("WithCooldown") else WITHOUT_COOLDOWN
    image.cooldown_until = None
    return ActionResult({"Return": image.deregistration_protection})


def _disable(self: AmisResponse) -> ActionResult:
    """With a cooldown the image stays protected for another 24 hours."""
    image = _own(self)
    if image.deregistration_protection == WITH_COOLDOWN:
        image.cooldown_until = datetime.datetime.now(datetime.UTC) + _COOLDOWN
    image.deregistration_protection = DISABLED
    return ActionResult({"Return": image.deregistration_protection})


def _unless_protected(original: Any) -> Any:
    def deregister_image(self: AmisResponse) -> ActionResult:
        image = self.ec2_backend.amis.get(self._get_param("ImageId"))
        if image is not None and _is_protected(image):
            message = f"The image '{image.id}' cannot be deregistered: it is protected from deregistration."
            raise EC2ClientError("OperationNotPermitted", message)
        return original(self)

    return deregister_image


def _is_protected(image: Any) -> bool:
    cooling = image.cooldown_until is not None and image.cooldown_until > datetime.datetime.now(datetime.UTC)
    return image.deregistration_protection != DISABLED or cooling
