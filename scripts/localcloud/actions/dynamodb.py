"""Permissions of DynamoDB's item operations, with the condition keys of fine-grained access control.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.dynamodb.models import Table, dynamodb_backends

from ..operations import Operation
from ..policies import Need
from . import kms

# A transaction needs the permissions of its members.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_MEMBER_ACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}

_EXPRESSIONS = (
    "KeyConditionExpression",
    "ConditionExpression",
    "UpdateExpression",
    "FilterExpression",
    "ProjectionExpression",
)

_RESERVED = {
    "and", "or", "not", "between", "in", "begins_with", "attribute_exists", "attribute_not_exists", "attribute_type",
    "contains", "size", "set", "remove", "add", "delete", "if_not_exists", "list_append",
}  # fmt: skip


def needs(operation: Operation, account: str) -> list[Need] | None:
    found = list(_needs(operation, account))
    # Several items of one table ask for its key once.
    keys = {key.resource: key for need in found for key in kms.of_table(need.resource, operation.region)}
    return found + list(keys.values())


def _needs(operation: Operation, account: str) -> Iterator[Need]:
    name, parameters = operation.name, operation.parameters
    if name in ("TransactWriteItems", "TransactGetItems"):
        for entry in parameters.get("TransactItems", []):
            for kind, member in entry.items():
                yield _item(operation, account, _MEMBER_ACTIONS.get(kind, kind), member, enclosing=name)
    elif name == "BatchGetItem":
        for table, request in parameters.get("RequestItems", {}).items():
            yield _item(operation, account, name, {**request, "TableName": table})
    elif name == "BatchWriteItem":
        for table, requests in parameters.get("RequestItems", {}).items():
            members = [member for request in requests for member in request.values()]
            merged = {
                "TableName": table,
                "Keys": [member["Key"] for member in members if "Key" in member],
                "Items": [member["Item"] for member in members if "Item" in member],
            }
            yield _item(operation, account, name, merged)
    elif "TableName" in parameters:
        yield _item(operation, account, name, parameters)
    elif "ResourceArn" in parameters:
        yield Need(operation.action, parameters["ResourceArn"])
    else:
        yield Need(operation.action, "*")


def _item(
    operation: Operation, account: str, name: str, parameters: dict[str, Any], enclosing: str | None = None
) -> Need:
    arn = _table_arn(parameters.get("TableName", ""), operation.region, account)
    table = find_table(arn)
    resource = arn + (f"/index/{parameters['IndexName']}" if parameters.get("IndexName") else "")
    context: dict[str, list[str]] = {}
    leading = sorted(set(_leading_keys(parameters, table)))
    if leading:
        context["dynamodb:LeadingKeys"] = leading
    attributes = sorted(_attributes(parameters))
    if attributes:
        context["dynamodb:Attributes"] = attributes
    select = _select(name, parameters)
    if select:
        context["dynamodb:Select"] = [select]
    for key in ("ReturnValues", "ReturnConsumedCapacity"):
        if parameters.get(key):
            context[f"dynamodb:{key}"] = [parameters[key]]
    if enclosing:
        context["dynamodb:EnclosingOperation"] = [enclosing]
    return Need(f"dynamodb:{name}", resource, context)


def _table_arn(table: str, region: str, account: str) -> str:
    return table if table.startswith("arn:") else f"arn:aws:dynamodb:{region}:{account}:table/{table}"


def find_table(arn: str) -> Table | None:
    """moto's table of an ARN (of the table, or of one of its indexes)."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[4] not in dynamodb_backends:
        return None
    return dynamodb_backends[parts[4]][parts[3]].tables.get(parts[5].split("/")[1])


def _hash_attribute(table: Table | None, index: str | None) -> str | None:
    if table is None:
        return None
    schema = table.schema
    if index:
        found = [candidate for candidate in [*table.global_indexes, *table.indexes] if candidate.name == index]
        schema = found[0].schema if found else schema
    return next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), None)


def _leading_keys(parameters: dict[str, Any], table: Table | None) -> Iterator[str]:
    attribute = _hash_attribute(table, parameters.get("IndexName"))
    if attribute is None:
        return
    for holder in [
        parameters.get("Key"),
        parameters.get("Item"),
        *parameters.get("Keys", []),
        *parameters.get("Items", []),
    ]:
        if holder and attribute in holder:
            yield from map(str, holder[attribute].values())
    names = parameters.get("ExpressionAttributeNames", {})
    values = parameters.get("ExpressionAttributeValues", {})
    for name, value in re.findall(r"([#\w.-]+)\s*=\s*(:\w+)", parameters.get("KeyConditionExpression", "")):
        if names.get(name, name) == attribute and value in values:
            yield from map(str, values[value].values())
    for condition in [parameters.get("KeyConditions", {}).get(attribute, {})]:
        for value in condition.get("AttributeValueList", []):
            yield from map(str, value.values())


def _attributes(parameters: dict[str, Any]) -> set[str]:
    """The names of the top-level attributes a request mentions."""
    names = parameters.get("ExpressionAttributeNames", {})
    found: set[str] = set()
    for holder in [
        parameters.get("Key"),
        parameters.get("Item"),
        *parameters.get("Keys", []),
        *parameters.get("Items", []),
    ]:
        found.update(holder or {})
    for expression in _EXPRESSIONS:
        text = parameters.get(expression) or ""
        for path in re.findall(r"(?<![:#\w.])[#A-Za-z_][\w.#\[\]-]*", text):
            top = re.split(r"[.\[]", path)[0]
            if top.lower() not in _RESERVED or top.startswith("#"):
                found.add(names.get(top, top))
    found.update(parameters.get("AttributesToGet", []))
    return found


def _select(name: str, parameters: dict[str, Any]) -> str | None:
    if name not in ("GetItem", "BatchGetItem", "Query", "Scan"):
        return None
    if parameters.get("Select"):
        return str(parameters["Select"])
    if parameters.get("ProjectionExpression") or parameters.get("AttributesToGet"):
        return "SPECIFIC_ATTRIBUTES"
    return "ALL_PROJECTED_ATTRIBUTES" if parameters.get("IndexName") else "ALL_ATTRIBUTES"
