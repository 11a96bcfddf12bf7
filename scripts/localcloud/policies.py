"""Evaluation of IAM policy documents: a pure function of statements, action, resource and context.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from .conditions import Context, PolicyError, arn_matches, as_list, holds, substitute, wildcard


class Effect(Enum):
    ALLOW = "allow"
    DENY = "deny"  # by an explicit Deny
    NONE = "none"  # no statement applies


@dataclass(frozen=True)
class Need:
    """One permission a request needs. `context` holds the condition keys that belong to the action."""

    action: str
    resource: str
    context: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Caller:
    """Who a resource policy's Principal is compared with: an account's role or user, or an AWS service."""

    account: str = ""
    arn: str = ""  # of the role or user
    session_arn: str = ""
    service: str = ""


def statements(document: str | Mapping[str, object]) -> list[dict[str, object]]:
    """The statements of a policy document; nobody changes them."""
    parsed = _parsed(document) if isinstance(document, str) else document
    found = parsed.get("Statement", [])  # type: ignore[union-attr]
    return found if isinstance(found, list) else [found]


@functools.lru_cache(1000)
def _parsed(document: str) -> Mapping[str, object]:
    return json.loads(document)


def identity_effect(documents: Iterable[str | Mapping[str, object]], need: Need, context: Context) -> Effect:
    """What the policies attached to an identity say."""
    return _effect((s for document in documents for s in statements(document)), need, context, None)


def resource_effect(
    document: str | Mapping[str, object], need: Need, context: Context, caller: Caller
) -> "ResourceEffect":
    """What a resource's own policy says to `caller`, and whether it named the caller or only the caller's account."""
    effect = _effect(statements(document), need, context, caller)
    direct = effect is Effect.ALLOW and any(
        _applies(s, need, context) and _names(s.get("Principal"), caller, by_account=False)
        for s in statements(document)
        if s.get("Effect") == "Allow"
    )
    return ResourceEffect(effect, direct)


@dataclass(frozen=True)
class ResourceEffect:
    effect: Effect
    names_caller: bool  # by its own ARN, its service, or everyone; not merely its account


def _effect(found: Iterable[dict[str, object]], need: Need, context: Context, caller: Caller | None) -> Effect:
    result = Effect.NONE
    for statement in found:
        if caller is not None and not _principal_matches(statement, caller):
            continue
        if not _applies(statement, need, context):
            continue
        if statement.get("Effect") == "Deny":
            return Effect.DENY
        if statement.get("Effect") != "Allow":
            raise PolicyError(f"Effect must be Allow or Deny, not {statement.get('Effect')!r}")
        result = Effect.ALLOW
    return result


def _applies(statement: Mapping[str, object], need: Need, context: Context) -> bool:
    merged = {**context, **need.context}
    if "Action" in statement:
        if not any(wildcard(pattern, need.action, ignore_case=True) for pattern in as_list(statement["Action"])):
            return False
    elif any(wildcard(pattern, need.action, ignore_case=True) for pattern in as_list(statement.get("NotAction", []))):
        return False

    def covers(patterns: object) -> bool:
        texts = (substitute(pattern, merged) for pattern in as_list(patterns))
        return any(text is not None and arn_matches(text, need.resource) for text in texts)

    # Trust policies have no Resource: the role is the resource.
    if "Resource" in statement and not covers(statement["Resource"]):
        return False
    if "NotResource" in statement and covers(statement["NotResource"]):
        return False
    return holds(statement.get("Condition", {}), merged)  # type: ignore[arg-type]


def _principal_matches(statement: Mapping[str, object], caller: Caller) -> bool:
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], caller, by_account=True)
    return _names(statement.get("Principal"), caller, by_account=True)


def _names(principal: object, caller: Caller, by_account: bool) -> bool:
    if principal is None:
        return False
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        raise PolicyError(f"malformed Principal {principal!r}")
    for kind, values in principal.items():
        for value in as_list(values):
            if kind == "Service":
                if caller.service and value == caller.service:
                    return True
            elif kind == "AWS" and not caller.service:
                if value == "*" or value in (caller.arn, caller.session_arn):
                    return True
                if by_account and caller.account and _account_of(value) == caller.account:
                    return True
    return False


def _account_of(principal: str) -> str | None:
    """The account a principal means as a whole: its number, or the ARN of its root."""
    if principal.isdigit():
        return principal
    parts = principal.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[5] == "root" else None
