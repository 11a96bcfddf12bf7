"""moto finds a trail by its ARN in some operations only; Terraform's provider always gives the ARN."""

from typing import TYPE_CHECKING, Any

from moto.cloudtrail.models import CloudTrailBackend

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    for name in ("start_logging", "stop_logging", "delete_trail"):
        setattr(CloudTrailBackend, name, _by_name(getattr(CloudTrailBackend, name)))


def _by_name(original: Any) -> Any:
    def operation(self: CloudTrailBackend, name: str) -> None:
        original(self, self.get_trail(name).trail_name)

    return operation
