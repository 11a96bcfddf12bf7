"""moto cannot delete versions of launch templates, ignores the source of a new version, and cuts lists short without
a token."""

import copy
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidLaunchTemplateIdNotFound, InvalidLaunchTemplateVersionNotFound
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates

from .pages import page

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    LaunchTemplate.create_version = _create_version  # type: ignore[method-assign]
    LaunchTemplate.get_version = _get_version  # type: ignore[method-assign]
    LaunchTemplate.default_version = lambda self: _get_version(self, self.default_version_number)  # type: ignore[method-assign]
    LaunchTemplateBackend.describe_launch_template_versions = _describe_versions  # type: ignore[method-assign]
    LaunchTemplates.delete_launch_template_versions = _delete_launch_template_versions  # type: ignore[attr-defined]
    LaunchTemplates.create_launch_template_version = _inheriting(LaunchTemplates.create_launch_template_version)  # type: ignore[method-assign]
    LaunchTemplates.describe_launch_templates = _describe_launch_templates  # type: ignore[method-assign]
    LaunchTemplates.describe_launch_template_versions = _paged(LaunchTemplates.describe_launch_template_versions)  # type: ignore[method-assign]


def _create_version(self: LaunchTemplate, data: dict[str, Any], description: str) -> LaunchTemplateVersion:
    # Numbers are never given twice, also after the latest version was deleted.
    number = getattr(self, "last_number", 0) + 1
    self.last_number = number  # type: ignore[attr-defined]
    version = LaunchTemplateVersion(self, number, data, description)
    self.versions.append(version)
    return version


def _get_version(self: LaunchTemplate, num: Any) -> LaunchTemplateVersion:
    if str(num).lower() == "$latest":
        return self.versions[-1]
    wanted = self.default_version_number if str(num).lower() == "$default" else num
    for version in self.versions:
        if str(version.number) == str(wanted):
            return version
    raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=num)


def _template(self: LaunchTemplates) -> LaunchTemplate:
    name, identifier = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId")
    if identifier:
        return self.ec2_backend.get_launch_template(identifier)
    return self.ec2_backend.get_launch_template_by_name(name)


def _inheriting(original: Any) -> Any:
    """A version made from a source version has that version's data, overridden by what the request gives."""

    def create_launch_template_version(self: LaunchTemplates) -> ActionResult:
        source = self._get_param("SourceVersion")
        result = original(self)
        if source:
            template = _template(self)
            version = template.versions[-1]
            inherited = copy.deepcopy(_get_version(template, source).data)
            version.data = {**inherited, **version.data}
            result = ActionResult(
                {
                    "LaunchTemplateVersion": {
                        **_body(result)["LaunchTemplateVersion"],
                        "LaunchTemplateData": version.data,
                    }
                }
            )
        return result

    return create_launch_template_version


def _describe_versions(
    self: LaunchTemplateBackend, template_name: str, template_id: str, versions: list[str],
    min_version: int, max_version: int, max_results: int,
) -> list[tuple[LaunchTemplate, LaunchTemplateVersion]]:  # fmt: skip
    if template_name or template_id:
        found = (
            self.get_launch_template(template_id) if template_id else self.get_launch_template_by_name(template_name)
        )
        templates = [found]
    else:
        templates = list(self.launch_templates.values())
    if versions:
        return [(template, _get_version(template, number)) for template in templates for number in versions]
    return [
        (template, version)
        for template in templates
        for version in template.versions
        if (not min_version or version.number >= int(min_version))
        and (not max_version or version.number <= int(max_version))
    ]


def _describe_launch_templates(self: LaunchTemplates) -> ActionResult:
    """By page; a template that is named and not there is an error, which moto passes over."""
    self.error_on_dryrun()
    names, identifiers = self._get_param("LaunchTemplateNames", []), self._get_param("LaunchTemplateIds", [])
    for identifier in identifiers:
        if identifier not in self.ec2_backend.launch_templates:
            raise InvalidLaunchTemplateIdNotFound(identifier)
    templates = self.ec2_backend.describe_launch_templates(names, identifiers, self._filters_from_querystring())
    chosen, token = page(self, templates, default=200)
    items = [
        {
            "LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "Tags": template.tags,
            "CreateTime": template.create_time, "CreatedBy": f"arn:aws:iam::{self.current_account}:root",
            "DefaultVersionNumber": template.default_version_number,
            "LatestVersionNumber": template.versions[-1].number,
        }
        for template in chosen
    ]  # fmt: skip
    return ActionResult({"LaunchTemplates": items, **({"NextToken": token} if token else {})})


def _filtered(version: dict[str, Any], name: str) -> str | None:
    """What a filter of versions looks at."""
    if name == "is-default-version":
        return str(version["DefaultVersion"]).lower()
    member = {"image-id": "ImageId", "instance-type": "InstanceType", "kernel-id": "KernelId"}.get(name)
    if member is None:
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return version["LaunchTemplateData"].get(member)


def _paged(original: Any) -> Any:
    def describe_launch_template_versions(self: LaunchTemplates) -> ActionResult:
        found = _body(original(self))["LaunchTemplateVersions"]
        for name, values in self._filters_from_querystring().items():
            found = [version for version in found if _filtered(version, name) in values]
        items, token = page(self, found, default=200)
        return ActionResult({"LaunchTemplateVersions": items, **({"NextToken": token} if token else {})})

    return describe_launch_template_versions


def _delete_launch_template_versions(self: LaunchTemplates) -> ActionResult:
    template = _template(self)
    self.error_on_dryrun()
    deleted, failed = [], []
    for number in self._get_param("Versions", []):
        about = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name, "VersionNumber": int(number)}
        version = next((candidate for candidate in template.versions if str(candidate.number) == str(number)), None)
        if version is None:
            failed.append(
                {
                    **about,
                    "ResponseError": {
                        "Code": "launchTemplateVersionDoesNotExist",
                        "Message": "The version does not exist.",
                    },
                }
            )
        elif version.number == template.default_version_number:
            failed.append(
                {
                    **about,
                    "ResponseError": {"Code": "unexpectedError", "Message": "The default version cannot be deleted."},
                }
            )
        else:
            template.versions.remove(version)
            deleted.append(about)
    return ActionResult(
        {
            "SuccessfullyDeletedLaunchTemplateVersions": deleted,
            "UnsuccessfullyDeletedLaunchTemplateVersions": failed,
        }
    )


def _body(result: ActionResult) -> dict[str, Any]:
    return result.result  # type: ignore[no-any-return]
