"""Grants of KMS keys as KMS keeps them: a grant asked for again by the same name is the same grant, and lists can be narrowed
to a grantee and come in pages. moto makes a grant each time, and lists all."""

import json
from typing import TYPE_CHECKING, Any

from moto.kms.exceptions import ValidationException
from moto.kms.models import Grant, Key, KmsBackend
from moto.kms.responses import KmsResponse

if TYPE_CHECKING:
    from ..cloud import Cloud

_PAGE = 50


def install(cloud: "Cloud") -> None:
    create = KmsBackend.create_grant

    def create_grant(
        self: KmsBackend,
        key_id: str,
        grantee_principal: str,
        operations: list[str],
        name: str,
        *args: Any,
        **kwargs: Any,
    ) -> tuple[str, str]:
        for grant in _grants(self.describe_key(key_id)):
            same = (grant.name, grant.grantee_principal, set(grant.operations))
            if name and same == (name, grantee_principal, set(operations)):
                return grant.id, grant.token
        return create(self, key_id, grantee_principal, operations, name, *args, **kwargs)

    KmsBackend.create_grant = create_grant  # type: ignore[method-assign]
    KmsResponse.list_grants = _list_grants  # type: ignore[method-assign]


def _grants(key: Key) -> list[Grant]:
    return sorted(key.grants.values(), key=lambda grant: grant.id)


def _list_grants(self: KmsResponse) -> str:
    identifier = self._get_param("KeyId")
    self._validate_key_id(identifier)
    key = self.kms_backend.describe_key(identifier)
    wanted = {"id": self._get_param("GrantId"), "grantee_principal": self._get_param("GranteePrincipal")}
    found = [
        grant
        for grant in _grants(key)
        if all(value is None or getattr(grant, name) == value for name, value in wanted.items())
    ]
    limit = self._get_param("Limit") or _PAGE
    if not 1 <= limit <= 100:
        raise ValidationException("Limit is to be from 1 to 100")
    marker = self._get_param("Marker")
    rest = [grant for grant in found if marker is None or grant.id > marker]
    page = {"Grants": [grant.to_json() for grant in rest[:limit]], "Truncated": len(rest) > limit}
    if page["Truncated"]:
        page["NextMarker"] = rest[limit - 1].id
    return json.dumps(page)
