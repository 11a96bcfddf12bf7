"""What moto does differently from AWS, put right. Each module says what it changes and why."""

from typing import TYPE_CHECKING

from . import (
    answers,
    email_identities,
    events,
    fleets,
    grants,
    image_launches,
    image_parameters,
    image_protection,
    image_references,
    image_usage_reports,
    images,
    instances,
    instances_tracked,
    lambda_functions,
    launch_templates,
    managed_keys,
    managed_policies,
    queues,
    roles,
    snapshots,
    tables,
    trails,
    transactions,
)

if TYPE_CHECKING:
    from ..cloud import Cloud

_PATCHES = (
    answers,
    email_identities,
    events,
    fleets,
    grants,
    image_launches,
    image_parameters,
    image_protection,
    image_references,
    image_usage_reports,
    images,
    instances,
    instances_tracked,
    lambda_functions,
    launch_templates,
    managed_keys,
    managed_policies,
    queues,
    roles,
    snapshots,
    tables,
    trails,
    transactions,
)


def install(cloud: "Cloud") -> None:
    for patch in _PATCHES:
        patch.install(cloud)
