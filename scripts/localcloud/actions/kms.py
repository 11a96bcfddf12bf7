"""Permissions on KMS keys: of KMS's own operations, and those that another service asks for in the caller's name."""

import base64
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import Key, kms_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends

from ..operations import Operation
from ..policies import Need


def needs(operation: Operation, account: str) -> list[Need] | None:
    identifier = operation.parameters.get("KeyId", "")
    key = find_key(identifier, account, operation.region)
    if key is None and identifier and not identifier.startswith("alias/"):
        # Who may look at a key is told that it is not there; who may not, is not.
        name = identifier if identifier.startswith("arn:") else f"arn:aws:kms:{operation.region}:{account}:key/{identifier}"
        return [Need(operation.action, name)]
    if key is None:
        blob_key = _key_of_ciphertext(operation.parameters.get("CiphertextBlob"), account, operation.region)
        return [Need(operation.action, blob_key)] if blob_key else None
    context = _encryption_context(operation.parameters.get("EncryptionContext", {}))
    if operation.name == "CreateGrant":
        context |= {
            "kms:GranteePrincipal": [operation.parameters.get("GranteePrincipal", "")],
            "kms:GrantOperations": list(operation.parameters.get("Operations", [])),
            "kms:GrantIsForAWSResource": ["false"],
        }
    return [Need(operation.action, key.arn, context)]


def find_key(identifier: str, account: str, region: str) -> Key | None:
    """moto's key of an id, ARN, alias or alias ARN."""
    if identifier.startswith("arn:"):
        parts = identifier.split(":", 5)
        region, account, identifier = parts[3], parts[4], parts[5].removeprefix("key/")
    backend = kms_backends[account][region]
    if identifier.startswith("alias/"):
        for key in list(backend.keys.values()):
            if identifier in key.aliases:
                return key
        return None
    return backend.keys.get(identifier)


def _key_of_ciphertext(blob: Any, account: str, region: str) -> str | None:
    # moto's ciphertexts begin with the key's id.
    try:
        identifier = base64.b64decode(blob or "")[:36].decode()
    except ValueError:
        return None
    key = kms_backends[account][region].keys.get(identifier)
    return key.arn if key else None


def _encryption_context(pairs: dict[str, str]) -> dict[str, list[str]]:
    context = {f"kms:EncryptionContext:{name}": [value] for name, value in pairs.items()}
    if pairs:
        context["kms:EncryptionContextKeys"] = list(pairs)
    return context


def _through(service: str, region: str, pairs: dict[str, str]) -> dict[str, list[str]]:
    return {"kms:ViaService": [f"{service}.{region}.amazonaws.com"], **_encryption_context(pairs)}


def of_table(arn: str, region: str) -> list[Need]:
    """Decrypt, where a table is encrypted with a customer managed key."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[4] not in dynamodb_backends:
        return []
    name = parts[5].split("/")[1] if "/" in parts[5] else ""
    table = dynamodb_backends[parts[4]][parts[3]].tables.get(name)
    identifier = (table.sse_specification or {}).get("KMSMasterKeyId") if table else None
    key = find_key(identifier, parts[4], region) if identifier else None
    if key is None or _is_managed_by_aws(key):
        return []
    pairs = {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": parts[4]}
    return [Need("kms:Decrypt", key.arn, _through("dynamodb", region, pairs))]


def of_parameter(name: str, account: str, region: str) -> list[Need]:
    """Decrypt, where a SecureString parameter is encrypted with a customer managed key."""
    try:
        parameter = ssm_backends[account][region].get_parameter(name)
    except Exception:
        return []
    if parameter is None or parameter.parameter_type != "SecureString":
        return []
    key = find_key(parameter.keyid or "alias/aws/ssm", account, region)
    if key is None or _is_managed_by_aws(key):
        return []
    return [
        Need("kms:Decrypt", key.arn, _through("ssm", region, {"PARAMETER_ARN": parameter_arn(name, account, region)}))
    ]


def of_topic(arn: str) -> list[Need]:
    """What publishing to a topic encrypted with a customer managed key needs."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[4] not in sns_backends:
        return []
    topic = sns_backends[parts[4]][parts[3]].topics.get(arn)
    key = find_key(topic.kms_master_key_id or "", parts[4], parts[3]) if topic else None
    if key is None or _is_managed_by_aws(key):
        return []
    context = _through("sns", parts[3], {"aws:sns:topicArn": arn})
    return [Need("kms:GenerateDataKey", key.arn, context), Need("kms:Decrypt", key.arn, context)]


def parameter_arn(name: str, account: str, region: str) -> str:
    if name.startswith("arn:"):
        return name
    owner = "" if name.startswith("/aws/service/") else account
    return f"arn:aws:ssm:{region}:{owner}:parameter/{name.removeprefix('/')}"


def _is_managed_by_aws(key: Key) -> bool:
    return any(alias.startswith("alias/aws/") for alias in key.aliases)
