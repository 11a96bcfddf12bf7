"""Which permissions a request needs: from the operation to actions, resources and condition keys.

The mapping follows the Service Authorization Reference for the services that functions call
(https://docs.aws.amazon.com/service-authorization/latest/reference/);
for all others one permission on every resource is asked.
"""

from ..operations import Operation
from ..policies import Need
from . import dynamodb, ec2, eks, imagebuilder, kms, messaging, organizations, parameters

_SERVICES = {
    "dynamodb": dynamodb.needs,
    "ec2": ec2.needs,
    "eks": eks.needs,
    "imagebuilder": imagebuilder.needs,
    "organizations": organizations.needs,
    "kms": kms.needs,
    "ssm": parameters.needs,
    "ses": messaging.ses_needs,
    "sns": messaging.sns_needs,
    "sqs": messaging.sqs_needs,
    "sts": messaging.sts_needs,
    "lambda": messaging.lambda_needs,
    "events": messaging.events_needs,
    "logs": messaging.logs_needs,
}


def needs(operation: Operation, account: str) -> list[Need]:
    """Every permission `operation`, called by somebody of `account`, needs. All of them have to be granted."""
    found = _SERVICES.get(operation.service)
    result = found(operation, account) if found else None
    return [Need(operation.action, "*")] if result is None else result
