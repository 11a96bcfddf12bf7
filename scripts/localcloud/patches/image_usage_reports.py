"""Image usage reports, which moto does not know: counts of instances and launch templates of all accounts that use an image.

A report is pending at first; what it tells is what was there when it was asked for.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html
"""

import datetime
import fnmatch
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.responses.amis import AmisResponse

from . import image_usage
from .pages import page

if TYPE_CHECKING:
    from ..cloud import Cloud

_DEFAULT_DEPTH = 20
_KEPT = datetime.timedelta(days=30)


@dataclass
class Report:
    identifier: str
    image: str
    account: str
    region: str
    resource_types: list[dict[str, Any]]
    accounts: list[str]
    tags: list[dict[str, str]]
    created: datetime.datetime
    counts: list[tuple[str, str, int]]
    """Account, resource type, how many."""


class Reports:
    """Every report there is. `pending_seconds`: how long one is pending."""

    def __init__(self) -> None:
        self.pending_seconds = 0.3
        self.all: dict[str, Report] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    def of(self, account: str, region: str) -> list[Report]:
        return [report for report in self.all.values() if (report.account, report.region) == (account, region)]

    def state(self, report: Report) -> str:
        age = datetime.datetime.now(datetime.UTC) - report.created
        return "pending" if age.total_seconds() < self.pending_seconds else "available"

    # MARK: Operations

    def create(self, self_: AmisResponse) -> ActionResult:
        self_.error_on_dryrun()
        account, region = self_.current_account, self_.region
        image = self_._get_param("ImageId")
        if image not in self_.ec2_backend.amis:
            raise InvalidAMIIdError([image])
        token = (account, self_._get_param("ClientToken") or "")
        if token[1] and token in self._tokens:
            return ActionResult({"ReportId": self._tokens[token]})
        types = self_._get_param("ResourceTypes", [])
        known = (image_usage.INSTANCE, image_usage.LAUNCH_TEMPLATE)
        if not types or any(each.get("ResourceType") not in known for each in types):
            raise EC2ClientError("InvalidParameterValue", "ResourceType must be ec2:Instance or ec2:LaunchTemplate")
        accounts = self_._get_param("AccountIds", [])
        if len(accounts) > 200:
            raise EC2ClientError("InvalidParameterValue", "A report takes at most 200 accounts")
        specifications = self_._get_param("TagSpecifications", [])
        if any(each.get("ResourceType") != "image-usage-report" for each in specifications):
            raise EC2ClientError("InvalidParameterValue", "The tags of a report are for an image-usage-report")
        tags = [tag for given in specifications for tag in given.get("Tags", [])]
        report = Report(
            f"amiur-{uuid.uuid4().hex[:17]}", image, account, region, types, accounts, tags,
            datetime.datetime.now(datetime.UTC), _counts(image, region, types, accounts),
        )  # fmt: skip
        self.all[report.identifier] = report
        if token[1]:
            self._tokens[token] = report.identifier
        return ActionResult({"ReportId": report.identifier})

    def describe(self, self_: AmisResponse) -> ActionResult:
        filters = {
            "creation-time": lambda report: _instant(report.created),
            "state": self.state,
        }
        items, token = page(self_, self._chosen(self_, filters))
        shown = [
            {
                "ImageId": report.image, "ReportId": report.identifier, "ResourceTypes": report.resource_types,
                "AccountIds": report.accounts, "State": self.state(report), "CreationTime": report.created,
                "ExpirationTime": report.created + _KEPT, "Tags": report.tags,
            }
            for report in items
        ]  # fmt: skip
        return ActionResult({"ImageUsageReports": shown, **({"NextToken": token} if token else {})})

    def entries(self, self_: AmisResponse) -> ActionResult:
        """Of a report that is pending there are none yet."""
        reports = [report for report in self._chosen(self_, {}, {"account-id", "resource-type", "creation-time"})]
        wanted = self_._filters_from_querystring()
        found = [
            {
                "ImageId": report.image, "ReportId": report.identifier, "ResourceType": resource_type,
                "AccountId": account, "UsageCount": count, "ReportCreationTime": report.created,
            }
            for report in reports
            if self.state(report) == "available"
            for account, resource_type, count in report.counts
            if account in wanted.get("account-id", [account])
            and resource_type in wanted.get("resource-type", [resource_type])
            and _fits(_instant(report.created), wanted.get("creation-time"))
        ]  # fmt: skip
        items, token = page(self_, found)
        return ActionResult({"ImageUsageReportEntries": items, **({"NextToken": token} if token else {})})

    def delete(self, self_: AmisResponse) -> ActionResult:
        self_.error_on_dryrun()
        identifier = self_._get_param("ReportId")
        if identifier not in {report.identifier for report in self.of(self_.current_account, self_.region)}:
            raise _not_found(identifier)
        del self.all[identifier]
        return ActionResult({"Return": True})

    def _chosen(self, self_: AmisResponse, filters: dict[str, Any], others: set[str] = set()) -> list[Report]:
        self_.error_on_dryrun()
        own = {report.identifier: report for report in self.of(self_.current_account, self_.region)}
        identifiers, images = self_._get_param("ReportIds", []), self_._get_param("ImageIds", [])
        for identifier in identifiers:
            if identifier not in own:
                raise _not_found(identifier)
        reports = [own[identifier] for identifier in identifiers] or list(own.values())
        if images:
            reports = [report for report in reports if report.image in images]
        for name, values in self_._filters_from_querystring().items():
            if name in filters:
                reports = [report for report in reports if _fits(filters[name](report), values)]
            elif name.startswith("tag:"):
                reports = [report for report in reports if any(t["Key"] == name[4:] and t["Value"] in values for t in report.tags)]
            elif name not in others:
                raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
        return reports


def install(cloud: "Cloud") -> None:
    reports = Reports()
    cloud.image_usage_reports = reports
    AmisResponse.create_image_usage_report = lambda self: reports.create(self)  # type: ignore[attr-defined]
    AmisResponse.describe_image_usage_reports = lambda self: reports.describe(self)  # type: ignore[attr-defined]
    AmisResponse.describe_image_usage_report_entries = lambda self: reports.entries(self)  # type: ignore[attr-defined]
    AmisResponse.delete_image_usage_report = lambda self: reports.delete(self)  # type: ignore[attr-defined]


def _counts(image: str, region: str, types: list[dict[str, Any]], only: list[str]) -> list[tuple[str, str, int]]:
    found = []
    for account in image_usage.accounts(region):
        if only and account not in only:
            continue
        for given in types:
            if given["ResourceType"] == image_usage.INSTANCE:
                count = len(image_usage.instances(account, region, image))
            else:
                depth = int((image_usage.option(given, "version-depth") or [_DEFAULT_DEPTH])[0])
                count = len(image_usage.templates(account, region, image, depth))
            if count:
                found.append((account, given["ResourceType"], count))
    return found


def _instant(time: datetime.datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fits(value: str, patterns: list[str] | None) -> bool:
    return patterns is None or any(fnmatch.fnmatchcase(value, pattern) for pattern in patterns)


def _not_found(identifier: str) -> EC2ClientError:
    return EC2ClientError("InvalidImageUsageReportId.NotFound", f"The image usage report ID '{identifier}' does not exist")
