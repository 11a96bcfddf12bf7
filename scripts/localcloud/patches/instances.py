"""Pages of instances. moto's pages count reservations, so that one call that launched a thousand instances is one item; EC2's
count instances."""

import copy
from typing import TYPE_CHECKING

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidParameterCombination
from moto.ec2.models.instances import Instance
from moto.ec2.responses.instances import InstanceResponse

from .pages import page

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    InstanceResponse.describe_instances = _describe_instances  # type: ignore[method-assign]


def _describe_instances(self: InstanceResponse) -> ActionResult:
    """A reservation whose instances are on two pages is on both, with its part of them."""
    self.error_on_dryrun()
    filters = self._filters_from_querystring()
    identifiers = self._get_param("InstanceIds", [])
    if identifiers and self._get_param("MaxResults"):
        raise InvalidParameterCombination(
            "The parameter instancesSet cannot be used with the parameter maxResults"
        )
    if identifiers:
        reservations = self.ec2_backend.get_reservations_by_instance_ids(identifiers, filters=filters)
    else:
        reservations = self.ec2_backend.describe_instances(filters=filters)
    of_instance = {
        instance.id: (reservation, instance) for reservation in reservations for instance in reservation.instances
    }
    chosen, token = page(self, list(of_instance.values()))
    parts: dict[str, list[Instance]] = {}
    for reservation, instance in chosen:
        parts.setdefault(reservation.id, []).append(instance)
    shown = []
    for reservation in reservations:
        if reservation.id in parts:
            part = copy.copy(reservation)
            part.instances = parts[reservation.id]
            shown.append(part)
    return ActionResult({"Reservations": shown, **({"NextToken": token} if token else {})})
