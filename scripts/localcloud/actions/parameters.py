"""Permissions of Systems Manager's Parameter Store."""

from ..operations import Operation
from ..policies import Need
from . import kms


def needs(operation: Operation, account: str) -> list[Need] | None:
    parameters, region = operation.parameters, operation.region
    names = parameters.get("Names") or [name for name in [parameters.get("Name"), parameters.get("Path")] if name]
    if not names or not operation.name.endswith(("Parameter", "Parameters", "ParametersByPath", "ParameterHistory")):
        return None
    found = []
    for given in names:
        name = _without_selector(given)
        found.append(Need(operation.action, kms.parameter_arn(name, account, region)))
        if parameters.get("WithDecryption"):
            found += kms.of_parameter(name, account, region)
    return found


def _without_selector(name: str) -> str:
    """The name without `:version` or `:label`."""
    if name.startswith("arn:"):
        head, tail = name.split(":", 5)[:5], name.split(":", 5)[5]
        return ":".join([*head, tail.partition(":")[0]])
    return name.partition(":")[0]
