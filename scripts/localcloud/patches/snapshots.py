"""Snapshots as EC2 shows them: visible to the accounts that may make volumes of them. moto shows them to their owner only, and
takes permissions in one of the request's two forms."""

import copy
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import InvalidSnapshotIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_block_store import EBSBackend, Snapshot
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.ec2.utils import generic_filter

from .pages import page

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    EBSBackend.describe_snapshots = _describe_snapshots  # type: ignore[method-assign]
    ElasticBlockStore.describe_snapshots = _answer_describe_snapshots  # type: ignore[method-assign]
    ElasticBlockStore.modify_snapshot_attribute = _modify_snapshot_attribute  # type: ignore[method-assign]


def find_visible(account: str, region: str) -> dict[str, Snapshot]:
    """A region's snapshots that an account may see: its own and those shared with it, each with the account's own tags."""
    viewer = ec2_backends[account][region]
    found = dict(viewer.snapshots)
    for owner in list(ec2_backends.keys()):
        if owner == account or region not in ec2_backends[owner]:
            continue
        for identifier, snapshot in list(ec2_backends[owner][region].snapshots.items()):
            if account in snapshot.create_volume_permission_userids or "all" in snapshot.create_volume_permission_groups:
                found[identifier] = as_seen_by(viewer, snapshot)
    return found


def as_seen_by(viewer: Any, resource: Any) -> Any:
    """Another account's image or snapshot with the tags that the viewing account gave it: tags are never shared."""
    seen = copy.copy(resource)
    seen.ec2_backend = viewer
    return seen


def _describe_snapshots(self: EBSBackend, snapshot_ids: list[str] | None = None, filters: Any = None) -> list[Snapshot]:
    visible = find_visible(self.account_id, self.region_name)  # type: ignore[attr-defined]
    if any(identifier not in visible for identifier in snapshot_ids or []):
        raise InvalidSnapshotIdError()
    found = [visible[identifier] for identifier in snapshot_ids] if snapshot_ids else list(visible.values())
    return generic_filter(filters, found) if filters else found


def _answer_describe_snapshots(self: ElasticBlockStore) -> ActionResult:
    self.error_on_dryrun()
    found = self.ec2_backend.describe_snapshots(
        snapshot_ids=self._get_param("SnapshotIds", []), filters=self._filters_from_querystring()
    )
    owners = {self.current_account if owner == "self" else owner for owner in self._get_param("OwnerIds", [])}
    items, token = page(self, [snapshot for snapshot in found if not owners or snapshot.owner_id in owners])
    return ActionResult({"Snapshots": items, **({"NextToken": token} if token else {})})


def _modify_snapshot_attribute(self: ElasticBlockStore) -> EmptyResult:
    self.error_on_dryrun()
    identifier, operation = self._get_param("SnapshotId"), self._get_param("OperationType")
    if identifier not in self.ec2_backend.snapshots:
        raise InvalidSnapshotIdError()
    changes = self._get_param("CreateVolumePermission", {})
    given = {name: list(changes.get(member, [])) for name, member in (("add", "Add"), ("remove", "Remove"))}
    if operation:
        given[operation] += [{"UserId": user} for user in self._get_param("UserIds", [])]
        given[operation] += [{"Group": group} for group in self._get_param("GroupNames", [])]
    for name, change in (
        ("add", self.ec2_backend.add_create_volume_permission), ("remove", self.ec2_backend.remove_create_volume_permission),
    ):  # fmt: skip
        users = [each["UserId"] for each in given[name] if each.get("UserId")]
        groups = [each["Group"] for each in given[name] if each.get("Group")]
        if users or groups:
            change(identifier, user_ids=users, groups=groups)
    return EmptyResult()
