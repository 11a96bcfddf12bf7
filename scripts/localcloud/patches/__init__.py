"""What moto does differently from AWS, put right. Each module says what it changes and why."""

from typing import TYPE_CHECKING

from . import email_identities, events, images, lambda_functions, launch_templates, queues, roles, trails

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    for patch in (email_identities, events, images, lambda_functions, launch_templates, queues, roles, trails):
        patch.install(cloud)
