"""Decides whether a principal may do what a request asks, from the policies that were deployed to moto."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import ManagedPolicy
from moto.kms.models import kms_backends
from moto.organizations.models import organizations_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from .conditions import PolicyError
from .identities import Principal, find_role, iam
from .policies import Caller, Effect, Need, ResourceEffect, identity_effect, resource_effect
from .services import imagebuilder_images


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    reason: str = ""


@dataclass(frozen=True)
class Circumstances:
    """What condition keys say about the request as a whole."""

    region: str
    user_agent: str = ""
    extra: Mapping[str, list[str]] = field(default_factory=dict)


ALLOWED = Verdict(True)


def decide(principal: Principal, needs: list[Need], circumstances: Circumstances) -> tuple[Verdict, Need | None]:
    """The verdict on a request; with the need that was refused."""
    if principal.is_administrator:
        return ALLOWED, None
    for need in needs:
        try:
            verdict = _decide(principal, need, _context(principal, need, circumstances))
        except PolicyError as error:
            verdict = Verdict(False, f"a policy could not be evaluated: {error}")
        if not verdict.allowed:
            return verdict, need
    return ALLOWED, None


def service_may(service: str, need: Need, source_arn: str, source_account: str) -> Verdict:
    """Whether a resource's own policy lets an AWS service (`events.amazonaws.com`) act on it for `source_arn`."""
    document = resource_policy(need.resource)
    if document is None:
        return Verdict(False, "the resource has no policy")
    context = {
        **_times(),
        "aws:SourceArn": [source_arn],
        "aws:SourceAccount": [source_account],
        "aws:SecureTransport": ["true"],
    }
    effect = resource_effect(document, need, context, Caller(service=service)).effect
    return ALLOWED if effect is Effect.ALLOW else Verdict(False, "the resource's policy does not allow it")


def _decide(principal: Principal, need: Need, context: Mapping[str, list[str]]) -> Verdict:
    denied = f"is not authorized to perform: {need.action} on resource: {need.resource}"
    documents = identity_documents(principal)
    by_identity = identity_effect(documents, need, context)
    by_resource = _resource_effect(principal, need, context)
    if by_identity is Effect.DENY:
        return Verdict(False, f"{denied} with an explicit deny in an identity-based policy")
    if by_resource.effect is Effect.DENY:
        return Verdict(False, f"{denied} with an explicit deny in a resource-based policy")
    for kind, limit in (("session policy", principal.session_policy), ("permissions boundary", _boundary(principal))):
        if limit is not None and identity_effect([limit], need, context) is not Effect.ALLOW:
            return Verdict(False, f"{denied} because no {kind} allows the {need.action} action")
    owner = _account_of(need.resource)
    # A role's trust policy and a key's policy have the last word on them, whoever asks.
    keyed = ":kms:" in need.resource and resource_policy(need.resource) is not None
    governed = need.action.startswith("sts:AssumeRole") or keyed
    allowed_by_resource = by_resource.effect is Effect.ALLOW
    if owner and owner != principal.account:
        if by_identity is not Effect.ALLOW:
            return Verdict(False, f"{denied} because no identity-based policy allows the {need.action} action")
        if not allowed_by_resource:
            return Verdict(False, f"{denied} because no resource-based policy allows the {need.action} action")
        return ALLOWED
    if governed:
        if not allowed_by_resource:
            return Verdict(False, f"{denied} because no resource-based policy allows the {need.action} action")
        if by_resource.names_caller or by_identity is Effect.ALLOW:
            return ALLOWED
    elif by_identity is Effect.ALLOW or (allowed_by_resource and by_resource.names_caller):
        return ALLOWED
    return Verdict(False, f"{denied} because no identity-based policy allows the {need.action} action")


def _resource_effect(principal: Principal, need: Need, context: Mapping[str, list[str]]) -> ResourceEffect:
    document = resource_policy(need.resource)
    if document is None:
        return ResourceEffect(Effect.NONE, False)
    caller = Caller(principal.account, principal.arn, principal.session_arn)
    return resource_effect(document, need, context, caller)


def identity_documents(principal: Principal) -> list[str]:
    holder = find_role(principal.arn) or next(
        (user for user in list(iam(principal.account).users.values()) if user.arn == principal.arn), None
    )
    if holder is None:
        return []
    return list(holder.policies.values()) + [_document(policy) for policy in holder.managed_policies.values()]


def _boundary(principal: Principal) -> str | None:
    role = find_role(principal.arn)
    arn = role.permissions_boundary_arn if role else None
    if not arn:
        return None
    policy = iam(principal.account).managed_policies.get(arn)
    return _document(policy) if policy else '{"Statement": []}'


def _document(policy: ManagedPolicy) -> str:
    """The default version of a managed policy."""
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)


def resource_policy(arn: str) -> str | Mapping[str, Any] | None:
    """The policy of a resource; None when it has none."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    service, region, account, name = parts[2], parts[3], parts[4], parts[5]
    if service == "iam" and name.startswith("role/"):
        role = find_role(arn)
        return role.assume_role_policy_document if role else None
    if service == "sqs":
        queue = sqs_backends[account][region].queues.get(name)
        return queue.policy if queue else None
    if service == "sns":
        topic = sns_backends[account][region].topics.get(arn)
        return topic.policy if topic else None
    if service == "kms":
        key = kms_backends[account][region].keys.get(name.removeprefix("key/"))
        return key.policy if key else None
    if service == "imagebuilder":
        return imagebuilder_images.POLICIES.get(arn)
    if service == "lambda":
        return _function_policy(account, region, name.removeprefix("function:"))
    return None


def _function_policy(account: str, region: str, name: str) -> Mapping[str, Any] | None:
    from moto.awslambda.models import lambda_backends

    try:
        return {"Statement": lambda_backends[account][region].get_function(name).policy.statements}
    except Exception:
        return None


def _account_of(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def _times() -> dict[str, list[str]]:
    now = datetime.datetime.now(datetime.UTC)
    return {"aws:CurrentTime": [now.strftime("%Y-%m-%dT%H:%M:%SZ")], "aws:EpochTime": [str(int(now.timestamp()))]}


def _context(principal: Principal, need: Need, circumstances: Circumstances) -> dict[str, list[str]]:
    context = {
        **_times(),
        "aws:PrincipalArn": [principal.arn],
        "aws:PrincipalAccount": [principal.account],
        "aws:PrincipalType": ["AssumedRole" if ":assumed-role/" in principal.session_arn else "User"],
        "aws:RequestedRegion": [circumstances.region],
        "aws:SecureTransport": ["true"],  # the stand-in speaks HTTP, where AWS would be spoken to through TLS
        "aws:SourceIp": ["127.0.0.1"],
        "aws:ViaAWSService": ["false"],
        "kms:CallerAccount": [principal.account],
    }
    if circumstances.user_agent:
        context["aws:UserAgent"] = [circumstances.user_agent]
    owner = _account_of(need.resource)
    if owner:
        context["aws:ResourceAccount"] = [owner]
    organization = organization_of(principal.account)
    if organization:
        context["aws:PrincipalOrgID"] = [organization]
    for key, value in principal.tags.items():
        context[f"aws:PrincipalTag/{key}"] = [value]
    return {**context, **circumstances.extra}


def organization_of(account: str) -> str | None:
    """The id of the organization an account belongs to."""
    for manager in list(organizations_backends.keys()):
        backend = organizations_backends[manager]["aws"]
        if backend.org and any(member.id == account for member in backend.accounts):
            return backend.org.id
    return None
