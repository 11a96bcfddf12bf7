"""Permissions of Organizations: listing what is below a unit or root is allowed on that unit or root."""

from moto.organizations.models import organizations_backends

from ..operations import Operation
from ..policies import Need


def needs(operation: Operation, account: str) -> list[Need] | None:
    parent = operation.parameters.get("ParentId", "")
    organization = organizations_backends[account]["aws"].org
    if not parent or organization is None:
        return None
    kind = "root" if parent.startswith("r-") else "ou"
    return [
        Need(
            operation.action,
            f"arn:aws:organizations::{organization.master_account_id}:{kind}/{organization.id}/{parent}",
        )
    ]
