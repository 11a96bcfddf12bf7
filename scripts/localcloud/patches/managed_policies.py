"""AWS's own managed policies are the same for every account: moto reads more than a thousand of them from their text for each
account that is asked about, and keeps them all."""

import functools
from typing import TYPE_CHECKING

from moto.iam.models import IAMBackend, ManagedPolicy

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    if IAMBackend._init_aws_policies is not _of_account:
        IAMBackend._init_aws_policies = _of_account  # type: ignore[method-assign]


_read = IAMBackend._init_aws_policies


@functools.cache
def _of_partition(region: str) -> list[ManagedPolicy]:
    """As some account has them. A cache of lists that nobody changes."""
    return _read(_Anyone(region))  # type: ignore[arg-type]


class _Anyone:
    account_id = "aws"

    def __init__(self, region_name: str):
        self.region_name = region_name


def _of_account(self: IAMBackend) -> list[ManagedPolicy]:
    """Each account's own, for it counts what they are attached to; the documents are everybody's."""
    policies = []
    for original in _of_partition(self.region_name):
        policy = object.__new__(type(original))
        policy.__dict__.update(original.__dict__, account_id=self.account_id, tags={}, versions=list(original.versions))
        policies.append(policy)
    return policies
