"""Permissions of EKS: on the cluster or the node group that a request names.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
"""

from moto.eks.models import eks_backends

from ..operations import Operation
from ..policies import Need


def needs(operation: Operation, account: str) -> list[Need] | None:
    cluster = operation.parameters.get("clusterName") or operation.parameters.get("name")
    group = operation.parameters.get("nodegroupName")
    prefix = f"arn:aws:eks:{operation.region}:{account}"
    if operation.name.startswith("List") and operation.name != "ListNodegroups" or not cluster:
        return None
    if group and operation.name != "CreateNodegroup":
        return [Need(operation.action, f"{prefix}:nodegroup/{cluster}/{group}/{_uuid(account, operation.region, cluster, group)}")]
    return [Need(operation.action, f"{prefix}:cluster/{cluster}")]


def _uuid(account: str, region: str, cluster: str, group: str) -> str:
    found = eks_backends[account][region].clusters.get(cluster)
    nodegroup = found.nodegroups.get(group) if found else None
    return nodegroup.uuid if nodegroup else "*"
