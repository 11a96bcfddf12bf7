"""EC2 fleets and spot fleet requests as EC2 lists them. moto shows them all on one page, knows no fleet that is not there, and
forgets which launch templates a spot fleet request names."""

import uuid
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import spot_requests
from moto.ec2.models.fleets import Fleet
from moto.ec2.models.spot_requests import SpotFleetRequest, SpotRequestBackend
from moto.ec2.responses.fleets import Fleets
from moto.ec2.responses.spot_fleets import SpotFleets

from .pages import page

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    Fleets.describe_fleets = _describe_fleets  # type: ignore[method-assign]
    SpotFleets.describe_spot_fleet_requests = _describe_spot_fleet_requests  # type: ignore[method-assign]
    # EC2's identifiers of requests are longer than moto's.
    spot_requests.random_spot_fleet_request_id = lambda: f"sfr-{uuid.uuid4()}"
    SpotRequestBackend.cancel_spot_fleet_requests = _remembering_the_cancelled(SpotRequestBackend.cancel_spot_fleet_requests)  # type: ignore[method-assign]
    SpotFleets.request_spot_fleet = _remembering_the_request(SpotFleets.request_spot_fleet)  # type: ignore[method-assign]


def _describe_fleets(self: Fleets) -> ActionResult:
    self.error_on_dryrun()
    identifiers = self._get_param("FleetIds", [])
    found: dict[str, Fleet] = self.ec2_backend.fleets
    for identifier in identifiers:
        if identifier not in found:
            raise EC2ClientError("InvalidFleetId.NotFound", f"The fleet ID '{identifier}' does not exist")
    # An instant fleet is shown only to who names it.
    fleets = [found[each] for each in identifiers] or [each for each in found.values() if each.type != "instant"]
    for name, wanted in self._filters_from_querystring().items():
        value = {"fleet-state": "state", "type": "type"}.get(name)
        if value is None:
            raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
        fleets = [fleet for fleet in fleets if _spelled(getattr(fleet, value)) in wanted]
    items, token = page(self, fleets)
    return ActionResult({"Fleets": items, **({"NextToken": token} if token else {})})


def _spelled(state: str) -> str:
    return state.replace("_", "-")


def _remembering_the_request(original: Any) -> Any:
    def request_spot_fleet(self: SpotFleets) -> ActionResult:
        result = original(self)
        request = self.ec2_backend.spot_fleet_requests[result.result["SpotFleetRequestId"]]
        config = self._get_param("SpotFleetRequestConfig", {})
        request.given = {
            name: config[name] for name in ("LaunchSpecifications", "LaunchTemplateConfigs") if config.get(name)
        }
        return result

    return request_spot_fleet


def _remembering_the_cancelled(original: Any) -> Any:
    """EC2 shows a cancelled request for two days; moto forgets it."""

    def cancel_spot_fleet_requests(self: SpotRequestBackend, identifiers: list[str], terminate: bool) -> list[SpotFleetRequest]:
        cancelled = original(self, identifiers, terminate)
        for request in cancelled:
            request.state = "cancelled_terminating" if terminate else "cancelled_running"
            self.spot_fleet_requests[request.id] = request
        return cancelled

    return cancel_spot_fleet_requests


def _describe_spot_fleet_requests(self: SpotFleets) -> ActionResult:
    self.error_on_dryrun()
    identifiers = self._get_param("SpotFleetRequestIds", [])
    found: dict[str, SpotFleetRequest] = self.ec2_backend.spot_fleet_requests
    for identifier in identifiers:
        if identifier not in found:
            message = f"The spot fleet request ID '{identifier}' does not exist"
            raise EC2ClientError("InvalidSpotFleetRequestId.NotFound", message)
    items, token = page(self, [found[each] for each in identifiers] or list(found.values()))
    configs = [
        {
            "SpotFleetRequestId": request.id,
            "SpotFleetRequestState": request.state,
            "SpotFleetRequestConfig": {
                **{name: value for name, value in request.spot_fleet_request_config.items() if name != "LaunchSpecifications"},
                **request.given,  # type: ignore[attr-defined]
            },
            "Tags": request.tag_set,
        }
        for request in items
    ]
    return ActionResult({"SpotFleetRequestConfigs": configs, **({"NextToken": token} if token else {})})
