"""moto fails a whole PutEvents when a rule has a Lambda or SNS target, leaves `account` out, and matches arrays of
objects wrongly.

Matching and delivery are those of `localcloud.events`.
"""

import datetime
from typing import TYPE_CHECKING, Any

from moto.events.models import Rule

from .. import patterns

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    def send_to_targets(self: Rule, original_event: dict[str, Any], transform_input: bool = True) -> None:
        pattern = self.event_pattern.get_pattern()
        event = {**original_event, "account": self.account_id}
        event.pop("ingestion-time", None)
        if isinstance(event.get("time"), (int, float)):
            moment = datetime.datetime.fromtimestamp(event["time"], datetime.UTC)
            event["time"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.state == "ENABLED" and pattern and patterns.matches(pattern, event):
            cloud.events.deliver(self, event)

    Rule.send_to_targets = send_to_targets  # type: ignore[method-assign]
