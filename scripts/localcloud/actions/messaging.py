"""Permissions of SES, SNS, SQS, STS, Lambda, EventBridge and CloudWatch Logs."""

import email.utils

from moto.ses.models import ses_backends

from ..operations import Operation
from ..policies import Need
from . import kms


def ses_needs(operation: Operation, account: str) -> list[Need] | None:
    """Sending needs the permission on the sender's identity; SES takes the address's own, or that of its domain."""
    if operation.name not in ("SendEmail", "SendRawEmail", "SendBulkEmail"):
        return None
    parameters = operation.parameters
    sender = parameters.get("FromEmailAddress") or parameters.get("Source") or ""
    name, address = email.utils.parseaddr(sender)
    context: dict[str, list[str]] = {
        "ses:FromAddress": [address],
        "ses:ApiVersion": ["2" if operation.protocol == "rest-json" else "1"],
    }
    if name:
        context["ses:FromDisplayName"] = [name]
    destination = parameters.get("Destination", {})
    recipients = [
        address for key in ("ToAddresses", "CcAddresses", "BccAddresses") for address in destination.get(key, [])
    ]
    if recipients:
        context["ses:Recipients"] = recipients
    if parameters.get("FeedbackForwardingEmailAddress"):
        context["ses:FeedbackAddress"] = [parameters["FeedbackForwardingEmailAddress"]]
    prefix = f"arn:aws:ses:{operation.region}:{account}"
    # The v2 API asks for SendRawEmail's permission where the message is raw.
    action = "ses:SendRawEmail" if "Raw" in parameters.get("Content", {}) else operation.action
    found = [
        Need(
            action,
            parameters.get("FromEmailAddressIdentityArn")
            or f"{prefix}:identity/{_identity(address, account, operation.region)}",
            context,
        )
    ]
    if parameters.get("ConfigurationSetName"):
        found.append(Need(action, f"{prefix}:configuration-set/{parameters['ConfigurationSetName']}", context))
    return found


def _identity(address: str, account: str, region: str) -> str:
    domain = address.rpartition("@")[2]
    backend = ses_backends[account][region]
    if address not in backend.email_identities and domain in backend.email_identities:
        return domain
    return address


def sns_needs(operation: Operation, account: str) -> list[Need] | None:
    arn = operation.parameters.get("TopicArn") or operation.parameters.get("TargetArn")
    if not arn:
        return None
    published = operation.action == "sns:Publish"
    return [Need(operation.action, arn), *(kms.of_topic(arn) if published else [])]


def sqs_needs(operation: Operation, account: str) -> list[Need] | None:
    url = operation.parameters.get("QueueUrl")
    if not url:
        return None
    owner, name = url.rstrip("/").split("/")[-2:]
    return [Need(operation.action, f"arn:aws:sqs:{operation.region}:{owner}:{name}")]


def sts_needs(operation: Operation, account: str) -> list[Need] | None:
    if operation.name == "GetCallerIdentity":
        return []  # anybody may ask who they are
    if operation.name != "AssumeRole":
        return None
    parameters = operation.parameters
    context = {"sts:RoleSessionName": [parameters.get("RoleSessionName", "")]}
    if parameters.get("ExternalId"):
        context["sts:ExternalId"] = [parameters["ExternalId"]]
    return [Need("sts:AssumeRole", parameters.get("RoleArn", ""), context)]


def lambda_needs(operation: Operation, account: str) -> list[Need] | None:
    name = operation.parameters.get("FunctionName")
    if not name:
        return None
    arn = name if name.startswith("arn:") else f"arn:aws:lambda:{operation.region}:{account}:function:{name}"
    return [Need(operation.action, arn)]


def events_needs(operation: Operation, account: str) -> list[Need] | None:
    if operation.name != "PutEvents":
        return None
    prefix = f"arn:aws:events:{operation.region}:{account}:event-bus/"
    buses = sorted({entry.get("EventBusName") or "default" for entry in operation.parameters.get("Entries", [])})
    return [Need(operation.action, bus if bus.startswith("arn:") else prefix + bus) for bus in buses]


def logs_needs(operation: Operation, account: str) -> list[Need] | None:
    group = operation.parameters.get("logGroupName")
    if not group:
        return None
    stream = operation.parameters.get("logStreamName")
    suffix = f":log-stream:{stream}" if stream else ":*"
    return [Need(operation.action, f"arn:aws:logs:{operation.region}:{account}:log-group:{group}{suffix}")]
