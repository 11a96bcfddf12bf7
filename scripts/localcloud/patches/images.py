"""AMIs as EC2 shows them: an image is visible to the accounts it is shared with, may be disabled, and has launch
permissions for organizations and organizational units. moto shows an image to its owner only, and knows none of the
latter.
"""

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidAMIIdError, MalformedAMIIdError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.utils import generic_filter
from moto.organizations.models import organizations_backends

from .image_launches import told_to
from .pages import page
from .snapshots import as_seen_by, find_visible

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    modify = AmisResponse.modify_image_attribute
    EC2Backend.do_resources_exist = _also_shared(EC2Backend.do_resources_exist)  # type: ignore[method-assign]
    Ami.block_device_mappings = property(_block_device_mappings)  # type: ignore[assignment,misc]
    AmiBackend.describe_images = _describe_images  # type: ignore[method-assign]
    AmisResponse.describe_images = _answer_describe_images  # type: ignore[method-assign]
    AmisResponse.modify_image_attribute = _with_every_principal(modify)  # type: ignore[method-assign]
    describe = AmisResponse.describe_image_attribute
    AmisResponse.describe_image_attribute = _of_an_own_image(describe)  # type: ignore[method-assign]
    AmisResponse.reset_image_attribute = _reset_image_attribute  # type: ignore[method-assign]
    AmisResponse.disable_image = _disable_image  # type: ignore[attr-defined]
    AmisResponse.enable_image = _enable_image  # type: ignore[attr-defined]
    AmisResponse.enable_image_deprecation = _enable_image_deprecation  # type: ignore[attr-defined]
    AmisResponse.disable_image_deprecation = _disable_image_deprecation  # type: ignore[attr-defined]


def _block_device_mappings(self: Ami) -> list[dict[str, Any]]:
    """moto does not say whether the snapshot is encrypted."""
    snapshot = self.ebs_snapshot
    volume = {
        "SnapshotId": snapshot.id, "VolumeSize": 15, "DeleteOnTermination": False, "VolumeType": "standard",
        "Encrypted": snapshot.encrypted,
    }  # fmt: skip
    return [{"DeviceName": self.root_device_name, "Ebs": volume}]


def _is_shared_with(image: Ami, account: str) -> bool:
    """Whether a launch permission other than the public one reaches an account."""
    for permission in image.launch_permissions:
        if permission.get("UserId") == account:
            return True
        arn = permission.get("OrganizationArn") or permission.get("OrganizationalUnitArn")
        if arn and arn in _memberships(account):
            return True
    return False


def _memberships(account: str) -> set[str]:
    """The ARNs of the organization and of every organizational unit that an account belongs to."""
    for manager in list(organizations_backends.keys()):
        backend = organizations_backends[manager]["aws"]
        member = next((entry for entry in backend.accounts if entry.id == account), None)
        if backend.org is None or member is None:
            continue
        found, parent = {backend.org.arn}, member.parent_id
        while parent:
            unit = next((unit for unit in backend.ou if unit.id == parent), None)
            if unit is None:
                break
            found.add(unit.arn)
            parent = getattr(unit, "parent_id", None)
        return found
    return set()


def _is_visible(image: Ami, account: str) -> bool:
    if image.owner_id == account:
        return True
    return image.state == "available" and (image.is_public or _is_shared_with(image, account))


def _everywhere(region: str, identifiers: list[str] | None = None) -> dict[str, Ami]:
    """Every image of a region, or those of some identifiers, whoever owns it."""
    found: dict[str, Ami] = {}
    for account in list(ec2_backends.keys()):
        if region in ec2_backends[account]:
            images = ec2_backends[account][region].amis
            found |= {each: images[each] for each in identifiers if each in images} if identifiers else images
    return found


def _describe_images(
    self: AmiBackend, ami_ids: list[str] | None = None, filters: dict[str, Any] | None = None,
    exec_users: list[str] | None = None, owners: list[str] | None = None,
) -> list[Ami]:  # fmt: skip
    account, region = self.account_id, self.region_name  # type: ignore[attr-defined]
    candidates = _everywhere(region, ami_ids)
    if ami_ids:
        malformed = [identifier for identifier in ami_ids if not identifier.startswith("ami-")]
        if malformed:
            raise MalformedAMIIdError(malformed)
        missing = [
            identifier
            for identifier in ami_ids
            if not (identifier in candidates and _is_visible(candidates[identifier], account))
            and not _is_remembered(self, identifier)
        ]
        if missing:
            raise InvalidAMIIdError(missing)
        candidates = {identifier: candidates[identifier] for identifier in ami_ids if identifier in candidates}
    images = [image for image in candidates.values() if _is_visible(image, account)]
    if exec_users:
        users = {account if user == "self" else user for user in exec_users}
        images = [
            image
            for image in images
            if ("all" in users and image.is_public)
            or any(user != "all" and _is_shared_with(image, user) for user in users)
        ]
    if owners:
        wanted = {account if owner == "self" else owner for owner in owners}
        images = [image for image in images if image.owner_id in wanted or image.owner_alias in wanted]
    images = [image if image.owner_id == account else as_seen_by(self, image) for image in images]
    return generic_filter(filters, images) if filters else images


def _also_shared(original: Any) -> Any:
    """Whoever sees an image or a snapshot of another account may tag it, for itself."""

    def do_resources_exist(self: EC2Backend, identifiers: list[str]) -> bool:
        seen = set(find_visible(self.account_id, self.region_name))
        seen |= {image.id for image in _everywhere(self.region_name).values() if _is_visible(image, self.account_id)}
        return original(self, [identifier for identifier in identifiers if identifier not in seen])

    return do_resources_exist


def _is_remembered(backend: AmiBackend, identifier: str) -> bool:
    """A deregistered image gives an empty result, not an error, to its owner and to whoever still has instances of
    it."""
    if identifier in backend.deleted_amis:
        return True
    instances = backend.all_instances()  # type: ignore[attr-defined]
    return any(instance.image_id == identifier and instance.state != "terminated" for instance in instances)


def _answer_describe_images(self: AmisResponse) -> ActionResult:
    self.error_on_dryrun()
    images = self.ec2_backend.describe_images(
        ami_ids=self._get_param("ImageIds", []),
        filters=self._filters_from_querystring(),
        exec_users=self._get_param("ExecutableUsers", []),
        owners=self._get_param("Owners", []),
    )
    if str(self._get_param("IncludeDisabled", False)).lower() != "true":
        images = [image for image in images if image.state != "disabled"]
    items, token = page(self, images)
    items = [told_to(image, self.current_account) for image in items]
    return ActionResult({"Images": items, **({"NextToken": token} if token else {})})


def _own(self: AmisResponse) -> Ami:
    identifier = self._get_param("ImageId")
    self.error_on_dryrun()
    image = self.ec2_backend.amis.get(identifier)
    if image is None:
        raise InvalidAMIIdError([identifier])
    return image


def _of_an_own_image(original: Any) -> Any:
    """moto fails where there is no such image."""

    def describe_image_attribute(self: AmisResponse) -> ActionResult:
        _own(self)
        return original(self)

    return describe_image_attribute


def _with_every_principal(original: Any) -> Any:
    """moto takes only the first group, organization and unit of the request's flat form."""

    def modify_image_attribute(self: AmisResponse) -> ActionResult:
        image = _own(self)
        result = original(self)
        operation = self._get_param("OperationType")
        given = [{"OrganizationArn": arn} for arn in self._get_param("OrganizationArns", [])]
        given += [{"OrganizationalUnitArn": arn} for arn in self._get_param("OrganizationalUnitArns", [])]
        for permission in given:
            if operation == "add" and permission not in image.launch_permissions:
                image.launch_permissions.append(permission)
            elif operation == "remove" and permission in image.launch_permissions:
                image.launch_permissions.remove(permission)
        return result

    return modify_image_attribute


def _reset_image_attribute(self: AmisResponse) -> ActionResult:
    image = _own(self)
    image.launch_permissions = []
    return ActionResult({"Return": True})


def _disable_image(self: AmisResponse) -> ActionResult:
    image = _own(self)
    image.state = "disabled"
    # A disabled image is private: whom it was shared with is forgotten.
    image.launch_permissions = []
    return ActionResult({"Return": True})


def _enable_image(self: AmisResponse) -> ActionResult:
    _own(self).state = "available"
    return ActionResult({"Return": True})


def _enable_image_deprecation(self: AmisResponse) -> ActionResult:
    _own(self).deprecation_time = self._get_param("DeprecateAt")  # type: ignore[attr-defined]
    return ActionResult({"Return": True})


def _disable_image_deprecation(self: AmisResponse) -> ActionResult:
    _own(self).deprecation_time = None  # type: ignore[attr-defined]
    return ActionResult({"Return": True})
