"""moto keeps the tags of an SES identity under an ARN that is not the identity's, so that Terraform misses them at every plan."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.sesv2.models import SESV2Backend

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    for name in ("tag_resource", "untag_resource", "list_tags_for_resource"):
        setattr(SESV2Backend, name, _with_motos_arn(getattr(SESV2Backend, name)))


def _with_motos_arn(operation: Callable[..., Any]) -> Callable[..., Any]:
    def replaced(self: SESV2Backend, resource_arn: str, **members: Any) -> Any:
        return operation(self, resource_arn=resource_arn.replace(":identity/", ":email-identity/"), **members)

    return replaced
