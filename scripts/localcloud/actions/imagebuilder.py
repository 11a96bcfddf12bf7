"""Permissions of EC2 Image Builder: each on the resource that a request names."""

from ..operations import Operation
from ..policies import Need


def needs(operation: Operation, account: str) -> list[Need] | None:
    parameters = operation.parameters
    arn = parameters.get("distributionConfigurationArn") or parameters.get("resourceArn")
    if operation.name == "CreateDistributionConfiguration":
        arn = f"arn:aws:imagebuilder:{operation.region}:{account}:distribution-configuration/{parameters.get('name', '').lower()}"
    return [Need(operation.action, arn)] if arn else None
