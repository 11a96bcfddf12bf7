"""IAM refuses a trust policy that names a role or user that does not exist; moto takes it."""

import json
from typing import TYPE_CHECKING, Any

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import IAMBackend

from ..conditions import as_list
from ..identities import find_role, iam
from ..policies import statements

if TYPE_CHECKING:
    from ..cloud import Cloud


def install(cloud: "Cloud") -> None:
    create, update = IAMBackend.create_role, IAMBackend.update_assume_role_policy

    def create_role(
        self: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
    ) -> Any:
        _check(assume_role_policy_document)
        return create(self, role_name, assume_role_policy_document, *args, **kwargs)

    def update_assume_role_policy(self: IAMBackend, role_name: str, policy_document: str) -> None:
        _check(policy_document)
        update(self, role_name, policy_document)

    IAMBackend.create_role = create_role  # type: ignore[method-assign]
    IAMBackend.update_assume_role_policy = update_assume_role_policy  # type: ignore[method-assign]


def _check(document: str) -> None:
    try:
        found = statements(json.loads(document))
    except ValueError:
        return  # moto says what is wrong
    for statement in found:
        principal = statement.get("Principal")
        for arn in as_list(principal.get("AWS", [])) if isinstance(principal, dict) else []:
            parts = arn.split(":", 5)
            if len(parts) < 6 or parts[5] == "root" or parts[2] != "iam":
                continue
            users = iam(parts[4]).users.values()
            if find_role(arn) is None and not any(user.arn == arn for user in users):
                raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{arn}"')
